"""Dates and times as customers say them, in Chinese and English: 明天下午三点, 五一前, "next Friday around 4"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from bot.nlu.text.script import lowered
from bot.nlu.times import zones
from bot.nlu.times.atoms import (
    ABOUT,
    AFTER,
    ASIA_SHANGHAI,
    BEFORE,
    CLOCK,
    DAY,
    PART,
    SINCE,
    SPAN,
    UNTIL,
    Atom,
    Clock,
    Frame,
    at,
)  # fmt: skip
from bot.nlu.times.refusals import ruled_out
from bot.nlu.times.rules import RULES
from bot.nlu.times.tense import Tense

_SUBSTANCE = frozenset({DAY, PART, CLOCK, SPAN})
_FILLER = re.compile(r"[\s,，、的]*(?:(?:on|at|the|in the|of|in)\b)?[\s,，]*$")
_BESIDE = re.compile(r"[\s,(]*(?:the )?")
_CONNECTOR = re.compile(r"\s*(?:至|-|~|–|—|to\b|and\b|until\b|till\b)\s*(?:(?:the|at|on)\s+)?$|\s*到$")
#: 说好昨天到今天还没到: there 到 is "arrive", no range
_ARRIVES = re.compile(r"说好|应该|答应|承诺|本来|讲好|没到|还没|没影|未到")
#: an open end ("after Friday") is closed a week later, so that every value is a range
_OPEN_END = timedelta(days=7)
_A_WEEK = timedelta(days=7)
_NOW = re.compile(
    r"(?:就)?(?:现在|马上|立刻|立即|即刻|而家|right now|now|asap|as soon as possible|immediately|right away)"
)
_NOW_COMPANY = re.compile(r"[\s,，。.!?吧啊呢吗就行可以方便有空打好的我please ispls okworks fine call me回电给话]*$")
_LONGEST = 2000
_SMALL_HOURS = 4
_OF_A_CLOCK = frozenset({"hour", "minute", "part"})
REFUSED, NO_SUCH_DAY, ELSEWHERE = "refused", "no_such_day", "elsewhere"


@dataclass(frozen=True)
class TimeMatch:
    """`text[start:end]` of the normalised text means the half-open range [begin, finish) at that grain."""

    start: int
    end: int
    begin: datetime
    finish: datetime
    grain: str
    note: str = ""
    """`refused`: named only to be ruled out (周三不行). `no_such_day`: a day that no calendar has (2月30日); begin and
    finish mean nothing then. `elsewhere`: said by the clock of another place and turned to the shop's."""
    zone: str = ""
    """Of a time `elsewhere`, the name of that clock's zone in the database."""

    @property
    def value(self) -> dict[str, str]:
        """The entity's value: ISO 8601 with the offset of Asia/Shanghai, and a `note` where there is one."""
        said = {
            "grain": self.grain,
            **({"note": self.note} if self.note else {}),
            **({"zone": self.zone} if self.zone else {}),
        }
        return said if self.note == NO_SUCH_DAY else {"from": _iso(self.begin), "to": _iso(self.finish), **said}


def find_times(text: str, now: datetime) -> list[TimeMatch]:
    """Every date or time in normalised `text`, relative to `now` (aware). A clock time stands for the hour (or, with
    minutes, the half hour) that begins there; "after" runs to the end of the day, an open end for a week."""
    said = lowered(text[:_LONGEST])
    local = now.astimezone(ASIA_SHANGHAI).replace(microsecond=0)
    zone = zones.named(said)
    found = _found(said, zones.elsewhere(local, zone) if zone else local)
    if zone is not None:
        found = [_turned_to_here(match, zone, zones.called(said) or "") for match in found]
    return [_with_refusal(match, said, local) for match in found]


def _turned_to_here(match: TimeMatch, zone: tzinfo, called: str) -> TimeMatch:
    """A clock of another place, in the shop's time; whole days stay as they are."""
    if match.grain not in _OF_A_CLOCK or match.note:
        return match
    begin, finish = zones.here(match.begin, zone), zones.here(match.finish, zone)
    return replace(match, begin=begin, finish=finish, note=ELSEWHERE, zone=called)


def _with_refusal(match: TimeMatch, said: str, now: datetime) -> TimeMatch:
    to_come = match.finish > now and not match.note
    return replace(match, note=REFUSED) if to_come and ruled_out(said, match.start, match.end) else match


