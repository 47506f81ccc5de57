"""Until when a purchase may go back, asked before, amid or after its return: the very purchase with the day it was
signed for and its last day."""

from datetime import datetime, timedelta

from actions.kit.asked import return_day
from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.mentions import window_of
from actions.kit.replies import Facts, line_text, service_button
from actions.returns.chosen import that_may_come_back
from actions.returns.heard import is_fault, reason_said
from actions.returns.lines import Lines, found, own_line
from actions.returns.refusals import tell_refusal
from actions.returns.registered import ACT, tell_status
from crm_store import returns
from crm_store.clock import now, today
from crm_store.language import format_date
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.returns import ReturnProblem, ReturnReason, ReturnRefused

LINES_TOLD = 3


def asks(turn: Turn, *, of_a_return: bool = False) -> bool:
    """Whether the words ask for the last day of a return."""
    return not turn.pressed and return_day.asked(words(turn), of_a_return=of_a_return)


async def tell(turn: Turn, member: Member, *, in_hand: str | None = None) -> bool:
    """Say the last day of the purchase that the words name, of that whose return is begun (`in_hand`, the id of its
    line), of that spoken of, else of each that may come back still; False where there is none."""
    lines = await _meant(turn, member, in_hand)
    if return_day.asks_today(words(turn)):
        turn.say("reply_today", today=format_date(today(), turn.language))
    for order, line in lines[:LINES_TOLD]:
        await _tell_line(turn, order, line)
    if len(lines) == 1:
        turn.focus(order=lines[0][0].number, product=lines[0][1].sku)
    if lines and turn.form is None:
        turn.done("answered", words(turn))
    return bool(lines)


async def _meant(turn: Turn, member: Member, in_hand: str | None) -> Lines:
    named = await found(turn, member)
    current = await own_line(turn, in_hand)
    if current is not None and not (named.sure and named.lines):
        return [current]
    if named.number or named.unknown:
        return []
    return await that_may_come_back(turn, member, named.lines) or await returns.returnable(turn.session, member.id)


async def _tell_line(turn: Turn, order: Order, line: OrderLine) -> None:
    if running := await returns.running_of(turn.session, line.id):
        tell_status(turn, running)
        return
    language, item = turn.language, line_text(line, turn.language)
    reason = reason_said(words(turn)) or turn.slot("return_reason")
    until = returns.window_ends_at(order, reason or ReturnReason.NOT_WANTED)
    at_fault = returns.window_ends_at(order, ReturnReason.QUALITY)
    if until is None or at_fault is None or order.delivered_at is None:
        turn.say("reply_return_last_day_not_there", item=item)
        return
    if until < now():
        refusal = ReturnRefused(ReturnProblem.WINDOW_OVER, order.number, until=until)
        await tell_refusal(turn, refusal, order, line, reason)
        return
    facts: Facts = {
        "item": item,
        "day": format_date(order.delivered_at, language),
        "until": format_date(until, language),
        "fault_until": format_date(at_fault, language),
    }
    if (in_time := _is_in_time(turn, until)) is not None:
        turn.say("reply_return_in_time" if in_time else "reply_return_not_in_time")
    begin = [] if turn.form else [service_button(turn, "return", ACT)]
    turn.say("reply_return_last_day_fault" if is_fault(reason) else "reply_return_last_day", buttons=begin, **facts)


def _is_in_time(turn: Turn, until: datetime) -> bool | None:
    """Whether the day, or the span of days to come, that the words name lies before the last day; None where they name
    none, or it lies in the midst of the span."""
    windows = [window for value in turn.entities("time") if (window := window_of(value)) is not None]
    to_come = [(begin, end) for begin, end in windows if end > now()]
    if not to_come or any(end - begin < timedelta(hours=20) for begin, end in to_come):
        return None
    begin, end = to_come[-1]
    if begin > until:
        return False
    return True if end <= until + timedelta(seconds=1) else None
