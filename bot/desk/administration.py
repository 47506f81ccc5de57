"""Administration of the agents, and of the keys of the shop's systems: each act is one transaction with its role, its
trail and what follows from it, and is told to the colleagues' consoles, and to the agent's own, afterwards."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.attendance import STAFF, Attendance
from bot.desk.casework.acting import WORK, NotAllowed
from bot.desk.scheduler import ASKED, JOBS
from bot.desk.signals import DESK
from crm_store import agents, api_keys, assignment, audit, locks, passwords, schedule, staff
from crm_store.agents import Agent, Role
from crm_store.api_keys import Made
from crm_store.policy import editing
from crm_store.policy.editing import Draft

ACCOUNT = "account"
"""The kind of the event on `account_topic`: the agent's account is not what it was."""
ENTRIES_NAMED = 20
"""So many of the entries that were changed in the policy are named in the trail."""
CHANGED = "agents"
"""The kind of the event, on the topic of the staff, that the list of agents is not what it was."""


def account_topic(agent_id: int) -> str:
    """Where an agent's open pages hear that their account was changed."""
    return f"account:{agent_id}"


async def add(desk: Attendance, by_id: int, *, email: str, name: str, role: str, language: str) -> tuple[Agent, str]:
    """A new agent and the password to sign in with once. Raises NotAllowed, AgentInvalid, EmailTaken."""
    password = passwords.one_time()
    password_hash = await passwords.hashed(password)
    async with _administering(desk, by_id) as session:
        agent = await agents.create(
            session, email=email, name=name, password_hash=password_hash, role=role, language=language, temporary=True
        )
        await _note(session, by_id, "add_agent", agent.id, role=role)
    await _told(desk, agent.id)
    return agent, password


async def close(desk: Attendance, by_id: int, agent_id: int) -> None:
    """The agent can no longer sign in; what they held goes back to everybody. Done already: nothing happens. Raises
    NotAllowed, OwnAccount, LastAdmin.

    A process that ends half-way leaves conversations to the job that looks for abandoned ones.
    """
    async with _administering(desk, by_id) as session:
        left = await staff.close_account(session, agent_id, by_id=by_id)
        if left is not None:
            held = len(left.conversations)
            await _note(session, by_id, "close_agent", agent_id, conversations=held, cases=left.cases)
    for each in left.conversations if left is not None else ():
        await desk.give_back(each)
    await _told(desk, agent_id)
    await desk.signals.publish(DESK, event={"kind": WORK})


async def reopen(desk: Attendance, by_id: int, agent_id: int) -> None:
    """The agent may sign in again. Raises NotAllowed."""
    async with _administering(desk, by_id) as session:
        if await staff.open_account(session, agent_id):
            await _note(session, by_id, "reopen_agent", agent_id)
    await _told(desk, agent_id)


async def change_role(desk: Attendance, by_id: int, agent_id: int, role: str) -> None:
    """Raises NotAllowed, LastAdmin, AgentInvalid."""
    async with _administering(desk, by_id) as session:
        if await staff.change_role(session, agent_id, role):
            await _note(session, by_id, "change_agent_role", agent_id, role=role)
    await _told(desk, agent_id)


async def reset_password(desk: Attendance, by_id: int, agent_id: int) -> str:
    """A password to sign in with once; every session of the agent's is over. Raises NotAllowed, OwnAccount."""
    password = passwords.one_time()
    password_hash = await passwords.hashed(password)
    async with _administering(desk, by_id) as session:
        await staff.reset_password(session, agent_id, password_hash, by_id=by_id)
        await _note(session, by_id, "reset_agent_password", agent_id)
    await _told(desk, agent_id)
    return password


async def reset_second_factor(desk: Attendance, by_id: int, agent_id: int) -> None:
    """For an agent whose phone is gone: the password alone signs in until another one is set up, and every session of
    theirs is over. Raises NotAllowed, OwnAccount."""
    async with _administering(desk, by_id) as session:
        if await staff.reset_second_factor(session, agent_id, by_id=by_id):
            await _note(session, by_id, "reset_second_factor", agent_id)
    await _told(desk, agent_id)


async def add_api_key(
    desk: Attendance,
    by_id: int,
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None,
    idempotency_key: str,
) -> Made:
    """A key for one of the shop's systems, readable only here. Raises NotAllowed, ApiKeyInvalid."""
    async with _administering(desk, by_id) as session:
        return await api_keys.add(
            session, name=name, scopes=scopes, expires_at=expires_at, agent_id=by_id, idempotency_key=idempotency_key
        )


async def revoke_api_key(desk: Attendance, by_id: int, key_id: int) -> None:
    """It opens nothing from now on. Raises NotAllowed, NotFound."""
    async with _administering(desk, by_id) as session:
        await api_keys.revoke(session, key_id, agent_id=by_id)


async def set_skills(
    desk: Attendance,
    by_id: int,
    agent_id: int,
    *,
    languages: Sequence[str],
    skills: Sequence[str],
    capacity: int | None,
) -> None:
    """What the agent serves, and how many at once; supervisors may decide it. Raises NotAllowed, AgentInvalid."""
    async with _administering(desk, by_id, needs=Role.SUPERVISOR) as session:
        agent = await agents.get(session, agent_id)
        before = (agent.languages, agent.skills, agent.capacity)
        await assignment.set_skills(session, agent, languages=languages, skills=skills, capacity=capacity)
        if (agent.languages, agent.skills, agent.capacity) != before:
            await _note(
                session, by_id, "set_agent_skills", agent_id,
                languages=agent.languages, skills=agent.skills, capacity=capacity,
            )  # fmt: skip
    await _told(desk, agent_id)


async def save_policy(desk: Attendance, by_id: int, file: Path, text: str, *, based_on: str) -> Draft:
    """Write the shop's policy file; what it says is in force from the next start on. Raises NotAllowed, PolicyRefused,
    PolicyChangedMeanwhile, PolicyNotWritable."""
    async with _administering(desk, by_id) as session:
        await locks.hold(session, "policy_file")
        changed = editing.save(file, text, based_on=based_on)
        if changed:
            details: dict[str, object] = {"entries": changed[:ENTRIES_NAMED]}
            await audit.record(session, agent_id=by_id, action="save_policy", subject="policy:", details=details)
    return editing.opened(file)


async def run_job(desk: Attendance, by_id: int, name: str) -> None:
    """Let a scheduled job run now, by whichever worker has it. Raises NotAllowed, NotFound, JobBusy."""
    async with _administering(desk, by_id) as session:
        await schedule.ask(session, name, agent_id=by_id)
        await audit.record(session, agent_id=by_id, action="run_job", subject=f"job:{name}")
    await desk.signals.publish(JOBS, event={"kind": ASKED, "name": name})


@asynccontextmanager
async def _administering(desk: Attendance, by_id: int, *, needs: Role = Role.ADMIN) -> AsyncIterator[AsyncSession]:
    async with desk.database.transaction() as session:
        if not agents.may(await agents.get(session, by_id), needs):
            raise NotAllowed(needs)
        yield session


async def _note(session: AsyncSession, by_id: int, action: str, agent_id: int, **details: object) -> None:
    await audit.record(session, agent_id=by_id, action=action, subject=f"agent:{agent_id}", details=details)


async def _told(desk: Attendance, agent_id: int) -> None:
    await desk.signals.publish(account_topic(agent_id), event={"kind": ACCOUNT})
    await desk.signals.publish(STAFF, event={"kind": CHANGED, "agent_id": agent_id})
