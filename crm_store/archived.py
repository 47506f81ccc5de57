"""Conversations that are archived: all messages of one, packed into one row of a narrow table.

A conversation lies there as a whole or not at all. What is read of it (`messages.history`) are the same messages, which
then belong to no session: `conversations.archiving` brings them back before anything is written there again.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, Table, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import NamedColumn

from crm_store.clock import now
from crm_store.db import Base, LargeInteger, UTCDateTime
from crm_store.sealing import SealablePacked, SealableWords

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_TICK = timedelta(microseconds=1)
_NUMBERS = {"id", "seq", "in_reply_to"}
"""Columns of whole numbers that rise from message to message, as all moments do."""
_USUAL = (
    '"zh-Hant","en","queue","agent","system","telegram","negative","positive","suppressed","staff","audience":["member",'
    '"attachments":[null,{"kind":"image","name":".jpg","mime":"image/jpeg","size":,"ref":"'
    '"custom":[null,{"kind":"order","number":"2025"entity":"value":"start":0,"end":"confidence":0.9'
    '"buttons":[null,[{"title":"","payload":"/affirm"},{"title":"","payload":"/deny"},{"title":"","payload":"/'
    '"same":{"conversation_id":"","audience":"member","channel":"web","agent_id":1,"language":"zh-Hans","tries":0},'
    '"columns":{"id":[1,1,1],"seq":[1,1,1,1],"direction":["in","out","in","out"],"author":["customer","bot","customer",'
    '"bot","agent"],"channel_message_id":["web:",null,"client_key":[null,"in_reply_to":[null,"text":["您好，","請問'
    '"intent":["handoff",null,"thank",null,"out_of_scope",null,"confidence":[0.99,null,0.9,null,"ranking":[[{"name":"'
    'track_parcel","confidence":0.},{"name":"greet","confidence":0.0},{"name":"out_of_scope","confidence":0.00}],null,'
    '"entities":[[],null,[],null,"sentiment":["neutral",null,"neutral",null,"sentiment_confidence":[0.9,null,0.9,null,'
    '"anger":[0.02,null,0.02,null,"status":["handled","sent","handled","sent"],"created_at":[17,"customer_at":[17,'
    '"handled_at":[17,null,"sent_at":[null,17'
    '{"rows":9,"spoken_of":{"interactions":[[1,'
).encode()
"""What packs have in common. It must never be changed: what was packed with it is read with it alone."""

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
    packed: Mapped[dict[str, Any]] = mapped_column(SealablePacked(_USUAL))
    forgotten_at: Mapped[datetime | None]
    """When the words were taken out: they were old, or the person was erased."""


class ArchivedWords(Base):
    """What customers and agents said in one archived conversation, folded, a line for each message (as `MessageWords`
    are). They are kept when the conversation is brought back."""

    __tablename__ = "archived_words"

    message_id: Mapped[int] = mapped_column(LargeInteger, primary_key=True, autoincrement=False)
    """The conversation's last message: the newest are looked through first."""
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), unique=True)
    folded: Mapped[str] = mapped_column(SealableWords("said"))


def pack(rows: Sequence[Base], spoken_of: References) -> dict[str, Any]:
    """The rows of one table as a JSON value that compresses well: column by column, what is the same in all of them
    once, what rises by its steps; and who spoke of them."""
    same, columns = {}, {}
    for each in rows[0].__mapper__.column_attrs:
        values = [getattr(row, each.key) for row in rows]
        if all(value == values[0] for value in values[1:]):
            if values[0] is not None:
                same[each.key] = _plain(values[0])
        else:
            columns[each.key] = _steps(map(_plain, values)) if _rises(each.columns[0]) else values
    told = {name: [*pairs.items()] for name, pairs in spoken_of.items() if pairs}
    return {"rows": len(rows), "spoken_of": told, "same": same, "columns": columns}


def unpack[Row: Base](kind: type[Row], packed: Mapping[str, Any]) -> list[Row]:
    """The rows as they were, of no session. A column that there is no longer is passed over."""
    known = {each.key: each.columns[0] for each in kind.__mapper__.column_attrs}
    found: list[dict[str, Any]] = [{} for _ in range(packed["rows"])]
    for name in known.keys() & packed["same"].keys():
        for row in found:
            row[name] = packed["same"][name]
    for name in known.keys() & packed["columns"].keys():
        values = packed["columns"][name]
        for row, value in zip(found, _sums(values) if _rises(known[name]) else values, strict=True):
            row[name] = value
    moments = {name for name, column in known.items() if isinstance(column.type, UTCDateTime)}
    return [
        kind(**{
            name: _EPOCH + value * _TICK if name in moments else value
            for name, value in row.items()
            if value is not None
        })
        for row in found
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
        left = {
            part: {name: value for name, value in row.packed[part].items() if name not in columns}
            for part in ("same", "columns")
        }
        row.packed, row.files, row.forgotten_at = row.packed | left, None, now()
    await session.flush()


async def files(session: AsyncSession, conversation_ids: Collection[str] | None = None) -> set[str]:
    """Refs of all attachments in the archive, or of those of some conversations."""
    rows = select(ArchivedConversation.files).where(ArchivedConversation.files.is_not(None))
    if conversation_ids is not None:
        rows = rows.where(ArchivedConversation.conversation_id.in_(conversation_ids))
    return {ref for refs in await session.scalars(rows) for ref in refs or ()}


def _rises(column: NamedColumn[Any]) -> bool:
    return isinstance(column.type, UTCDateTime) or column.name in _NUMBERS


def _steps(values: Iterable[int | None]) -> list[int | None]:
    """Each value as what it is more than the one before."""
    before, steps = 0, []
    for value in values:
        steps.append(None if value is None else value - before)
        before = before if value is None else value
    return steps


def _sums(steps: Iterable[int | None]) -> list[int | None]:
    """The values of `_steps`."""
    value, found = 0, []
    for step in steps:
        value += step or 0
        found.append(None if step is None else value)
    return found


def _plain(value: Any) -> Any:
    return (value - _EPOCH) // _TICK if isinstance(value, datetime) else value
