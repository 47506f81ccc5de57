"""How the policy file writes its values: lengths of time, shares, money, clock times, days. One reader for each.

Every reader takes what YAML gives and raises ValueError with a reason for the person who wrote the file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from itertools import pairwise
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, PlainValidator

LANGUAGES = ("zh-Hans", "zh-Hant", "en")

_SECONDS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "min": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600,
    "day": 86_400, "days": 86_400,
    "week": 604_800, "weeks": 604_800,
}  # fmt: skip
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?) *([a-z]+(?: +[a-z]+)?)")
_MONEY = re.compile(r"¥ *(\d+)(?:\.(\d\d))?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
_MINUTES_OF_A_DAY = 24 * 60
_LONGEST = timedelta(days=36_500)
_TOO_MANY = 1_000_000_000


@dataclass(frozen=True)
class Unit:
    """How a kind of value is written, for the table of all entries."""

    text: str


@dataclass(frozen=True)
class ServiceTime:
    """Time during which somebody of the shop is there: whole service days, or a length of time."""

    days: int = 0
    time: timedelta = timedelta(0)

    def length(self, service_day: timedelta) -> timedelta:
        """Working time in all, where one service day is so long."""
        return self.days * service_day + self.time


@dataclass(frozen=True)
class Term:
    """How long a warranty runs, as the calendar counts: months, or days. Nothing of either: there is none."""

    months: int = 0
    days: int = 0

    def __bool__(self) -> bool:
        return bool(self.months or self.days)


@dataclass(frozen=True)
class OpenSpan:
    """Opening hours without a break, in minutes since midnight; 24:00 is 1440."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{clock_text(self.opens)}–{clock_text(self.closes)}"


@dataclass(frozen=True)
class DayRange:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def clock_text(minutes: int) -> str:
    """Minutes since midnight as a clock shows them: 9:00."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def read_span(value: object) -> timedelta:
    """`2 min`, `24 h`, `30 days`."""
    match = _AMOUNT.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None or match[2] not in _SECONDS:
        raise ValueError(f"{_shown(value)} is no length of time; write for example 30 min, 24 h or 7 days")
    seconds = float(match[1]) * _SECONDS[match[2]]
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{_shown(value)} is longer than a hundred years")
    return timedelta(seconds=seconds)


def read_service_time(value: object) -> ServiceTime:
    """`2 service days`, or a length of time such as `4 h`."""
    match = _AMOUNT.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is not None and re.fullmatch(r"service +days?", match[2]):
        if not match[1].isdigit():
            raise ValueError(f"{_shown(value)}: service days are whole")
        return ServiceTime(days=int(match[1]))
    if match is None or _SECONDS.get(match[2], 86_400) >= 86_400:
        raise ValueError(f"{_shown(value)} is no service time; write for example 4 h or 1 service day")
    return ServiceTime(time=read_span(value))


def read_days(value: object) -> timedelta:
    """A length of time in whole days."""
    span = read_span(value)
    if span % timedelta(days=1):
        raise ValueError(f"{_shown(value)} must be whole days")
    return span


def read_days_or_never(value: object) -> timedelta | None:
    """A length of time in whole days, one at least, or `never`."""
    if value == "never":
        return None
    days = read_days(value)
    if days < timedelta(days=1):
        raise ValueError("must be at least 1 day")
    return days


def read_term(value: object) -> Term:
    """`12 months`, `90 days`, or `none`."""
    if value == "none":
        return Term()
    match = _AMOUNT.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None or not match[1].isdigit() or match[2] not in ("month", "months", "day", "days"):
        raise ValueError(f"{_shown(value)} is no warranty; write for example 12 months, 90 days or none")
    if match[2].startswith("month"):
        return Term(months=int(match[1]))
    return Term(days=int(match[1]))


def read_share(value: object) -> float:
    """A part of one: 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{_shown(value)} must be a number from 0 to 1")
    return float(value)


def read_switch(value: object) -> bool:
    """`on` or `off`."""
    if not isinstance(value, bool):
        raise ValueError(f"{_shown(value)} must be on or off")
    return value


def read_number(value: object) -> float:
    """0 or more."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"{_shown(value)} must be a number, 0 or more")
    return float(value)


def read_whole(value: object) -> int:
    """A whole number, 0 or more, that a table can hold."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _TOO_MANY:
        raise ValueError(f"{_shown(value)} must be a whole number, 0 or more, below {_TOO_MANY:,}")
    return value


def read_money(value: object) -> int:
    """`¥99` or `¥8.50`, in minor units."""
    match = _MONEY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{_shown(value)} is no amount of money; write for example ¥99 or ¥8.50")
    return int(match[1]) * 100 + int(match[2] or 0)


def read_clock(value: object) -> int:
    """`9:00`, in minutes since midnight; 24:00 is the end of the day."""
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match and int(match[2]) < 60 else _MINUTES_OF_A_DAY + 1
    if minutes > _MINUTES_OF_A_DAY:
        raise ValueError(f"{_shown(value)} is no time of day; write for example 9:00")
    return minutes


def read_hours(value: object) -> tuple[OpenSpan, ...]:
    """The opening hours of a day: `9:00-22:00`, several of them in a list, or `closed`."""
    if value == "closed":
        return ()
    spans = tuple(_read_open_span(each) for each in (value if isinstance(value, list) else [value]))
    for earlier, later in pairwise(spans):
        if later.opens < earlier.closes:
            raise ValueError(f"{later} begins before {earlier} has ended; opening hours must not overlap")
    return spans


