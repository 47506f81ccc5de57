"""A wish that only a colleague can see to, in the customer's own words: asked back, written down with what it needs (an
address) as a promise to hear how it ended, and told again when asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from rasa_sdk.events import ActiveLoop, SlotSet

from actions.kit.asked import parcel_asked
from actions.kit.base import Button, Event, Turn, button, consent_buttons
from actions.kit.form_input import choice, words
from actions.kit.forms import REQUESTED_SLOT
from actions.kit.goods import things_said
from actions.kit.mentions import Meant, order_meant
from actions.kit.phrases import listed
from actions.kit.replies import Facts, due_text, items_text, order_buttons, order_entry, service_button
from actions.kit.told import handing_on
from actions.kit.told.handing_on import NEEDS_ADDRESS, WAITING, What
from actions.kit.words import addresses, consent, left_with
from actions.orders import leaving_out, not_in_parcel
from actions.orders.leaving_out import LeftOut
from actions.orders.not_in_parcel import NotInParcel
from crm_store import orders, promises, returns, service_hours
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_moment
from crm_store.members import Member
from crm_store.orders import CHANGEABLE, NothingToChange, Order, OrderNotChangeable, OrderStatus
from crm_store.policy import policy
from crm_store.promises import Promise, PromiseKind

INTENT = "chase_promise"
OUT = (OrderStatus.PACKED, OrderStatus.SHIPPED)
CAME = (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
LATELY = timedelta(days=45)
LISTED, TOLD_AT_ONCE = 4, 2
OF_KIND = "pass_"
"""Labels of service_promise that begin so are what was handed on."""


async def answered(turn: Turn, member: Member) -> list[Event] | None:
    """The answer to such a message; None where it is about something else."""
    chosen = choice(turn) or ""
    if not chosen.startswith(f"{handing_on.CHOICE}:"):
        return None
    what = chosen.partition(":")[2]
    if what == handing_on.YES:
        await _hand_on(turn, member)
    elif what == handing_on.NO:
        turn.say("reply_hand_on_not")
        turn.focus(**{WAITING: None})
        turn.done("kept_order", "nothing handed on")
    elif what == handing_on.TOLD:
        await _tell_noted(turn, member)
    elif what == What.REPLACEMENT:
        await _ask_of_replacement(turn, member)
    else:
        await _ask(turn, member, What(what))
    # Who wants the missing piece sent returns nothing.
    return _form_left() if turn.form is not None and what in (What.RESEND, What.MONEY) else []


def _form_left() -> list[Event]:
    return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]


async def _ask(turn: Turn, member: Member, what: What) -> None:
    """Of which order it is, and whether it shall be written down; what cannot be is told."""
    if what == What.WITHOUT and (left_out := await leaving_out.of_order(turn, member)) is not None:
        await _ask_to_leave_out(turn, left_out)
        return
    missing = await not_in_parcel.meant(turn, member) if what in (What.RESEND, What.MONEY, What.REDIRECT) else None
    if missing is not None and (what != What.REDIRECT or missing.order.status in CAME):
        await _ask_of_missing(turn, member, missing, what)
        return
    meant = await _order_meant(turn, member, what)
    if meant.unknown_number:
        turn.say("reply_number_unknown", number=meant.unknown_number)
        turn.done("not_found", number=meant.unknown_number)
    elif meant.one is not None:
        await ask_of(turn, member, meant.one, what)
    elif meant.several:
        buttons = _which(turn, meant.several, what)
        listed = "\n".join(order_entry(order, turn.language) for order in meant.several[:LISTED])
        turn.say("reply_hand_on_which", orders=listed, buttons=buttons)
        turn.focus(listed=buttons)
        turn.done("answered")
    else:
        turn.say("reply_hand_on_none")
        turn.done("nothing_under_way")


async def ask_of(turn: Turn, member: Member, order: Order, what: What) -> None:
    """The same of that order."""
    turn.focus(order=order.number)
    facts: Facts = {"number": order.number, "items": items_text(order, turn.language)}
    if not _possible(order, what):
        status = label("order_status", order.status, turn.language)
        name = "reply_hand_on_not_there" if what == What.RESEND else "reply_hand_on_arrived"
        buttons = [service_button(turn, "track", "ask_parcel", order_number=order.number)]
        turn.say(name, status=status, buttons=buttons if order.status in OUT else [], **facts)
        turn.done("too_late", f"{order.number} is {order.status}", order=order.number)
        return
    if what == What.STOP and order.status in CHANGEABLE:
        cancel = service_button(turn, "cancel_order", "cancel_order", order_number=order.number)
        change = service_button(turn, "change_order", "change_order", order_number=order.number)
        turn.say("reply_hand_on_not_sent", buttons=[change, cancel], **facts)
        turn.done("answered", order=order.number)
        return
    text = _wish(turn, order, what)
    if what in NEEDS_ADDRESS and text is None:
        noted = await _noted(turn, member, order.number)
        if any(addresses.found(each.text) for each in noted):
            # "And tell them the new address": they have it.
            _tell(turn, [each for each in noted if addresses.found(each.text)])
            return
        turn.focus(**{WAITING: {"what": what.value, "order": order.number}})
        turn.say("reply_change_new_address" if order.status in CHANGEABLE else "reply_hand_on_address", **facts)
        turn.done("answered", f"{what} of {order.number}: no address yet", order=order.number)
        return
    put_question(turn, order, what, text or label("hand_on", what, turn.language))


async def _ask_to_leave_out(turn: Turn, left_out: LeftOut) -> None:
    order = left_out.order
    turn.focus(order=order.number)
    if left_out.is_possible:
        items = left_out.items(turn.language)
        put_question(turn, order, What.WITHOUT, label("hand_on", What.WITHOUT, turn.language, items=items))
    else:
        leaving_out.tell_impossible(turn, left_out)


async def _ask_of_missing(turn: Turn, member: Member, missing: NotInParcel, what: What) -> None:
    """What was not in the parcel is to be sent, or paid back; an address told for it belongs to it. Another parcel that
    is still under way comes first."""
    order, number = missing.order, missing.order.number
    not_in_parcel.keep(turn, missing)
    if order.status not in CAME or await not_in_parcel.is_under_way(turn, order):
        buttons = [service_button(turn, "track", "ask_parcel", order_number=number)]
        turn.say("reply_missing_under_way", buttons=buttons, number=number, items=missing.items(turn.language))
        turn.done("answered", f"{number}: the rest is under way", order=number)
        return
    address = addresses.found(words(turn))
    noted = await _noted(turn, member, number)
    if what == What.REDIRECT and (noted or address is None):
        await _add_address(turn, member, missing, noted, address)
        return
    kind = What.RESEND if what == What.REDIRECT else what
    text = label(
        "hand_on", "resend_items" if kind == What.RESEND else kind, turn.language, items=missing.items(turn.language)
    )
    if address:
        text = label("hand_on", "to_address", turn.language, wish=text, address=address)
    kept = turn.spoken_of.get(WAITING)
    waits = isinstance(kept, dict) and kept.get("order") == number
    if kind == What.MONEY and waits and (turn.pressed or not consent.asks_back(words(turn))):
        await _write_down(turn, member, order, kind, text)
        return
    is_open = isinstance(kept, dict) and kept.get("text") == text
    name = "reply_hand_on_missing_open" if is_open else "reply_hand_on_missing"
    put_question(turn, order, kind, text, name=name, items=missing.items(turn.language))


async def _add_address(
    turn: Turn, member: Member, missing: NotInParcel, noted: Sequence[Promise], address: str | None
) -> None:
    """Where what is sent again is to go: written down beside the wish that a colleague has, or asked for."""
    number, told = missing.order.number, [each for each in noted if addresses.found(each.text)]
    if address is None and told:
        _tell(turn, told)
    elif address is None:
        turn.say("reply_missing_address", number=number)
        turn.done("answered", f"{number}: no address yet", order=number)
    else:
        wish = label("hand_on", "resend_items", turn.language, items=missing.items(turn.language))
        text = label("hand_on", "to_address", turn.language, wish=wish, address=address)
        promise = await _promise(turn, member, number, What.RESEND, text, due_at=noted[-1].due_at)
        turn.focus(done=handing_on.DONE)
        turn.say("reply_missing_address_added", number=number, address=address)
        turn.done("recorded", f"address of {number}", order=number, promise=promise.id)


def put_question(turn: Turn, order: Order, what: What, text: str, *, name: str = "", **more: str) -> None:
    """Ask whether that shall be written down."""
    turn.focus(**{WAITING: {"what": what.value, "order": order.number, "text": text}})
    yes = button(label("service_button", "yes", turn.language), INTENT, choice=f"{handing_on.CHOICE}:yes")
    no = button(label("service_button", "no", turn.language), INTENT, choice=f"{handing_on.CHOICE}:no")
    facts: Facts = {"number": order.number, "items": items_text(order, turn.language), "wish": text, **more}
    if handing_on.asks_if_not(words(turn)) and what in (What.STOP, What.REDIRECT, What.PICK_UP):
        turn.say("reply_hand_on_if_not")
    buttons = consent_buttons(yes, no)
    if name:
        buttons = [buttons[0], *not_in_parcel.other_ways(turn, what)]
    name = name or f"reply_hand_on_{what.value}"
    if what == What.REDIRECT and order.status in CHANGEABLE:
        name = "reply_change_confirm"
        facts["what"], facts["value"] = label("order_change", "address", turn.language), text
    turn.say(name, buttons=buttons, **facts)
    turn.done("answered", f"{what} of {order.number} asked", order=order.number)


async def _ask_of_replacement(turn: Turn, member: Member) -> None:
    """Where what comes in exchange is to go, which the shop decides: the address is taken for a colleague."""
    number = str(turn.spoken_of.get("return") or "")
    request = await returns.by_number(turn.session, number, member_id=member.id) if number else None
    if turn.form is not None or request is None or not request.is_running:
        turn.say("reply_hand_on_replacement_later")
        turn.done("answered", "where the new one goes")
        return
    turn.focus(order=request.order.number, **{"return": request.number})
    text = _wish(turn, request.order, What.REPLACEMENT)
    if text is None:
        turn.focus(**{WAITING: {"what": What.REPLACEMENT.value, "order": request.order.number}})
        turn.say("reply_hand_on_replacement_address", request=request.number)
        turn.done("answered", f"{request.number}: no address yet", request=request.number)
        return
    put_question(turn, request.order, What.REPLACEMENT, text, request=request.number)


async def _hand_on(turn: Turn, member: Member) -> None:
    """Write down what was agreed to: for a colleague, or, while the order is not packed, in the order itself."""
    kept = turn.spoken_of.get(WAITING)
    wish = kept if isinstance(kept, dict) else {}
    order = await orders.by_number(turn.session, str(wish.get("order") or ""), member_id=member.id)
    text = str(wish.get("text") or "")
    if order is None or not text:
        await _tell_noted(turn, member)
        return
    what = What(str(wish["what"]))
    if what == What.LEAVE and not turn.pressed:
        # What is dictated with the yes is what is written.
        text = left_with.dictated(words(turn)) or text
    await _write_down(turn, member, order, what, text)


async def _write_down(turn: Turn, member: Member, order: Order, what: What, text: str) -> None:
    turn.focus(order=order.number, done=handing_on.DONE, **{WAITING: None})
    if what == What.REDIRECT and order.status in CHANGEABLE and await _changed(turn, order, text):
        return
    promise = await _promise(turn, member, order.number, what, text)
    missing = turn.spoken_of.get(handing_on.LEFT_OUT)
    is_missing = isinstance(missing, dict) and missing.get("order") == order.number and str(missing["items"]) in text
    turn.say(
        _told_by(what, whole=is_missing),
        number=order.number,
        items=items_text(order, turn.language),
        wish=text,
        due=format_moment(promise.due_at, turn.language),
    )
    # Addresses are personal: the timeline says that something was asked for, not where to.
    turn.done("recorded", f"{what} of {order.number}", order=order.number, promise=promise.id)


def _told_by(what: What, *, whole: bool) -> str:
    if whole and what in (What.RESEND, What.MONEY):
        return "reply_handed_on_missing"
    return "reply_handed_on_resend" if what == What.RESEND else "reply_handed_on"


async def _promise(
    turn: Turn, member: Member, number: str, what: What, text: str, *, due_at: datetime | None = None
) -> Promise:
    """The wish as a promise to hear how it ended; the same wish again is the same promise."""
    due = due_at or service_hours.after(now(), service_hours.length(policy().parcels.carrier_answers_within))
    facts: Facts = {"number": number, "wish": text, "due": due_text(due, turn.language)}
    return await _running(turn, member, number, text) or await promises.make(
        turn.session,
        member_id=member.id,
        identity_id=turn.identity.id,
        conversation_id=turn.conversation.id,
        kind=PromiseKind.ORDER_CHANGE,
        text=label("service_promise", OF_KIND + what.value, turn.language, **facts),
        due_at=due,
        reference=number,
        key=turn.key(OF_KIND + what.value),
    )


async def _changed(turn: Turn, order: Order, address: str) -> bool:
    try:
        await orders.request_change(turn.session, order, key=turn.key("change"), address=address)
    except OrderNotChangeable:
        return False
    except NothingToChange:
        turn.say("reply_change_same", number=order.number, value=address)
        return True
    named = label("order_change", "address", turn.language)
    turn.say("reply_changed", number=order.number, what=named, value=address)
    turn.focus(done="change_order")
    turn.done("order_changed", f"address of {order.number} changed", order=order.number)
    return True


async def _tell_noted(turn: Turn, member: Member) -> None:
    """What is written down and by when the customer hears; what is missing in it, or was never agreed to, is asked."""
    kept = turn.spoken_of.get(WAITING)
    wish = kept if isinstance(kept, dict) else {}
    number = str(wish.get("order") or turn.spoken_of.get("order") or "")
    order = await orders.by_number(turn.session, number, member_id=member.id) if number else None
    noted = await _noted(turn, member, number)
    what = handing_on.wished(words(turn))
    if order is not None and wish.get("text"):
        turn.say("reply_hand_on_not_yet")
        more = {"request": str(turn.spoken_of.get("return") or "")}
        put_question(turn, order, What(str(wish["what"])), str(wish["text"]), **more)
    elif what is not None and order is not None and not any(f":{OF_KIND}{what.value}" in each.key for each in noted):
        turn.say("reply_hand_on_not_yet")
        await ask_of(turn, member, order, what)
    elif order is not None and noted and (missing := left_with.missing(words(turn), [each.text for each in noted])):
        turn.say("reply_hand_on_not_yet")
        put_question(turn, order, What.LEAVE, missing)
    elif noted:
        _tell(turn, [each for each in noted if left_with.holds(each.text, words(turn))] or noted)
        _ask_for_missing(turn, order, noted)
    elif order is not None and wish.get("what"):
        turn.say("reply_hand_on_not_yet")
        await ask_of(turn, member, order, What(str(wish["what"])))
    else:
        turn.say("reply_hand_on_nothing")
        turn.done("no_promise_found", words(turn))


async def withdraw(turn: Turn, member: Member, number: str) -> None:
    """What was handed on of an order that is cancelled is nothing to do any more."""
    for promise in await _noted(turn, member, number):
        await promises.cancel(turn.session, promise, note=f"{number} cancelled by the customer")


async def _noted(turn: Turn, member: Member, number: str) -> list[Promise]:
    """What was handed on of that order, or of any, and has no result yet."""
    running = await promises.open_for_member(turn.session, member.id)
    return [
        each for each in running if each.kind == PromiseKind.ORDER_CHANGE and (not number or each.reference == number)
    ]


def _tell(turn: Turn, noted: Sequence[Promise]) -> None:
    turn.focus(done=handing_on.DONE)
    for each in noted[-TOLD_AT_ONCE:]:
        turn.say("reply_handed_on_told", promise=each.text, due=format_moment(each.due_at, turn.language))
    turn.done("promise_running", str(noted[-1].reference or ""), promise=noted[-1].id)


def _ask_for_missing(turn: Turn, order: Order | None, noted: Sequence[Promise]) -> None:
    """Who asks whether the new address is there, and it is not, is asked for it."""
    asks_address = any(sign in words(turn) for sign in ("地址", "address"))
    if order is None or not asks_address or any(addresses.found(each.text) for each in noted):
        return
    turn.focus(**{WAITING: {"what": What.REDIRECT.value, "order": order.number}})
    turn.say("reply_hand_on_no_address")


def _wish(turn: Turn, order: Order, what: What) -> str | None:
    """What is to be written down: the address, or the customer's own words."""
    text = words(turn)
    if what in NEEDS_ADDRESS:
        return addresses.found(text)
    if what == What.LEAVE:
        places = [label("hand_on", f"leave_{place}", turn.language) for place in parcel_asked.places_in(text)]
        return left_with.dictated(text) or listed(places, turn.language, last="last_or")
    return label("hand_on", what, turn.language)


