"""Hours and days as they are spoken rather than written: 三四点, 差一刻三点, "twenty past four", "a week on Friday"."""

from __future__ import annotations

import re
from datetime import timedelta
from re import Match

from bot.nlu.times.atoms import (
    CLOCK,
    EN_RELATIVE_DAYS,
    EN_WEEKDAY,
    PART,
    Atom,
    Clock,
    Frame,
    days,
    en_weekday_number,
    read_number,
    relative,
    weekday_of,
)
from bot.nlu.times.clock import clock_atom

_HOURS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
          "十一": 11, "十二": 12}  # fmt: skip
_FIRST_THING, _EVE = (8, 10), (18, 22)
_DAY_BEFORE = re.compile(rf"\b(?:this|today|{EN_WEEKDAY}|{'|'.join(EN_RELATIVE_DAYS)}) $", re.ASCII)
_WEEKS = {"a": 1, "one": 1, "two": 2, "three": 3, "2": 2, "3": 3}


def either_hour(match: Match[str], frame: Frame) -> Atom | None:
    """三四点 and 下午三、四点: some time from three to four. The hours follow one another, or it is something else."""
    first, last = (_HOURS.get(match[part]) or read_number(match[part]) for part in ("h1", "h2"))
    if (match["h1"], match["h2"]) == ("十一", "二"):
        # 十一二点 is eleven or twelve
        last = 12
    if first is None or last is None or last != first + 1 or last > 24:
        return None
    clocks = (Clock(hour, 0, None, False) for hour in (first, last))
    return Atom(CLOCK, match.start(), match.end(), grain="hour", clock=next(clocks), until=next(clocks))


def short_of(match: Match[str], frame: Frame) -> Atom | None:
    """差一刻三点, 三点差五分."""
    hour = read_number(match["h"])
    minutes = 15 if match["m"] == "一刻" else read_number(match["m"].rstrip("分"))
    if not hour or not minutes or hour > 24 or minutes > 30:
        return None
    return clock_atom(match, hour - 1 or 12, 60 - minutes, None, True)


def minutes_past(match: Match[str], frame: Frame) -> Atom | None:
    """ "twenty past four", "twenty to six"."""
    minutes, hour = read_number(match["m"].replace("-", " ")), read_number(match["h"])
    if not minutes or not hour or hour > 12 or minutes > 30:
        return None
    if match["side"] == "to":
        return clock_atom(match, hour - 1 or 12, 60 - minutes, None, True)
    return clock_atom(match, hour, minutes, None, True)


def military(match: Match[str], frame: Frame) -> Atom | None:
    """ "at 1430", "1500 hours", "14h30"."""
    hour, minute = int(match["h"]), int(match["m"] or 0)
    return clock_atom(match, hour, minute, None, minute > 0) if hour <= 24 and minute < 60 else None


def weeks_on(match: Match[str], frame: Frame) -> Atom | None:
    """ "a week on Tuesday", "two weeks from today", "Friday week": so many weeks after the next day called so."""
    weeks = _WEEKS.get(match["n"] or "a", 1) * (2 if "fortnight" in match.group() else 1)
    if match["rel"]:
        day = frame.today + timedelta(days=EN_RELATIVE_DAYS[match["rel"]])
        return days(match, day + timedelta(weeks=weeks))
    ahead = (en_weekday_number(match["wd1"] or match["wd2"]) - frame.today.weekday()) % 7
    return days(match, frame.today + timedelta(days=ahead, weeks=weeks))


def week_after_next(match: Match[str], frame: Frame) -> Atom | None:
    """ "the week after next", and with a day: "Monday the week after next"."""
    if match["wd"]:
        return weekday_of(match, frame, 2, en_weekday_number(match["wd"]))
    monday = frame.today - timedelta(days=frame.today.weekday()) + timedelta(weeks=2)
    return days(match, monday, 7, "week")


def two_days(match: Match[str], frame: Frame) -> Atom | None:
    """The first of 明后天: tomorrow. The second is found by itself."""
    return days(match, frame.today + timedelta(days=1))


def hour_and_a_half(match: Match[str], frame: Frame) -> Atom | None:
    """ "in an hour and a half", "in two and a half hours"."""
    hours = read_number(match["n1"] or match["n2"])
    return None if hours is None else relative(match, frame, "hours", hours + 0.5, "ahead")


def day_after(match: Match[str], frame: Frame) -> Atom | None:
    """ "not tomorrow, the day after": only where tomorrow was named before."""
    named = "tomorrow" in match.string[: match.start()]
    return days(match, frame.today + timedelta(days=2)) if named else None


def part_after_day(match: Match[str], frame: Frame) -> Atom | None:
    """ "first thing tomorrow", and "tomorrow eve", which without a day before it is a name or the eve of a feast."""
    if match["n"]:
        return Atom(PART, match.start(), match.end(), grain="part", hours=_FIRST_THING)
    if not _DAY_BEFORE.search(match.string[: match.start()]):
        return None
    return Atom(PART, match.start(), match.end(), grain="part", hours=_EVE)
