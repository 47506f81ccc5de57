"""Cancelling an order."""

from collections.abc import Sequence
from typing import Any, ClassVar

from actions.kit.asked.cancelling import asks_of_voucher
from actions.kit.base import CrmAction, Event, MemberAction, Turn
from actions.kit.form_input import begins, blank, confirmed, words
from actions.kit.forms import CrmForm, requested
from actions.kit.mentions import names_a_number, order_meant
from actions.kit.replies import Facts, items_text, service_button
from actions.kit.words import consent, lexicon
from actions.orders import handed_on
from actions.orders.form import ask_which, is_not_bought, own_order, tell_nothing_fits, tell_too_late, unknown_number
from actions.orders.status import OPEN_LIMIT
from crm_store import orders, products
from crm_store.language import format_date, format_money
from crm_store.members import Member
from crm_store.orders import CANCELLABLE, Order, OrderNotCancellable, OrderStatus


class CancelOrderForm(CrmForm):
    form_name: ClassVar[str] = "cancel_order_form"
    slots: ClassVar[tuple[str, ...]] = ("cancel_order_number", "cancel_order_reason", "cancel_order_confirmed")
    consents: ClassVar[frozenset[str]] = frozenset({"cancel_order_confirmed"})

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if turn.member is None:
            return blank(self)
        if begins(self, turn):
            if wants_revival(turn):
                return blank(self)
            return blank(self) | await self._order(turn, turn.member) | self._reason(turn)
        if requested(turn, "cancel_order_confirmed"):
            return self._confirmed(turn) or (await self._order(turn, turn.member) if names_a_number(turn) else {})
        return await self._order(turn, turn.member, only_named=True) | self._reason(turn)

    async def required(self, turn: Turn) -> list[str]:
        if turn.member is None or wants_revival(turn):
            return []
        number = turn.slot("cancel_order_number")
        if number is None:
            if await is_not_bought(turn, turn.member):
                return []
            several = len(await cancellable(turn, turn.member)) > 1
            return ["cancel_order_number", "cancel_order_confirmed"] if several else []
        order = await orders.by_number(turn.session, number, member_id=turn.member.id)
        return ["cancel_order_confirmed"] if order is not None and order.cancellable else []

    async def _order(self, turn: Turn, member: Member, *, only_named: bool = False) -> dict[str, Any]:
        meant = await order_meant(turn, member, await cancellable(turn, member))
        if meant.one is not None:
            return {"cancel_order_number": meant.one.number}
        if meant.unknown_number:
            return unknown_number(turn, "cancel_order_number", meant.unknown_number, asked_again=only_named)
        return {}

    def _reason(self, turn: Turn) -> dict[str, Any]:
        reason = turn.entity("reason")
        return {"cancel_order_reason": str(reason)} if reason else {}

    def _confirmed(self, turn: Turn) -> dict[str, Any]:
        answer = confirmed(turn, "cancel_order_confirmed")
        said = words(turn)
        # "取消吧" to the question whether to cancel is a yes, whatever the classifier calls it; "can I cancel just the
        # mug?" is none.
        plain = turn.intent == "cancel_order" and not turn.has_entities
        if not answer and plain and consent.says_again(said):
            return {"cancel_order_confirmed": True}
        return answer


class AskWhichOrderToCancel(CrmAction):
    action_name: ClassVar[str] = "action_ask_cancel_order_form_cancel_order_number"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is not None:
            ask_which(turn, "reply_cancel_which", await cancellable(turn, turn.member))
        return []


class AskToConfirmCancelling(CrmAction):
    action_name: ClassVar[str] = "action_ask_cancel_order_form_cancel_order_confirmed"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        order = await own_order(turn, turn.slot("cancel_order_number"))
        if order is not None:
            if asks_of_voucher(words(turn)):
                used = order.discount_minor > 0
                turn.say("reply_cancel_voucher_used" if used else "reply_cancel_voucher_none", number=order.number)
            was_paid = order.paid_at is not None or order.status != OrderStatus.PLACED
            turn.say(
                "reply_cancel_confirm_paid" if was_paid else "reply_cancel_confirm",
                number=order.number,
                items=items_text(order, turn.language),
                total=format_money(order.total_minor, order.currency),
            )
        return []