def read_day(value: object) -> date:
    """`2027-02-06`."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else _no_day(value)
    except ValueError:
        return _no_day(value)


def read_day_range(value: object) -> DayRange:
    """`2027-02-06`, or `2027-02-05 to 2027-02-11`."""
    first, to, last = value.partition(" to ") if isinstance(value, str) else (value, "", None)
    found = DayRange(read_day(first), read_day(last if to else first))
    if found.last < found.first:
        raise ValueError(f"{_shown(value)} ends before it begins")
    if found.last - found.first > timedelta(days=366):
        raise ValueError(f"{_shown(value)} is longer than a year")
    return found


def read_zone(value: object) -> ZoneInfo:
    """A name of the IANA time zone database."""
    try:
        return ZoneInfo(value) if isinstance(value, str) else ZoneInfo("")
    except (ValueError, OSError, ZoneInfoNotFoundError):
        near = get_close_matches(str(value), available_timezones(), n=1)
        raise ValueError(f"{_shown(value)} is no time zone" + (f"; did you mean {near[0]}?" if near else "")) from None


def read_texts(value: object) -> dict[str, str]:
    """The same words in the three languages."""
    texts = value if isinstance(value, dict) else {}
    if set(texts) != set(LANGUAGES) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError(f"must give a text for each of {', '.join(LANGUAGES)}")
    return dict(texts)


def read_place(value: object) -> str:
    """`HK`: a country or region by its ISO 3166 code."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{2}", value):
        raise ValueError(f"{_shown(value)} is no code of a country; write for example JP")
    return value


def at_least(least: Any) -> AfterValidator:
    """A lower limit; `least` is of the same kind as the value."""

    def check(value: Any) -> Any:
        if value < least:
            raise ValueError(f"must be at least {_limit(least)}")
        return value

    return AfterValidator(check)


def rising(values: Sequence[Any]) -> Sequence[Any]:
    """Each value above the one before."""
    if any(later <= earlier for earlier, later in pairwise(values)):
        raise ValueError("must rise from one value to the next")
    return values


def _read_open_span(value: object) -> OpenSpan:
    parts = re.split(r" *[-–] *", value.strip()) if isinstance(value, str) else []
    if len(parts) != 2:
        raise ValueError(f"{_shown(value)} are no opening hours; write for example 9:00-22:00, or closed")
    span = OpenSpan(read_clock(parts[0]), read_clock(parts[1]))
    if span.closes <= span.opens:
        raise ValueError(f"{_shown(value)} ends before it begins; a night has to be written as two days")
    return span


def _no_day(value: object) -> date:
    raise ValueError(f"{_shown(value)} is no day; write for example 2027-02-06")


def _limit(least: object) -> str:
    if not isinstance(least, timedelta):
        return str(least)
    minutes = round(least / timedelta(minutes=1))
    return f"{minutes} min" if minutes < 24 * 60 else f"{minutes // (24 * 60)} day"


def _shown(value: object) -> str:
    """The value as it stands in the file."""
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "a group of entries"
    return "an empty entry" if value is None else f"“{str(value).lower() if isinstance(value, bool) else value}”"


_TIME = Unit("time: `30 min`, `24 h`, `7 days`")

Span = Annotated[timedelta, PlainValidator(read_span), at_least(timedelta(seconds=1)), _TIME]
Grace = Annotated[timedelta, PlainValidator(read_span), Unit("time, may be none: `0 min`")]
Days = Annotated[timedelta, PlainValidator(read_days), at_least(timedelta(days=1)), Unit("whole days: `7 days`")]
DaysOrNever = Annotated[
    timedelta | None, PlainValidator(read_days_or_never), Unit("whole days: `183 days`, or `never`")
]
Warranty = Annotated[Term, PlainValidator(read_term), Unit("`12 months`, `90 days` or `none`")]
Service = Annotated[ServiceTime, PlainValidator(read_service_time), Unit("service time: `4 h`, `2 service days`")]
Share = Annotated[float, PlainValidator(read_share), Unit("0 to 1")]
Number = Annotated[float, PlainValidator(read_number), Unit("number")]
Whole = Annotated[int, PlainValidator(read_whole), Unit("whole number")]
Count = Annotated[int, PlainValidator(read_whole), at_least(1), Unit("whole number from 1")]
Switch = Annotated[bool, PlainValidator(read_switch), Unit("`on` or `off`")]
Money = Annotated[int, PlainValidator(read_money), Unit("money: `¥99`, `¥8.50`")]
Clock = Annotated[int, PlainValidator(read_clock), Unit("time of day: `9:00`")]
OpeningHours = Annotated[
    tuple[OpenSpan, ...], PlainValidator(read_hours), Unit("`9:00-22:00`, a list of them, or `closed`")
]
Day = Annotated[date, PlainValidator(read_day), Unit("`2027-02-06`")]
DayOrDays = Annotated[DayRange, PlainValidator(read_day_range), Unit("`2027-02-06` or `2027-02-05 to 2027-02-11`")]
Zone = Annotated[ZoneInfo, PlainValidator(read_zone), Unit("name such as `Asia/Shanghai`")]
PlaceCode = Annotated[str, PlainValidator(read_place), Unit("list of ISO codes: `[HK, MO, TW]`")]
Texts = Annotated[dict[str, str], PlainValidator(read_texts), Unit("a text in each language")]
