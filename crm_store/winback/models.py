"""Cases of winning members back: tables, states, acts, and the refusals."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base
from crm_store.errors import CrmError
from crm_store.sealing import SealableText


class WinBackState(StrEnum):
    OPEN = "open"
    WON_BACK = "won_back"
    """They have bought again; no click says so."""
    NOT_INTERESTED = "not_interested"
    NOT_REACHED = "not_reached"
    LAPSED = "lapsed"
    """The time for a proof has passed without a purchase and without anybody's word."""
    HELD = "held"
    """Left alone, to learn what asking does; nobody's task."""


OUTCOMES = (WinBackState.NOT_INTERESTED, WinBackState.NOT_REACHED)
"""What a person may say came of it."""


class ActKind(StrEnum):
    MESSAGE = "message"
    POINTS = "points"
    REWARD = "reward"
    CALL = "call"
    NO_CALL_ANSWER = "no_call_answer"


class WinBackCase(Base):
    """One lost member to be asked back, once for each departure (`departure`: its key). `cause`: the main one of the
    exit interview; `value_minor`: the lifetime value when it was opened; `arm`: in the comparison with those left
    alone, empty for who told us why they left; `proof`: empty until the time for it has passed."""

    __tablename__ = "win_back_cases"
    __table_args__ = (UniqueConstraint("member_id", "departure"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    departure: Mapped[str] = mapped_column(String(40))
    way: Mapped[str] = mapped_column(String(8))
    departed_at: Mapped[datetime]
    cause: Mapped[str | None] = mapped_column(String(16))
    value_minor: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default=WinBackState.OPEN, index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"), index=True)
    acted_at: Mapped[datetime | None]
    """The first act: from then on nothing is due."""
    outcome_note: Mapped[str | None] = mapped_column(SealableText(2000))
    outcome_at: Mapped[datetime | None]
    outcome_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    arm: Mapped[str | None] = mapped_column(String(8))
    proof: Mapped[str | None] = mapped_column(String(8), index=True)
    proved_by: Mapped[str | None] = mapped_column(String(8))
    proved_at: Mapped[datetime | None]

    @property
    def approach(self) -> str:
        """What to begin with: a code of the labels `win_back_approach`."""
        return self.cause or self.way


class WinBackAct(Base):
    """One thing that was done about a case. `details`: of points the amount, of a reward its code."""

    __tablename__ = "win_back_acts"
    __table_args__ = (Index("ix_win_back_acts_case_id_at", "case_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("win_back_cases.id"))
    kind: Mapped[str] = mapped_column(String(16))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(SealableText(2000), default="")
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    key: Mapped[str] = mapped_column(String(160), unique=True)
    at: Mapped[datetime]


class WinBackOver(CrmError):
    """The case is not open any more; `status`: its state."""

    code = "win_back_over"

    def __init__(self, case_id: int, status: str) -> None:
        self.case_id, self.status = case_id, status
        super().__init__(f"win-back case {case_id} is {status}", case_id=case_id, status=status)


class OutcomeIsProved(CrmError):
    """Whether a member is won back, or has lapsed, their purchases say; nobody writes it down."""

    code = "outcome_is_proved"

    def __init__(self, outcome: str) -> None:
        self.outcome = outcome
        super().__init__(outcome=outcome)


class ContactRefused(CrmError):
    """The member does not want to be asked back, or never agreed to be written to."""

    code = "contact_refused"

    def __init__(self, member_id: int) -> None:
        self.member_id = member_id
        super().__init__(member_id=member_id)
