"""Correcting a balance by hand: points put right by the staff, with a reason, within the limit of the agent's role.

The limit (the policy's `goodwill.correction`) holds for what one agent corrects of one member within the policy's
`goodwill.within`, up and down added together.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents, clock, points
from crm_store.errors import CrmError
from crm_store.points import Entry, EntryKind
from crm_store.points.movement import lock_account
from crm_store.policy import policy


class CorrectionReason(StrEnum):
    """Why a balance is put right. Codes, no words of the agent: the ledger is kept for ever and holds nothing
    personal."""

    MISSING = "missing"
    BOOKED_TWICE = "booked_twice"
    WRONG_MEMBER = "wrong_member"
    DISPUTE = "dispute"
    OTHER = "other"


class CorrectionAboveLimit(CrmError):
    """More than the agent may correct: `wanted` points, of the `limit` of the role `left` are left for this member."""

    code = "correction_above_limit"

    def __init__(self, wanted: int, *, left: int, limit: int) -> None:
        self.wanted, self.left, self.limit = wanted, left, limit
        super().__init__(f"{wanted} points, {left} of {limit} left", wanted=wanted, left=left, limit=limit)


class CorrectionEmpty(CrmError):
    """A correction by nothing."""

    code = "correction_empty"


async def left_for(session: AsyncSession, member_id: int, *, agent_id: int, at: datetime | None = None) -> int:
    """By how many points the agent may still correct this member's balance. Raises NotFound."""
    limit = policy().goodwill.correction[(await agents.get(session, agent_id)).role]
    return max(0, int(limit) - await _corrected(session, member_id, agent_id=agent_id, at=at or clock.now()))


async def correct(
    session: AsyncSession,
    member_id: int,
    *,
    amount: int,
    reason: CorrectionReason | str,
    agent_id: int,
    key: str,
    reference: str | None = None,
    at: datetime | None = None,
) -> Entry:
    """Give `amount` whole points, or take them when it is below zero; the same key again gives the first entry.

    It does not count towards the level. Raises CorrectionAboveLimit, CorrectionEmpty, InsufficientPoints, KeyReused,
    NotFound.
    """
    if amount == 0:
        raise CorrectionEmpty
    # Under the lock of the account, so that two corrections at once cannot both find the limit untouched.
    await lock_account(session, member_id)
    if await points.entry_by_key(session, key) is None:
        left = await left_for(session, member_id, agent_id=agent_id, at=at)
        if abs(amount) > left:
            limit = policy().goodwill.correction[(await agents.get(session, agent_id)).role]
            raise CorrectionAboveLimit(abs(amount), left=left, limit=limit)
    return await points.adjust(
        session,
        member_id,
        points=amount,
        reason=CorrectionReason(reason).value,
        key=key,
        reference=reference,
        at=at,
        agent_id=agent_id,
    )


async def _corrected(session: AsyncSession, member_id: int, *, agent_id: int, at: datetime) -> int:
    rows = select(func.coalesce(func.sum(func.abs(Entry.points)), 0)).where(
        Entry.member_id == member_id,
        Entry.agent_id == agent_id,
        Entry.kind == EntryKind.ADJUST,
        Entry.at > at - policy().goodwill.within,
    )
    return int(await session.scalar(rows) or 0)
