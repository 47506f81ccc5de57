"""Fifths, the few who bring most, and what one run keeps."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from crm_store.policy import policy
from crm_store.value import Method, yardstick
from crm_store.value.purchases import Everybody
from crm_store.value.yardstick import Yardstick

AT = datetime(2026, 11, 22, tzinfo=UTC)
DAY = 86_400


def members(count: int, **columns: Any) -> Everybody:
    """Members of whom only what is given is known; who bought, did so first 300 days ago."""
    zeros = dict.fromkeys(
        ("purchases", "own_purchases", "own_spend", "orders", "spend", "reduced", "wants_news", "contacts"),
        np.zeros(count),
    )
    unknown = dict.fromkeys(("first_at", "last_at", "opinion", "recommends"), np.full(count, np.nan))
    given = {name: np.array(values, dtype=np.float64) for name, values in columns.items()}
    return Everybody(at=AT, member_ids=np.arange(1, count + 1), **{**zeros, **unknown, **given})


def buyers(orders: list[int], *, days: list[int], spend: list[int]) -> Everybody:
    first = [AT.timestamp() - 300 * DAY if each else np.nan for each in orders]
    last = [AT.timestamp() - each * DAY if bought else np.nan for each, bought in zip(days, orders, strict=True)]
    return members(
        len(orders),
        purchases=orders,
        own_purchases=orders,
        orders=orders,
        spend=spend,
        own_spend=spend,
        first_at=first,
        last_at=last,
    )


class TestMarks:
    def test_fifths_of_a_hundred_buyers(self) -> None:
        found = buyers([1 + n % 10 for n in range(100)], days=list(range(100)), spend=[100 * n for n in range(1, 101)])
        marks = yardstick.measured(found, yardstick.of_shop(found))
        assert [
            np.bincount(each.astype(int)).tolist() for each in (marks.recency, marks.frequency, marks.monetary)
        ] == [[0, 20, 20, 20, 20, 20]] * 3
        assert (marks.recency[0], marks.monetary[0], marks.recency[99], marks.monetary[99]) == (5, 1, 1, 5)

    def test_equal_members_have_equal_marks(self) -> None:
        found = buyers([1] * 70 + [5] * 30, days=[10] * 100, spend=[500] * 100)
        marks = yardstick.measured(found, yardstick.of_shop(found))
        assert set(marks.frequency[:70]) == {1.0}
        assert set(marks.frequency[70:]) == {4.0}
        assert set(marks.monetary) == {1.0}

    def test_who_never_bought_has_the_lowest_and_is_not_compared(self) -> None:
        few = buyers([1 + n % 5 for n in range(60)] + [0], days=[*range(60), 0], spend=[100] * 60 + [0])
        marks = yardstick.measured(few, yardstick.of_shop(few))
        assert (marks.recency[-1], marks.frequency[-1], marks.monetary[-1], marks.lifetime[-1]) == (1, 1, 1, 0)

    def test_a_small_shop_goes_by_the_limits_of_the_policy(self) -> None:
        found = buyers([3] * 10, days=[40] * 10, spend=[70_000] * 10)
        by = yardstick.of_shop(found)
        marks = yardstick.measured(found, by)
        assert (marks.recency[0], marks.frequency[0], marks.monetary[0]) == (4, 3, 3)
        assert by.method is Method.PAST_RATE
        assert by.horizon_days == policy().value.horizon.days


class TestTheFew:
    def test_those_who_together_bring_four_fifths(self) -> None:
        """1,000 of all: 500 + 200 + 100 is 80 %."""
        found = buyers([1] * 6, days=[1] * 6, spend=[500, 200, 100, 90, 60, 50])
        by = yardstick.of_shop(found)
        assert by.vital_from == 100
        assert yardstick.measured(found, by).is_vital.tolist() == [1, 1, 1, 0, 0, 0]

    def test_the_curve_begins_with_the_biggest(self) -> None:
        curve = yardstick.curve(np.array([100.0, 300.0, 0.0, 500.0, 100.0]))
        assert curve == [[0, 0], [0.25, 0.5], [0.5, 0.8], [0.75, 0.9], [1, 1]]

    def test_no_spend_no_curve(self) -> None:
        assert yardstick.curve(np.zeros(3)) == []


class TestExpectation:
    def test_with_too_few_to_learn_from_the_past_goes_on(self) -> None:
        """Three purchases within 300 days of ¥300 each: two repeats in 300 days are 2.43 in a year."""
        found = buyers([3], days=[30], spend=[90_000])
        marks = yardstick.measured(found, yardstick.of_policy())
        assert marks.expected_orders[0] == pytest.approx(2 / 300 * 365)
        assert marks.lifetime[0] == pytest.approx(2 / 300 * 365 * 30_000, abs=1)

    def test_what_a_run_keeps_judges_as_the_run_did(self) -> None:
        chance = np.random.default_rng(3)
        orders = chance.integers(1, 9, 400)
        spend = orders * chance.integers(5_000, 60_000, 400)
        found = buyers(orders.tolist(), days=chance.integers(0, 290, 400).tolist(), spend=spend.tolist())
        by = yardstick.of_shop(found)
        assert by.method is Method.BG_NBD
        again = yardstick.measured(found, Yardstick.of(by.plain()))
        assert again.lifetime.tolist() == yardstick.measured(found, by).lifetime.tolist()
        assert Yardstick.of(by.plain()) == by
        assert np.all(np.isfinite(again.lifetime))
