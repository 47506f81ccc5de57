"""Keeping the words of messages in step with the messages, away from the road a message takes."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.archived import ArchivedWords
from crm_store.folding import fold
from crm_store.messages import SEARCHED, Message
from crm_store.search.models import MessageWords

AT_A_TIME = 500
LOOK_BACK_MESSAGES = 200
"""Numbers are given out before rows are committed: so many below the newest known one may still come in."""


async def index_messages(session: AsyncSession, *, limit: int = AT_A_TIME) -> int:
    """Take up to `limit` messages that are not known yet, the oldest first; returns how many they were.

    Safe to repeat and to run from several processes. Call again until it returns less than `limit`.
    """
    newest = await session.scalar(select(func.max(MessageWords.message_id))) or 0
    known = exists().where(MessageWords.message_id == Message.id)
    rows = select(Message).where(Message.id > newest - LOOK_BACK_MESSAGES, _is_said(), ~known)
    # A second process that takes up the same ones waits here and then finds nothing left of them.
    locked = rows.order_by(Message.id).limit(limit).with_for_update(key_share=True, skip_locked=True)
    found = (await session.scalars(locked)).all()
    session.add_all(_words_of(found))
    await session.flush()
    return len(found)


async def reindex(session: AsyncSession, message: Message) -> None:
    """The customer has changed the message: it is found by its new words alone."""
    await session.execute(delete(MessageWords).where(MessageWords.message_id == message.id))
    session.add_all(_words_of([message]))
    await session.flush()


async def forget_words(session: AsyncSession, conversation_ids: Collection[str]) -> None:
    """Erase what was said in these conversations from the search."""
    for table in (MessageWords, ArchivedWords):
        gone = delete(table).where(table.__table__.c.conversation_id.in_(conversation_ids))
        await session.execute(gone.execution_options(synchronize_session="fetch"))


def _words_of(messages: Sequence[Message]) -> list[MessageWords]:
    # A message of nothing but signs is kept as an empty one: it is known, and found by nothing.
    return [
        MessageWords(message_id=each.id, conversation_id=each.conversation_id, folded=fold(each.text or ""))
        for each in messages
    ]


def _is_said() -> ColumnElement[bool]:
    return Message.author.in_(SEARCHED) & Message.text.is_not(None)
