"""What only says again what was just told of a parcel, beside what is asked now: 喔還在路上喔。那可以拒收嗎, "it's on
its way, isn't it? can I change the size then". It asks for no tracking."""

import re
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.asked import whereabouts
from bot.hearing.message.said import Said
from bot.hearing.steps import FALLBACK, TALK, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import closed_up

INFORM = "inform"
WHERE_IT_IS = frozenset({"ask_parcel", "ask_order_status"})
NUMBERS = frozenset({"order_number", "parcel_number"})
_FOR_AGREEMENT = re.compile(r"不是.{0,12}吗$|(?:对吧|是吧|对吗|对不)$|\b(?:isn t it|aren t they|right)$")


def as_meant(said: Said, context: Context) -> Said:
    """The message with such clauses as mere remarks; itself where nothing else is in it, or no order is spoken of."""
    if context.expects.form is not None or not (context.focus.get("parcel") or context.focus.get("order")):
        return said
    repeated = [_repeats(clause.text, parsed) for clause, parsed in said.clauses]
    rest = [parsed for (_, parsed), again in zip(said.clauses, repeated, strict=True) if not again]
    if all(repeated) or not any(repeated) or all(intent_of(parsed) in TALK for parsed in rest):
        return said
    clauses = [
        (clause, with_intent(parsed, INFORM) if again else parsed)
        for (clause, parsed), again in zip(said.clauses, repeated, strict=True)
    ]
    # What the whole was heard as by such a clause is asked by none of the others.
    told = intent_of(said.whole) in WHERE_IT_IS and all(intent_of(parsed) not in WHERE_IT_IS for parsed in rest)
    return replace(said, whole=with_intent(said.whole, FALLBACK) if told else said.whole, clauses=clauses)


def _repeats(text: str, parsed: Parsed) -> bool:
    names = any(each.get("entity") in NUMBERS for each in entities_of(parsed))
    if intent_of(parsed) not in WHERE_IT_IS or names or whereabouts.asked(text):
        return False
    return _FOR_AGREEMENT.search(closed_up(text)) is not None or not slot_text.is_question(text)
