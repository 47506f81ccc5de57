"""One question that is told and asked in several clauses: a price that fell after buying ("bought them on the 19th,
they are cheaper now, can I have the difference"), a gift that comes by itself or not. None of its clauses is a wish."""

from dataclasses import replace

from actions.kit.words import plainly
from bot.hearing.message.rule_asked import FAQ
from bot.hearing.message.said import INFORM, SURE_OF_ANOTHER, Said, single, words
from bot.hearing.steps import Heard, is_wish, with_intent
from crm_store.conversations import Context

NAMES = ("price_fell", "price_may_fall", "birthday_by_itself", "spending_and_level")
"""Such questions of plainly.yml."""
MOST_BESIDE = 2


def as_meant(said: Said) -> Said:
    """The message as that question, and the clauses that tell of it as told: none of them begins a return."""
    name = plainly.heard_as(said.text)
    if name not in NAMES:
        return said
    clauses = [
        (clause, with_intent(parsed, INFORM) if plainly.touches(name, clause.text) else parsed)
        for clause, parsed in said.clauses
    ]
    return replace(said, whole=with_intent(said.whole, FAQ), clauses=clauses, sentences=[])


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a question and those of what is surely wished beside it; None where none is asked, or amid a
    form."""
    name = plainly.heard_as(said.text)
    if context.expects.form is not None or name not in NAMES:
        return None
    beside = [
        single(clause.text, parsed, context)
        for clause, parsed in said.clauses
        if is_wish(parsed, SURE_OF_ANOTHER) and not plainly.touches(name, clause.text)
    ]
    return Heard.of(words(said, FAQ), *beside[:MOST_BESIDE])
