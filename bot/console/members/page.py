"""The page with everything known about one member."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import ui

from bot.console import links, markup
from bot.console.members import facts, view
from bot.console.screen import BUILD_SECONDS, open_screen
from bot.services import Services
from crm_store import audit, members


def register(services: Services) -> None:
    # A member's number may hold a slash, which is one again by the time an address is looked up.
    @ui.page("/members/{number:path}", response_timeout=BUILD_SECONDS)
    async def profile(request: Request, number: str) -> Response | None:
        if not number:
            return RedirectResponse(links.members(), status_code=303)
        screen = await open_screen(services, request)
        if isinstance(screen, Response):
            return screen
        async with services.database.transaction() as session:
            member = await members.by_number(session, number)
            if member is not None:
                await audit.look(session, agent_id=screen.agent.id, member_id=member.id)
        with screen.frame("members", title=markup.member_name(member, screen.words) if member else number):
            if member is None:
                ui.label(screen.words("no_such_member", number=number)).classes("hk-none")
            else:
                async with services.database.reading() as session:
                    found = await facts.load(session, member.id, whole=True, agent_id=screen.agent.id)
                ui.link(screen.words("write_first"), links.write_to(member.number)).classes("hk-act hk-write-first")
                view.show(screen, found)
        screen.follow(then=_nothing)
        return None


async def _nothing(_events: list[dict[str, object]]) -> None:
    """Only the end of the session is listened for."""
