"""What every side of the desk works with: the database, the signals, and how a change is told of."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import events, notices
from bot.desk.dialogue import Dialogue, DialogueUnavailable
from bot.desk.signals import Event, Signals
from crm_store import audit, conversations
from crm_store.agents import Agent
from crm_store.conversations import Conversation
from crm_store.db import Database

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Change:
    """A transaction on one conversation; `conversation` is what it has become."""

    session: AsyncSession
    conversation: Conversation | None = None


class DeskBase:
    """Every method of the desk is one transaction; signals go out after it."""

    def __init__(self, database: Database, dialogue: Dialogue, signals: Signals) -> None:
        self.database, self.dialogue, self.signals = database, dialogue, signals

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[Change]:
        """A transaction whose conversation is told of once it is committed."""
        async with self.database.transaction() as session:
            change = Change(session)
            yield change
            news = await events.news(session)
        if change.conversation is not None:
            await self.tell(change.conversation, messages=news)

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

    async def _forget(self, conversation_id: str) -> None:
        """Have the dialogue server erase what it keeps of the conversation."""
        try:
            await self.dialogue.forget(conversation_id)
        except DialogueUnavailable as error:
            log.warning("desk.not_forgotten", conversation=conversation_id, reason=error.reason.value)

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
