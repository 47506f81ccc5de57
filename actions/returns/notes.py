"""What is told of a return that is registered, for those who see to it: put into the request, taken out again where it
was meant as something else, or told where it is asked for. What is told of another purchase is none of it."""

from actions.kit.asked import return_day, return_matters, sum_back
from actions.kit.base import Turn
from actions.kit.form_input import choice, words
from actions.kit.replies import Facts, due_text, help_buttons, line_text
from actions.kit.told import reason_corrected, return_details
from actions.returns.heard import kind_wished, reason_said
from actions.returns.lines import bought, named_by_words
from crm_store import returns
from crm_store.members import Member
from crm_store.returns import ReturnRequest, ReturnStatus

ACT, FOCUS = "return_or_refund", "noted"
"""The act that was done, and in the focus the words that were noted last."""
_BEGIN_NOTHING = return_day.ASKED | {
    return_details.MORE, return_details.NO_NOTE, return_details.NOTED, return_details.SENT, return_day.DEADLINE,
}  # fmt: skip
"""Choices of words that begin no return: what is told of one that is registered, the last day that is asked."""


async def begin_nothing(turn: Turn, member: Member) -> bool:
    """Whether the words are only told or asked of a return that is registered. What is wrong with another purchase, or
    wished for it, begins its own."""
    if reason_corrected.read(choice(turn)) is not None or sum_back.read(choice(turn)):
        return True
    if return_matters.read(choice(turn)):
        return bool(turn.spoken_of.get("return"))
    return choice(turn) in _BEGIN_NOTHING and not await is_of_another(turn, member)


async def is_of_another(turn: Turn, member: Member) -> bool:
    """Whether what was taken for a note tells a fault of, or wishes something for, a purchase that the request is not
    about."""
    request = await _spoken_of(turn, member)
    text = words(turn)
    if choice(turn) != return_details.MORE or request is None or not (reason_said(text) or kind_wished(text)):
        return False
    lines = (await named_by_words(turn, await bought(turn, member))).lines
    return bool(lines) and request.line.sku not in {line.sku for _, line in lines}


async def tell(turn: Turn, member: Member) -> bool:
    """Do what the words ask of the note; False where they ask nothing of it."""
    told = choice(turn)
    if told == return_details.MORE and not await is_of_another(turn, member):
        await _add(turn, await _spoken_of(turn, member))
    elif told == return_details.NO_NOTE:
        await _take_back(turn, await _spoken_of(turn, member))
    elif told == return_details.SENT:
        await _sent(turn, await _spoken_of(turn, member))
    elif told == return_details.NOTED:
        await _tell_noted(turn, await _spoken_of(turn, member))
    else:
        return False
    return True


async def _add(turn: Turn, request: ReturnRequest | None) -> None:
    """Put what was told to the return that was just registered."""
    text = words(turn).strip()
    if request is None or not request.is_running or not text:
        turn.say("reply_return_nothing_to_note")
        turn.done("not_found", str(turn.spoken_of.get("return") or ""))
        return
    await returns.add_note(turn.session, request, text, key=turn.key("note"))
    turn.say("reply_return_noted_in", number=request.number, note=text)
    _focus(turn, request, text)
    turn.done("recorded", request.number, request=request.number)


async def _sent(turn: Turn, request: ReturnRequest | None) -> None:
    """The goods are on their way, as the member says: written down; who sent them too early hears what is missing."""
    if request is None or not request.is_running:
        turn.say("reply_return_nothing_to_note")
        turn.done("not_found", str(turn.spoken_of.get("return") or ""))
        return
    await returns.add_note(turn.session, request, words(turn).strip(), key=turn.key("note"))
    early = request.status == ReturnStatus.REQUESTED
    name = "reply_return_sent_early" if early else "reply_return_sent"
    facts: Facts = {"number": request.number, "item": line_text(request.line, turn.language)}
    due = due_text(request.step_due_at, turn.language) if request.step_due_at else ""
    turn.say(name, buttons=help_buttons(turn)[-1:] if early else [], due=due, **facts)
    _focus(turn, request, words(turn).strip())
    turn.done("recorded", request.number, request=request.number)


async def _take_back(turn: Turn, request: ReturnRequest | None) -> None:
    """The words noted last were no note."""
    text = str(turn.spoken_of.get(FOCUS) or "")
    if request is None or not await returns.take_note_back(turn.session, request, text, key=turn.key("no_note")):
        turn.say("reply_return_nothing_noted")
        turn.done("not_found", text)
        return
    turn.say("reply_return_note_taken_back", number=request.number, note=text)
    _focus(turn, request, None)
    turn.done("recorded", request.number, request=request.number)


async def _tell_noted(turn: Turn, request: ReturnRequest | None) -> None:
    note = (request.note or "").strip() if request is not None else ""
    if request is None or not note:
        turn.say("reply_return_nothing_noted")
    else:
        facts: Facts = {"number": request.number, "item": line_text(request.line, turn.language), "note": note}
        turn.say("reply_return_note_is", **facts)
    turn.done("answered", request.number if request is not None else "")


def _focus(turn: Turn, request: ReturnRequest, noted: str | None) -> None:
    turn.focus(
        order=request.order.number, product=request.line.sku, done=ACT, **{"return": request.number, FOCUS: noted}
    )


async def _spoken_of(turn: Turn, member: Member) -> ReturnRequest | None:
    number = str(turn.spoken_of.get("return") or "")
    return await returns.by_number(turn.session, number, member_id=member.id) if number else None
