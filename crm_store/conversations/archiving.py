"""Moving conversations that were closed long ago into the archive (`crm_store.archived`), and one of them back.

A conversation goes as a whole, in one transaction that locks it: before the commit everything is where it was, after it
everything is in the archive. What is not final stays: a message that nobody has handled, delivered or given up, one of
whose delivery the audit trail tells, and the newest message of all, since SQLite gives the highest number anew.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import batched, groupby
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.archived import ArchivedConversation, ArchivedWords, References, pack, references, spoken_of, unpack
from crm_store.audit import AuditEntry
from crm_store.clock import now
from crm_store.conversations.models import Conversation, ConversationState
from crm_store.folding import fold
from crm_store.messages import SEARCHED, Message, MessageStatus
from crm_store.policy import policy

AT_A_TIME = 20
"""Conversations of one transaction: few enough that who writes meanwhile, on SQLite, does not wait long."""
_FINAL = {MessageStatus.HANDLED, MessageStatus.SENT, MessageStatus.SUPPRESSED}
_IDS_AT_A_TIME = 1000


class Mark(NamedTuple):
    """How far a look through the closed conversations has come."""

    closed_at: datetime
    conversation_id: str


class Archived(NamedTuple):
    """How many went into the archive, and where to go on; None: nothing more is old enough."""

    conversations: int
    reached: Mark | None


async def archive(session: AsyncSession, *, beyond: Mark | None = None, limit: int = AT_A_TIME) -> Archived:
    """Look at up to `limit` conversations that were closed longer ago than the policy says, the oldest first, from
    `beyond` on, and archive those in which everything is final. Safe to repeat and to run beside itself."""
    after = policy().privacy.archive_after
    if after is None:
        return Archived(0, None)
    # The state written out in the statement: only so do databases see that the partial index fits.
    is_closed = Conversation.state == literal(ConversationState.CLOSED.value, literal_execute=True)
    old = select(Conversation).where(
        is_closed, Conversation.archived_at.is_(None), Conversation.closed_at < now() - after
    )
    if beyond is not None:
        old = old.where(tuple_(Conversation.closed_at, Conversation.id) > tuple_(*map(literal, beyond)))
    locking = old.order_by(Conversation.closed_at, Conversation.id).limit(limit)
    found = (await session.scalars(locking.with_for_update(key_share=True, skip_locked=True))).all()
    if not found:
        return Archived(0, None)
    chosen = await _final(session, found)
    if chosen:
        await _put_away(session, chosen)
    last = found[-1]
    assert last.closed_at is not None  # it was asked for
    return Archived(len(chosen), Mark(last.closed_at, last.id))


async def restore(session: AsyncSession, conversation: Conversation) -> None:
    """Give the messages of a conversation that this transaction has locked rows of their own again, as they were."""
    kept = await session.get(ArchivedConversation, conversation.id, with_for_update=True)
    if kept is not None:
        session.add_all(unpack(Message, kept.packed))
        await session.flush()
        known = spoken_of(kept.packed)
        for table, column in references():
            [key] = table.primary_key.columns
            if pairs := known.get(table.name):
                again = update(table).where(key == bindparam("row")).values({column.name: bindparam("message")})
                rows = [{"row": row, "message": message} for row, message in pairs.items()]
                await (await session.connection()).execute(again, rows)
        await session.delete(kept)
    conversation.archived_at = None
    await session.flush()


type Talk = tuple[Conversation, list[Message]]


async def _final(session: AsyncSession, conversations: Sequence[Conversation]) -> list[Talk]:
    """Those in which nothing can change any more, with their messages, which are locked."""
    ids = [each.id for each in conversations if each.work_due_at is None and not _is_leased(each)]
    rows = select(Message).where(Message.conversation_id.in_(ids)).order_by(Message.conversation_id, Message.seq)
    said = (await session.scalars(rows.with_for_update(key_share=True))).all()
    of = {name: list(some) for name, some in groupby(said, key=lambda each: each.conversation_id)}
    newest = await session.scalar(select(func.max(Message.id))) or 0
    told = await _told_of(session, [each.id for each in said])
    found = [(each, of[each.id]) for each in conversations if each.id in of]
    return [
        (conversation, some)
        for conversation, some in found
        if all(each.status in _FINAL and each.id not in told and each.id < newest for each in some)
    ]


def _is_leased(conversation: Conversation) -> bool:
    return conversation.lease_until is not None and conversation.lease_until > now()


async def _told_of(session: AsyncSession, message_ids: Sequence[int]) -> set[int]:
    """Those that entries of the audit trail are about, which are looked for by whose message it is."""
    found: set[int] = set()
    for some in batched(message_ids, _IDS_AT_A_TIME):
        about = AuditEntry.subject.in_([f"message:{each}" for each in some])
        subjects = await session.scalars(select(AuditEntry.subject).where(about))
        found.update(int(each.removeprefix("message:")) for each in subjects)
    return found


async def _put_away(session: AsyncSession, talks: Sequence[Talk]) -> None:
    at = now()
    speaking = await _taken_from_others(session, [each.id for _, said in talks for each in said])
    ids = [conversation.id for conversation, _ in talks]
    # What was archived before, and brought back.
    await session.execute(delete(ArchivedWords).where(ArchivedWords.conversation_id.in_(ids)))
    for conversation, said in talks:
        mine = {each.id for each in said}
        of_mine = {
            name: {row: message for row, message in pairs.items() if message in mine}
            for name, pairs in speaking.items()
        }
        session.add(_packed(conversation, said, of_mine, at))
        if folded := "\n".join(_folded(said)):
            session.add(ArchivedWords(message_id=said[-1].id, conversation_id=conversation.id, folded=folded))
        conversation.archived_at = at
    for message in [each for _, said in talks for each in said]:
        session.expunge(message)
    await session.flush()
    # Their words, one by one, go with them.
    gone = delete(Message).where(Message.conversation_id.in_(ids))
    await session.execute(gone.execution_options(synchronize_session=False))


def _packed(
    conversation: Conversation, said: Sequence[Message], speaking: References, at: datetime
) -> ArchivedConversation:
    refs = {str(each["ref"]) for message in said for each in message.attachments or () if each.get("ref")}
    return ArchivedConversation(
        conversation_id=conversation.id,
        closed_at=conversation.closed_at,
        archived_at=at,
        messages=len(said),
        files=sorted(refs) or None,
        packed=pack(said, speaking),
    )


def _folded(said: Iterable[Message]) -> list[str]:
    lines = (fold(each.text) for each in said if each.text and each.author in SEARCHED)
    return [line for line in lines if line]


async def _taken_from_others(session: AsyncSession, message_ids: Sequence[int]) -> References:
    """Empty what speaks of these messages in other tables; what stood there."""
    found: References = {}
    for table, column in references():
        [key] = table.primary_key.columns
        known = found.setdefault(table.name, {})
        for some in batched(sorted(message_ids), _IDS_AT_A_TIME):
            these: Any = column.in_(some)
            known.update((row, message) for row, message in await session.execute(select(key, column).where(these)))
            nothing = update(table).where(these).values({column.name: None})
            await session.execute(nothing.execution_options(synchronize_session=False))
    return found