def _found(said: str, local: datetime) -> list[TimeMatch]:
    tense = Tense(said)
    frames = {past: Frame(now=local, past=past) for past in (False, True)}
    found = []
    for group in _groups(said, _atoms(said, frames, tense), local):
        frame = frames[tense.is_past(group.atoms[0].start, group.atoms[-1].end)]
        match = _interpret(group, frame)
        if match is not None:
            found.append(match)
    return found or _immediately(said, frames[False])


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _atoms(text: str, frames: Mapping[bool, Frame], tense: Tense) -> list[Atom]:
    """All atoms from left to right, none overlapping, the longest at each place."""
    candidates: list[tuple[int, int, int, Atom]] = []
    for order, (pattern, make) in enumerate(RULES):
        for match in pattern.finditer(text):
            atom = make(match, frames[tense.is_past(*match.span())])
            if atom is not None and match.end() > match.start():
                candidates.append((match.start(), -match.end(), order, atom))
    found: list[Atom] = []
    for _, _, _, atom in sorted(candidates, key=lambda entry: entry[:3]):
        if not found or atom.start >= found[-1].end:
            found.append(atom)
    return found


@dataclass(frozen=True)
class _Group:
    """Neighbouring atoms; `turn` is where a range goes over to its end, None for a single time."""

    atoms: list[Atom]
    turn: int | None


def _groups(text: str, atoms: list[Atom], now: datetime) -> list[_Group]:
    groups: list[_Group] = []
    current: list[Atom] = []
    turn: int | None = None
    for atom in atoms:
        gap = text[current[-1].end : atom.start] if current else ""
        if current and _BESIDE.fullmatch(gap) and _same_weekday(current[-1], atom):
            bracket = "(" in gap and text.startswith(")", atom.end)
            current[-1] = _one_day(current[-1], replace(atom, end=atom.end + bracket), now)
        elif current and _FILLER.match(gap) and _fits(current, turn, atom):
            current.append(atom)
        elif current and turn is None and _connects(text, gap) and _has_substance(current):
            turn = len(current)
            current.append(atom)
        else:
            groups.append(_Group(current, turn))
            current, turn = [atom], None
    groups.append(_Group(current, turn))
    return [group for group in groups if _has_substance(group.atoms)]


def _same_weekday(first: Atom, second: Atom) -> bool:
    """ "Saturday 28 November" and 12月5号（周六） name one day twice."""
    days = [atom.first for atom in (first, second) if atom.kind == DAY and atom.grain == "day" and atom.first]
    return len(days) == 2 and days[0].weekday() == days[1].weekday()


def _one_day(first: Atom, second: Atom, now: datetime) -> Atom:
    """One atom of two for the same day: a weekday alone is the nearest one, the date may be a later one."""
    dated = max(first, second, key=lambda atom: abs((atom.first or now) - now))
    return replace(dated, start=first.start, end=second.end)


def _connects(text: str, gap: str) -> bool:
    return bool(_CONNECTOR.match(gap)) and not (gap == "到" and _ARRIVES.search(text))


def _has_substance(atoms: list[Atom]) -> bool:
    return any(atom.kind in _SUBSTANCE for atom in atoms)


def _fits(current: list[Atom], turn: int | None, atom: Atom) -> bool:
    """One day, one part and one clock make a time; a second of a kind begins another."""
    if atom.kind not in _SUBSTANCE:
        return True
    side = current[turn or 0 :]
    if turn and atom.kind == CLOCK and all(other.kind == DAY for other in current if other.kind in _SUBSTANCE):
        # 周一到周五 9:00-18:00: hours of their own, not the end of Friday
        return False
    return all(other.kind != atom.kind for other in side) and (atom.kind != SPAN or not _has_substance(side))


@dataclass(frozen=True)
class _Side:
    """One end of a time: its day, part, clock or ready-made span, and the modifiers around it."""

    day: Atom | None
    part: Atom | None
    clock: Clock | None
    until: Clock | None
    span: Atom | None
    modifiers: frozenset

    @classmethod
    def of(cls, atoms: list[Atom]) -> _Side:
        by_kind = {atom.kind: atom for atom in atoms}
        clock = by_kind.get(CLOCK)
        modifiers = frozenset(atom.kind for atom in atoms if atom.kind in {BEFORE, AFTER, SINCE, UNTIL})
        first, last = (clock.clock, clock.until) if clock else (None, None)
        return cls(by_kind.get(DAY), by_kind.get(PART), first, last, by_kind.get(SPAN), modifiers)


