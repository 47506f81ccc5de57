"""Right after a call was arranged, another time for it and a question beside it: the call is moved, then the question
answered ("move it to four, and what does it cost me")."""

from actions.kit import slot_text
from actions.kit.words import lexicon
from bot.hearing.message import reference, wishes
from bot.hearing.message.said import Said, single
from bot.hearing.steps import FALLBACK, Heard, Step, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed

ARRANGED = frozenset({"request_callback", "change_callback"})
"""Acts after which there is a call to move."""
CHANGE, ASK = "change_callback", "ask_callback"
OTHERS = frozenset({"product", "order_number", "parcel_number", "reward"})
"""Entities beside which a time is another thing's."""


def heard(said: Said, context: Context) -> Heard | None:
    """The move and the question; None where they are not both said, amid a form, or after another act."""
    focus = context.focus
    if context.expects.form is not None or "callback" not in focus or focus.get("done") not in ARRANGED:
        return None
    if not reference.was_done_lately(focus):
        return None
    moves = [(clause.text, parsed) for clause, parsed in said.clauses if _moves(clause.text, parsed)]
    asked = [
        (clause.text, parsed)
        for clause, parsed in said.clauses
        if not _moves(clause.text, parsed) and (slot_text.is_question(clause.text) or wishes.asks(intent_of(parsed)))
    ]
    if len(moves) != 1 or not asked:
        return None
    (text, parsed), (question, other) = moves[0], asked[0]
    of_the_call = lexicon.mentions("call_aside", question) or intent_of(other) in (ASK, FALLBACK)
    beside = Step(text=question, heard=with_intent(other, ASK)) if of_the_call else single(question, other, context)
    return Heard.of(Step(text=text, heard=with_intent(parsed, CHANGE), follows=True), beside)


def _moves(text: str, parsed: Parsed) -> bool:
    """Whether a clause names another time for the call, or another number."""
    named = {str(entity.get("entity")) for entity in entities_of(parsed)}
    if not named & {"time", "phone"} or named & OTHERS:
        return False
    return intent_of(parsed) == CHANGE or any(
        lexicon.mentions(group, text) for group in ("callback_move", "call_corrected", "same_time")
    )
