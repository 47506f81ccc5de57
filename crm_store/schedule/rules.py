"""When a job is due: pure, from its schedule, the policy and the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from crm_store.clock import business_zone
from crm_store.policy import policy

LEASE = timedelta(seconds=30)
"""So long a job belongs to its runner without a sign of life."""
FURTHEST_LEASE = LEASE * 2
"""A lease that ends later than this was written by a clock that has been put back since: it holds no longer."""
KEPT_BELOW = timedelta(minutes=5)
"""A runner keeps a job that is due more often than this between its runs, so that those cost the database nothing."""
RARE_FROM = timedelta(hours=1)
"""Of a job that runs as seldom as this, or daily, every run is written down."""
A_DAY = timedelta(hours=25)
"""The longest day there is, where clocks are put back in autumn."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Either `every` so often, counted from the end of a run, or daily `at_minute` minutes after midnight at the shop.
    `at_first`: a daily job runs at once in a shop that has never run it; otherwise it waits for its time."""

    name: str
    every: timedelta | None = None
    at_minute: int | None = None
    at_first: bool = False

    @property
    def is_kept(self) -> bool:
        return self.every is not None and self.every < KEPT_BELOW

    @property
    def is_rare(self) -> bool:
        return self.every is None or self.every >= RARE_FROM


def first_at(schedule: Schedule, now: datetime) -> datetime:
    """When a job that never ran is due."""
    return now if schedule.every is not None or schedule.at_first else next_at(schedule, now)


def next_at(schedule: Schedule, ended: datetime) -> datetime:
    """When a job is due after a run that went well. What was missed meanwhile is missed: one run made up for it."""
    if schedule.every is not None:
        return ended + schedule.every
    assert schedule.at_minute is not None
    here = ended.astimezone(business_zone())
    clock = time(*divmod(schedule.at_minute, 60))
    today = datetime.combine(here.date(), clock, business_zone()).astimezone(UTC)
    if today > ended:
        return today
    return datetime.combine(here.date() + timedelta(days=1), clock, business_zone()).astimezone(UTC)


def pause(schedule: Schedule, failures: int) -> timedelta:
    """How long a job rests that has failed so often in a row: twice as long each time, up to what the policy says."""
    rules = policy().jobs
    first = rules.retry_after if schedule.every is None else min(schedule.every * 2, rules.retry_after)
    doubled: timedelta = first * 2 ** min(failures - 1, 30)
    return min(doubled, max(first, rules.longest_pause))


def furthest(schedule: Schedule, now: datetime) -> datetime:
    """No job is due later than this, unless the clock was put back since that was written."""
    return now + max(schedule.every or A_DAY, policy().jobs.longest_pause)
