"""The named contact: the one agent who looks after a valuable member. Supervisors decide who that is."""

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents, members, tiers
from crm_store.agents import Role
from crm_store.errors import CrmError
from crm_store.members import Member

BENEFIT = "named_contact"
"""The benefit of a level that promises one."""


class SupervisorNeeded(CrmError):
    """Only supervisors and administrators decide this."""

    code = "supervisor_needed"


class ContactNotAvailable(CrmError):
    """The agent's account is closed, so they can look after nobody."""

    code = "contact_not_available"

    def __init__(self, agent_id: int) -> None:
        self.agent_id = agent_id
        super().__init__(agent_id=agent_id)


async def assign(session: AsyncSession, member: Member, *, contact_id: int | None, by_id: int) -> bool:
    """Make an agent the member's named contact, or nobody; whether that changed anything.

    `by_id`: the agent who decides. Raises SupervisorNeeded, ContactNotAvailable, NotFound.
    """
    if not agents.may(await agents.get(session, by_id), Role.SUPERVISOR):
        raise SupervisorNeeded
    if contact_id is not None and not (await agents.get(session, contact_id)).active:
        raise ContactNotAvailable(contact_id)
    changed = await members.update_profile(session, member, by=f"agent:{by_id}", named_contact_id=contact_id)
    return bool(changed)


async def promised(session: AsyncSession, member: Member) -> bool:
    """Whether the member's level promises a named contact."""
    return await tiers.has_benefit(session, member, BENEFIT)
