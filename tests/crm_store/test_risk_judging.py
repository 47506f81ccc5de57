"""How right the chances were, told from a shop's own past and kept with its rhythm."""

import random
from datetime import timedelta

import pytest

from crm_store import risk
from crm_store.risk import judging, learning, shop_rhythm
from crm_store.risk.judging import Judgement, Tenth
from tests.crm_store.shop import make_member, make_order

TODAY = 740_000


def log(members=600, *, days=400, pause=20, stops=0.5, seed=3):
    """Members who buy every `pause` days or so from their first day on; some stop for good at a day of their own."""
    chance, found = random.Random(seed), []
    for _ in range(members):
        first = TODAY - days + chance.randrange(60)
        until = TODAY - chance.randrange(days) if chance.random() < stops else TODAY
        day, bought = first, []
        while day <= max(until, first):
            bought.append((day, 5_000.0))
            day += 1 + int(chance.expovariate(1 / pause))
        found.append(bought)
    return found


def test_tenths_are_counted_by_hand():
    found = judging.tenths([0.05, 0.05, 0.55, 1.0], [False, True, True, True])
    assert found == (Tenth(0, 2, 0.05, 0.5), Tenth(5, 1, 0.55, 1.0), Tenth(9, 1, 1.0, 1.0))
    judged = Judgement(30, found)
    assert judged.members == 4
    assert judged.error == pytest.approx((2 * 0.45 + 0.45 + 0.0) / 4)
    assert Judgement.of_json(judged.as_json()) == judged
    assert (Judgement.of_json({}), Judgement().as_json()) == (Judgement(), {})


def test_nobody_is_judged_by_what_they_taught():
    """A fit that only remembers the mean of what it saw gives each half the mean of the other one."""

    def remembers(_features, stopped):
        share = sum(stopped) / len(stopped)
        return (share, 0.0)

    told = judging.crossed([(0.0,)] * 4, [True, False, True, False], remembers)
    assert told == pytest.approx([0.5, 0.7310586, 0.5, 0.7310586])


def test_a_shop_with_a_past_is_told_how_right_the_chances_were():
    rhythm, judged = learning.learned_and_judged(log(), today=TODAY)
    assert rhythm.pause_days == pytest.approx(20, abs=4)
    assert judged.ahead_days > 3 * rhythm.pause_days
    assert judged.members > 500
    assert judged.error < 0.08
    assert learning.learned(log(), today=TODAY) == rhythm


def test_a_shop_without_one_is_told_nothing():
    assert learning.learned_and_judged([], today=TODAY)[1] == Judgement()
    assert learning.learned_and_judged(log(members=100), today=TODAY)[1] == Judgement()
    assert learning.learned_and_judged(log(days=40), today=TODAY)[1] == Judgement()


async def test_a_sweep_keeps_the_judgement_with_the_rhythm(database, frozen_clock, monkeypatch):
    monkeypatch.setattr(learning, "MEMBERS_AT_LEAST", 20)
    monkeypatch.setattr(learning, "OF_EACH_AT_LEAST", 5)
    async with database.transaction() as session:
        for number in range(30):
            member = await make_member(session)
            for days in range(200 if number % 2 else 10, 400, 20):
                await make_order(session, member, placed_at=frozen_clock.moment - timedelta(days=days))
    async with database.reading() as session:
        assert await shop_rhythm.judgement(session) == Judgement()
    await risk.sweep(database)
    async with database.reading() as session:
        found = await shop_rhythm.judgement(session)
    assert found.members == 30
    assert found.ahead_days > 0
