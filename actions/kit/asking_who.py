"""Asking a visitor who they are, where only what is theirs can answer: never the same words again and again."""

from typing import Any

from actions.kit.mail import mail_arrives
from actions.kit.words import lexicon
from crm_store.labels import label

ASKED_WHO = "asked_who"
"""In the focus: how often a visitor was asked who they are, and in which message last: `{"times", "message"}`."""
ASKS = ("reply_verify_first", "reply_verify_again", "reply_verify_or_person")
"""The first time, the second and every later one."""
AFTER_A_RULE = "reply_verify_for_own"
NO_MAIL, WITHOUT_A_CODE = "_no_mail", frozenset({*ASKS, AFTER_A_RULE})
"""How the response is called that offers no code, where none can be sent; any other one has the first in its place."""


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
    if mail_arrives():
        turn.say(response)
    else:
        turn.say(f"{response if response in WITHOUT_A_CODE else ASKS[0]}{NO_MAIL}", buttons=other_ways(turn))
    turn.focus(**{ASKED_WHO: {"times": times + 1, "message": message}})


def other_ways(turn: Any) -> list[dict[str, str]]:
    """How a visitor shows who they are where no code can be sent: the shop's sign-in, on the website, or a person."""
    human = {"title": label("service_button", "human", turn.language), "payload": "/request_human"}
    sign_in = {"title": label("form_button", "sign_in", turn.language), "payload": "action:sign_in"}
    return [sign_in, human] if turn.conversation.channel == "web" else [human]
