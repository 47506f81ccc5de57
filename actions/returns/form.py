"""Returns and exchanges: which thing, why, money or another size; to a visitor nobody knows, how they work."""

from typing import Any, ClassVar

from rasa_sdk import Tracker

from actions.kit import lexicon
from actions.kit.base import BIND_FORM, Event, MemberAction, Turn, kept_for_later
from actions.kit.form_input import begins, blank, choice, confirmed, words
from actions.kit.forms import CrmForm, activating_intents, requested
from actions.kit.mentions import lines_described, order_meant
from actions.kit.replies import Facts, due_text, help_buttons, line_text, service_button, size_text
from actions.knowledge.found import Found, look_up
from actions.orders.status import open_orders
from actions.products.sizes import size_said, sizes_of
from actions.returns.lines import Lines, in_question, of_the_day, own_line
from actions.returns.policy import shipping_text, tell_policy
from crm_store import orders, returns
from crm_store.clock import now
from crm_store.language import format_date, format_money
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.returns import ReturnKind, ReturnProblem, ReturnReason, ReturnRefused, ReturnRequest

NONE_OF_THESE = "none"
"""Value of `return_line` when the only line in question is not the one meant."""


class ReturnForm(CrmForm):
    form_name: ClassVar[str] = "return_form"
    slots: ClassVar[tuple[str, ...]] = (
        "return_line",
        "return_line_confirmed",
        "return_reason",
        "return_kind",
        "return_new_size",
        "return_confirmed",
    )

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if turn.member is None:
            return blank(self)
        candidates = await returns.returnable(turn.session, turn.member.id)
        if begins(self, turn):
            if turn.intent not in activating_intents(self.form_name):
                # Begun by an action after the visitor was verified: it knows what was asked, this message is the code.
                return {}
            filled = blank(self) | await self._first_line(turn, turn.member, candidates) | self._reason(turn)
            return filled | await self._kind_and_size(turn, filled)
        if requested(turn, "return_confirmed") and (answer := confirmed(turn, "return_confirmed")):
            return answer
        if self._same_wish(turn):
            return {"return_confirmed": True}
        filled = await self._line(turn, turn.member, candidates) | self._reason(turn)
        known = {slot: turn.slot(slot) for slot in self.slots} | filled
        return filled | await self._kind_and_size(turn, known)

    def _same_wish(self, turn: Turn) -> bool:
        """ "退吧" to the question whether to register a return is a yes."""
        if not requested(turn, "return_confirmed") or _reason_said(turn) is not None:
            return False
        group = "refund_wish" if turn.slot("return_kind") == ReturnKind.RETURN else "exchange"
        other = "exchange" if group == "refund_wish" else "refund_wish"
        text = words(turn)
        return lexicon.mentions(group, text) and not lexicon.mentions(other, text) and not lexicon.corrects(text)

    async def required(self, turn: Turn) -> list[str]:
        if turn.member is None:
            return []
        chosen, reason = turn.slot("return_line"), turn.slot("return_reason")
        if chosen is None:
            return ["return_line"] if len(await in_question(turn, turn.member)) > 1 else []
        found = await own_line(turn, chosen)
        if found is None or await _is_over(turn, *found, reason):
            return []
        needed = ["return_line_confirmed", "return_reason"]
        if reason is not None:
            needed.append("return_kind")
        if turn.slot("return_kind") == ReturnKind.EXCHANGE and reason == ReturnReason.WRONG_SIZE:
            needed.append("return_new_size")
        return [*needed, "return_confirmed"]

    async def _first_line(self, turn: Turn, member: Member, candidates: Lines) -> dict[str, Any]:
        """What the first message says about the thing; a single candidate is asked about, a named one is taken."""
        if turn.entity("order_number") or turn.entity("parcel_number"):
            named = await order_meant(turn, member, [])
            if named.one is None:
                return {}
            fitting: Lines = lines_described(turn, [(named.one, line) for line in named.one.lines])
            lines: Lines = fitting or [(named.one, line) for line in named.one.lines]
            open_lines = [pair for pair in lines if pair[1].id in {line.id for _, line in candidates}] or lines
            return _chosen(open_lines[0][1], sure=True) if len(open_lines) == 1 else {}
        fitting = of_the_day(turn, lines_described(turn, candidates) or candidates)
        return _chosen(fitting[0][1]) if len(fitting) == 1 else {}

    async def _line(self, turn: Turn, member: Member, candidates: Lines) -> dict[str, Any]:
        pressed = choice(turn) if requested(turn, "return_line") else None
        found = await own_line(turn, pressed) if pressed else None
        if found is not None:
            return _chosen(found[1], sure=True)
        described = lines_described(turn, candidates)
        if requested(turn, "return_line"):
            fitting = of_the_day(turn, described or ([] if pressed else candidates))
            return _chosen(fitting[0][1], sure=True) if len(fitting) == 1 else {}
        if not requested(turn, "return_line_confirmed"):
            return {}
        answer = confirmed(turn, "return_line_confirmed")
        if len(described) == 1 and (not answer or answer["return_line_confirmed"] is False):
            return _chosen(described[0][1], sure=True)
        if answer.get("return_line_confirmed") is False:
            return {"return_line": None if len(candidates) > 1 else NONE_OF_THESE, "return_line_confirmed": None}
        return dict(answer)

    def _reason(self, turn: Turn) -> dict[str, Any]:
        reason = _reason_said(turn)
        given = turn.slot("return_reason") if not begins(self, turn) else None
        if reason is None:
            return {}
        if reason == given:
            # Said once more: nothing changes, and the open question is asked again.
            return {"return_reason": reason}
        if given is not None and not requested(turn, "return_reason") and not lexicon.corrects(words(turn)):
            return {}
        # Another reason asks anew whether it is to be exchanged, and for which size.
        return {"return_reason": reason, "return_kind": None, "return_new_size": None}

    async def _kind_and_size(self, turn: Turn, known: dict[str, Any]) -> dict[str, Any]:
        """Money or another one: as said; asked only where another size may help."""
        reason, found = known["return_reason"], await own_line(turn, known["return_line"])
        if reason is None or found is None:
            return {}
        line, text = found[1], words(turn)
        offered = await sizes_of(turn.session, line) if line.size and reason == ReturnReason.WRONG_SIZE else []
        asked = any(requested(turn, slot) for slot in ("return_kind", "return_new_size", "return_confirmed"))
        pressed = (choice(turn) or "") if asked else ""
        size = pressed if pressed in offered else size_said(text, line, offered) if offered else None
        exchange = bool(size and asked) or pressed == ReturnKind.EXCHANGE or lexicon.mentions("exchange", text)
        back = pressed == ReturnKind.RETURN or (asked and not size and lexicon.mentions("refund_wish", text))
        if known["return_kind"] is None or asked:
            if back:
                return {"return_kind": ReturnKind.RETURN.value, "return_new_size": None}
            if exchange and (offered or reason != ReturnReason.WRONG_SIZE):
                return {"return_kind": ReturnKind.EXCHANGE.value} | ({"return_new_size": size} if size else {})
        if known["return_kind"] is None and not offered:
            return {"return_kind": ReturnKind.RETURN.value}
        return {}


