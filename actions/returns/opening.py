"""The end of the form: a return, an exchange or a repair is registered, or the customer hears why not; to a visitor
nobody knows, how returns work."""

from typing import ClassVar

from rasa_sdk import Tracker

from actions.kit.asked import return_day, return_matters, sum_back
from actions.kit.asking_who import ask_who, wants_what_is_theirs
from actions.kit.base import BIND_FORM, Event, MemberAction, Turn, kept_for_later
from actions.kit.form_input import choice, words
from actions.kit.forms import activating_intents
from actions.kit.replies import Facts, due_text, help_buttons, line_text, service_button, size_text
from actions.knowledge.found import Found, look_up
from actions.orders.status import open_orders
from actions.returns import brought_back, last_day, matters_told, notes, own_damage, pieces, reason_corrected
from actions.returns.colours import colour_name
from actions.returns.form import NONE_OF_THESE, ReturnForm
from actions.returns.heard import asks_rule, is_fault, kind_wished
from actions.returns.lines import bought, found, own_line
from actions.returns.policy import is_told, shipping_text, tell_policy
from actions.returns.refusals import tell_refusal
from actions.returns.registered import ACT, registered, tell_asked, tell_registered
from actions.returns.repairs import is_damaged
from crm_store import returns
from crm_store.clock import today
from crm_store.language import format_date, format_money
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.returns import ReturnKind, ReturnProblem, ReturnReason, ReturnRefused, ReturnRequest


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
        if turn.member is None and choice(turn) == return_day.DEADLINE and return_day.asks_today(words(turn)):
            turn.say("reply_today", today=format_date(today(), turn.language))
        if turn.member is not None or turn.entity("order_number") or turn.entity("parcel_number"):
            return await super().answer(turn)
        if kind_wished(words(turn)) is ReturnKind.REPAIR and not asks_rule(words(turn)):
            turn.say("reply_repair_visitor")
        else:
            await tell_policy(turn, turn.prepared)
            if not turn.pressed and turn.prepared.surely and not wants_what_is_theirs(turn.text):
                return []
        if turn.form != BIND_FORM:
            ask_who(turn, "reply_return_verify")
        turn.done("verification_needed", turn.summary, **turn.references)
        return [kept_for_later(turn)]

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        if await notes.tell(turn, member) or await reason_corrected.tell(turn, member):
            return ReturnForm.cleared()
        if await self._told_sum(turn, member):
            return ReturnForm.cleared()
        if choice(turn) == return_day.DEADLINE:
            if not await last_day.tell(turn, member):
                await self._tell_rule(turn)
            return ReturnForm.cleared()
        if await self._told_of_registered(turn, member):
            return ReturnForm.cleared()
        line = await own_line(turn, turn.slot("return_line"))
        if line is None and turn.slot("return_line") is None and turn.slot("return_confirmed") is None:
            if request := await registered(turn, member):
                await tell_registered(turn, request)
                return ReturnForm.cleared()
            if events := await self._taken_up(turn):
                return events
            line = await own_line(turn, turn.slot("return_line"))
        if turn.slot("return_confirmed") is False:
            turn.say("reply_return_not_done")
            turn.done("return_dropped", order=line[0].number if line else None)
            return ReturnForm.put_off(turn)
        if line is None:
            await self._nothing(turn, member)
        else:
            await self._open(turn, *line)
        return ReturnForm.cleared()

    async def _told_of_registered(self, turn: Turn, member: Member) -> bool:
        """What is asked of the return that is registered."""
        if choice(turn) in return_day.ASKED and await tell_asked(turn, member):
            return True
        return bool(return_matters.read(choice(turn))) and await matters_told.tell_registered(turn, member)

    async def _told_sum(self, turn: Turn, member: Member) -> bool:
        """What a return would bring back, where that is asked; what was never bought has no sum."""
        if not sum_back.read(choice(turn)):
            return False
        if not await brought_back.tell(turn, member):
            await self._nothing(turn, member)
        return True

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
        reason = turn.slot("return_reason")
        if is_damaged(turn, line) and (is_fault(reason) or turn.slot("return_kind") == ReturnKind.REPAIR):
            own_damage.tell(turn, line)
            return
        try:
            request = await returns.open_return(
                turn.session,
                order,
                line,
                reason=reason or ReturnReason.QUALITY,
                kind=turn.slot("return_kind") or ReturnKind.RETURN,
                new_size=turn.slot("return_new_size"),
                new_colour=turn.slot("return_new_colour"),
                note=turn.slot("return_note"),
                quantity=pieces.of(turn, line),
                key=turn.key("return"),
                conversation_id=turn.conversation.id,
            )
        except ReturnRefused as refusal:
            # What was told beside the yes belongs to no earlier return.
            turn.focus(**{"return": None})
            if refusal.problem == ReturnProblem.NOT_DELIVERED and await is_told(turn):
                return
            await tell_refusal(turn, refusal, order, line, reason)
            return
        tell_opened(turn, request)

    async def _nothing(self, turn: Turn, member: Member) -> None:
        """No line to return: an unknown number, a thing never bought, one on its way, or a question of rule."""
        meant = await found(turn, member)
        running = [order for order in await open_orders(turn, member) if order.delivered_at is None]
        if meant.number:
            turn.say("reply_number_unknown", number=meant.number)
            turn.done("not_found", number=meant.number)
        elif asks_rule(words(turn)):
            await self._tell_rule(turn)
        elif meant.unknown:
            await self._tell_not_bought(turn, member, meant.unknown)
        elif turn.slot("return_line") == NONE_OF_THESE:
            turn.say("reply_return_none_of_these", buttons=help_buttons(turn)[-1:])
            turn.done("not_found")
        elif len(running) == 1 and len(running[0].lines) == 1:
            order, line = running[0], running[0].lines[0]
            await tell_refusal(turn, ReturnRefused(ReturnProblem.NOT_DELIVERED, order.number), order, line, None)
        elif await bought(turn, member):
            turn.say("reply_nothing_to_return", buttons=help_buttons(turn)[-1:])
            turn.done("nothing_to_return")
        else:
            turn.say("reply_no_orders")
            turn.done("no_orders")

    async def _tell_rule(self, turn: Turn) -> None:
        await tell_policy(turn, turn.prepared)
        turn.say("reply_return_begin", buttons=[service_button(turn, "return", ACT)])

    async def _tell_not_bought(self, turn: Turn, member: Member, item: str) -> None:
        """Nothing else is put in its place; what was bought is offered by name."""
        if await returns.returnable(turn.session, member.id):
            turn.say("reply_return_not_bought", item=item, buttons=[service_button(turn, "return", ACT)])
        else:
            turn.say("reply_return_not_bought", item=item, buttons=help_buttons(turn)[-1:])
        turn.done("not_found", item)


