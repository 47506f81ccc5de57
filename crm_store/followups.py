"""Follow-ups: members at risk put in front of a person, with reasons, an approach, and an outcome to record."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base


class FollowUpStatus(StrEnum):
    OPEN = "open"
    DONE = "done"


class FollowUpOutcome(StrEnum):
    SAVED = "saved"
    LOST = "lost"
    NO_ANSWER = "no_answer"
    NOT_NEEDED = "not_needed"


class FollowUp(Base):
    """One task for a person. `reasons` are those of the risk assessment; `value_minor` is what the member spent in
    the twelve months before it was opened; `cause` names what led to it, open at most once per member."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index(
            "uq_follow_ups_open_cause",
            "member_id",
            "cause",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    cause: Mapped[str] = mapped_column(String(80))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    score: Mapped[float]
    value_minor: Mapped[int] = mapped_column(default=0)
    suggested_approach: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(8), default=FollowUpStatus.OPEN, index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"), index=True)
    claimed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    outcome_note: Mapped[str | None] = mapped_column(String(2000))
    outcome_at: Mapped[datetime | None]
    outcome_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
