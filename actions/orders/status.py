"""Orders: how far they are."""

from collections.abc import Sequence
from typing import ClassVar

from actions.kit.base import Button, Event, MemberAction, Turn
from actions.kit.mentions import order_meant
from actions.kit.replies import (
    LIST_LIMIT,
    Facts,
    help_buttons,
    is_past,
    items_text,
    order_buttons,
    order_entry,
    parcel_facts,
    service_button,
)
from crm_store import orders, parcels, returns
from crm_store.labels import label
from crm_store.language import format_date, format_money
from crm_store.members import Member
from crm_store.orders import Order, OrderStatus
from crm_store.parcels import Parcel

OPEN = (OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.PACKED, OrderStatus.SHIPPED, OrderStatus.RETURNING)
OPEN_LIMIT = 20

_BUTTONS = {
    OrderStatus.PLACED: ("cancel_order", "change_order"),
    OrderStatus.PAID: ("change_order", "cancel_order"),
    OrderStatus.PACKED: ("cancel_order",),
    OrderStatus.SHIPPED: ("track",),
    OrderStatus.DELIVERED: ("return", "invoice"),
    OrderStatus.COMPLETED: ("return", "invoice"),
    OrderStatus.RETURNING: ("refund",),
}
_INTENT_OF_BUTTON = {
    "cancel_order": "cancel_order",
    "change_order": "change_order",
    "track": "ask_parcel",
    "return": "return_or_refund",
    "invoice": "ask_invoice",
    "refund": "ask_refund_status",
}


class ActionOrderStatus(MemberAction):
    """How far an order is: the named one, the only open one, or the latest; with several open ones a list."""

    action_name: ClassVar[str] = "action_order_status"
    writes: ClassVar[bool] = False

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        candidates = await open_orders(turn, member) or await orders.recent(turn.session, member.id, limit=1)
        meant = await order_meant(turn, member, candidates)
        if meant.unknown_number:
            turn.say("reply_number_unknown", number=meant.unknown_number)
            turn.done("not_found", number=meant.unknown_number)
        elif meant.one is not None:
            await tell_order(turn, meant.one)
        elif meant.several:
            several = meant.several[:LIST_LIMIT]
            turn.say(
                "reply_orders",
                orders="\n".join(order_entry(order, turn.language) for order in several),
                buttons=order_buttons(turn, several, "ask_order_status"),
            )
            turn.done("answered", f"{len(meant.several)} open orders")
        else:
            turn.say("reply_no_orders")
            turn.done("no_orders")
        return []


async def open_orders(turn: Turn, member: Member) -> Sequence[Order]:
    """The member's orders that are not at their end, newest first."""
    return await orders.recent(turn.session, member.id, limit=OPEN_LIMIT, statuses=OPEN)


async def tell_order(turn: Turn, order: Order) -> None:
    """Say how far one order is, with what can be done about it."""
    turn.done("answered", f"{order.number}: {order.status}", order=order.number)
    facts: Facts = {
        "number": order.number,
        "items": items_text(order, turn.language),
        "total": format_money(order.total_minor, order.currency),
        "placed": format_date(order.placed_at, turn.language),
    }
    if order.status == OrderStatus.SHIPPED:
        await _tell_shipped(turn, order, facts)
    elif order.status == OrderStatus.CANCELLED:
        _tell_cancelled(turn, order, facts)
    elif order.status == OrderStatus.RETURNING:
        await _tell_returning(turn, order, facts)
    else:
        moment = order.delivered_at or order.completed_at or order.placed_at
        name = "delivered" if order.status == OrderStatus.COMPLETED else order.status
        turn.say(
            f"reply_order_{name}", day=format_date(moment, turn.language), buttons=_status_buttons(turn, order), **facts
        )


async def _tell_shipped(turn: Turn, order: Order, facts: Facts) -> None:
    sent = await parcels.for_order(turn.session, order.id)
    late = [parcel for parcel in sent if parcels.lateness(parcel)]
    parcel: Parcel | None = next(iter(late or sent), None)
    if parcel is None:
        turn.say("reply_order_shipped", buttons=_status_buttons(turn, order), **facts)
        return
    about = parcel_facts(parcel, turn.language)
    about = {"parcel": about["number"], "last": about["last"], "promised": about["promised"], "late": about["late"]}
    if late:
        turn.done("answered", f"{order.number}: late", order=order.number, parcel=parcel.number, late=True)
        turn.say("reply_order_shipped_late", buttons=help_buttons(turn, parcel), **facts, **about)
        return
    response = "reply_order_shipped_promised" if parcel.promised_at else "reply_order_shipped_parcel"
    turn.say(response, buttons=_status_buttons(turn, order), **facts, **about)


def _tell_cancelled(turn: Turn, order: Order, facts: Facts) -> None:
    refund: Facts = {"refund": format_money(order.refund_minor, order.currency)}
    if order.refunded_at is not None:
        day = format_date(order.refunded_at, turn.language)
        turn.say("reply_order_cancelled_refunded", day=day, **refund, **facts)
    elif order.refund_due_at is not None and is_past(order.refund_due_at):
        due = format_date(order.refund_due_at, turn.language)
        turn.say("reply_order_cancelled_refund_late", due=due, buttons=help_buttons(turn), **refund, **facts)
    elif order.refund_due_at is not None:
        turn.say(
            "reply_order_cancelled_refund_due", due=format_date(order.refund_due_at, turn.language), **refund, **facts
        )
    else:
        turn.say("reply_order_cancelled", **facts)


async def _tell_returning(turn: Turn, order: Order, facts: Facts) -> None:
    requests = await returns.for_member(turn.session, order.member_id, limit=OPEN_LIMIT)
    running = next((each for each in requests if each.order_id == order.id and each.is_running), None)
    state = label("return_status", running.status, turn.language) if running else ""
    response = "reply_order_returning" if running else "reply_order_returning_only"
    number = running.number if running else ""
    turn.say(response, buttons=_status_buttons(turn, order), request=number, state=state, **facts)


def _status_buttons(turn: Turn, order: Order) -> list[Button]:
    names = _BUTTONS.get(OrderStatus(order.status), ())
    return [service_button(turn, name, _INTENT_OF_BUTTON[name], order_number=order.number) for name in names]
