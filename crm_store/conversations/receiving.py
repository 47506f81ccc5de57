"""What a customer sends: it finds or opens the customer's conversation, and the member it belongs to."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, String, and_, bindparam, case, exists, func, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import identities
from crm_store.clock import now
from crm_store.conversations.errors import MessageIdTaken
from crm_store.conversations.handover import close
from crm_store.conversations.leases import FURTHEST_LEASE, LEASE, Bid, Lease
from crm_store.conversations.models import MEMBER_CHANGED, Conversation, ConversationState
from crm_store.conversations.queries import elsewhere, get, locked_current
from crm_store.conversations.speaking import remember_said
from crm_store.db import UTCDateTime, returned
from crm_store.identities import Identity
from crm_store.language import Language
from crm_store.members import Member
from crm_store.messages import (
    ATTACHMENT_LIMIT,
    Author,
    Direction,
    Inbound,
    Message,
    MessageEmpty,
    MessageStatus,
    by_channel_id,
    check_lengths,
)

SEEN_EVERY = timedelta(minutes=1)
"""How exact `Identity.last_seen_at` is: writing it for each message would cost a statement."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an inbound message; `duplicate` when it had been stored before.

    `lease`: the bidding worker's right to work on it. `member` is whom the identity belongs to.
    """

    conversation: Conversation
    message: Message
    duplicate: bool
    identity: Identity
    member: Member | None = None
    lease: Lease | None = None


async def receive(session: AsyncSession, inbound: Inbound, *, bid: Bid | None = None) -> Received:
    """Store what a customer sent: identity, conversation and message. Once committed, the channel may be told.

    A redelivery changes nothing. A customer without an open conversation gets a new one. With a `bid` the conversation
    is leased to the bidder, unless it is leased already or older work waits there. Raises MessageEmpty, TextTooLong,
    MessageIdTaken; IntegrityError (of messages' channel id) when the same message is being stored at this moment: tried
    again, it is found.
    """
    if not ((inbound.text or "").strip() or inbound.payload or inbound.attachments):
        raise MessageEmpty(channel=inbound.channel, channel_message_id=inbound.channel_message_id)
    check_lengths(inbound.text, inbound.payload)
    known = await identities.known(session, channel=inbound.channel, channel_user_id=inbound.channel_user_id)
    if known is not None:
        received = await _receive_in_passing(session, inbound, *known, bid)
        if received is not None:
            return received
    return await _receive_with_care(session, inbound, bid)


async def _receive_in_passing(
    session: AsyncSession, inbound: Inbound, identity: Identity, member: Member | None, bid: Bid | None
) -> Received | None:
    """The usual message: a known customer's next words in an open conversation of their own, in two statements.

    None, with nothing written but when they were seen, when anything is out of the ordinary.
    """
    if identity.blocked_at is not None or _tells_news(inbound, identity):
        return None
    at = now()
    facts = {
        "identity_of": identity.id,
        "member_of": identity.member_id,
        "said_at": at,
        "furthest_lease": at + FURTHEST_LEASE,
        "asked_locale": inbound.locale,
        "in_channel": inbound.channel,
        "known_as": inbound.channel_message_id,
        "token": bid.token if bid else None,
        "worker": bid.worker if bid else None,
        "until": at + LEASE if bid else None,
    }
    if at - identity.last_seen_at >= SEEN_EVERY:
        # Written before the conversation: everybody locks the identity first.
        identity.last_seen_at = at
    conversation = await session.scalar(_SAID_NEXT, facts)
    if conversation is None:
        return None
    message = await _store(session, conversation, inbound, at, seq=conversation.last_seq)
    won = bid is not None and conversation.lease_token == bid.token
    lease = Lease(conversation.id, conversation.lease_token or "", conversation.handovers) if won else None
    return Received(conversation, message, duplicate=False, identity=identity, member=member, lease=lease)


def _tells_news(inbound: Inbound, identity: Identity) -> bool:
    """Whether the channel tells a name or a language that we do not have yet."""
    name, locale = (inbound.display_name or "")[:200], inbound.locale
    return bool(name and name != identity.display_name) or bool(locale and Language.of(locale) != identity.language)


_free = or_(
    Conversation.lease_until.is_(None),
    Conversation.lease_until <= bindparam("said_at", type_=UTCDateTime),
    Conversation.lease_until > bindparam("furthest_lease", type_=UTCDateTime),
)
_waits_for_person = or_(Conversation.state == ConversationState.QUEUE, Conversation.state == ConversationState.AGENT)
_wins = and_(bindparam("token", type_=String).is_not(None), Conversation.work_due_at.is_(None), _free)

_COUNT_NEXT = (
    update(Conversation)
    .where(
        Conversation.identity_id == bindparam("identity_of"),
        Conversation.state != ConversationState.CLOSED,
        or_(
            Conversation.member_id.is_(None),
            Conversation.member_id == bindparam("member_of", type_=Integer),
        ),
        ~exists().where(
            Message.channel == bindparam("in_channel"), Message.channel_message_id == bindparam("known_as")
        ),
    )
    .values(
        last_seq=Conversation.last_seq + 1,
        last_message_at=bindparam("said_at", type_=UTCDateTime),
        last_customer_at=bindparam("said_at", type_=UTCDateTime),
        work_due_at=bindparam("said_at", type_=UTCDateTime),
        member_id=func.coalesce(Conversation.member_id, bindparam("member_of", type_=Integer)),
        locale=func.coalesce(bindparam("asked_locale", type_=String), Conversation.locale),
        unread_for_agent=Conversation.unread_for_agent + case((_waits_for_person, 1), else_=0),
        waiting_since=case(
            (_waits_for_person, func.coalesce(Conversation.waiting_since, bindparam("said_at", type_=UTCDateTime))),
            else_=Conversation.waiting_since,
        ),
        snoozed_until=None,
        written_in_id=None,
        lease_by=case((_wins, bindparam("worker", type_=String)), else_=Conversation.lease_by),
        lease_token=case((_wins, bindparam("token", type_=String)), else_=Conversation.lease_token),
        lease_until=case((_wins, bindparam("until", type_=UTCDateTime)), else_=Conversation.lease_until),
    )
    .returning(Conversation)
)
_SAID_NEXT = returned(Conversation, _COUNT_NEXT)
"""Counts a customer's next message into the open conversation and, for a bidder, leases it. Matches no row when there
is no open conversation, it belongs to another member, or the message is known."""


async def _receive_with_care(session: AsyncSession, inbound: Inbound, bid: Bid | None) -> Received:
    """First words, a redelivery, another member at the same browser: under the lock of the identity's row."""
    identity = await identities.find_or_create(
        session,
        channel=inbound.channel,
        channel_user_id=inbound.channel_user_id,
        display_name=inbound.display_name or "",
        language=Language.of(inbound.locale) if inbound.locale else None,
    )
    # Its lock is held: two deliveries for one customer take turns, so that neither opens a second conversation.
    member = await session.get(Member, identity.member_id) if identity.member_id else None
    earlier = await by_channel_id(session, inbound.channel, inbound.channel_message_id)
    if earlier is not None:
        conversation = await get(session, earlier.conversation_id)
        if conversation.identity_id != identity.id:
            raise MessageIdTaken(inbound.channel, inbound.channel_message_id)
        return Received(conversation, earlier, duplicate=True, identity=identity, member=member)
    if identity.blocked_at is not None:
        identity.blocked_at = None  # whoever writes to us has unblocked us
    conversation = await open_for(session, identity, locale=inbound.locale)
    at = now()
    conversation.last_seq += 1
    conversation.last_message_at = conversation.last_customer_at = at
    lease = _lease_to(bid, conversation, at)
    conversation.work_due_at = at
    if conversation.state in (ConversationState.QUEUE, ConversationState.AGENT):
        conversation.unread_for_agent += 1
        conversation.waiting_since = conversation.waiting_since or at
    conversation.snoozed_until = conversation.written_in_id = None
    message = await _store(session, conversation, inbound, at, seq=conversation.last_seq)
    return Received(conversation, message, duplicate=False, identity=identity, member=member, lease=lease)


def _lease_to(bid: Bid | None, conversation: Conversation, at: datetime) -> Lease | None:
    leased = conversation.lease_until is not None and at < conversation.lease_until <= at + FURTHEST_LEASE
    if bid is None or leased or conversation.work_due_at is not None:
        return None
    conversation.lease_by, conversation.lease_token, conversation.lease_until = bid.worker, bid.token, at + LEASE
    return Lease(conversation.id, bid.token, conversation.handovers or 0)


async def _store(
    session: AsyncSession, conversation: Conversation, inbound: Inbound, at: datetime, *, seq: int
) -> Message:
    message = Message(
        conversation_id=conversation.id,
        seq=seq,
        channel=conversation.channel,
        direction=Direction.IN,
        author=Author.CUSTOMER,
        status=MessageStatus.RECEIVED,
        created_at=at,
        channel_message_id=inbound.channel_message_id,
        text=inbound.text,
        payload=inbound.payload,
        attachments=inbound.attachments[:ATTACHMENT_LIMIT] or None,
        customer_at=inbound.sent_at,
    )
    session.add(message)
    await session.flush()
    remember_said(session, message)
    return message


async def open_for(session: AsyncSession, identity: Identity, *, locale: str | None) -> Conversation:
    """The identity's open conversation, locked; a new one when there is none. The identity's row is locked already."""
    conversation = await locked_current(session, identity.id)
    if conversation is not None and _is_anothers(conversation, identity.member_id):
        await close(session, conversation.id, outcome=MEMBER_CHANGED)
        conversation = None
    if conversation is None and (conversation := await elsewhere(session, identity, lock=True)) is not None:
        # The member goes on here with what was said on another device; from there it can be taken back just so.
        conversation.identity_id = identity.id
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
    """Whether the conversation belongs to a member, and at the other end is another one, or nobody known since they
    signed out."""
    return conversation.member_id is not None and conversation.member_id != member_id


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
