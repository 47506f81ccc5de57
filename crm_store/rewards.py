"""Rewards: what points can be exchanged for, and the codes members get for them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.db import Base


class RewardKind(StrEnum):
    GIFT = "gift"
    COUPON = "coupon"


class RedemptionStatus(StrEnum):
    ISSUED = "issued"
    USED = "used"
    CANCELLED = "cancelled"


class Reward(Base):
    """Something to redeem. `cost` in points; `stock` is empty when there is no limit; `value_minor` and
    `min_spend_minor` in minor units of `currency`; the code is valid for `valid_days` days.
    """

    __tablename__ = "rewards"
    __table_args__ = (
        CheckConstraint("cost > 0", name="cost"),
        CheckConstraint("stock IS NULL OR stock >= 0", name="stock"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict[str, str]]
    descriptions: Mapped[dict[str, str]] = mapped_column(default=dict)
    keywords: Mapped[list[str]] = mapped_column(default=list)
    kind: Mapped[str] = mapped_column(String(10))
    cost: Mapped[int]
    stock: Mapped[int | None]
    value_minor: Mapped[int] = mapped_column(default=0)
    min_spend_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    valid_days: Mapped[int] = mapped_column(default=90)
    active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)


class Redemption(Base):
    """Points exchanged for a reward: `points` taken by ledger entry `entry_id`, the code to show, and until when."""

    __tablename__ = "redemptions"
    __table_args__ = (Index("ix_redemptions_member_id_at", "member_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    reward_code: Mapped[str] = mapped_column(ForeignKey("rewards.code"))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    points: Mapped[int]
    coupon_code: Mapped[str] = mapped_column(String(20), unique=True)
    status: Mapped[str] = mapped_column(String(20), default=RedemptionStatus.ISSUED)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    valid_until: Mapped[datetime]
    entry_id: Mapped[int] = mapped_column(ForeignKey("points_entries.id"))
    used_at: Mapped[datetime | None]
    used_on: Mapped[str | None] = mapped_column(String(80))
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(200), default="")
