"""Every contact, with what was wanted, what came of it and how it felt: together a member's timeline."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, bindparam, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.clock import now
from crm_store.db import Base, LargeInteger, returned
from crm_store.sealing import SealableJSON, SealableText

SUMMARY_LIMIT_CHARACTERS = 500
_OUTCOME_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Outcome(StrEnum):
    """What came of a contact, coarsely. An action may write a finer code of its own, such as `too_few_points`."""

    ANSWERED = "answered"
    DONE = "done"
    RECORDED = "recorded"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    NOT_VERIFIED = "not_verified"
    NOT_UNDERSTOOD = "not_understood"
    HANDED_OVER = "handed_over"
    ABANDONED = "abandoned"
    FAILED = "failed"


class Sentiment(StrEnum):
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Interaction(Base):
    """One contact. `sentiment` is negative, neutral or positive; `anger` is in 0..1; `references` maps a noun to
    a number or id, for example {"order": "20251214-0037"}."""

    __tablename__ = "interactions"
    __table_args__ = (Index("ix_interactions_member_id_at", "member_id", "at"),)

    id: Mapped[int] = mapped_column(LargeInteger, primary_key=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(LargeInteger, ForeignKey("messages.id"), index=True)
    channel: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]
    intent: Mapped[str | None] = mapped_column(String(64), index=True)
    sentiment: Mapped[str | None] = mapped_column(String(10))
    sentiment_confidence: Mapped[float | None]
    anger: Mapped[float | None]
    outcome: Mapped[str] = mapped_column(String(40))
    summary: Mapped[str] = mapped_column(SealableText(500), default="")
    references: Mapped[dict[str, Any]] = mapped_column(SealableJSON, default=dict)
    key: Mapped[str | None] = mapped_column(String(160), unique=True)

    @property
    def valence(self) -> float | None:
        """The feeling as one number in -1..1, or None where nothing was felt out."""
        if self.sentiment is None:
            return None
        sign = {Sentiment.NEGATIVE: -1.0, Sentiment.POSITIVE: 1.0}.get(Sentiment(self.sentiment), 0.0)
        return sign * (1.0 if self.sentiment_confidence is None else self.sentiment_confidence)


async def record(
    session: AsyncSession,
    *,
    member_id: int | None,
    channel: str,
    outcome: str,
    intent: str | None = None,
    identity_id: int | None = None,
    conversation_id: str | None = None,
    message_id: int | None = None,
    sentiment: Sentiment | str | None = None,
    sentiment_confidence: float | None = None,
    anger: float | None = None,
    summary: str = "",
    references: Mapping[str, Any] | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> Interaction:
    """Write one contact; the same `key` again returns the one that was written.

    `sentiment_confidence` and `anger` are in 0..1; `summary`: what was asked and said, for the timeline. Raises
    ValueError for an outcome that is no short code, an unknown sentiment or a number outside 0..1.
    """
    values = _checked(
        {
            "member_id": member_id,
            "identity_id": identity_id,
            "conversation_id": conversation_id,
            "message_id": message_id,
            "channel": channel,
            "at": at or now(),
            "intent": intent,
            "sentiment": sentiment,
            "sentiment_confidence": sentiment_confidence,
            "anger": anger,
            "outcome": str(outcome),
            "summary": summary[:SUMMARY_LIMIT_CHARACTERS],
            "references": dict(references or {}),
            "key": key,
        }
    )
    written: Interaction | None = await session.scalar(
        _RECORD[session.get_bind().dialect.name], {f"its_{name}": value for name, value in values.items()}
    )
    if written is None:
        written = (await session.scalars(select(Interaction).where(Interaction.key == key))).one()
    return written


async def record_unless_known(
    session: AsyncSession,
    *,
    member_id: int | None,
    identity_id: int,
    conversation_id: str,
    message_id: int,
    channel: str,
    intent: str | None,
    sentiment: str | None,
    sentiment_confidence: float | None,
    anger: float | None,
    outcome: str,
    key: str,
) -> None:
    """Write the contact of one message unless an action has written one already, in one statement."""
    values = _checked(
        {
            "member_id": member_id,
            "identity_id": identity_id,
            "conversation_id": conversation_id,
            "message_id": message_id,
            "channel": channel,
            "at": now(),
            "intent": intent,
            "sentiment": sentiment,
            "sentiment_confidence": sentiment_confidence,
            "anger": anger,
            "outcome": str(outcome),
            "summary": "",
            "references": {},
            "key": key,
        }
    )
    await session.execute(
        _UNLESS_KNOWN[session.get_bind().dialect.name], {f"its_{name}": value for name, value in values.items()}
    )


_TABLE: Any = Interaction.__table__
_FACTS = {column.name: bindparam(f"its_{column.name}", type_=column.type) for column in _TABLE.c if column.name != "id"}
_message_known = exists().where(Interaction.message_id == _FACTS["message_id"])
# Of the table: the ORM would take the values given with a statement for rows of its own to write.
_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert(_TABLE), "sqlite": sqlite.insert(_TABLE)}
_RECORD = {
    dialect: returned(Interaction, insert.values(_FACTS).on_conflict_do_nothing().returning(_TABLE))
    for dialect, insert in _INSERTS.items()
}
_UNLESS_KNOWN = {
    dialect: insert.from_select(list(_FACTS), select(*_FACTS.values()).where(~_message_known)).on_conflict_do_nothing()
    for dialect, insert in _INSERTS.items()
}


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError; see `record`."""
    if not _OUTCOME_CODE.fullmatch(values["outcome"]):
        raise ValueError(f"{values['outcome']!r} is not an outcome: at most 40 small letters, digits and underscores")
    for number in (values["sentiment_confidence"], values["anger"]):
        if number is not None and not 0.0 <= number <= 1.0:
            raise ValueError(f"{number} is not in 0..1")
    if values["sentiment"] is not None:
        values["sentiment"] = Sentiment(values["sentiment"])
    return values


async def timeline(
    session: AsyncSession, member_id: int, *, limit: int = 50, before: Interaction | None = None
) -> Sequence[Interaction]:
    """The member's contacts over all channels, newest first; `before`: those that came earlier than that one."""
    query = select(Interaction).where(Interaction.member_id == member_id)
    if before is not None:
        query = query.where(
            (Interaction.at < before.at) | ((Interaction.at == before.at) & (Interaction.id < before.id))
        )
    query = query.order_by(Interaction.at.desc(), Interaction.id.desc()).limit(limit)
    return (await session.execute(query)).scalars().all()


async def moods(session: AsyncSession, member_id: int, *, since: datetime) -> list[tuple[datetime, float, float]]:
    """(moment, valence -1..1, anger 0..1) of each contact that had a feeling, oldest first: the member's mood."""
    query = select(Interaction).where(
        Interaction.member_id == member_id, Interaction.at >= since, Interaction.sentiment.is_not(None)
    )
    found = (await session.execute(query.order_by(Interaction.at, Interaction.id))).scalars().all()
    return [(each.at, each.valence or 0.0, each.anger or 0.0) for each in found]


async def adopt(session: AsyncSession, *, identity_id: int, member_id: int) -> int:
    """Give the contacts of a visitor who turned out to be a member to that member; returns how many they were."""
    mine = select(Interaction.id).where(Interaction.identity_id == identity_id, Interaction.member_id.is_(None))
    ids = (await session.execute(mine)).scalars().all()
    await session.execute(update(Interaction).where(Interaction.id.in_(ids)).values(member_id=member_id))
    return len(ids)
