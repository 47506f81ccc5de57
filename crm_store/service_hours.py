"""When people of the shop are there: every day 9:00 to 22:00 in the shop's zone; due times count only these hours."""

from datetime import UTC, datetime, time, timedelta

from crm_store.clock import BUSINESS_ZONE

OPENS = time(9, 0)
CLOSES = time(22, 0)
SERVICE_DAY = timedelta(hours=13)
"""Working time of one day, 9:00 to 22:00."""


def opening(moment: datetime) -> datetime:
    """Opening time of the shop's calendar day on which `moment` falls, in UTC."""
    local = moment.astimezone(BUSINESS_ZONE)
    return datetime.combine(local.date(), OPENS, BUSINESS_ZONE).astimezone(UTC)


def closing(moment: datetime) -> datetime:
    """Closing time of the shop's calendar day on which `moment` falls, in UTC."""
    local = moment.astimezone(BUSINESS_ZONE)
    return datetime.combine(local.date(), CLOSES, BUSINESS_ZONE).astimezone(UTC)


def is_open(moment: datetime) -> bool:
    return opening(moment) <= moment < closing(moment)


def next_open(moment: datetime) -> datetime:
    """`moment` itself while somebody is there, else the next opening time."""
    if is_open(moment):
        return moment.astimezone(UTC)
    today = opening(moment)
    return today if moment < today else opening(moment + timedelta(days=1))


def round_up(moment: datetime, step: timedelta) -> datetime:
    """The next whole `step` of the hour (or the moment itself, when it is one)."""
    seconds = int(step.total_seconds())
    since_epoch = moment.timestamp()
    return datetime.fromtimestamp(-(-since_epoch // seconds) * seconds, UTC)


def after(start: datetime, span: timedelta, *, round_to: timedelta = timedelta(minutes=30)) -> datetime:
    """The moment when `span` of service time has passed since `start`, rounded up to a time that is easy to say.

    Never later than the closing time of that day.
    """
    moment, left = next_open(start), span
    while left > (until_close := closing(moment) - moment):
        left -= until_close
        moment = next_open(closing(moment))
    due = moment + left
    return min(round_up(due, round_to), closing(moment))
