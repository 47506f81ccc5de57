"""Orders: how far they are."""

import re
from collections.abc import Sequence
from typing import ClassVar

from rasa_sdk import Tracker

from actions.endpoint import action_classes
from actions.kit.asked import purchase_asked, still_coming
from actions.kit.base import Button, CrmAction, Event, MemberAction, Turn
from actions.kit.goods import things_said
from actions.kit.mentions import ALL_ORDERS, RECENT_ORDERS, Meant, lines_described, order_meant, orders_described
from actions.kit.order_marks import says_a_place
from actions.kit.replies import (
    ALL_ORDERS_CHOICE,
    LIST_LIMIT,
    Facts,
    help_buttons,
    is_past,
    items_text,
    line_text,
    order_buttons,
    order_entry,
    parcel_facts,
    service_button,
    tell_not_bought,
)
from actions.kit.rule_first import Rule
from actions.kit.words import lexicon
from actions.orders import charged_twice, trace
from crm_store import orders, parcels, returns
from crm_store.labels import label
from crm_store.language import format_date, format_money, mask_address
from crm_store.members import Member
from crm_store.orders import Order, OrderStatus
from crm_store.parcels import Parcel

OPEN = (OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.PACKED, OrderStatus.SHIPPED, OrderStatus.RETURNING)
OPEN_LIMIT = 20
_POINTS = re.compile(r"[分点點]|points", re.IGNORECASE)
PAGE = ALL_ORDERS_CHOICE.removesuffix("0")

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
    """How far an order is, or what it cost: the named one, the only open one, or the latest; with several open ones a
    list, and all of them in pages for who asks for all."""

    action_name: ClassVar[str] = "action_order_status"
    writes: ClassVar[bool] = False

    async def look_up(self, tracker: Tracker) -> Rule | None:
        return None if trace.is_own(tracker) else await super().look_up(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is None and charged_twice.is_meant(turn):
            charged_twice.tell_stranger(turn)
        return await super().answer(turn)

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        if charged_twice.is_meant(turn):
            await charged_twice.tell(turn, member)
            return []
        if (other := _asked_elsewhere(turn)) is not None:
            answering = action_classes()[other]
            assert issubclass(answering, MemberAction)
            return await answering().answer_member(turn, member)
        if turn.entity("choice") == still_coming.CHOICE:
            await _tell_still_coming(turn, member)
            return []
        start = _page_wished(turn)
        if start is not None:
            await _tell_page(turn, member, start)
            return []
        candidates = await open_orders(turn, member)
        still_open = bool(candidates)
        candidates = candidates or await orders.recent(turn.session, member.id, limit=RECENT_ORDERS)
        meant = await order_meant(turn, member, candidates)
        if _asks_cost(turn) and (told := await _just_told(turn, member)) is not None:
            # "July I said. How did I pay": of the order that was told of in the same breath.
            meant = Meant(one=told)
        nothing_named = meant.several == candidates and not orders_described(turn, candidates)
        if nothing_named and not still_open:
            # Nothing is open and none was named: the latest.
            meant = Meant(one=next(iter(candidates), None))
        if meant.unknown_number:
            turn.say("reply_number_unknown", number=meant.unknown_number)
            turn.done("not_found", number=meant.unknown_number)
        elif meant.not_bought:
            tell_not_bought(turn, meant.not_bought, meant.several, "ask_order_status")
        elif meant.one is not None:
            await self._tell(turn, meant.one)
        elif meant.several:
            _tell_several(turn, meant.several, "reply_orders" if nothing_named else "reply_order_which")
        elif says_a_place(turn) and candidates:
            turn.say("reply_no_earlier_order", buttons=[_all_button(turn)])
            turn.done("answered")
        else:
            turn.say("reply_no_orders")
            turn.done("no_orders")
        return []

    async def _tell(self, turn: Turn, order: Order) -> None:
        if order.status == OrderStatus.CANCELLED and not turn.pressed and lexicon.mentions("revive", turn.text):
            revival = action_classes()["action_undo_cancellation"]
            assert issubclass(revival, CrmAction)
            await revival().answer(turn)
        elif order.address and not turn.pressed and asks_address(turn.text):
            tell_address(turn, order)
        elif _asks_cost(turn):
            tell_cost(turn, order)
        else:
            await tell_order(turn, order)


def asks_address(text: str) -> bool:
    """Whether it is asked where an order goes; 是不是寄到旧家 denies nothing."""
    return any(heard.value == "address" for heard in lexicon.heard("parcel_question", text))


def tell_address(turn: Turn, order: Order) -> None:
    """Where an order goes or went, as much of it as its owner knows it by."""
    address = mask_address(order.address or "")
    turn.say("reply_order_address", number=order.number, items=items_text(order, turn.language), address=address)
    turn.focus(order=order.number)
    turn.done("answered", f"address of {order.number}", order=order.number)


def _asked_elsewhere(turn: Turn) -> str | None:
    """The action for what sounds like a question of an order's state and asks for its points (0008 那笔给我几点) or for
    who signed."""
    if not turn.pressed and any(each.value == "signed" for each in lexicon.heard("parcel_question", turn.text)):
        return "action_parcel"
    gain = lexicon.mentions("points_given", turn.text) or purchase_asked.asks_gain(turn.text)
    asks_points = not turn.pressed and gain and _POINTS.search(turn.text) is not None
    return "action_points_history" if asks_points else None


def _asks_cost(turn: Turn) -> bool:
    """Whether it is asked what was paid; a bare price, where the words go on with an order."""
    asks_price = turn.follows and lexicon.mentions("price_question", turn.text)
    return not turn.pressed and (asks_price or lexicon.mentions("paid_question", turn.text))


def _page_wished(turn: Turn) -> int | None:
    """From which place on all orders are to be listed; None when they are not."""
    choice = str(turn.entity("choice") or "")
    if choice.startswith(PAGE):
        return int(choice.removeprefix(PAGE)) if choice.removeprefix(PAGE).isdigit() else 0
    if turn.pressed:
        return None
    if lexicon.mentions("all_orders", turn.text) and not turn.entities("product"):
        return 0
    on = turn.spoken_of.get("page")
    return int(on) if on and turn.follows and lexicon.mentions("more_of_it", turn.text) else None


async def _tell_page(turn: Turn, member: Member, start: int) -> None:
    every = await orders.recent(turn.session, member.id, limit=ALL_ORDERS)
    rest = every[start:]
    if not rest:
        turn.say("reply_no_earlier_order" if every else "reply_no_orders")
        turn.done("no_orders" if not every else "answered")
        return
    page = rest if len(rest) <= LIST_LIMIT else rest[: LIST_LIMIT - 1]
    goes_on = start + len(page) if len(rest) > len(page) else None
    buttons = order_buttons(turn, page, "ask_order_status")
    more = [service_button(turn, "more", "ask_order_status", choice=f"{PAGE}{goes_on}")] if goes_on else []
    turn.say(
        "reply_all_orders_more" if start else "reply_all_orders",
        count=len(every),
        orders="\n".join(order_entry(order, turn.language) for order in page),
        buttons=[*buttons, *more],
    )
    turn.focus(listed=buttons, page=goes_on)
    turn.done("answered", f"{len(every)} orders")


async def _tell_still_coming(turn: Turn, member: Member) -> None:
    """What is under way beside the order just told; that nothing is."""
    told = turn.spoken_of.get("order")
    coming = [each for each in await open_orders(turn, member) if each.status != OrderStatus.RETURNING]
    others = [each for each in coming if each.number != told]
    if others:
        _tell_several(turn, others, "reply_orders_still_coming")
        return
    turn.say("reply_orders_nothing_else" if coming else "reply_orders_none_coming", buttons=[_all_button(turn)])
    turn.done("answered", "what else is under way: nothing")


def _tell_several(turn: Turn, several: Sequence[Order], response: str) -> None:
    shown = several[:LIST_LIMIT]
    buttons = order_buttons(turn, shown, "ask_order_status")
    turn.say(response, orders="\n".join(order_entry(order, turn.language) for order in shown), buttons=buttons)
    turn.focus(listed=buttons)
    turn.done("answered", f"{len(several)} orders")


def _all_button(turn: Turn) -> Button:
    return service_button(turn, "all_orders", "ask_order_status", choice=ALL_ORDERS_CHOICE)


async def _just_told(turn: Turn, member: Member) -> Order | None:
    """The order that was told of last, where the words name none."""
    places, number = turn.spoken_of.get("at") or {}, turn.spoken_of.get("order")
    is_last = bool(number) and places.get("order") == max(places.values(), default=0)
    if not is_last or turn.pressed or things_said(turn) or turn.entity("order_number") or turn.entity("time"):
        return None
    return await orders.by_number(turn.session, str(number), member_id=member.id)


def tell_cost(turn: Turn, order: Order) -> None:
    """What the member paid for an order; of a named thing among others its own price as well."""
    facts: Facts = {
        "number": order.number,
        "items": items_text(order, turn.language),
        "placed": format_date(order.placed_at, turn.language),
        "total": format_money(order.total_minor, order.currency),
    }
    named = [line for _, line in lines_described(turn, [(order, line) for line in order.lines])]
    if order.paid_at is None and order.status == OrderStatus.PLACED:
        turn.say("reply_order_cost_open", **facts)
    elif len(order.lines) > 1 and len(named) == 1:
        price = format_money(named[0].price_minor * named[0].quantity, order.currency)
        turn.say("reply_order_cost_line", item=line_text(named[0], turn.language), price=price, **facts)
    else:
        turn.say("reply_order_cost", **facts)
    if lexicon.mentions("paid_means", turn.text):
        turn.say("reply_order_paid_means")
    turn.focus(order=order.number, parcel=None)
    turn.done("answered", f"{order.number}: paid", order=order.number)


async def open_orders(turn: Turn, member: Member) -> Sequence[Order]:
    """The member's orders that are not at their end, newest first."""
    return await orders.recent(turn.session, member.id, limit=OPEN_LIMIT, statuses=OPEN)


async def tell_order(turn: Turn, order: Order) -> None:
    """Say how far one order is, with what can be done about it."""
    turn.done("answered", f"{order.number}: {order.status}", order=order.number)
    came = order.status in (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
    # What was told as delivered is kept for who says that they do not have it.
    turn.focus(order=order.number, parcel=None, delivered=order.number if came else None, trace=None)
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
    turn.focus(parcel=parcel.number if len(sent) == 1 else None)
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
