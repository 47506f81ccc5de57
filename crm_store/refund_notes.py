"""Refunds that an agent promises: noted for those who pay them, as a promise with an amount and a due time."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members, orders, promises, returns
from crm_store.clock import now
from crm_store.errors import CrmError
from crm_store.labels import label
from crm_store.language import Language, format_date, format_money
from crm_store.orders import Order, OrderActor
from crm_store.promises import MadeBy, Promise, PromiseKind


class RefundTooHigh(CrmError):
    """More than what is left of the order's total; `most_minor` is that, in minor units of `currency`."""

    code = "refund_too_high"

    def __init__(self, most_minor: int, currency: str) -> None:
        self.most_minor, self.currency = most_minor, currency
        super().__init__(f"at most {most_minor} {currency}", most_minor=most_minor, currency=currency)


class RefundNotPositive(CrmError):
    """A refund is above zero."""

    code = "refund_not_positive"


async def left_minor(session: AsyncSession, order: Order) -> int:
    """What may still be refunded, in minor units; never below zero."""
    return max(0, await returns.left_minor(session, order))


async def note(
    session: AsyncSession,
    order: Order,
    *,
    amount_minor: int,
    due_at: datetime,
    agent_id: int,
    key: str,
    at: datetime | None = None,
) -> Promise:
    """Promise the member `amount_minor` of the order back by `due_at`, in the member's language, and note it in the
    order's history; the same key again gives the first promise.

    Raises RefundTooHigh, RefundNotPositive, KeyReused; ValueError when it is due before now.
    """
    if amount_minor <= 0:
        raise RefundNotPositive(amount_minor=amount_minor)
    at = at or now()
    async with session.begin_nested():
        fresh = await orders.note(
            session,
            order,
            orders.REFUND_NOTED,
            key=key,
            detail={"amount_minor": amount_minor},
            made_by=OrderActor.AGENT,
            at=at,
        )
        # The order is locked now and the new row counted: two agents at once cannot both promise the rest.
        rest = await returns.left_minor(session, order)
        if fresh and rest < 0:
            raise RefundTooHigh(max(0, rest + amount_minor), order.currency)
    member = await members.get(session, order.member_id)
    language = Language.of(member.language)
    return await promises.make(
        session,
        member_id=member.id,
        kind=PromiseKind.REFUND,
        text=label(
            "promise_text", PromiseKind.REFUND, language,
            due=format_date(due_at, language), amount=format_money(amount_minor, order.currency),
        ),
        due_at=due_at,
        key=f"{key}:promise",
        made_by=MadeBy.AGENT,
        agent_id=agent_id,
        reference=order.number,
        at=at,
    )  # fmt: skip
