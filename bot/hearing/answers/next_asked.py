"""An answer that asks in the same breath what comes next: "1.. what now", 第一个，然后呢. The next step
tells it by itself."""

from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer
from bot.hearing.message import agreed, expectation
from bot.hearing.message.said import INFORM, Said
from bot.hearing.steps import with_intent
from crm_store.conversations import Expectation
from crm_store.text import normalise

AFFIRM = "affirm"
_MARKS = " .…,，。、?？!！~～-–—:：;；"


def as_answer(said: Said, expects: Expectation) -> Said:
    """The answer without that question; the message as it is where nothing is left that answers."""
    if not expects.is_open or not lexicon.mentions("next_asked", said.text):
        return said
    bare = lexicon.without("next_asked", said.text).strip(_MARKS)
    if not bare or not normalise(said.text).startswith(normalise(bare)):
        # "Register it, and then refund the other": what comes next is told, not asked.
        return said
    if expectation.option_said(bare, expects) is not None:
        return Said(bare, with_intent({**said.whole, "text": bare}, INFORM))
    answer = consent.read(bare)
    if not agreed.asks_yes_or_no(expects) or answer.answer is not Answer.YES or answer.rest:
        # Behind a no it is a question of its own: what else there is.
        return said
    return Said(bare, with_intent({**said.whole, "text": bare}, AFFIRM))
