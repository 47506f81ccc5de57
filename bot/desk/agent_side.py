"""What an agent does with a conversation: take it over, speak, pass it on, hand it back, close it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import alerts, events, notices
from bot.desk.alerts import AlertKind
from bot.desk.attendance import Attendance
from bot.desk.merged import Merged
from bot.desk.signals import conversation_topic
from bot.desk.sorting import Sorting
from crm_store import agents, conversations, identities
from crm_store.agents import Agent, Role
from crm_store.conversations import Conversation, ConversationState
from crm_store.identities import NotReachable
from crm_store.messages import Message


class AgentSide(Sorting, Attendance, Merged):
    """The half of the desk that the console calls. Every method is one transaction; signals go out after it."""

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
            await self._passed_on(session, conversation, agent_id, "transfer", to_agent_id)
            news = await events.news(session)
        return await self.tell(conversation, messages=news)

    async def reassign(self, conversation_id: str, agent_id: int, *, to_agent_id: int | None) -> Conversation:
        """A supervisor gives what somebody holds to an agent, to themselves, or back to the queue (None). Raises
        SupervisorsOnly, NotHeld, ConversationClosed."""
        async with self.changing() as change:
            session = change.session
            await agents.require(session, agent_id, Role.SUPERVISOR)
            handovers = (await conversations.locked(session, conversation_id)).handovers
            conversation = await conversations.reassign(session, conversation_id, to_agent_id=to_agent_id)
            if conversation.handovers != handovers:
                await self._passed_on(session, conversation, agent_id, "reassign", to_agent_id)
            change.conversation = conversation
        return conversation

    async def _passed_on(
        self, session: AsyncSession, conversation: Conversation, agent_id: int, act: str, to_agent_id: int | None
    ) -> None:
        """The trail, the words to the customer, and word to whom it went to."""
        await self._by_agent(session, conversation, agent_id, act, to_agent_id=to_agent_id)
        if to_agent_id is None:
            await notices.announce(session, conversation, by=agent_id)
            return
        colleague = await session.get_one(Agent, to_agent_id)
        notice = notices.plain("transferred", conversation.speaks, name=colleague.name)
        await conversations.say(session, conversation, notice)
        alerts.note(session, AlertKind.TRANSFERRED, conversation, to=[to_agent_id], by=agent_id)

    async def join(self, conversation_id: str, agent_id: int) -> Conversation:
        """A supervisor speaks with the customer beside the agent who holds the conversation. Raises SupervisorsOnly,
        NotHeld, ConversationClosed."""
        async with self.changing() as change:
            await agents.require(change.session, agent_id, Role.SUPERVISOR)
            before = list((await conversations.locked(change.session, conversation_id)).joined)
            conversation = await conversations.join(change.session, conversation_id, agent_id=agent_id)
            if conversation.joined != before:
                await self._by_agent(change.session, conversation, agent_id, "join", notice="agent_joined_too")
            change.conversation = conversation
        return conversation

    async def leave(self, conversation_id: str, agent_id: int) -> Conversation:
        """Whoever had joined speaks no longer."""
        async with self.changing() as change:
            conversation = await conversations.leave(change.session, conversation_id, agent_id=agent_id)
            await self._by_agent(change.session, conversation, agent_id, "leave")
            change.conversation = conversation
        return conversation

    async def reopen(self, conversation_id: str, agent_id: int) -> Conversation:
        """Go on with a closed conversation. Raises ConversationReplaced."""
        async with self.changing() as change:
            conversation = await conversations.reopen(change.session, conversation_id, agent_id=agent_id)
            await self._by_agent(change.session, conversation, agent_id, "reopen")
            change.conversation = conversation
        return conversation

    async def write_first(self, identity_id: int, agent_id: int, *, text: str, key: str) -> Message:
        """Speak to a customer who has not written; the same `key` again says it once. Raises ConversationTaken,
        MessageEmpty, TextTooLong, NotReachable."""
        async with self.changing() as change:
            session = change.session
            identity = await identities.get(session, identity_id)
            if identity.blocked_at is not None:
                raise NotReachable(identity_id)
            conversation = await conversations.open_for(session, identity, agent_id=agent_id)
            said_before = conversation.last_seq
            message = await conversations.agent_reply(session, conversation.id, agent_id=agent_id, text=text, key=key)
            if message.seq > said_before:
                await self._by_agent(session, conversation, agent_id, "start")
            change.conversation = conversation
        return message

    async def hand_back(self, conversation_id: str, agent_id: int) -> Conversation:
        """Give the conversation back to the bot, which begins afresh: a form it had open before the person came is of
        the past. Raises NotHeld."""
        async with self.database.transaction() as session:
            conversation = await conversations.hand_back(session, conversation_id, agent_id=agent_id)
            await self._by_agent(session, conversation, agent_id, "hand_back", notice="handed_back")
            news = await events.news(session)
        await self._forget(conversation_id)
        return await self.tell(conversation, messages=news)

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
        """Write a note that only the staff reads; a colleague whose name stands in it behind an @ is told."""
        async with self.database.transaction() as session:
            before = (await conversations.locked(session, conversation_id)).last_seq
            message = await conversations.note(session, conversation_id, agent_id=agent_id, text=text, key=key)
            conversation = await conversations.get(session, conversation_id)
            called = [each.id for each in await agents.listing(session) if f"@{each.name}" in text]
            if called and message.seq > before:
                alerts.note(session, AlertKind.MENTIONED, conversation, to=called, by=agent_id)
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
