"""The queue of customers who wait for a person, and the conversations an agent works on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState
from crm_store.identities import Identity
from crm_store.members import Member
from crm_store.tiers import Tier

THROUGHPUT_WINDOW = timedelta(hours=2)
THROUGHPUT_SAMPLE = 10
THROUGHPUT_MINIMUM = 3


@dataclass(frozen=True, slots=True)
class Case:
    """One customer as an agent's list shows them. `member` is None for a visitor who is not known as a member;
    `waited`: since entering the queue; in hand: since it was taken; otherwise: since its last message."""

    conversation: Conversation
    identity: Identity
    member: Member | None
    tier_rank: int | None
    waited: timedelta


_CASES = (
    select(Conversation, Identity, Member, Tier.rank)
    .join(Identity, Identity.id == Conversation.identity_id)
    .outerjoin(Member, Member.id == Conversation.member_id)
    .outerjoin(Tier, Tier.code == Member.tier_code)
)
_QUEUE_ORDER = (
    Conversation.urgency.desc(),
    func.coalesce(Tier.rank, -1).desc(),
    Conversation.queued_at,
    Conversation.id,
)


async def waiting(session: AsyncSession, *, limit: int | None = None) -> list[Case]:
    """The queue: the most urgent first, then the most valuable member, then the longest wait."""
    rows = await session.execute(
        _CASES.where(Conversation.state == ConversationState.QUEUE).order_by(*_QUEUE_ORDER).limit(limit)
    )
    return [_case(row, row[0].queued_at) for row in rows]


async def held_by(session: AsyncSession, agent_id: int) -> list[Case]:
    """The conversations an agent has in hand, the longest held first."""
    rows = await session.execute(
        _CASES.where(Conversation.state == ConversationState.AGENT, Conversation.agent_id == agent_id).order_by(
            Conversation.taken_at, Conversation.id
        )
    )
    return [_case(row, row[0].taken_at) for row in rows]


async def lately(session: AsyncSession, *, state: ConversationState, limit: int = 50) -> list[Case]:
    """The conversations in one state with the latest message first."""
    rows = await session.execute(
        _CASES.where(Conversation.state == state).order_by(Conversation.last_message_at.desc()).limit(limit)
    )
    return [_case(row, row[0].last_message_at) for row in rows]


def _case(row: Row[Conversation, Identity, Member, int], since: datetime | None) -> Case:
    conversation, identity, member, rank = row
    return Case(conversation, identity, member, rank, now() - (since or conversation.last_message_at))


async def queue_position(session: AsyncSession, conversation_id: str) -> int | None:
    """The place in the queue, counted from 1; None when not waiting."""
    ids = await session.scalars(
        select(Conversation.id)
        .outerjoin(Member, Member.id == Conversation.member_id)
        .outerjoin(Tier, Tier.code == Member.tier_code)
        .where(Conversation.state == ConversationState.QUEUE)
        .order_by(*_QUEUE_ORDER)
    )
    order = list(ids)
    return order.index(conversation_id) + 1 if conversation_id in order else None


async def expected_wait(session: AsyncSession, position: int) -> timedelta | None:
    """How long somebody at `position` will wait at the pace at which agents took customers lately.

    None while too few were taken within THROUGHPUT_WINDOW to say anything true.
    """
    at = now()
    taken = list(
        await session.scalars(
            select(Conversation.taken_at)
            .where(Conversation.taken_at > at - THROUGHPUT_WINDOW, Conversation.queued_at.is_not(None))
            .order_by(Conversation.taken_at.desc())
            .limit(THROUGHPUT_SAMPLE)
        )
    )
    if len(taken) < THROUGHPUT_MINIMUM or taken[-1] is None:
        return None
    return (at - taken[-1]) / len(taken) * position
