"""Yes, no, or neither, in a customer's words: what every question that a yes or no answers is read with.

Nothing is done that was not clearly wanted. Hesitation ("考慮一下好了") and a question are neither yes nor no; what
stands beside the answer ("是，运费谁出") is kept as `rest` and is a wish of its own.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from actions.kit.words import lexicon
from crm_store.text import normalise

_PAUSE = re.compile(
    r"[，,。;；！!？?\n…~～]+|(?<!\bno)\.+|\.+(?!\s*\d)|\s{2,}|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff\d])"
    r"|(?<=[好对對行是嗯得啱系係吧啊呀的])(?=(?:但|不过|不過|可是|如果|要是|除非|前提))"
    r"|(?<=[谢謝了吧啊喔哦])\s+(?=[A-Za-z])|\s+(?=(?:but|and|though|only|what|who|how|when|where|which)\b)",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？]\s*$|[吗嗎麼么呢]\s*[?？]?\s*$")
_ASKS_WHETHER = re.compile(
    r"([\u4e00-\u9fff])[不没唔冇]\1|[吗么呢咩㗎没未否不]$"
    r"|^(?:(?:and|but|so|then|or|well|ok|okay|also|just|wait|oh|hmm|hm|actually) )*"
    r"(?!do (?:it|that|this)\b)(?:can|could|do|does|did|is|are|was|will|would|should|may|am)"
    r" (?:i|you|we|they|it|that|this|there|the|my|your|an?|somebody|someone|anybody|anyone)\b"
)
"""退不退, 行不, 作废没, "can I": of a normalised clause."""
_TAG = re.compile(
    r"[\u4e00-\u9fff]{3}(?:对吧|对吗|对不对|是吧|是不是|系咪|齁|吼)$"
    r"|(?:\w+ ){3,}(?<!that s )(?<!that is )(?<!it s )(?<!is )(?:right|correct|isn t it|huh)$"
)
"""A question that looks like agreement: "so I'd get 499, right", 所以是看拿到的对吧."""
_RESERVES = re.compile(r"(?:但是?|不过|不過|可是|只是)|(?:but|only)\b", re.IGNORECASE)
_TAKEN_BACK = re.compile(
    r"(?:还是|还系|算|罢了|不对|等等|等下|等一下|等阵|欸|诶|咪住)(?:[\u4e00-\u9fff ]{0,4}?)"
    r"(?:留[着著]|留返|留住|算|(?:先?不要?|不用|别|唔好?|唔要|唔使|冇)(?:取消|登记|登|退|换|办|弄|改|搞|撤|修|兑)?)"
    r"(?:了|啦|喇|住|先|吧|罢|好|就好)*$"
    r"|\b(?:actually|no|wait|hang on|hold on|hmm|second thoughts?|scratch that)\b[a-z ]{0,12}?"
    r"\b(?:don t|do not|no|not yet|not now"
    r"|(?:keep|leave) (?:it|that|them)(?: as (?:it |they )?(?:is|are)| alone| there)?"
    r"|forget it|never ?mind|cancel that|scratch that)(?: please| thanks| then| now)*$"
)
"""Behind a yes, at the end: 好，取消吧……算了还是留着, "ok do it, on second thought don't"."""
_TERMS_ECHOED = re.compile(
    r"(?:哦|喔|噢|啊|原来|原來|要|只|才|是)*(?:满|滿|够|夠)?\s*[¥￥]?\d[\d,.]*\s*(?:元|块|塊|天|日|分|点|點|个月|個月)?(?:才能用|可用|以上|有效|内|內)*"
    r"(?:啊|哦|喔|噢|呀|齁|嘛|哈)+[，,。.!！~～]*"
    r"|(?:oh |ah |so |right )*(?:from|only from|within|valid for|over) "
    r"[¥$]?\d[\d,.]*(?: (?:yuan|days|points))?(?: huh| right| ok)*[，,.!]*",
    re.IGNORECASE,
)
"""What was told of an act, from what amount or for how long, said over without asking."""
_TRAILS_OFF = re.compile(r"(?:…|\.{2,}|。{2,}|[~～]{2,})\s*$")
_DENIES = re.compile(r"[不唔别冇未甭勿]")
_CHANGES = re.compile(
    r"(?:改|换|換)(?:成|为|為|到)(?!.{0,6}[吗嗎么麼呢?？])|(?:而不是|不是要)\S"
    r"|\b(?:make (?:it|that) (?:the|a|an|\d)|(?:the|a|an|some) (?:\w+ ){1,3}instead|change (?:it|that) to"
    r"|(?:i d|i would) rather (?:have|take|get))\b"
)
"""Behind a yes: another thing, day or place than was asked about is wanted ("ok but make it the coffee set")."""
_INSISTS = re.compile(
    r"^(?:(?:no|nope|nah|oi|hey|wait|sorry)[\s,.!-]+)+(?:(?:but|of course|obviously)[\s,]+)?"
    r"(?:i|we) (?:do|did|still|really|actually|definitely)"
    r" (?:do |still |really )?(?:want|need)(?: (?:it|them|that|this|the \w+|one|to))?\b"
    r"|^(?:不是|不|唔系|唔係|没有|沒有|冇)[\s，,。.!！]*(?:的|啦|啊|呀)?[\s，,。.!！]*(?:不是|唔系|唔係)(?:不|唔)(?:要|想|换|換|退|办|辦|登记|登記)"
    r"|^(?:不是|唔系|唔係)(?:不|唔)(?:要|想要?|换|換|退|办|辦|登记|登記)"
    r"|^(?:不是|不|唔系|唔係|没有|沒有|冇)[啦啊呀]*[\s，,。.!！]+我(?:是|系|係|还是|還是|真的|就是|当然|當然)?(?:要|想要?)(?:换|換|退|办|辦|登记|登記|兑|兌|修|的)",
    re.IGNORECASE,
)
"""A no to what was understood, by whom still wants the very thing: "no, I do want it", 不是不换. No yes either."""
_JOINS_ON = re.compile(r"但|不过|不過|可是|如果|要是|除非|前提|再|那|顺便|順便|就|帮我|幫我|麻烦|麻煩|咁|仲|还有|還有")
"""What may follow a yes of one sign without a pause; 好慢 and 行李 are none."""
_ON_CONDITION = re.compile(
    r"只要.+(?:就|先|都)(?:行|可以|好|得|成|换|退|要|办)|除非|前提|先(?:至|再)?(?:行|得)$"
    r"|^(?:only )?(?:if|when) |\b(?:unless|as long as|provided|providing|on condition|only if|so long as)\b"
)
_HALVES = re.compile(r"[，,。;；！!？?\n…~～]+|\.+(?!\d)|\s+(?=(?:but|and)\b)", re.IGNORECASE)
"""Only what surely parts two clauses: a condition is one with the words behind its "if"."""
_SENTENCES = re.compile(r"[，,。;；！!？?\n…~～]+|\.+(?!\d)")
_LOOKS_AT = (
    r"(?:(?:我|我们|你|您|先|再|请|麻烦|帮我|帮|给我|想|要|让我|同我|等我|那|嗯|好|ok) ?)*"
    r"(?:确认|确定|核对|核实|核下|查核|对一下|对下|复核|校对)(?:一下|一遍|下|吓|返|清楚|看看|看)*"
    r"|(?:(?:ok|okay|so|well|please|just|first|wait|sure|yes|yeah|and|but|can|could|i|you|we|let|me|want|need|d|like|to"
    r"|would) )*(?:confirm|check|verify|double check|make sure)(?: (?:with|me|us|for|again|please|first))*"
)
_ASKED_OF = (
    r"多少|几|哪|什么|啥|咩|乜|边|是不是|是否|系咪|有没有|有冇|怎|谁|[吗么没]$"
    r"|\b(?:how|what|which|when(?! (?:you|it s done|done))|where|who|whether"
    r"|if(?! (?:you|possible|so))|is it|is that|does|do i|do you|are)\b"
)
_TO_BE_CHECKED = re.compile(rf"^(?:{_LOOKS_AT}).*?(?:{_ASKED_OF})")
"""确认下用了多少分, "confirm how many points that is": the word that may be a yes governs a question."""
_SO_MANY = (
    r"(?:多少|几多|几)(?:分|点|积分|点数|钱|元|块|蚊|个|件|张|双|条|份|台|支|盒|套)|哪(?:个|件|张|双|条|一|款|单|台|种)|边(?:个|件|张)"
    r"|\bhow (?:many|much)\b(?! (?:days?|weeks?|hours?|longer|time))|\bwhich (?:one|of|item|pair|order|gift|voucher)\b"
    r"|\bwhat (?:was|is) (?:it|that|the \w+) again\b"
)
_LINKS = re.compile(
    r"^(?:(?:so|and|but|then|that|it|is|s|remind me|tell me|也|就|那|是|系|用|要|用了|花|扣|共|一共|总共) ?)+"
)
_TOLD_BEFORE = re.compile(rf"(?:{_SO_MANY}).{{0,12}}?(?:来着|来的)|(?:{_SO_MANY}).*\bagain$")
_AMOUNT_OR_WHICH = re.compile(_SO_MANY)
"""How much or which it is: what the question that is open has just said."""
_MARKS = " ,，、.。!！~～…;；:：-–—"
AGAIN_CHARACTERS, AGAIN_WORDS = 12, 8
"""The wish said once more is so short: more words tell something else."""


class Answer(StrEnum):
    """What was said to a question that yes or no answers."""

    YES = "yes"
    NO = "no"
    NOT_YET = "not_yet"
    """Hesitation: the question stays open, nothing is done."""


@dataclass(frozen=True, slots=True)
class Consent:
    """`answer` is None when the words are no answer. `rest`: what was said beside it, in the customer's own words."""

    answer: Answer | None
    rest: str = ""


