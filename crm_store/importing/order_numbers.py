"""Order numbers of a batch in the form in which the orders are kept."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.numbering import canonical, small
from crm_store.orders import Order


async def settle(session: AsyncSession, batch: Sequence[dict[str, Any]]) -> None:
    """Put into each row the number of the order that it means: the one that is kept with just these signs, else the
    only one whose number differs by capitals or width alone, else the number's one form, in which a new order is kept.
    A second time nothing changes."""
    told = {values["order_number"] for values in batch}
    forms = {number: {number, canonical(number), small(number)} for number in told}
    wanted = set().union(*forms.values())
    kept = set(await session.scalars(select(Order.number).where(Order.number.in_(wanted)))) if wanted else set()
    meant = {number: _meant(number, kept & forms[number]) for number in told}
    for values in batch:
        values["order_number"] = meant[values["order_number"]]


def _meant(number: str, kept: set[str]) -> str:
    if number in kept:
        return number
    return kept.pop() if len(kept) == 1 else canonical(number)
