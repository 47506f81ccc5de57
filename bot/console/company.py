"""Which colleagues look at the same conversation, or write in it, told before two answer at once.

Nothing of it is stored: each open conversation says that somebody is here, again every few seconds, and forgets whom it
no longer hears of.
"""

import asyncio
import time
from dataclasses import dataclass

from nicegui import background_tasks, ui

from bot.console.screen import Screen
from bot.desk.signals import Event

SAID_AGAIN_SECONDS = 20.0
FORGOTTEN_SECONDS = 50.0
WRITES_SECONDS = 6.0
KIND = "company"


def company_topic(conversation_id: str) -> str:
    """Where the staff's consoles hear of each other; customers never follow it."""
    return f"company:{conversation_id}"


@dataclass(slots=True)
class _Colleague:
    agent_id: int
    heard_at: float
    writes_until: float = 0.0


class Company:
    """The line above the field that names the colleagues who are here."""

    def __init__(self, screen: Screen, conversation_id: str) -> None:
        self.screen, self.topic = screen, company_topic(conversation_id)
        self._others: dict[str, _Colleague] = {}
        self._line = ui.label("").classes("hk-company").props('role="status"')
        self._line.set_visibility(False)
        self._staying: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Say that this agent is here, and ask who else is."""
        # Not a timer of the page: that waits for the browser, and the page would be sent before it is whole.
        self._staying = background_tasks.create(self._stay(), name="console company")
        await self._say("here", ask=True)

    async def writes(self) -> None:
        """This agent is writing."""
        await self._say("writes")

    def leave(self) -> None:
        """This agent looks at something else."""
        if self._staying is not None:
            self._staying.cancel()
        background_tasks.create(self._say("gone"), name="console company")

    async def _stay(self) -> None:
        while not (self._line.is_deleted or self.screen.client.is_deleted):
            await asyncio.sleep(SAID_AGAIN_SECONDS)
            await self._say("here")
            self._show()

    async def _say(self, doing: str, *, ask: bool = False) -> None:
        event: Event = {"kind": KIND, "who": self.screen.client.id, "agent_id": self.screen.agent.id, "doing": doing}
        await self.screen.services.signals.publish(self.topic, event={**event, "ask": ask})

    async def heard(self, events: list[Event]) -> None:
        """Take note of what other consoles say; whoever asks is answered."""
        asked = False
        for event in events:
            if event.get("kind") != KIND or event.get("agent_id") == self.screen.agent.id:
                continue
            who, at = str(event["who"]), time.monotonic()
            if event["doing"] == "gone":
                self._others.pop(who, None)
                continue
            colleague = self._others.setdefault(who, _Colleague(int(event["agent_id"]), at))
            colleague.heard_at = at
            if event["doing"] == "writes":
                colleague.writes_until = at + WRITES_SECONDS
                with self.screen.client:
                    ui.timer(WRITES_SECONDS + 0.1, self._show, once=True)
            asked = asked or bool(event.get("ask"))
        self._show()
        if asked:
            await self._say("here")

    def _show(self) -> None:
        if self._line.is_deleted:
            return
        at = time.monotonic()
        self._others = {who: each for who, each in self._others.items() if at - each.heard_at < FORGOTTEN_SECONDS}
        writing = {each.agent_id for each in self._others.values() if each.writes_until > at}
        looking = {each.agent_id for each in self._others.values()} - writing
        parts = [self._told("company_writes", writing), self._told("company_here", looking)]
        told = " · ".join(part for part in parts if part)
        self._line.set_text(told)
        self._line.classes(add="writes" if writing else "", remove="" if writing else "writes")
        self._line.set_visibility(bool(told))

    def _told(self, key: str, agent_ids: set[int]) -> str:
        if not agent_ids:
            return ""
        names = self.screen.words("and").join(sorted(self.screen.name_of(each) for each in agent_ids))
        return self.screen.words(key, names=names)