def read(text: str) -> Consent:
    """What a text says to an open yes-or-no question. The last word counts: a yes that is taken back is a no, and one
    that wants another thing is none to what was asked."""
    if checks(text):
        return Consent(None, text)
    found = _read(text)
    if found.answer in (Answer.YES, None) and (laid_down := condition(text)):
        return Consent(Answer.NOT_YET, laid_down)
    changed = found.answer is Answer.YES and changes(_split(text)[1])
    return Consent(None, text) if changed else found


def _read(text: str) -> Consent:
    first, rest = _split(text)
    if rest and _TERMS_ECHOED.fullmatch(first.strip()) and not asks_back(first):
        # 满199啊 那可以 换吧: the terms that were told, said over before the answer.
        return read(rest)
    if rest and _TAKEN_BACK.search(normalise(rest)) and not asks_back(rest):
        return Consent(Answer.NO)
    if (insisted := _INSISTS.match(text.strip())) is not None:
        return Consent(Answer.NOT_YET, text.strip()[insisted.end() :].strip(" ，,。.!！的啦啊"))
    if hesitates(text):
        others = [clause for clause in clauses(text) if not hesitates(clause) and not _is_plain(clause, "yes")]
        if not others and asks_back(asked := lexicon.without("hesitation", text)) and len(asked.split()) > 1:
            # "Wait can I use both": what is asked stands behind the breath, without a pause.
            others = [asked]
        return Consent(Answer.NOT_YET, " ".join(each for each in others if _says_something(each)))
    if rest and asks_back(rest) and is_breath(first):
        return Consent(Answer.NOT_YET, rest)
    if acknowledges(first):
        return _behind_acknowledgement(first, rest, text)
    for answer in (Answer.NO, Answer.YES):
        if _is_plain(first, answer.value):
            if answer is Answer.YES and depends(rest):
                return Consent(Answer.NOT_YET, rest)
            return Consent(answer, rest if _says_something(rest) else "")
    said = lexicon.yes_or_no_said(first)
    asks = bool(_QUESTION.search(first.strip()))
    if said is False:
        return Consent(Answer.NO, rest if _says_something(rest) else "")
    if said is True and not asks and not lexicon.mentions("negation", first):
        # "Yes if it's free" says more than yes before any pause.
        rest = f"{parted_yes(first)[1]} {rest}".strip()
        return Consent(Answer.YES, rest if _says_something(rest) else "")
    return Consent(None, text)


