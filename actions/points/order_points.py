"""The points of one order: what they are, and whether they have come, will come, or should be there by now."""

from typing import Any

from actions.kit.asked import purchase_asked
from actions.kit.base import Turn, button
from actions.kit.goods import things_said
from actions.kit.mentions import order_meant
from actions.kit.phrases import listed, movement, reward_names
from actions.kit.replies import items_text
from actions.kit.words import lexicon
from crm_store import accrual, clock, earning_rules, orders, points, tiers
from crm_store.labels import label
from crm_store.language import format_date, format_number
from crm_store.members import Member
from crm_store.orders import Order, OrderStatus
from crm_store.policy import policy

UNDER_WAY = frozenset({OrderStatus.PAID, OrderStatus.PACKED, OrderStatus.SHIPPED})
OVER = frozenset({OrderStatus.CANCELLED, OrderStatus.RETURNED, OrderStatus.RETURNING})
LOOKED_AT = 10
TOLD = "order_points"
"""In the focus: the order whose points were told last."""

State = tuple[str, dict[str, Any]]
"""`credited`, `over`, `foreign`, `under_way`, `pending` or `overdue`, with the values that tell it; `foreign`: the shop
gives none for its currency; `overdue`: they should be on the statement and are not."""


async def state_of(turn: Turn, member: Member, order: Order) -> State | None:
    """How an order's points stand; None for one that is not paid yet."""
    entries = await points.entries_for(turn.session, member.id, order.number)
    if entries:
        names = await reward_names(turn.session, entries, turn.language)
        told = listed([movement(entry, turn.language, names) for entry in entries], turn.language, last="clauses")
        return "credited", {"told": told}
    if order.status in OVER:
        return "over", {"order": order.number, "status": label("order_status", order.status, turn.language)}
    if not earning_rules.currency_earns(order.currency):
        return "foreign", {"order": order.number, "currency": order.currency}
    tier = await tiers.get(turn.session, member.tier_code)
    counted = earning_rules.counted_minor(order, await accrual.categories_of(turn.session, [order]))
    values: dict[str, Any] = {
        "order": order.number,
        "items": items_text(order, turn.language),
        "points": format_number(earning_rules.points_for(counted, tier, order.currency)),
    }
    if order.status in UNDER_WAY:
        return "under_way", values
    if order.delivered_at is None:
        return None
    due = order.delivered_at + policy().points.arrive_after
    values |= {
        "delivered": format_date(order.delivered_at, turn.language),
        "day": format_date(due, turn.language),
    }
    return ("pending" if due > clock.now() else "overdue"), values


async def tell(turn: Turn, member: Member) -> bool:
    """Answers what is asked of an order's points: of the one named or spoken of, else of the newest whose points are
    yet to come. False where no order is meant."""
    asked = any(lexicon.mentions(group, turn.text) for group in ("points_given", "would_get", "arrives_after"))
    asked = asked or purchase_asked.asks_gain(turn.text) or purchase_asked.asks_credited(turn.text, of_points=True)
    if turn.pressed or not (things_said(turn) or asked) or _asks_total(turn):
        return False
    meant = await order_meant(turn, member)
    order = meant.one or (await _spoken_of(turn, member) if meant.not_bought is None else None)
    order = order or await _waiting(turn, member, None if meant.not_bought else meant.several)
    state = await state_of(turn, member, order) if order is not None else None
    if order is None or state is None:
        return False
    kind, values = state
    checked = [button(label("form_button", "check_points", turn.language), "dispute_points", order_number=order.number)]
    again = kind == "under_way" and turn.spoken_of.get(TOLD) == order.number and turn.follows
    turn.say(f"reply_order_points_{kind}{'_again' if again else ''}",
             buttons=checked if kind == "overdue" else None, **values)  # fmt: skip
    turn.focus(order=order.number, **{TOLD: order.number})
    turn.done("answered", f"points of {order.number}: {kind}", order=order.number)
    return True


def _asks_total(turn: Turn) -> bool:
    """Whether all points of one's own are asked for, right after an order was spoken of."""
    points_at_one = things_said(turn) or lexicon.mentions("order_pointing", turn.text)
    return lexicon.mentions("own_total", turn.text) and not points_at_one


async def _spoken_of(turn: Turn, member: Member) -> Order | None:
    """The order spoken of before, where the words point at one and name none: 那笔给我几点."""
    number = turn.spoken_of.get("order")
    if not number or things_said(turn) or not lexicon.mentions("order_pointing", turn.text):
        return None
    return await orders.by_number(turn.session, str(number), member_id=member.id)


async def _waiting(turn: Turn, member: Member, several: Any) -> Order | None:
    """The newest of the orders in question whose points have not come; the newest of those named otherwise."""
    if several is None:
        return None
    recent = several or await orders.recent(turn.session, member.id, limit=LOOKED_AT)
    for order in recent:
        state = await state_of(turn, member, order)
        if state is not None and state[0] in ("under_way", "pending", "overdue"):
            return order
    return recent[0] if several and things_said(turn) else None
