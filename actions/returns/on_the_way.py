"""Questions amid a return that are answered before anything of the message counts for it."""

from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.forms import requested
from actions.returns import last_day
from actions.returns.heard import aside_said, asks_rule, is_fault, kind_wished, reason_said, supposes
from actions.returns.policy import tell_known, tell_rule
from crm_store.members import Member


async def asks_last_day(turn: Turn, member: Member) -> bool:
    """Tell until when the thing may go back, where that is asked and nothing else is answered."""
    if not last_day.asks(turn, of_a_return=True):
        return False
    told = await last_day.tell(turn, member, in_hand=turn.slot("return_line"))
    return told and not (requested(turn, "return_reason") and reason_said(words(turn)) is not None)


async def asks_on_the_way(turn: Turn) -> bool:
    """Answer what is only asked, of the rules or of a case that has not come; nothing of it is a wish."""
    text = words(turn)
    if turn.pressed:
        return False
    if await tell_known(turn, text):
        return True
    if supposes(text) and aside_said(text) is None:
        if is_fault(reason_said(text)):
            turn.say("reply_return_aside_if_faulty")
        elif kind_wished(text) is not None:
            turn.say("reply_return_aside_who_pays")
        else:
            await tell_rule(turn)
        return True
    speaks_of_rule_only = aside_said(text) is None and kind_wished(text) is None and reason_said(text) is None
    return speaks_of_rule_only and asks_rule(text) and await tell_rule(turn)
