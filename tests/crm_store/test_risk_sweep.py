"""Silence told by members' own rhythm: the sweep finds who has stopped, opens what a day allows, proves later."""

import random
import sys
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from crm_store import complaints, interactions, promises, risk, surveys, value
from crm_store.followups import Arm, FollowUp, FollowUpStatus, Proof
from crm_store.members import Member, MemberStatus
from crm_store.orders import Order, OrderStatus
from crm_store.policy import policy
from crm_store.risk import RiskAssessment, holding_back, learning, rhythm, shop_rhythm
from crm_store.risk.report import Group, uplift
from crm_store.risk.rhythm import Buying
from tests.crm_store.shop import make_member, make_order, make_parcel

DAY = timedelta(days=1)
USUAL = learning.learned([], today=1)


@given(st.integers(1, 200), st.floats(0, 3000), st.floats(0, 3000), st.floats(0, 2000), st.floats(1, 1e7))
def test_more_silence_never_lowers_the_chance_of_having_stopped(purchases, silence, more, span, order):
    before = USUAL.stopped(Buying(purchases, silence, span if purchases > 1 else 0.0, order))
    after = USUAL.stopped(Buying(purchases, silence + more, span if purchases > 1 else 0.0, order))
    assert 0 <= before <= after <= 1


@given(st.floats(0.05, 50), st.integers(1, 40), st.floats(0, 500), st.floats(0, 500))
def test_days_or_weeks_are_the_same_to_it(scale, purchases, silence, span):
    own = Buying(purchases, silence, span, 5_000.0)
    stretched = Buying(purchases, silence * scale, span * scale, 5_000.0)
    assert rhythm.features(own, 10, 4_000) == pytest.approx(rhythm.features(stretched, 10 * scale, 4_000))


async def fill(database, at, *, members=300, pause=14, stopped_every=3):
    """Members who buy about every `pause` days; of each `stopped_every` one has not for half a year."""
    chance, silent = random.Random(7), set()
    async with database.transaction() as session:
        for number in range(members):
            member = await make_member(session)
            quiet = 180 if number % stopped_every == 0 else chance.randrange(1, pause)
            if quiet == 180:
                silent.add(member.id)
            for place in range(12):
                placed = at - timedelta(days=quiet + place * pause + chance.randrange(3))
                session.add(
                    Order(
                        number=f"R{number}-{place}", member_id=member.id, status=OrderStatus.COMPLETED,
                        total_minor=5_000 + number, shipping_minor=0, placed_at=placed,
                    )
                )  # fmt: skip
    return silent


async def count(session, *where):
    return await session.scalar(select(func.count()).select_from(FollowUp).where(*where))


async def test_a_log_is_swept_and_the_silent_ones_are_found_within_the_day_s_room(database, frozen_clock):
    silent = await fill(database, frozen_clock.moment)
    swept = await risk.sweep(database)
    room = policy().risk.follow_ups_a_day
    assert (swept.members, swept.written, swept.opened) == (300, 300, room)
    async with database.reading() as session:
        rows = (await session.scalars(select(RiskAssessment))).all()
        high = {row.member_id for row in rows if row.score >= policy().risk.follow_up_at}
        opened = await session.scalars(select(FollowUp).order_by(FollowUp.id))
        stakes = [each.value_minor * each.score for each in opened]
        assert (await shop_rhythm.in_force(session)).pause_days == pytest.approx(14, abs=1)
    assert high == silent
    assert stakes == pytest.approx(sorted(stakes, reverse=True), rel=1e-3)
    writing = database.traffic.writing
    again = await risk.sweep(database)
    assert (again.written, again.opened, again.held) == (0, 0, 0)
    # Nothing new, no room: whether one more may be opened is asked once, and proofs are looked for.
    assert database.traffic.writing - writing <= 3


async def test_who_spent_more_than_32_bits_hold_is_called_like_others(database, frozen_clock):
    await fill(database, frozen_clock.moment, members=6)
    async with database.transaction() as session:
        for order in await session.scalars(select(Order)):
            order.total_minor = 2_000_000_000
    swept = await risk.sweep(database)
    assert swept.opened + swept.held == 2
    async with database.reading() as session:
        stakes = sorted(await session.scalars(select(FollowUp.value_minor)))
    assert stakes[0] > 2**31


async def test_a_day_s_follow_ups_take_few_transactions(database, frozen_clock):
    await fill(database, frozen_clock.moment, members=60)
    writing = database.traffic.writing
    swept = await risk.sweep(database)
    assert swept.opened == policy().risk.follow_ups_a_day > 10
    # The rhythm, the assessments, two for the follow-ups, the proofs.
    assert database.traffic.writing - writing <= 5


async def test_who_was_assessed_since_the_sweep_began_stays_as_they_are(database, frozen_clock):
    await fill(database, frozen_clock.moment, members=3)
    await risk.sweep(database)
    frozen_clock.move(120 * DAY)
    began = frozen_clock.moment
    frozen_clock.move(timedelta(minutes=1))
    async with database.transaction() as session:
        left = await session.scalar(select(Member).order_by(Member.id).limit(1))
        left.status = MemberStatus.LEAVING
        spoke = await risk.assess(session, left.id)
        left.status = MemberStatus.ACTIVE
    assert (await risk.sweep(database, at=began)).written == 2
    async with database.reading() as session:
        of_spoke = select(func.count()).where(RiskAssessment.member_id == spoke.member_id)
        assert await session.scalar(of_spoke) == 2
        assert (await risk.latest(session, spoke.member_id)).id == spoke.id


async def test_a_member_lost_long_ago_is_no_work_of_today(database, frozen_clock):
    await fill(database, frozen_clock.moment - 5 * 365 * DAY, members=20)
    swept = await risk.sweep(database)
    async with database.reading() as session:
        assert {row.level for row in await session.scalars(select(RiskAssessment))} == {"lost"}
    assert (swept.opened, swept.held) == (0, 0)


