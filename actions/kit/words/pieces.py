"""How many pieces of a thing are wished: 两张, 二十张, "3 of them", "2 more", "make it three"."""

import re
from collections.abc import Collection, Iterator

from crm_store.numerals import from_chinese

_MEASURES = r"(?:张|張|份|个|個|件|罐|只|隻|盒|套|杯|盏|盞|枚|条|條)"
_NUMERAL = r"(?:[一二两兩三四五六七八九]?十[一二三四五六七八九几幾来來多]?|[一二两兩三四五六七八九]|(?<![\d.])\d{1,2})"
_WORDS_EN = r"(?:two|three|four|five|six|seven|eight|nine|ten|a couple(?: of)?|a pair(?: of)?)"
_THINGS_EN = r"(?:vouchers|coupons|tins|mugs|cups|flasks|thermoses|lamps|totes|bags|sets|gifts|pieces|pcs)"
_NO_PIECES = (
    r"(?!\s*(?:yuan|rmb|cny|points?|hundred|thousand|kuai|days?|weeks?|months?|years?|orders?|%|percent|o'?clock|am|pm"
    r"|times\b(?!\s*the)|minutes?|hours?)\b)"
)
_BARE_EN = r"(?<![¥$\d.,-])\b\d{1,2}\b(?![.,]?\d)"
_PIECES = re.compile(
    rf"(?<!第)(?<!哪)(?<!同)(?P<zh>{_NUMERAL})\s*{_MEASURES}(?!月)"
    rf"|(?P<spoken>[俩倆仨])"
    rf"|(?<![¥$\d.])\b(?P<en>{_WORDS_EN})\b{_NO_PIECES}"
    r"|(?<!the )(?<!that )(?<!this )(?<!which )(?<!any )(?<!same )(?<!\d )(?<!yuan )(?<!hundred )(?<!fifty )"
    r"(?<!twenty )"
    rf"\b(?P<only>one)\b{_NO_PIECES}(?!\s*(?:go\b|time\b|or\b))"
    r"|(?<![¥$\d.])\b(?P<of>\d{1,2}) ?(?:of|x|×)(?: the| those| your)? (?=[¥$]?\d)"
    r"|(?<![¥$\d.])\b(?P<digits>\d{1,2})\s*(?:x|×|times|pcs|pieces|of|more|each)(?![a-z])"
    r"|(?<![a-z\d])[x×]\s*(?P<times>\d{1,2})\b"
    r"|(?<![¥$\d.])\b(?P<before>\d{1,2})(?=\s+[¥$]?\d+\b)"
    rf"|(?P<things>{_BARE_EN})(?=\s+(?:[a-z]+\s+){{0,2}}{_THINGS_EN}\b)"
    rf"|\b(?:make (?:it|that)|take|get|want|have|need|just|only|said|all)\s+(?P<wished>{_BARE_EN}){_NO_PIECES}"
    rf"|(?P<please>{_BARE_EN})(?=\s+(?:please|pls|plz|then)\b)",
    re.IGNORECASE,
)
_WORDS = {
    "一": 1, "两": 2, "兩": 2, "a couple of": 2, "a pair of": 2, "a couple": 2, "a pair": 2, "俩": 2, "倆": 2, "仨": 3,
    **{word: value for value, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight",
                                                "nine", "ten"), start=1)},
}  # fmt: skip
_MAY_BE_WORTH = frozenset({"digits", "before", "things", "wished", "please"})
"""Groups whose number may be the worth of a voucher: "20 vouchers". Beside a measure word it is none: 20张."""
_ABOUT = re.compile(r"[几幾来來多]$")


def count_said(text: str, *, but: Collection[int] = ()) -> int | None:
    """How many pieces a text asks for: 2 of 两张20元券, 3 of "three ¥20 vouchers". `but`: numbers that are values."""
    return next((count for _, count in _found(text, but)), None)


def without_count(text: str, *, but: Collection[int] = ()) -> str:
    """The text without its numbers of pieces, so that 20张 is no voucher of 20."""
    for found, _ in reversed(list(_found(text, but))):
        text = f"{text[: found.start()]} {text[found.end() :]}"
    return text.strip()


def _found(text: str, but: Collection[int]) -> Iterator[tuple["re.Match[str]", int]]:
    for found in _PIECES.finditer(text):
        group, said = next((name, each.lower()) for name, each in found.groupdict().items() if each)
        count = _value(said)
        if count and not (group in _MAY_BE_WORTH and count in but):
            yield found, count


def _value(said: str) -> int:
    if said.isdigit():
        return int(said)
    return _WORDS.get(said) or from_chinese(_ABOUT.sub("", said)) or 0
