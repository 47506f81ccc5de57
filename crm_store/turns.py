"""Work on the inbox: claiming a conversation that has something unanswered, and writing what came of it.

A claim is a lease with a token. Everything a worker writes is written under the conversation's row lock and only while
its token still stands, together with the mark that the message is handled: a turn is either whole or never happened.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Executable,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.conversations import (
    FURTHEST_DUE,
    FURTHEST_LEASE,
    LEASE,
    Context,
    Conversation,
    ConversationState,
    Lease,
    Received,
    locked,
    remember_said,
)
from crm_store.db import UTCDateTime, returned
from crm_store.errors import CrmError
from crm_store.identities import Identity
from crm_store.members import Member
from crm_store.messages import (
    Author,
    Direction,
    Message,
    MessageStatus,
    Reply,
    Understanding,
    needs_delivery,
)
from crm_store.sealing import SealableJSON


class LeaseLost(CrmError):
    """The lease ran out and somebody else may be at work: nothing may be written."""

    code = "lease_lost"

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        super().__init__(conversation_id=conversation_id)


@dataclass(frozen=True, slots=True)
class Work:
    """A leased conversation and its earliest unhandled message; None when only the queue is to be announced.

    `identity`, `member`: whose conversation it is, as known when the lease was given.
    """

    lease: Lease
    conversation: Conversation
    message: Message | None
    identity: Identity
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished turn. `suppressed`: a person had taken over, the replies are kept and never sent."""

    conversation: Conversation
    message: Message
    replies: list[Message]
    suppressed: bool


def work_of(received: Received) -> Work | None:
    """What was just received, as work for the worker that bid for it; None when it did not get the lease."""
    if received.lease is None:
        return None
    return Work(received.lease, received.conversation, received.message, received.identity, received.member)


async def is_due(session: AsyncSession) -> bool:
    """Whether any conversation waits for a worker. Reads only."""
    return bool(await session.scalar(_IS_DUE, _moments(now())))


async def claim(session: AsyncSession, worker: str) -> Work | None:
    """Lease the conversation that has waited longest for a worker, with its earliest unhandled message.

    PostgreSQL skips rows that another worker is just claiming; on SQLite the single writer has the same effect.
    """
    at = now()
    facts = {**_moments(at), "worker": worker, "token": uuid.uuid4().hex, "until": at + LEASE}
    conversation = await session.scalar(_CLAIM, facts)
    if conversation is None:
        return None
    lease = Lease(conversation.id, str(conversation.lease_token), conversation.handovers)
    message = await _head(session, conversation.id)
    identity = await session.get_one(Identity, conversation.identity_id)
    member = await session.get(Member, identity.member_id) if identity.member_id else None
    return Work(lease, conversation, message, identity, member)


_due_at = bindparam("due_at", type_=UTCDateTime)
_furthest_due = bindparam("furthest_due", type_=UTCDateTime)
_furthest_lease = bindparam("furthest_lease", type_=UTCDateTime)
_due = (
    select(Conversation.id)
    .where(
        or_(Conversation.work_due_at <= _due_at, Conversation.work_due_at > _furthest_due),
        or_(
            Conversation.lease_until.is_(None),
            Conversation.lease_until <= _due_at,
            Conversation.lease_until > _furthest_lease,
        ),
    )
    .order_by(Conversation.work_due_at)
    .limit(1)
)


def _moments(at: datetime) -> dict[str, datetime]:
    return {"due_at": at, "furthest_due": at + FURTHEST_DUE, "furthest_lease": at + FURTHEST_LEASE}


_IS_DUE = select(exists(_due))

_LEASE_DUE = (
    update(Conversation)
    .where(Conversation.id == _due.with_for_update(key_share=True, skip_locked=True).scalar_subquery())
    .values(
        lease_by=bindparam("worker", type_=String),
        lease_token=bindparam("token", type_=String),
        lease_until=bindparam("until", type_=UTCDateTime),
    )
    .returning(Conversation)
)
_CLAIM = returned(Conversation, _LEASE_DUE)
"""Leases the conversation that is due for longest and returns it."""


async def _head(session: AsyncSession, conversation_id: str) -> Message | None:
    return await session.scalar(_unhandled(conversation_id).order_by(Message.seq).limit(1))


def _unhandled(conversation_id: str) -> Select[Message]:
    return select(Message).where(
        Message.conversation_id == conversation_id,
        Message.direction == Direction.IN,
        Message.status == MessageStatus.RECEIVED,
    )


async def unhandled(session: AsyncSession, conversation_id: str) -> list[Message]:
    """The customer's messages that nobody has handled yet, in order."""
    return list(await session.scalars(_unhandled(conversation_id).order_by(Message.seq)))


async def held(session: AsyncSession, lease: Lease) -> Conversation:
    """The leased conversation, locked. Raises LeaseLost when the lease is no longer ours."""
    conversation = await locked(session, lease.conversation_id)
    if conversation.lease_token != lease.token:
        raise LeaseLost(lease.conversation_id)
    return conversation


