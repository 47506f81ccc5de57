"""Months and quarters as the shop's calendar has them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from crm_store.clock import business_zone, today
from crm_store.measures.models import Span

_MONTHS = {Span.MONTH: 1, Span.QUARTER: 3}


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month or quarter, from its first day on."""

    span: Span
    starts_on: date

    @classmethod
    def holding(cls, span: Span, day: date) -> "Period":
        """The period that the day lies in."""
        months = _MONTHS[span]
        return cls(span, date(day.year, (day.month - 1) // months * months + 1, 1))

    @property
    def ends_before(self) -> date:
        """The first day after it."""
        return _months_later(self.starts_on, _MONTHS[self.span])

    @property
    def before(self) -> "Period":
        return Period(self.span, _months_later(self.starts_on, -_MONTHS[self.span]))

    @property
    def start(self) -> datetime:
        """Its first moment at the shop."""
        return _midnight(self.starts_on)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.ends_before)


def running(span: Span) -> Period:
    """The period of today."""
    return Period.holding(span, today())


def closed(*, since: date, months: int) -> list[Period]:
    """Months and quarters that have ended, the newest first: those that began on or after `since`, or held that day,
    and lie at most so many months back."""
    earliest = _months_later(today().replace(day=1), -months)
    found = []
    for span in Span:
        period = running(span).before
        while period.ends_before > since and period.starts_on >= earliest:
            found.append(period)
            period = period.before
    return sorted(found, key=lambda each: (each.ends_before, each.span), reverse=True)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, business_zone()).astimezone(UTC)
