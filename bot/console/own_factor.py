"""What agents do with their own second factor. Each act is proved anew, by password or code, so that whoever finds a
console open changes nothing."""

from bot.console import access
from bot.console.sign_in import SignIn
from bot.desk.administration import CHANGED
from bot.desk.attendance import STAFF
from bot.services import Services
from crm_store import agents, audit, second_factor
from crm_store.agents import Agent
from crm_store.second_factor import FactorRequired


class OwnFactor:
    """Acts in transactions of their own, counted where they may be guessed at, and written down."""

    def __init__(self, services: Services, sign_in: SignIn) -> None:
        self._services, self._sign_in = services, sign_in

    async def begin(self, agent: Agent) -> None:
        """Show a secret from now on; it counts once it is confirmed. Raises FactorStands."""
        async with self._services.database.transaction() as session:
            await second_factor.begin(session, agent.id)

    async def confirm(self, agent: Agent, *, password: str, code: str) -> list[str]:
        """The recovery codes, told only here; every session of before is over. Raises WrongCredentials,
        LoginThrottled, FactorCodeWrong, FactorNotSetUp, FactorStands, OneTimePasswordOver."""
        await self._sign_in.check_own_password(agent, password)
        async with self._services.database.transaction() as session:
            await agents.proven(session, agent.id, agent.password_hash)
            codes = await second_factor.confirm(session, agent.id, code)
            await audit.record(session, agent_id=agent.id, action="set_up_second_factor", subject=f"agent:{agent.id}")
        await self._done(agent)
        return codes

    async def renew_recovery_codes(self, agent: Agent, code: str) -> list[str]:
        """Ten new ones, told only here. Raises FactorCodeWrong, LoginThrottled."""
        await self._sign_in.count_own(agent)
        async with self._services.database.transaction() as session:
            await second_factor.prove(session, agent.id, code)
            codes = await second_factor.renew_recovery_codes(session, agent.id)
            await audit.record(session, agent_id=agent.id, action="renew_recovery_codes", subject=f"agent:{agent.id}")
        await self._done(agent)
        return codes

    async def turn_off(self, agent: Agent, code: str) -> None:
        """The password alone signs in again; every session of before is over. Raises FactorRequired, FactorCodeWrong,
        LoginThrottled."""
        if access.needs_factor(self._services, agent):
            raise FactorRequired
        await self._sign_in.count_own(agent)
        async with self._services.database.transaction() as session:
            await second_factor.prove(session, agent.id, code)
            await second_factor.remove(session, agent.id)
            await audit.record(session, agent_id=agent.id, action="turn_off_second_factor", subject=f"agent:{agent.id}")
        await self._done(agent)

    async def _done(self, agent: Agent) -> None:
        await self._sign_in.forgive_own(agent)
        await self._services.signals.publish(STAFF, event={"kind": CHANGED, "agent_id": agent.id})
