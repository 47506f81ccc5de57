"""Whether a time is one for the call that was offered. The day on which a lamp was ordered chooses no call."""

from dataclasses import replace
from datetime import datetime

from actions.kit.words import alternatives, lexicon
from bot.hearing.message.said import Said
from bot.hearing.steps import entities_of, intent_of
from crm_store.clock import now
from crm_store.conversations import Context

TIME, CALL = "time", "request_callback"
OTHERS = frozenset({"product", "order_number", "parcel_number", "reward", "reason"})
"""Entities beside which a time is another thing's."""
OF_GOODS = frozenset({"report_fault", "return_or_refund", "make_complaint", "ask_product", "ask_parcel"})


def accepting(said: Said, context: Context) -> Context:
    """The context; where the message's time is none for a call, one that takes no time for the question."""
    accepts = context.expects.accepts
    if accepts.get(TIME) != CALL or _is_for_the_call(said):
        return context
    left = {kind: intent for kind, intent in accepts.items() if kind != TIME}
    return replace(context, expects=replace(context.expects, accepts=left))


def _is_for_the_call(said: Said) -> bool:
    named = {str(each.get("entity")) for each in entities_of(said.whole)}
    if TIME not in named or lexicon.mentions("ring_me", said.text):
        return True
    tells = lexicon.meant("return_reason", said.text) is not None or alternatives.way_wished(said.text) is not None
    heard = {intent_of(heard) for _, heard in said.clauses} | {intent_of(said.whole)}
    return not (named & OTHERS or tells or heard & OF_GOODS or _is_past(said))


def _is_past(said: Said) -> bool:
    """Whether every time that is named is over."""
    ends = [
        datetime.fromisoformat(str(each["value"]["to"]))
        for each in entities_of(said.whole)
        if each.get("entity") == TIME and isinstance(each.get("value"), dict) and each["value"].get("to")
    ]
    return bool(ends) and all(end <= now() for end in ends if end.tzinfo is not None)
