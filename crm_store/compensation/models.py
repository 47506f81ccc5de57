"""The table of compensations, their kinds and states."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base
from crm_store.sealing import SealableText


class CompensationKind(StrEnum):
    POINTS = "points"
    COUPON = "coupon"
    REFUND = "refund"


class CompensationStatus(StrEnum):
    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"


class Compensation(Base):
    """What is given for one complaint. `amount`: whole points, or minor units of `currency` (a coupon's value, a refund
    that finance pays); `reward_code`: of a coupon; `coupon_code`: once it was given."""

    __tablename__ = "compensations"
    __table_args__ = (CheckConstraint("amount > 0", name="amount"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    reward_code: Mapped[str | None] = mapped_column(String(40))
    coupon_code: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(SealableText(500))
    status: Mapped[str] = mapped_column(String(10), default=CompensationStatus.WAITING, index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    decided_at: Mapped[datetime | None]
    refusal: Mapped[str | None] = mapped_column(SealableText(500))
    key: Mapped[str] = mapped_column(String(160), unique=True)
