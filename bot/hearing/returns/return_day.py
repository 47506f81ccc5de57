"""Until when a thing may go back, asked of one's own purchase: before its return, amid it, or after it was put off."""

from actions.kit.asked import return_day
from actions.kit.base import PUT_OFF, SET_ASIDE
from actions.kit.words import lexicon
from bot.hearing.message.agreed import RETURN_FORM
from bot.hearing.message.said import CHOICE, Said, words
from bot.hearing.steps import Heard, Step, entities_of, with_intent
from crm_store.conversations import Context

RETURN = "return_or_refund"


def heard(said: Said, context: Context) -> Heard | None:
    """The question as a step of returns. A return that another clause wishes ("I want to return it. by when") begins
    after it."""
    form, focus = context.expects.form, context.focus
    if form not in (None, RETURN_FORM):
        return None
    of_a_return = form == RETURN_FORM or RETURN_FORM in (focus.get(PUT_OFF), focus.get(SET_ASIDE))
    of_a_return = of_a_return or (focus.get("topic") == RETURN and int(focus.get("age") or 0) <= 1)
    if not return_day.asked(said.text, of_a_return=of_a_return) or lexicon.mentions("in_general", said.text):
        return None
    asking = words(said, RETURN, {CHOICE: return_day.DEADLINE})
    wishing = [
        (clause.text, heard)
        for clause, heard in said.clauses
        if lexicon.mentions("return_wished", clause.text) and not return_day.asked(clause.text, of_a_return=True)
    ]
    if form is not None or not wishing:
        return Heard.of(asking)
    text, parsed = wishing[0]
    return Heard.of(asking, Step(text=text, heard=with_intent(parsed, RETURN)))


def is_covered(text: str, heard: Heard) -> bool:
    """Whether a question of the message is one for the last day, or for today, that a step of it answers."""
    asks_day = any(
        each.get("value") == return_day.DEADLINE for step in heard.steps for each in entities_of(step.heard or {})
    )
    return asks_day and (return_day.asked(text, of_a_return=True) or return_day.asks_today(text))
