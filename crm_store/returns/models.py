"""The table of returns, exchanges and repairs, their states, and the refusals."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_store.clock import now
from crm_store.db import Base
from crm_store.errors import CrmError
from crm_store.orders import Order, OrderLine
from crm_store.sealing import SealableText


class ReturnKind(StrEnum):
    RETURN = "return"
    EXCHANGE = "exchange"
    REPAIR = "repair"
    """The very piece comes back mended: no money, no points, nothing taken off the order."""


class ReturnReason(StrEnum):
    NOT_WANTED = "not_wanted"
    WRONG_SIZE = "wrong_size"
    NOT_AS_DESCRIBED = "not_as_described"
    """Unlike its photo or description: whether that is the shop's fault is for people to judge."""
    QUALITY = "quality"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    MISSING = "missing"


class ReturnStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    REFUNDED = "refunded"
    EXCHANGED = "exchanged"
    REPAIRED = "repaired"
    """Mended and not yet on its way back."""
    SENT_BACK = "sent_back"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class PaidBy(StrEnum):
    MEMBER = "member"
    SHOP = "shop"


RUNNING = frozenset(
    {
        ReturnStatus.REQUESTED,
        ReturnStatus.APPROVED,
        ReturnStatus.IN_TRANSIT,
        ReturnStatus.RECEIVED,
        ReturnStatus.REPAIRED,
    }
)

ALTERABLE = frozenset({ReturnStatus.REQUESTED, ReturnStatus.APPROVED})
"""Nothing is on its way back yet: the member may withdraw the return or take the other kind."""

NOTE_CHARACTERS = 2000
"""What the member tells of a return, all in all."""


class ReturnProblem(StrEnum):
    NOT_DELIVERED = "not_delivered"
    WINDOW_OVER = "window_over"
    ALREADY_REQUESTED = "already_requested"
    TOO_MANY = "too_many"
    NO_NEW_SIZE = "no_new_size"
    NOTHING_TO_REPAIR = "nothing_to_repair"
    """Nothing is wrong with the thing itself, or it has no warranty."""


class ReturnRefused(CrmError):
    """The line cannot come back. `until` is the last moment it could have (for a window or a warranty that is over),
    `number` the request that is already there."""

    code = "return_refused"

    def __init__(
        self, problem: ReturnProblem, order_number: str, *, until: datetime | None = None, number: str | None = None
    ) -> None:
        self.problem, self.order_number, self.until, self.number = problem, order_number, until, number
        super().__init__(
            f"return from order {order_number} refused: {problem}",
            problem=problem.value,
            order_number=order_number,
            until=until,
            number=number,
        )


class ReturnStepRefused(CrmError):
    """A return cannot go from its status to the wanted one."""

    code = "return_step_refused"

    def __init__(self, number: str, status: str, wanted: str) -> None:
        self.number, self.status, self.wanted = number, status, wanted
        super().__init__(f"return {number} cannot go from {status} to {wanted}", number=number, status=status)


class ReturnRequest(Base):
    """A wish to send back or exchange one line of an order, or to have it repaired.

    `step_due_at` is when the next step is due (the shop's decision, the member's parcel, the shop's refund);
    `refund_due_at` is the latest moment the money is back, drawn closer as the steps are done, empty without a refund.
    """

    __tablename__ = "return_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversations.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(SealableText(NOTE_CHARACTERS))
    quantity: Mapped[int] = mapped_column(default=1)
    new_size: Mapped[str | None] = mapped_column(String(32))
    new_colour: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16), default=ReturnStatus.REQUESTED, index=True)
    shipping_paid_by: Mapped[str] = mapped_column(String(8))
    return_parcel_number: Mapped[str | None] = mapped_column(String(32))
    refund_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    requested_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    step_due_at: Mapped[datetime | None]
    refund_due_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]
    rejection: Mapped[str | None] = mapped_column(SealableText(500))
    key: Mapped[str] = mapped_column(String(160), unique=True)

    order: Mapped[Order] = relationship(lazy="selectin")
    line: Mapped[OrderLine] = relationship(lazy="selectin")

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING

    @property
    def is_alterable(self) -> bool:
        """Whether the member may still withdraw it or take the other kind."""
        return self.status in ALTERABLE


@dataclass(frozen=True, kw_only=True)
class Refund:
    """Money on its way back: of a cancelled order (`number` is the order's) or of a return (R-…)."""

    number: str
    order_number: str
    amount_minor: int
    currency: str
    status: str
    due_at: datetime | None
    refunded_at: datetime | None

    def late_by(self, at: datetime | None = None) -> timedelta | None:
        """How long after the due time, when it is not paid and late."""
        if self.refunded_at is not None or self.due_at is None:
            return None
        late = (at or now()) - self.due_at
        return late if late > timedelta(0) else None
