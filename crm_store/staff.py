"""Administration of the agents: opening and closing accounts, roles. What is in an agent's hands when the account is
closed becomes everybody's again."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents, availability, clock, conversations, followups, second_factor, work
from crm_store.agents import Agent, Role
from crm_store.availability import Abandoned
from crm_store.conversations import Conversation, ConversationState
from crm_store.errors import CrmError, NotFound


class LastAdmin(CrmError):
    """Nobody could administer the shop any more."""

    code = "last_admin"


class OwnAccount(CrmError):
    """Nobody does that to the account they are signed in with."""

    code = "own_account"


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What an agent had in hand when the account was closed. `conversations`: to be put back into the queue, each in a
    transaction of its own; `cases`: so many have no owner any more."""

    conversations: list[Abandoned]
    cases: int


async def close_account(session: AsyncSession, agent_id: int, *, by_id: int) -> LeftBehind | None:
    """The agent can no longer sign in, and every session is over. None: the account was closed already.

    Raises OwnAccount, LastAdmin, NotFound.
    """
    agent = await _locked(session, agent_id)
    if agent_id == by_id:
        raise OwnAccount
    if not agent.active:
        return None
    await _keep_an_admin(session, agent)
    agent.active, agent.sessions_ended_at = False, clock.now()
    await session.flush()
    cases = await work.release(session, agent_id, by_id=by_id) + await followups.release_all(session, agent_id)
    await _leave_joined(session, agent_id)
    return LeftBehind(await availability.abandoned(session, agent_id=agent_id), cases)


async def open_account(session: AsyncSession, agent_id: int) -> bool:
    """The agent may sign in again, with the password of before; False: the account was open. Raises NotFound."""
    agent = await _locked(session, agent_id)
    if agent.active:
        return False
    await agents.update_profile(session, agent, active=True)
    return True


async def change_role(session: AsyncSession, agent_id: int, role: str) -> bool:
    """Whether that changed anything. Raises LastAdmin, AgentInvalid, NotFound."""
    agent = await _locked(session, agent_id)
    if agent.role == role:
        return False
    if agent.active:
        await _keep_an_admin(session, agent)
    await agents.update_profile(session, agent, role=role)
    return True


async def reset_password(session: AsyncSession, agent_id: int, password_hash: str, *, by_id: int) -> Agent:
    """A password that must be changed at the next sign-in; every session is over. One's own is changed with the old
    one known. Raises OwnAccount, NotFound."""
    if agent_id == by_id:
        raise OwnAccount
    return await agents.set_password(session, await _locked(session, agent_id), password_hash, temporary=True)


async def reset_second_factor(session: AsyncSession, agent_id: int, *, by_id: int) -> bool:
    """The agent, whose phone is gone, signs in with the password alone and sets another one up where the role needs
    it; every session is over. Whether there was one. One's own is turned off with a code. Raises OwnAccount,
    NotFound."""
    if agent_id == by_id:
        raise OwnAccount
    return await second_factor.remove(session, agent_id)


async def _locked(session: AsyncSession, agent_id: int) -> Agent:
    """The agent's row. The administrators' are locked first and always in the same order, so that of two who close or
    demote each other at once the second finds what the first has done."""
    admins = select(Agent.id).where(Agent.role == Role.ADMIN).order_by(Agent.id).with_for_update(key_share=True)
    await session.execute(admins)
    found = select(Agent).where(Agent.id == agent_id).with_for_update(key_share=True)
    agent = await session.scalar(found.execution_options(populate_existing=True))
    if agent is None:
        raise NotFound("agent", agent_id)
    return agent


async def _keep_an_admin(session: AsyncSession, agent: Agent) -> None:
    others = select(Agent.id).where(Agent.role == Role.ADMIN, Agent.active, Agent.id != agent.id)
    if agent.role == Role.ADMIN and await session.scalar(others.limit(1)) is None:
        raise LastAdmin


async def _leave_joined(session: AsyncSession, agent_id: int) -> None:
    """Beside nobody any more who is served by a colleague."""
    served = await session.scalars(
        select(Conversation).where(Conversation.state == ConversationState.AGENT, Conversation.agent_id != agent_id)
    )
    for each in served.all():
        if agent_id in each.joined:
            await conversations.leave(session, each.id, agent_id=agent_id)
