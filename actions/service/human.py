"""A person, whenever asked."""

from typing import ClassVar

from actions.kit.base import CrmAction, Event, Turn
from actions.kit.form_input import choice
from actions.kit.replies import person_button, service_button
from crm_store import availability, conversations, service_hours
from crm_store.clock import now
from crm_store.conversations import ConversationState, QueueReason, Urgency
from crm_store.language import format_moment
from crm_store.policy import policy

THERE = "there"
"""The choice of a customer who only asks whether a person is there now."""


class ActionRequestHuman(CrmAction):
    """Puts the conversation into the queue. The desk tells the place in it; only who waits already is answered here,
    and who asks whether somebody is there at all: they are told so and may press a button."""

    action_name: ClassVar[str] = "action_request_human"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if choice(turn) == THERE:
            await _tell_who_is_there(turn)
            return []
        if turn.conversation.state == ConversationState.QUEUE and turn.conversation.queue_announced_at is not None:
            _tell_waiting(turn)
        urgency = Urgency.RAISED if turn.anger >= policy().anger.upset else Urgency.NORMAL
        await conversations.request_human(
            turn.session, turn.conversation.id, reason=QueueReason.REQUESTED, urgency=urgency
        )
        turn.done("handed_over", turn.text)
        return []


def _tell_waiting(turn: Turn) -> None:
    """The place is kept; while nobody is on duty, when somebody is, and that they can be called instead."""
    at = now()
    if service_hours.is_open(at):
        turn.say("reply_human_waiting")
        return
    opens = format_moment(service_hours.next_open(at), turn.language)
    turn.say("reply_human_waiting_closed", opens=opens, buttons=[service_button(turn, "call_back", "request_callback")])


async def _tell_who_is_there(turn: Turn) -> None:
    turn.say(
        "reply_who_is_there",
        there=await availability.somebody_there(turn.session, turn.language),
        buttons=[person_button(turn), service_button(turn, "call_back", "request_callback")],
    )
    turn.done("answered", turn.text)
