"""Money back for the thing that put somebody at risk: the rule for what is faulty, for that very purchase, and that
nothing is posted."""

from actions.kit.base import Turn
from actions.kit.replies import Facts, line_text
from actions.service.complaint_subject import faulty_line, order_of_goods
from crm_store import orders, returns
from crm_store.clock import now
from crm_store.complaints import Complaint
from crm_store.language import format_date
from crm_store.orders import Order, OrderLine
from crm_store.returns import ReturnReason

REFUND = "refund"
"""The guidance, as it stands in the choice and in the focus."""


async def tell(turn: Turn, case: Complaint | None, *, again: bool) -> None:
    """Whether it is paid back, until when and at whose cost. `again`: it was told before, and is told shorter."""
    found = await _the_thing(turn, case)
    if found is None:
        turn.say("reply_danger_refund_rule")
        return
    order, line = found
    until = returns.window_ends_at(order, ReturnReason.QUALITY)
    facts: Facts = {"item": line_text(line, turn.language)}
    if until is None:
        turn.say("reply_danger_refund_rule")
    elif until < now():
        turn.say("reply_return_after_danger", **facts)
    else:
        response = "reply_danger_refund_again" if again else "reply_danger_refund"
        turn.say(response, until=format_date(until, turn.language), **facts)


async def _the_thing(turn: Turn, case: Complaint | None) -> tuple[Order, OrderLine] | None:
    """The purchase that the case, or what was spoken of, is about; None where it is left open."""
    if turn.member is None:
        return None
    order = await order_of_goods(turn, turn.member)
    if case is not None and case.order_id is not None:
        order = next((each for each in await orders.recent(turn.session, turn.member.id, limit=50)
                      if each.id == case.order_id), order)  # fmt: skip
    if order is None:
        return None
    spoken_of = [line for line in order.lines if line.sku == turn.spoken_of.get("product")]
    line = await faulty_line(turn, order, case.description if case is not None else turn.text)
    line = line or (spoken_of[0] if len(spoken_of) == 1 else None)
    return (order, line) if line is not None else None
