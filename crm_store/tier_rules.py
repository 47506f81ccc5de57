"""When a level is reached, kept and lost, worked out from what was earned: pure rules."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from crm_store.clock import business_zone
from crm_store.policy import policy

Earning = tuple[datetime, int]
"""Moment and points of an earning that counts; in lists the oldest first."""


def years_later(moment: datetime, years: int) -> datetime:
    """The same day and time in another year; 29 February becomes the 28th."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)


def looked_back(at: datetime) -> datetime:
    """From when on earnings matter at `at`: twelve months, the grace, and the rest of a day at either end."""
    return years_later(at, -1) - policy().levels.grace - timedelta(days=2)


def earned_at(earnings: Sequence[Earning], at: datetime) -> int:
    """Points of the twelve months before `at`: each counts until the same day and time of the next year."""
    return sum(amount for moment, amount in earnings if moment <= at < years_later(moment, 1))


def kept_until(earnings: Sequence[Earning], needs: int, at: datetime) -> datetime | None:
    """The last moment of a level that needs so many points, when nothing more is earned: the end of the shop's day
    after the grace. None when it was not held within the time looked back, or needs none."""
    lost = lost_at(earnings, needs, at)
    return end_of_grace(lost) if lost is not None else None


def end_of_grace(lost: datetime) -> datetime:
    """The last second of the shop's day on which the grace after `lost` ends."""
    last_day = (lost + policy().levels.grace).astimezone(business_zone()).date()
    return datetime.combine(last_day, time(23, 59, 59), business_zone())


def lost_at(earnings: Sequence[Earning], needs: int, at: datetime) -> datetime | None:
    """When the sum of twelve months falls below `needs`: after `at` while it is reached, else the last time before."""
    known = [(moment, amount) for moment, amount in earnings if moment <= at]
    falls = sorted({years_later(moment, 1) for moment, _ in known})
    if earned_at(known, at) >= needs:
        return next((fall for fall in falls if fall > at and earned_at(known, fall) < needs), None)
    past = [fall for fall in falls if fall <= at]
    return next((fall for fall in reversed(past) if _just_before(known, fall) >= needs), None)


def _just_before(earnings: Sequence[Earning], fall: datetime) -> int:
    """The sum of twelve months up to the moment at which something drops out of them."""
    return sum(amount for moment, amount in earnings if moment < fall <= years_later(moment, 1))
