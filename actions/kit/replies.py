"""How orders, parcels, refunds and moments read in a reply, and the buttons about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from actions.kit.base import Button, Turn, button
from crm_store import parcels, service_hours
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import Language, format_date, format_moment, format_span, format_time
from crm_store.orders import Order, OrderLine
from crm_store.parcels import Parcel, Step

STEPS_SHOWN = 8
LINES_NAMED = 2
LIST_LIMIT = 4
"""Entries of a list, and buttons under a message."""

ALL_ORDERS_CHOICE = "orders:0"
"""The choice of a button that lists all orders, from the one at that place on."""

Facts = dict[str, Any]
"""Values of a response's fields, formatted for the reader."""

_SHOE_SIZES = range(15, 51)


def service_button(turn: Turn, name: str, intent: str, *, facts: Facts | None = None, **entities: str) -> Button:
    """A button whose title stands in the labels; `facts` fill the title, `entities` go with the intent."""
    return button(label("service_button", name, turn.language, **(facts or {})), intent, **entities)


def person_offer(turn: Turn, kind: str) -> str:
    """A person or a call, in words that fit the hour. `kind`: new_time, call or sooner."""
    state = "open" if service_hours.is_open(now()) else "closed"
    opens = format_moment(service_hours.next_open(now()), turn.language)
    return label("person_offer", f"{kind}_{state}", turn.language, opens=opens)


def person_button(turn: Turn) -> Button:
    """The button beside `person_offer`: put through now, or in line while nobody is there."""
    return service_button(turn, "human_now" if service_hours.is_open(now()) else "human_in_line", "request_human")


def help_buttons(turn: Turn, parcel: Parcel | None = None) -> list[Button]:
    """What a customer with trouble may choose: complain, have it chased, or reach a person."""
    about: Facts = {"parcel_number": parcel.number} if parcel is not None else {}
    buttons = [service_button(turn, "complain", "make_complaint", choice="file", **about)]
    if parcel is not None:
        buttons.append(service_button(turn, "chase", "chase_promise", **about))
    return [*buttons, service_button(turn, "human", "request_human")]


def line_text(line: OrderLine, language: Language, *, size: str | None = None) -> str:
    """轻跑鞋 42 码, Light runner, size 42."""
    size = size or line.size
    if not size:
        return line.name_in(language)
    kind = "shoe" if is_shoe_size(size) else "sized"
    return label("order_line", kind, language, name=line.name_in(language), size=size)


def is_shoe_size(size: str) -> bool:
    whole = size.removesuffix(".5")
    return whole.isdigit() and int(whole) in _SHOE_SIZES


def size_text(size: str, language: Language) -> str:
    return label("size", "shoe" if is_shoe_size(size) else "plain", language, size=size)


def items_text(order: Order, language: Language) -> str:
    """What an order holds, in few words."""
    names = [line_text(line, language) for line in order.lines]
    if len(names) > LINES_NAMED:
        facts: Facts = {"first": names[0], "count": len(names), "more": len(names) - 1}
        return label("order_in_list", "more", language, **facts)
    return joined(names, language)


def joined(parts: Sequence[str], language: Language) -> str:
    return (", " if language is Language.EN else "、").join(parts)


def order_entry(order: Order, language: Language) -> str:
    """One line of a list of orders."""
    return label(
        "order_in_list",
        "entry",
        language,
        day=format_date(order.placed_at, language),
        number=order.number,
        items=items_text(order, language),
        status=label("order_status", order.status, language),
    )


def order_buttons(turn: Turn, orders: Sequence[Order], intent: str) -> list[Button]:
    """One button per order, saying the day and what was bought."""
    return [
        button(
            label(
                "order_in_list",
                "button",
                turn.language,
                day=format_date(order.placed_at, turn.language),
                items=items_text(order, turn.language),
            ),
            intent,
            order_number=order.number,
        )
        for order in orders[:LIST_LIMIT]
    ]


def tell_not_bought(turn: Turn, words: str, near: Sequence[Order], intent: str) -> None:
    """Say that no order holds what was named; what comes near it is only offered."""
    buttons = order_buttons(turn, near, intent)
    if near:
        turn.say("reply_not_bought_near", words=words, buttons=buttons)
        turn.focus(listed=buttons)
    else:
        buttons = [
            button(label("intent_title", "ask_product", turn.language), "ask_product", product=words),
            service_button(turn, "all_orders", "ask_order_status", choice=ALL_ORDERS_CHOICE),
        ]
        turn.say("reply_not_bought", words=words, buttons=buttons)
    turn.done("not_found", words)


def parcel_entry(parcel: Parcel, language: Language) -> str:
    """One line of a list of parcels, late ones with how late."""
    late = parcels.lateness(parcel)
    kind = "late" if late else "in_time" if parcel.promised_at else "open"
    return label(
        "parcel_in_list",
        kind,
        language,
        number=parcel.number,
        items=items_text(parcel.order, language),
        status=label("parcel_status", parcel.status, language),
        promised=moment_or_nothing(parcel.promised_at, language),
        late=format_span(late, language) if late else "",
    )


def parcel_facts(parcel: Parcel, language: Language) -> Facts:
    """The values that replies about one parcel share."""
    late = parcels.lateness(parcel)
    last = parcels.last_step(parcel)
    return {
        "number": parcel.number,
        "items": items_text(parcel.order, language),
        "status": label("parcel_status", parcel.status, language),
        "carrier": parcel.carrier,
        "promised": moment_or_nothing(parcel.promised_at, language),
        "late": format_span(late, language) if late else "",
        "last": step_sentence(last, language) if last else label("parcel_status", parcel.status, language),
        "delivered": moment_or_nothing(parcel.delivered_at, language),
        "steps": steps_text(parcel, language),
    }


def moment_or_nothing(moment: datetime | None, language: Language) -> str:
    return format_moment(moment, language) if moment else ""


def step_sentence(step: Step, language: Language) -> str:
    """昨天 18:40 到达板桥站，等待派送."""
    what = _what_happened(step, language)
    if step.at is None:
        return what
    moment = format_moment(step.at, language)
    return f"{what}, {moment}" if language is Language.EN else f"{moment} {what}"


def steps_text(parcel: Parcel, language: Language) -> str:
    """Every step on its own line, against the time that was promised for it."""
    return "\n".join(_step_line(step, language) for step in parcels.steps(parcel)[-STEPS_SHOWN:])


def due_text(due: datetime, language: Language) -> str:
    """A due time in words that are still right when they are read on another day."""
    return f"{format_date(due, language)} {format_time(due)}"


def is_past(moment: datetime | None) -> bool:
    return moment is not None and moment < now()


def _what_happened(step: Step, language: Language) -> str:
    place = step.place_in(language)
    if place:
        return label("parcel_event_at", step.code, language, place=place)
    return label("parcel_event", step.code, language)


def _step_line(step: Step, language: Language) -> str:
    promised = moment_or_nothing(step.promised_at, language)
    late = format_span(step.late_by, language) if step.late_by else ""
    if step.at is not None:
        kind, what = "happened_late" if late else "happened", _what_happened(step, language)
        return label(
            "parcel_step",
            kind,
            language,
            moment=format_moment(step.at, language),
            what=what,
            promised=promised,
            late=late,
        )
    kind = "planned_late" if late else "planned" if promised else "planned_open"
    what = label("parcel_step_name", step.code, language)
    return label("parcel_step", kind, language, what=what, promised=promised, late=late)
