"""Tables of what members are worth, and the words for it. Money in minor units of the shop's currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base


class LifeStage(StrEnum):
    """How far a member has come with the shop, after Griffin, Customer Loyalty (1995), chapter 2."""

    SUSPECT = "suspect"
    PROSPECT = "prospect"
    FIRST_BUYER = "first_buyer"
    REPEAT_BUYER = "repeat_buyer"
    ADVOCATE = "advocate"


class Attitude(StrEnum):
    """What a member thinks of the shop beside what they do there, after Jones and Sasser, Why Satisfied Customers
    Defect (Harvard Business Review, 1995): apostles, defectors, mercenaries and hostages."""

    ADVOCATE = "advocate"
    DOUBTER = "doubter"
    PRICE_DRIVEN = "price_driven"
    LOCKED_IN = "locked_in"


class Method(StrEnum):
    """How what may be expected was found."""

    BG_NBD = "bg_nbd"
    PAST_RATE = "past_rate"


class ValueRun(Base):
    """One valuation of all members, as they stood at `at`. Members are compared by the newest run that has finished.

    `yardstick`: limits of the marks and parameters of the expectation, see `yardstick.Yardstick`. `curve`: the 80/20
    curve, [share of the buyers of a year, share of the spend], the biggest first. `key`: the day it is for.
    """

    __tablename__ = "value_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    at: Mapped[datetime]
    began_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    members: Mapped[int] = mapped_column(default=0)
    buyers: Mapped[int] = mapped_column(default=0)
    spend_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    yardstick: Mapped[dict[str, Any]] = mapped_column(default=dict)
    curve: Mapped[list[Any]] = mapped_column(default=list)


class MemberValue(Base):
    """What one run found for one member. `spend_minor` and `orders` are of twelve months, `purchases` of all time;
    `lifetime_minor`: the spend expected within the policy's horizon, `expected_orders` the purchases."""

    __tablename__ = "member_values"
    __table_args__ = (
        PrimaryKeyConstraint("run_id", "member_id"),
        Index("ix_member_values_run_id_lifetime_minor", "run_id", "lifetime_minor"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("value_runs.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    spend_minor: Mapped[int] = mapped_column(BigInteger)
    orders: Mapped[int]
    purchases: Mapped[int]
    recency: Mapped[int]
    frequency: Mapped[int]
    monetary: Mapped[int]
    expected_orders: Mapped[float]
    lifetime_minor: Mapped[int] = mapped_column(BigInteger)
    is_vital: Mapped[bool]
    stage: Mapped[str] = mapped_column(String(16))
    attitude: Mapped[str | None] = mapped_column(String(16))


@dataclass(frozen=True, kw_only=True)
class Value:
    """A member's buying. `spend_minor` and `orders` are of the last twelve months, less what was refunded; recency,
    frequency and monetary are 1 (lowest) to 5.

    `lifetime_minor`: the spend expected within the policy's horizon, `expected_orders` the purchases; `is_vital`: one
    of the few who bring most of the shop's spend; `attitude`: None while too little is known; `elsewhere`: what was
    spent in twelve months in other currencies, in their minor units.
    """

    spend_minor: int
    orders: int
    last_order_at: datetime | None
    recency: int
    frequency: int
    monetary: int
    purchases: int
    expected_orders: float
    lifetime_minor: int
    is_vital: bool
    stage: LifeStage
    attitude: Attitude | None
    elsewhere: Mapping[str, int] = field(default_factory=dict)

    @property
    def rfm(self) -> str:
        """The three marks side by side, for example 545."""
        return f"{self.recency}{self.frequency}{self.monetary}"


@dataclass(frozen=True)
class Buying:
    """When a member bought last, and how often after the first time, over all years."""

    last_order_at: datetime
    repeat_purchases: int