def _interpret(group: _Group, frame: Frame) -> TimeMatch | None:
    atoms = _trim(group.atoms) if group.turn is None else group.atoms
    start, end = atoms[0].start, atoms[-1].end
    if any(atom.kind == DAY and atom.first is None for atom in atoms):
        return TimeMatch(start, end, frame.now, frame.now, "day", note=NO_SUCH_DAY)
    if group.turn is None or not _has_substance(group.atoms[group.turn :]):
        side = _Side.of(atoms)
        if side.until is not None:
            return _range(start, end, side, replace(side, clock=side.until), frame)
        begin, finish, grain = _modified(side, _point(side, frame), frame)
        return TimeMatch(start, end, begin, finish, grain)
    left, right = _Side.of(group.atoms[: group.turn]), _Side.of(group.atoms[group.turn :])
    return _range(start, end, left, right, frame)


def _range(start: int, end: int, left: _Side, right: _Side, frame: Frame) -> TimeMatch | None:
    left = replace(left, clock=_with_half_of(left, right))
    right = replace(right, day=right.day or left.day, part=_part_for(left, right))
    begin, _, grain = _point(left, frame, roll=False)
    until, until_end, right_grain = _point(right, frame, roll=False)
    finish = until if right.clock is not None else until_end
    if right.day is None or right.day is left.day:
        # the end belongs to the day on which the range begins: "10 to 2" over noon, "22点到6点" over midnight
        while finish - timedelta(days=1) > begin:
            finish -= timedelta(days=1)
        if finish <= begin and right.clock is not None:
            finish += timedelta(hours=12) if finish + timedelta(hours=12) > begin else timedelta(days=1)
    if _is_later_that_week(begin, finish, left, right):
        finish += _A_WEEK
    if finish <= begin:
        return None
    if left.day is None and finish <= frame.now and not frame.past:
        begin, finish = begin + timedelta(days=1), finish + timedelta(days=1)
    return TimeMatch(start, end, begin, finish, right_grain if right_grain == grain else min(grain, right_grain))


def _is_later_that_week(begin: datetime, finish: datetime, left: _Side, right: _Side) -> bool:
    """Of 下周一到周三 the Wednesday is the one after that Monday, though by itself it is this week's."""
    if right.day is None or left.day is None or right.day is left.day or right.day.grain != "day":
        return False
    last = finish - timedelta(minutes=1)
    return timedelta(0) <= begin - finish <= _A_WEEK and last.weekday() > begin.weekday()


def _trim(atoms: list[Atom]) -> list[Atom]:
    """English "by", "about" before and Chinese "前" after belong to the time; the wrong way round they do not."""
    first = next(i for i, atom in enumerate(atoms) if atom.kind in _SUBSTANCE)
    last = max(i for i, atom in enumerate(atoms) if atom.kind in _SUBSTANCE)
    # "tomorrow about my order"
    after = [atom for atom in atoms[last + 1 : last + 2] if atom.kind != ABOUT]
    return [*atoms[max(0, first - 1) : last + 1], *after]


def _with_half_of(left: _Side, right: _Side) -> Clock | None:
    """ "2-3pm": the first clock takes the second's half of the day."""
    if left.clock is None or right.clock is None or left.clock.half or left.part or not right.clock.half:
        return left.clock
    if left.clock.hour > right.clock.hour and right.clock.half == "pm" and right.clock.hour != 12:
        return replace(left.clock, half="am")
    return replace(left.clock, half=right.clock.half)


def _part_for(left: _Side, right: _Side) -> Atom | None:
    """下午两点到四点: the afternoon holds for both ends; 上午十点到三点 does not."""
    if right.part is not None and right.part is not left.part:
        return right.part
    if right.clock is None or left.part is None or left.clock is None or right.clock.half:
        return right.part if left.part is None else None
    # 中午12点到1点, 下午2点到4点; but 上午10点到3点 ends in the afternoon
    return left.part if right.clock.hour >= left.clock.hour or left.clock.hour == 12 else None


