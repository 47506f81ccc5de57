"""What is asked of a return, exchange or repair that is in hand is answered from its state: of one that is registered
from the request, of one that is only wished from what is known of it so far."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.kit.asked.return_matters import Matter, read
from actions.kit.base import Button, Turn
from actions.kit.form_input import choice, words
from actions.kit.replies import Facts, due_text, line_text, person_button, service_button
from actions.products.sizes import left_of
from actions.returns import pieces
from actions.returns.asides import decided_by, tell_next, tell_old_back, tell_way_back, tell_who_pays
from actions.returns.chosen import Slots
from actions.returns.lines import own_line
from actions.returns.policy import shipping_text
from actions.returns.registered import ACT, Change, tell_fixed, tell_status
from crm_store import returns
from crm_store.labels import label
from crm_store.language import format_date, format_money
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.returns import PaidBy, ReturnKind, ReturnReason, ReturnRequest, ReturnStatus

_NEW_ONE = re.compile(r"新(?:的|嘅|货|貨|鞋|那|件|双|雙)|换|換|\b(?:new|replacement|exchange|swap)\b", re.IGNORECASE)
_MENDED = re.compile(r"修|整好|\b(?:repair\w*|fixed|mended)\b", re.IGNORECASE)
_NOT_SENT = frozenset({ReturnStatus.REQUESTED, ReturnStatus.APPROVED})


@dataclass(frozen=True)
class Case:
    """A return that is in hand: the thing, and the request once it is registered; kind and reason as far as said."""

    order: Order | None = None
    line: OrderLine | None = None
    kind: ReturnKind | None = None
    reason: ReturnReason | None = None
    request: ReturnRequest | None = None

    @property
    def status(self) -> str:
        """How far it is; what is only wished is as far as what waits for the check."""
        return self.request.status if self.request is not None else ReturnStatus.REQUESTED


def only_asks(turn: Turn) -> bool:
    """Whether this message only asks of the return whose new one is told to be gone; that was said before, or just
    now."""
    return bool(read(choice(turn)))


async def tell_wished(turn: Turn, matters: Sequence[Matter], known: Slots) -> None:
    """Answer what is asked amid the form."""
    found = await own_line(turn, known["return_line"])
    order, line = found or (None, None)
    kind, reason = known["return_kind"], known["return_reason"]
    case = Case(order, line, ReturnKind(kind) if kind else None, ReturnReason(reason) if reason else None)
    for matter in matters:
        await _tell(turn, matter, case)


async def tell_registered(turn: Turn, member: Member) -> bool:
    """Answer what is asked of the request spoken of; False where there is none."""
    number = str(turn.spoken_of.get("return") or "")
    request = await returns.by_number(turn.session, number, member_id=member.id) if number else None
    if request is None:
        return False
    turn.focus(order=request.order.number, product=request.line.sku, **{"return": request.number})
    if not request.is_running:
        tell_status(turn, request)
        return True
    for matter in read(choice(turn)):
        await _tell(turn, matter, _of_request(request))
    turn.done("answered", request.number, request=request.number)
    return True


async def tell_when(turn: Turn, request: ReturnRequest) -> None:
    """How long a request takes that is registered."""
    await _when(turn, _of_request(request))


def _of_request(request: ReturnRequest) -> Case:
    return Case(request.order, request.line, ReturnKind(request.kind), ReturnReason(request.reason), request)


async def _tell(turn: Turn, matter: Matter, case: Case) -> None:
    is_early = case.status == ReturnStatus.REQUESTED
    if matter is Matter.WHEN:
        await _when(turn, case)
    elif matter is Matter.MONEY_WHEN:
        _money_when(turn, case)
    elif matter is Matter.MONEY_WHERE:
        turn.say("reply_return_aside_refund_where")
    elif matter is Matter.OLD_BACK:
        tell_old_back(turn, case.request, case.kind)
    elif matter is Matter.COST:
        tell_who_pays(turn, case.request, case.kind)
    elif matter in (Matter.STOCK, Matter.SOLD_OUT):
        await _stock(turn, matter, case)
    elif matter is Matter.NO_FAULT:
        turn.say("reply_return_no_fault", buttons=[person_button(turn)] if case.request is not None else None)
    elif matter is Matter.HOW:
        _how(turn, case)
    elif matter is Matter.CHANGE:
        _change(turn, case)
    elif case.status not in _NOT_SENT:
        tell_way_back(turn, case.request)
    else:
        turn.say(f"reply_return_{matter}" + ("" if is_early else "_now"), **_facts(turn, case))


async def _when(turn: Turn, case: Case) -> None:
    kind, text = case.kind, words(turn)
    if kind is None and _NEW_ONE.search(text):
        kind = ReturnKind.EXCHANGE
    elif _MENDED.search(text) and kind is None:
        kind = ReturnKind.REPAIR
    if kind == ReturnKind.RETURN:
        _money_when(turn, case)
    elif kind == ReturnKind.REPAIR:
        turn.say("reply_return_when_repair" if case.status in _NOT_SENT else "reply_return_when_repair_here")
    elif kind is None:
        turn.say("reply_return_when_either")
    elif case.status not in _NOT_SENT:
        turn.say("reply_return_when_exchange_sent")
    else:
        if case.line is not None and await left_of(turn.session, case.line) is False:
            turn.say("reply_exchange_not_in_stock", item=line_text(case.line, turn.language))
        early = "" if case.status == ReturnStatus.REQUESTED else "_now"
        turn.say(f"reply_return_when_exchange{early}", **_facts(turn, case))


def _money_when(turn: Turn, case: Case) -> None:
    """By when the money is back: the day, where a return is registered."""
    request = case.request
    if request is None or request.refund_due_at is None:
        turn.say("reply_return_aside_refund_when")
        return
    due = format_date(request.refund_due_at, turn.language)
    refund = format_money(request.refund_minor, request.currency)
    turn.say("reply_return_when_money", number=request.number, refund=refund, due=due)


async def _stock(turn: Turn, matter: Matter, case: Case) -> None:
    """Whether there is a new one; where none is left, money back or waiting is offered."""
    left = await left_of(turn.session, case.line) if case.line is not None else None
    if left is None or case.line is None or case.order is None:
        turn.say("reply_return_stock_unknown", buttons=[person_button(turn)])
        return
    facts = _facts(turn, case) | {"item": line_text(case.line, turn.language)}
    if left:
        turn.say("reply_return_if_sold_out" if matter is Matter.SOLD_OUT else "reply_return_stock_there", **facts)
        return
    pieces_back = case.request.quantity if case.request is not None else pieces.of(turn, case.line)
    minor = await returns.refund_for(turn.session, case.order, case.line, pieces_back, but=case.request)
    paid_by = returns.shipping_paid_by(ReturnKind.RETURN, case.reason) if case.reason else PaidBy.MEMBER
    facts |= {"refund": format_money(minor, case.order.currency), "shipping": shipping_text(turn, paid_by)}
    turn.say("reply_return_sold_out", buttons=await _money_instead(turn, case), **facts)


async def _money_instead(turn: Turn, case: Case) -> list[Button]:
    """The button that has a registered exchange paid back; amid the form the wish is said, and asked about there."""
    request = case.request
    if request is None or not request.is_alterable or request.kind == ReturnKind.RETURN:
        return []
    if await returns.change_problem(turn.session, request, ReturnKind.RETURN) is not None:
        return []
    wished = Change(request.number, ReturnKind.RETURN).written()
    return [service_button(turn, "still_return", ACT, choice=wished)]


def _how(turn: Turn, case: Case) -> None:
    """How it goes on, step by step."""
    if case.request is not None:
        tell_next(turn, case.request)
        return
    tell_way_back(turn, None)
    if case.kind in (ReturnKind.RETURN, ReturnKind.EXCHANGE):
        turn.say(f"reply_return_then_{case.kind}")


def _change(turn: Turn, case: Case) -> None:
    """Whether money, a new one or a repair may be wished instead later on."""
    if case.request is None:
        turn.say("reply_return_change_later")
    elif case.request.is_alterable:
        way = label("return_kind", case.request.kind, turn.language)
        turn.say("reply_return_change_still", number=case.request.number, way=way)
    else:
        tell_fixed(turn, case.request)


def _facts(turn: Turn, case: Case) -> Facts:
    request = case.request
    due = request.step_due_at if request is not None else None
    return {
        "number": request.number if request is not None else "",
        "decided": due_text(due or decided_by(), turn.language),
        "until": due_text(due, turn.language) if due else "",
    }
