"""Conversations that are archived: all messages of one, packed into one row of a narrow table.

A conversation lies there as a whole or not at all. What is read of it (`messages.history`) are the same messages, which
then belong to no session: `conversations.archiving` brings them back before anything is written there again.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, Table, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.clock import now
from crm_store.db import Base, LargeId, UTCDateTime
from crm_store.sealing import SealablePacked, SealableWords

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_TICK = timedelta(microseconds=1)

References = dict[str, dict[int, int]]
"""By table: rows that spoke of one of the messages, each with the message's id."""


class ArchivedConversation(Base):
    """The messages of one conversation. `packed`: their columns, and which rows spoke of which (`pack`)."""

    __tablename__ = "archived_conversations"
    __table_args__ = (
        # What the nightly look for old words goes through; most rows are done with for good.
        Index(
            "ix_archived_conversations_with_words",
            "closed_at",
            sqlite_where=text("forgotten_at IS NULL"),
            postgresql_where=text("forgotten_at IS NULL"),
        ),
    )

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    closed_at: Mapped[datetime]
    archived_at: Mapped[datetime]
    messages: Mapped[int]
    """How many they are."""
    files: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Refs of the attachments, by which a file is known to be wanted; empty where there are none."""
    packed: Mapped[dict[str, Any]] = mapped_column(SealablePacked)
    forgotten_at: Mapped[datetime | None]
    """When the words were taken out: they were old, or the person was erased."""


class ArchivedWords(Base):
    """What customers and agents said in one archived conversation, folded, a line for each message (as `MessageWords`
    are). They are kept when the conversation is brought back."""

    __tablename__ = "archived_words"

    message_id: Mapped[int] = mapped_column(LargeId, primary_key=True, autoincrement=False)
    """The conversation's last message: the newest are looked through first."""
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), unique=True)
    folded: Mapped[str] = mapped_column(SealableWords("said"))


def pack(rows: Sequence[Base], spoken_of: References) -> dict[str, Any]:
    """The rows of one table as a JSON value, column by column, which compresses best; with who spoke of them."""
    columns = {}
    for each in rows[0].__mapper__.column_attrs:
        values = [_plain(getattr(row, each.key)) for row in rows]
        if any(value is not None for value in values):
            columns[each.key] = values
    return {"columns": columns, "spoken_of": {name: list(pairs.items()) for name, pairs in spoken_of.items() if pairs}}


def unpack[Row: Base](kind: type[Row], packed: Mapping[str, Any]) -> list[Row]:
    """The rows as they were, of no session. A column that there is no longer is passed over."""
    known = {each.key: each.columns[0].type for each in kind.__mapper__.column_attrs}
    columns = {name: values for name, values in packed["columns"].items() if name in known}
    moments = {name for name in columns if isinstance(known[name], UTCDateTime)}
    return [
        kind(**{
            name: _EPOCH + value * _TICK if name in moments else value
            for name, value in zip(columns, row, strict=True)
            if value is not None
        })
        for row in zip(*columns.values(), strict=True)
    ]  # fmt: skip


def spoken_of(packed: Mapping[str, Any]) -> References:
    """Which rows spoke of which of the packed messages."""
    return {name: dict(pairs) for name, pairs in packed["spoken_of"].items()}


def references() -> Iterator[tuple[Table, Column[Any]]]:
    """Columns of other tables that speak of a message, from the tables' definitions: a new one is not forgotten. What
    goes with its message is not among them."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                if key.target_fullname == "messages.id" and table.name != "messages" and key.ondelete != "CASCADE":
                    yield table, column


async def packs(session: AsyncSession, conversation_ids: Collection[str]) -> Sequence[dict[str, Any]]:
    """What is packed of those of the conversations that are archived."""
    rows = select(ArchivedConversation.packed).where(ArchivedConversation.conversation_id.in_(conversation_ids))
    return (await session.scalars(rows)).all()


async def forget(session: AsyncSession, conversation_ids: Collection[str], columns: Collection[str]) -> None:
    """Take these columns of the messages, and the files, out of what is archived of the conversations."""
    rows = select(ArchivedConversation).where(
        ArchivedConversation.conversation_id.in_(conversation_ids), ArchivedConversation.forgotten_at.is_(None)
    )
    for row in (await session.scalars(rows.with_for_update())).all():
        left = {name: values for name, values in row.packed["columns"].items() if name not in columns}
        row.packed = {**row.packed, "columns": left}
        row.files, row.forgotten_at = None, now()
    await session.flush()


async def files(session: AsyncSession, conversation_ids: Collection[str] | None = None) -> set[str]:
    """Refs of all attachments in the archive, or of those of some conversations."""
    rows = select(ArchivedConversation.files).where(ArchivedConversation.files.is_not(None))
    if conversation_ids is not None:
        rows = rows.where(ArchivedConversation.conversation_id.in_(conversation_ids))
    return {ref for refs in await session.scalars(rows) for ref in refs or ()}


def _plain(value: object) -> object:
    return (value - _EPOCH) // _TICK if isinstance(value, datetime) else value
