"""A call that was only offered and is declined in front of something else: "nah no call. do I need the box?". Nothing
is arranged that could be called off, and no call is asked about again; the rest is what the message says."""

from bot.hearing.forms.left_at_once import CALL_FORM, OF_A_CALL, declines_call, without
from bot.hearing.message.said import Said
from bot.hearing.steps import intent_of
from crm_store.conversations import Context

_OFFER = "/request_callback"


def as_meant(said: Said, context: Context) -> Said:
    """The message without the words that decline a call; the same where none was offered or one is arranged, or nothing
    else is said."""
    offered = any(str(option["payload"]).startswith(_OFFER) for option in context.expects.options)
    if not offered or context.expects.form == CALL_FORM or context.focus.get("callback"):
        return said
    declined = [clause.text for clause, _ in said.clauses if declines_call(clause.text)]
    rest = without(said, declined) if declined else None
    if rest is None or intent_of(rest.whole) in OF_A_CALL:
        return said
    return rest
