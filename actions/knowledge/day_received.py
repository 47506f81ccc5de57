"""The day on which a customer says that a thing came: of several days in a text the one that is said of its delivery.

"Delivered on 21 Nov, today is 29 Nov": what is said of today is no day of delivery, nor what is said of unpacking it.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from actions.knowledge import figures

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH_NAME = rf"(?P<{{}}>{'|'.join(_MONTHS)})[a-z]*\.?"
_WEEKDAY = rf"(?:(?:{'|'.join(_WEEKDAYS)})[a-z]*)"
_DAY = re.compile(
    r"(?:(?P<year>20\d\d)\s*[年/.-]\s*)?(?<![\d./])(?P<month>1[0-2]|0?[1-9])\s*(?:月|/)\s*"
    r"(?P<day>3[01]|[12]\d|0?[1-9])(?![\d./%])\s*[日号]?"
    rf"|\b(?P<day_first>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH_NAME.format('month_after')}\b"
    rf"|\b{_MONTH_NAME.format('month_first')}\s+(?:the\s+)?(?P<day_after>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\b"
    r"|(?<![\d月第])(?P<bare>3[01]|[12]\d|[1-9])(?:号|日(?!内|之内|以内))(?!码)"
    r"|\bthe\s+(?P<bare_english>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)\b"
    rf"|\b(?P<back>last|on|this)\s+(?P<weekday>{_WEEKDAY})\b(?!\s+the\s+\d)"
    r"|(?P<back_chinese>上个?|这个?)?(?:周|星期|礼拜)(?P<weekday_chinese>[一二三四五六日天])"
)
_OF_TODAY = re.compile(
    r"(?:今[天日]|而家|现在)(?:已经|都|就|才)?(?:是|系)?\s*$"
    r"|\b(?:today|now)(?: is|'?s| it'?s)?(?: already)?(?: the)?\s*$"
    r"|\bso it'?s\s*$"
)
_CLAUSE_END = re.compile(r"[，,。.;；!！?？\n]+(?!\d)|\s+(?:and|but|so)\s+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_CAME = re.compile(
    r"签收|收到|收货|到货|到手|送到|寄到|送达|拿到|到的|\b(?:delivered|arrived|received|signed|came|got)\b"
)
_OF_USE = re.compile(r"拆|开封|打开|用|穿|\b(?:opened|unwrapped|unpacked|used|wore|worn|given|gave|tried)\b")
_SOON = timedelta(days=60)
"""How far ahead a day without a year lies that is to come; one further off was last year."""


@dataclass(frozen=True, slots=True)
class Days:
    """The day it came; `acted`: a later day that is named besides, on which it is unpacked or would go back."""

    came: date
    acted: date | None = None


def told(text: str, today: date) -> Days | None:
    """The day of delivery that is written in a text; None where no day is."""
    came: list[date] = []
    others: list[date] = []
    acted: list[date] = []
    for clause in _CLAUSE_END.split(figures.flat(text)):
        for found in _DAY.finditer(clause):
            day = _date(found, today)
            if day is None or _OF_TODAY.search(clause[: found.start()]) or clause[found.end() :].startswith(" today"):
                continue
            kind = came if _CAME.search(clause) else acted if _OF_USE.search(clause) else others
            kind.append(day)
    if came or others:
        first = (came or others)[0]
        return Days(first, next((day for day in acted if day > first), None))
    return None


def _date(found: re.Match[str], today: date) -> date | None:
    said = found.groupdict()
    if weekday := said["weekday"] or said["weekday_chinese"]:
        index = _WEEKDAYS.index(weekday[:3]) if weekday.isascii() else "一二三四五六日天".index(weekday)
        return _weekday(min(index, 6), today, week_before=(said["back_chinese"] or "").startswith("上"),
                        is_last=said["back"] == "last")  # fmt: skip
    if bare := said["bare"] or said["bare_english"]:
        return _day_of_month(int(bare), today)
    month = said["month"] or said["month_after"] or said["month_first"]
    day = int(said["day"] or said["day_first"] or said["day_after"])
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1
    years = [int(said["year"])] if said["year"] else [today.year + 1, today.year, today.year - 1]
    days = [date(year, number, day) for year in years if day <= monthrange(year, number)[1]]
    return next((each for each in days if said["year"] or each <= today + _SOON), None)


def _weekday(index: int, today: date, *, week_before: bool, is_last: bool) -> date:
    """The last such day before today; `week_before`: that of the week before this one; `is_last`: told as "last
    Saturday", which on a Sunday is the one before yesterday's."""
    if week_before:
        return today - timedelta(days=today.weekday() + 7 - index)
    back = (today.weekday() - index) % 7 or 7
    return today - timedelta(days=back + 7 if is_last and back == 1 else back)


def _day_of_month(day: int, today: date) -> date | None:
    """The last day of that number."""
    first = today.replace(day=1)
    months = [first, (first - timedelta(days=1)).replace(day=1)]
    days = [each.replace(day=day) for each in months if day <= monthrange(each.year, each.month)[1]]
    return next((each for each in days if each <= today), None)
