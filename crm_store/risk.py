"""How likely a member is about to leave: a transparent score with its reasons."""

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


class RiskAssessment(Base):
    """A member's risk at one moment. `reasons`: [{code, weight, facts}], the strongest first."""

    __tablename__ = "risk_assessments"
    __table_args__ = (Index("ix_risk_assessments_member_id_at", "member_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    score: Mapped[float]
    level: Mapped[str] = mapped_column(String(8), index=True)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_ups.id"))
    at: Mapped[datetime]
