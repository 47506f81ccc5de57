"""The one source of the present moment, so that tests can stand still and move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from crm_store.policy import policy

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""What a moment that somebody tells can lie in; the ends of the calendar cannot be reckoned with."""

_frozen: ContextVar[datetime | None] = ContextVar("frozen_time", default=None)


def business_zone() -> ZoneInfo:
    """The time zone the shop lives in."""
    return policy().hours.time_zone


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today() -> date:
    """The current calendar day where the shop is."""
    return now().astimezone(business_zone()).date()


class FrozenClock:
    """A clock that moves only when told to."""

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("a frozen clock needs an aware datetime")
        self._set(moment)

    def _set(self, moment: datetime) -> None:
        self.moment = moment.astimezone(UTC)
        _frozen.set(self.moment)

    def move(self, step: timedelta) -> None:
        self._set(self.moment + step)

    def to(self, moment: datetime) -> None:
        self._set(moment)


@contextmanager
def frozen(moment: datetime) -> Iterator[FrozenClock]:
    """Stand still at `moment` (aware) in this context and the tasks started from it."""
    before = _frozen.get()
    clock = FrozenClock(moment)
    try:
        yield clock
    finally:
        _frozen.set(before)
