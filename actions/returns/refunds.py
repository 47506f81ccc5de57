"""Refunds: where the money is."""

from datetime import timedelta
from typing import ClassVar

from actions.kit.base import Event, MemberAction, Turn
from actions.kit.form_input import choice, words
from actions.kit.mentions import RECENT_ORDERS
from actions.kit.replies import LIST_LIMIT, help_buttons, items_text, line_text, service_button
from actions.kit.words import lexicon, requests
from actions.returns import send_by
from actions.returns.asides import tell_aside
from actions.returns.both_dates import told_both_dates
from actions.returns.heard import kind_wished, request_number
from actions.returns.meant import meant_requests
from actions.returns.registered import listed, tell_status
from crm_store import orders, returns
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_date, format_money, format_span
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.policy import policy
from crm_store.returns import Refund, ReturnKind, ReturnRequest

STILL_WAITED_FOR = timedelta(days=60)
MISSED = "refund_missed"
"""In the focus: the refund of which it was told that a person has to trace it."""
BANKS_TAKE = timedelta(days=7)
"""A refund that was paid longer ago has arrived, or is looked for by a person."""


class ActionRefundStatus(MemberAction):
    """Where the money is: each refund with its due time, late ones with how late."""

    action_name: ClassVar[str] = "action_refund_status"
    rule_beside: ClassVar[str] = "refund_time"
    writes: ClassVar[bool] = False

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        if await send_by.told(turn, member) or await told_both_dates(turn, member):
            return []
        if await self._tell_registered(turn, member):
            return []
        refunds = await returns.refund_status(turn.session, member.id)
        request = await self._spoken_of(turn, member)
        if request is None and kind_wished(words(turn)) is ReturnKind.REPAIR:
            request = next(
                (each for each in await returns.for_member(turn.session, member.id) if each.kind == ReturnKind.REPAIR),
                None,
            )
        number = turn.entity("order_number")
        if request is not None and (request.kind != ReturnKind.RETURN or not request.is_running):
            tell_status(turn, request)
            return []
        if request is not None:
            refunds = [refund for refund in refunds if refund.number == request.number]
        elif number:
            refunds = [refund for refund in refunds if refund.order_number == str(number)]
        pending = [refund for refund in refunds if refund.refunded_at is None]
        late = [refund for refund in pending if refund.late_by()]
        shown = (pending or refunds[:1])[:LIST_LIMIT]
        missing = bool(shown) and not pending and _should_be_there(shown[0])
        # Of money that should be there long ago no "a day or two longer" is told.
        told = not missing and tell_aside(turn, words(turn), request=request)
        if not shown and (await self._tell_exchanges(turn, member) or told):
            turn.done(turn.outcome or "answered")
            return []
        if not shown and await self._tell_cancelled(turn, member, str(number or "")):
            return []
        if not shown:
            returnable = await returns.returnable(turn.session, member.id)
            buttons = [service_button(turn, "return", "return_or_refund")] if returnable else []
            turn.say("reply_no_refunds", buttons=[*buttons, *help_buttons(turn)[-1:]])
            turn.done("no_refunds")
            return []
        entries = "\n".join(refund_entry(turn, refund) for refund in shown)
        response = "reply_refunds_late" if late else "reply_refunds_due" if pending else "reply_refunds_paid"
        if missing:
            response = _response_to_missing(turn, shown[0])
        turn.say(response, refunds=entries, buttons=help_buttons(turn) if late or missing else [])
        turn.done("answered", f"{len(pending)} refunds pending", late=bool(late))
        if len(shown) == 1 and request_number(shown[0].number):
            turn.focus(**{"return": shown[0].number})
        return []

    async def _tell_registered(self, turn: Turn, member: Member) -> bool:
        """Whether the words ask how far several requests are, or whether there is one at all; then they are told."""
        text = words(turn)
        asks = requests.asks_registered(text)
        if not asks and not requests.asks_progress(text) and len(requests.numbers(text)) < 2:
            return False
        meant = await meant_requests(turn, member)
        found = meant.requests or meant.others
        if not found and not meant.is_named:
            every = await returns.for_member(turn.session, member.id)
            found = [each for each in every if each.is_running]
        if len(found) == 1:
            tell_status(turn, found[0])
        elif found:
            turn.say("reply_requests_running", requests=listed(turn, found), buttons=help_buttons(turn)[-1:])
            turn.done("answered", f"{len(found)} requests")
        elif asks:
            buttons = [] if turn.form else [service_button(turn, "return", "return_or_refund")]
            turn.say("reply_request_none_yet", buttons=buttons)
            turn.done("not_found")
        return bool(found) or asks

    async def _spoken_of(self, turn: Turn, member: Member) -> ReturnRequest | None:
        """The return that is named by its number, or was spoken of."""
        number = request_number(words(turn)) or request_number(choice(turn) or "")
        return await returns.by_number(turn.session, number, member_id=member.id) if number else None

    async def _tell_cancelled(self, turn: Turn, member: Member, number: str) -> bool:
        """Of a paid order that was cancelled and has no refund on record: by when the money was to be back, and that a
        colleague has to look."""
        recent = await orders.recent(turn.session, member.id, limit=RECENT_ORDERS)
        paid = [
            order
            for order in recent
            if order.cancelled_at and order.paid_at and order.refund_due_at is None and order.refunded_at is None
        ]
        mine = [order for order in paid if order.number == number] if number else _lately(paid)
        if not mine:
            return False
        entries = [
            label(
                "refund_in_list",
                "cancelled",
                turn.language,
                number=order.number,
                item=items_text(order, turn.language),
                day=format_date(order.cancelled_at, turn.language),
                amount=format_money(order.total_minor, order.currency),
                due=format_date(order.cancelled_at + policy().orders.refund_after_cancelling, turn.language),
            )
            for order in mine[:LIST_LIMIT]
            if order.cancelled_at is not None
        ]
        turn.say("reply_cancelled_no_refund", orders="\n".join(entries), buttons=help_buttons(turn))
        turn.focus(order=mine[0].number)
        turn.done("answered", f"{len(mine)} cancelled, no refund on record")
        return True

    async def _tell_exchanges(self, turn: Turn, member: Member) -> bool:
        """Who asks for money of an exchange, or how a repair is, hears how far it is."""
        found = await returns.for_member(turn.session, member.id)
        running = [each for each in found if each.is_running and each.kind == ReturnKind.EXCHANGE]
        if not running and (repair := next((each for each in found if _is_repair(each)), None)):
            tell_status(turn, repair)
            return True
        entries = [
            label(
                "exchange_in_list",
                "entry",
                turn.language,
                number=each.number,
                item=line_text(each.line, turn.language),
                status=label("return_status", each.status, turn.language),
            )
            for each in running[:LIST_LIMIT]
        ]
        if entries:
            turn.say("reply_exchanges_running", exchanges="\n".join(entries), buttons=help_buttons(turn)[-1:])
            turn.done("answered", f"{len(running)} exchanges, no refunds")
        return bool(entries)


