"""How agents keep their conversations in order, as the console asks for it: labels, priority, snoozing."""

from datetime import datetime

from bot.desk.base import DeskBase
from crm_store import conversations
from crm_store.conversations import Conversation, Urgency


class Sorting(DeskBase):
    """The acts that the customer does not notice."""

    async def set_urgency(self, conversation_id: str, agent_id: int, urgency: Urgency) -> Conversation:
        """The priority a person gives."""
        async with self.changing() as change:
            conversation = await conversations.set_urgency(change.session, conversation_id, urgency)
            await self._by_agent(change.session, conversation, agent_id, "prioritise", urgency=int(urgency))
            change.conversation = conversation
        return conversation

    async def snooze(self, conversation_id: str, agent_id: int, *, until: datetime) -> Conversation:
        """Out of the agent's sight until then, or until the customer writes. Raises NotHeld, SnoozeInPast."""
        async with self.changing() as change:
            conversation = await conversations.snooze(change.session, conversation_id, agent_id=agent_id, until=until)
            await self._by_agent(change.session, conversation, agent_id, "snooze", until=until.isoformat())
            change.conversation = conversation
        return conversation

    async def wake(self, conversation_id: str, agent_id: int) -> Conversation:
        """Back in sight. Raises NotHeld."""
        async with self.changing() as change:
            change.conversation = await conversations.wake(change.session, conversation_id, agent_id=agent_id)
        return change.conversation

    async def add_label(self, conversation_id: str, agent_id: int, name: str) -> list[str]:
        """Put a word on the conversation. Raises LabelInvalid."""
        async with self.changing() as change:
            labels = await conversations.add_label(change.session, conversation_id, name, agent_id=agent_id)
            change.conversation = await conversations.get(change.session, conversation_id)
            await self._by_agent(change.session, change.conversation, agent_id, "label")
        return labels

    async def remove_label(self, conversation_id: str, agent_id: int, name: str) -> list[str]:
        """Take a word off it."""
        async with self.changing() as change:
            labels = await conversations.remove_label(change.session, conversation_id, name)
            change.conversation = await conversations.get(change.session, conversation_id)
            await self._by_agent(change.session, change.conversation, agent_id, "label")
        return labels