def _possible(order: Order, what: What) -> bool:
    if what in (What.RESEND, What.MONEY):
        return order.status in CAME
    return order.status in OUT or order.status in CHANGEABLE


async def _running(turn: Turn, member: Member, number: str, text: str) -> Promise | None:
    return next(
        (
            each
            for each in await promises.open_for_member(turn.session, member.id)
            if each.kind == PromiseKind.ORDER_CHANGE and each.reference == number and text in each.text
        ),
        None,
    )


async def _order_meant(turn: Turn, member: Member, what: What) -> Meant[Order]:
    """The order named by number or goods; the figures of an address or a telephone tell no order apart."""
    line = turn.slot("return_line") if turn.form is not None else None
    recent = await orders.recent(turn.session, member.id, limit=20)
    for order in recent:
        if line and any(str(each.id) == str(line) for each in order.lines):
            return Meant(one=order)
    fitting = [order for order in recent if _possible(order, what) and now() - order.placed_at <= LATELY]
    kept = str(turn.spoken_of.get("order") or "")
    if kept and not things_said(turn) and not turn.has_entity_said("order_number"):
        spoken_of = next((each for each in recent if each.number == kept), None)
        if spoken_of is not None:
            return Meant(one=spoken_of)
    return await order_meant(turn, member, fitting)


def _which(turn: Turn, several: Sequence[Order], what: What) -> list[Button]:
    titles = [each["title"] for each in order_buttons(turn, several, INTENT)]
    return [
        button(title, INTENT, order_number=order.number, choice=f"{handing_on.CHOICE}:{what.value}")
        for title, order in zip(titles, several, strict=False)
    ]
