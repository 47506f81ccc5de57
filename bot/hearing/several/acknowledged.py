"""What only takes note of the last answer, or praises it, in front of another wish: "ok nice. I'll take the voucher
then". To a question for yes or no it is neither; the wish is what was said."""

from dataclasses import replace

from actions.kit.words import consent
from bot.hearing.answers import answer_kept
from bot.hearing.message import agreed
from bot.hearing.message.said import SECOND_WISH, Said
from bot.hearing.steps import confidence_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context

_AGREES = frozenset({"affirm", "thank", "give_praise", "inform"})
"""What such a message as a whole is taken for."""


def as_meant(said: Said, context: Context) -> Said:
    """The message without it where the act is named behind it (知道了，登记吧); as its surest wish where the whole only
    sounds like a yes, and as hesitation where it wishes nothing."""
    if not agreed.asks_yes_or_no(context.expects) or not consent.turns_away(said.text):
        return said
    rest = consent.parted(said.text)[1]
    if answer_kept.says_yes(consent.clauses(rest)[0], context.expects):
        clauses = [(clause, heard) for clause, heard in said.clauses if clause.text in rest]
        return replace(said, text=rest, whole={**said.whole, "text": rest}, clauses=clauses)
    if intent_of(said.whole) not in _AGREES:
        return said
    wished = [heard for _, heard in said.clauses if is_wish(heard, SECOND_WISH)]
    if not wished:
        return replace(said, whole=with_intent(said.whole, "hesitate"))
    surest = max(wished, key=confidence_of)
    return replace(said, whole={**surest, "text": said.text})
