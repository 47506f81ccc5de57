"""The act done last, with its facts: its number, by when something comes of it, what is alike, how it is undone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from actions.kit.base import Button, Turn, button
from actions.kit.phrases import name_in
from actions.kit.quick_replies import wish
from actions.kit.replies import Facts, items_text, joined, line_text, service_button
from actions.kit.told import not_arrived
from actions.member.cancellation import stay_button
from actions.member.subscription import all_again
from actions.returns.policy import shipping_text
from actions.service import clocks
from actions.service.callbacks import calls_of
from actions.service.own_complaint import complaint_known, complaints_known
from crm_store import orders, points, promises, returns, rewards
from crm_store.clock import business_zone, today
from crm_store.labels import label
from crm_store.language import format_date, format_moment, format_money, format_number, mask_email, mask_phone
from crm_store.members import Member, MemberStatus
from crm_store.orders import CHANGEABLE, Order, OrderStatus
from crm_store.promises import Promise, PromiseKind
from crm_store.returns import ReturnRequest
from crm_store.rewards import Redemption, RewardKind

RESENT = ":pass_resend"
"""In the key of a promise to send what was left out."""
LOOKED_AT = 20


@dataclass(frozen=True)
class Act:
    """What was done last. `name` tells the replies about it apart; `facts` fill them; `alike` are the numbers of all
    that was done so and still runs; `undo` the buttons that take it back, none where only a person can."""

    name: str
    facts: Facts
    number: str = ""
    alike: Sequence[str] = ()
    undo: Sequence[Button] = field(default=())
    order: Order | None = None
    request: ReturnRequest | None = None


async def last_act(turn: Turn) -> Act | None:
    """The act done last in this conversation; None where none was, or nothing is left of it."""
    done = str(turn.spoken_of.get("done") or "")
    if (of_everybody := _OF_EVERYBODY.get(done)) is not None:
        return await of_everybody(turn)
    find = _OF_MEMBERS.get(done)
    return await find(turn, turn.member) if find is not None and turn.member is not None else None


async def _return(turn: Turn, member: Member) -> Act | None:
    number = str(turn.spoken_of.get("return") or "")
    request = await returns.by_number(turn.session, number, member_id=member.id) if number else None
    if request is None:
        return None
    alike = [
        each.number
        for each in await returns.for_member(turn.session, member.id)
        if each.is_running and each.line_id == request.line_id
    ]
    others = [line_text(line, turn.language) for line in request.order.lines if line.id != request.line_id]
    due = request.refund_due_at
    facts: Facts = {
        "number": request.number,
        "item": line_text(request.line, turn.language),
        "way": label("return_kind", request.kind, turn.language),
        "others": joined(others, turn.language),
        "shipping": shipping_text(turn, request.shipping_paid_by),
        "refund": format_money(request.refund_minor, request.currency),
        "due": format_date(due, turn.language) if due else "",
        "next": _next(turn, request),
    }
    name = "refund" if due and request.is_running else "case"
    undo = [service_button(turn, "withdraw", "undo", act="return_or_refund")] if request.is_alterable else []
    return Act(name, facts, request.number, alike, undo, request.order, request)


def _next(turn: Turn, request: ReturnRequest) -> str:
    if request.step_due_at is None or not request.is_running:
        return label("return_status", request.status, turn.language)
    return label("return_next", request.status, turn.language, due=format_moment(request.step_due_at, turn.language))


async def _redemption(turn: Turn, member: Member) -> Act | None:
    code = str(turn.spoken_of.get("reward") or "")
    known = await rewards.for_member(turn.session, member.id, limit=LOOKED_AT)
    redeemed = [each for each in known if each.reward_code == code and not each.is_gift and _is_of_today(each)]
    if not redeemed:
        return None
    latest, reward = redeemed[0], await rewards.by_code(turn.session, code)
    facts: Facts = {
        "reward": name_in(reward.names, turn.language),
        "number": latest.coupon_code,
        "until": format_date(latest.valid_until, turn.language),
        "undo_until": format_date(latest.undoable_until, turn.language),
        "day": format_date(latest.at, turn.language),
        "days": format_number(reward.valid_days),
        "points": format_number(sum(each.points for each in redeemed)),
        "balance": format_number(await points.balance(turn.session, member.id)),
        "minimum": format_money(reward.min_spend_minor, reward.currency),
    }
    name = "gift" if reward.kind == RewardKind.GIFT else "voucher"
    can_undo = latest.state() == "issued" and latest.undoable_now
    undo = [button(label("form_button", "give_back", turn.language), "undo", act="redeem_points")] if can_undo else []
    return Act(name, facts, latest.coupon_code, [each.coupon_code for each in redeemed], undo)


def _is_of_today(redemption: Redemption) -> bool:
    return redemption.cancelled_at is None and redemption.at.astimezone(business_zone()).date() == today()


async def _order_spoken_of(turn: Turn, member: Member) -> Order | None:
    number = str(turn.spoken_of.get("order") or "")
    return await orders.by_number(turn.session, number, member_id=member.id) if number else None


def _of_order(turn: Turn, order: Order) -> Facts:
    return {
        "number": order.number,
        "items": items_text(order, turn.language),
        "total": format_money(order.total_minor, order.currency),
    }


async def _cancellation(turn: Turn, member: Member) -> Act | None:
    order = await _order_spoken_of(turn, member)
    if order is None or order.status != OrderStatus.CANCELLED:
        return None
    facts = _of_order(turn, order) | {"refund": format_money(order.refund_minor, order.currency)}
    facts["due"] = format_date(order.refund_due_at, turn.language) if order.refund_due_at else ""
    name = "cancelled_paid" if order.refund_due_at else "cancelled"
    return Act(name, facts, "", [order.number], order=order)


async def _order_change(turn: Turn, member: Member) -> Act | None:
    """What was changed in the order itself, or was written down for a colleague."""
    order = await _order_spoken_of(turn, member)
    if order is None:
        return None
    noted = await _promised(turn, member, order.number, PromiseKind.ORDER_CHANGE)
    if not noted:
        changed = order.status in CHANGEABLE and turn.spoken_of.get("done") == "change_order"
        return Act("changed", _of_order(turn, order), "", [order.number], order=order) if changed else None
    name = "resend" if RESENT in noted[-1].key else "passed_on"
    return Act(name, _of_order(turn, order) | _due(turn, noted[-1]), "", [each.text for each in noted], order=order)


async def _trace(turn: Turn, member: Member) -> Act | None:
    """The trace of what is on record as delivered and is not there."""
    kept = turn.spoken_of.get(not_arrived.FOCUS)
    number = str(kept.get("of")) if isinstance(kept, dict) else ""
    noted = await _promised(turn, member, number, PromiseKind.PARCEL_TRACE)
    if not noted:
        return None
    return Act("trace", _due(turn, noted[-1]) | {"number": number}, "", [each.text for each in noted])


async def _invoice(turn: Turn, member: Member) -> Act | None:
    order = await _order_spoken_of(turn, member)
    noted = await _promised(turn, member, order.number, PromiseKind.OTHER) if order is not None else []
    if order is None or not noted:
        return None
    email = mask_email(member.email) if member.email else ""
    told = email if email in noted[-1].text else ""
    facts = _of_order(turn, order) | _due(turn, noted[-1]) | {"email": told}
    return Act("invoice", facts, "", [each.text for each in noted], order=order)


async def _promised(turn: Turn, member: Member, number: str, kind: PromiseKind) -> list[Promise]:
    """The open promises of that kind about the order, the newest last."""
    running = await promises.open_for_member(turn.session, member.id)
    return sorted(
        (each for each in running if each.kind == kind and each.reference == number), key=lambda each: each.id
    )


def _due(turn: Turn, promise: Promise) -> Facts:
    return {"due": format_moment(promise.due_at, turn.language)}


async def _leaving(turn: Turn, member: Member) -> Act | None:
    if member.status != MemberStatus.LEAVING:
        return None
    running = await promises.open_for_member(turn.session, member.id)
    contact = [
        each for each in running if each.kind == PromiseKind.REPLY and each.conversation_id == turn.conversation.id
    ]
    if not contact:
        return None
    balance = await points.balance(turn.session, member.id)
    facts = _due(turn, contact[-1]) | {"points": format_number(balance)}
    return Act("leaving", facts, "", [each.text for each in contact[-1:]], [stay_button(turn)])


async def _stopped(turn: Turn, member: Member) -> Act | None:
    return Act("stopped", {}, "", [member.number], [all_again(turn)])


async def _call(turn: Turn) -> Act | None:
    calls = await calls_of(turn)
    call = next((each for each in calls if each.id == turn.spoken_of.get("callback")), None)
    if call is None:
        return None
    facts: Facts = {
        "window": clocks.told_window(turn, call.window_start, call.window_end),
        "phone": mask_phone(call.phone),
    }
    alike = [clocks.told_window(turn, each.window_start, each.window_end) for each in calls]
    return Act("call", facts, "", alike, [wish(turn, "change_callback"), wish(turn, "cancel_callback")])


async def _complaint(turn: Turn) -> Act | None:
    complaint = await complaint_known(turn, str(turn.spoken_of.get("complaint") or ""))
    if complaint is None or not complaint.is_open:
        return None
    facts: Facts = {"number": complaint.number, "due": format_moment(complaint.due_at, turn.language)}
    alike = [each.number for each in await complaints_known(turn)]
    undo = [button(label("complaint_withdrawal", "withdraw", turn.language), "undo", act="make_complaint")]
    return Act("complaint", facts, complaint.number, alike, undo)


_OF_MEMBERS: Mapping[str, Callable[[Turn, Member], Awaitable[Act | None]]] = {
    "return_or_refund": _return,
    "redeem_points": _redemption,
    "cancel_order": _cancellation,
    "change_order": _order_change,
    "hand_on": _order_change,
    not_arrived.DONE: _trace,
    "ask_invoice": _invoice,
    "cancel_membership": _leaving,
    "opt_out": _stopped,
}
_OF_EVERYBODY: Mapping[str, Callable[[Turn], Awaitable[Act | None]]] = {
    "request_callback": _call,
    "change_callback": _call,
    "make_complaint": _complaint,
}
