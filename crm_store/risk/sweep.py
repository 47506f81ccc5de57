"""All members looked at in one go, every night and after an import: silence is no event that would tell of itself."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import value
from crm_store.clock import now
from crm_store.db import Database
from crm_store.followups import FollowUpStatus
from crm_store.members import Member, MemberStatus
from crm_store.policy import policy
from crm_store.risk import proof, shop_rhythm
from crm_store.risk.capacity import room
from crm_store.risk.following import Asked, asked, fresh_cause
from crm_store.risk.glance import glance
from crm_store.risk.models import ReasonCode, RiskAssessment
from crm_store.risk.queries import Before, gather, known_by_purchases, latest_of, with_events
from crm_store.risk.rhythm import Rhythm
from crm_store.risk.rules import MOVED, Known, Scored, level, score
from crm_store.risk.service import assessed, follow
from crm_store.risk.shop_rhythm import Learned
from crm_store.value import PurchaseSums

MEMBERS_AT_A_TIME = 5000
"""Read in one go: a statement costs as much as some hundred rows."""
SCORED_AT_A_TIME = 250
"""Scored in one go: few enough that whoever shares the event loop waits only briefly."""
FOLLOWED_UP_AT_A_TIME = 16
"""Members whose follow-ups are opened by one transaction."""
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

    def keep_in_mind(self, stake: float, member_id: int, places: int) -> None:
        """One more of those waiting; of more than `places` the least at stake is let go, unless it is without end."""
        heapq.heappush(self.waiting, (stake, member_id))
        if len(self.waiting) > places and self.waiting[0][0] != float("inf"):
            heapq.heappop(self.waiting)


async def sweep(
    database: Database,
    member_ids: Collection[int] | None = None,
    *,
    learn: bool = True,
    at: datetime | None = None,
) -> Swept:
    """Learn the shop's rhythm when it is time, assess the members (all of them by default), open the day's follow-ups
    for silent ones, those with most at stake first, and prove what came of earlier ones. Safe to repeat.

    `learn=False`: a few members only, by the rhythm in force, and no proofs.
    """
    at, swept = at or now(), Swept()
    if learn:
        known = await shop_rhythm.learn(database, at=at, anew=member_ids is not None)
    else:
        async with database.reading() as session:
            known = Learned(await shop_rhythm.in_force(session))
    async with database.reading(bulk=True) as session:
        wanted = sorted(member_ids) if member_ids is not None else None
        eventful = await with_events(session, policy().risk, at=at, only=wanted)
    async for ids in _parts(database, wanted):
        await _assess(database, ids, eventful, known, swept, at=at)
    await _open(database, swept, at=at)
    if learn:
        swept.proved = await proof.prove_all(database, at=at)
    return swept


async def _parts(database: Database, wanted: Sequence[int] | None) -> AsyncIterator[Sequence[int]]:
    """The rising ids of the wanted members (None: all) who have not left, so many at a time."""
    still = select(Member.id).where(Member.status.not_in((MemberStatus.LEFT, MemberStatus.ERASED))).order_by(Member.id)
    if wanted is not None:
        for start in range(0, len(wanted), MEMBERS_AT_A_TIME):
            async with database.reading(bulk=True) as session:
                part = wanted[start : start + MEMBERS_AT_A_TIME]
                found = (await session.scalars(still.where(Member.id.in_(part)))).all()
            if found:
                yield found
        return
    last = 0
    while True:
        async with database.reading(bulk=True) as session:
            found = (await session.scalars(still.where(Member.id > last).limit(MEMBERS_AT_A_TIME))).all()
        if not found:
            return
        yield found
        last = found[-1]


async def _assess(
    database: Database, ids: Sequence[int], eventful: Collection[int], known: Learned, swept: Swept, *, at: datetime
) -> None:
    """Look at some members, and write down what is new. `eventful`: see `with_events`."""
    rules, rhythm = policy().risk, known.rhythm
    async with database.reading(bulk=True) as session:
        before = await latest_of(session, ids, at=at)
        read = known.sums.between(ids[0], ids[-1]) if known.sums is not None else None
        bought = read or await value.purchase_sums(session, ids, at=at)
        seen = glance(bought, before, rules, rhythm, at=at)
        told = [each for each in ids if each in eventful]
        earlier = await asked(session, seen.calling.keys() | set(told), rules, at=at)
        some = sorted({*told, *seen.closely(earlier)} & set(ids))
        found = await _scored(session, some, bought, rhythm, eventful=eventful, at=at)
        waiting = await _waiting(session, found, earlier, at=at)
    swept.members += len(ids)
    rows = [
        assessed(member_id, scored, at=at)
        for member_id, scored in found.items()
        if _has_changed(before.get(member_id), scored)
    ]
    swept.written += len(rows)
    if rows:
        async with database.transaction(bulk=True) as session:
            await session.execute(insert(RiskAssessment), rows)
    for stake, member_id in waiting:
        swept.keep_in_mind(stake, member_id, policy().risk.follow_ups_a_day * CANDIDATES)


async def _waiting(
    session: AsyncSession, found: Mapping[int, Scored], earlier: Mapping[int, Asked], *, at: datetime
) -> list[tuple[float, int]]:
    """Whom a person should call and does not yet, each with what is at stake in minor units."""
    rules = policy().risk
    causes = {
        member_id: fresh_cause(scored, earlier.get(member_id, Asked()), rules) for member_id, scored in found.items()
    }
    fresh = {member_id: cause for member_id, cause in causes.items() if cause is not None}
    spent = await value.spend_by_member(session, fresh, at=at) if fresh else {}
    # What was said or owed is no matter of the day's capacity.
    return [
        (spent[member_id] * found[member_id].score if cause.code == ReasonCode.BUYING_LESS else float("inf"), member_id)
        for member_id, cause in fresh.items()
    ]


async def _scored(
    session: AsyncSession,
    ids: Sequence[int],
    bought: PurchaseSums,
    rhythm: Rhythm,
    *,
    eventful: Collection[int],
    at: datetime,
) -> dict[int, Scored]:
    """The scores of the members: of most of them nothing is known but what they bought, which is soon told."""
    rules = policy().risk
    some = [member_id for member_id in ids if member_id in eventful]
    known: dict[int, Known] = {}
    if some:
        members = (await session.scalars(select(Member).where(Member.id.in_(some)))).all()
        known = await gather(session, members, rules, rhythm, at=at)
    nothing = Scored(0.0, level(0.0, rules), ())
    found: dict[int, Scored] = {}
    for part in batched(ids, SCORED_AT_A_TIME):
        for member_id, each in bought.of_members(part).items():
            if member_id not in known:
                found[member_id] = score(known_by_purchases(each, rules, rhythm, at=at), rules)
        await asyncio.sleep(0)  # whoever shares the event loop comes to their turn
    return {
        member_id: score(known[member_id], rules) if member_id in known else found.get(member_id, nothing)
        for member_id in ids
    }


def _has_changed(before: Before | None, scored: Scored) -> bool:
    """Whether there is something new to say. Who never gave a reason for worry is not written down at all, and who was
    assessed since the sweep began for what they said is known better."""
    if before is None:
        return bool(scored.reasons) or scored.stopped is not None
    if before.is_newer:
        return False
    stopped = (scored.stopped or 0.0) - (before.stopped or 0.0)
    return (
        before.level != scored.level
        or before.causes != {reason.cause for reason in scored.reasons}
        or abs(before.score - scored.score) >= MOVED
        or abs(stopped) >= MOVED
    )


async def _open(database: Database, swept: Swept, *, at: datetime) -> None:
    """Open follow-ups for those with most at stake, a few in one transaction, until the day has no more room."""
    waiting = sorted(swept.waiting, key=lambda each: (-each[0], each[1]))
    for some in batched(waiting, FOLLOWED_UP_AT_A_TIME):
        async with database.transaction(bulk=True) as session:
            if all(stake != float("inf") for stake, _ in some) and not await room(session, policy().risk, at=at):
                return
            opened = await follow(session, [member_id for _, member_id in some], at=at)
        swept.held += sum(each.status == FollowUpStatus.HELD for each in opened)
        swept.opened += sum(each.status == FollowUpStatus.OPEN for each in opened)
