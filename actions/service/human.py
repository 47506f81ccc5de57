"""A person, whenever asked."""

from typing import ClassVar

from actions.kit.base import CrmAction, Event, Turn
from crm_store import conversations
from crm_store.conversations import ConversationState, QueueReason, Urgency
from crm_store.policy import policy


class ActionRequestHuman(CrmAction):
    """Puts the conversation into the queue. The desk tells the place in it; only who waits already is answered here."""

    action_name: ClassVar[str] = "action_request_human"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.conversation.state == ConversationState.QUEUE and turn.conversation.queue_announced_at is not None:
            turn.say("reply_human_waiting")
        urgency = Urgency.RAISED if turn.anger >= policy().anger.upset else Urgency.NORMAL
        await conversations.request_human(
            turn.session, turn.conversation.id, reason=QueueReason.REQUESTED, urgency=urgency
        )
        turn.done("handed_over", turn.text)
        return []
