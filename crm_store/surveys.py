"""Survey questions asked and answers given: CSAT 1..5, CES 1..7, NPS 0..10, and never too often."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base


class SurveyKind(StrEnum):
    CSAT = "csat"
    CES = "ces"
    NPS = "nps"


class SurveyAsk(Base):
    """A survey question that was put to somebody; it counts against the frequency even if nobody answers."""

    __tablename__ = "survey_asks"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)


class SurveyAnswer(Base):
    """A score that was given, with the words beside it."""

    __tablename__ = "survey_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    score: Mapped[int]
    comment: Mapped[str | None] = mapped_column(Text)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
