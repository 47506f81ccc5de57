"""A lower price after buying, of a member's own purchases: what was paid, what it costs now, until when it counts."""

from datetime import timedelta

from actions.kit.base import Button, Turn
from actions.kit.mentions import order_meant
from actions.kit.replies import Facts, items_text, line_text, service_button
from crm_store import orders, products
from crm_store.clock import now
from crm_store.language import format_date, format_money
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.policy import policy

RECENT_ORDERS = 20
LINES_TOLD = 3


async def tell(turn: Turn, member: Member) -> bool:
    """Say how the price of what the member bought stands; whether there was anything to say.

    The order that is named, else of the recent ones what has become cheaper.
    """
    window = policy().orders.price_protection
    recent = [order for order in await orders.recent(turn.session, member.id, limit=RECENT_ORDERS) if _counts(order)]
    meant = await order_meant(turn, member, recent)
    named = meant.one if meant.one is not None and _counts(meant.one) else None
    within = [order for order in ([named] if named else recent) if order.paid_at and now() - order.paid_at <= window]
    if named is not None and not within:
        await _tell_over(turn, named)
        return True
    prices = await _prices_now(turn, within)
    lines = [line for order in within for line in order.lines if (line.sku, order.currency) in prices]
    cheaper = [line for line in lines if prices[line.sku, line.order.currency] < line.price_minor]
    shown = cheaper or (lines if named is not None else [])
    for line in shown[:LINES_TOLD]:
        _tell_line(turn, line, prices[line.sku, line.order.currency], until=window)
    if len(shown) == 1:
        # "And if it goes down next week" goes on with it.
        turn.focus(order=shown[0].order.number, product=shown[0].sku)
    if lines and not shown:
        turn.say("reply_reckon_price_own_none")
    return bool(lines)


async def tell_supposed(turn: Turn, member: Member) -> bool:
    """Say until when a lower price counts, of the purchase that is named or was spoken of; whether there was one."""
    recent = [order for order in await orders.recent(turn.session, member.id, limit=RECENT_ORDERS) if _counts(order)]
    focus = turn.spoken_of
    names = turn.entity("order_number") or turn.entity("product")
    named = (await order_meant(turn, member, recent)).one if names else None
    order = named or next((each for each in recent if each.number == focus.get("order")), None)
    if order is None or not _counts(order) or order.paid_at is None:
        return False
    until = order.paid_at + policy().orders.price_protection
    if until < now():
        await _tell_over(turn, order)
        return True
    lines = [line for line in order.lines if line.sku == focus.get("product")] or list(order.lines)
    item = line_text(lines[0], turn.language) if len(lines) == 1 else items_text(order, turn.language)
    turn.say("reply_reckon_price_own_until", item=item, day=_paid_on(turn, order),
             until=format_date(until, turn.language))  # fmt: skip
    return True


async def _tell_over(turn: Turn, order: Order) -> None:
    """That the time is over; of one thing that is still sold also what was paid and what it costs today."""
    facts: Facts = {"item": items_text(order, turn.language), "day": _paid_on(turn, order)}
    line = order.lines[0] if len(order.lines) == 1 else None
    price = (await _prices_now(turn, [order])).get((line.sku, order.currency)) if line is not None else None
    if line is None or price is None:
        turn.say("reply_reckon_price_own_over", **facts)
        return
    paid = format_money(line.price_minor, order.currency)
    turn.say("reply_reckon_price_own_over_now", paid=paid, now=format_money(price, order.currency), **facts)


def _counts(order: Order) -> bool:
    return order.paid_at is not None and order.cancelled_at is None


async def _prices_now(turn: Turn, among: list[Order]) -> dict[tuple[str, str], int]:
    """The prices of today, by SKU and currency, of what is still sold."""
    skus = {line.sku for order in among for line in order.lines}
    found = await products.on_sale(turn.session, skus) if skus else []
    return {(product.sku, product.currency): product.price_minor for product in found}


def _tell_line(turn: Turn, line: OrderLine, price: int, *, until: timedelta) -> None:
    order, language = line.order, turn.language
    assert order.paid_at is not None
    lower = price < line.price_minor
    buttons: list[Button] = [service_button(turn, "human", "request_human")] if lower else []
    turn.say(
        "reply_reckon_price_own_lower" if lower else "reply_reckon_price_own_same",
        buttons=buttons,
        item=line_text(line, language),
        day=_paid_on(turn, order),
        paid=format_money(line.price_minor, order.currency),
        now=format_money(price, order.currency),
        difference=format_money(line.price_minor - price, order.currency),
        until=format_date(order.paid_at + until, language),
    )


def _paid_on(turn: Turn, order: Order) -> str:
    assert order.paid_at is not None
    return format_date(order.paid_at, turn.language)
