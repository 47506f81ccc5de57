"""What is written into a conversation: by an agent, by the system, and for the staff alone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.conversations.archiving import restore
from crm_store.conversations.context import Context
from crm_store.conversations.models import Conversation
from crm_store.conversations.queries import get, locked, spoken_by, written_in
from crm_store.messages import (
    Audience,
    Author,
    Direction,
    Message,
    MessageEmpty,
    MessageStatus,
    Reply,
    check_lengths,
    needs_delivery,
)

_SAID = "huike_said"


def remember_said(session: AsyncSession, *written: Message) -> None:
    """Note what this transaction has written, for `said`."""
    session.info.setdefault(_SAID, []).extend(written)


def said(session: AsyncSession) -> list[Message]:
    """The messages this transaction has written, in order: what is to be told of once it is committed."""
    found: list[Message] = session.info.get(_SAID, [])
    return found


async def append(
    session: AsyncSession, conversation: Conversation, *, author: Author, status: MessageStatus, **content: Any
) -> Message:
    """Write the next message of a conversation whose row this transaction has locked.

    A pending one is sent already where the channel needs no delivery (`messages.needs_delivery`).
    """
    if conversation.archived_at is not None:
        await restore(session, conversation)
    at = now()
    conversation.last_seq += 1
    conversation.last_message_at = at
    if status is MessageStatus.PENDING and not needs_delivery(conversation.channel):
        status = MessageStatus.SENT
        content["sent_at"] = at
    message = Message(
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        channel=conversation.channel,
        direction=Direction.IN if author is Author.CUSTOMER else Direction.OUT,
        author=author,
        status=status,
        created_at=at,
        next_try_at=at if status is MessageStatus.PENDING else None,
        **content,
    )
    session.add(message)
    await session.flush()
    remember_said(session, message)
    return message


async def agent_reply(
    session: AsyncSession,
    conversation_id: str,
    *,
    agent_id: int,
    text: str,
    key: str,
    attachments: Sequence[dict[str, Any]] = (),
) -> Message:
    """What an agent who holds the conversation, or has joined, says to the customer, in the line they wrote in last.
    The same `key` again returns the same message.

    Raises NotHeld, ConversationClosed, MessageEmpty, TextTooLong.
    """
    check_lengths(text)
    if not text.strip() and not attachments:
        raise MessageEmpty(conversation_id=conversation_id)
    conversation = await locked(session, conversation_id)
    earlier = await by_key(session, conversation_id, key)
    if earlier is not None:
        return earlier
    conversation = await spoken_by(session, conversation_id, agent_id)
    conversation.first_agent_reply_at = conversation.first_agent_reply_at or now()
    conversation.unread_for_agent = 0
    conversation.waiting_since = None
    return await append(
        session,
        await written_in(session, conversation),
        author=Author.AGENT,
        status=MessageStatus.PENDING,
        agent_id=agent_id,
        text=text,
        attachments=list(attachments) or None,
        client_key=key,
    )


async def by_key(session: AsyncSession, conversation_id: str, key: str) -> Message | None:
    """What was written under that key, in the conversation or in one of its lines."""
    merged = select(Conversation.id).where(Conversation.merged_into_id == conversation_id)
    here = or_(Message.conversation_id == conversation_id, Message.conversation_id.in_(merged))
    return await session.scalar(select(Message).where(here, Message.client_key == key).limit(1))


async def note(session: AsyncSession, conversation_id: str, *, agent_id: int, text: str, key: str) -> Message:
    """A note for the staff; the customer never sees it. Any agent may write one, also after the end."""
    check_lengths(text)
    if not text.strip():
        raise MessageEmpty(conversation_id=conversation_id)
    conversation = await locked(session, conversation_id)
    return await by_key(session, conversation_id, key) or await append(
        session,
        conversation,
        author=Author.AGENT,
        status=MessageStatus.SENT,
        audience=Audience.STAFF,
        agent_id=agent_id,
        text=text,
        client_key=key,
        sent_at=now(),
    )


async def say(
    session: AsyncSession, conversation: Conversation, reply: Reply, *, audience: Audience = Audience.MEMBER
) -> Message:
    """A message of the system (a notice of the desk) in a conversation this transaction has locked, or to the customer
    in the line of it they wrote in last.

    What its buttons offer is what the customer's next words are read against.
    """
    if audience is Audience.MEMBER:
        conversation = await written_in(session, conversation)
    if reply.buttons and audience is Audience.MEMBER:
        conversation.context = Context.read(conversation.context).asked(reply.buttons).stored()
    return await append(
        session,
        conversation,
        author=Author.SYSTEM,
        status=MessageStatus.PENDING if audience is Audience.MEMBER else MessageStatus.SENT,
        audience=audience,
        text=reply.text,
        buttons=reply.buttons or None,
        custom=reply.custom,
    )


async def mark_read(session: AsyncSession, conversation_id: str, *, agent_id: int) -> Conversation:
    """The agent who holds the conversation has seen everything; for anybody else nothing changes."""
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.agent_id == agent_id)
        .values(unread_for_agent=0)
    )
    return await get(session, conversation_id)
