"""A name in a customer's words: what is said around it goes, and what is no name is none."""

import re

from actions.kit import slot_text
from actions.kit.words import consent, lexicon
from crm_store import names
from crm_store.policy import policy

_LEAD_IN = re.compile(
    r"^(?:(?:oh|um+|uh|er|well|no|nope|ok|okay|hi|hello|yes|sorry|actually|just|simply|please|rather|then|and)\b[,.! ]*"
    r"|(?:you can |you may |please |just )*(?:call me|address me as|make (?:it|that)|change it to|let'?s say)\b"
    r"|(?:my (?:first |full |nick)?name(?: is|'s)|the name(?: is|'s)|it'?s|it is|i am|i'?m|this is|name:)(?= )"
    r"|(?:改成|换成|換成|那就|就叫)(?=.{2})"
    r"|(?:嗯+|哦|噢|那|其实|其實|不|不是|不对|不對|对|對|好的?|你好|您好|请|請|麻烦|麻煩|就|还是|還是|应该是|應該是|应该叫|應該叫)"
    r"(?=[，,、 ]|请|請|叫|喊|称|稱|就|我)[，,、 ]*"
    r"|(?:(?:你|您|你们|你們|以后|以後)*(?:可以|就|都)?(?:请|請)?(?:直接)?(?:叫我|喊我|称呼我|稱呼我|稱我|管我叫|叫)(?:做|为|為|作)?)"
    r"|我(?:的)?(?:名字|姓名|大名|称呼|稱呼|昵称|暱稱)?(?:是|叫做|叫)|(?:名字|姓名|称呼|稱呼|昵称|暱稱)(?:是|叫|：|:)?|敝姓|免贵姓|免貴姓)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[,， ]*(?:please|pls|thanks|thank you|instead|is fine|will do|for now|is my name|would be nice|from now on)"
    r"|就行了?|就好了?|就可以了?|就得啦|好了|吧|啦|呗|唄|即可|哈|咯|喔|哦|谢谢|謝謝|，?记一下|，?記一下)$",
    re.IGNORECASE,
)
_EDGES = " \t\n。.!！~～,，、:：\"'“”「」()（）-"
_SENTENCE = re.compile(
    r"[我你您吗嗎呢么麼咩乜喺冇哋㗎]|什么|什麼|怎么|怎麼|为何|為何|能不能|可不可以|是不是|不想|不要|不用|已经|已經|告诉|告訴"
    r"|[几幾](?:[天点點个個折号號]|时|時)"
)
_ENGLISH_SENTENCE = re.compile(
    r"\b(?:i|you|my|your|why|what|how|who|when|where|can|could|do|does|did|don'?t|is|are|was|want|have|need|should|not"
    r"|can'?t|cannot|won'?t|the|it|that|this|use|used|change|registered|tell|know|think)\b",
    re.IGNORECASE,
)
_LONGEST_WORDS = 5
_TOO_LONG = re.compile(r"[\u4e00-\u9fff]{9}")
"""More than a Chinese name has, however fanciful, without a point or a space within."""


def said(text: str) -> str | None:
    """The name in an answer to "how shall I call you"; None for a question, hesitation, a number, a sentence."""
    words = text.strip()
    if words.endswith(("?", "？")) or consent.hesitates(words) or lexicon.mentions("no_name", words):
        return None
    answer = consent.read(words)
    if answer.answer is not None and not answer.rest:
        return None
    name = names.tidy(_bare(words))
    letters = sum(1 for sign in name if sign.isalpha())
    digits = sum(1 for sign in name if sign.isdigit())
    if not letters or digits >= letters or len(name) > policy().members.name_characters:
        return None
    return None if _is_sentence(name) else name


def _bare(text: str) -> str:
    """The name without what is said around it; a name that is nothing but such words stays."""
    left = text.strip(_EDGES)
    while True:
        shorter = _TAIL.sub("", _LEAD_IN.sub("", left, count=1).strip(_EDGES)).strip(_EDGES)
        if not shorter or shorter == left:
            return left
        left = shorter


def _is_sentence(name: str) -> bool:
    if name.isascii():
        words = len(name.split())
        return words > _LONGEST_WORDS or (words > 1 and bool(_ENGLISH_SENTENCE.search(name)))
    return slot_text.is_question(name) or bool(_SENTENCE.search(name) or _TOO_LONG.search(name))