def _point(side: _Side, frame: Frame, *, roll: bool = True) -> tuple[datetime, datetime, str]:
    if side.span is not None:
        assert side.span.first is not None
        assert side.span.last is not None
        return side.span.first, side.span.last, side.span.grain
    hours = side.part.hours if side.part else side.day.hours if side.day else None
    base = side.day.first if side.day else None
    if side.clock is not None:
        return _clock_point(side.clock, hours, base, frame, roll)
    if hours is not None:
        midnight = base or at(frame.today)
        begin, finish = midnight + timedelta(hours=hours[0]), midnight + timedelta(hours=hours[1])
        if roll and base is None and finish <= frame.now and not frame.past:
            begin, finish = begin + timedelta(days=1), finish + timedelta(days=1)
        return begin, finish, "part"
    assert side.day is not None
    assert side.day.first is not None
    assert side.day.last is not None
    return side.day.first, side.day.last, side.day.grain


def _clock_point(
    clock: Clock, hours: tuple[float, float] | None, base: datetime | None, frame: Frame, roll: bool
) -> tuple[datetime, datetime, str]:
    hour = _hour_of_day(clock, hours)
    guessed = clock.half is None and hours is None and clock.hour < 12
    moment = (base or at(frame.today)) + timedelta(hours=hour, minutes=clock.minute)
    if roll and base is None and not frame.past and moment <= frame.now:
        # "8点" said at 15:00 is this evening; "10点" said at 15:00 is tomorrow
        this_evening = moment + timedelta(hours=12)
        moment = (
            this_evening if guessed and frame.now < this_evening <= at(frame.today, 21) else moment + timedelta(days=1)
        )
    width = timedelta(minutes=30) if clock.exact else timedelta(hours=1)
    return moment, moment + width, "minute" if clock.exact else "hour"


def _hour_of_day(clock: Clock, hours: tuple[float, float] | None) -> int:
    hour = clock.hour
    if hours is not None and hours[1] <= 6 and hour == 12:
        # 半夜12点
        return 24
    if clock.half is None and hours is not None and hours[0] >= 18 and hour <= _SMALL_HOURS:
        # 今晚一点 is after midnight
        return hour + 24
    if clock.half == "pm" or (clock.half is None and hours is not None and hours[0] >= 11):
        # 晚上十二点 is midnight, 中午十二点 noon, 下午三点 15:00
        if hour == 12:
            return 24 if hours is not None and hours[0] >= 18 else 12
        return hour + 12 if hour < 12 and not (hours == (11.5, 13.5) and hour == 11) else hour
    if clock.half == "am":
        return 0 if hour == 12 else hour
    if hours is None and clock.half is None and 1 <= hour <= 7 and not clock.exact:
        return hour + 12
    if hours is None and clock.exact and 1 <= hour <= 6:
        return hour + 12
    return hour


def _modified(side: _Side, point: tuple[datetime, datetime, str], frame: Frame) -> tuple[datetime, datetime, str]:
    begin, finish, grain = point
    on_clock = side.clock is not None
    if UNTIL in side.modifiers and not on_clock:
        return min(frame.now, begin), finish, grain
    if BEFORE in side.modifiers and grain == "days":
        # 月底前: the whole of the month's end still counts
        return min(frame.now, begin), finish, grain
    if BEFORE in side.modifiers or UNTIL in side.modifiers:
        since = frame.now if begin > frame.now else begin - timedelta(days=1)
        if on_clock and side.day is not None and side.day.first is not None:
            since = max(side.day.first, frame.now) if begin > frame.now else side.day.first
        return since, begin, grain
    if SINCE in side.modifiers and not on_clock:
        return begin, frame.now if frame.past or begin < frame.now else begin + _OPEN_END, grain
    if AFTER in side.modifiers or SINCE in side.modifiers:
        if on_clock or grain == "part":
            begin = begin if on_clock else finish
            midnight = begin.replace(hour=0, minute=0, second=0) + timedelta(days=1)
            return begin, midnight, grain
        if frame.past and finish <= frame.now:
            return begin, frame.now, grain
        return finish, finish + _OPEN_END, grain
    return begin, finish, grain


def _immediately(text: str, frame: Frame) -> list[TimeMatch]:
    """ "现在" and "now" are a time only when they are the answer ("现在就可以"), not in "where is it now"."""
    match = _NOW.search(text)
    if match is None or not _NOW_COMPANY.match(text[: match.start()] + text[match.end() :]):
        return []
    return [TimeMatch(match.start(), match.end(), frame.now, frame.now + timedelta(hours=1), "now")]
