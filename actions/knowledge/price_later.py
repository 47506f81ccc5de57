"""A lower price that may come yet: by which day it counts, of a purchase paid on the day that is said, else today.

"If I buy it now and it drops on 12 December" tells of nothing that has passed, so nothing can be too late by it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from actions.kit.words import lexicon
from actions.knowledge import figures
from crm_store.policy import policy

A_DAY = timedelta(days=1, minutes=1)
_BUYS = re.compile(
    r"买|下单|落单|下订|付款|付了|付的|付咗|入手|拍下|订了|订的"
    r"|\b(?:buy|bought|order(?:ed)?|pay|paid)\b"
)
_FALLS = re.compile(
    r"降|便宜|跌|减价|减咗|打折|特价|平咗|平啲|促销"
    r"|\b(?:drops?|dropped|cheaper|falls?|goes down|go down|went down|reduced|sale|less)\b"
)
_OF_A_YEAR = re.compile(r"20\d\d|[去前]年|\blast year\b")
_AFTER = re.compile(r"后|\b(?:later|after)\b")
"""So long after the purchase: 20 天后."""
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Later:
    """`paid`: the day of payment that is said, else today; `until`: the last day that counts; `day`: the day on which
    the price may fall, None where none is said or it is no single day."""

    paid: date
    until: date
    day: date | None = None

    @property
    def in_time(self) -> bool | None:
        return None if self.day is None else self.day <= self.until


@dataclass(frozen=True, slots=True)
class _Said:
    """A day, or the days from one to another, in the text."""

    begin: date
    end: date
    falls: bool

    @property
    def is_day(self) -> bool:
        return self.begin == self.end


def supposed(text: str, times: Sequence[Mapping[str, Any]], today: date) -> Later | None:
    """The case of a price that is supposed to fall, or falls on a day to come; None where it is told to have fallen, or
    how long ago it was bought is told by no day."""
    supposes = bool(lexicon.heard("supposing", text))
    said = _days(text, times, today, supposes=supposes)
    ahead = [each for each in said if each.falls and each.end >= today]
    bought = [each for each in said if not each.falls]
    if not (supposes or ahead) or any(not each.is_day for each in bought):
        return None
    if not said and (figures.days_ago(text) or 0) > 0:
        return None
    paid = bought[0].begin if bought else today
    until = paid + timedelta(days=policy().orders.price_protection.days)
    fall = ahead[-1] if ahead else None
    # Of a month or a week only what begins too late is surely too late.
    is_told = fall is not None and (fall.is_day or fall.begin > until)
    return Later(paid, until, fall.begin if fall is not None and is_told else None)


def _days(text: str, times: Sequence[Mapping[str, Any]], today: date, *, supposes: bool) -> list[_Said]:
    flat = figures.flat(text)
    verbs = [(match.span(), falls) for falls, each in ((False, _BUYS), (True, _FALLS)) for match in each.finditer(flat)]
    names_falls = any(falls for _, falls in verbs)
    found: list[_Said] = []
    for place, first, last in sorted([*_as_heard(times, today), *_as_written(flat, today)]):
        falls = _nearest(verbs, place) if names_falls else last > today
        falls = falls or _AFTER.search(flat[slice(*place)]) is not None
        # A day of the sales, by a name that has one in each year: the next one is meant.
        is_next = falls and supposes and last < today and _OF_A_YEAR.search(flat) is None
        moved = timedelta(days=365 if is_next else 0)
        found.append(_Said(first + moved, last + moved, falls))
    return found


def _nearest(verbs: Sequence[tuple[Span, bool]], place: Span) -> bool:
    """Whether what stands nearest to a place is the fall of the price, and no purchase."""
    return min(verbs, key=lambda verb: max(verb[0][0] - place[1], place[0] - verb[0][1]))[1]


def _as_heard(times: Sequence[Mapping[str, Any]], today: date) -> list[tuple[Span, date, date]]:
    """The days that were heard, and no lengths of time that run from now: 15 天内."""
    spans = []
    for each in times:
        value = each.get("value")
        if not isinstance(value, dict) or not value.get("from") or not value.get("to"):
            continue
        begin, end = (datetime.fromisoformat(value[name]) for name in ("from", "to"))
        if begin.date() != today or end - begin <= A_DAY:
            place = (int(each.get("start") or 0), int(each.get("end") or 0))
            spans.append((place, begin.date(), (end - timedelta(seconds=1)).date()))
    return spans


def _as_written(flat: str, today: date) -> list[tuple[Span, date, date]]:
    spans = []
    for match in figures.DAY_IN_SHORT.finditer(flat):
        try:
            day = date(today.year, int(match["month"]), int(match["day"]))
        except ValueError:
            continue
        spans.append((match.span(), day, day))
    return spans
