"""Words about a return, exchange or repair that is registered: it is withdrawn, changed or only asked about, by its
number or by its kind. A number of a request never means an order, a telephone or goods."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from actions.kit.base import PUT_OFF, SET_ASIDE
from actions.kit.forms import begun_by
from actions.kit.words import consent, requests
from actions.kit.words.consent import Answer
from bot.hearing.answers import answered
from bot.hearing.message import agreed, expectation, reference, wishes
from bot.hearing.message.said import CHOICE, SURE_OF_ANOTHER, Said, single, waits_for_a_story, words
from bot.hearing.steps import Heard, Step, confidence_of, intent_of, is_wish
from crm_store.conversations import Context, Option, Parsed

UNDO, RETURN, STATUS, ACT = "undo", "return_or_refund", "ask_refund_status", "act"
OF_REQUESTS = frozenset(
    {UNDO, RETURN, STATUS, "cancel_order", "change_order", "cancel", "deny_act", "ask_complaint_status"}
)
"""What words about a request are heard as, so that a clause heard so is no wish beside it."""
SURELY_OTHER = frozenset({RETURN, "make_complaint", "request_human", "request_callback", "ask_faq", "rate_service"})
"""What may surely be said of a request beside its number, and is answered as such."""


def heard(said: Said, context: Context) -> Heard | None:
    """The steps of a message about a registered request; None when it is about none, or a form hears it better."""
    numbers = requests.numbers(said.text)
    if _heard_elsewhere(said, context, numbers):
        return None
    asked = _asked_about(context)
    if asked is not None and (more := _as_well(said, asked, numbers)):
        return more
    if asked is not None and answered.answer(said, context) is not None:
        return None
    if agreed.asks_yes_or_no(context.expects) and consent.read(said.text).answer is Answer.YES:
        # A yes to something else comes first; what stands beside it is heard with it.
        return None
    off = _withdrawn(said)
    if off is not None:
        changes = requests.wished_instead(said.text, off) is not None
        return _beside(said, words(said, RETURN) if changes else words(said, UNDO, {ACT: RETURN}), context)
    if _asks_about(said, context, numbers):
        return _beside(said, words(said, STATUS), context)
    return None


def _heard_elsewhere(said: Said, context: Context, numbers: Sequence[str]) -> bool:
    """Whether what is open takes the words: a story, a button they say, a return that has no number yet."""
    expects = context.expects
    if waits_for_a_story(context) or expectation.option_said(said.text, expects) is not None:
        return True
    begins_return = expects.form is not None and RETURN in begun_by(expects.form)
    return begins_return and not numbers and not requests.asks_registered(said.text)


def _withdrawn(said: Said) -> set[str] | None:
    """The kinds that are withdrawn. Whether something can be withdrawn in general is a question of rule."""
    if intent_of(said.whole) == reference.FAQ and confidence_of(said.whole) >= reference.UNSURE:
        return None
    if (off := requests.withdrawn(said.text)) is not None:
        return off
    takes_back = intent_of(said.whole) == UNDO and confidence_of(said.whole) >= reference.UNSURE
    is_other = not takes_back or requests.names_other_matter(said.text)
    return None if is_other else requests.kinds(said.text) or None


def _asked_about(context: Context) -> Option | None:
    """The button that says yes to "shall I withdraw R-2026-0001?", while that is what was asked last."""
    for option in context.expects.options:
        if option.get("answer") == Answer.YES and requests.numbers(str(_entities(option).get(CHOICE))):
            return option
    return None


def _entities(option: Option) -> Mapping[str, Any]:
    intent, brace, entities = str(option["payload"]).removeprefix("/").partition("{")
    return json.loads(brace + entities) if intent == UNDO and brace else {}


def _as_well(said: Said, asked: Option, numbers: Sequence[str]) -> Heard | None:
    """ "And the bag one too", "yes, and R-2026-0013 as well": another one beside the one asked about. A yes to the one
    withdraws it; the other is asked about, or both are."""
    known = str(_entities(asked).get(CHOICE) or "").split(",")
    others = set(numbers) - set(known)
    if not others and not _adds(said, numbers):
        return None
    answer = consent.read(said.text).answer
    if answer is Answer.NO:
        return Heard.of(words(said, UNDO, {ACT: RETURN})) if others else None
    if answer is Answer.YES:
        return Heard.of(Step(text=said.text, payload=str(asked["payload"])), words(said, UNDO, {ACT: RETURN}))
    return Heard.of(words(said, UNDO, {ACT: RETURN, CHOICE: ",".join(known)}))


def _adds(said: Said, numbers: Sequence[str]) -> bool:
    sure = is_wish(said.whole, SURE_OF_ANOTHER) and intent_of(said.whole) not in OF_REQUESTS
    return not numbers and not sure and requests.adds_one(said.text) and not consent.asks_back(said.text)


def _asks_about(said: Said, context: Context, numbers: Sequence[str]) -> bool:
    """Whether the words ask how far a request is, or whether there is one."""
    intent, sure = intent_of(said.whole), confidence_of(said.whole) >= reference.UNSURE
    if numbers:
        return not (sure and intent in SURELY_OTHER)
    if requests.asks_registered(said.text):
        return bool(requests.kinds(said.text)) or _of_returns(context)
    return requests.asks_progress(said.text) and not (sure and intent in SURELY_OTHER - {RETURN})


def _of_returns(context: Context) -> bool:
    """Whether a return is what the conversation is about."""
    focus, form = context.focus, context.expects.form
    forms = [str(name) for name in (form, focus.get(SET_ASIDE), focus.get(PUT_OFF)) if name]
    is_done = focus.get("done") == RETURN or (bool(focus.get("return")) and focus.get("done") is None)
    return is_done or focus.get("topic") == RETURN or any(RETURN in begun_by(name) for name in forms)


def _beside(said: Said, step: Step, context: Context) -> Heard:
    """The step, after what is surely asked beside it and before what is wished beside it."""
    others = [single(clause.text, heard, context) for clause, heard in said.clauses if _is_other(clause.text, heard)]
    asking = [each for each in others if wishes.asks(each.intent)][:1]
    wishing = [each for each in others if each not in asking][:1]
    return Heard.of(*asking, step, kept=[dict(each.heard) | {"text": each.text} for each in wishing if each.heard])


def _is_other(text: str, heard: Parsed) -> bool:
    is_of_requests = requests.numbers(text) or requests.kinds(text) or requests.asks_registered(text)
    return not is_of_requests and is_wish(heard, SURE_OF_ANOTHER) and intent_of(heard) not in OF_REQUESTS
