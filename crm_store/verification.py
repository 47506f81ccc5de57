"""Proof that a visitor is a member: one-time codes to an address we know, and one-time link tokens."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.db import Base


class OneTimeCode(Base):
    """A code that was asked for. `member_id` is empty when the address belongs to nobody: no code was sent then,
    and every check against it fails exactly like a wrong code. Neither code nor address is readable here.
    """

    __tablename__ = "one_time_codes"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_one_time_codes_identity_id_created_at", "identity_id", "created_at"),
        Index("ix_one_time_codes_target_index_created_at", "target_index", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id"))
    target: Mapped[str] = mapped_column(String(10))  # email or phone
    target_index: Mapped[str] = mapped_column(String(64))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LinkToken(Base):
    """A one-time token in a link given to a signed-in member, for example in the shop's app."""

    __tablename__ = "link_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"))
