"""A member's two open conversations as one case: merging them, and what is written where one was merged."""

from bot.desk import alerts, events, notices, records, road
from bot.desk.alerts import AlertKind
from bot.desk.base import DeskBase
from bot.desk.dialogue import read_understanding
from bot.figures import AnsweredBy
from bot.hearing.danger import danger
from bot.hearing.message.said import Said
from crm_store import agents, conversations, turns
from crm_store.agents import Role
from crm_store.conversations import Conversation, ConversationMerged, Lease
from crm_store.messages import Message
from crm_store.policy import policy


class Merged(DeskBase):
    """The part of the desk that knows of lines (`crm_store/conversations/merging.py`)."""

    async def merge(self, conversation_id: str, agent_id: int, *, into_id: str) -> Conversation:
        """Go on with two open conversations of a member as one, `into_id`, which the agent holds, or anybody for a
        supervisor. The customer is told where the other was, and whoever else held one of them. Merged there already,
        nothing is done.

        Raises NotHeld, NotOneMember, ConversationMerged, ConversationClosed, NotFound.
        """
        async with self.database.transaction() as session:
            agent = await agents.require(session, agent_id, Role.AGENT)
            holder = None if agents.may(agent, Role.SUPERVISOR) else agent_id
            merged = await conversations.merge(session, conversation_id, into_id, agent_id=holder)
            conversation, line = merged.conversation, merged.line
            if not merged.again:
                await conversations.say(session, line, notices.plain("merged", line.speaks, name=agent.name))
                await self._by_agent(session, conversation, agent_id, "merge", line=line.id)
                held_by = {each for each in (merged.held_by, conversation.agent_id) if each not in (None, agent_id)}
                if held_by:
                    alerts.note(session, AlertKind.MERGED, conversation, to=sorted(held_by), by=agent_id)
            news = await events.news(session)
        if not merged.again:
            await self._forget(line.id)
            await self.tell(line)
        return await self.tell(conversation, messages=news)

    async def _hear_line(self, lease: Lease, message: Message, said: Said | None) -> Conversation | None:
        """Have the conversation that the line belongs to wait for an answer, and end the turn with the same commit.
        The line, with nothing written, when no person has its case in hand any more. Raises LeaseLost."""
        is_risk = bool(said.names_danger if said else danger.heard(message.text or ""))
        understanding = read_understanding(said.whole) if said is not None else None
        try:
            async with self.database.transaction() as session:
                conversation = await conversations.hear_line(session, lease.conversation_id, at=message.created_at)
                if conversation is None:
                    return await conversations.get(session, lease.conversation_id)
                completed = await turns.complete_turn(
                    session, lease, message.id, understanding=understanding, release=True
                )
                await records.remember(session, completed)
                await alerts.alarm(
                    session, conversation, completed.message,
                    is_risk=is_risk, furious_from=policy().anger.hand_over,
                )  # fmt: skip
                news = await events.news(session)
        except ConversationMerged:
            # The case was merged into another at this very moment: the next look finds that one.
            async with self.database.transaction() as session:
                await turns.release(session, lease)
            return None
        road.answered(message, AnsweredBy.STAFF)
        await self.tell(completed.conversation)
        await self.tell(conversation, messages=news)
        return None
