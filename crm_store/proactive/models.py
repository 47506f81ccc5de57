"""What the shop tells members unasked: the topics, the kinds of news, and the tables of stops, watches and sends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.clock import now
from crm_store.db import Base, LargeInteger

KEY_CHARACTERS = 120


class Topic(StrEnum):
    """What members say yes or no to, as they would name it."""

    PARCELS = "parcels"
    REFUNDS = "refunds"
    POINTS = "points"
    BACK_IN_STOCK = "back_in_stock"
    SURVEYS = "surveys"
    NEW_GOODS = "new_goods"
    OFFERS = "offers"
    MEMBER_EVENTS = "member_events"


MARKETING = frozenset({Topic.NEW_GOODS, Topic.OFFERS, Topic.MEMBER_EVENTS})
"""Sent only to who has agreed (Advertising Law of China, article 43; Personal Information Protection Law, article 24).
The other topics are service about the member's own matters: sent until they are switched off."""


class Kind(StrEnum):
    """One kind of news; each belongs to a topic."""

    PARCEL_MOVED = "parcel_moved"
    PARCEL_LATE = "parcel_late"
    REFUND_PAID = "refund_paid"
    POINTS_EXPIRING = "points_expiring"
    TIER_REACHED = "tier_reached"
    BACK_IN_STOCK = "back_in_stock"
    NEW_GOODS = "new_goods"
    BIRTHDAY = "birthday"
    THANK_YOU = "thank_you"
    WIN_BACK = "win_back"
    """A person asks a lost member back."""


TOPIC_OF: Mapping[Kind, Topic] = {
    Kind.PARCEL_MOVED: Topic.PARCELS,
    Kind.PARCEL_LATE: Topic.PARCELS,
    Kind.REFUND_PAID: Topic.REFUNDS,
    Kind.POINTS_EXPIRING: Topic.POINTS,
    Kind.TIER_REACHED: Topic.POINTS,
    Kind.BACK_IN_STOCK: Topic.BACK_IN_STOCK,
    Kind.NEW_GOODS: Topic.NEW_GOODS,
    Kind.BIRTHDAY: Topic.MEMBER_EVENTS,
    Kind.THANK_YOU: Topic.MEMBER_EVENTS,
    Kind.WIN_BACK: Topic.OFFERS,
}


class HeldBack(StrEnum):
    """Why news is not sent now."""

    SWITCHED_OFF = "switched_off"
    NOT_ACTIVE = "not_active"
    NOT_WANTED = "not_wanted"
    COMPLAINT_OPEN = "complaint_open"
    QUIET_HOURS = "quiet_hours"
    ENOUGH = "enough"
    """A cap is reached."""
    NO_ADDRESS = "no_address"
    IN_TALK = "in_talk"
    """A person speaks with the member, or the member has just written."""
    TOLD = "told"
    """It was sent before."""


class TopicStop(Base):
    """A member does not want this topic. For a service topic that is all there is; marketing topics need, beside no
    stop, the member's consent (`Member.marketing_consent`). Who changed it and when is in `member_changes`."""

    __tablename__ = "topic_stops"
    __table_args__ = (PrimaryKeyConstraint("member_id", "topic"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    topic: Mapped[str] = mapped_column(String(20))
    stopped_at: Mapped[datetime] = mapped_column(default=now)


class StockWatch(Base):
    """A member wants to hear when a product is there again; `told_at`: when they did, which ends it."""

    __tablename__ = "stock_watches"
    __table_args__ = (UniqueConstraint("member_id", "product_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    told_at: Mapped[datetime | None]


class ProactiveSend(Base):
    """One message sent unasked. `key` names kind and thing (`parcel_moved:812`), so that no replica tells it twice.

    `week`: the Monday, at the shop, of the week it was sent in. `counts_until`: what the member does until then counts
    as its effect. `stopped_at`: when the member stopped its topic within that time.
    """

    __tablename__ = "proactive_sends"
    __table_args__ = (
        Index("ix_proactive_sends_member_id_sent_at", "member_id", "sent_at"),
        Index("ix_proactive_sends_week", "week"),
        Index("ix_proactive_sends_message_id", "message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_CHARACTERS), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str] = mapped_column(String(20))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id", ondelete="SET NULL"))
    message_id: Mapped[int | None] = mapped_column(LargeInteger, ForeignKey("messages.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(String(20))
    week: Mapped[date]
    sent_at: Mapped[datetime] = mapped_column(default=now)
    counts_until: Mapped[datetime]
    stopped_at: Mapped[datetime | None]


@dataclass(frozen=True, kw_only=True)
class News:
    """Something that one member may be told. `thing`: what makes it the only one of its kind, such as the id of the
    parcel's step; `facts`: what the words are made of, rows of the store among them. `agreed`: the member has said yes
    to hearing from us when they left, which neither leaving nor a missing consent takes away; a stopped topic does."""

    kind: Kind
    thing: str
    member_id: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    agreed: bool = False

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.thing}"

    @property
    def topic(self) -> Topic:
        return TOPIC_OF[self.kind]