class OpenReturn(MemberAction):
    """Register the confirmed return or exchange; a refusal says why and what else is possible.

    A visitor nobody knows hears how returns work, and begins one by being verified.
    """

    action_name: ClassVar[str] = "action_return_form_submit"

    async def prepare(self, tracker: Tracker) -> Found:
        # A member's return is about an order line by now, and nothing is looked up.
        return Found() if tracker.get_slot("return_line") else await look_up(tracker)

    async def look_up(self, tracker: Tracker) -> None:
        """`prepare` has looked the rule up already."""

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is not None or turn.entity("order_number") or turn.entity("parcel_number"):
            return await super().answer(turn)
        await tell_policy(turn, turn.prepared)
        if turn.form != BIND_FORM:
            turn.say("reply_return_verify")
        return [kept_for_later(turn)]

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        found = await own_line(turn, turn.slot("return_line"))
        if found is None and turn.slot("return_line") is None:
            if events := await self._taken_up(turn):
                return events
            found = await own_line(turn, turn.slot("return_line"))
        if found is None:
            await self._nothing(turn, member)
        elif turn.slot("return_confirmed") is False:
            turn.say("reply_return_not_done")
            turn.done("return_dropped", order=found[0].number)
        else:
            await self._open(turn, *found)
        return ReturnForm.cleared()

    async def _taken_up(self, turn: Turn) -> list[Event]:
        """Opens the form for a wish said before the visitor was verified, when there is something to ask."""
        form = ReturnForm()
        if turn.intent not in activating_intents(form.form_name):
            return []
        known = await form.fill(turn)
        turn.tracker.slots.update(known)
        asks = any(turn.slot(slot) is None for slot in await form.required(turn))
        return form.begun(**known) if asks else []

    async def _open(self, turn: Turn, order: Order, line: OrderLine) -> None:
        reason = turn.slot("return_reason") or ReturnReason.QUALITY
        try:
            request = await returns.open_return(
                turn.session,
                order,
                line,
                reason=reason,
                kind=turn.slot("return_kind") or ReturnKind.RETURN,
                new_size=turn.slot("return_new_size"),
                key=turn.key("return"),
                conversation_id=turn.conversation.id,
            )
        except ReturnRefused as refusal:
            _tell_refusal(turn, refusal, order, line)
            return
        _tell_opened(turn, request)

    async def _not_here_yet(self, turn: Turn, member: Member) -> Order | None:
        """The order that is meant although it is still on its way; nothing of it can come back yet."""
        if turn.slot("return_line") is not None:
            return None
        running = [order for order in await open_orders(turn, member) if order.delivered_at is None]
        return (await order_meant(turn, member, running)).one

    async def _nothing(self, turn: Turn, member: Member) -> None:
        number = turn.entity("order_number") or turn.entity("parcel_number")
        if number and (await order_meant(turn, member, [])).one is None:
            turn.say("reply_number_unknown", number=str(number))
            turn.done("not_found", number=str(number))
        elif under_way := await self._not_here_yet(turn, member):
            problem = ReturnRefused(ReturnProblem.NOT_DELIVERED, under_way.number)
            _tell_refusal(turn, problem, under_way, under_way.lines[0])
        elif turn.slot("return_line") == NONE_OF_THESE:
            turn.say("reply_return_none_of_these", buttons=help_buttons(turn)[-1:])
            turn.done("not_found")
        elif await orders.recent(turn.session, member.id, limit=1):
            turn.say("reply_nothing_to_return", buttons=help_buttons(turn)[-1:])
            turn.done("nothing_to_return")
        else:
            turn.say("reply_no_orders")
            turn.done("no_orders")


