"""The conversations alone are to be deleted, whatever a classifier makes of "not the account": a membership stays."""

from actions.kit.words import lexicon
from bot.hearing.message.said import CHOICE, Said, words
from bot.hearing.steps import Heard

PRIVACY_REQUEST = "privacy_request"
DELETE_CHAT = "delete_chat"


def heard(said: Said) -> Heard | None:
    """The step of a message that wants what was written here deleted, and not all that is kept."""
    text = said.text
    if not all(lexicon.mentions(group, text) for group in ("chat_log", "deleting")):
        return None
    if lexicon.mentions("all_data", lexicon.without("chat_log", text)):
        return None
    return Heard.of(words(said, PRIVACY_REQUEST, {CHOICE: DELETE_CHAT}))
