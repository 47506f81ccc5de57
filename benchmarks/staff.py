"""A member of staff who gives every conversation straight back to the bot, so that a long one can go on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select

from benchmarks.demo_shop import SECRET_KEY
from bot.desk.desk import Desk
from bot.desk.dialogue import Dialogue
from bot.desk.signals import Signals
from crm_store import crypto
from crm_store.agents import Agent
from crm_store.db import Database
from tests.stack import Stack


class Returning:
    """Takes a conversation and hands it back, by the desk's own rules and from this process: the app's processor time
    holds nothing of it."""

    def __init__(self, desk: Desk, agent_id: int) -> None:
        self._desk, self._agent_id = desk, agent_id
        self.times = 0

    async def hand_back(self, conversation_id: str) -> None:
        await self._desk.take(conversation_id, self._agent_id)
        await self._desk.hand_back(conversation_id, self._agent_id)
        self.times += 1


@asynccontextmanager
async def at_work(stack: Stack) -> AsyncIterator[Returning]:
    """An agent of the demo shop at the desk of `stack`."""
    crypto.use_secret(SECRET_KEY)
    database = Database(stack.database_url)
    dialogue = Dialogue(stack.app.environment["HUIKE_RASA_URL"], secret=stack.app.environment["HUIKE_ACTIONS_SECRET"])
    try:
        async with database.reading() as session:
            agent_id = await session.scalar(select(Agent.id).order_by(Agent.id).limit(1))
        assert agent_id is not None
        yield Returning(Desk(database, dialogue, Signals()), agent_id)
    finally:
        await dialogue.close()
        await database.close()
