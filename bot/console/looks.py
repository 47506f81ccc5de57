"""Whose data an open page has shown, and when that was written to the trail."""

from datetime import datetime

from bot.console.screen import Screen
from crm_store import audit
from crm_store.clock import now


class Looks:
    """One for each page: asks the store again only when a look would count as a new one."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._noted: dict[int, datetime] = {}

    async def note(self, member_id: int, **details: object) -> None:
        """The page shows this member now. `details`: where."""
        noted = self._noted.get(member_id)
        if noted is not None and now() - noted < audit.LOOK_COUNTS_FOR:
            return
        self._noted[member_id] = now()
        async with self._screen.services.database.transaction() as session:
            await audit.look(session, agent_id=self._screen.agent.id, member_id=member_id, details=details)
