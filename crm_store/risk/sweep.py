"""All members looked at in one go, every night and after an import: silence is no event that would tell of itself."""

import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import followups, value
from crm_store.clock import now
from crm_store.db import Database
from crm_store.followups import FollowUpStatus
from crm_store.members import Member, MemberStatus
from crm_store.policy import policy
from crm_store.risk import proof, shop_rhythm
from crm_store.risk.capacity import room
from crm_store.risk.models import ReasonCode, RiskAssessment, RiskLevel
from crm_store.risk.queries import gather, latest_of
from crm_store.risk.rhythm import Rhythm
from crm_store.risk.rules import Scored, score
from crm_store.risk.service import assessed, follow, fresh_cause

MEMBERS_AT_A_TIME = 400
"""Read and written by one transaction."""
MOVED = 0.05
"""A score that moved by less, for the same reasons, is not written again."""
CANDIDATES = 4
"""For each follow-up that may be opened so many members are kept in mind; some of them are held back."""


@dataclass
class Swept:
    """What a sweep did: members looked at, assessments written, follow-ups opened and held back, proofs found."""

    members: int = 0
    written: int = 0
    opened: int = 0
    held: int = 0
    proved: int = 0
    waiting: list[tuple[float, int]] = field(default_factory=list)
    """What is at stake with whom a person should call, (minor units, member's id): a heap of the greatest."""


async def sweep(
    database: Database,
    member_ids: Collection[int] | None = None,
    *,
    learn: bool = True,
    at: datetime | None = None,
) -> Swept:
    """Learn the shop's rhythm, assess the members (all of them by default), open the day's follow-ups for silent ones,
    those with most at stake first, and prove what came of earlier ones. Safe to repeat.

    `learn=False`: a few members only, by the rhythm in force, and no proofs.
    """
    at, swept = at or now(), Swept()
    async with database.transaction(bulk=True) as session:
        rhythm = await (shop_rhythm.learn(session, at=at) if learn else shop_rhythm.in_force(session))
        places = policy().risk.follow_ups_a_day * CANDIDATES
        ids = await _ids(session, member_ids)
    for start in range(0, len(ids), MEMBERS_AT_A_TIME):
        async with database.transaction(bulk=True) as session:
            await _assess(session, ids[start : start + MEMBERS_AT_A_TIME], rhythm, swept, places, at=at)
    await _open(database, swept, at=at)
    if learn:
        swept.proved = await proof.prove_all(database, at=at)
    return swept


async def _ids(session: AsyncSession, wanted: Collection[int] | None) -> Sequence[int]:
    gone = (MemberStatus.LEFT, MemberStatus.ERASED)
    found = (await session.scalars(select(Member.id).where(Member.status.not_in(gone)).order_by(Member.id))).all()
    return found if wanted is None else [each for each in found if each in wanted]


async def _assess(
    session: AsyncSession, ids: Sequence[int], rhythm: Rhythm, swept: Swept, places: int, *, at: datetime
) -> None:
    rules = policy().risk
    members = (await session.scalars(select(Member).where(Member.id.in_(ids)).order_by(Member.id))).all()
    known = await gather(session, members, rules, rhythm, at=at)
    before = await latest_of(session, ids)
    calling: list[tuple[Member, Scored]] = []
    for member in members:
        scored = score(known[member.id], rules)
        swept.members += 1
        if _has_changed(before.get(member.id), scored):
            session.add(assessed(member.id, scored, at=at))
            swept.written += 1
        if scored.score >= rules.follow_up_at and scored.level != RiskLevel.LOST:
            calling.append((member, scored))
    await session.flush()
    earlier = await followups.of_members(session, [member.id for member, _ in calling])
    spent = await value.spend_by_member(session, list(earlier), at=at)
    for member, scored in calling:
        running = any(each.status == FollowUpStatus.OPEN for each in earlier[member.id])
        cause = fresh_cause(member, scored, earlier[member.id], rules, at=at)
        if running or cause is None:
            continue
        # What was said or owed is no matter of the day's capacity.
        stake = spent[member.id] * scored.score if cause.code == ReasonCode.BUYING_LESS else float("inf")
        heapq.heappush(swept.waiting, (stake, member.id))
        if len(swept.waiting) > places and swept.waiting[0][0] != float("inf"):
            heapq.heappop(swept.waiting)


def _has_changed(before: RiskAssessment | None, scored: Scored) -> bool:
    """Whether there is something new to say. Who never gave a reason for worry is not written down at all."""
    if before is None:
        return bool(scored.reasons) or scored.stopped is not None
    causes = {reason.get("cause") for reason in before.reasons}
    stopped = (scored.stopped or 0.0) - (before.stopped or 0.0)
    return (
        before.level != scored.level
        or causes != {reason.cause for reason in scored.reasons}
        or abs(before.score - scored.score) >= MOVED
        or abs(stopped) >= MOVED
    )


async def _open(database: Database, swept: Swept, *, at: datetime) -> None:
    for stake, member_id in sorted(swept.waiting, key=lambda each: (-each[0], each[1])):
        async with database.transaction(bulk=True) as session:
            if stake != float("inf") and not await room(session, policy().risk, at=at):
                return
            opened = await follow(session, member_id, at=at)
        if opened is not None:
            swept.held += opened.status == FollowUpStatus.HELD
            swept.opened += opened.status == FollowUpStatus.OPEN
