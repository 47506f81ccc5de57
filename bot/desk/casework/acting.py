"""The frame of every act on a case: who acts, in one transaction, with its trail, and what is told afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import events
from bot.desk.agent_side import AgentSide
from bot.desk.signals import DESK, Signals
from crm_store import agents, audit, conversations, risk
from crm_store.agents import Agent, Role
from crm_store.conversations import Conversation
from crm_store.errors import CrmError
from crm_store.language import Language
from crm_store.members import Member
from crm_store.messages import Reply
from crm_store.work import Kind

WORK = "work"
"""The kind of the event, on the topic of the desk, that tells that a case has changed."""


REMINDER = "promise_reminder"
"""The kind of the event that tells an owner's open console of a promise that falls due soon."""


class NotAllowed(CrmError):
    """The agent's role may not do that; `needed` is the lowest that may."""

    code = "role_not_allowed"

    def __init__(self, needed: Role) -> None:
        self.needed = needed
        super().__init__(needed=needed.value)


@dataclass
class Act:
    """One act under way. `member_id`: whose risk is looked at anew when it is done; `told`: the conversation in which
    the customer reads of it, None when they could not be reached or need not be told."""

    session: AsyncSession
    agent: Agent
    details: dict[str, object] = field(default_factory=dict)
    member_id: int | None = None
    told: Conversation | None = None

    async def tell(
        self,
        reply: Reply,
        *,
        key: str,
        member_id: int | None,
        conversation_id: str | None,
        identity_id: int | None = None,
    ) -> bool:
        """Write to the customer in this agent's name; False when they have no address here."""
        conversation = await self.reach(member_id=member_id, conversation_id=conversation_id, identity_id=identity_id)
        if conversation is not None:
            await conversations.write_to(self.session, conversation, agent_id=self.agent.id, reply=reply, key=key)
        return conversation is not None

    async def reach(
        self, *, member_id: int | None, conversation_id: str | None, identity_id: int | None = None
    ) -> Conversation | None:
        if self.told is None:
            self.told = await conversations.reach(
                self.session, member_id=member_id, conversation_id=conversation_id, identity_id=identity_id
            )
        return self.told


@asynccontextmanager
async def acting(
    desk: AgentSide, agent_id: int, action: str, subject: str, *, kind: Kind, needs: Role = Role.AGENT
) -> AsyncIterator[Act]:
    """Do something in the agent's name. Raises NotAllowed, and whatever the block raises, with nothing written."""
    async with desk.database.transaction() as session:
        agent = await agents.get(session, agent_id)
        if not agents.may(agent, needs):
            raise NotAllowed(needs)
        act = Act(session, agent)
        yield act
        await audit.record(session, agent_id=agent_id, action=action, subject=subject, details=act.details)
        if act.member_id is not None:
            await risk.assess(session, act.member_id)
        news = await events.news(session)
    if act.told is not None:
        await desk.tell(act.told, messages=news)
    await changed(desk.signals, kind, subject)


async def changed(signals: Signals, kind: Kind, subject: str) -> None:
    """Tell the open lists that a case is not what it was. `subject`: "kind:number"."""
    await signals.publish(DESK, event={"kind": WORK, "work": kind.value, "number": subject.partition(":")[2]})


async def language_of(session: AsyncSession, *, member_id: int | None, conversation_id: str | None) -> Language:
    """The language to write about a case in: that of its conversation, else the member's."""
    if conversation_id is not None:
        return (await conversations.get(session, conversation_id)).speaks
    member = await session.get(Member, member_id) if member_id is not None else None
    return Language.of(member.language if member else None)