def parted_yes(text: str) -> tuple[str, str]:
    """The words of yes and politeness at the beginning of a text, and what stands behind them.

    The first is empty where it does not begin with a yes: 好慢, 是不是."""
    words = _closed_up("answer", "yes") | _closed_up("courtesy") | _closed_up("breath")
    for end in range(len(text), 0, -1):
        inside_word = end < len(text) and (text[end - 1] + text[end]).isascii() and text[end - 1 : end + 1].isalnum()
        head = normalise(text[:end]).replace(" ", "")
        if inside_word or not text[end - 1].isalnum() or not _made_of(head, words):
            continue
        joined = end < len(text) and text[end].isalnum() and not head.isascii()
        if joined and len(head) < 2 and not _JOINS_ON.match(text[end:]):
            continue
        return text[:end], text[end:].strip(_MARKS)
    return "", text.strip()


def is_condition(clause: str) -> bool:
    """Whether a clause names the case in which something shall be done: "if it's free", 要是今天能到就行, 除非要钱.
    A polite "if you can" names none."""
    bare = lexicon.without("polite_if", clause)
    begins = any(heard.value == "begins" and heard.start == 0 for heard in lexicon.heard("supposing", bare))
    within = any(heard.value == "within" for heard in lexicon.heard("supposing", bare))
    return bool(bare) and (begins or within or _ON_CONDITION.search(normalise(bare)) is not None)


