"""How many of several pieces of one purchase go back: 只退漏的那个, "just the one", two of three."""

import re

from actions.kit.base import Turn
from actions.kit.form_input import words
from crm_store.numerals import from_chinese
from crm_store.orders import OrderLine
from crm_store.text import normalise

FOCUS = "return_pieces"
"""In the focus: the line's id and how many of it."""
_MEASURE = r"(?:个|件|双|瓶|只|条|盒|罐|支|把|台|套|张|本|包|枝)"
_NUMBER = r"([一二两三四五六七八九]|\d{1,2}|one|two|three|four|five)"
_WHAT = r"(?:漏|坏|破|裂|碎|瑕疵|有问题|有毛病|不好|不亮|不行|歪|脏)\S{0,2}?的?"
_SOME = re.compile(
    rf"(?:只|就|仅|净系|单|单单)(?:是|要|想|系)?(?:退|换|寄|修|送)(?:回|返|货)?(?:掉|了)?(?:其中)?{_NUMBER}{_MEASURE}"
    rf"|退(?:回|返|货)?(?:掉|了)?{_NUMBER}{_MEASURE}(?!月|星期|问题|原因)"
    rf"|\b(?:return|send back) {_NUMBER}\b(?! (?:day|week|month|thing|question|more))"
    rf"|(?:数量|件数)(?:改成?|改为|是|为|写|填|要)?{_NUMBER}"
    rf"|其中(?:的)?(?:{_NUMBER}){_MEASURE}"
    rf"|\b(?:only|just) (?:(?:return|send back|sending back|exchange|swap|want to return) )?"
    rf"{_NUMBER}\b(?! (?:day|week|month|thing|question))"
)
_ONE = re.compile(
    rf"(?:只|就|仅|净系|单)(?:是|要|想|系)?(?:退|换|寄|修|送)?(?:回|返)?{_WHAT}(?:那|这|嗰)一?{_MEASURE}"
    rf"|(?:退|换|修)(?:回|返)?{_WHAT}(?:那|这|嗰)一?{_MEASURE}"
    rf"|(?:只|就|净系)(?:退|换|修)(?:那|这|嗰)一?{_MEASURE}"
    rf"|另外?(?:的)?(?:那|一){{0,2}}{_MEASURE}(?:是)?(?:好好的|没问题|没事|好的|还要|留着|我要留)"
    r"|\b(?:only|just) (?:the )?(?:one|broken|faulty|leaking|bad|damaged|cracked)(?: one)?\b"
    r"(?! (?:day|week|month|thing|question))"
    r"|\bone of (?:them|the two|the three|those|the pair)\b"
    r"|\b(?:the )?other one (?:is|was|s) (?:fine|ok|okay|good|great|perfect)\b"
)
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


def said(text: str, line: OrderLine) -> int | None:
    """How many pieces of the line a text speaks of; None where it does not say, or the line has but one."""
    if line.quantity < 2:
        return None
    flat = normalise(text)
    found = _SOME.search(flat)
    if found is not None and (number := next((each for each in found.groups() if each), None)):
        pieces = int(number) if number.isdigit() else _WORDS.get(number) or from_chinese(number)
        return pieces if pieces and pieces <= line.quantity else None
    return 1 if _ONE.search(flat) else None


def heard(turn: Turn, line: OrderLine | None) -> bool:
    """Keep how many pieces the message speaks of; whether that is another number than before."""
    pieces = said(words(turn), line) if line is not None and not turn.pressed else None
    if line is None or pieces is None or pieces == of(turn, line):
        return False
    turn.focus(**{FOCUS: [str(line.id), pieces]})
    return True


def of(turn: Turn, line: OrderLine) -> int:
    """How many pieces of the line go back: all that were bought, where nothing else was said."""
    kept = turn.spoken_of.get(FOCUS)
    is_its = isinstance(kept, list) and len(kept) == 2 and kept[0] == str(line.id)
    return min(int(kept[1]), line.quantity) if is_its and kept else line.quantity


def tell(turn: Turn, line: OrderLine) -> None:
    """Before the last question: how many are registered, where several were bought."""
    if line.quantity < 2:
        return
    pieces = of(turn, line)
    name = "reply_return_pieces_all" if pieces == line.quantity else "reply_return_pieces_some"
    turn.say(name, count=str(pieces), bought=str(line.quantity))
