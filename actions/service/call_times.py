"""What a message says of the time of a call: a possible one, a day whose hour is to be asked, or one that cannot be."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from actions.kit import slot_text
from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.order_marks import ELSEWHERE, NO_SUCH_DAY, REFUSED, window_of
from actions.kit.words import lexicon
from actions.service import clocks
from crm_store import callbacks, service_hours
from crm_store.callbacks import WindowProblem, WindowRefused
from crm_store.clock import business_zone, now
from crm_store.policy import policy

Window = tuple[datetime, datetime]

VAGUE = frozenset({"part", "hour", "minute"})
"""Grains of times that may be wider than a call: "in the morning", "after three"."""
WHOLE_DAYS = frozenset({"day", "days", "weekend", "week", "month"})
ENDS_OF_PARTS = (timedelta(hours=12), timedelta(hours=18))
"""Noon and six, after midnight: "after half past three" means the afternoon."""
HALF_A_DAY = timedelta(hours=12)
_TO = re.compile(r"\s*(?:到|至|-|–|—|~|～|to|till|til|until)\s*", re.IGNORECASE)
_ZONE = "@"
"""Before the name of a zone, in the problem of a time that was said by another clock."""
_SENTENCE_END = re.compile(r"[。！!？?；;.]")
_LIMIT = re.compile(r"(?:之前|以前|前|before|\bby)\b|\b(?:before|by|no later than|until|till) ", re.IGNORECASE)
"""Until when a call suits: 三点半前, "before half past three"."""
_DATE = re.compile(r"\d(?:st|nd|rd|th)\b|\d/\d", re.IGNORECASE)


@dataclass(frozen=True)
class CallTime:
    """What was said of the time; one part is set. `problem` says why `offer` stands in for what was wished: a
    WindowProblem, or that it was said by another clock, with that clock's zone, and the wished time of ours when that
    is out of hours (`by_another_clock` reads it)."""

    window: Window | None = None
    day: date | None = None
    offer: Window | None = None
    problem: str | None = None


@dataclass(frozen=True)
class _Said:
    window: Window
    grain: str
    note: str | None
    words: str = ""
    zone: str = ""

    def day_of(self, moment: datetime) -> date:
        """The day of a moment by the clock it was said by."""
        zone = clocks.zone_called(self.zone) if self.zone else None
        return moment.astimezone(zone or business_zone()).date()

    @property
    def names_day(self) -> bool:
        return lexicon.mentions("day", self.words) or _DATE.search(self.words) is not None


def call_time(turn: Turn, *, known: Window | None = None, day: date | None = None) -> CallTime | None:
    """The time that the message wishes for a call; None when it wishes none.

    `known`: the time agreed on or under discussion; `day`: a day whose hour was asked. A bare clock time is of that
    day, and of that half of it.
    """
    clocks.remember(turn)
    times = [_to_come(_by_their_clock(turn, each)) for each in _times(turn)]
    to_come = [each for each in times if each.window[1] > now()] or times
    if not to_come:
        return None
    if (within := _within_limit(to_come, known)) is not None:
        return _checked(within)
    # "At three I am out, make it four": a move names the wished time last, as a correction does.
    moves = known is not None and (lexicon.mentions("callback_move", words(turn)) or _tries_another(turn))
    if lexicon.mentions("same_time", words(turn)):
        chosen = _at_the_same_hour(to_come, known)
    else:
        chosen = _meant(to_come, corrected=moves or lexicon.corrects(words(turn)))
    if chosen.note == ELSEWHERE:
        return _elsewhere(_on_the_day(chosen, known, day))
    placed = chosen if turn.pressed else _placed(chosen, known, day)
    return _checked(_earliest(placed) if lexicon.mentions("earliest", words(turn)) else placed)


def _within_limit(said: Sequence[_Said], known: Window | None) -> _Said | None:
    """The hour that is chosen, or the one under discussion, cut where a limit is set: 三点可以，三点半前打."""
    limit = next((each for each in said if each.grain in VAGUE and _LIMIT.search(each.words)), None)
    if limit is None:
        return None
    hours = [each.window for each in said if each is not limit and each.grain in VAGUE]
    chosen = hours or [known or limit.window]
    start, end = next((each for each in chosen if each[0] < limit.window[1] < each[1]), limit.window)
    if not start < limit.window[1] < end or limit.window[1] - start < policy().callbacks.shortest_window:
        return None
    return _Said((start, limit.window[1]), "minute", None, limit.words)


def _tries_another(turn: Turn) -> bool:
    """Whether the last of several times stands in a question of its own: "at nine I work. Half past ten at night?"."""
    times = [each for each in turn.tracker.latest_message.get("entities") or [] if each.get("entity") == "time"]
    if len(times) < len(("the first", "the last")):
        return False
    last = _SENTENCE_END.split(turn.text.rstrip("?？"))[-1]
    is_apart = _SENTENCE_END.search(turn.text, times[0]["end"], times[-1]["start"]) is not None
    return is_apart and slot_text.is_question(f"{last}？" if turn.text.endswith(("?", "？")) else last)


def ruled_out(turn: Turn) -> list[Window]:
    """Times that the message says do not suit: "any day but Friday"."""
    values = [value for value in turn.entities("time") if _note(value) == REFUSED]
    return [found for value in values if (found := window_of({**value, "note": None}))]


def no_such_day(turn: Turn) -> str | None:
    """The words of the message for a day that no calendar has."""
    for entity in turn.tracker.latest_message.get("entities") or []:
        if entity.get("entity") == "time" and _note(entity.get("value")) == NO_SUCH_DAY:
            return turn.text[entity["start"] : entity["end"]]
    return None


def windows_of(day: date) -> list[Window]:
    """Hours of that day that can still be offered."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=business_zone())
    rules = policy().callbacks
    windows = []
    for minutes in rules.offered_at:
        start = midnight + timedelta(minutes=minutes)
        end = start + rules.usual_window
        shift = service_hours.shift(start)
        if start >= now() + rules.lead and shift is not None and end <= shift[1]:
            windows.append((start, end))
    return windows


