"""Questions amid a return about that very thing: the state it is in, whether it has to come back itself, when the money
is there. The form hears the whole message once and answers each of them; no article tells it a second time."""

from actions.kit.asked import old_back
from actions.kit.told import return_details
from actions.kit.words import consent, lexicon
from bot.hearing.message import expectation, wishes
from bot.hearing.message.said import SURE_OF_ANOTHER, Said, parts, single, waits_for_a_story
from bot.hearing.steps import Heard, Step, intent_of, is_wish, with_intent
from crm_store.conversations import Context

RETURN, RETURN_FORM = "return_or_refund", "return_form"
OF_THE_RETURN = frozenset({RETURN, "report_fault", "ask_refund_status", "ask_faq", "undo", "cancel", "ask_product"})
"""What a clause of such a question may sound like."""
ANSWERED = frozenset({"refund_when", "refund_where", "who_pays", "how_back", "new_when"})
"""Asides that the form answers beside the state of the thing."""


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a message; None where it says yes or no, or surely wishes something else as well."""
    text, expects = said.text, context.expects
    if expects.form != RETURN_FORM or waits_for_a_story(context) or not _asks(text):
        return None
    if expectation.option_said(text, expects) is not None or _answers(parts(said)[0]):
        return None
    others = [
        single(clause.text, parsed, context) for clause, parsed in said.clauses
        if not covers(clause.text) and is_wish(parsed, SURE_OF_ANOTHER) and intent_of(parsed) not in OF_THE_RETURN
    ]  # fmt: skip
    if not all(wishes.asks(step.intent) for step in others):
        return None
    return Heard.of(*others[:1], Step(text=text, heard=with_intent(said.whole, RETURN)))


def is_step(step: Step, text: str, context: Context) -> bool:
    """Whether a step holds the whole of such a message."""
    return context.expects.form == RETURN_FORM and step.intent == RETURN and step.text == text and _asks(text)


def covers(text: str) -> bool:
    """Whether a clause is a part of such questions."""
    is_state = any(lexicon.mentions(group, text) for group in ("packaging", "matters"))
    is_state = is_state or return_details.asks_of_condition(text)
    return is_state or old_back.asks(text) or lexicon.meant("return_aside", text) in ANSWERED


def _answers(first: str) -> bool:
    """Whether the first clause says yes or no; who only draws breath ("wait, …") has answered nothing."""
    return consent.read(first).answer is not None and not consent.hesitates(first)


def _asks(text: str) -> bool:
    return return_details.asks_of_condition(text) or old_back.asks(text)
