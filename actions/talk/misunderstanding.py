"""What is said when a message was not understood, or is none of the shop's business."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction

from actions.kit.base import FOCUS_SLOT, Button, CrmAction, Event, Turn, button
from actions.kit.form_input import choice
from actions.kit.forms import REQUESTED_SLOT
from actions.kit.quick_replies import wish
from actions.kit.replies import person_button
from actions.knowledge.answers import answered
from actions.knowledge.found import Found, look_up
from actions.talk.courtesies import BEGUN, SOMETHING_ELSE
from crm_store import conversations
from crm_store.conversations import QueueReason
from crm_store.labels import label
from crm_store.policy import policy

NOT_UNDERSTOOD = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
GUESSES, GUESSES_SHOWN = 2, 3
LEAST_GUESS = 0.1
"""A guess below this confidence is no help."""
OF_OTHERS = frozenset({"others_data", "staff_claim"})
"""Values of `choice` that hearing gives: somebody else's data is asked for, or a right to it is claimed."""
NO_GUESSES = frozenset({NOT_UNDERSTOOD, OUT_OF_SCOPE, "inform", "affirm", "deny"})


class ActionAskRephrase(CrmAction):
    """What an article answers is answered. Else it first offers the likeliest answers and guesses; not understood
    again, it calls a person and leaves the words to the desk."""

    action_name: ClassVar[str] = "action_ask_rephrase"
    is_aside: ClassVar[bool] = False
    writes: ClassVar[bool] = False

    async def prepare(self, tracker: Tracker) -> Found:
        return await look_up(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        found: Found = turn.prepared
        # In the midst of a form the words are first of all an answer to its question.
        if found.surely or (found.answers_well and not turn.form):
            await answered(turn, found)
            return []
        turn.done("not_understood", turn.text)
        if in_a_row(turn.tracker.events, NOT_UNDERSTOOD) >= policy().handover.misunderstandings:
            turn.done("handed_over", turn.text)
            async with turn.writing() as session:
                await conversations.request_human(session, turn.conversation.id, reason=QueueReason.MISUNDERSTOOD)
        elif turn.form:
            turn.say("reply_ask_rephrase_form")
        elif choice(turn) == BEGUN:
            turn.say("reply_please_go_on")
        elif guessed := [*found.offered(), *guesses(turn)][:GUESSES_SHOWN]:
            other = label("dialogue_button", SOMETHING_ELSE, turn.language)
            turn.say("reply_ask_rephrase", buttons=[*guessed, button(other, "inform", choice=SOMETHING_ELSE)])
        else:
            turn.say("reply_ask_rephrase_open")
        return []


class ActionDefaultFallback(ActionAskRephrase):
    """Rasa found no rule for the state of the dialogue: as if the message had not been understood.

    In place of Rasa's own, which would take the customer's message back. When an action has answered already, it only
    hands the turn back to the customer.
    """

    action_name: ClassVar[str] = "action_default_fallback"
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if _answered_already(turn):
            return [FollowupAction("action_listen")]
        await super().answer(turn)
        return [FollowupAction(turn.form or "action_listen")]


class ActionOutOfScope(CrmAction):
    """What an article answers is none of it. A kind border; said twice, the offer of a person comes first. What is
    somebody else's is told to nobody."""

    action_name: ClassVar[str] = "action_out_of_scope"
    writes: ClassVar[bool] = False

    async def prepare(self, tracker: Tracker) -> Found:
        return await look_up(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        if (asked := choice(turn)) in OF_OTHERS:
            turn.say(f"reply_{asked}", buttons=[] if turn.form else [person_button(turn)])
            turn.done("refused", turn.text)
            return []
        found: Found = turn.prepared
        if found.answers_well:
            await answered(turn, found)
            return []
        if buttons := found.offered():
            turn.say("reply_faq_offer", buttons=buttons)
            turn.focus(listed=buttons)
            turn.done("offered", turn.text, article=found.slug, score=found.score)
            return []
        turn.done("not_understood", turn.text)
        again = in_a_row(turn.tracker.events, OUT_OF_SCOPE) >= policy().handover.misunderstandings
        turn.say("reply_out_of_scope_again" if again else "reply_out_of_scope")
        return []


def guesses(turn: Turn) -> list[Button]:
    """The best guesses of the classifier as buttons."""
    ranking = turn.tracker.latest_message.get("intent_ranking") or []
    likely = [
        guess["name"]
        for guess in ranking
        if guess.get("name") not in NO_GUESSES and float(guess.get("confidence") or 0.0) >= LEAST_GUESS
    ]
    return [wish(turn, intent) for intent in likely[:GUESSES]]


def in_a_row(events: list[dict[str, Any]], intent: str) -> int:
    """How many of the customer's latest messages in a row had `intent`, however many steps each took; words that a form
    asked for and took break the row, and so does one that was answered after all, from which on something is spoken
    of. The channel counts in the same way."""
    count = 0
    requested: str | None = None
    asked: str | None = None
    message: str | None = None
    for event in events:
        kind = event.get("event")
        if kind == "user":
            asked = requested
            said = ((event.get("parse_data") or {}).get("intent") or {}).get("name")
            part_of, message = message, _message_of(event.get("metadata"))
            is_same = message is not None and message == part_of
            count = (max(count, 1) if is_same else count + 1) if said == intent else 0
        elif kind == "slot":
            taken = asked is not None and event.get("name") == asked and event.get("value") is not None
            if event.get("name") == REQUESTED_SLOT:
                requested = event.get("value")
            elif taken or event.get("name") == FOCUS_SLOT:
                count = 0
    return count


def _message_of(metadata: Mapping[str, Any] | None) -> str | None:
    """The message that an event belongs to: its steps have its number with their own behind it, 12 and 12.2."""
    number = (metadata or {}).get("message_id")
    return None if number is None else str(number).partition(".")[0]


def _answered_already(turn: Turn) -> bool:
    """Whether an action has run since the customer's message."""
    for event in reversed(turn.tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action" and event.get("name") not in ("action_listen", turn.action):
            return True
    return False
