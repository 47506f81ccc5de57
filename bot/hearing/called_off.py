"""A form that is called off in the midst of it: "那算了", 先不改, "I don't want to join yet", 下次再说."""

from actions.kit import consent, lexicon, slot_text
from actions.kit.forms import begun_by
from bot.hearing import denial

CANCELS = frozenset({"cancel_order", "cancel_callback", "cancel_membership", "opt_out"})
"""Acts that a bare "cancel it" asks for, so that amid their own forms it is no farewell."""
HOLDS_A_TIME = "callback_form"
"""Here "tomorrow then" is an answer and no farewell."""


def drops(text: str) -> bool:
    """Whether a text only calls off what is open, whatever that is."""
    left = lexicon.without("drop", lexicon.without("courtesy", text))
    return lexicon.mentions("drop", text) and not left.strip("了先就吧 ")


def takes_back(text: str) -> bool:
    """Whether a text says nothing but that something is to be cancelled, and not what: 取消吧, "cancel it please"."""
    return lexicon.mentions("take_back", text) and not lexicon.without(
        "take_back", lexicon.without("courtesy", text)
    ).strip("了先就吧还是全都 ")


def leaves(text: str, form: str) -> bool:
    """Whether a text only leaves the form that is open: 算了, or 取消吧 where the form itself cancels nothing."""
    return drops(text) or (takes_back(text) and not begun_by(form) & CANCELS)


def is_not_to_be_done(text: str, form: str) -> bool:
    """Whether a text says that the form's own act is not to be done; a plain no is left to a question for yes or no."""
    return denial.called_off(text, begun_by(form))


def is_put_off(text: str, form: str) -> bool:
    """Whether a text puts the matter off to another day and gives nothing the form waits for."""
    return form != HOLDS_A_TIME and lexicon.mentions("come_back", text) and not slot_text.is_question(text)


def is_answer(text: str) -> bool:
    """Whether a text by itself answers a question for yes or no."""
    return consent.read(text).answer is not None