async def heartbeat(session: AsyncSession, tokens: Collection[str]) -> None:
    """Prolong the leases in hand; a lease that somebody else took over is not prolonged."""
    if tokens:
        await session.execute(
            update(Conversation)
            .where(Conversation.lease_token.in_(tokens))
            .values(lease_until=now() + LEASE)
            .execution_options(synchronize_session=False)
        )


async def release(session: AsyncSession, lease: Lease, *, due_at: datetime | None = None) -> Conversation:
    """Give the lease back. The conversation is due again at once when it holds more unhandled messages, or at `due_at`
    when the earliest could not be handled. Raises LeaseLost."""
    conversation = await held(session, lease)
    head = await _head(session, lease.conversation_id)
    conversation.work_due_at = None if head is None else due_at or now()
    conversation.lease_by = conversation.lease_token = conversation.lease_until = None
    await session.flush()
    return conversation


async def clear_stale(session: AsyncSession, *, is_dead: Callable[[str], bool]) -> int:
    """Take back the leases of workers that are known to be dead, without waiting for them to run out; how many."""
    found = await session.scalars(
        select(Conversation).where(Conversation.lease_by.is_not(None)).with_for_update(key_share=True, skip_locked=True)
    )
    dead = [conversation for conversation in found if is_dead(conversation.lease_by or "")]
    for conversation in dead:
        conversation.lease_by = conversation.lease_token = conversation.lease_until = None
    await session.flush()
    return len(dead)


async def complete_turn(
    session: AsyncSession,
    lease: Lease,
    message_id: int,
    *,
    replies: Sequence[Reply] = (),
    understanding: Understanding | None = None,
    fallbacks: int | None = None,
    form_active: bool = False,
    context: Context | None = None,
    along: Sequence[int] = (),
    release: bool = False,
) -> Completed:
    """Write the bot's replies and the understanding, and mark the message handled.

    When a person took over since the claim, the replies are kept as suppressed. `form_active`: the bot is in the midst
    of a form, which it may finish even in the queue. `fallbacks` None: no turn of the dialogue took place (a person
    reads the message), so the dialogue's language stays. `context`: what the next message is read against, after a turn
    of the dialogue. `along`: messages that were read as one with this one and are handled with it. `release`: give the
    lease back in the same step; the conversation is due again at once when another message of the customer waits.
    Raises LeaseLost, and then nothing is written.
    """
    at = now()
    said = understanding or Understanding()
    facts = {
        "leased": lease.conversation_id,
        "token": lease.token,
        "more": len(replies),
        "done_at": at,
        "handled": message_id,
        "speaks": said.language,
        "turned": fallbacks is not None,
        "missed": fallbacks or 0,
        "in_form": form_active,
        "knows": context.stored() if context is not None else None,
        "along": list(along),
        "gives_back": release,
    }
    conversation = await _end(session, facts)
    if conversation is None:
        raise LeaseLost(lease.conversation_id)
    message = await _mark_handled(session, message_id, understanding, at)
    if message is None:
        raise LeaseLost(lease.conversation_id)
    if along:
        await _mark_along(session, along, at)
    taken_over = conversation.state == ConversationState.AGENT or conversation.handovers != lease.handovers
    written = await _write_replies(session, conversation, message, replies, at=at, suppressed=taken_over)
    return Completed(conversation, message, written, suppressed=taken_over and bool(replies))


async def _end(session: AsyncSession, facts: dict[str, Any]) -> Conversation | None:
    """The conversation after its turn has ended; None when the lease is lost or the message is handled already."""
    conversation: Conversation | None
    if session.get_bind().dialect.name == "postgresql":
        # A statement that waits for a row sees it anew, but of the messages only what there was before it waited, and
        # would overlook one that is just coming in. So it either asks the row alone, or comes after the row's lock.
        conversation = await session.scalar(_END_AT_LAST_WORD, facts)
        if conversation is not None:
            return conversation
        await session.execute(_LOCK, {"leased": facts["leased"]})
    conversation = await session.scalar(_END, facts)
    return conversation


_LOCK = select(Conversation.id).where(Conversation.id == bindparam("leased")).with_for_update(key_share=True)
_turned = bindparam("turned", type_=Boolean)
_gives_back = bindparam("gives_back", type_=Boolean)
_speaks = bindparam("speaks", type_=String)
_others_wait = exists().where(
    Message.conversation_id == Conversation.id,
    Message.direction == Direction.IN,
    Message.status == MessageStatus.RECEIVED,
    Message.id != bindparam("handled"),
    Message.id.not_in(bindparam("along", expanding=True)),
)
_is_last_word = Conversation.last_seq == (
    select(Message.seq).where(Message.id == bindparam("handled")).correlate(None).scalar_subquery()
)


