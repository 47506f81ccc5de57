"""When people of the shop are there, as the policy says, in the shop's zone; due times count only these hours."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from crm_store.clock import business_zone
from crm_store.labels import label
from crm_store.language import Language
from crm_store.policy import OpenSpan, ServiceTime, Week, clock_text, policy

Shift = tuple[datetime, datetime]
"""Beginning and end, in UTC, of a time in which the shop is open without a break."""


def service_day() -> timedelta:
    """Working time of one service day."""
    return policy().hours.service_day


def length(service_time: ServiceTime) -> timedelta:
    """Working time of what the policy gives in service time."""
    return service_time.length(service_day())


def shift(moment: datetime) -> Shift | None:
    """The shift in which `moment` falls; closing time itself is already closed."""
    return next((each for each in _shifts(_day(moment)) if each[0] <= moment < each[1]), None)


def is_open(moment: datetime) -> bool:
    return shift(moment) is not None


def next_open(moment: datetime) -> datetime:
    """`moment` itself while somebody is there, else the next opening time."""
    return max(next_shift(moment)[0], moment.astimezone(UTC))


def next_shift(moment: datetime, *, least: timedelta = timedelta(0)) -> Shift:
    """The first shift of which, from `moment` on, more than nothing and at least `least` is left."""
    day = _day(moment)
    while True:
        for begins, ends in _shifts(day):
            left = ends - max(begins, moment)
            if left > timedelta(0) and left >= least:
                return begins, ends
        day += timedelta(days=1)


def last_shift(moment: datetime) -> Shift:
    """The last shift that has begun by `moment`."""
    day = _day(moment)
    while True:
        for begins, ends in reversed(_shifts(day)):
            if begins <= moment:
                return begins, ends
        day -= timedelta(days=1)


def told(language: Language) -> str:
    """The hours of a usual week, days with the same hours together: 每天 9:00–22:00."""
    week = list(zip(Week.model_fields, policy().hours.weekly.days, strict=True))
    parts = []
    for spans, days in groupby(week, key=lambda day: day[1]):
        if spans:
            names = [label("weekday", name, language) for name, _ in days]
            kind = "daily" if len(names) == len(week) else "range" if len(names) > 1 else "day"
            parts.append(
                label("service_hours", kind, language, first=names[0], last=names[-1], hours=_told(spans, language))
            )
    return label("service_hours", "and", language).join(parts)


def told_on(day: date, language: Language) -> str:
    """The hours of a calendar day at the shop; empty when nobody is there: 9:00–22:00."""
    return _told(policy().hours.on(day), language)


def round_up(moment: datetime, step: timedelta) -> datetime:
    """The next whole `step` of the hour (or the moment itself, when it is one)."""
    seconds = int(step.total_seconds())
    since_epoch = moment.timestamp()
    return datetime.fromtimestamp(-(-since_epoch // seconds) * seconds, UTC)


def after(start: datetime, span: timedelta, *, round_to: timedelta = timedelta(minutes=30)) -> datetime:
    """The moment when `span` of service time has passed since `start`, rounded up to a time that is easy to say.

    Never later than the end of the shift it falls in.
    """
    begins, ends = next_shift(start)
    moment, left = max(begins, start), span
    while left > ends - moment:
        left -= ends - moment
        moment, ends = next_shift(ends)
    return min(round_up(moment + left, round_to), ends)


def _told(spans: Iterable[OpenSpan], language: Language) -> str:
    told = [
        label("service_hours", "span", language, opens=clock_text(span.opens), closes=clock_text(span.closes))
        for span in spans
    ]
    return label("service_hours", "and", language).join(told)


def _day(moment: datetime) -> date:
    return moment.astimezone(business_zone()).date()


def _shifts(day: date) -> list[Shift]:
    """Those of a calendar day at the shop, the earliest first."""
    return [(_moment(day, span.opens), _moment(day, span.closes)) for span in policy().hours.on(day)]


def _moment(day: date, minutes: int) -> datetime:
    """So many minutes after midnight by the shop's clock on the wall."""
    return (datetime.combine(day, time(), business_zone()) + timedelta(minutes=minutes)).astimezone(UTC)