def joined(window: Window) -> str:
    """As slots and buttons hold it."""
    return "/".join(end.astimezone(business_zone()).isoformat(timespec="minutes") for end in window)


def _times(turn: Turn) -> list[_Said]:
    """The times of the message that are wished, in the order said."""
    found: list[_Said] = []
    ends_at = 0
    for entity in turn.tracker.latest_message.get("entities") or []:
        value = entity.get("value")
        if entity.get("entity") == "time" and (window := window_of(value)) is not None:
            grain = str(value.get("grain")) if isinstance(value, dict) else "hour"
            zone = str(value.get("zone") or "") if isinstance(value, dict) else ""
            said = _Said(window, grain, _note(value), turn.text[entity["start"] : entity["end"]], zone)
            if found and said.grain in VAGUE and _TO.fullmatch(turn.text[ends_at : entity["start"]]):
                found[-1] = _until(found[-1], said)
            else:
                found.append(said)
            ends_at = entity["end"]
    return found


def _by_their_clock(turn: Turn, said: _Said) -> _Said:
    """An hour told without a clock is one of the clock the customer is known to go by, unless ours is named."""
    name = clocks.clock_of(turn)
    zone = clocks.zone_called(name) if name else None
    if zone is None or said.grain not in VAGUE or said.note or turn.pressed or clocks.goes_by_ours(turn):
        return said
    return replace(said, window=clocks.turned_here(said.window, zone), note=ELSEWHERE, zone=str(name))


def _on_the_day(said: _Said, known: Window | None, day: date | None) -> _Said:
    """An hour of another clock, on the day that is spoken of: who changes the hour leaves the day."""
    base = day or (said.day_of(known[0]) if known else None)
    if base is None or said.names_day:
        return said
    return _moved_to(said, base)


def _moved_to(said: _Said, day: date) -> _Said:
    """The same hour on another day, by the clock it was said by."""
    away = day - said.day_of(said.window[0])
    return replace(said, window=(said.window[0] + away, said.window[1] + away))


def _to_come(said: _Said) -> _Said:
    """A day of the week that is over is the one to come: nobody asks to be called last Sunday."""
    start, end = said.window
    is_last_week = end <= now() and now() - start < timedelta(days=8) and lexicon.mentions("weekday", said.words)
    return replace(said, window=(start + timedelta(days=7), end + timedelta(days=7))) if is_last_week else said


def _until(begins: _Said, ends: _Said) -> _Said:
    """ "9 点到 10 点": one time, from the one to the other."""
    end = ends.window[0]
    while end <= begins.window[0]:
        end += HALF_A_DAY
    return replace(begins, window=(begins.window[0], end), words=f"{begins.words} {ends.words}")


def _at_the_same_hour(said: Sequence[_Said], known: Window | None) -> _Said:
    """The day that is named last, at the hour said beside it or agreed on before."""
    day = next((each for each in reversed(said) if each.grain == "day"), None)
    hour = next((each.window for each in said if each.grain in VAGUE), known)
    if day is None or hour is None:
        return said[-1]
    away = _day(day.window[0]) - _day(hour[0])
    return replace(day, window=(hour[0] + away, hour[1] + away), grain="hour")


def _earliest(said: _Said) -> _Said:
    """The first hour of a wide time in which somebody is there."""
    start, end = said.window
    part = callbacks.possible_part(start, end)
    if part is None or end - start <= policy().callbacks.usual_window:
        return said
    return replace(said, window=(part[0], part[0] + policy().callbacks.usual_window), grain="hour")


def _note(value: Any) -> str | None:
    return value.get("note") if isinstance(value, dict) else None


