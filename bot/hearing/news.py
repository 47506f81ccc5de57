"""A bare "stop" right after a message that nobody asked for: 停, TD, "stop", "cancel"."""

from actions.kit import consent, lexicon
from crm_store.conversations import Context
from crm_store.proactive import NEWS
from crm_store.text import normalise

OPT_OUT = "opt_out"


def stops(text: str, context: Context) -> bool:
    """Whether the whole text only stops what was told last without asking."""
    if context.expects.form is not None or NEWS not in context.focus:
        return False
    words = {normalise(word).replace(" ", "") for word in lexicon.words("bare_stop")}
    return consent.says_only(text, words)
