"""Levels against a slow and simple reading of the rule: looked at day by day."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_store import tier_rules
from crm_store.policy import policy
from crm_store.tier_rules import Earning

DAY = timedelta(days=1)
START = datetime(2027, 1, 5, 2, tzinfo=UTC)

EARNINGS = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 1200)), max_size=12).map(
    lambda drawn: sorted((START + day * DAY, amount) for day, amount in drawn)
)
"""Moments at 10:00 at the shop, over two and a half years with a 29 February in them."""


def held_on(earnings: list[Earning], needs: int, moment: datetime) -> bool:
    return tier_rules.earned_at([each for each in earnings if each[0] <= moment], moment) >= needs


@given(earnings=EARNINGS, needs=st.integers(1, 2500), day=st.integers(0, 1400))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_level_is_kept_to_the_end_of_the_day_after_the_grace(earnings: list[Earning], needs: int, day: int) -> None:
    at = START + day * DAY + timedelta(hours=1)
    known = [each for each in earnings if each[0] <= at]
    until = tier_rules.kept_until(known, needs, at)
    grace = policy().levels.grace
    days_held = [START + number * DAY - timedelta(hours=1) for number in range(-1, 1400 + 400)]
    if held_on(known, needs, at):
        lost = next(moment for moment in days_held if moment > at and not held_on(known, needs, moment))
        assert until is not None
        assert timedelta(0) < until - (lost - 2 * DAY) - grace <= 3 * DAY
        assert until > at
        return
    before = [moment for moment in days_held if moment <= at and held_on(known, needs, moment)]
    if not before:
        assert until is None
        return
    assert until is not None
    # It was lost within the day after the last on which it was held; the grace ends with that day at the shop.
    assert before[-1] + grace < until <= before[-1] + grace + 2 * DAY


@given(earnings=EARNINGS, day=st.integers(0, 1400))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_each_earning_counts_until_the_same_day_of_the_next_year(earnings: list[Earning], day: int) -> None:
    at = START + day * DAY
    expected = sum(amount for moment, amount in earnings if moment <= at < tier_rules.years_later(moment, 1))
    assert tier_rules.earned_at(earnings, at) == expected
    later = tier_rules.earned_at(earnings, START + 2000 * DAY)
    assert later == 0
