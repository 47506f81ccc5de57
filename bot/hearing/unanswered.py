"""What is said to a message that every step has passed over: nobody meets silence."""

from actions.kit import slot_text
from bot.hearing.message.said import Said
from bot.hearing.message.wishes import FAQ
from bot.hearing.steps import FALLBACK, Step, with_intent


def step(said: Said) -> Step:
    """A question is put to the shop's articles as a whole, where it is answered or named as open; anything else was not
    understood."""
    parts = [clause.text for clause, _ in (*said.sentences, *said.clauses)]
    intent = FAQ if any(map(slot_text.is_question, [said.text, *parts])) else FALLBACK
    return Step(said.text, {**with_intent({**said.whole, "entities": []}, intent), "text": said.text})
