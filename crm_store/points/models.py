"""Tables of the points ledger.

Every movement is an `Entry` (append-only) whose `Allocation` rows say which lots it filled or emptied. So three sums
agree at any time: the account's balance, the sum of its entries, and what remains in its lots; `verify()` proves it.
What should have been taken back and was already spent is owed: the account's `owed` is what entries left owing less
what was paid off, and later points pay it first.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.append_only import append_only
from crm_store.db import Base


class EntryKind(StrEnum):
    EARN = "earn"
    SPEND = "spend"
    EXPIRE = "expire"
    REVERSE = "reverse"
    ADJUST = "adjust"
    REPAY = "repay"


class EarnReason(StrEnum):
    """Reasons the shop gives points for; other reasons are allowed and shown as the plain "other"."""

    PURCHASE = "purchase"
    BIRTHDAY = "birthday"
    REVIEW = "review"
    WELCOME = "welcome"
    REFERRAL = "referral"
    SURVEY = "survey"
    CAMPAIGN = "campaign"
    GOODWILL = "goodwill"
    IMPORT = "import"


IMPORT_UNDONE = "import_undone"
"""The reason of a reversal when the import is undone that brought the movement, or its order."""


class Account(Base):
    """The row that is locked while a member's points move; `balance` in whole points, never below zero. `owed`: points
    that were taken back after they had been spent; what comes next pays them off."""

    __tablename__ = "points_accounts"
    __table_args__ = (CheckConstraint("balance >= 0", name="balance"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    balance: Mapped[int] = mapped_column(default=0)
    owed: Mapped[int] = mapped_column(default=0, server_default="0")
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


@append_only
class Entry(Base):
    """One movement. `points` is positive for points given and negative for points taken.

    `key` is the idempotency key, unique over all members; `request_hash` tells a repeat from a different request.
    `qualifies`: counts towards the level. `reference` names what it was for, for example an order number.
    `reverses_id`: the entry that this one undoes. `takes_from_id`: the earning of which it takes back a part, as a
    return does. `owed`: what it should have taken and could not, because it was spent; the account owes it.
    """

    __tablename__ = "points_entries"
    __table_args__ = (
        CheckConstraint("points <> 0 OR kind = 'reverse'", name="points"),
        Index("ix_points_entries_member_id_at", "member_id", "at"),
        Index("ix_points_entries_reference", "reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("points_accounts.member_id"))
    kind: Mapped[str] = mapped_column(String(10))
    points: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str | None] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    qualifies: Mapped[bool] = mapped_column(default=False)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("points_entries.id"), unique=True)
    takes_from_id: Mapped[int | None] = mapped_column(index=True)
    owed: Mapped[int] = mapped_column(default=0, server_default="0")
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Lot(Base):
    """Points given together that expire together. `points`: as given; `remaining`: not yet spent or expired."""

    __tablename__ = "points_lots"
    __table_args__ = (
        CheckConstraint("remaining >= 0 AND remaining <= points", name="remaining"),
        Index("ix_points_lots_member_id_expires_at", "member_id", "expires_at"),
        Index("ix_points_lots_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("points_accounts.member_id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("points_entries.id"), index=True)
    points: Mapped[int]
    remaining: Mapped[int]
    earned_at: Mapped[datetime]
    expires_at: Mapped[datetime]


@append_only
class Allocation(Base):
    """How much of an entry went into (positive) or came out of (negative) one lot."""

    __tablename__ = "points_allocations"
    __table_args__ = (CheckConstraint("points <> 0", name="points"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("points_entries.id"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("points_lots.id"), index=True)
    points: Mapped[int]
