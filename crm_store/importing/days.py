"""From a cell to a day or a moment. A parser gives the value or raises ValueError with a reason code."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from crm_store import clock, numerals

SERIAL_ZERO = date(1899, 12, 30)
"""Day 0 of a spreadsheet's calendar, as it counts from March 1900 on."""
SERIALS = range(18_000, 80_000)
"""From 1949 to 2119; smaller numbers are no dates."""


class DateOrder(StrEnum):
    """What 05/01/2024 means in a file: 5 January or 1 May."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


_order: ContextVar[DateOrder | None] = ContextVar("date_order", default=None)


@contextmanager
def dates_in(order: DateOrder | None) -> Iterator[None]:
    """Read dates with the year at their end in this order within the block, also those with points; one that can only
    be in the other is refused. Without an order, what could be either is refused, and points are day first."""
    token = _order.set(order)
    try:
        yield
    finally:
        _order.reset(token)


_YEAR_FIRST = re.compile(r"(\d{4})\s*([-/.年])\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
_POINTS = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})")
_NAMED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3,9})\.?|([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?),?[ -](\d{4})"
)
SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_MONTHS = (
    ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",), ("jun", "june"),
    ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"), ("oct", "october"), ("nov", "november"),
    ("dec", "december"),
)  # fmt: skip
_NUMBER_OF_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
"""Of whole words: marraskuu is no March, but a Finnish November."""

_CLOCK = re.compile(
    r"(?P<half>上午|早上|凌晨|中午|下午|晚上|am|pm)?\s*(?P<hour>\d{1,2})(?:[:时点]\s*(?P<minute>\d{1,2})?)"
    r"(?:[:分]\s*(?P<second>\d{1,2})?秒?)?(?:\.\d+)?\s*(?P<after>am|pm|a\.m\.|p\.m\.)?"
)
_FIRST_HALF = {12: 0} | {hour: hour for hour in range(12)}
_SECOND_HALF = {hour: hour for hour in range(12, 24)} | {hour: hour + 12 for hour in range(12)}
_HALVES = {
    **dict.fromkeys(("am", "a.m.", "上午", "早上", "凌晨"), _FIRST_HALF),
    **dict.fromkeys(("pm", "p.m.", "下午"), _SECOND_HALF),
    "中午": {1: 13, 2: 14} | {hour: hour for hour in range(10, 15)},
    "晚上": {hour: hour + 12 for hour in range(5, 12)} | {hour: hour for hour in range(17, 24)},
}
"""By the word at an hour which hour of the day it is. Others are refused: 13:00 AM is none, and 晚上12:00 may be the
beginning of the day or its end."""


def day(cell: str) -> date:
    """2026-11-22, 2026/11/22, 2026年11月22日, 二〇二六年十一月二十二日, 20261122, 22.11.2026, 22 Nov 2026, and 46348 as
    a spreadsheet counts days. 05/01/2024 only where `dates_in` says what it means. A moment with its zone is the day it
    is at the shop: programs send 9 March there as 1990-03-08T16:00:00Z."""
    flat = _flat(cell)
    if (told := _zoned(cell)) is not None:
        return local_day(told)
    found, rest = _split(flat)
    if rest:
        try:
            _time(rest)
        except ValueError:
            raise ValueError("not_a_date") from None
    return found


def birthday(cell: str) -> date:
    born = day(cell)
    if born > clock.today():
        raise ValueError("in_the_future")
    if born.year < 1900:
        raise ValueError("too_old")
    return born


def moment(cell: str) -> datetime:
    """A date with or without a time; without a zone it is the shop's own. A bare date is the beginning of that day."""
    parsed = _zoned(cell) or _read(_flat(cell))
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=clock.business_zone())
    if not clock.FIRST_YEAR <= parsed.year <= clock.LAST_YEAR:
        raise ValueError("not_a_time")
    return parsed.astimezone(UTC)


def past_moment(cell: str) -> datetime:
    """A moment that is not in the future."""
    parsed = moment(cell)
    if parsed > clock.now():
        raise ValueError("in_the_future")
    return parsed


