"""Which ordered thing a return is about."""

from collections.abc import Sequence

from sqlalchemy import select

from actions.kit.base import Turn
from actions.kit.mentions import lines_described, order_meant, orders_described
from crm_store import returns
from crm_store.members import Member
from crm_store.orders import Order, OrderLine

Lines = Sequence[tuple[Order, OrderLine]]


async def own_line(turn: Turn, line_id: str | None) -> tuple[Order, OrderLine] | None:
    """The member's own order line of that id, with its order."""
    if turn.member is None or not str(line_id or "").isdigit():
        return None
    number = int(str(line_id))
    query = select(Order).join(OrderLine).where(OrderLine.id == number, Order.member_id == turn.member.id)
    order = (await turn.session.execute(query)).scalar_one_or_none()
    return (order, order.line(number)) if order is not None else None


async def in_question(turn: Turn, member: Member) -> Lines:
    """The lines to choose from: of the order that was named, none for a number that is unknown, else all returnable."""
    if turn.entity("order_number") or turn.entity("parcel_number"):
        named = await order_meant(turn, member, [])
        return [(named.one, line) for line in named.one.lines] if named.one is not None else []
    candidates = await returns.returnable(turn.session, member.id)
    described = lines_described(turn, candidates) if turn.intent == "return_or_refund" else []
    return described if len(described) > 1 else candidates


def of_the_day(turn: Turn, lines: Lines) -> Lines:
    """Of several lines those of the order whose day or number was said."""
    if len(lines) < 2:
        return lines
    described = orders_described(turn, list({order.id: order for order, _ in lines}.values()))
    return [pair for pair in lines if pair[0] in described] or lines
