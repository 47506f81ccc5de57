"""Asking for a compensation and deciding about it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import complaints, locks, points, rewards
from crm_store.agents import Agent
from crm_store.clock import now
from crm_store.compensation import queries
from crm_store.compensation.errors import CompensationDecided, CompensationInvalid, LimitExceeded
from crm_store.compensation.models import Compensation, CompensationKind, CompensationStatus
from crm_store.compensation.rules import limit_of
from crm_store.complaints import Complaint, EventKind
from crm_store.errors import KeyReused
from crm_store.goodwill import GiftOccasion
from crm_store.points import EarnReason
from crm_store.points.movement import require_room


async def propose(
    session: AsyncSession,
    complaint: Complaint,
    *,
    kind: CompensationKind | str,
    agent: Agent,
    reason: str,
    key: str,
    amount: int = 0,
    reward_code: str | None = None,
    at: datetime | None = None,
) -> Compensation:
    """Give something for a complaint, at once when it is within the agent's limit; else it waits for a supervisor.

    `amount`: whole points or minor units; a coupon has its own. The limit counts what the complaint has brought of that
    kind before, so that nobody gets round it in small steps. The same key again returns the first. Raises
    CompensationInvalid, KeyReused, for points PointsAboveLimit, and for a coupon RewardUnavailable.
    """
    kind = CompensationKind(kind)
    await locks.hold(session, f"compensation:{complaint.id}")
    known = (await session.execute(select(Compensation).where(Compensation.key == key))).scalar_one_or_none()
    if known is not None:
        asked = reward_code if kind == CompensationKind.COUPON else amount
        first = known.reward_code if kind == CompensationKind.COUPON else known.amount
        if (known.complaint_id, known.kind, first) != (complaint.id, kind, asked):
            raise KeyReused(key)
        return known
    if not reason.strip():
        raise CompensationInvalid("no_reason")
    if complaint.member_id is None and kind != CompensationKind.REFUND:
        raise CompensationInvalid("no_member")
    if kind == CompensationKind.COUPON:
        amount = await _value_of(session, reward_code)
    if amount <= 0:
        raise CompensationInvalid("amount")
    if kind == CompensationKind.POINTS:
        require_room(0, amount)
    compensation = Compensation(
        complaint_id=complaint.id,
        member_id=complaint.member_id,
        kind=kind,
        amount=amount,
        currency="CNY",
        reward_code=reward_code if kind == CompensationKind.COUPON else None,
        reason=reason.strip()[:500],
        status=CompensationStatus.WAITING,
        asked_by_id=agent.id,
        asked_at=at or now(),
        key=key,
    )
    session.add(compensation)
    await session.flush()
    if await queries.granted(session, complaint.id, kind) + amount <= limit_of(agent.role, kind):
        return await _grant(session, compensation, agent, at=compensation.asked_at)
    await _note(session, compensation, EventKind.COMP_ASKED, agent, at=compensation.asked_at)
    return compensation


async def decide(
    session: AsyncSession,
    compensation: Compensation,
    *,
    agent: Agent,
    approve: bool,
    refusal: str = "",
    at: datetime | None = None,
) -> Compensation:
    """Grant or refuse what waits. Nobody approves their own request, or more than their role may.

    Raises CompensationDecided, LimitExceeded, CompensationInvalid (a refusal without a reason).
    """
    await locks.hold(session, f"compensation:{compensation.complaint_id}")
    compensation = await queries.locked(session, compensation.id)
    if compensation.status != CompensationStatus.WAITING:
        raise CompensationDecided(compensation.id, compensation.status, compensation.decided_by_id)
    limit = limit_of(agent.role, compensation.kind)
    if compensation.asked_by_id == agent.id:
        raise LimitExceeded(compensation.kind, None)
    so_far = await queries.granted(session, compensation.complaint_id, compensation.kind)
    if so_far + compensation.amount > limit:
        raise LimitExceeded(compensation.kind, limit)
    at = at or now()
    if approve:
        return await _grant(session, compensation, agent, at=at)
    if not refusal.strip():
        raise CompensationInvalid("no_reason")
    compensation.status, compensation.refusal = CompensationStatus.REFUSED, refusal.strip()[:500]
    compensation.decided_by_id, compensation.decided_at = agent.id, at
    await _note(session, compensation, EventKind.COMP_REFUSED, agent, at=at, text=compensation.refusal)
    return compensation


async def _grant(session: AsyncSession, compensation: Compensation, agent: Agent, *, at: datetime) -> Compensation:
    key = f"compensation:{compensation.id}"
    complaint = await complaints.get(session, compensation.complaint_id)
    if compensation.kind == CompensationKind.POINTS and compensation.member_id is not None:
        await points.earn(
            session,
            compensation.member_id,
            points=compensation.amount,
            reason=EarnReason.GOODWILL,
            key=key,
            reference=complaint.number,
            at=at,
            qualifies=False,
            agent_id=agent.id,
            details={"occasion": GiftOccasion.SERVICE.value},
        )
    elif compensation.member_id is not None and compensation.reward_code is not None:
        given = await rewards.give(
            session,
            compensation.member_id,
            compensation.reward_code,
            given_for=GiftOccasion.SERVICE.value,
            agent_id=agent.id,
            key=key,
            at=at,
        )
        compensation.coupon_code = given.coupon_code
    compensation.status = CompensationStatus.GRANTED
    compensation.decided_by_id, compensation.decided_at = agent.id, at
    await _note(session, compensation, EventKind.COMP_GRANTED, agent, at=at)
    return compensation


async def _note(
    session: AsyncSession,
    compensation: Compensation,
    kind: EventKind,
    agent: Agent,
    *,
    at: datetime,
    text: str = "",
) -> None:
    """In the complaint's history stands the compensation's number; whoever shows it tells what it is."""
    await complaints.record(
        session,
        await complaints.get(session, compensation.complaint_id),
        kind,
        text=f"{compensation.id}\n{text}".strip(),
        agent_id=agent.id,
        at=at,
    )


async def _value_of(session: AsyncSession, reward_code: str | None) -> int:
    if reward_code is None:
        raise CompensationInvalid("no_reward")
    return (await rewards.by_code(session, reward_code)).value_minor
