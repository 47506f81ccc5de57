"""The wish for a person in plain words, with what is asked of them in the same breath."""

from actions.kit import lexicon, slot_text
from bot.hearing import anybody
from bot.hearing.said import CHOICE, SECOND_WISH, Said, parts, words
from bot.hearing.steps import Heard, Step, intent_of, is_wish, with_intent

REQUEST_HUMAN = "request_human"


def heard(said: Said) -> Heard | None:
    """The wish; whether one is there on a day, asked in the same breath, is told first. None where it is no wish."""
    asked = [(clause.text, parsed) for clause, parsed in said.clauses if anybody.asks(clause.text)]
    is_heard = intent_of(said.whole) == REQUEST_HUMAN and is_wish(said.whole, SECOND_WISH)
    if not wants(said) and not (is_heard and asked and len(asked) < len(said.clauses)):
        return None
    told = [
        Step(text=text, heard=with_intent(parsed, REQUEST_HUMAN, {CHOICE: anybody.choice_of(text)}))
        for text, parsed in asked
    ]
    return Heard.of(*told[:1], words(said, REQUEST_HUMAN))


def wants(said: Said) -> bool:
    """Whether the words plainly ask for a person where something else was heard, amid a form as well. Denied, or asked
    about ("can a human check?"), it is no such wish."""
    if intent_of(said.whole) == REQUEST_HUMAN:
        return False
    if lexicon.mentions("person_demand", said.text):
        return True
    wishing = [part for part in parts(said) if lexicon.mentions("person_wish", part)]
    return any(not lexicon.mentions("negation", part) and not slot_text.is_question(part) for part in wishing)
