"""What an agent does with a conversation: take it over, speak, pass it on, hand it back, close it."""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import events, notices
from bot.desk.dialogue import Dialogue, DialogueUnavailable
from bot.desk.signals import Event, Signals, conversation_topic
from crm_store import audit, conversations
from crm_store.agents import Agent
from crm_store.conversations import Conversation, ConversationState
from crm_store.db import Database
from crm_store.messages import Message

log = structlog.get_logger(__name__)


class AgentSide:
    """The half of the desk that the console calls. Every method is one transaction; signals go out after it."""

    def __init__(self, database: Database, dialogue: Dialogue, signals: Signals) -> None:
        self.database, self.dialogue, self.signals = database, dialogue, signals

    async def take(self, conversation_id: str, agent_id: int) -> Conversation:
        """The agent takes the conversation and the customer is told who has come. Raises ConversationTaken,
        ConversationClosed."""
        async with self.database.transaction() as session:
            handovers = (await conversations.locked(session, conversation_id)).handovers
            conversation = await conversations.take(session, conversation_id, agent_id)
            if conversation.handovers != handovers:
                await self._by_agent(session, conversation, agent_id, "take", notice="agent_joined")
            news = await events.news(session)
        return await self.tell(conversation, messages=news)

    async def transfer(self, conversation_id: str, agent_id: int, *, to_agent_id: int | None) -> Conversation:
        """Give the conversation to a colleague, or back to the queue when `to_agent_id` is None. Raises NotHeld."""
        async with self.database.transaction() as session:
            conversation = await conversations.transfer(
                session, conversation_id, agent_id=agent_id, to_agent_id=to_agent_id
            )
            await self._by_agent(session, conversation, agent_id, "transfer", to_agent_id=to_agent_id)
            if to_agent_id is None:
                await notices.announce(session, conversation)
            else:
                colleague = await session.get_one(Agent, to_agent_id)
                notice = notices.plain("transferred", conversation.speaks, name=colleague.name)
                await conversations.say(session, conversation, notice)
            news = await events.news(session)
        return await self.tell(conversation, messages=news)

    async def hand_back(self, conversation_id: str, agent_id: int) -> Conversation:
        """Give the conversation back to the bot, which begins afresh: a form it had open before the person came is of
        the past. Raises NotHeld."""
        async with self.database.transaction() as session:
            conversation = await conversations.hand_back(session, conversation_id, agent_id=agent_id)
            await self._by_agent(session, conversation, agent_id, "hand_back", notice="handed_back")
            news = await events.news(session)
        await self._forget(conversation_id)
        return await self.tell(conversation, messages=news)

    async def _forget(self, conversation_id: str) -> None:
        """Have the dialogue server erase what it keeps of the conversation."""
        try:
            await self.dialogue.forget(conversation_id)
        except DialogueUnavailable as error:
            log.warning("desk.not_forgotten", conversation=conversation_id, reason=error.reason.value)

    async def close(self, conversation_id: str, agent_id: int, *, outcome: str) -> Conversation:
        """End the conversation and say so to the customer. Raises NotHeld."""
        async with self.database.transaction() as session:
            open_before = (await conversations.locked(session, conversation_id)).state != ConversationState.CLOSED
            conversation = await conversations.close(session, conversation_id, outcome=outcome, agent_id=agent_id)
            if open_before:
                await self._by_agent(session, conversation, agent_id, "close", notice="closed", outcome=outcome)
            news = await events.news(session)
        return await self.tell(conversation, messages=news)

    async def reply(
        self,
        conversation_id: str,
        agent_id: int,
        *,
        text: str,
        key: str,
        attachments: Sequence[dict[str, Any]] = (),
    ) -> Message:
        """Say something to the customer; the same `key` again says it once. Raises NotHeld, TextTooLong."""
        async with self.database.transaction() as session:
            message = await conversations.agent_reply(
                session, conversation_id, agent_id=agent_id, text=text, key=key, attachments=attachments
            )
            conversation = await conversations.get(session, conversation_id)
            news = await events.news(session)
        await self.tell(conversation, messages=news)
        return message

    async def note(self, conversation_id: str, agent_id: int, *, text: str, key: str) -> Message:
        """Write a note that only the staff reads."""
        async with self.database.transaction() as session:
            message = await conversations.note(session, conversation_id, agent_id=agent_id, text=text, key=key)
            conversation = await conversations.get(session, conversation_id)
            news = await events.news(session)
        await self.tell(conversation, messages=news)
        return message

    async def mark_read(self, conversation_id: str, agent_id: int) -> Conversation:
        """The agent has seen everything so far."""
        async with self.database.transaction() as session:
            conversation = await conversations.mark_read(session, conversation_id, agent_id=agent_id)
        return await self.tell(conversation)

    async def typing(self, conversation_id: str, author: str) -> None:
        """Show the other side that `author` (customer, agent) is writing."""
        event = {"kind": "typing", "conversation": conversation_id, "author": author}
        await self.signals.publish(conversation_topic(conversation_id), event=event)

    async def _by_agent(
        self,
        session: AsyncSession,
        conversation: Conversation,
        agent_id: int,
        act: str,
        *,
        notice: str | None = None,
        **details: object,
    ) -> None:
        """Leave the trail of an agent's act and, when it has one, its notice to the customer."""
        if notice is not None:
            agent = await session.get_one(Agent, agent_id)
            await conversations.say(session, conversation, notices.plain(notice, conversation.speaks, name=agent.name))
        await audit.record(
            session,
            agent_id=agent_id,
            action=f"{act}_conversation",
            subject=f"conversation:{conversation.id}",
            details=details,
        )

    async def tell(
        self,
        conversation: Conversation,
        *,
        messages: Sequence[Event] = (),
        said: bool = False,
        wake_worker: bool = True,
    ) -> Conversation:
        """Tell whoever follows the conversation of a committed change; see `events.tell`."""
        await events.tell(self.signals, conversation, messages=messages, said=said, wake_worker=wake_worker)
        return conversation
