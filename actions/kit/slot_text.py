"""The words of a message that are content for an open question: a title, a name, an address, a topic.

One base for all forms: what is only hesitation, courtesy, an aside or a question is no content and the form asks again;
what stands around the content ("抬头写…", "no, it's …, thanks") is left out.
"""

import re
from enum import StrEnum
from functools import lru_cache

from actions.kit.base import Turn
from actions.kit.forms import SMALL_TALK, is_sure, requested
from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer
from actions.kit.words.vocabulary import REMEMBERED
from cantonese import rewritten
from crm_store.text import normalise

LEAD_IN, TAIL = "slot_lead_in", "slot_tail"

MOST_TURNS_OF_PHRASE = 4
"""So many of them may stand before and behind a name."""

_ASKING_FORM = re.compile(
    r"(?P<verb>[\u4e00-\u9fff])[不唔](?P=verb)|多少(?!有|还是|也|都)|的(?:还是|定系|定係|抑或)\S{1,6}的"
    r"|[吗么咩] ?(?:还是|定系|定係|抑或)|有(?P<done>\S{1,4})还?没有?(?P=done)"
    r"|[\u4e00-\u9fff]{2}(?<![都也是就才要可并从还毫半])[不没冇](?:啊|呀|哦|咧)?$"
    r"|^(?:(?:and|so|but|then|ok) )*(?:if|suppose|supposing|say) (?:i|we|it|they|you|my|the|she|he)\b.{2,80}"
    r"(?<!\bi )(?<!\byou )(?<!\bwe )(?<!\bthey )(?<!\bit )(?<!\bto )(?<! t )"
    r"\b(?:do|does|would|will|can|could|is|are|should) (?:i|it|they|you|we|my|that|there|shipping|postage|delivery)\b"
)
"""收不收, 係唔係, "if I take two do I save", 还有多少积分, 电子的还是纸质的, 今天就带去吗还是等审核, 分会清掉不."""
_QUESTION_MARK = re.compile(r"[?？]\s*$")
_CANNOT = re.compile(r"can t (?!i |you |we |it |he |she |they |that |this |there |the |my )")
"""How words begin that deny and ask nothing: "can't be bothered"."""
_SENTENCE = re.compile(r"[，。；！？!?;]")
_WRONG = re.compile(r"[写开填打搞弄]错|没[写开填]对|作废|[不别](?:用|要)?[改开]|\b(?:is|was|it s) wrong\b")
_SAID_AS = r"改成|改为|改為|写成|寫成|就写|就寫|是|为|為|写|寫|填|用|叫|to be\b|as\b|is\b|to\b|[:：]"
_COMPANY_AND_MORE = re.compile(
    r"^(.{2,}?(?:公司|集团|集團|事务所|事務所|工作室|商行))[\s,，。;；]+(?=[\u4e00-\u9fff])(?!.*(?:公司|集团|集團|分行|分部|分店)).+$"
)
"""A company's name that is whole, and words about something else behind it: …有限公司，那个保温杯的."""
_EDGES = " \t\n,，、;；:：。.!！~～\"'“”‘’「」『』"
_NOT_TALK = SMALL_TALK | {"affirm", "deny", "inform", "hesitate", "out_of_scope", "nlu_fallback", "vent"}


class Kind(StrEnum):
    """What a slot takes: a name (of a person, a company, a place) or sentences in the customer's own words."""

    NAME = "name"
    SENTENCE = "sentence"


SENTENCES = frozenset(
    {"suggestion_text", "rating_comment", "callback_topic", "complaint_description", "dispute_text", "leave_reason"}
)
"""Slots that take sentences; a question may be content there. Every other slot takes a name."""


def content(turn: Turn, slot: str) -> str | None:
    """The words for `slot`, bare of what is said around them; None when the message holds none.

    Unasked, only words that are announced count ("抬头：…" before the title is asked for).
    """
    if turn.pressed:
        return None
    text = turn.text.strip()
    announced = _announced(text, slot)
    if not requested(turn, slot) and announced is None:
        return None
    said = announced if announced is not None else text
    kind = Kind.SENTENCE if slot in SENTENCES else Kind.NAME
    if announced is None and (is_talk(said) or _is_aside(turn, said, kind)):
        return None
    if kind is Kind.SENTENCE:
        return said.strip(_EDGES) or None
    bare = bare_name(said)
    # "Never mind that one" calls something off and names nothing.
    if is_protest(bare) or (announced is None and lexicon.mentions("drop", said)):
        return None
    is_content = any(sign.isalpha() for sign in bare) and not is_talk(bare) and not is_function_word(bare)
    return bare if is_content else None


def is_function_word(text: str) -> bool:
    """Whether a text is nothing but words that join or point: the 的 of 公司抬头的 names no company."""
    return not lexicon.without("function_word", text).strip()


