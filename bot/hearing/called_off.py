"""A form that is called off in the midst of it: "那算了", 先不改, "I don't want to join yet", 下次再说."""

from actions.kit import consent, lexicon, slot_text
from actions.kit.forms import activating_intents
from actions.talk.taken_back import BEGUN_BY_ACTIONS
from bot.hearing import denial

HOLDS_A_TIME = "callback_form"
"""Here "tomorrow then" is an answer and no farewell."""


def drops(text: str) -> bool:
    """Whether a text only calls off what is open, whatever that is."""
    left = lexicon.without("drop", lexicon.without("courtesy", text))
    return lexicon.mentions("drop", text) and not left.strip("了先就吧 ")


def acts_of(form: str) -> frozenset[str]:
    """The intents that begin a form, by a rule or by an action."""
    return activating_intents(form) | BEGUN_BY_ACTIONS.get(form, frozenset())


def is_not_to_be_done(text: str, form: str) -> bool:
    """Whether a text says that the form's own act is not to be done; a plain no is left to a question for yes or no."""
    return denial.called_off(text, acts_of(form))


def is_put_off(text: str, form: str) -> bool:
    """Whether a text puts the matter off to another day and gives nothing the form waits for."""
    return form != HOLDS_A_TIME and lexicon.mentions("come_back", text) and not slot_text.is_question(text)


def is_answer(text: str) -> bool:
    """Whether a text by itself answers a question for yes or no."""
    return consent.read(text).answer is not None
