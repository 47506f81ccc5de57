"""Altering an order that is not packed yet, and wishes for another delivery time."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from actions.kit import slot_text
from actions.kit.asked import parcel_asked, sizes_said
from actions.kit.base import Button, CrmAction, Event, MemberAction, Turn, button
from actions.kit.form_input import begins, blank, choice, confirmed, words
from actions.kit.forms import CrmForm, requested
from actions.kit.mentions import order_meant
from actions.kit.replies import (
    Facts,
    due_text,
    items_text,
    line_text,
    size_text,
)
from actions.kit.told import delivery_moved
from actions.kit.told.handing_on import What
from actions.kit.words import addresses, lexicon, yes_but
from actions.orders import handed_on
from actions.orders.delivery_times import DAY_NAMED, keep_day, on_day, times_wished, wish_text, wished_entities
from actions.orders.form import ask_which, is_not_bought, own_order, tell_nothing_fits, tell_too_late, unknown_number
from actions.orders.passed_on import asked_of_colleague, pass_on
from actions.orders.status import OPEN_LIMIT
from actions.products.sizes import size_said, sizes_of
from crm_store import orders, promises, service_hours
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_moment
from crm_store.members import Member
from crm_store.orders import (
    CANCELLABLE,
    CHANGEABLE,
    NothingToChange,
    Order,
    OrderLine,
    OrderNotChangeable,
    OrderStatus,
)
from crm_store.policy import policy
from crm_store.promises import PromiseKind

TIME_CHANGEABLE = (*sorted(CANCELLABLE), OrderStatus.SHIPPED)
SHORTEST_ADDRESS = 6
LONGEST_VALUE = 300


class ChangeOrderForm(CrmForm):
    form_name: ClassVar[str] = "change_order_form"
    slots: ClassVar[tuple[str, ...]] = (
        "change_order_number",
        "change_order_what",
        "change_order_line",
        "change_order_value",
        "change_order_confirmed",
    )
    consents: ClassVar[frozenset[str]] = frozenset({"change_order_confirmed"})

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if turn.member is None:
            return blank(self)
        if (choice(turn) or "").startswith(parcel_asked.CHOICE):
            return {}  # "do they come on Sundays" names no day
        if begins(self, turn):
            filled = blank(self) | self._what(turn)
            filled |= await self._order(turn, turn.member, filled["change_order_what"])
        elif yes_but.read(choice(turn)) is not None:
            return await self._put_right(turn)
        elif another := self._another_time(turn):
            return {"change_order_value": another}
        elif requested(turn, "change_order_confirmed") and (answer := confirmed(turn, "change_order_confirmed")):
            return answer
        elif requested(turn, "change_order_value"):
            filled = {}
        else:
            filled = self._what(turn)
            if requested(turn, "change_order_number"):
                filled |= await self._order(turn, turn.member, filled.get("change_order_what"), asked_again=True)
        if not begins(self, turn) and slot_text.supposes(words(turn)):
            return {}
        known = {slot: turn.slot(slot) for slot in self.slots} | filled
        filled |= await self._line(turn, known)
        return filled | await self._value(turn, known | filled)

    async def required(self, turn: Turn) -> list[str]:
        if turn.member is None:
            return []
        number, what = turn.slot("change_order_number"), turn.slot("change_order_what")
        order = await own_order(turn, number)
        if number is not None and (order is None or not _may_change(order, what)):
            return []
        if order is None and await is_not_bought(turn, turn.member):
            return []
        if order is None and len(await changeable(turn, turn.member, what)) < 2:
            return []
        needed = ["change_order_number", "change_order_what"]
        if order is not None and what in ("size", "colour") and len(order.lines) > 1:
            needed.append("change_order_line")
        return [*needed, "change_order_value", "change_order_confirmed"]

    async def _put_right(self, turn: Turn) -> dict[str, Any]:
        """Beside a yes, another value for what is changed: read from the words, or asked for where they only say that
        it is another. A wish to change something else of the order is none."""
        known = {slot: turn.slot(slot) for slot in self.slots}
        what = known["change_order_what"]
        named = self._what(turn).get("change_order_what")
        if another := self._another_time(turn):
            return {"change_order_value": another}
        if named not in (None, what):
            return {}
        if what == "address":
            found = addresses.found(words(turn))
            value = {"change_order_value": found} if found else {}
        else:
            value = await self._value(turn, known | {"change_order_value": None})
        return value or ({"change_order_value": None} if named == what else {})

    def _another_time(self, turn: Turn) -> str | None:
        """At the last question, a delivery time that differs from the one it named: neither a yes nor a no to that one.
        An hour alone is one of the day that was named ("好，下午三点后最好")."""
        at_the_end = requested(turn, "change_order_confirmed") and turn.slot("change_order_what") == "time"
        if turn.pressed or not at_the_end or slot_text.is_question(words(turn)):
            return None
        named = turn.spoken_of.get(DAY_NAMED)
        wished = [
            on_day(each["value"], date.fromisoformat(str(named)))
            if named and not lexicon.mentions("day", turn.text[each["start"] : each["end"]])
            else each["value"]
            for each in wished_entities(turn)
        ]
        text = next((wish for each in wished if (wish := wish_text(each, turn.language))), None)
        return text if text != turn.slot("change_order_value") else None

    def _what(self, turn: Turn) -> dict[str, Any]:
        """What is to be changed. A time is one of the delivery only where that is wished to be moved: it may as well be
        when the order was placed (昨天晚上下的单拍成XL了，能改不)."""
        what = choice(turn) if requested(turn, "change_order_what") or choice(turn) == "time" else None
        what = what or lexicon.meant("order_change", words(turn)) or _size_or_time(turn)
        return {"change_order_what": what} if what in CHANGES else {}

    async def _order(
        self, turn: Turn, member: Member, what: str | None, *, asked_again: bool = False
    ) -> dict[str, Any]:
        meant = await order_meant(turn, member, await changeable(turn, member, what))
        if meant.one is not None:
            return {"change_order_number": meant.one.number}
        if meant.unknown_number:
            return unknown_number(turn, "change_order_number", meant.unknown_number, asked_again=asked_again)
        return {}

    async def _line(self, turn: Turn, known: dict[str, Any]) -> dict[str, Any]:
        order = await own_order(turn, known["change_order_number"])
        if order is None or known["change_order_line"] or known["change_order_what"] not in ("size", "colour"):
            return {}
        if len(order.lines) == 1:
            return {"change_order_line": str(order.lines[0].id)}
        chosen = choice(turn) if requested(turn, "change_order_line") else None
        line = _line(order, chosen)
        return {"change_order_line": chosen} if line is not None else {}

    async def _value(self, turn: Turn, known: dict[str, Any]) -> dict[str, Any]:
        what, order = known["change_order_what"], await own_order(turn, known["change_order_number"])
        asked = requested(turn, "change_order_value")
        corrected = requested(turn, "change_order_confirmed") and lexicon.corrects(words(turn))
        if what is None or (known["change_order_value"] and not asked and not corrected):
            return {}
        value: str | None = None
        if what == "size" and order is not None:
            line = _line(order, known["change_order_line"])
            pressed = choice(turn) if asked else None
            value = pressed or (await _size_wished(turn, line) if line is not None else None)
        elif what == "colour":
            code = lexicon.meant("colour", words(turn))
            value = label("colour", code, turn.language) if code else None
        elif what == "phone":
            value = str(turn.entity("phone")) if turn.entity("phone") else None
        elif what == "time":
            value = next((wish for each in times_wished(turn) if (wish := wish_text(each, turn.language))), None)
            keep_day(turn)
        elif what == "note" and (asked or lexicon.meant("order_change", words(turn)) == "note"):
            value = words(turn).strip() or None
        if value is None and what in ("address", "colour", "time") and (asked or what == "address"):
            value = slot_text.content(turn, "change_order_value")
            if what == "time" and lexicon.meant("order_change", words(turn)) not in (None, "time"):
                # Another change is wished than the one asked about: "the locker then" is no time.
                value = None
        if value is None or (what == "address" and not _may_be_address(value)):
            return {}
        return {"change_order_value": value[:LONGEST_VALUE]}


CHANGES = ("address", "size", "colour", "time", "phone", "note")
SETTLED_WITH_CARRIER = ("time", "note")
"""What needs no change of the order: the carrier is asked, so it is possible until the end of the way."""


def _size_or_time(turn: Turn) -> str | None:
    if sizes_said.wished(words(turn)):
        return "size"
    return "time" if turn.entities("time") and delivery_moved.wished(words(turn)) else None


def _may_be_address(value: str) -> bool:
    return len(value) >= SHORTEST_ADDRESS or lexicon.mentions("shop_place", value)


class AskWhichOrderToChange(CrmAction):
    action_name: ClassVar[str] = "action_ask_change_order_form_change_order_number"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is not None:
            several = await changeable(turn, turn.member, turn.slot("change_order_what"))
            ask_which(turn, "reply_change_which", several)
        return []


class AskWhatToChange(CrmAction):
    action_name: ClassVar[str] = "action_ask_change_order_form_change_order_what"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        order = await own_order(turn, turn.slot("change_order_number"))
        if order is not None:
            offered = [what for what in CHANGES[:4] if what != "size" or any(line.size for line in order.lines)]
            turn.say(
                "reply_change_what",
                number=order.number,
                items=items_text(order, turn.language),
                buttons=[button(label("order_change", w, turn.language), "inform", choice=w) for w in offered],
            )
        return []


class AskWhichLineToChange(CrmAction):
    action_name: ClassVar[str] = "action_ask_change_order_form_change_order_line"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        order = await own_order(turn, turn.slot("change_order_number"))
        if order is not None:
            lines = [button(line_text(line, turn.language), "inform", choice=str(line.id)) for line in order.lines]
            turn.say("reply_change_which_line", number=order.number, buttons=lines)
        return []


class AskNewValue(CrmAction):
    """Ask for the new address, size, colour, telephone or time; sizes on offer are buttons."""

    action_name: ClassVar[str] = "action_ask_change_order_form_change_order_value"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        order = await own_order(turn, turn.slot("change_order_number"))
        what = turn.slot("change_order_what")
        if order is None or what not in CHANGES:
            return []
        line = _line(order, turn.slot("change_order_line"))
        buttons: list[Button] = []
        if what == "size" and line is not None:
            offered = [size for size in await sizes_of(turn.session, line) if size != line.size]
            buttons = [button(size_text(size, turn.language), "inform", choice=size) for size in offered[:6]]
        turn.say(f"reply_change_new_{what}", number=order.number, buttons=buttons)
        return []


class AskToConfirmChange(CrmAction):
    action_name: ClassVar[str] = "action_ask_change_order_form_change_order_confirmed"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        order = await own_order(turn, turn.slot("change_order_number"))
        if order is not None:
            what, value = str(turn.slot("change_order_what")), turn.slot("change_order_value")
            named = label("order_change", what, turn.language)
            response = "reply_change_confirm_note" if what == "note" else "reply_change_confirm"
            turn.say(response, number=order.number, what=named, value=value)
        return []


class ChangeOrder(MemberAction):
    """Write the confirmed change, or say what is still possible."""

    action_name: ClassVar[str] = "action_change_order_form_submit"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        number = turn.slot("change_order_number")
        order = await own_order(turn, number)
        if order is None:
            await tell_nothing_fits(turn, member, number, "reply_no_order_to_change", "change_order")
            if turn.slot("change_order_what") == "address":
                turn.say("reply_rule_address_for_later")
        elif (passed_on := asked_of_colleague(turn, order)) == "address":
            await handed_on.ask_of(turn, member, order, What.REDIRECT)
        elif passed_on is not None:
            await pass_on(turn, member, order, passed_on)
        elif not _may_change(order, turn.slot("change_order_what")):
            tell_too_late(turn, "reply_change_too_late", order, order.status)
        elif turn.slot("change_order_confirmed") is False:
            turn.say("reply_change_not_done", number=order.number)
            turn.focus(order=order.number)
            turn.done("kept_order", f"{order.number} stays", order=order.number)
            return ChangeOrderForm.put_off(turn)
        elif turn.slot("change_order_what") in SETTLED_WITH_CARRIER:
            await self._settle(turn, member, order, str(turn.slot("change_order_what")))
        else:
            await self._change(turn, order)
        return ChangeOrderForm.cleared()

    async def _change(self, turn: Turn, order: Order) -> None:
        what, value = turn.slot("change_order_what"), turn.slot("change_order_value")
        line = _line(order, turn.slot("change_order_line"))
        wish: Facts = {"recipient_phone" if what == "phone" else what: value}
        if line is not None and what in ("size", "colour"):
            wish["line_id"] = line.id
        try:
            await orders.request_change(turn.session, order, key=turn.key("change"), **wish)
        except OrderNotChangeable as refusal:
            tell_too_late(turn, "reply_change_too_late", order, refusal.status)
            return
        except NothingToChange:
            turn.say("reply_change_same", number=order.number, value=value)
            turn.done("nothing_to_change", order=order.number)
            return
        turn.say("reply_changed", number=order.number, what=label("order_change", what, turn.language), value=value)
        # Addresses and telephones are personal: the timeline says that one changed, not to what.
        turn.focus(order=order.number, done="change_order")
        turn.done("order_changed", f"{what} of {order.number} changed", order=order.number)

    async def _settle(self, turn: Turn, member: Member, order: Order, what: str) -> None:
        """Another time, or how it is to be left: what the carrier has to be asked."""
        due = service_hours.after(now(), service_hours.length(policy().parcels.carrier_answers_within))
        facts: Facts = {"number": order.number, "wish": turn.slot("change_order_value")}
        kind = f"delivery_{what}"
        promise = await promises.make(
            turn.session,
            member_id=member.id,
            identity_id=turn.identity.id,
            conversation_id=turn.conversation.id,
            kind=PromiseKind.ORDER_CHANGE,
            text=label("service_promise", kind, turn.language, due=due_text(due, turn.language), **facts),
            due_at=due,
            reference=order.number,
            key=turn.key(kind),
        )
        turn.say(f"reply_change_{what}_noted", due=format_moment(promise.due_at, turn.language), **facts)
        turn.focus(order=order.number, done="change_order")
        turn.done("recorded", f"{kind} of {order.number}", order=order.number, promise=promise.id)


async def changeable(turn: Turn, member: Member, what: str | None) -> Sequence[Order]:
    """Orders of which `what` may still be altered; another delivery time can be asked for until the end of the way."""
    statuses = TIME_CHANGEABLE if what in SETTLED_WITH_CARRIER else CHANGEABLE
    return await orders.recent(turn.session, member.id, limit=OPEN_LIMIT, statuses=statuses)


async def _size_wished(turn: Turn, line: OrderLine) -> str | None:
    return size_said(words(turn), line, await sizes_of(turn.session, line))


def _may_change(order: Order, what: str | None) -> bool:
    return order.status in (TIME_CHANGEABLE if what in SETTLED_WITH_CARRIER else CHANGEABLE)


def _line(order: Order, line_id: str | None) -> OrderLine | None:
    return next((line for line in order.lines if str(line.id) == str(line_id)), None)