class CancelOrder(MemberAction):
    """Cancel what was confirmed; what has left the house gets the way that is still open."""

    action_name: ClassVar[str] = "action_cancel_order_form_submit"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        number = turn.slot("cancel_order_number")
        if number is None and wants_revival(turn):
            await tell_revival(turn, member)
            return CancelOrderForm.cleared()
        order = await own_order(turn, number)
        if order is None:
            await tell_nothing_fits(turn, member, number, "reply_no_order_to_cancel", "cancel_order")
        elif turn.slot("cancel_order_confirmed") is False:
            turn.say("reply_cancel_not_done", number=order.number)
            turn.focus(order=order.number)
            turn.done("kept_order", f"{order.number} stays", order=order.number)
            return CancelOrderForm.put_off(turn)
        else:
            await self._cancel(turn, member, order)
        return CancelOrderForm.cleared()

    async def _cancel(self, turn: Turn, member: Member, order: Order) -> None:
        try:
            order = await orders.cancel(
                turn.session, order, key=turn.key("cancel"), reason=turn.slot("cancel_order_reason")
            )
        except OrderNotCancellable as refusal:
            tell_too_late(turn, "reply_cancel_too_late", order, refusal.status)
            return
        await handed_on.withdraw(turn, member, order.number)
        facts: Facts = {"number": order.number, "refund": format_money(order.refund_minor, order.currency)}
        if order.refund_due_at is not None:
            turn.say("reply_order_cancel_done_refund", due=format_date(order.refund_due_at, turn.language), **facts)
        else:
            turn.say("reply_order_cancel_done", **facts)
        turn.focus(order=order.number, done="cancel_order")
        turn.done("order_cancelled", f"cancelled {order.number}", order=order.number)


class UndoCancellation(MemberAction):
    """Whether a cancelled order can be revived, and what can be done instead."""

    action_name: ClassVar[str] = "action_undo_cancellation"
    writes: ClassVar[bool] = False

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        await tell_revival(turn, member)
        return []


def wants_revival(turn: Turn) -> bool:
    """Whether the message asks for a cancelled order back."""
    return not turn.pressed and lexicon.mentions("revive", turn.text)


async def tell_revival(turn: Turn, member: Member) -> None:
    """The order spoken of, or cancelled last: money that has gone back cannot be fetched; before that a colleague may
    still stop it; what is still sold can be ordered again."""
    order = await own_order(turn, turn.entity("order_number") or turn.spoken_of.get("order"))
    if order is None or order.status != OrderStatus.CANCELLED:
        cancelled = await orders.recent(turn.session, member.id, limit=1, statuses=[OrderStatus.CANCELLED])
        order = next(iter(cancelled), None)
    if order is None:
        turn.say("reply_revive_nothing", buttons=[service_button(turn, "human", "request_human")])
        turn.done("not_found")
        return
    facts: Facts = {
        "number": order.number,
        "items": items_text(order, turn.language),
        "refund": format_money(order.refund_minor, order.currency),
    }
    sold = await products.on_sale(turn.session, [line.sku for line in order.lines])
    again = [service_button(turn, "order_again", "ask_product", choice=sold[0].sku)] if sold else []
    buttons = [*again, service_button(turn, "human", "request_human")]
    if order.refunded_at is not None:
        turn.say("reply_revive_refunded", buttons=buttons, day=format_date(order.refunded_at, turn.language), **facts)
    elif order.refund_due_at is not None:
        turn.say("reply_revive_refund_due", buttons=list(reversed(buttons)), **facts)
    else:
        turn.say("reply_revive_unpaid", buttons=buttons, **facts)
    turn.focus(order=order.number, done=None)
    turn.done("refused", f"{order.number} stays cancelled", order=order.number)


async def cancellable(turn: Turn, member: Member) -> Sequence[Order]:
    return await orders.recent(turn.session, member.id, limit=OPEN_LIMIT, statuses=CANCELLABLE)
