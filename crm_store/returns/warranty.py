"""The warranty: until when a fault is repaired free of charge."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import business_zone
from crm_store.orders import Order, OrderLine
from crm_store.policy import policy
from crm_store.policy.units import Term, read_term
from crm_store.products import Product

ATTRIBUTE = "warranty"
"""Of a product: a term of its own, written as in the policy file."""


async def warranty_of(session: AsyncSession, line: OrderLine) -> Term:
    """How long the line's product is under warranty; an empty term when it has none.

    A product that is not in the catalogue any more has the usual one.
    """
    product = await session.scalar(select(Product).where(Product.sku == line.sku))
    return policy().warranty.usual if product is None else term_of(product)


def term_of(product: Product) -> Term:
    """How long a product is under warranty from its delivery; an empty term when it has none."""
    terms = policy().warranty
    own = (product.attributes or {}).get(ATTRIBUTE)
    return read_term(own) if own is not None else terms.by_category.get(product.category, terms.usual)


def warranty_ends_at(order: Order, term: Term) -> datetime | None:
    """The last moment of the warranty, the end of the shop's day; None without one, or while nothing is delivered."""
    if order.delivered_at is None or not term:
        return None
    first = order.delivered_at.astimezone(business_zone()).date()
    return datetime.combine(last_day(first, term), time(23, 59, 59), business_zone())


def last_day(first: date, term: Term) -> date:
    """The day on which a warranty ends that began on `first`."""
    year, month = divmod(first.month - 1 + term.months, 12)
    year, month = first.year + year, month + 1
    # A month later than 31 January is the last day of February.
    return date(year, month, min(first.day, monthrange(year, month)[1])) + timedelta(days=term.days)
