"""Finding orders and reading their history."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.numbering import canonical, small
from crm_store.orders.models import Order, OrderEvent


async def by_number(session: AsyncSession, number: str, *, member_id: int | None = None) -> Order | None:
    """The order with that number; with `member_id` only if it is that member's own."""
    query = select(Order).where(Order.number == number.strip())
    if member_id is not None:
        query = query.where(Order.member_id == member_id)
    return (await session.execute(query)).scalar_one_or_none()


async def by_number_in_any_case(session: AsyncSession, number: str) -> Order | None:
    """The order with exactly that number, else the only one whose number is it in capitals or in small letters: systems
    of one shop write it in both ways."""
    if (order := await by_number(session, number)) is not None:
        return order
    forms = {canonical(number), small(number)}
    found = (await session.scalars(select(Order).where(Order.number.in_(forms)))).all()
    return found[0] if len(found) == 1 else None


async def recent(
    session: AsyncSession, member_id: int, *, limit: int = 5, offset: int = 0, statuses: Iterable[str] | None = None
) -> Sequence[Order]:
    """The member's orders, newest first; `statuses` keeps only those."""
    query = select(Order).where(Order.member_id == member_id).order_by(Order.placed_at.desc(), Order.id.desc())
    if statuses is not None:
        query = query.where(Order.status.in_(list(statuses)))
    return (await session.execute(query.limit(limit).offset(offset))).scalars().all()


async def history(session: AsyncSession, order_id: int) -> Sequence[OrderEvent]:
    """What happened to the order, oldest first."""
    query = select(OrderEvent).where(OrderEvent.order_id == order_id).order_by(OrderEvent.at, OrderEvent.id)
    return (await session.execute(query)).scalars().all()
