"""What the forms about orders share: the order they are about, and what to say when it is too late."""

from collections.abc import Sequence
from typing import Any

from actions.kit.asked import sizes_said
from actions.kit.base import Turn
from actions.kit.goods import things_said
from actions.kit.mentions import order_meant
from actions.kit.replies import items_text, order_buttons, order_entry, service_button, tell_not_bought
from actions.kit.words import lexicon
from crm_store import orders
from crm_store.labels import label
from crm_store.members import Member
from crm_store.orders import CANCELLABLE, Order, OrderStatus


def unknown_number(turn: Turn, slot: str, number: str, *, asked_again: bool) -> dict[str, Any]:
    """An unknown number ends a form that has just begun (the submission says so); later it is asked again."""
    if not asked_again:
        return {slot: number}
    turn.say("reply_number_unknown", number=number)
    return {slot: None}


def ask_which(turn: Turn, response: str, several: Sequence[Order]) -> None:
    entries = "\n".join(order_entry(order, turn.language) for order in several[:4])
    buttons = order_buttons(turn, several, "inform")
    turn.say(response, orders=entries, buttons=buttons)
    turn.focus(listed=buttons)


async def own_order(turn: Turn, number: str | None) -> Order | None:
    if number is None or turn.member is None:
        return None
    return await orders.by_number(turn.session, number, member_id=turn.member.id)


async def is_not_bought(turn: Turn, member: Member) -> bool:
    """Whether the message names goods that no order of the member holds."""
    return bool(things_said(turn)) and (await order_meant(turn, member, [])).not_bought is not None


ASK_COLLEAGUE = "colleague_"
"""A choice that begins so asks a colleague for the change that the rest names."""
EXCHANGED = ("size", "colour")
"""What is put right by an exchange once the goods have come."""
PASSED_ON = (OrderStatus.PACKED, OrderStatus.SHIPPED)
CHANGE_TOO_LATE = "reply_change_too_late"
_OF_CHANGES = frozenset({CHANGE_TOO_LATE, "reply_no_order_to_change"})


async def told_unknown(turn: Turn, member: Member, number: str | None, intent: str) -> bool:
    """Whether a number or goods were named that are not the member's; that is said then. `intent`: what a choice of
    those that come near begins."""
    if number is not None:
        turn.say("reply_number_unknown", number=number)
        turn.done("not_found", number=number)
        return True
    meant = await order_meant(turn, member, [])
    if meant.not_bought is not None:
        tell_not_bought(turn, meant.not_bought, meant.several, intent)
    return meant.not_bought is not None


async def tell_nothing_fits(turn: Turn, member: Member, number: str | None, response: str, intent: str) -> None:
    """No order was chosen: number or goods are unknown, or no order is in that state; then the latest is explained."""
    if await told_unknown(turn, member, number, intent):
        return
    latest = next(iter(await orders.recent(turn.session, member.id, limit=1)), None)
    if latest is None:
        turn.say("reply_no_orders")
        turn.done("no_orders")
        return
    tell_too_late(turn, response, latest, latest.status)


def _is_of_size(text: str) -> bool:
    return bool(sizes_said.wished(text)) or lexicon.meant("return_reason", text) == "wrong_size"


def tell_too_late(turn: Turn, response: str, order: Order, status: str) -> None:
    """Say why it is too late and what is still possible."""
    is_out = status == OrderStatus.SHIPPED
    can_return = status in (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
    buttons = [service_button(turn, "track", "ask_parcel", order_number=order.number)] if is_out else []
    if can_return:
        buttons = [service_button(turn, "return", "return_or_refund", order_number=order.number)]
    if status in CANCELLABLE and response == CHANGE_TOO_LATE:
        buttons = [service_button(turn, "cancel_order", "cancel_order", order_number=order.number)]
    if response in _OF_CHANGES and status in PASSED_ON:
        asked = ASK_COLLEAGUE + str(turn.slot("change_order_what") or "other")
        buttons.append(service_button(turn, "pass_on_change", "change_order", order_number=order.number, choice=asked))
    suffix = "_shipped" if is_out else "_delivered" if can_return else ""
    is_exchanged = turn.slot("change_order_what") in EXCHANGED or _is_of_size(turn.text)
    if is_out and response in _OF_CHANGES and is_exchanged:
        response, suffix = CHANGE_TOO_LATE, "_shipped_exchange"
    turn.say(
        response + suffix,
        number=order.number,
        items=items_text(order, turn.language),
        why=label("order_locked", status, turn.language),
        buttons=[*buttons, service_button(turn, "human", "request_human")],
    )
    turn.focus(order=order.number)
    turn.done("too_late", f"{order.number} is {status}", order=order.number, status=status)
