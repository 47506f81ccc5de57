"""What the report says, counted by hand: levels by week, what proved what, and who is compared with whom."""

from datetime import timedelta

from sqlalchemy import select

from crm_store import followups, risk, surveys
from crm_store.followups import Arm, FollowUp, FollowUpOutcome
from crm_store.members import MemberStatus
from crm_store.policy import policy
from crm_store.risk import RiskAssessment, RiskLevel
from crm_store.risk.report import Group, needed, uplift
from crm_store.surveys import SurveyKind
from tests.crm_store.shop import make_member, make_order

DAY = timedelta(days=1)
SILENT = "buying_less:2026-06-01"


async def opened(session, member, at, *, cause=SILENT, arm=None):
    return await followups.open(
        session, member_id=member.id, cause=cause, reasons=[], score=0.7, suggested_approach="invite_back",
        due_at=at + DAY, arm=arm, at=at,
    )  # fmt: skip


async def test_levels_move_from_week_to_week(session, frozen_clock):
    one, two = await make_member(session), await make_member(session)
    moves = [(one, 40, RiskLevel.HIGH), (one, 20, RiskLevel.LOW), (one, 19, RiskLevel.LOW), (one, 6, RiskLevel.MEDIUM)]
    moves += [(two, 13, RiskLevel.MEDIUM), (two, 0, RiskLevel.LOST)]
    for member, days, level in moves:
        session.add(RiskAssessment(member_id=member.id, score=0.5, level=level, at=frozen_clock.moment - days * DAY))
    await session.flush()
    found = await risk.levels_by_week(session, over=30 * DAY)
    assert [(frozen_clock.moment - each.at).days for each in found] == [21, 14, 7, 0]
    told = [tuple(each.levels[level] for level in ("low", "medium", "high", "lost")) for each in found]
    assert told == [(0, 0, 1, 0), (1, 0, 0, 0), (1, 1, 0, 0), (0, 1, 0, 1)]


async def test_weeks_are_two_at_least_and_a_year_at_most(session, frozen_clock):
    assert len(await risk.levels_by_week(session, over=DAY)) == 2
    assert len(await risk.levels_by_week(session, over=4000 * DAY)) == 53


async def test_a_member_is_saved_by_mood_where_they_were_unhappy_and_by_purchase_alone_where_silent(
    database, frozen_clock
):
    since = frozen_clock.moment
    async with database.transaction() as session:
        unhappy, silent = await make_member(session), await make_member(session)
        grim, gone = await make_member(session), await make_member(session)
        await opened(session, unhappy, since, cause="score_low:1")
        await opened(session, grim, since, cause="score_low:2")
        await opened(session, silent, since)
        await opened(session, gone, since, cause="anger:9")
        gone.status = MemberStatus.LEFT
        for member, score in ((unhappy, 4), (silent, 5), (grim, 3)):
            await surveys.record_answer(
                session, kind=SurveyKind.CSAT, score=score, member_id=member.id, key=f"s{member.id}", at=since + DAY
            )
        ids = unhappy.id, silent.id, grim.id, gone.id
    frozen_clock.move(2 * DAY)
    await risk.sweep(database)
    assert await proofs(database, ids) == [("saved", "mood"), (None, None), (None, None), ("lost", "left")]
    frozen_clock.move(policy().risk.proof_within)
    await risk.sweep(database)
    assert await proofs(database, ids) == [
        ("saved", "mood"),
        ("lost", "silence"),
        ("lost", "silence"),
        ("lost", "left"),
    ]
    async with database.reading() as session:
        found = await risk.report(session, over=90 * DAY)
    assert found.proved_by == {"purchase": 0, "mood": 1, "silence": 2, "left": 1}
    assert found.proofs == {"saved": 1, "lost": 3}


async def proofs(database, ids):
    async with database.reading() as session:
        found = {each.member_id: each for each in await session.scalars(select(FollowUp))}
    return [(found[each].proof, found[each].proved_by) for each in ids]


async def test_a_purchase_before_the_follow_up_or_after_the_time_proves_nothing(database, frozen_clock):
    since, within = frozen_clock.moment, policy().risk.proof_within
    async with database.transaction() as session:
        await opened(session, await make_member(session), since - DAY)  # looked at together with the others
        early, late, last = [await make_member(session) for _ in range(3)]
        for member, placed in ((early, since), (late, since + within + DAY), (last, since + within)):
            await opened(session, member, since, arm=Arm.TREATED)
            await make_order(session, member, placed_at=placed)
        ids = early.id, late.id, last.id
    frozen_clock.move(within + 2 * DAY)
    await risk.sweep(database)
    assert [each for each, _ in await proofs(database, ids)] == ["lost", "lost", "saved"]


async def test_those_left_alone_are_compared_and_nobody_s_work(database, frozen_clock):
    async with database.transaction() as session:
        treated, control = await make_member(session), await make_member(session)
        done = await opened(session, treated, frozen_clock.moment, arm=Arm.TREATED)
        await opened(session, control, frozen_clock.moment, arm=Arm.CONTROL)
        await followups.record_outcome(session, done, outcome=FollowUpOutcome.NO_ANSWER, agent_id=None)
        for member in (treated, control):
            await make_order(session, member, placed_at=frozen_clock.moment + DAY)
    frozen_clock.move(2 * DAY)
    await risk.sweep(database)
    async with database.reading() as session:
        found = await risk.report(session, over=30 * DAY)
    assert (found.treated, found.control) == (Group(1, 1), Group(1, 1))
    assert found.proofs == {"saved": 1, "lost": 0}
    assert found.outcomes == {"contacted": 0, "no_answer": 1, "not_needed": 0}
    assert (found.open, found.waiting_for_proof) == (0, 0)


def test_no_group_no_uplift():
    assert uplift(Group(0, 0), Group(3, 1)) is None
    assert uplift(Group(3, 1), Group(0, 0)) is None
    assert Group(0, 0).interval() == (0.0, 1.0)


def test_what_a_verdict_needs():
    """Fleiss, Levin and Paik's sample for 50 % against 60 %, 5 % and 80 %: 388 in each of two equal groups."""
    assert needed(0.5, 0.1, 0.5) == 388
    assert needed(None, 0.1, 0.5) == 388
    assert needed(0.2, 0.05, 0.1) < needed(0.5, 0.05, 0.1)
    assert needed(0.5, 0.1, 0.0) == 0
