"""Until when the goods of a registered return are to be on their way back, and whether a day the customer names is in
time; where it is not, a colleague is asked to wait."""

from datetime import datetime

from actions.kit.base import Turn
from actions.kit.form_input import choice, words
from actions.kit.mentions import window_of
from actions.kit.replies import Facts, due_text, line_text
from actions.kit.told import handing_on
from actions.kit.told.handing_on import What
from actions.orders import handed_on
from actions.returns.asides import decided_by
from actions.returns.heard import request_number
from crm_store import returns
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_date, format_span
from crm_store.members import Member
from crm_store.policy import policy
from crm_store.returns import ReturnRequest, ReturnStatus


async def told(turn: Turn, member: Member) -> bool:
    """Tell it of the return that is meant, or, before one is registered, the rule; False where it is not asked."""
    chosen = choice(turn) or ""
    if not chosen.startswith(handing_on.SEND_BY):
        return False
    number = request_number(words(turn)) or request_number(chosen)
    request = await returns.by_number(turn.session, number, member_id=member.id) if number else None
    if request is None:
        decided = due_text(decided_by(), turn.language)
        turn.say("reply_send_by_rule", decided=decided, span=_span(turn))
        turn.done("answered", "until when to send it back")
        return True
    turn.focus(order=request.order.number, product=request.line.sku, **{"return": request.number})
    turn.done("answered", request.number, request=request.number)
    _tell(turn, request)
    return True


def _tell(turn: Turn, request: ReturnRequest) -> None:
    facts: Facts = {"number": request.number, "item": line_text(request.line, turn.language), "span": _span(turn)}
    due = request.step_due_at or decided_by()
    if request.status == ReturnStatus.APPROVED:
        turn.say("reply_send_by_approved", until=due_text(due, turn.language), **facts)
        latest = due
    elif request.status == ReturnStatus.REQUESTED:
        turn.say("reply_send_by_requested", decided=due_text(due, turn.language), **facts)
        # It may be looked at this very minute: only what lies within the span from now on is sure.
        latest = now() + policy().returns.send_within
    else:
        turn.say("reply_send_by_done", status=label("return_status", request.status, turn.language), **facts)
        return
    day = _day(turn)
    if day is None:
        return
    if day <= latest:
        turn.say("reply_send_by_in_time", day=format_date(day, turn.language))
        return
    text = label("hand_on", "later", turn.language, number=request.number, day=format_date(day, turn.language))
    handed_on.put_question(turn, request.order, What.LATER, text)


def _day(turn: Turn) -> datetime | None:
    """The day on which the customer could send it: the last one to come that the words name."""
    windows = [window for value in turn.entities("time") if (window := window_of(value)) is not None]
    to_come = [begin for begin, end in windows if end > now()]
    return to_come[-1] if to_come else None


def _span(turn: Turn) -> str:
    return format_span(policy().returns.send_within, turn.language)
