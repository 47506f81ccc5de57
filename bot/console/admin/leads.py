"""Pages for supervisors and administrators: whoever else opens one reads why it is empty."""

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from bot.console.screen import Screen, open_screen
from bot.desk.signals import Event
from bot.services import Services
from crm_store import agents
from crm_store.agents import Role


async def open_for_leads(
    services: Services, request: Request, here: str, *, needs: Role = Role.SUPERVISOR
) -> Screen | Response | None:
    """The page's screen; None when it is not for this agent, who has been told so."""
    screen = await open_screen(services, request)
    if isinstance(screen, Response) or agents.may(screen.agent, needs):
        return screen
    with screen.frame(here, title=screen.words(f"nav_{here}")):
        ui.label(screen.words(f"admin.only_for_{needs}")).classes("hk-none")
    screen.follow(then=nothing)
    return None


async def nothing(_events: list[Event]) -> None:
    """For pages that show nothing that changes: only the end of the session is listened for."""
