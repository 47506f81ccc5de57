"""The tables of rewards and of the codes members hold, and their states."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.db import Base
from crm_store.policy import policy
from crm_store.sealing import SealableText


class RewardKind(StrEnum):
    GIFT = "gift"
    COUPON = "coupon"


class RedemptionStatus(StrEnum):
    ISSUED = "issued"
    USED = "used"
    CANCELLED = "cancelled"


EXPIRED = "expired"
"""The state of a code that was issued and whose time is over; never stored."""


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

    @property
    def in_stock(self) -> bool:
        return self.stock is None or self.stock > 0

    def lasts_until(self, at: datetime) -> datetime:
        """The last second of a code that is given at that moment: the end of its last day at the shop."""
        last = at.astimezone(clock.business_zone()) + timedelta(days=self.valid_days)
        return last.replace(hour=23, minute=59, second=59, microsecond=0)


class Redemption(Base):
    """A reward in a member's hands: the code to show, and until when. For points: `points` taken by ledger entry
    `entry_id`. As a gift of the shop: no points, `given_by_id` the agent and `given_for` a GiftOccasion."""

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
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("points_entries.id"))
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    given_for: Mapped[str | None] = mapped_column(String(20))
    used_at: Mapped[datetime | None]
    used_on: Mapped[str | None] = mapped_column(String(80))
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(SealableText(200), default="")

    def state(self, *, at: datetime | None = None) -> str:
        """A RedemptionStatus, or EXPIRED for a code that was not used in time."""
        over = self.status == RedemptionStatus.ISSUED and self.valid_until < (at or clock.now())
        return EXPIRED if over else self.status

    @property
    def undoable_until(self) -> datetime:
        """Until when the member may give an unused code back for the points."""
        return self.at + policy().points.undo_within

    @property
    def undoable_now(self) -> bool:
        """Whether that time still runs; the code may be used all the same. For a gift there is nothing to give back."""
        return not self.is_gift and clock.now() <= self.undoable_until

    @property
    def is_gift(self) -> bool:
        """Given by the shop, not paid for with points."""
        return self.entry_id is None
