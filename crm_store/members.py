"""Members: who they are, how to address them, how to reach them, and how they come and go."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, validates

from crm_store import clock
from crm_store.append_only import append_only
from crm_store.crypto import EncryptedText, blind_index, normalise_email, normalise_phone
from crm_store.db import Base
from crm_store.language import Language


class MemberStatus(StrEnum):
    ACTIVE = "active"
    LEAVING = "leaving"
    LEFT = "left"
    ERASED = "erased"


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"


class Member(Base):
    """A member of the shop's programme.

    Phone and e-mail are encrypted; setting them sets their blind index, which is unique and serves look-ups.
    `interests` are product categories the member chose; `named_contact_id` is the agent who looks after the member.
    """

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    family_name: Mapped[str] = mapped_column(String(80), default="")
    given_name: Mapped[str] = mapped_column(String(80), default="")
    preferred_name: Mapped[str] = mapped_column(String(80), default="")
    gender: Mapped[str | None] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(10), default=Language.ZH_HANS)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    phone_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    email: Mapped[str | None] = mapped_column(EncryptedText)
    email_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    birthday: Mapped[date | None]
    joined_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    status: Mapped[str] = mapped_column(String(20), default=MemberStatus.ACTIVE, index=True)
    tier_code: Mapped[str] = mapped_column(String(20), default="bronze", index=True)
    interests: Mapped[list[str]] = mapped_column(default=list)
    named_contact_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    marketing_consent: Mapped[bool] = mapped_column(default=False)
    marketing_consent_at: Mapped[datetime | None]
    opted_out_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    @validates("phone", "email")
    def _index_contact(self, field: str, value: str | None) -> str | None:
        normalise = normalise_phone if field == "phone" else normalise_email
        value = value.strip() if value and value.strip() else None
        setattr(self, f"{field}_index", blind_index(normalise(value), field) if value else None)
        return value


@append_only
class MemberChange(Base):
    """One change to a member: status, consent, profile. Of personal fields only the name is kept, not the values."""

    __tablename__ = "member_changes"
    __table_args__ = (Index("ix_member_changes_member_id_at", "member_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    field: Mapped[str] = mapped_column(String(40))
    old_value: Mapped[str | None] = mapped_column(String(80))
    new_value: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(500), default="")
    by: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
