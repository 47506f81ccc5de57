"""Levels of membership: what they need, what they give, and where a member stands."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.append_only import append_only
from crm_store.db import Base


class Tier(Base):
    """A level. `threshold_points`: qualifying points within twelve months; `earn_rate`: points per whole ¥1 spent."""

    __tablename__ = "tiers"
    __table_args__ = (CheckConstraint("threshold_points >= 0 AND earn_rate > 0", name="positive"),)

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    rank: Mapped[int] = mapped_column(unique=True)
    threshold_points: Mapped[int] = mapped_column(unique=True)
    earn_rate: Mapped[int]
    names: Mapped[dict[str, str]]


class TierBenefit(Base):
    """One thing a level gives, in words for members, in three languages."""

    __tablename__ = "tier_benefits"
    __table_args__ = (UniqueConstraint("tier_code", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tier_code: Mapped[str] = mapped_column(ForeignKey("tiers.code"))
    code: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]
    texts: Mapped[dict[str, str]]


@append_only
class TierChange(Base):
    """A member moved from one level to another; `earned_points` are those of the twelve months before `at`."""

    __tablename__ = "tier_changes"
    __table_args__ = (Index("ix_tier_changes_member_id_at", "member_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    from_tier: Mapped[str] = mapped_column(String(20))
    to_tier: Mapped[str] = mapped_column(String(20))
    earned_points: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)
