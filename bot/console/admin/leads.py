"""Pages for supervisors and administrators: whoever else opens one reads why it is empty."""

from fastapi import Request
from fastapi.responses import Response
from nicegui import ui

from bot.console.screen import Screen, open_screen
from bot.desk.signals import Event
from bot.services import Services


async def open_for_leads(services: Services, request: Request, here: str) -> Screen | Response | None:
    """The page's screen; None when it is not for this agent, who has been told so."""
    screen = await open_screen(services, request)
    if isinstance(screen, Response) or screen.is_lead:
        return screen
    with screen.frame(here, title=screen.words(f"nav_{here}")):
        ui.label(screen.words("admin.leads_only")).classes("hk-none")
    screen.follow(then=nothing)
    return None


async def nothing(_events: list[Event]) -> None:
    """For pages that show nothing that changes: only the end of the session is listened for."""