def tell_opened(turn: Turn, request: ReturnRequest) -> None:
    """Say what was registered, what happens next and by when."""
    facts: Facts = {
        "number": request.number,
        "item": line_text(request.line, turn.language),
        "shipping": shipping_text(turn, request.shipping_paid_by),
        "decided": due_text(request.step_due_at, turn.language) if request.step_due_at else "",
        "order": request.order.number,
    }
    turn.done(
        "return_opened", f"{request.kind} {request.number}: {request.reason}",
        order=request.order.number, request=request.number,
    )  # fmt: skip
    turn.focus(order=request.order.number, product=request.line.sku, done=ACT, **{"return": request.number})
    if request.kind == ReturnKind.REPAIR:
        turn.say("reply_repair_opened", **facts)
        return
    if request.kind == ReturnKind.EXCHANGE:
        size = size_text(request.new_size, turn.language) if request.new_size else ""
        colour = colour_name(request.new_colour, turn.language) if request.new_colour else ""
        name = "reply_exchange_opened_size" if size or colour else "reply_exchange_opened"
        turn.say(name, size=" ".join(filter(None, [colour, size])), **facts)
        return
    refund = format_money(request.refund_minor, request.currency)
    due = format_date(request.refund_due_at, turn.language) if request.refund_due_at else ""
    turn.say("reply_return_opened", refund=refund, due=due, **facts)
