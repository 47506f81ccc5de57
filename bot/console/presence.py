"""What an agent says of themselves in the header (online, busy, away), and the sign of life that every page gives."""

import time

from nicegui import ui

from bot.console.choices import drop_down
from bot.console.screen import Screen
from crm_store.availability import Presence

WRITTEN_SECONDS = 40.0
"""Signs of life are written no more often than so: absence is counted in minutes."""

_written: dict[int, float] = {}
"""When each agent's last sign of life was written by this process."""


def build(screen: Screen) -> None:
    """The choice in the header; and the ear for what the agent does on the page."""
    words = screen.words

    async def chosen(presence: str) -> None:
        async def deed() -> None:
            await screen.services.desk.set_presence(screen.agent.id, presence)
            screen.presence = presence

        await screen.act(deed)
        choice.props(f'data-presence="{screen.presence}"')

    states = {str(each): words.label("agent_presence", each) for each in Presence}
    choice = drop_down(words("presence"), states, value=screen.presence, then=chosen, classes="hk-presence")
    choice.props(f'data-presence="{screen.presence}"')
    ui.on("hk_touch", lambda: _touched(screen))


async def _touched(screen: Screen) -> None:
    at = time.monotonic()
    if at - _written.get(screen.agent.id, -WRITTEN_SECONDS) >= WRITTEN_SECONDS:
        _written[screen.agent.id] = at
        await screen.services.desk.saw(screen.agent.id)
