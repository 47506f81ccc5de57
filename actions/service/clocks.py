"""Other clocks than the shop's: which one the customer goes by, and the time of a call told by both."""

from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.order_marks import ELSEWHERE
from actions.kit.parsing import phone_in
from actions.kit.words import lexicon
from crm_store.clock import business_zone, now
from crm_store.labels import LabelMissing, label
from crm_store.language import Language, format_date, format_window

FOCUS = "clock"
"""What the focus calls the zone of the customer's clock."""
Window = tuple[datetime, datetime]
_DIALLED = {
    "44": "Europe/London", "353": "Europe/London", "81": "Asia/Tokyo", "82": "Asia/Tokyo", "33": "Europe/Paris",
    "49": "Europe/Paris", "34": "Europe/Paris", "39": "Europe/Paris", "64": "Pacific/Auckland", "91": "Asia/Kolkata",
    "66": "Asia/Bangkok", "84": "Asia/Bangkok", "971": "Asia/Dubai",
}  # fmt: skip
"""Country codes behind which there is one clock, and the zone it is known by."""


def remember(turn: Turn) -> None:
    """Keep the clock that the message names, for hours that are told without one."""
    if heard := _heard(turn):
        turn.focus(**{FOCUS: heard})


def clock_of(turn: Turn) -> str | None:
    """The zone whose clock the customer goes by, as far as it is known; None for the shop's."""
    known = _heard(turn) or turn.focused.get(FOCUS) or turn.spoken_of.get(FOCUS)
    return str(known) if known and zone_called(str(known)) is not None else None


def goes_by_ours(turn: Turn) -> bool:
    """Whether the message tells its hour by the shop's clock: "ten your time"."""
    return lexicon.mentions("shop_clock", words(turn))


def zone_called(name: str) -> tzinfo | None:
    """The zone of that name, where the machine knows it and its clock differs from the shop's."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return zone if now().astimezone(zone).utcoffset() != now().astimezone(business_zone()).utcoffset() else None


def turned_here(window: Window, zone: tzinfo) -> Window:
    """The moments at which the clock there shows what was understood by ours."""
    start, end = (each.astimezone(business_zone()).replace(tzinfo=zone) for each in window)
    return start.astimezone(business_zone()), end.astimezone(business_zone())


def told_window(turn: Turn, start: datetime, end: datetime) -> str:
    """The time of a call in words: by the shop's clock, and by the customer's where that is another."""
    name = clock_of(turn)
    return both_told(start, end, name, turn.language) if name else format_window(start, end, turn.language)


def both_told(start: datetime, end: datetime, name: str, language: Language) -> str:
    """A window by the shop's clock and by that of the zone called so, each with its day."""
    zone = zone_called(name)
    ours = format_window(start, end, language)
    if zone is None:
        return ours
    first, last = start.astimezone(zone), end.astimezone(zone)
    theirs = f"{format_date(first.date(), language)} {first:%H:%M}–{last:%H:%M}"
    there = _clock_name(name, language)
    return label("clock_window", "both", language, ours=ours, offset=offset(), theirs=theirs, there=there)


def offset() -> str:
    """How far the shop's clock is from UTC: UTC+8."""
    ahead = now().astimezone(business_zone()).utcoffset() or timedelta(0)
    hours, rest = divmod(abs(ahead), timedelta(hours=1))
    minutes = f":{rest // timedelta(minutes=1):02d}" if rest else ""
    return f"UTC{'-' if ahead < timedelta(0) else '+'}{hours}{minutes}"


def _clock_name(name: str, language: Language) -> str:
    try:
        return label("clock", name.replace("/", "_"), language)
    except LabelMissing:
        return name.rpartition("/")[2].replace("_", " ")


def _heard(turn: Turn) -> str | None:
    """Named beside a time, or known by the country code of a number that is given."""
    for value in turn.entities("time"):
        if zone := _zone_of(value):
            return zone
    digits = (phone_in(turn) or "").replace(" ", "").replace("-", "")
    dialled = digits.removeprefix("+") if digits.startswith("+") else digits[2:] if digits.startswith("00") else ""
    return next((zone for code, zone in _DIALLED.items() if dialled.startswith(code)), None)


def _zone_of(value: Any) -> str | None:
    named = value.get("zone") if isinstance(value, dict) and value.get("note") == ELSEWHERE else None
    return str(named) if named else None