async def test_a_purchase_proves_that_a_member_was_saved_and_its_absence_that_they_were_lost(database, frozen_clock):
    await fill(database, frozen_clock.moment)
    await risk.sweep(database)
    async with database.transaction() as session:
        back = await session.scalar(select(FollowUp).where(FollowUp.arm == Arm.TREATED).limit(1))
        placed = frozen_clock.moment + 3 * DAY
        session.add(
            Order(number="BACK", member_id=back.member_id, status=OrderStatus.PAID, total_minor=1, shipping_minor=0,
                  placed_at=placed)
        )  # fmt: skip
    frozen_clock.move(policy().risk.proof_within + DAY)
    await risk.sweep(database)
    async with database.reading() as session:
        proved = await session.get(FollowUp, back.id)
        assert (proved.proof, proved.proved_by, proved.status) == (Proof.SAVED, "purchase", FollowUpStatus.DONE)
        found = await risk.report(session, over=90 * DAY)
        assert await count(session, FollowUp.proof == Proof.LOST) > 0
    assert found.proofs["saved"] == found.treated.saved == 1


def test_about_as_many_are_held_back_as_the_policy_says_and_always_the_same():
    drawn = [holding_back.drawn(number, "buying_less:2026-01-01") for number in range(5_000)]
    assert sum(each < 0.1 for each in drawn) / 5_000 == pytest.approx(0.1, abs=0.02)
    assert drawn[7] == holding_back.drawn(7, "buying_less:2026-01-01")


def test_the_interval_of_a_difference_is_newcombe_s():
    """His example: 56 of 70 and 48 of 80."""
    found = uplift(Group(70, 56), Group(80, 48))
    assert (found.difference, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)
    assert found.is_settled


async def test_the_sweep_and_a_single_look_say_the_same_of_everybody(database, frozen_clock):
    """The sweep passes quickly over members of whom only purchases are known; nobody may be told otherwise for that."""
    at = frozen_clock.moment
    await fill(database, at, members=9)
    async with database.transaction() as session:
        angry, late, owed, low, leaving, bare, complained = [await make_member(session) for _ in range(7)]
        await interactions.record(
            session, member_id=angry.id, channel="web", outcome="answered", sentiment="negative", anger=0.9, at=at
        )
        parcel = await make_parcel(session, await make_order(session, late, placed_at=at - 9 * DAY))
        parcel.promised_at = at - 4 * DAY
        await promises.make(
            session, member_id=owed.id, kind="callback", text="call", due_at=at - DAY, key="p", at=at - 3 * DAY
        )
        await surveys.record_answer(session, kind="csat", score=1, key="low", member_id=low.id, at=at - DAY)
        leaving.status = MemberStatus.LEAVING
        await complaints.file(
            session, member_id=complained.id, conversation_id=None, category="quality", description="坏的", key="c",
            at=at - DAY,
        )  # fmt: skip
    await risk.sweep(database)
    async with database.transaction() as session:
        swept = {each.member_id: each for each in await session.scalars(select(RiskAssessment))}
        everybody = (await session.scalars(select(Member.id))).all()
        assert [bool(swept[each.id].reasons) for each in (angry, late, owed, low, leaving, complained)] == [True] * 6
        assert bare.id not in swept
        for member_id in everybody:
            again = await risk.assess(session, member_id)
            if member_id != bare.id:
                told = swept[member_id]
                assert (again.score, again.level, again.stopped) == (told.score, told.level, told.stopped)
                assert again.reasons == told.reasons


async def test_a_rhythm_is_learned_once_a_week_and_after_an_import(database, frozen_clock, monkeypatch):
    monkeypatch.setattr(learning, "MEMBERS_AT_LEAST", 20)
    monkeypatch.setattr(learning, "OF_EACH_AT_LEAST", 5)
    await fill(database, frozen_clock.moment, members=30, stopped_every=2)
    looked, really = [], learning.learned_and_judged
    monkeypatch.setattr(
        learning, "learned_and_judged", lambda *a, **k: looked.append(frozen_clock.moment) or really(*a, **k)
    )
    await risk.sweep(database)
    frozen_clock.move(DAY)
    await risk.sweep(database)
    assert len(looked) == 1
    await risk.sweep(database, [1])
    assert len(looked) == 2
    frozen_clock.move(7 * DAY)
    await risk.sweep(database)
    assert len(looked) == 3


async def test_a_young_shop_s_purchases_are_read_once_and_judged_alike_in_parts(database, frozen_clock, monkeypatch):
    await fill(database, frozen_clock.moment, members=30)
    reads = []
    purchase_sums = value.purchase_sums

    async def counted(session, ids, *, at):
        reads.append((ids[0], ids[-1]))
        return await purchase_sums(session, ids, at=at)

    monkeypatch.setattr(value, "purchase_sums", counted)
    monkeypatch.setattr(sys.modules["crm_store.risk.sweep"], "MEMBERS_AT_A_TIME", 7)
    await risk.sweep(database)
    assert len(reads) == 1
    async with database.reading() as session:
        in_parts = {each.member_id: (each.score, each.level) for each in await session.scalars(select(RiskAssessment))}
    async with database.transaction() as session:
        await session.execute(delete(RiskAssessment))
    # Without everybody's sums at hand, each part reads its own.
    await risk.sweep(database, sorted(in_parts), learn=False)
    assert len(reads) == 1 + -(-len(in_parts) // 7)
    async with database.reading() as session:
        again = {each.member_id: (each.score, each.level) for each in await session.scalars(select(RiskAssessment))}
    assert again == in_parts
    assert len(in_parts) == 30
