"""Identities: an address on a channel, which proves nothing until it is bound to a member."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.db import Base


class VerifiedBy(StrEnum):
    EMAIL_CODE = "email_code"
    SMS_CODE = "sms_code"
    LINK_TOKEN = "link_token"  # noqa: S105 - the name of a way to be verified
    SIGNED_TOKEN = "signed_token"  # noqa: S105 - the same
    AGENT = "agent"
    IMPORT = "import"


class Identity(Base):
    """One customer on one channel. `member_id` is set only while bound; `verified_by` says how that was proved."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("channel", "channel_user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    channel_user_id: Mapped[str] = mapped_column(String(200))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    verified_by: Mapped[str | None] = mapped_column(String(20))
    verified_at: Mapped[datetime | None]
    display_name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str | None] = mapped_column(String(10))
    blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(default=clock.now)


class IdentityBinding(Base):
    """The history of whom an identity belonged to, from when to when and on what proof."""

    __tablename__ = "identity_bindings"

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    verified_by: Mapped[str] = mapped_column(String(20))
    bound_at: Mapped[datetime] = mapped_column(default=clock.now)
    unbound_at: Mapped[datetime | None]
    unbound_by: Mapped[str] = mapped_column(String(80), default="")
