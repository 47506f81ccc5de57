"""The page at an address that is none of the console's: it says so and leads back to the desk."""

from fastapi import Request
from fastapi.responses import Response
from nicegui import Client, core, ui

from bot.console.access import ROOT
from bot.console.screen import element, open_screen
from bot.services import Services

_PAGE = ui.page("")
"""A page without an address, for what has to be shown under any."""
_of_nicegui = core.app.exception_handlers[404]


def register(services: Services) -> None:
    """In place of NiceGUI's own page, which speaks English alone and leads nowhere."""

    @core.app.exception_handler(404)
    async def lost(request: Request, error: Exception) -> Response:
        if request.scope.get("endpoint") not in (None, core.app):
            # A picture or a script that is not there: NiceGUI answers these without a page.
            # Starlette's type allows handlers that are no coroutines, and those of websockets.
            answer: Response = await _of_nicegui(request, error)  # type: ignore[misc]
            return answer
        with Client(_PAGE, request=request) as client:
            screen = await open_screen(services, request)
            if isinstance(screen, Response):
                client.delete()
                return screen
            words = screen.words
            with screen.frame("lost", title=words("lost_title")), element("div", "hk-lost"):
                ui.html(words("lost_title"), sanitize=False, tag="h1")
                ui.label(words("lost_text"))
                ui.html(words("lost_back"), sanitize=False, tag="a").props(f'href="{ROOT}/"').classes("hk-primary")
            screen.follow(then=_nothing)
            return client.build_response(request, 404)


async def _nothing(_events: list[dict[str, object]]) -> None:
    """Only the end of the session is listened for."""