def condition(text: str) -> str:
    """The clauses of a text that make its yes, or its wish, depend on something, without questions."""
    found = []
    for said in filter(str.strip, _HALVES.split(text)):
        clause = lexicon.without("polite_if", said) if lexicon.mentions("polite_if", said) else said
        head, behind = parted_yes(clause)
        asks = asks_back(clause) or _QUESTION.search(clause)
        if behind and not asks and is_condition(behind if head else clause):
            found.append(behind if head else clause)
    return " ".join(found)


@lru_cache(maxsize=4096)
def checks(text: str) -> bool:
    """Whether a text wants to see once more what was asked about: a word that would be a yes by itself governs a
    question (确认下用了多少分, "sure how much is it"), or what was told is asked back (好，是多少分来着)."""
    return any(_is_checked(sentence) for sentence in _SENTENCES.split(text))


def _is_checked(sentence: str) -> bool:
    flat = normalise(sentence)
    close = flat if flat.isascii() else flat.replace(" ", "")
    if _TO_BE_CHECKED.search(close):
        return True
    head, behind = parted_yes(sentence)
    rest = _LINKS.sub("", normalise(behind))
    rest = rest if rest.isascii() else rest.replace(" ", "")
    return (bool(head) and _AMOUNT_OR_WHICH.match(rest) is not None) or _TOLD_BEFORE.search(close) is not None


def asks_how_much_or_which(text: str) -> bool:
    """Whether a text asks how much, how many or which: what a question that asks for a yes has said itself."""
    return _AMOUNT_OR_WHICH.search(normalise(text)) is not None


def _behind_acknowledgement(first: str, rest: str, text: str) -> Consent:
    """What is said to the question behind words that only take note of what was told: another wish agrees to nothing.
    By themselves, "ok great" and 哦好 are a yes, and "ok got it" is none."""
    if _says_something(rest):
        behind = read(rest)
        return behind if behind.answer is not None else Consent(None, text)
    if any(each.value == "noted" for each in lexicon.heard("acknowledges", first)):
        return Consent(Answer.NOT_YET)
    is_yes = lexicon.yes_or_no_said(first) or _is_plain(first, "yes")
    return Consent(Answer.YES) if is_yes else Consent(None, text)


def acknowledges(clause: str) -> bool:
    """Whether a clause only takes note of what was told, or praises it, perhaps with a light yes: "ok nice", 哦好,
    这样啊."""
    if not lexicon.heard("acknowledges", clause):
        return False
    left = normalise(clause).replace(" ", "")
    words = _closed_up("acknowledges", "noted") | _closed_up("acknowledges", "light") | _closed_up("answer", "yes")
    return _made_of(left, words | _closed_up("courtesy") | _closed_up("breath"))


def turns_away(text: str) -> bool:
    """Whether a text takes note of what was told and goes on to another matter: it agrees to nothing."""
    first, rest = _split(text)
    return _says_something(rest) and acknowledges(first) and read(text).answer is None


def changes(text: str) -> bool:
    """Whether what stands behind a yes wants another thing than the one that was asked about."""
    return not asks_back(text) and _CHANGES.search(normalise(text)) is not None


def parted(text: str) -> tuple[str, str]:
    """The first clause that says something, and what follows it."""
    return _split(text)


def says_again(text: str) -> bool:
    """Whether words that name the very act asked about may stand for a yes: 退吧, "swap it". They are short and plain;
    whoever asks, waits, denies, corrects or names a condition has agreed to nothing."""
    takes_back = any(lexicon.mentions(group, text) for group in ("negation", "correction", "but", "drop"))
    denies = takes_back or _DENIES.search(normalise(text)) is not None
    return bool(normalise(text)) and is_short(text) and not denies and not doubts(text)


def is_short(text: str) -> bool:
    """Whether there are so few words that they say one thing."""
    flat = normalise(text)
    return len(flat.split()) <= AGAIN_WORDS if flat.isascii() else len(flat) <= AGAIN_CHARACTERS