def _meant(said: Sequence[_Said], *, corrected: bool) -> _Said:
    """The first of several times, after a correction the last; a day and an hour said apart ("friday works, at three")
    are one. Of 明后天下午 the afternoon holds for tomorrow as well."""
    if corrected:
        *_, last = said
        has_day_before = len(said) > 1 and said[-2].grain == "day"
        said = said[-2:] if has_day_before and last.grain in VAGUE and not last.names_day else [last]
    first = said[0]
    day = next((each for each in said if each.grain == "day"), None)
    hour = next((each for each in said if each.grain in VAGUE), None)
    if first.grain == "part":
        # "In the afternoon, about half past two": the hour within the part that was named first.
        within = (each for each in said[1:] if _lies_within(each.window, first.window))
        first = next(within, first)
    if day is None or hour is None or (first is hour and hour.names_day):
        return first
    return replace(_moved_to(hour, _day(day.window[0])), words=f"{day.words} {hour.words}")


def _lies_within(window: Window, other: Window) -> bool:
    return other[0] <= window[0] and window[1] <= other[1] and window != other


def _placed(said: _Said, known: Window | None, day: date | None) -> _Said:
    """A bare clock time as one of the day, and the half of it, that is spoken of."""
    base = day or (_day(known[0]) if known else None)
    if said.grain not in VAGUE or base is None or said.names_day:
        return said
    away = base - _day(said.window[0])
    start, end = said.window[0] + away, said.window[1] + away
    if known is not None and not lexicon.mentions("half_of_day", said.words):
        start, end = _in_the_half(start, end, known)
    return replace(said, window=(start, end))


def _in_the_half(start: datetime, end: datetime, known: Window) -> Window:
    """Around eight of an evening that was spoken of is 20:00: within the time spoken of, else in its half of the day,
    else in the other while somebody is there."""
    shifted = [(start + shift, end + shift) for shift in (timedelta(0), HALF_A_DAY, -HALF_A_DAY)]
    possible = [each for each in shifted if _is_possible(each, _day(known[0]))]
    within = [each for each in shifted if known[0] <= each[0] < known[1]]
    same_half = [each for each in possible if _is_morning(each[0]) == _is_morning(known[0])]
    return next(iter([*within, *same_half, *possible]), (start, end))


def _is_possible(window: Window, day: date) -> bool:
    return _day(window[0]) == day and window[0] > now() and service_hours.is_open(window[0])


def _is_morning(moment: datetime) -> bool:
    return moment.astimezone(business_zone()).hour < ENDS_OF_PARTS[0] // timedelta(hours=1)


def _checked(said: _Said) -> CallTime:
    start, end = said.window
    rules = policy().callbacks
    if said.grain in WHOLE_DAYS and end - start > rules.longest_window:
        return CallTime(day=_day(max(start, now())))
    if said.grain in VAGUE and (end - start > rules.usual_window or _is_midnight(end)):
        part = callbacks.possible_part(start, end)
        if part is not None:
            return CallTime(window=_short_enough(*part, is_open=_is_midnight(end)))
    if end - start < rules.shortest_window:
        end = start + rules.usual_window
    if end - start > rules.longest_window:
        end = start + rules.longest_window
    if start <= now() < end:
        start, end = callbacks.nearest_window(start, max(end, start + rules.usual_window))
    try:
        callbacks.check_window(start, end)
    except WindowRefused as refusal:
        return CallTime(offer=(refusal.nearest_start, refusal.nearest_end), problem=refusal.problem.value)
    return CallTime(window=(start, end))


def _elsewhere(said: _Said) -> CallTime:
    """A time by another clock is asked back in the shop's, before anything is agreed on."""
    checked = _checked(said)
    zone = f" {_ZONE}{said.zone}" if said.zone else ""
    if checked.window is not None:
        return CallTime(offer=checked.window, problem=f"{ELSEWHERE}{zone}")
    if checked.problem == WindowProblem.OUTSIDE_HOURS:
        return replace(checked, problem=f"{ELSEWHERE}{zone} {joined(said.window)}")
    return checked


def by_another_clock(problem: str | None) -> tuple[str | None, Window | None] | None:
    """Of a problem that is another clock: its zone, and the wished time when nobody is there then."""
    kind, *parts = str(problem).split(" ")
    if kind != ELSEWHERE:
        return None
    zone = next((part.removeprefix(_ZONE) for part in parts if part.startswith(_ZONE)), None)
    closed = next((window for part in parts if not part.startswith(_ZONE) and (window := window_of(part))), None)
    return zone, closed


def _short_enough(start: datetime, end: datetime, *, is_open: bool) -> Window:
    """A wide time cut to what the shop keeps free at most: an open one ends with its part of the day, and one that
    ends at a certain hour keeps that end."""
    rules = policy().callbacks
    if end - start <= rules.longest_window:
        return start, end
    if not is_open:
        return end - rules.longest_window, end
    midnight = datetime.combine(_day(start), datetime.min.time(), business_zone())
    for part in ENDS_OF_PARTS:
        if midnight + part - start >= rules.usual_window:
            return start, min(midnight + part, end)
    return start, start + rules.longest_window


def _is_midnight(moment: datetime) -> bool:
    return moment.astimezone(business_zone()).time() == datetime.min.time()


def _day(moment: datetime) -> date:
    return moment.astimezone(business_zone()).date()
