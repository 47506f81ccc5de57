"""The queue of customers who wait for a person, and the conversations an agent works on.

Lists are read a page at a time and counted over indexes: thousands may wait while hundreds of consoles are open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, defer

from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState
from crm_store.identities import Identity
from crm_store.members import Member
from crm_store.messages import Author, Message
from crm_store.tiers import Tier

THROUGHPUT_WINDOW = timedelta(hours=2)
THROUGHPUT_SAMPLE = 10
THROUGHPUT_MINIMUM = 3
COUNTED_WITH_BOT = 1000
"""Conversations with the bot are counted up to this: nobody needs to know how many more there are."""


@dataclass(frozen=True, slots=True)
class Case:
    """One customer as an agent's list shows them. `member` is None for a visitor who is not known as a member;
    `waited`: since entering the queue; in hand: since it was taken; otherwise: since its last message; `last`: the
    customer's latest words, without what only the dialogue needs of them."""

    conversation: Conversation
    identity: Identity
    member: Member | None
    last: Message | None
    waited: timedelta


@dataclass(frozen=True, slots=True)
class Counts:
    """How many conversations are where. `with_bot`: at most COUNTED_WITH_BOT; `in_hand`: by agent."""

    waiting: int
    with_bot: int
    in_hand: Mapping[int, int]


def _in(state: ConversationState) -> ColumnElement[bool]:
    """The state written out in the statement: only so do databases see that a partial index fits."""
    return Conversation.state == literal(state.value, literal_execute=True)


_tier_rank = func.coalesce(Tier.rank, -1)
_RANKED = (
    select(Conversation.id)
    .outerjoin(Member, Member.id == Conversation.member_id)
    .outerjoin(Tier, Tier.code == Member.tier_code)
    .where(_in(ConversationState.QUEUE))
)
_LATEST = (
    select(Message.id)
    .where(Message.conversation_id == Conversation.id, Message.author == Author.CUSTOMER)
    .order_by(Message.seq.desc())
    .limit(1)
    .correlate(Conversation)
    .scalar_subquery()
)
_CASES = (
    select(Conversation, Identity, Member, Message)
    .join(Identity, Identity.id == Conversation.identity_id)
    .outerjoin(Member, Member.id == Conversation.member_id)
    .outerjoin(Message, Message.id == _LATEST)
    .options(
        defer(Member.phone), defer(Member.email), defer(Message.ranking), defer(Message.entities),
        defer(Message.attachments), defer(Message.original_text),
    )
)  # fmt: skip


async def waiting(session: AsyncSession, *, limit: int) -> list[Case]:
    """The head of the queue: the most urgent first, then the most valuable member, then the longest wait."""
    order = (Conversation.urgency.desc(), _tier_rank.desc(), Conversation.queued_at, Conversation.id)
    # First which ones, over the index alone; only these are read whole.
    found = _RANKED.add_columns(func.row_number().over(order_by=order).label("place")).order_by(*order).limit(limit)
    head = found.subquery()
    cases = _CASES.join(head, head.c.id == Conversation.id).order_by(head.c.place)
    return await _listed(session, cases, Conversation.queued_at)


async def held_by(session: AsyncSession, agent_id: int, *, limit: int) -> list[Case]:
    """The conversations an agent has in hand, the longest held first."""
    mine = _CASES.where(_in(ConversationState.AGENT), Conversation.agent_id == agent_id)
    order = (Conversation.taken_at, Conversation.id)
    return await _listed(session, mine.order_by(*order).limit(limit), Conversation.taken_at)


async def held_by_others(session: AsyncSession, agent_id: int, *, limit: int) -> list[Case]:
    """What the agent's colleagues have in hand, the latest message first."""
    others = _CASES.where(_in(ConversationState.AGENT), Conversation.agent_id != agent_id)
    order = Conversation.last_message_at.desc()
    return await _listed(session, others.order_by(order).limit(limit), Conversation.last_message_at)


async def with_bot(session: AsyncSession, *, limit: int) -> list[Case]:
    """What the bot answers, the latest message first."""
    order = Conversation.last_message_at.desc()
    bots = _CASES.where(_in(ConversationState.BOT)).order_by(order).limit(limit)
    return await _listed(session, bots, Conversation.last_message_at)


async def _listed(
    session: AsyncSession,
    query: Select[Conversation, Identity, Member, Message],
    since: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
) -> list[Case]:
    return [_case(row, getattr(row[0], since.key)) for row in await session.execute(query)]


def _case(row: Row[Conversation, Identity, Member, Message], since: datetime | None) -> Case:
    conversation, identity, member, last = row
    return Case(conversation, identity, member, last, now() - (since or conversation.last_message_at))


async def counts(session: AsyncSession) -> Counts:
    waiting = select(func.count()).select_from(Conversation).where(_in(ConversationState.QUEUE))
    some_bots = select(literal(1)).select_from(Conversation).where(_in(ConversationState.BOT)).limit(COUNTED_WITH_BOT)
    with_bot = select(func.count()).select_from(some_bots.subquery())
    found = (await session.execute(select(waiting.scalar_subquery(), with_bot.scalar_subquery()))).one()
    held = select(Conversation.agent_id, func.count()).where(_in(ConversationState.AGENT))
    in_hand = await session.execute(held.group_by(Conversation.agent_id))
    return Counts(found[0], found[1], {agent_id: count for agent_id, count in in_hand if agent_id is not None})


async def queue_position(session: AsyncSession, conversation_id: str) -> int | None:
    """The place in the queue, counted from 1; None when not waiting."""
    mine = _RANKED.with_only_columns(Conversation.urgency, _tier_rank, Conversation.queued_at)
    row = (await session.execute(mine.where(Conversation.id == conversation_id))).one_or_none()
    if row is None:
        return None
    urgency, rank, queued_at = row
    earlier = or_(
        Conversation.queued_at < queued_at,
        and_(Conversation.queued_at == queued_at, Conversation.id < conversation_id),
    )
    more_urgent = select(func.count()).select_from(Conversation).where(
        _in(ConversationState.QUEUE), Conversation.urgency > urgency
    )  # fmt: skip
    as_urgent = _RANKED.with_only_columns(func.count()).where(
        Conversation.urgency == urgency, or_(rank < _tier_rank, and_(_tier_rank == rank, earlier))
    )
    ahead = await session.scalar(select(more_urgent.scalar_subquery() + as_urgent.scalar_subquery()))
    return (ahead or 0) + 1


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
