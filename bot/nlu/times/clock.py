"""Hours and parts of the day, as atoms of `bot.nlu.times.atoms`."""

from __future__ import annotations

import re
from datetime import timedelta
from re import Match

from bot.nlu.times.atoms import (
    CLOCK,
    DAY,
    EN_MONTH,
    EN_RELATIVE_DAYS,
    EN_WEEKDAY,
    PART,
    Atom,
    Clock,
    Frame,
    at,
    read_number,
)

#: from and to, in hours of the day
PARTS: dict[str, tuple[float, float]] = {
    "凌晨": (0, 6), "清晨": (6, 9), "清早": (6, 9), "大清早": (6, 9), "一大早": (6, 10), "一早": (6, 10),
    "早上": (6, 12), "早晨": (6, 12), "早": (6, 12), "晨": (6, 9), "朝": (6, 12), "朝早": (6, 12), "朝头早": (6, 12),
    "上午": (8, 12), "白天": (8, 18), "日头": (8, 18), "中午": (11.5, 13.5), "午间": (11.5, 13.5), "午饭": (11.5, 13.5),
    "午休": (12, 14), "下午": (12, 18), "午后": (12, 18), "下昼": (12, 18), "晏昼": (12, 18), "傍晚": (17, 19),
    "晚饭": (18, 20), "晚上": (18, 24), "晚间": (18, 24), "晚黑": (18, 24), "夜晚": (18, 24), "夜间": (20, 24),
    "夜里": (20, 24), "晚": (18, 24), "深夜": (22, 24), "半夜": (0, 5),
    "early morning": (6, 9), "morning": (6, 12), "lunchtime": (11.5, 13.5), "lunch time": (11.5, 13.5),
    "lunch": (11.5, 13.5), "early afternoon": (12, 15), "late afternoon": (15, 18), "afternoon": (12, 18),
    "arvo": (12, 18), "dinner": (18, 20), "evening": (18, 22), "night": (18, 24), "nite": (18, 24),
}  # fmt: skip
_AFTER_WORK = (18, 24)


def part(match: Match[str], frame: Frame) -> Atom | None:
    return Atom(PART, match.start(), match.end(), grain="part", hours=PARTS[match.group(1)])


def after_work(match: Match[str], frame: Frame) -> Atom | None:
    return Atom(PART, match.start(), match.end(), grain="part", hours=_AFTER_WORK)


def last_night(match: Match[str], frame: Frame) -> Atom | None:
    yesterday = frame.today - timedelta(days=1)
    return Atom(DAY, match.start(), match.end(), at(yesterday), at(frame.today), hours=PARTS["night"])


def zh_clock(match: Match[str], frame: Frame) -> Atom | None:
    clock = _read_clock(match.group("h"), match.group("m") or "", "")
    return clock_atom(match, clock.hour, clock.minute, None, clock.exact) if clock else None


def clock_atom(match: Match[str], hour: int, minute: int, half: str | None, exact: bool) -> Atom:
    return Atom(CLOCK, match.start(), match.end(), grain="minute" if exact else "hour",
                clock=Clock(hour, minute, half, exact))  # fmt: skip


def _read_clock(hour_words: str, tail: str, half: str) -> Clock | None:
    """`tail`: what stands after the hour — 半, 一刻, 三刻, minutes in digits or words, or nothing."""
    hour = read_number(hour_words)
    minute = {"半": 30, "一刻": 15, "1刻": 15, "三刻": 45, "3刻": 45, "": 0}.get(tail)
    if minute is None:
        minute = read_number(tail.rstrip("分")) or 0
    if hour is None or hour > 24 or minute > 59:
        return None
    return Clock(hour, minute, {"a": "am", "p": "pm"}.get(half[:1]), bool(tail))


def clock_range(match: Match[str], frame: Frame) -> Atom | None:
    named = {name: value or "" for name, value in match.groupdict().items()}
    first = _read_clock(named["h1"], named["m1"] or named["t1"], named["a1"])
    last = _read_clock(named["h2"], named["m2"] or named["t2"], named["a2"])
    if first is None or last is None:
        return None
    grain = "minute" if first.exact or last.exact else "hour"
    return Atom(CLOCK, match.start(), match.end(), grain=grain, clock=first, until=last)


def colon_clock(match: Match[str], frame: Frame) -> Atom | None:
    hour, minute = int(match.group(1)), int(match.group(2))
    half = (match.group(3) or "").replace(".", "").strip() or None
    return clock_atom(match, hour, minute, half, True) if hour <= 24 and minute < 60 else None


def en_clock(match: Match[str], frame: Frame) -> Atom | None:
    hour = read_number(match.group(1))
    half = match.group(2).replace(".", "").replace("'", "").replace(" ", "")
    return clock_atom(match, hour, 0, {"am": "am", "pm": "pm"}.get(half), False) if hour and hour <= 24 else None


def en_bare_clock(match: Match[str], frame: Frame) -> Atom | None:
    hour = read_number(match.group(1))
    return clock_atom(match, hour, 0, None, False) if hour and 1 <= hour <= 24 else None


#: "next friday ", "tomorrow at ", "the 5th of december, ": a day or a part of one ends here
_AFTER_DAY = re.compile(
    rf"\b(?:{EN_WEEKDAY}|{'|'.join(EN_RELATIVE_DAYS)}|(?:{EN_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {EN_MONTH}|the \d{{1,2}}(?:st|nd|rd|th)|next week|"
    r"morning|afternoon|evening)(?:,? at|,)? $",
    re.ASCII,
)
_LONGEST_DAY = 40


def en_clock_after_day(match: Match[str], frame: Frame) -> Atom | None:
    day = _AFTER_DAY.search(match.string[max(0, match.start() - _LONGEST_DAY) : match.start()])
    return en_bare_clock(match, frame) if day else None


def en_spoken_clock(match: Match[str], frame: Frame) -> Atom | None:
    hour = read_number(match.group(2))
    if not hour or hour > 12:
        return None
    words = match.group(1)
    # "half three" is half past three
    if words.endswith("to"):
        return clock_atom(match, hour - 1 or 12, 45, None, True)
    return clock_atom(match, hour, 30 if words.startswith("half") else 15, None, True)


def named_hour(match: Match[str], frame: Frame) -> Atom | None:
    return clock_atom(match, 24 if "midnight" in match.group() else 12, 0, None, False)