def _should_be_there(refund: Refund) -> bool:
    """Whether a refund was paid so long ago that a bank's one or two days explain nothing any more."""
    return refund.refunded_at is not None and now() - refund.refunded_at > BANKS_TAKE


def _response_to_missing(turn: Turn, refund: Refund) -> str:
    """That a person has to trace it, where the customer does not have it; told once more it is offered in short."""
    if not _misses_it(turn):
        return "reply_refunds_long_paid"
    again = turn.spoken_of.get(MISSED) == refund.number
    turn.focus(**{MISSED: refund.number})
    return "reply_refunds_traced" if again else "reply_refunds_missing"


def _misses_it(turn: Turn) -> bool:
    """Whether the customer says that it did not come, or asks once more where it went."""
    text = words(turn)
    return lexicon.mentions("refund_missing", text) or lexicon.meant("return_aside", text) == "refund_where"


def _is_repair(request: ReturnRequest) -> bool:
    return request.is_running and request.kind == ReturnKind.REPAIR


def _lately(cancelled: list[Order]) -> list[Order]:
    """Those of which somebody may still wait for the money."""
    return [order for order in cancelled if order.cancelled_at and now() - order.cancelled_at <= STILL_WAITED_FOR]


def refund_entry(turn: Turn, refund: Refund) -> str:
    """One line of a list of refunds."""
    late = refund.late_by()
    kind = "paid" if refund.refunded_at else "late" if late else "due"
    status_kind = "return_status" if refund.number.startswith("R-") else "order_status"
    return label(
        "refund_in_list",
        kind,
        turn.language,
        number=refund.number,
        amount=format_money(refund.amount_minor, refund.currency),
        due=format_date(refund.due_at, turn.language) if refund.due_at else "",
        day=format_date(refund.refunded_at, turn.language) if refund.refunded_at else "",
        late=format_span(late, turn.language) if late else "",
        status=label(status_kind, refund.status, turn.language),
    )
