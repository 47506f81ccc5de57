"""What somebody wants to spend: 三百以内, 200出头, "about 400", "three hundred max"."""

import re
from dataclasses import dataclass

from crm_store.numerals import CHINESE, NUMERAL, value

ABOUT, SCARCELY_MORE = 0.1, 0.25
"""The share by which "about 400" and 200出头 may be exceeded."""

LEAST_SAID = 20
"""From so much on two numbers are amounts: 2到3块 is a way to say little."""

_ONES = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_TENS = {
    "ten": 10, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_WORDS_EN = re.compile(
    rf"\b(?P<ones>{'|'.join(_ONES)}) (?P<unit>hundred|thousand|grand)(?: and)?(?: (?P<more>{'|'.join(_TENS)}))?\b"
    rf"|\b(?P<tens>{'|'.join(_TENS)})\b(?= (?:yuan|rmb|kuai|max|or less|or so|tops))",
    re.IGNORECASE,
)
_UNIT = r"(?:块|元|塊|蚊|rmb|yuan|kuai)"
_NO_MONEY = (
    r"(?!\d|\s*(?:天|日|周|週|号|號|码|碼|寸|吋|升|公升|公斤|公分|毫升|厘米|平|分|点|點|个|個|人|月|年|岁|歲|小时|小時"
    r"|kg|ml|cm|mm|l\b|kilo|litre|liter|days?|hours?|points?|inch|pieces?|people|o'?clock|am\b|pm\b|%))"
)
_MOST = re.compile(
    rf"(?P<before>{NUMERAL})\s*{_UNIT}?\s*(?:钱|錢)?"
    r"\s*(?P<how>以内|以內|以下|之内|之內|内|內|左右|上下|出头|出頭|封顶|封頂|or less\b|or so\b|or thereabouts\b|odd\b"
    r"|max(?:imum)?\b|at most\b|tops\b)"
    r"|(?P<word>(?:预算|預算)(?:大概|大約|大约|差不多|約|约|是|在|有)*|budget(?: of| is)?(?: about| around)?"
    r"|under|below|up to|less than|within|not? (?:more|higher) than|(?:not|nothing|no) (?:over|above)|at most"
    r"|\bmax(?:imum)?(?: of)?|about|around|roughly"
    r"|approximately"
    r"|不超过|不超過|唔超過|最多|最高|顶多|頂多|上限|大概|大约|大約|差不多)"
    r"\s*[:：]?\s*[¥￥$]?"
    rf"\s*(?P<after>\d+|{CHINESE}){_NO_MONEY}",
    re.IGNORECASE,
)
_FIGURE = rf"(?:\d|{CHINESE})"
_MONEY = re.compile(
    rf"[¥￥]\s*\d|{_FIGURE}{_UNIT}(?!\w)|\d\s*(?:rmb|yuan|kuai)\b|{_FIGURE}{_UNIT}(?:钱|錢|以|左|上|出|的|之|内|內)",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"(?:us\$|hk\$|nt\$|\$|€|£)\s*\d+|\d+\s*(?:dollars?|bucks|usd|euros?|eur|pounds?|gbp|quid)\b"
    r"|\d+\s*(?:美元|美金|台币|台幣|新台幣|港币|港幣|港纸|港紙|欧元|歐元|英镑|英鎊)",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"[¥￥]\s*(?P<before>\d+)|(?P<after>\d+)\s*(?:rmb\b|cny\b|yuan\b|kuai\b|块|塊|元|人民币|人民幣)", re.IGNORECASE
)
_ABOUT = re.compile(
    r"左右|上下|大概|大约|大約|差不多|about|around|roughly|approximately|or so|thereabouts", re.IGNORECASE
)
_SCARCELY_MORE = re.compile(r"出头|出頭|odd", re.IGNORECASE)


_BETWEEN = re.compile(
    rf"(?P<least>\d{{2,}}|{CHINESE})\s*{_UNIT}?\s*(?:到|至|[-–~～—]|\bto\b)\s*[¥￥]?\s*(?P<most>\d{{2,}}|{CHINESE})\s*"
    rf"(?:{_UNIT}(?![a-z])|之[间間])"
    r"|\bbetween [¥￥]?(?P<from>\d{2,})(?: (?:yuan|rmb|kuai))? and [¥￥]?(?P<to>\d{2,})",
    re.IGNORECASE,
)
"""Two amounts that are named as money, or as what a price is to lie between."""


@dataclass(frozen=True, slots=True)
class Budget:
    """`limit`, as it was said, and how far a price may go `over` it, in minor units; `least`: where a price has to
    begin."""

    limit: int
    over: int = 0
    least: int = 0

    @property
    def about(self) -> bool:
        """Whether what lies near the amount is wanted, and not only what costs no more."""
        return self.over > 0


def said(text: str) -> Budget | None:
    """What the customer wants to spend at most, in the shop's money; None where none is told, or in other money."""
    flat = _in_digits(text)
    if is_foreign(flat):
        # "Under 40 quid, that's like 370 yuan": the amount in the shop's money counts.
        own = _OWN.search(_FOREIGN.sub(" ", flat))
        return Budget(int(own["before"] or own["after"]) * 100) if own is not None else None
    if (between := _between(flat)) is not None:
        return between
    found = _MOST.search(flat)
    amount = value(found["before"] or found["after"]) if found else None
    if found is None or amount is None:
        return None
    limit, how = amount * 100, found["how"] or found["word"] or ""
    share = SCARCELY_MORE if _SCARCELY_MORE.search(how) else ABOUT if _ABOUT.search(how) else 0
    return Budget(limit, int(limit * share))


def _between(flat: str) -> Budget | None:
    found = _BETWEEN.search(flat)
    if found is None:
        return None
    least, most = value(found["least"] or found["from"]), value(found["most"] or found["to"])
    return Budget(most * 100, least=least * 100) if least and most and LEAST_SAID <= least < most else None


def names_money(text: str) -> bool:
    """Whether an amount stands in the text with the name of money."""
    return _MONEY.search(text) is not None or is_foreign(text)


def is_foreign(text: str) -> bool:
    """Whether an amount is told in money other than the shop's."""
    return _FOREIGN.search(text) is not None


def without(text: str) -> str:
    """The text without what is told of money."""
    flat = _in_digits(text)
    return _MOST.sub(" ", _BETWEEN.sub(" ", flat) if _between(flat) else flat)


def _in_digits(text: str) -> str:
    return _WORDS_EN.sub(_digits, text)


def _digits(found: "re.Match[str]") -> str:
    if found["tens"]:
        return str(_TENS[found["tens"].lower()])
    unit = 100 if found["unit"].lower() == "hundred" else 1000
    more = _TENS.get((found["more"] or "").lower(), 0)
    return str(_ONES[found["ones"].lower()] * unit + more)
