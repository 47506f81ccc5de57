"""Why something cannot come back, and what is possible instead: the other window, the warranty, a complaint."""

from datetime import datetime

from actions.kit.base import Turn
from actions.kit.danger_told import from_a_thing
from actions.kit.replies import Facts, help_buttons, line_text, service_button
from actions.kit.words.consent import Answer
from actions.returns.repairs import is_covered, repair_button
from crm_store import returns
from crm_store.clock import now
from crm_store.language import format_date
from crm_store.orders import Order, OrderLine
from crm_store.returns import ReturnProblem, ReturnReason, ReturnRefused


async def tell_refusal(turn: Turn, refusal: ReturnRefused, order: Order, line: OrderLine, reason: str | None) -> None:
    """The reason of a refusal; `reason` is why the customer wants to send it back, as far as that is known."""
    turn.focus(order=order.number, product=line.sku)
    turn.done("return_refused", f"{order.number}: {refusal.problem.value}", order=order.number)
    if refusal.problem == ReturnProblem.WINDOW_OVER:
        await _tell_window_over(turn, order, line, reason)
        return
    facts: Facts = {
        "number": order.number,
        "item": line_text(line, turn.language),
        "request": refusal.number or "",
    }
    buttons = help_buttons(turn)[-1:]
    if refusal.problem == ReturnProblem.NOT_DELIVERED:
        name = "cancel_order" if order.cancellable else "track"
        intent = "cancel_order" if order.cancellable else "ask_parcel"
        buttons = [service_button(turn, name, intent, order_number=order.number), *buttons]
    elif refusal.problem == ReturnProblem.NOTHING_TO_REPAIR:
        if from_a_thing(turn):
            turn.say("reply_return_after_danger", buttons=buttons, **facts)
            return
        buttons = help_buttons(turn)
    elif refusal.problem == ReturnProblem.ALREADY_REQUESTED:
        turn.focus(**{"return": refusal.number})
        buttons = [service_button(turn, "refund", "ask_refund_status"), *buttons]
    turn.say(f"reply_return_{refusal.problem.value}", buttons=buttons, **facts)


async def _tell_window_over(turn: Turn, order: Order, line: OrderLine, reason: str | None) -> None:
    """Which windows are over since when, what is open still, and until when the warranty runs."""
    any_reason = returns.window_ends_at(order, ReturnReason.NOT_WANTED)
    at_fault = returns.window_ends_at(order, ReturnReason.QUALITY)
    warranty = returns.warranty_ends_at(order, await returns.warranty_of(turn.session, line))
    facts: Facts = {
        "item": line_text(line, turn.language),
        "until": _day(turn, any_reason),
        "fault_until": _day(turn, at_fault),
        "warranty_until": _day(turn, warranty),
    }
    covered = await is_covered(turn, order, line, reason)
    if from_a_thing(turn) and not covered:
        turn.say("reply_return_after_danger", buttons=help_buttons(turn)[-1:], **facts)
    elif returns.window_ends_at(order, reason or ReturnReason.QUALITY) == at_fault and reason is not None:
        name = "reply_fault_warranty" if covered else "reply_fault_too_late"
        # "Shall I register the repair?" is asked: a yes begins it.
        wanted = [repair_button(turn, line) | {"answer": Answer.YES.value}] if covered else help_buttons(turn)[:1]
        turn.say(name, buttons=[*wanted, *help_buttons(turn)[-1:]], **facts)
    elif at_fault is not None and at_fault >= now():
        turn.say("reply_return_window_over", buttons=help_buttons(turn)[-1:], **facts)
    else:
        name = "reply_return_windows_over_warranty" if covered else "reply_return_windows_over"
        turn.say(name, buttons=help_buttons(turn)[-1:], **facts)


def _day(turn: Turn, moment: datetime | None) -> str:
    return format_date(moment, turn.language) if moment is not None else ""
