"""Who is thanked, when it is due again, and that it was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import locks, value
from crm_store.clock import now
from crm_store.errors import KeyReused
from crm_store.members import Member, MemberStatus
from crm_store.policy import policy
from crm_store.thanks.models import NotOnTheList, ThankedBy, ThankYou, ThankYouEntry


@dataclass(frozen=True, kw_only=True)
class Thankable:
    """A member on the list. `last`: how and when they were thanked last; `due_at`: from when on the next thanks are
    due; whoever was never thanked is due since they came onto the list. `value_minor`: what is expected of them."""

    member: Member
    value_minor: int
    last: ThankYou | None
    due_at: datetime


async def refill(session: AsyncSession, *, at: datetime | None = None) -> int:
    """Put the most valuable members of the newest valuation on the list and take off who no longer is one; how many
    came or went. Who was thanked when stays, so that who comes back is not thanked too soon. Safe to repeat."""
    at = at or now()
    await locks.hold(session, "thank_you_list")
    run = await value.latest_run(session)
    if run is None:
        return 0
    rules = policy().thanks
    best = await value.most_valuable(session, limit=min(rules.most, ceil(run.buyers * rules.top_share)))
    listed = {each.member_id: each for each in await session.scalars(select(ThankYouEntry))}
    changed = 0
    for member, worth in best:
        entry = listed.pop(member.id, None)
        if entry is None:
            session.add(ThankYouEntry(member_id=member.id, value_minor=worth.lifetime_minor, listed_at=at))
            changed += 1
        else:
            entry.value_minor = worth.lifetime_minor
    for gone in listed.values():
        await session.delete(gone)
    await session.flush()
    return changed + len(listed)


async def listing(session: AsyncSession, *, limit: int = 100, at: datetime | None = None) -> list[Thankable]:
    """The list: whose thanks are due first, the most valuable before others, then the next due."""
    at = at or now()
    query = select(ThankYouEntry, Member).join(Member, Member.id == ThankYouEntry.member_id)
    rows = (await session.execute(query.where(Member.status == MemberStatus.ACTIVE))).all()
    last = await _last(session, [member.id for _, member in rows])
    found = [
        Thankable(
            member=member,
            value_minor=entry.value_minor,
            last=(thanked := last.get(member.id)),
            due_at=thanked.at + policy().thanks.every if thanked is not None else entry.listed_at,
        )
        for entry, member in rows
    ]
    found.sort(key=lambda each: (each.due_at > at, each.due_at if each.due_at > at else at, -each.value_minor))
    return found[:limit]


async def thank(
    session: AsyncSession,
    member_id: int,
    *,
    how: ThankedBy | str,
    agent_id: int,
    key: str,
    at: datetime | None = None,
) -> ThankYou:
    """Write down that the member was thanked; the same key again gives the first. Raises NotOnTheList, KeyReused."""
    how = ThankedBy(how)
    await locks.hold(session, f"thanks:{member_id}")
    known = await session.scalar(select(ThankYou).where(ThankYou.key == key))
    if known is not None:
        if (known.member_id, known.how) != (member_id, how):
            raise KeyReused(key)
        return known
    if await session.get(ThankYouEntry, member_id) is None:
        raise NotOnTheList(member_id)
    done = ThankYou(member_id=member_id, how=how, agent_id=agent_id, key=key, at=at or now())
    session.add(done)
    await session.flush()
    return done


async def _last(session: AsyncSession, member_ids: Sequence[int]) -> dict[int, ThankYou]:
    newest = select(func.max(ThankYou.id)).where(ThankYou.member_id.in_(member_ids)).group_by(ThankYou.member_id)
    return {each.member_id: each for each in await session.scalars(select(ThankYou).where(ThankYou.id.in_(newest)))}
