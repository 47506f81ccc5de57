"""Asking a visitor who they are, where only what is theirs can answer: never the same words again and again."""

from typing import Any

from actions.kit import lexicon

ASKED_WHO = "asked_who"
"""In the focus: how often a visitor was asked who they are, and in which message last: `{"times", "message"}`."""
ASKS = ("reply_verify_first", "reply_verify_again", "reply_verify_or_person")
"""The first time, the second and every later one."""
AFTER_A_RULE = "reply_verify_for_own"


def wants_what_is_theirs(text: str) -> bool:
    """Whether words that a rule answers also ask how it stands with something of the customer's own: 怎么还没到."""
    return lexicon.mentions("own_thing", text) or lexicon.mentions("still_waited_for", text)


def ask_who(turn: Any, first: str = ASKS[0]) -> None:
    """Ask a visitor who they are: with `first`; asked before, say what goes without, and then offer a person. Once in a
    message; after a rule only where it was not asked before. `turn`: `actions.kit.base.Turn`, which knows this module.
    """
    message = turn.message_id.partition(".")[0]
    before = turn.spoken_of.get(ASKED_WHO) or {}
    times = int(before.get("times") or 0)
    if times and (turn.rule is not None or before.get("message") == message):
        return
    response = AFTER_A_RULE if turn.rule is not None else (first, *ASKS[1:])[min(times, len(ASKS) - 1)]
    turn.say(response)
    turn.focus(**{ASKED_WHO: {"times": times + 1, "message": message}})