def _chosen(line: OrderLine, *, sure: bool = False) -> dict[str, Any]:
    return {"return_line": str(line.id), "return_line_confirmed": True if sure else None}


def _reason_said(turn: Turn) -> str | None:
    pressed = choice(turn) if requested(turn, "return_reason") else None
    if pressed in set(ReturnReason):
        return pressed
    return lexicon.meant("return_reason", words(turn))


async def _is_over(turn: Turn, order: Order, line: OrderLine, reason: str | None) -> bool:
    """Whether the store will refuse whatever else is answered: the submission says so at once."""
    longest = reason or ReturnReason.QUALITY
    ends = returns.window_ends_at(order, longest)
    if ends is None or ends < now():
        return True
    candidates = await returns.returnable(turn.session, order.member_id)
    return line.id not in {candidate.id for _, candidate in candidates}


def _tell_refusal(turn: Turn, refusal: ReturnRefused, order: Order, line: OrderLine) -> None:
    facts: Facts = {
        "number": order.number,
        "item": line_text(line, turn.language),
        "until": format_date(refusal.until, turn.language) if refusal.until else "",
        "request": refusal.number or "",
    }
    buttons = help_buttons(turn)[-1:]
    if refusal.problem == ReturnProblem.NOT_DELIVERED:
        name = "cancel_order" if order.cancellable else "track"
        intent = "cancel_order" if order.cancellable else "ask_parcel"
        buttons = [service_button(turn, name, intent, order_number=order.number), *buttons]
    elif refusal.problem == ReturnProblem.ALREADY_REQUESTED:
        buttons = [service_button(turn, "refund", "ask_refund_status"), *buttons]
    turn.say(f"reply_return_{refusal.problem.value}", buttons=buttons, **facts)
    turn.done("return_refused", f"{order.number}: {refusal.problem.value}", order=order.number)


def _tell_opened(turn: Turn, request: ReturnRequest) -> None:
    facts: Facts = {
        "number": request.number,
        "item": line_text(request.line, turn.language),
        "shipping": shipping_text(turn, request.shipping_paid_by),
        "decided": due_text(request.step_due_at, turn.language) if request.step_due_at else "",
    }
    turn.done(
        "return_opened", f"{request.kind} {request.number}: {request.reason}",
        order=request.order.number, request=request.number,
    )  # fmt: skip
    if request.kind == ReturnKind.EXCHANGE:
        size = size_text(request.new_size, turn.language) if request.new_size else ""
        turn.say("reply_exchange_opened_size" if size else "reply_exchange_opened", size=size, **facts)
        return
    refund = format_money(request.refund_minor, request.currency)
    due = format_date(request.refund_due_at, turn.language) if request.refund_due_at else ""
    turn.say("reply_return_opened", refund=refund, due=due, **facts)
