"""Bare and short questions while a return, exchange or repair is in hand are asked of that very one: how long, where
to, must I print anything, is the new one there. No parcel, article or card takes their place."""

from actions.kit.asked import act_asked, old_back, return_matters
from actions.kit.asked.return_matters import Matter
from actions.kit.words import consent, lexicon
from bot.hearing.message import expectation, wishes
from bot.hearing.message.said import CHOICE, SURE_OF_ANOTHER, Said, parts, single, waits_for_a_story
from bot.hearing.returns import after_return, case_deadline, fault_told
from bot.hearing.returns.act_asked import RULES
from bot.hearing.steps import Heard, Step, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Parsed

RETURN, RETURN_FORM = "return_or_refund", "return_form"
OWN = frozenset({"return", "order", "product", "noted", "done", "topic"}) | RULES
"""What is spoken of with a return that was registered, and what an article told since leaves as it is."""
OTHERS = frozenset({"order_number", "parcel_number", "reward", "tier"})
"""What names a thing of its own."""
KNOWN_BY_THE_ACT = frozenset({Matter.WHEN, Matter.COST, Matter.HOW, Matter.CHANGE, Matter.OLD_BACK})
"""What is asked of every act, or of a return that was just registered, is heard there."""
MAY_STAND_BESIDE = frozenset({RETURN, "ask_refund_status", "undo", "cancel", "cancel_order", "ask_faq"})
"""What a clause beside such a question may sound like without being another wish."""


def heard(said: Said, context: Context) -> Heard | None:
    """The question as a step of that return; None where none is in hand, yes or no is said first, or another thing is
    surely wished as well."""
    text, expects = said.text, context.expects
    amid = expects.form == RETURN_FORM and not waits_for_a_story(context)
    if not amid and not _registered(said, context):
        return None
    matters = return_matters.asked(text)
    if not matters or expectation.option_said(text, expects) is not None or _names_another(said):
        return None
    first = parts(said)[0]
    if amid and _answers(first):
        return None
    if case_deadline.heard(said, context) or (not amid and _known_better(said, matters, context)):
        return None
    others = [
        single(clause.text, parsed, context) for clause, parsed in said.clauses
        if not covers(clause.text) and is_wish(parsed, SURE_OF_ANOTHER) and not _goes_with_it(parsed)
    ]  # fmt: skip
    if not all(wishes.asks(step.intent) for step in others):
        return None
    asked = with_intent({**said.whole, "entities": []}, RETURN, {CHOICE: return_matters.written(matters)})
    return Heard.of(*others[:1], Step(text=text, heard=asked))


def _answers(first: str) -> bool:
    """Whether the first clause says yes or no, and asks nothing of the return: "no stock?" is no no."""
    says = consent.read(first).answer is not None and not consent.hesitates(first)
    return says and not return_matters.asked(first)


def is_step(step: Step) -> bool:
    """Whether a step asks such matters."""
    return any(return_matters.read(each.get("value")) for each in entities_of(step.heard or {}))


def covers(text: str) -> bool:
    """Whether a clause is such a question, or another one that a return answers itself."""
    return bool(return_matters.asked(text)) or old_back.asks(text) or lexicon.meant("return_aside", text) is not None


def _goes_with_it(parsed: Parsed) -> bool:
    """Whether a clause only tells or wishes something of the same return: what is wrong, the money in place of it."""
    return intent_of(parsed) in MAY_STAND_BESIDE | {fault_told.REPORT_FAULT}


def _registered(said: Said, context: Context) -> bool:
    """Whether a return was registered, or told of, and nothing else was spoken of since, unless the words name it."""
    focus = context.focus
    if context.expects.form is not None or not focus.get("return") or not after_return.of_late(context):
        return False
    places: dict[str, int] = focus.get("at") or {}
    since = {kind for kind, place in places.items() if place > int(places.get("return", 0))} - OWN
    return not since or act_asked.names(said.text, RETURN)


def _names_another(said: Said) -> bool:
    return any(each.get("entity") in OTHERS for each in entities_of(said.whole))


def _known_better(said: Said, matters: tuple[Matter, ...], context: Context) -> bool:
    """Whether those who know an act that was just done, or a registered return, by its words answer."""
    if not set(matters) <= KNOWN_BY_THE_ACT:
        return False
    of_act = context.focus.get("done") == RETURN and bool(act_asked.asked(said.text, RETURN))
    return of_act or after_return.heard(said, context) is not None