def says_only(text: str, words: set[str]) -> bool:
    """Whether a text is nothing but these words, a yes and courtesies, in whatever order: 嗯取消, 撤 撤 撤.

    `words`: normalised and without spaces.
    """
    bare = lexicon.without("courtesy", normalise(text)).replace(" ", "")
    return _made_of(bare, _closed_up("answer", "yes") | words)


def doubts(text: str) -> bool:
    """Whether the words ask, want time or suppose a case: whatever else they say, they are no yes."""
    return asks_back(text) or hesitates(text) or bool(lexicon.heard("supposing", text))


def depends(rest: str) -> bool:
    """Whether what stands behind a bare yes makes a condition of it: "ok but will it be here by friday"."""
    return lexicon.mentions("condition", rest) or (_RESERVES.match(rest) is not None and asks_back(rest))


def asks_back(text: str) -> bool:
    """Whether a question stands anywhere in the words, with a mark or without: 几天退钱, "can I swap it there"."""
    is_marked = "?" in text or "？" in text or lexicon.mentions("asks_back", text)
    is_marked = is_marked or _asks_for_agreement(text)
    return is_marked or any(_ASKS_WHETHER.search(normalise(clause)) for clause in clauses(text))


def _asks_for_agreement(text: str) -> bool:
    flat = normalise(text)
    agrees = any(_begins_with_yes(flat, word) for word in lexicon.words("answer", "yes"))
    return not agrees and _TAG.search(flat if flat.isascii() else flat.replace(" ", "")) is not None


def _begins_with_yes(flat: str, word: str) -> bool:
    word = normalise(word)
    return flat.startswith(f"{word} ") if word.isascii() else flat.startswith(word)


def hesitates(text: str) -> bool:
    """Whether the customer wants time: 考虑一下, 等等, let me think."""
    return lexicon.mentions("hesitation", text)


def insists(text: str) -> bool:
    """Whether a no only denies that the thing is not wanted: 不是不换, "no, I do want it"."""
    return _INSISTS.match(text.strip()) is not None


def clauses(text: str) -> list[str]:
    """The parts of a text between its pauses."""
    return [clause.strip() for clause in _PAUSE.split(text) if clause and clause.strip()]


def _split(text: str) -> tuple[str, str]:
    """The first clause that says something, and what follows it."""
    stripped = text.strip()
    pause = _PAUSE.search(stripped, 1)
    if pause is None:
        return stripped, ""
    first, rest = stripped[: pause.end()], stripped[pause.end() :].strip()
    # "嗯嗯，好的，谢谢": answers in a row are one, and so is what only takes note behind one.
    while rest and (_is_plain(first, "yes") or acknowledges(first)):
        following = _PAUSE.search(rest, 1)
        clause = rest[: following.end()] if following else rest
        if not acknowledges(clause) and not (_is_plain(first, "yes") and _is_plain(clause, "yes")):
            break
        first, rest = f"{first} {clause}", rest[len(clause) :].strip()
    return first, rest


def is_breath(clause: str) -> bool:
    """Whether a clause in front of a question only draws breath for it: 嗯……, "um,", or a yes that trails off, 好……"""
    left = normalise(clause).replace(" ", "")
    return _made_of(left, _closed_up("breath")) or (_TRAILS_OFF.search(clause) is not None and _is_plain(clause, "yes"))


def _is_plain(clause: str, answer: str) -> bool:
    """Whether a clause is nothing but yes (or no) and courtesies."""
    left = normalise(clause)
    if not left:
        return False
    bare = lexicon.without("courtesy", left).replace(" ", "")
    return _made_of(bare, _closed_up("answer", answer))


@cache
def _closed_up(group: str, value: str = "") -> frozenset[str]:
    """The words of a group, normalised and without spaces."""
    return frozenset(normalise(word).replace(" ", "") for word in lexicon.words(group, value))


def _made_of(text: str, words: Set[str]) -> bool:
    """Whether a text is words of the list in a row, and nothing else."""
    lengths = {len(word) for word in words}
    reached = {0}
    for at in range(len(text)):
        if at in reached:
            reached |= {at + length for length in lengths if text[at : at + length] in words}
    return bool(text) and len(text) in reached


def _says_something(text: str) -> bool:
    return bool(lexicon.without("courtesy", text).strip())
