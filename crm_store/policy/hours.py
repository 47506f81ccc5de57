"""When somebody of the shop is there."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from crm_store.policy.section import Place, Section, entry, group
from crm_store.policy.units import Day, DayOrDays, OpeningHours, OpenSpan, Zone

_HOURS = "crm_store.service_hours"


class Week(Section):
    """The opening hours of each day of the week."""

    monday: OpeningHours = entry("hours of every Monday", read_by=_HOURS)
    tuesday: OpeningHours = entry("hours of every Tuesday", read_by=_HOURS)
    wednesday: OpeningHours = entry("hours of every Wednesday", read_by=_HOURS)
    thursday: OpeningHours = entry("hours of every Thursday", read_by=_HOURS)
    friday: OpeningHours = entry("hours of every Friday", read_by=_HOURS)
    saturday: OpeningHours = entry("hours of every Saturday", read_by=_HOURS)
    sunday: OpeningHours = entry("hours of every Sunday", read_by=_HOURS)

    @property
    def days(self) -> tuple[tuple[OpenSpan, ...], ...]:
        """Monday first."""
        return tuple(getattr(self, name) for name in type(self).model_fields)


class Hours(Section):
    """Service hours of the shop's people, in the shop's time zone. Due times count only these."""

    time_zone: Zone = entry("the zone the shop lives in; every day and hour is told in it", read_by="crm_store.clock")
    weekly: Week = group("the usual week")
    closed: list[DayOrDays] = entry("holidays: days on which nobody is there", read_by=_HOURS)
    special: dict[Day, OpeningHours] = entry(
        "single days with hours of their own: make-up working days, short days before a feast", read_by=_HOURS
    )

    def on(self, day: date) -> tuple[OpenSpan, ...]:
        """The opening hours of a calendar day at the shop, the earliest first; none when it is closed."""
        if day in self.special:
            return self.special[day]
        if any(day in holiday for holiday in self.closed):
            return ()
        return self.weekly.days[day.weekday()]

    @property
    def service_day(self) -> timedelta:
        """The working time of one service day: that of the longest day of the week."""
        return timedelta(minutes=max(_minutes(spans) for spans in self.weekly.days))

    @property
    def shortest_span(self) -> timedelta:
        """The shortest time in which the shop is open without a break, on any day."""
        spans: list[OpenSpan] = [span for day in (*self.weekly.days, *self.special.values()) for span in day]
        return timedelta(minutes=min(span.closes - span.opens for span in spans))

    def problems(self) -> Iterator[tuple[Place, str]]:
        if not any(self.weekly.days):
            yield ("weekly",), "the shop is open on no day of the week"
        for day in self.special:
            if any(day in holiday for holiday in self.closed):
                yield ("special", day.isoformat()), f"{day} is among the closed days as well"


def _minutes(spans: Any) -> int:
    return sum(span.closes - span.opens for span in spans)
