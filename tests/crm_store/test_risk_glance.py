"""The sweep's first look passes over nobody of whom there is something new to say."""

import random
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm_store import interactions, risk, value
from crm_store.clock import business_zone
from crm_store.orders import Order, OrderStatus
from crm_store.policy import used
from crm_store.risk import learning, rhythm
from crm_store.risk.glance import glance
from crm_store.risk.rhythm import Buying
from crm_store.value import history
from tests.crm_store.policy.shop_files import changed, written
from tests.crm_store.shop import make_member

DAY = timedelta(days=1)
SWEEP = sys.modules["crm_store.risk.sweep"]  # the package gives its function by that name
USUAL = learning.learned([], today=1)


@given(st.integers(1, 200), st.integers(0, 9000), st.integers(0, 9000), st.integers(-500, 10**7))
def test_many_chances_at_once_are_those_of_each(purchases, silence, span, spent):
    one = Buying(purchases, float(silence), float(span if purchases > 1 else 0), spent / purchases)
    columns = {
        "purchases": one.purchases,
        "silence_days": one.silence_days,
        "span_days": one.span_days,
        "order_minor": one.order_minor,
    }
    found = rhythm.chances(USUAL, **{name: np.array([each], dtype=float) for name, each in columns.items()})
    assert found[0] == pytest.approx(USUAL.stopped(one), abs=1e-12)


@cache
def shop_in(zone):
    return written(f"hours: {{time_zone: {zone}}}")


@given(
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]),
    st.lists(st.integers(946_684_800, 1_893_456_000), min_size=1, max_size=30),
)
@settings(deadline=None)
def test_days_are_those_of_the_shop_s_calendar_also_when_its_clocks_change(zone, moments):
    with used(shop_in(zone)):
        assert str(business_zone()) == zone
        found = history._shop_days(np.array(moments, dtype=float))
    at = [datetime.fromtimestamp(each, UTC).astimezone(ZoneInfo(zone)) for each in moments]
    assert found.tolist() == [each.toordinal() for each in at]


async def test_sums_are_those_of_the_days(database, frozen_clock):
    at, chance = frozen_clock.moment, random.Random(3)
    async with database.transaction() as session:
        people = [await make_member(session) for _ in range(12)]
        for member in people[2:]:
            await _buys(session, member.id, at, chance, times=chance.randrange(9))
    ids = [member.id for member in people]
    async with database.reading() as session:
        days = await value.purchase_days(session, ids, at=at)
        sums = await value.purchase_sums(session, ids, at=at)
    told = zip(
        sums.member_ids.tolist(), sums.purchases.tolist(), sums.first_day.tolist(), sums.last_day.tolist(),
        sums.spent_minor.tolist(), strict=True,
    )  # fmt: skip
    assert list(told) == [
        (each, len(bought), bought[0][0], bought[-1][0], sum(spent for _, spent in bought))
        for each, bought in sorted(days.items())
    ]
    assert len(days) > 5


async def _buys(session, member_id, at, chance, *, times, until=400):
    for _ in range(times):
        session.add(
            Order(
                number=f"G{member_id}-{chance.randrange(10**12)}", member_id=member_id,
                status=chance.choice([OrderStatus.COMPLETED] * 6 + [OrderStatus.CANCELLED, OrderStatus.PLACED]),
                currency=chance.choice(["CNY"] * 4 + ["USD"]), total_minor=chance.randrange(900_000),
                shipping_minor=0, placed_at=at - chance.random() * until * DAY,
            )
        )  # fmt: skip


async def _a_day(database, people, at, chance):
    """Some buy, one speaks in anger, and somebody's last order is cancelled."""
    async with database.transaction() as session:
        for member_id in chance.sample(people, 3):
            await _buys(session, member_id, at, chance, times=1, until=1)
        angry, sorry = chance.sample(people, 2)
        await interactions.record(
            session, member_id=angry, channel="web", outcome="answered", sentiment="negative", anger=0.9, at=at
        )
        of = select(Order).where(Order.member_id == sorry).order_by(Order.placed_at.desc(), Order.number)
        if (order := await session.scalar(of.limit(1))) is not None:
            order.status = OrderStatus.CANCELLED


@pytest.mark.parametrize(("seed", "room"), [(1, 1000), (2, 1000), (3, 1)])
async def test_whoever_is_passed_over_gives_nothing_to_write(database, frozen_clock, monkeypatch, seed, room):
    """After each night everybody is looked at closely, and there is nothing left to write or to open."""
    chance, looked, really = random.Random(seed), [], SWEEP._scored

    async def counted(session, ids, *rest, **known):
        looked.append(len(ids))
        return await really(session, ids, *rest, **known)

    def everybody(*told, **known):
        return replace(glance(*told, **known), moved=set(people))

    async def nothing_proved(_database, *, at):
        return 0

    monkeypatch.setattr(SWEEP, "_scored", counted)
    closely = all_of_them = written = opened = 0
    with changed(f"risk: {{follow_ups_a_day: {room}}}"):
        async with database.transaction() as session:
            people = [(await make_member(session)).id for _ in range(40)]
            for member_id in people:
                await _buys(session, member_id, frozen_clock.moment, chance, times=chance.randrange(6))
        for _ in range(25):
            frozen_clock.move(DAY * chance.choice((1, 1, 2, 9)))
            await _a_day(database, people, frozen_clock.moment, chance)
            looked.clear()
            with monkeypatch.context() as patched:
                # What is proved ends a follow-up, after which another reason may open one: that is for the second look.
                patched.setattr(SWEEP.proof, "prove_all", nothing_proved)
                night = await risk.sweep(database)
            closely, written, opened = closely + sum(looked), written + night.written, opened + night.opened
            with monkeypatch.context() as patched:
                patched.setattr(SWEEP, "glance", everybody)
                looked.clear()
                again = await risk.sweep(database)
                all_of_them += sum(looked)
            assert (again.written, again.opened, again.held) == (0, 0, 0)
    assert written > 100
    assert opened > 5
    assert closely < 0.7 * all_of_them


async def test_sums_teach_a_young_shop_what_its_purchases_do(database, frozen_clock):
    at, chance = frozen_clock.moment, random.Random(5)
    today = at.astimezone(business_zone()).toordinal()
    for until, is_young in ((40, True), (3000, False)):
        async with database.transaction() as session:
            for member in [await make_member(session) for _ in range(20)]:
                await _buys(session, member.id, at, chance, times=chance.randrange(5), until=until)
        async with database.reading() as session:
            ids = range(1, (await session.scalar(select(func.max(Order.member_id)))) + 1)
            days = await value.purchase_days(session, ids, at=at)
            sums = await value.purchase_sums(session, ids, at=at)
        rhythm, judged = learning.learned_and_judged(list(days.values()), today=today)
        assert learning.untaught(sums, today=today) == (rhythm if is_young else None)
        assert not judged.tenths
