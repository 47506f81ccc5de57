"""Something that was bought is faulty, broken, incomplete: regret, and what is possible for that very thing."""

from typing import ClassVar

from actions.kit.asked import sizes_said
from actions.kit.base import BIND_FORM, Event, MemberAction, Turn, kept_for_later
from actions.kit.form_input import words
from actions.kit.forms import CrmForm
from actions.kit.replies import help_buttons, line_text
from actions.kit.told.own_damage import told as is_damage
from actions.products.sizes import size_said, sizes_of
from actions.returns import own_damage
from actions.returns.apart import kinds_told
from actions.returns.chosen import chosen, is_over
from actions.returns.form import NOTE_CHARACTERS, ReturnForm
from actions.returns.heard import fault_denied, is_fault, kind_wished, reason_said, supposes, weighs
from actions.returns.lately import named_lately
from actions.returns.lines import Lines, found, in_question
from actions.returns.refusals import tell_refusal
from actions.returns.repairs import keep_fault, only_repair, tell_only_repair
from crm_store import returns
from crm_store.language import format_date
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.returns import ReturnKind, ReturnProblem, ReturnReason, ReturnRefused


class ActionReportFault(MemberAction):
    """Opens the form for the thing, with the reason filled in, while it may come back or be repaired free.

    A visitor hears the rule and how to go on.
    """

    action_name: ClassVar[str] = "action_report_fault"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is not None and (events := await own_damage.answer(turn, turn.member)) is not None:
            return ReturnForm.left() if turn.form == ReturnForm.form_name else events
        if supposes(words(turn)):
            turn.say("reply_return_aside_if_faulty")
            turn.done("answered")
            return []
        if turn.member is not None:
            return await super().answer(turn)
        if is_damage(words(turn)):
            turn.say("reply_own_damage_visitor", buttons=help_buttons(turn)[-1:])
        else:
            turn.say("reply_fault_visitor" if turn.form != BIND_FORM else "reply_fault_visitor_rule")
        turn.done("verification_needed")
        return [kept_for_later(turn)]

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        meant = await found(turn, member)
        if meant.number:
            turn.say("reply_number_unknown", number=meant.number)
            turn.done("not_found", number=meant.number)
            return []
        if meant.unknown:
            turn.say("reply_fault_not_bought", item=meant.unknown, buttons=help_buttons(turn)[-1:])
            turn.done("not_found", meant.unknown)
            return []
        named = meant.lines or await named_lately(turn, member)
        lines = await self._in_question(turn, member, named)
        if not lines:
            turn.say("reply_fault_which", buttons=help_buttons(turn)[-1:])
            turn.done("no_orders")
            return []
        if len(lines) > 1:
            turn.say("reply_fault_sorry")
            return self._form(turn)
        return await self._one(turn, *lines[0], sure=meant.sure)

    async def _in_question(self, turn: Turn, member: Member, named: Lines) -> Lines:
        """What is meant; of several alike what may still come back. Nothing named: what was delivered."""
        if not named:
            return await in_question(turn, member)
        open_lines = {line.id for _, line in await returns.returnable(turn.session, member.id)}
        return [pair for pair in named if pair[1].id in open_lines] or named

    async def _one(self, turn: Turn, order: Order, line: OrderLine, *, sure: bool) -> list[Event]:
        turn.focus(order=order.number, product=line.sku)
        reason = _reason(turn)
        keep_fault(turn, line, reason)
        if not await is_over(turn, order, line, reason):
            until = returns.window_ends_at(order, reason)
            turn.say(
                "reply_fault_may_come_back" if is_fault(reason) else "reply_fault_sorry_item",
                item=line_text(line, turn.language),
                until=format_date(until, turn.language) if until else "",
            )
            size = await self._size(turn, line)
            return self._form(turn, kinds_told(turn).get(line.sku), return_new_size=size, **chosen(line, sure=sure))
        if await only_repair(turn, order, line, reason):
            await tell_only_repair(turn, order, line, reason)
            return self._form(turn, **chosen(line, sure=True), return_kind=ReturnKind.REPAIR.value)
        await tell_refusal(turn, await _refusal(turn, order, line, reason), order, line, reason)
        # Of another thing than the one in hand it is only told: that one goes on.
        is_in_hand = turn.slot("return_line") in (None, str(line.id))
        return ReturnForm.left() if turn.form == ReturnForm.form_name and is_in_hand else []

    async def _size(self, turn: Turn, line: OrderLine) -> str | None:
        """The size of the new one, where one is wished in place of the faulty piece."""
        offered = await sizes_of(turn.session, line) if line.size else []
        wishes = kind_wished(words(turn)) is ReturnKind.EXCHANGE and bool(sizes_said.wished(words(turn)))
        return size_said(words(turn), line, offered) if wishes and offered else None

    def _form(self, turn: Turn, wished_before: ReturnKind | None = None, **known: object) -> list[Event]:
        reason, wished = _reason(turn), kind_wished(words(turn)) or wished_before
        turn.done("answered", reason)
        filled = {"return_reason": reason, "return_note": words(turn)[:NOTE_CHARACTERS] or None, **known}
        if wished is not None and is_fault(reason) and not weighs(words(turn)):
            filled.setdefault("return_kind", wished.value)
        form: type[CrmForm] = ReturnForm
        return form.begun(**filled)


def _reason(turn: Turn) -> str:
    """What is wrong; a fault, as that is what was heard, unless the words deny one."""
    otherwise = ReturnReason.NOT_WANTED if fault_denied(words(turn)) else ReturnReason.QUALITY
    return (reason_said(words(turn)) or otherwise).value


async def _refusal(turn: Turn, order: Order, line: OrderLine, reason: str) -> ReturnRefused:
    """Why the line cannot come back now."""
    if order.delivered_at is None:
        return ReturnRefused(ReturnProblem.NOT_DELIVERED, order.number)
    if running := await returns.running_of(turn.session, line.id):
        return ReturnRefused(ReturnProblem.ALREADY_REQUESTED, order.number, number=running.number)
    until = returns.window_ends_at(order, reason)
    return ReturnRefused(ReturnProblem.WINDOW_OVER, order.number, until=until)
