"""The table of figures, and what there is of them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base

EVERYBODY = "all"
"""The one segment of `Dimension.ALL`."""


class Span(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"


class Dimension(StrEnum):
    """What members are told apart by."""

    ALL = "all"
    LEVEL = "level"
    STAGE = "stage"
    ATTITUDE = "attitude"
    LANGUAGE = "language"
    CHANNEL = "channel"


class Measure(StrEnum):
    """The figures; how each is made says `formulas`."""

    INDEX = "index"
    RETENTION = "retention"
    CHURN = "churn"
    LIFETIME = "lifetime"
    SATISFACTION = "satisfaction"
    RECOMMENDATION = "recommendation"
    EFFORT = "effort"
    COMPLAINTS = "complaints"
    PROMISES = "promises"
    EMOTIONAL = "emotional"
    BEHAVIOURAL = "behavioural"
    ATTITUDINAL = "attitudinal"
    RELATIONSHIP = "relationship"


class MeasureSnapshot(Base):
    """One figure of one period and segment, as it was when the period had ended. `value`: None where there was nothing
    to make it of; `n`: how many members, answers, orders, contacts or promises it is made of."""

    __tablename__ = "measure_snapshots"
    __table_args__ = (
        UniqueConstraint("span", "starts_on", "dimension", "segment", "measure", name="uq_measure_snapshots_what"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    span: Mapped[str] = mapped_column(String(8))
    starts_on: Mapped[date]
    dimension: Mapped[str] = mapped_column(String(12))
    segment: Mapped[str] = mapped_column(String(40))
    measure: Mapped[str] = mapped_column(String(16))
    value: Mapped[float | None]
    n: Mapped[int]
    taken_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure before it is kept."""

    dimension: Dimension
    segment: str
    measure: Measure
    value: float | None
    n: int
