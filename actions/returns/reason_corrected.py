"""Why a thing goes back is put right after it was registered: done at once where it costs nothing, with a yes where the
way back would then be the customer's, and written down for the colleague where it cannot be changed any more."""

from actions.kit.base import Turn, button, consent_buttons
from actions.kit.form_input import choice, words
from actions.kit.replies import Facts, help_buttons, line_text, service_button
from actions.kit.told import reason_corrected
from actions.returns.heard import reason_said
from actions.returns.policy import shipping_text
from crm_store import returns
from crm_store.labels import label
from crm_store.members import Member
from crm_store.returns import PaidBy, ReturnReason, ReturnRefused, ReturnRequest, ReturnStepRefused

ACT = "return_or_refund"
OFFERED = (ReturnReason.QUALITY, ReturnReason.DAMAGED, ReturnReason.WRONG_SIZE, ReturnReason.NOT_WANTED)


async def tell(turn: Turn, member: Member) -> bool:
    """Put the reason right that the words correct; False where they correct none."""
    said = reason_corrected.read(choice(turn))
    if said is None:
        return False
    number, _, named = said.rpartition(":")
    request = await _meant(turn, member, number)
    if request is None:
        turn.say("reply_return_nothing_to_note")
        turn.done("not_found", number)
        return True
    turn.focus(order=request.order.number, product=request.line.sku, **{"return": request.number})
    reason = ReturnReason(named) if turn.pressed and named else _reason(turn, request, named)
    turn.focus(**{reason_corrected.ASKED: None if reason else request.number})
    if reason is None:
        _ask(turn, request)
    elif reason == request.reason:
        await _note(turn, request, "reply_return_reason_stands", reason)
    else:
        await _change(turn, request, reason)
    return True


async def _meant(turn: Turn, member: Member, number: str) -> ReturnRequest | None:
    """The request the words are about: the one on the button, the one spoken of, or the only one that runs."""
    number = number or str(turn.spoken_of.get("return") or "")
    if number:
        return await returns.by_number(turn.session, number, member_id=member.id)
    running = [each for each in await returns.for_member(turn.session, member.id) if each.is_running]
    return running[0] if len(running) == 1 else None


def _reason(turn: Turn, request: ReturnRequest, heard: str) -> ReturnReason | None:
    """The reason that is told. 不是不喜欢，是坏了 names two, of which the one it has is ruled out."""
    said = reason_said(words(turn)) or (ReturnReason(heard) if heard else None)
    return ReturnReason(heard) if heard and said == request.reason else said


async def _change(turn: Turn, request: ReturnRequest, reason: ReturnReason) -> None:
    terms = await returns.terms_of(turn.session, request, request.kind, reason=reason)
    costs = (request.shipping_paid_by, terms.shipping_paid_by) == (PaidBy.SHOP, PaidBy.MEMBER)
    possible = request.is_alterable and await returns.reason_problem(turn.session, request, reason) is None
    if costs and possible and not turn.pressed:
        yes = service_button(turn, "change_it", ACT, choice=reason_corrected.written(f"{request.number}:{reason}"))
        keep = service_button(turn, "keep_it", "undo", act=ACT, choice="keep")
        facts = _facts(turn, request, reason) | {"shipping": shipping_text(turn, terms.shipping_paid_by)}
        turn.say("reply_return_reason_to", buttons=consent_buttons(yes, keep), **facts)
        turn.done("answered", request.number, request=request.number)
        return
    try:
        request = await returns.change_reason(turn.session, request, reason, key=turn.key("reason"))
    except (ReturnStepRefused, ReturnRefused):
        await _note(turn, request, "reply_return_reason_noted", reason)
        return
    if not turn.pressed:
        await returns.add_note(turn.session, request, words(turn).strip(), key=turn.key("note"))
    turn.say("reply_return_reason_changed", **_facts(turn, request, reason))
    turn.focus(done=ACT)
    turn.done("return_reason_changed", f"{request.number}: {reason.value}", request=request.number)


async def _note(turn: Turn, request: ReturnRequest, reply: str, reason: ReturnReason) -> None:
    """The words for the colleague, where the reason stays as it is."""
    if request.is_running and not turn.pressed:
        await returns.add_note(turn.session, request, words(turn).strip(), key=turn.key("note"))
    turn.say(reply, buttons=help_buttons(turn)[-1:], **_facts(turn, request, reason))
    turn.focus(done=ACT)
    turn.done("recorded", request.number, request=request.number)


def _ask(turn: Turn, request: ReturnRequest) -> None:
    buttons = [
        button(
            label("return_reason", reason, turn.language),
            ACT,
            choice=reason_corrected.written(f"{request.number}:{reason.value}"),
        )
        for reason in OFFERED
        if reason != request.reason
    ]
    turn.say("reply_return_reason_what", buttons=buttons, **_facts(turn, request, ReturnReason(request.reason)))
    turn.done("answered", request.number, request=request.number)


def _facts(turn: Turn, request: ReturnRequest, reason: ReturnReason) -> Facts:
    return {
        "number": request.number,
        "item": line_text(request.line, turn.language),
        "reason": label("return_reason", reason, turn.language),
        "shipping": shipping_text(turn, request.shipping_paid_by),
    }
