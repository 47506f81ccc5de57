"""Expectations beside the numbers that their authors published."""

import numpy as np
import pytest

from crm_store.value import lifetime
from crm_store.value.lifetime import Purchasing, Spending
from crm_store.value.simplex import minimise

PUBLISHED = Purchasing(r=0.243, alpha=4.414, a=0.793, b=2.426)
"""Fader, Hardie and Lee (2005), table 2: CDNOW, times in weeks."""


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


class TestPurchases:
    def test_the_example_of_the_paper(self) -> None:
        """Fader, Hardie and Lee, Implementing the BG/NBD Model in Excel: customer 0001, 39 weeks ahead."""
        found = lifetime.expected_purchases(PUBLISHED, column(2), column(30.43), column(38.86), 39)
        assert found[0] == pytest.approx(1.226, abs=0.0005)

    def test_who_was_seen_lately_is_expected_sooner_than_who_stayed_away(self) -> None:
        lately, long_ago = lifetime.expected_purchases(PUBLISHED, column(8, 8), column(37, 12), column(39, 39), 39)
        assert (lately > 5, long_ago < 1) == (True, True)

    def test_nothing_is_expected_of_no_time(self) -> None:
        found = lifetime.expected_purchases(PUBLISHED, column(0, 3), column(0, 20), column(30, 30), 0)
        assert found == pytest.approx([0, 0])

    def test_where_the_formula_has_a_gap_it_is_bridged(self) -> None:
        near, at = (
            lifetime.expected_purchases(Purchasing(0.3, 5, a, 2.0), column(4), column(20), column(30), 26)[0]
            for a in (1.0001, 1.0)
        )
        assert at == pytest.approx(near, rel=1e-3)

    def test_parameters_are_found_again_from_buyers_that_follow_them(self) -> None:
        repeats, last, observed = buyers(PUBLISHED, 4000)
        found = lifetime.fit_purchasing(repeats, last, observed)
        assert (found.r, found.alpha) == pytest.approx((PUBLISHED.r, PUBLISHED.alpha), rel=0.2)
        share, meant = found.a / (found.a + found.b), PUBLISHED.a / (PUBLISHED.a + PUBLISHED.b)
        assert share == pytest.approx(meant, rel=0.25)


class TestMoney:
    def test_by_hand(self) -> None:
        """p (gamma + n·mean) / (p·n + q − 1) = 6.25 × (15.44 + 2 × 22.35) / (12.5 + 2.74)."""
        found = lifetime.expected_value(Spending(6.25, 3.74, 15.44), column(2), column(22.35))
        assert found[0] == pytest.approx(6.25 * 60.14 / 15.24)

    def test_who_bought_once_is_drawn_to_the_others_more_than_who_bought_often(self) -> None:
        model = Spending(6.25, 3.74, 15.44)  # the shop's mean is p·gamma / (q − 1) = 35.2
        once, often = lifetime.expected_value(model, column(1, 20), column(100, 100))
        assert 35.2 < once < often < 100

    def test_parameters_give_the_shops_mean(self) -> None:
        chance = np.random.default_rng(7)
        purchases = chance.integers(1, 6, 3000).astype(np.float64)
        own = 6.25 / chance.gamma(3.74, 1 / 15.44, 3000)
        mean = chance.gamma(6.25 * purchases, own / (6.25 * purchases))
        found = lifetime.fit_spending(purchases, mean)
        assert found.p * found.gamma / (found.q - 1) == pytest.approx(6.25 * 15.44 / 2.74, rel=0.1)


def test_the_past_rate_is_not_taken_over_a_few_days() -> None:
    assert lifetime.past_rate(column(2, 2), column(1, 52), 26, least_weeks=13) == pytest.approx([4, 1])


def test_a_minimum_is_found_where_it_is() -> None:
    found = minimise(lambda at: float((at[0] - 1) ** 2 + 10 * (at[1] + 2) ** 2), column(0, 0))
    assert found == pytest.approx([1, -2], abs=1e-3)


def buyers(model: Purchasing, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Buyers that the model tells of, over 12 to 39 weeks."""
    chance = np.random.default_rng(5)
    rows = []
    for _ in range(count):
        rate, leaves = chance.gamma(model.r, 1 / model.alpha), chance.beta(model.a, model.b)
        observed, last, repeats = chance.uniform(12, 39), 0.0, 0
        while (at := last + chance.exponential(1 / max(rate, 1e-9))) <= observed:
            last, repeats = at, repeats + 1
            if chance.random() < leaves:
                break
        rows.append((repeats, last, observed))
    return tuple(np.array(rows, dtype=np.float64).T)  # type: ignore[return-value]
