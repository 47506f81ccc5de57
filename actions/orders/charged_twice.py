"""Money taken twice for what was bought once (重复扣款, "charged twice"): what the orders tell of it, and a person, who
can compare the charges."""

from collections.abc import Sequence
from datetime import timedelta

from actions.kit.base import Turn
from actions.kit.mentions import RECENT_ORDERS, order_meant
from actions.kit.order_marks import CHARGED_TWICE
from actions.kit.quick_replies import wish
from actions.kit.replies import items_text
from crm_store import orders
from crm_store.labels import label
from crm_store.language import format_date, format_money
from crm_store.members import Member
from crm_store.orders import Order

NEAR = timedelta(days=3)
"""So near in time two orders of one amount may be the same wish sent twice."""


def is_meant(turn: Turn) -> bool:
    return turn.entity("choice") == CHARGED_TWICE


def tell_stranger(turn: Turn) -> None:
    """Said to somebody unknown, before they are asked who they are: a person may help without that."""
    turn.say("reply_charged_twice_unknown", buttons=[wish(turn, "request_human"), wish(turn, "request_callback")])


async def tell(turn: Turn, member: Member) -> None:
    """Tell of the order meant, else of the latest that was paid, and of those like it."""
    paid = [each for each in await orders.recent(turn.session, member.id, limit=RECENT_ORDERS) if each.paid_at]
    meant = await order_meant(turn, member, paid)
    if meant.unknown_number:
        turn.say("reply_number_unknown", number=meant.unknown_number)
    alike = _alike(paid)
    order = meant.one or next(iter(alike or paid), None)
    buttons = [wish(turn, "request_human"), wish(turn, "request_callback")]
    turn.done("answered", turn.text)
    if order is None:
        turn.say("reply_charged_twice_none", buttons=buttons)
        return
    turn.focus(order=order.number)
    twins = [each for each in paid if each is order or _is_twin(each, order)]
    if len(twins) > 1:
        turn.say(
            "reply_charged_twice_alike", rows="\n".join(f"· {_row(each, turn)}" for each in twins), buttons=buttons
        )
    else:
        turn.say("reply_charged_twice_one", row=_row(order, turn), buttons=buttons)


def _alike(paid: Sequence[Order]) -> list[Order]:
    """The latest orders of which another one like it was paid; empty where there are none."""
    return [each for each in paid if any(_is_twin(other, each) for other in paid)]


def _is_twin(other: Order, order: Order) -> bool:
    near = abs(other.placed_at - order.placed_at) <= NEAR
    return other is not order and near and other.total_minor == order.total_minor


def _row(order: Order, turn: Turn) -> str:
    return label(
        "charged_row",
        "one",
        turn.language,
        day=format_date(order.placed_at, turn.language),
        number=order.number,
        items=items_text(order, turn.language),
        amount=format_money(order.total_minor, order.currency),
        status=label("order_status", order.status, turn.language),
    )
