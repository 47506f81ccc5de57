"""Merging a member's parallel conversations: one case for the staff, while each channel goes on as it is.

Nothing is moved. The other conversation becomes a line of the one that is gone on with: its messages, places and files,
and its customer's address, stay its own, and `queries.lines` reads both. Whoever needs several locks the conversation
before its lines, and two that are on their own in the order of their ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.conversations.errors import ConversationClosed, ConversationMerged, NotHeld, NotOneMember
from crm_store.conversations.models import LABELS_AT_MOST, Conversation, ConversationLabel, ConversationState
from crm_store.conversations.queries import get, locked
from crm_store.messages import Audience, Author, Direction, Message, MessageStatus

_WITH_PEOPLE = (ConversationState.QUEUE, ConversationState.AGENT)


@dataclass(frozen=True, slots=True)
class Merging:
    """What a merging has made: `line` belongs to `conversation` now. `held_by`: who held the line; `again`: it had been
    merged before, and nothing was changed."""

    conversation: Conversation
    line: Conversation
    held_by: int | None = None
    again: bool = False


async def merge(session: AsyncSession, conversation_id: str, into_id: str, *, agent_id: int | None) -> Merging:
    """Make a conversation a line of another one of the same member, `into_id`, which `agent_id` holds; None: whoever
    does. What was merged into it comes along. Merged there already, nothing changes.

    The longer wait and the higher urgency stand, labels are put together, and a reply that the bot has begun is not
    sent. Raises NotHeld, NotOneMember, ConversationMerged, ConversationClosed, NotFound.
    """
    if conversation_id == into_id:
        raise ConversationMerged(conversation_id, into_id)
    line, into = await _both(session, conversation_id, into_id)
    if into is None:
        return Merging(await get(session, into_id), line, again=True)
    if into.state != ConversationState.AGENT or agent_id not in (None, into.agent_id):
        raise NotHeld(into_id, agent_id, into.agent_id)
    if line.member_id is None or line.member_id != into.member_id:
        raise NotOneMember(conversation_id, into_id)
    held_by = line.agent_id if line.state == ConversationState.AGENT else None
    await _take_over_wait(session, line, into)
    await _take_over_labels(session, line, into)
    for each in [*await _lines_of(session, line), line]:
        each.merged_into_id = into.id
    _become_line(line)
    await session.flush()
    return Merging(into, line, held_by)


async def _both(session: AsyncSession, line_id: str, into_id: str) -> tuple[Conversation, Conversation | None]:
    """Both, locked; the second is None when the first is its line already. Refused before the next lock is waited for,
    so that nobody who holds a line waits for the conversation of it."""
    found: dict[str, Conversation] = {}
    for each in sorted((line_id, into_id)):
        row = found[each] = await locked(session, each)
        if each == line_id and row.merged_into_id == into_id:
            return row, None
        if row.state == ConversationState.MERGED and row.merged_into_id is not None:
            raise ConversationMerged(each, row.merged_into_id)
        if row.state == ConversationState.CLOSED:
            raise ConversationClosed(each)
    return found[line_id], found[into_id]


async def _lines_of(session: AsyncSession, conversation: Conversation) -> Sequence[Conversation]:
    query = select(Conversation).where(Conversation.merged_into_id == conversation.id).order_by(Conversation.id)
    locking = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.scalars(locking)).all()


async def _take_over_wait(session: AsyncSession, line: Conversation, into: Conversation) -> None:
    """Since when the customer waits, how urgently, and where they wrote last."""
    unread = select(func.min(Message.created_at), func.count()).where(
        Message.conversation_id == line.id,
        Message.direction == Direction.IN,
        Message.status == MessageStatus.RECEIVED,
    )
    first_unread, count = (await session.execute(unread)).one()
    waits = [each for each in (into.waiting_since, line.waiting_since, first_unread) if each is not None]
    into.waiting_since = min(waits, default=None)
    is_with_people = line.state in _WITH_PEOPLE
    into.unread_for_agent += line.unread_for_agent if is_with_people else count
    if is_with_people and line.urgency > into.urgency:
        into.urgency, into.queue_reason = line.urgency, line.queue_reason
    offered = [each for each in (into.call_back_offered_at, line.call_back_offered_at) if each is not None]
    into.call_back_offered_at = min(offered, default=None)
    into.last_message_at = max(into.last_message_at, line.last_message_at)
    if waits:
        into.snoozed_until = None
    if line.last_customer_at is not None:
        _heard(into, line.written_in_id or line.id, line.language, line.last_customer_at)


def _heard(into: Conversation, line_id: str, language: str | None, at: datetime) -> None:
    """The customer wrote in that line at that time; if nowhere later, they are written to there."""
    if into.last_customer_at is None or at >= into.last_customer_at:
        into.last_customer_at, into.written_in_id = at, line_id
        into.language = language or into.language


async def _take_over_labels(session: AsyncSession, line: Conversation, into: Conversation) -> None:
    """As many as a conversation may have; the line keeps its own."""
    query = select(ConversationLabel).where(ConversationLabel.conversation_id.in_((line.id, into.id)))
    found = (await session.scalars(query.order_by(ConversationLabel.at))).all()
    there = {each.name for each in found if each.conversation_id == into.id}
    for each in found:
        if each.name not in there and len(there) < LABELS_AT_MOST:
            session.add(ConversationLabel(conversation_id=into.id, name=each.name, agent_id=each.agent_id, at=each.at))
            there.add(each.name)


def _become_line(line: Conversation) -> None:
    """Nobody's own case any more; what the bot has begun to say there is held back."""
    line.state = ConversationState.MERGED
    line.handovers += 1
    line.waiting_since = line.queued_at = line.snoozed_until = line.written_in_id = None
    line.unread_for_agent = line.urgency = 0
    line.bot_continues = line.bot_invited = False
    line.joined = []


async def hear_line(session: AsyncSession, line_id: str, *, at: datetime) -> Conversation | None:
    """The customer wrote in a line at that time: the conversation it belongs to, locked, which waits for an answer from
    then on. None when no person has it in hand any more, so that the line is over.

    Raises ConversationMerged when the conversation has become a line itself at this moment: look again.
    """
    merged_into = await session.scalar(
        select(Conversation.merged_into_id).where(
            Conversation.id == line_id, Conversation.state == ConversationState.MERGED
        )
    )
    if merged_into is None:
        return None
    conversation = await locked(session, merged_into)
    if conversation.state == ConversationState.MERGED and conversation.merged_into_id is not None:
        raise ConversationMerged(conversation.id, conversation.merged_into_id)
    if conversation.state not in _WITH_PEOPLE:
        return None
    line = await get(session, line_id)
    _heard(conversation, line_id, line.language, at)
    conversation.last_message_at = max(conversation.last_message_at, at)
    if not await _answered(session, conversation, since=at):
        conversation.waiting_since = conversation.waiting_since or at
        conversation.unread_for_agent += 1
        conversation.snoozed_until = None
    await session.flush()
    return conversation


async def _answered(session: AsyncSession, conversation: Conversation, *, since: datetime) -> bool:
    """Whether an agent has written to the customer since, having read what came in the line."""
    lines = select(Conversation.id).where(
        (Conversation.id == conversation.id) | (Conversation.merged_into_id == conversation.id)
    )
    later = select(Message.id).where(
        Message.conversation_id.in_(lines),
        Message.author == Author.AGENT,
        Message.audience == Audience.MEMBER,
        Message.created_at > since,
    )
    return await session.scalar(later.limit(1)) is not None