def last_moment(cell: str) -> datetime:
    """The end of something: a bare date means the last second of that day at the shop, and so does its 0:00, which is
    what a spreadsheet makes of a bare date."""
    parsed = moment(cell)
    local = parsed.astimezone(clock.business_zone())
    if local.time() == time():
        return local.replace(hour=23, minute=59, second=59).astimezone(UTC)
    return parsed


PARSERS = (day, birthday, moment, past_moment, last_moment)


def local_day(at: datetime) -> date:
    """The day of a moment at the shop."""
    return at.astimezone(clock.business_zone()).date()


def _zoned(cell: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(cell.strip().replace("/", "-"))
    except ValueError:
        return None
    # Compact forms such as 20261122 are dates here, and the rest is read by our own rules.
    return parsed if parsed.tzinfo is not None else None


def _read(flat: str) -> datetime:
    if SERIAL.fullmatch(flat):
        return _of_serial(flat)
    begin, rest = _split(flat)
    return datetime.combine(begin, _time(rest) if rest else time())


def _of_serial(flat: str) -> datetime:
    if int(float(flat)) not in SERIALS:
        raise ValueError("not_a_date")
    return datetime.combine(SERIAL_ZERO, time()) + timedelta(seconds=round(float(flat) * 86_400))


def _split(flat: str) -> tuple[date, str]:
    """The day at the beginning of the text, and what stands behind it."""
    if SERIAL.fullmatch(flat):
        return _of_serial(flat).date(), ""
    for pattern, parts in _PATTERNS:
        if found := pattern.match(flat):
            if flat[found.end() - 1].isdecimal() and flat[found.end() : found.end() + 1].isdecimal():
                raise ValueError("not_a_date")
            year, month, number = parts(found)
            try:
                return date(year, month, number), flat[found.end() :].strip().removeprefix("t").strip(" ,")
            except ValueError:
                raise ValueError("not_a_date") from None
    raise ValueError("not_a_date")


def _year_last(found: re.Match[str]) -> tuple[int, int, int]:
    first, second, year = (int(part) for part in found.groups())
    order = _order.get()
    if order is None:
        if first > 12 or first == second:
            return year, second, first
        if second > 12:
            return year, first, second
        raise ValueError("ambiguous_date")
    number, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    if number <= 12 < month:
        raise ValueError("other_date_order")
    return year, month, number


def _with_points(found: re.Match[str]) -> tuple[int, int, int]:
    if _order.get() is not None:
        return _year_last(found)
    return int(found.group(3)), int(found.group(2)), int(found.group(1))


def _named(found: re.Match[str]) -> tuple[int, int, int]:
    name = found.group(2) or found.group(3)
    if name not in _NUMBER_OF_MONTH:
        raise ValueError("not_a_date")
    return int(found.group(5)), _NUMBER_OF_MONTH[name], int(found.group(1) or found.group(4))


_PATTERNS = (
    (_YEAR_FIRST, lambda found: (int(found.group(1)), int(found.group(3)), int(found.group(4)))),
    (_COMPACT, lambda found: (int(found.group(1)), int(found.group(2)), int(found.group(3)))),
    (_POINTS, _with_points),
    (_YEAR_LAST, _year_last),
    (_NAMED, _named),
)


def _time(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError("not_a_time")
    half = found["half"] or found["after"]
    hour = int(found["hour"])
    if half:
        if (found["half"] and found["after"]) or hour not in _HALVES[half]:
            raise ValueError("hour_unclear")
        hour = _HALVES[half][hour]
    try:
        return time(hour, int(found["minute"] or 0), int(found["second"] or 0))
    except ValueError:
        raise ValueError("not_a_time") from None


def _flat(cell: str) -> str:
    """Half-width, lower case, Simplified hours, and Chinese numerals of a date as digits."""
    flat = " ".join(unicodedata.normalize("NFKC", cell).casefold().split())
    flat = flat.replace("時", "时").replace("點", "点").replace("號", "号")
    if "年" in flat:
        flat = numerals.in_digits(flat)
    return flat
