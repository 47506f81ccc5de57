"""What a customer sends: it finds or opens the customer's conversation, and the member it belongs to."""

import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import identities
from crm_store.conversations.handover import close
from crm_store.conversations.models import MEMBER_CHANGED, Conversation, ConversationState, MessageIdTaken
from crm_store.conversations.queries import get, locked_current
from crm_store.conversations.speaking import append
from crm_store.identities import Identity
from crm_store.language import Language
from crm_store.members import Member
from crm_store.messages import (
    ATTACHMENT_LIMIT,
    Author,
    Inbound,
    Message,
    MessageEmpty,
    MessageStatus,
    by_channel_id,
    check_lengths,
)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an inbound message; `duplicate` when it had been stored before."""

    conversation: Conversation
    message: Message
    duplicate: bool


async def receive(session: AsyncSession, inbound: Inbound) -> Received:
    """Store what a customer sent: identity, conversation and message. Once committed, the channel may be told.

    A redelivery changes nothing. A customer without an open conversation gets a new one. Raises MessageEmpty,
    TextTooLong, MessageIdTaken.
    """
    if not ((inbound.text or "").strip() or inbound.payload or inbound.attachments):
        raise MessageEmpty(channel=inbound.channel, channel_message_id=inbound.channel_message_id)
    check_lengths(inbound.text, inbound.payload)
    identity = await identities.find_or_create(
        session,
        channel=inbound.channel,
        channel_user_id=inbound.channel_user_id,
        display_name=inbound.display_name or "",
        language=Language.of(inbound.locale) if inbound.locale else None,
    )
    # Two deliveries for one customer take turns here, so that neither opens a second conversation.
    identity = await session.get_one(Identity, identity.id, with_for_update={"key_share": True}, populate_existing=True)
    earlier = await by_channel_id(session, inbound.channel, inbound.channel_message_id)
    if earlier is not None:
        conversation = await get(session, earlier.conversation_id)
        if conversation.identity_id != identity.id:
            raise MessageIdTaken(inbound.channel, inbound.channel_message_id)
        return Received(conversation, earlier, duplicate=True)
    if identity.blocked_at is not None:
        identity.blocked_at = None  # whoever writes to us has unblocked us
    conversation = await _open_conversation(session, identity, locale=inbound.locale)
    message = await append(
        session,
        conversation,
        author=Author.CUSTOMER,
        status=MessageStatus.RECEIVED,
        channel_message_id=inbound.channel_message_id,
        text=inbound.text,
        payload=inbound.payload,
        attachments=inbound.attachments[:ATTACHMENT_LIMIT] or None,
        customer_at=inbound.sent_at,
    )
    conversation.last_customer_at = message.created_at
    conversation.work_due_at = message.created_at
    if conversation.state in (ConversationState.QUEUE, ConversationState.AGENT):
        conversation.unread_for_agent += 1
    await session.flush()
    return Received(conversation, message, duplicate=False)


async def _open_conversation(session: AsyncSession, identity: Identity, *, locale: str | None) -> Conversation:
    """The identity's open conversation, locked; a new one when there is none. The identity's row is locked already."""
    conversation = await locked_current(session, identity.id)
    if conversation is not None and _is_anothers(conversation, identity.member_id):
        await close(session, conversation.id, outcome=MEMBER_CHANGED)
        conversation = None
    if conversation is None:
        conversation = Conversation(
            id=uuid.uuid4().hex,
            channel=identity.channel,
            identity_id=identity.id,
            state=ConversationState.BOT,
            last_seq=0,
            language=identity.language,
        )
        session.add(conversation)
    conversation.member_id = conversation.member_id or identity.member_id
    conversation.locale = locale or conversation.locale
    return conversation


def _is_anothers(conversation: Conversation, member_id: int | None) -> bool:
    """Whether the conversation belongs to a member other than `member_id`."""
    return None not in (member_id, conversation.member_id) and conversation.member_id != member_id


async def bind_member(session: AsyncSession, identity: Identity, member: Member) -> Conversation | None:
    """The identity turned out to be `member`: its open conversation is theirs from now on.

    When that conversation was another member's, it is closed instead, so that nobody reads what was said to another
    person; the next message opens a new one. Returns the conversation that was changed.
    """
    conversation = await locked_current(session, identity.id)
    if conversation is None:
        return None
    if _is_anothers(conversation, member.id):
        return await close(session, conversation.id, outcome=MEMBER_CHANGED)
    conversation.member_id = member.id
    await session.flush()
    return conversation
