"""Who of the staff is there, and what follows from it: what an absent agent holds comes back, who waits is assigned."""

from bot.desk import alerts, notices
from bot.desk.alerts import AlertKind
from bot.desk.base import DeskBase
from crm_store import agents, assignment, audit, availability, conversations
from crm_store.agents import Agent
from crm_store.availability import Abandoned
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState

STAFF = "staff"
"""The topic on which it is told that somebody has come or gone."""


class Attendance(DeskBase):
    """Coming and going of agents."""

    async def set_presence(self, agent_id: int, presence: str) -> Agent:
        """What the agent says of themselves: online, busy, away. Raises PresenceUnknown."""
        async with self.database.transaction() as session:
            agent = await availability.set_presence(session, await agents.get(session, agent_id), presence)
            await audit.record(
                session,
                agent_id=agent_id,
                action="set_presence",
                subject=f"agent:{agent_id}",
                details={"presence": presence},
            )
        await self.signals.publish(STAFF, event={"kind": "presence", "agent_id": agent_id})
        return agent

    async def saw(self, agent_id: int) -> None:
        """The agent has just done something at an open console."""
        async with self.database.transaction() as session:
            await availability.saw(session, agent_id)

    async def signed_out(self, agent_id: int) -> int:
        """The agent has gone: whoever waits for them goes back into the queue at once; how many."""
        async with self.database.transaction() as session:
            left_behind = await availability.left(session, agent_id)
        await self.signals.publish(STAFF, event={"kind": "presence", "agent_id": agent_id})
        return sum([await self.give_back(each) for each in left_behind])

    async def give_back(self, abandoned: Abandoned) -> bool:
        """Put what an absent agent holds back into the queue and say so to the customer, with regret; False when it is
        no longer as it was."""
        async with self.changing() as change:
            session = change.session
            change.conversation = await conversations.return_to_queue(
                session, abandoned.conversation_id, agent_id=abandoned.agent_id, for_good=abandoned.for_good
            )
            if change.conversation is not None:
                holder = await agents.get(session, abandoned.agent_id)
                await notices.announce(session, change.conversation, gone=holder.name)
                await audit.record(
                    session,
                    actor="desk",
                    action="return_conversation",
                    subject=f"conversation:{abandoned.conversation_id}",
                    details={"from_agent_id": abandoned.agent_id},
                )
        return change.conversation is not None

    async def assign_next(self) -> Conversation | None:
        """Give the next customer in line to an agent who is free, and tell both; None when nobody is to be given."""
        async with self.changing() as change:
            conversation = change.conversation = await assignment.assign_next(change.session)
            if conversation is not None and conversation.agent_id is not None:
                agent_id = conversation.agent_id
                await self._by_agent(
                    change.session, conversation, agent_id, "take", notice="agent_joined", automatic=True
                )
                alerts.note(change.session, AlertKind.ASSIGNED, conversation, to=[agent_id])
        return conversation

    async def offer_call_back(self, conversation_id: str) -> bool:
        """Offer a call to a customer who has waited long; once, and only while they wait."""
        async with self.changing() as change:
            conversation = await conversations.locked(change.session, conversation_id)
            if conversation.state != ConversationState.QUEUE or conversation.call_back_offered_at is not None:
                return False
            conversation.call_back_offered_at = now()
            await conversations.say(change.session, conversation, notices.call_back_offered(conversation.speaks))
            change.conversation = conversation
        return True
