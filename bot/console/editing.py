"""Who may change what every customer reads: supervisors and administrators."""

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents
from crm_store.agents import Agent, Role
from crm_store.errors import CrmError


class LeadsOnly(CrmError):
    """The agent may look, not change."""

    code = "leads_only"


def may_edit(agent: Agent) -> bool:
    return agents.may(agent, Role.SUPERVISOR)


async def leads_only(session: AsyncSession, agent_id: int) -> None:
    """Ask the store again, in the transaction of the change. Raises LeadsOnly."""
    if not may_edit(await agents.get(session, agent_id)):
        raise LeadsOnly
