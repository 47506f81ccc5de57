"""What is kept only so long: words of closed conversations, and proofs that prove nothing any more. Lengths: policy."""

from typing import Any

from sqlalchemy import ColumnElement, delete, literal, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import archived, conversations, search
from crm_store.api_calls import ANSWERS_LIVE, ApiCall
from crm_store.api_rows import ApiRow
from crm_store.archived import ArchivedConversation
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState
from crm_store.data_copies import DataLink
from crm_store.db import Base
from crm_store.ended_sessions import EndedSession
from crm_store.erasure.words import NOTHING_SAID
from crm_store.interactions import Interaction
from crm_store.messages import Message
from crm_store.policy import policy
from crm_store.verification import LinkToken, OneTimeCode

CONVERSATIONS_AT_A_TIME = 100


async def forget_words(session: AsyncSession, *, limit: int = CONVERSATIONS_AT_A_TIME) -> int:
    """Take the words out of up to `limit` conversations that were closed longer ago than the policy says, archived or
    not, the oldest first; how many they were. Their files go with the next look for orphans. Call again until it
    returns less."""
    long_ago = now() - policy().privacy.keep_words
    told = (Message.text.is_not(None), Message.payload.is_not(None), Message.attachments.is_not(None))
    still = select(Message.id).where(Message.conversation_id == Conversation.id, or_(*told)).exists()
    # The state written out in the statement: only so do databases see that the index of what is not archived fits.
    is_closed = Conversation.state == literal(ConversationState.CLOSED.value, literal_execute=True)
    old = select(Conversation.id).where(
        is_closed, Conversation.archived_at.is_(None), Conversation.closed_at < long_ago, still
    )
    kept = select(ArchivedConversation.conversation_id).where(
        ArchivedConversation.forgotten_at.is_(None), ArchivedConversation.closed_at < long_ago
    )
    mine = [*await session.scalars(old.order_by(Conversation.closed_at).limit(limit))]
    mine += await session.scalars(kept.order_by(ArchivedConversation.closed_at).limit(limit - len(mine)))
    if mine:
        await conversations.lock_closed(session, mine)
        await search.forget_words(session, mine)
        for table, values in (
            (Message, dict(NOTHING_SAID)),
            (Interaction, {"summary": "", "references": {}}),
        ):
            await _blank(session, table, table.__table__.c.conversation_id.in_(mine), values)
        await _blank(session, Conversation, Conversation.id.in_(mine), {"context": null()})
        await archived.forget(session, mine, NOTHING_SAID)
    return len(mine)


async def forget_proofs(session: AsyncSession) -> int:
    """Remove codes, links and sessions that ended longer ago than the policy says, and what is kept of calls of the
    REST interface, to be known again; how many."""
    long_ago = now() - policy().privacy.keep_proofs
    removed = 0
    for table, over in (
        (OneTimeCode, OneTimeCode.expires_at < long_ago),
        (LinkToken, LinkToken.expires_at < long_ago),
        (DataLink, DataLink.expires_at < long_ago),
        (EndedSession, EndedSession.expires_at < long_ago),
        (ApiCall, ApiCall.at < now() - ANSWERS_LIVE),
        (ApiRow, ApiRow.at < now() - ANSWERS_LIVE),
    ):
        gone = await session.scalars(delete(table).where(over).returning(table.__table__.c.id))
        removed += len(gone.all())
    return removed


async def _blank(session: AsyncSession, table: type[Base], which: ColumnElement[bool], values: dict[str, Any]) -> None:
    await session.execute(update(table).where(which).values(values).execution_options(synchronize_session="fetch"))