def _ending(others_wait: ColumnElement[bool], *only_if: ColumnElement[bool]) -> Executable:
    """Ends a turn for the conversation's row: places for the replies, where the dialogue stands, and, if wished, the
    lease. Matches no row when the lease is lost or the message is handled already."""
    statement = (
        update(Conversation)
        .where(
            Conversation.id == bindparam("leased"),
            Conversation.lease_token == bindparam("token"),
            exists().where(Message.id == bindparam("handled"), Message.status == MessageStatus.RECEIVED),
            *only_if,
        )
        .values(
            last_seq=Conversation.last_seq + bindparam("more", type_=Integer),
            last_message_at=case(
                (bindparam("more", type_=Integer) > 0, bindparam("done_at", type_=UTCDateTime)),
                else_=Conversation.last_message_at,
            ),
            language=case(
                (or_(_turned, Conversation.language.is_(None)), func.coalesce(_speaks, Conversation.language)),
                else_=Conversation.language,
            ),
            context=case(
                (_turned, bindparam("knows", type_=SealableJSON(none_as_null=True))), else_=Conversation.context
            ),
            fallbacks=case((_turned, bindparam("missed", type_=Integer)), else_=Conversation.fallbacks),
            bot_continues=case(
                (_turned, and_(bindparam("in_form", type_=Boolean), Conversation.state == ConversationState.QUEUE)),
                else_=Conversation.bot_continues,
            ),
            outage_told_at=case((_turned, None), else_=Conversation.outage_told_at),
            work_due_at=case(
                (and_(_gives_back, others_wait), bindparam("done_at", type_=UTCDateTime)),
                (_gives_back, None),
                else_=Conversation.work_due_at,
            ),
            lease_by=case((_gives_back, None), else_=Conversation.lease_by),
            lease_token=case((_gives_back, None), else_=Conversation.lease_token),
            lease_until=case((_gives_back, None), else_=Conversation.lease_until),
        )
    )
    return returned(Conversation, statement.returning(Conversation))


_END = _ending(_others_wait)
_END_AT_LAST_WORD = _ending(false(), _is_last_word)
"""The usual end: the message is the last there is, so no other waits; a leased message is always the earliest."""


async def _mark_handled(
    session: AsyncSession, message_id: int, understanding: Understanding | None, at: datetime
) -> Message | None:
    values: dict[str, Any] = {"handled": message_id, "done_at": at}
    if understanding is not None:
        values |= {f"its_{name}": value for name, value in understanding.values().items()}
    marked: Message | None = await session.scalar(_MARK if understanding is None else _MARK_UNDERSTOOD, values)
    return marked


_HANDLED = (
    update(Message)
    .where(Message.id == bindparam("handled"), Message.status == MessageStatus.RECEIVED)
    .values(status=MessageStatus.HANDLED, handled_at=bindparam("done_at", type_=UTCDateTime), error=None)
    .returning(Message)
)
_MARK = returned(Message, _HANDLED)
_MARK_UNDERSTOOD = returned(
    Message,
    _HANDLED.values(
        {name: bindparam(f"its_{name}", type_=Message.__table__.c[name].type) for name in Understanding().values()}
    ),
)


async def _mark_along(session: AsyncSession, message_ids: Sequence[int], at: datetime) -> None:
    await session.execute(
        update(Message)
        .where(Message.id.in_(message_ids), Message.status == MessageStatus.RECEIVED)
        .values(status=MessageStatus.HANDLED, handled_at=at, error=None)
        .execution_options(synchronize_session=False)
    )


async def _write_replies(
    session: AsyncSession,
    conversation: Conversation,
    message: Message,
    replies: Sequence[Reply],
    *,
    at: datetime,
    suppressed: bool,
) -> list[Message]:
    """The places up to `last_seq` were taken for them."""
    pending = needs_delivery(conversation.channel)
    status = MessageStatus.SUPPRESSED if suppressed else MessageStatus.PENDING if pending else MessageStatus.SENT
    written = [
        Message(
            conversation_id=conversation.id,
            seq=conversation.last_seq - len(replies) + place,
            channel=conversation.channel,
            direction=Direction.OUT,
            author=Author.BOT,
            status=status,
            created_at=at,
            next_try_at=at if status is MessageStatus.PENDING else None,
            sent_at=at if status is MessageStatus.SENT else None,
            text=reply.text,
            buttons=reply.buttons or None,
            attachments=reply.attachments or None,
            custom=reply.custom,
            in_reply_to=message.id,
            language=conversation.language,
        )
        for place, reply in enumerate(replies, start=1)
    ]
    if written:
        session.add_all(written)
        await session.flush()
        remember_said(session, *written)
    return written


async def note_failure(session: AsyncSession, lease: Lease, message_id: int, *, error: str) -> Message:
    """Count a try that failed; the message stays unhandled. Raises LeaseLost."""
    await held(session, lease)
    message = await session.get_one(Message, message_id, populate_existing=True)
    message.tries += 1
    message.error = error[:500]
    await session.flush()
    return message


async def leave_to_person(session: AsyncSession, lease: Lease) -> int:
    """Mark every unhandled message of a conversation as handled, because a person will read it; how many."""
    await held(session, lease)
    left = await unhandled(session, lease.conversation_id)
    for message in left:
        message.status, message.handled_at = MessageStatus.HANDLED, now()
    await session.flush()
    return len(left)
