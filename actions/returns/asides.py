"""Questions on the way of a return that its own rules answer: postage, collection, where the money goes, photos."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.replies import Facts, due_text, help_buttons, line_text, person_button, service_button
from actions.kit.told import return_details
from actions.kit.words import lexicon
from actions.returns.heard import OLD_BACK, asides_said, is_fault, reason_said
from actions.returns.policy import shipping_text
from crm_store import returns, service_hours
from crm_store.clock import now
from crm_store.labels import label
from crm_store.policy import policy
from crm_store.returns import PaidBy, ReturnKind, ReturnReason, ReturnRequest, ReturnStatus

PHOTOS_TAKEN_ON = frozenset({"telegram"})
"""Channels that take pictures; the chat on the website does not."""


def tell_aside(turn: Turn, text: str, *, request: ReturnRequest | None = None, kind: str | None = None) -> bool:
    """Answer the question about returns that the text asks; False when it asks none.

    `request`: the return it is about, when it is registered already; `kind`: what is wished so far where it is not.
    """
    asides = asides_said(text) or (["new_when"] if kind == ReturnKind.EXCHANGE and _asks_when_it_comes(text) else [])
    for aside in asides:
        _tell(turn, aside, request, kind)
    return bool(asides)


def tell_ruled_out(turn: Turn, known: Mapping[str, Any]) -> bool:
    """That the return which is asked about is not possible, for its tags are off, or it was worn outside, and nothing
    is wrong with it, with what else is asked of it; False where that was not told just now."""
    text = words(turn)
    if turn.pressed or is_fault(reason_said(text) or known["return_reason"]):
        return False
    is_last = turn.slot("requested_slot") == "return_confirmed"
    if is_last and return_details.tags_are_off(text):
        turn.say("reply_return_tags_off")
        told = {"packaging"}
    elif known["return_kind"] != ReturnKind.REPAIR and return_details.worn_outside(text):
        turn.say("reply_return_worn_outside", buttons=[person_button(turn)])
        told = {"worn", "packaging"}
    else:
        return False
    for aside in asides_said(text):
        if aside not in told:
            _tell(turn, aside, None, known["return_kind"])
    return True


def _asks_when_it_comes(text: str) -> bool:
    """Whether it is asked when "it" arrives; amid an exchange that is the new one, unless an order or a parcel is
    named."""
    named = lexicon.mentions("parcel_word", text) or lexicon.mentions("not_of_the_return", text)
    return lexicon.mentions("when_arrives", text) and not named


def _tell(turn: Turn, aside: str, request: ReturnRequest | None, kind: str | None) -> None:
    if aside == "who_pays":
        tell_who_pays(turn, request, kind)
    elif aside == "how_back":
        tell_way_back(turn, request)
    elif aside == OLD_BACK:
        tell_old_back(turn, request, kind)
    elif aside == "photo":
        taken = turn.conversation.channel in PHOTOS_TAKEN_ON
        turn.say("reply_return_photo_here" if taken else "reply_return_photo_not_here")
    elif aside == "worn":
        _tell_worn(turn, words(turn), request)
    elif aside == "points":
        tell_points(turn, request)
    elif aside == "packaging":
        reason = request.reason if request is not None else turn.slot("return_reason")
        turn.say("reply_return_aside_packaging_fault" if is_fault(reason) else "reply_return_aside_packaging")
    elif aside == "new_when" and request is not None and request.kind != ReturnKind.EXCHANGE:
        # No new one comes of it: what is waited for is how it goes back.
        tell_way_back(turn, request)
    elif aside == "new_when" and request is not None and request.status == ReturnStatus.REQUESTED:
        decided = due_text(request.step_due_at or decided_by(), turn.language)
        turn.say("reply_return_new_when_soon", number=request.number, decided=decided)
    else:
        turn.say(f"reply_return_aside_{aside}")


def _tell_worn(turn: Turn, text: str, request: ReturnRequest | None) -> None:
    """Whether what was put on may come back: plainly, where it was worn outside."""
    reason = request.reason if request is not None else reason_said(text) or turn.slot("return_reason")
    outside = return_details.worn_outside(text)
    if outside and is_fault(reason):
        turn.say("reply_return_worn_fault")
    elif outside and request is not None and request.kind != ReturnKind.REPAIR:
        withdraw = service_button(turn, "withdraw", "undo", act="return_or_refund")
        buttons = [withdraw, person_button(turn)] if request.is_alterable else [person_button(turn)]
        turn.say("reply_return_worn_registered", number=request.number, buttons=buttons)
    else:
        turn.say("reply_return_aside_worn")


def tell_old_back(turn: Turn, request: ReturnRequest | None, wished: str | None) -> None:
    """That the thing itself has to come back, at whose cost, and that it is to be sent only when we say how."""
    kind = request.kind if request is not None else wished
    if request is not None and request.status != ReturnStatus.REQUESTED:
        tell_way_back(turn, request)
        return
    if kind == ReturnKind.REPAIR:
        decided = due_text((request.step_due_at if request is not None else None) or decided_by(), turn.language)
        turn.say("reply_return_old_back_repair", decided=decided)
        return
    reason = request.reason if request is not None else reason_said(words(turn)) or turn.slot("return_reason")
    paid_by = returns.shipping_paid_by(kind or ReturnKind.RETURN, reason) if reason is not None else PaidBy.MEMBER
    turn.say(
        f"reply_return_old_back_{ReturnKind.EXCHANGE if kind == ReturnKind.EXCHANGE else ReturnKind.RETURN}",
        shipping=shipping_text(turn, request.shipping_paid_by if request is not None else paid_by),
        decided=due_text((request.step_due_at if request is not None else None) or decided_by(), turn.language),
    )


def tell_points(turn: Turn, request: ReturnRequest | None) -> None:
    """What becomes of the points of the purchase: they go with the money, and stay where none goes back."""
    if request is None:
        turn.say("reply_return_aside_points")
        return
    facts: Facts = {"item": line_text(request.line, turn.language)}
    if request.kind == ReturnKind.RETURN:
        turn.say("reply_return_points_return", **facts)
    else:
        turn.say("reply_return_points_stay", kind=label("return_kind", request.kind, turn.language), **facts)


def tell_way_back(turn: Turn, request: ReturnRequest | None) -> None:
    """How the goods come back to us, as far as the return is."""
    if request is not None and request.kind == ReturnKind.REPAIR and request.is_alterable:
        turn.say("reply_repair_way_here", number=request.number)
    elif request is None:
        turn.say("reply_return_way_back_later", decided=due_text(decided_by(), turn.language))
    elif request.status == ReturnStatus.REQUESTED:
        decided = due_text(request.step_due_at or decided_by(), turn.language)
        turn.say("reply_return_way_back_soon", number=request.number, decided=decided)
    elif request.status == ReturnStatus.APPROVED:
        until = due_text(request.step_due_at, turn.language) if request.step_due_at else ""
        turn.say("reply_return_way_back_now", number=request.number, until=until)
    else:
        turn.say("reply_return_way_back_done", number=request.number)


def _tell_why(turn: Turn, reason: str, paid_by: PaidBy | str) -> None:
    """The rule by which the postage is whose it is, and who judges where that is disputed."""
    if paid_by == PaidBy.SHOP:
        turn.say("reply_return_aside_shipping", shipping=shipping_text(turn, paid_by))
    elif reason == ReturnReason.WRONG_SIZE:
        turn.say("reply_return_why_size", buttons=help_buttons(turn)[-1:])
    elif reason == ReturnReason.NOT_AS_DESCRIBED:
        turn.say("reply_return_why_described", buttons=help_buttons(turn)[-1:])
    else:
        turn.say("reply_return_why_member", buttons=help_buttons(turn)[-1:])


def tell_reason(turn: Turn, request: ReturnRequest) -> None:
    """Which reason a request was put down with, who pays, and why."""
    facts: Facts = {
        "number": request.number,
        "reason": label("return_reason", request.reason, turn.language),
        "shipping": shipping_text(turn, request.shipping_paid_by),
    }
    turn.say("reply_return_reason_used", **facts)
    if request.reason == ReturnReason.WRONG_SIZE:
        turn.say("reply_return_aside_size")
    elif lexicon.mentions("why_i_pay", words(turn)):
        _tell_why(turn, request.reason, request.shipping_paid_by)


def tell_next(turn: Turn, request: ReturnRequest) -> None:
    """How it goes on with a request, and whether anything is to be sent now."""
    tell_way_back(turn, request)
    if request.is_alterable and request.kind != ReturnKind.REPAIR:
        turn.say(f"reply_return_then_{request.kind}")


def decided_by() -> datetime:
    """When the shop has looked at a return that is registered now."""
    return service_hours.after(now(), service_hours.length(policy().returns.decide_within))


def tell_who_pays(turn: Turn, request: ReturnRequest | None, wished: str | None) -> None:
    """Who pays the way, of the request or of what is wished."""
    text = words(turn)
    reason = request.reason if request is not None else reason_said(text) or turn.slot("return_reason")
    kind = request.kind if request is not None else wished
    paid_by = request.shipping_paid_by if request is not None else None
    if reason is not None and lexicon.mentions("why_i_pay", text):
        _tell_why(turn, reason, paid_by or returns.shipping_paid_by(kind or ReturnKind.RETURN, reason))
        return
    if paid_by is not None:
        turn.say("reply_return_aside_shipping", shipping=shipping_text(turn, paid_by))
        return
    if reason is None:
        turn.say("reply_return_aside_who_pays")
    elif kind is None and reason == ReturnReason.WRONG_SIZE:
        turn.say("reply_return_aside_size")
    else:
        paid_by = returns.shipping_paid_by(kind or ReturnKind.RETURN, reason)
        turn.say("reply_return_aside_shipping", shipping=shipping_text(turn, paid_by))