def is_protest(text: str) -> bool:
    """Whether words in place of a name or a value ask, complain or tell of a mistake: 打错了, 怎么又变了. What ends as
    a company's name is one, whatever it is made of."""
    flat = normalise(text)
    is_company = any(flat.endswith(normalise(word)) for word in lexicon.words("company"))
    if is_company and not _SENTENCE.search(text.strip(_EDGES)):
        return False
    return bool(_WRONG.search(flat)) or consent.asks_back(text) or any(mark in text for mark in "!！")


def is_talk(text: str) -> bool:
    """Whether a text says nothing by itself: wanting time, a bare yes or no, courtesies, "whatever", "no idea"."""
    answer = consent.read(text)
    if answer.answer is Answer.NOT_YET:
        return not answer.rest
    if answer.answer is not None and not answer.rest and (_is_short(text) or consent.says_only(text, set())):
        return True
    return not lexicon.without("no_content", lexicon.without("courtesy", text)).strip()


@lru_cache(maxsize=REMEMBERED)
def is_question(text: str) -> bool:
    """Whether a text asks something, with a mark or by its words: 为什么不能…, 幾時先有, "when will it come"."""
    written = rewritten(text)
    return _asks(text) or (written is not text and _asks(written))


def _asks(text: str) -> bool:
    flat = normalise(text)
    begins = not _CANNOT.match(flat) and any(
        flat.startswith(word if not word.isascii() else f"{word} ")
        for word in map(normalise, lexicon.words("asks", "begins"))
    )
    holds = any(
        flat.endswith(word) or (len(word) > 1 and word in flat)
        for word in map(normalise, lexicon.words("asks", "holds"))
    )
    return begins or holds or bool(_QUESTION_MARK.search(text.strip()) or _ASKING_FORM.search(flat))


def supposes(text: str) -> bool:
    """Whether a text asks of a case yet to come: 要是今天没到呢, "and if it is late". It gives no form a value."""
    flat = normalise(text)
    begins = any(
        flat.startswith(word if not word.isascii() else f"{word} ")
        for word in map(normalise, lexicon.words("supposing", "begins"))
    )
    return is_question(text) and (begins or any(heard.value == "within" for heard in lexicon.heard("supposing", text)))


def _is_aside(turn: Turn, said: str, kind: Kind) -> bool:
    """Whether the message is about something else than the open question."""
    if kind is Kind.SENTENCE:
        return is_sure(turn) and (turn.intent in SMALL_TALK or turn.intent.startswith("ask_"))
    if is_question(said):
        return True
    is_name = lexicon.mentions("company", said)
    return not is_name and is_sure(turn) and turn.intent not in _NOT_TALK - SMALL_TALK


def _announced(text: str, slot: str) -> str | None:
    """What follows the words that announce this slot."""
    if slot not in lexicon.values(LEAD_IN):
        return None
    words = sorted(lexicon.words(LEAD_IN, slot), key=len, reverse=True)
    pattern = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words)
    places = list(re.finditer(rf"(?:{pattern})\s*(?:{_SAID_AS})?\s*", text, re.IGNORECASE))
    rest = text[places[-1].end() :].strip(_EDGES) if places else ""
    return rest if rest and not is_question(text) else None


def bare_name(said: str) -> str:
    """A name without a correction before it and courtesies behind it: 不对，是回声科技 is 回声科技."""
    text = said.strip(_EDGES)
    if named := _COMPANY_AND_MORE.match(text):
        text = named.group(1)
    for number in range(MOST_TURNS_OF_PHRASE):
        shorter = _without_tail(_without_head(text, after_another=number > 0))
        if shorter == text:
            break
        text = shorter
    return text


def _without_head(text: str, *, after_another: bool) -> str:
    """Without the first turn of phrase. One sign may begin a name (是德, 用友): it needs a pause, or more before."""
    for word in sorted(lexicon.words(TAIL, "before"), key=len, reverse=True):
        joined = "" if word.isascii() or (len(word) < 2 and not after_another) else r"|(?=[\u4e00-\u9fff])"
        found = re.match(rf"{re.escape(word)}(?:[\s,，:：。.]+{joined})", text, re.IGNORECASE)
        if found and found.end() < len(text):
            return text[found.end() :].strip(_EDGES)
    return text


def _without_tail(text: str) -> str:
    for word in sorted(lexicon.words(TAIL, "after"), key=len, reverse=True):
        if len(text) > len(word) and text.lower().endswith(word.lower()):
            before = text[: -len(word)]
            if not word.isascii() or before[-1:] in " ,，":
                return before.strip(_EDGES)
    return text


def _is_short(text: str) -> bool:
    flat = normalise(text)
    return len(flat.split()) <= 3 if flat.isascii() else len(flat) <= 6
