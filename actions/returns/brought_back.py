"""How much money a return would bring back and how many points it would cost, worked out from the order and the rules,
before anything is registered. What is not known yet (the reason, and so who pays the way) is said to be so."""

from collections.abc import Sequence

from actions.kit.asked import sum_back
from actions.kit.asked.sum_back import FOCUS, SumBack
from actions.kit.base import Turn
from actions.kit.form_input import choice, words
from actions.kit.policy_facts import return_postage
from actions.kit.replies import Facts, joined, line_text
from actions.returns import pieces as pieces_said
from actions.returns.lines import Lines, bought, found, named_by_words, own_line
from actions.returns.policy import shipping_text
from crm_store import accrual, points, returns
from crm_store.labels import label
from crm_store.language import format_money, format_number
from crm_store.members import Member
from crm_store.orders import Order, OrderLine, OrderStatus
from crm_store.returns import ReturnKind

Pieces = Sequence[tuple[OrderLine, int]]


async def tell(turn: Turn, member: Member, *, in_hand: str | None = None, reason: str | None = None) -> bool:
    """Tell the sum of what the words name, of the line in hand or of what was reckoned last; False where they ask none
    or name nothing of the member's. `reason`: the reason that the form knows."""
    asked = sum_back.read(choice(turn))
    if not asked:
        return False
    if in_hand is None and (request := await _registered(turn, member)) is not None:
        _tell_registered(turn, request)
        return True
    lines = await _meant(turn, member, in_hand)
    if not lines:
        return False
    order = lines[0][0]
    chosen = [(line, _count(turn, line)) for _, line in lines if line.quantity > line.returned]
    if not chosen or order.status in (OrderStatus.CANCELLED, OrderStatus.RETURNED):
        return False
    await _say(turn, order, chosen, member=member, asked=asked, reason=reason)
    turn.focus(order=order.number, **{FOCUS: {"lines": [[line.id, n] for line, n in chosen], "asked": list(asked)}})
    if len(chosen) == 1:
        turn.focus(product=chosen[0][0].sku)
    turn.done("answered", f"what {order.number} brings back", order=order.number)
    return True


async def _registered(turn: Turn, member: Member) -> returns.ReturnRequest | None:
    """The return that is registered and spoken of, where no other thing is named: its own sum stands in it."""
    number = str(turn.spoken_of.get("return") or "")
    request = await returns.by_number(turn.session, number, member_id=member.id) if number else None
    if request is None or not request.is_running or request.kind != ReturnKind.RETURN or FOCUS in turn.spoken_of:
        return None
    named = (await named_by_words(turn, await bought(turn, member))).lines
    return request if not named or request.line_id in {line.id for _, line in named} else None


def _tell_registered(turn: Turn, request: returns.ReturnRequest) -> None:
    facts: Facts = {
        "number": request.number,
        "items": line_text(request.line, turn.language),
        "refund": format_money(request.refund_minor, request.currency),
        "shipping": shipping_text(turn, request.shipping_paid_by),
    }
    turn.say("reply_sum_back_registered", **facts)
    turn.focus(order=request.order.number, product=request.line.sku, **{"return": request.number})
    turn.done("answered", request.number, request=request.number)


async def _meant(turn: Turn, member: Member, in_hand: str | None) -> Lines:
    """The lines of one order that are meant, the newest order where the same was bought twice."""
    text, everything = words(turn), await bought(turn, member)
    named = await named_by_words(turn, everything)
    if named.unknown and not named.lines:
        return []
    before = [pair for pair in everything if pair[1].id in {each for each, _ in _kept(turn)}]
    current = await own_line(turn, in_hand)
    lines = (
        list(named.lines) or ([current] if current is not None else before) or list((await found(turn, member)).lines)
    )
    if not lines:
        return []
    order = lines[0][0]
    if sum_back.says_all(text):
        return [(order, line) for line in order.lines]
    if named.lines and before and sum_back.adds(text) and before[0][0].id == order.id:
        lines = [*before, *lines]
    unique = {line.sku: (of, line) for of, line in reversed(lines) if of.id == order.id}
    return [unique[sku] for sku in reversed(unique)]


def _kept(turn: Turn) -> list[tuple[int, int]]:
    told = turn.spoken_of.get(FOCUS) or {}
    return [(int(line), int(count)) for line, count in told.get("lines", [])]


def _count(turn: Turn, line: OrderLine) -> int:
    """How many of the line: as the words say, as was reckoned last, or as the form has it; no more than are here."""
    here = line.quantity - line.returned
    said = pieces_said.said(words(turn), line) or dict(_kept(turn)).get(line.id) or pieces_said.of(turn, line)
    return min(said, here)


async def _say(
    turn: Turn, order: Order, chosen: Pieces, *, member: Member, asked: Sequence[SumBack], reason: str | None
) -> None:
    refund = await returns.refund_of(turn.session, order, chosen)
    less = await accrual.less_without(turn.session, member, order, {line.id: count for line, count in chosen})
    facts: Facts = {
        "items": joined([_item(turn, line, count) for line, count in chosen], turn.language),
        "refund": format_money(refund, order.currency),
        "paid_for_shipping": _paid_for_shipping(turn, order),
        "shipping": _shipping(turn, reason),
        "points": await _points(turn, member, less),
    }
    if SumBack.MONEY in asked:
        turn.say("reply_sum_back", **facts)
    else:
        turn.say("reply_sum_back_points", **facts)


def _item(turn: Turn, line: OrderLine, count: int) -> str:
    return f"{line_text(line, turn.language)} × {count}" if line.quantity > 1 else line_text(line, turn.language)


def _paid_for_shipping(turn: Turn, order: Order) -> str:
    """That the postage of the order itself does not come back, where some was paid."""
    if not order.shipping_minor:
        return ""
    return label("sum_back", "without_postage", turn.language, fee=format_money(order.shipping_minor, order.currency))


def _shipping(turn: Turn, reason: str | None) -> str:
    """Who pays the way back; before the reason is known both are told."""
    if reason:
        return shipping_text(turn, returns.shipping_paid_by(ReturnKind.RETURN, reason))
    return label("sum_back", "by_reason", turn.language, postage=return_postage(turn.language))


async def _points(turn: Turn, member: Member, less: accrual.PointsLess) -> str:
    if not less.points:
        return label("sum_back", "no_points", turn.language)
    if not less.credited:
        return label("sum_back", "fewer_points", turn.language, points=format_number(less.points))
    balance = await points.balance(turn.session, member.id)
    left = balance - less.points
    kind = "points_back" if left >= 0 else "points_owed"
    return label("sum_back", kind, turn.language, points=format_number(less.points), left=format_number(abs(left)))
