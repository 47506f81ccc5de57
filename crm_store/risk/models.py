"""The tables of risk assessments and of the shop's rhythm, the levels and the reasons."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base


class RiskLevel(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    LOST = "lost"
    """Silent for so long that it is a case for winning back, and nothing else is the matter."""


class ReasonCode(StrEnum):
    SENTIMENT_LOW = "sentiment_low"
    SENTIMENT_FALLING = "sentiment_falling"
    ANGER = "anger"
    COMPLAINT_OPEN = "complaint_open"
    COMPLAINT_BREACHED = "complaint_breached"
    PROMISE_BROKEN = "promise_broken"
    SCORE_LOW = "score_low"
    LEAVING = "leaving"
    PARCEL_LATE = "parcel_late"
    BUYING_LESS = "buying_less"


class RiskAssessment(Base):
    """A member's risk at one moment. `stopped`: the chance that they have stopped buying, by their own rhythm, empty
    for who never bought. `reasons`: [{code, weight, facts}], the strongest first."""

    __tablename__ = "risk_assessments"
    __table_args__ = (Index("ix_risk_assessments_member_id_at", "member_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    score: Mapped[float]
    level: Mapped[str] = mapped_column(String(8), index=True)
    stopped: Mapped[float | None]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_ups.id"))
    at: Mapped[datetime]


class ShopRhythm(Base):
    """How the shop's members buy, as it was learned at `at`; the newest is in force. `pause_days`: the typical pause
    between two purchases; `order_minor`: the typical order in minor units; `constant` and `weights`: of the model
    (`rhythm.NAMES`); `members`: how many were looked at; `judged`: how right the chances were (`judging`), empty
    where the past is too short to tell."""

    __tablename__ = "shop_rhythms"

    id: Mapped[int] = mapped_column(primary_key=True)
    pause_days: Mapped[float]
    order_minor: Mapped[float]
    constant: Mapped[float]
    weights: Mapped[list[float]]
    members: Mapped[int]
    judged: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
