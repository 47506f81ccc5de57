"""A change of an order that comes too late for the bot: a colleague tries, and tells how it ended."""

from actions.kit.base import Turn
from actions.kit.form_input import choice
from actions.kit.replies import Facts, due_text
from actions.orders.form import ASK_COLLEAGUE, PASSED_ON
from crm_store import promises, service_hours
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_moment
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.policy import policy
from crm_store.promises import Promise, PromiseKind


def asked_of_colleague(turn: Turn, order: Order) -> str | None:
    """What a colleague shall change, where that button was pressed and it is not too late for them as well."""
    chosen = choice(turn) or ""
    if not turn.pressed or not chosen.startswith(ASK_COLLEAGUE) or order.status not in PASSED_ON:
        return None
    return chosen.removeprefix(ASK_COLLEAGUE)


async def pass_on(turn: Turn, member: Member, order: Order, what: str) -> None:
    """Note what is wished and by when the customer hears; the same wish again is one matter."""
    named = label("order_change", what, turn.language)
    promise = await _noted(turn, member, order, named)
    if promise is None:
        due = service_hours.after(now(), service_hours.length(policy().parcels.carrier_answers_within))
        facts: Facts = {"number": order.number, "what": named, "due": due_text(due, turn.language)}
        promise = await promises.make(
            turn.session,
            member_id=member.id,
            identity_id=turn.identity.id,
            conversation_id=turn.conversation.id,
            kind=PromiseKind.ORDER_CHANGE,
            text=label("service_promise", "order_change", turn.language, **facts),
            due_at=due,
            reference=order.number,
            key=turn.key("order_change"),
        )
    turn.say("reply_change_passed_on", number=order.number, due=format_moment(promise.due_at, turn.language))
    turn.focus(order=order.number, done="change_order")
    turn.done("recorded", f"change of {order.number}: {what}", order=order.number, promise=promise.id)


async def _noted(turn: Turn, member: Member, order: Order, named: str) -> Promise | None:
    running = await promises.open_for_member(turn.session, member.id)
    return next(
        (
            each
            for each in running
            if each.kind == PromiseKind.ORDER_CHANGE and each.reference == order.number and named in each.text
        ),
        None,
    )
