"""Routes of the website channel."""

from importlib.resources import files

import structlog
from fastapi import APIRouter, Response, WebSocket, status

from bot.channels.web import data_routes, file_routes, shop
from bot.channels.web.connection_limits import ConnectionLimits, TooMany
from bot.channels.web.lookout import Lookout
from bot.channels.web.socket import TabSocket
from bot.hardening import is_allowed_page
from bot.rate_limits import source_of
from bot.services import Services

WIDGET_MAX_AGE_SECONDS = 300

WIDGET_PARTS = ("files.js", "widget.js")
"""In this order; the last one begins, and calls the others."""

log = structlog.get_logger(__name__)


def widget_script() -> bytes:
    """The widget's one script. What its parts declare stays among themselves and is nothing to the shop's page."""
    parts = [files("bot").joinpath("widget", part).read_bytes() for part in WIDGET_PARTS]
    return b"(() => {\n" + b"\n".join(parts) + b"})();\n"


def build_router(services: Services) -> APIRouter:
    """`/chat/ws` and `/chat/files` for the widget, and the widget's script."""
    router = APIRouter(include_in_schema=False)
    script = widget_script()
    connections, lookout = ConnectionLimits(services.rate_limits), Lookout(services.database)
    allowed = services.settings.widget_origin_list()

    @router.websocket("/chat/ws")
    async def chat(socket: WebSocket) -> None:
        source = source_of(socket.client.host if socket.client else "")
        if not is_allowed_page(socket.headers.get("origin"), allowed):
            log.info("web.page_refused", page=socket.headers.get("origin"), setting="HUIKE_WIDGET_ORIGINS")
            await socket.close(status.WS_1008_POLICY_VIOLATION)
            return
        try:
            async with connections.passing(source):
                await TabSocket(services, socket, source, lookout).run()
        except TooMany as refusal:
            log.info("web.socket_refused", source=source, too_many=refusal.what)
            await socket.close(status.WS_1008_POLICY_VIOLATION)

    @router.get("/widget.js")
    async def widget() -> Response:
        headers = {"Cache-Control": f"public, max-age={WIDGET_MAX_AGE_SECONDS}", "Access-Control-Allow-Origin": "*"}
        return Response(script, media_type="text/javascript; charset=utf-8", headers=headers)

    router.include_router(file_routes.build_router(services))
    router.include_router(data_routes.build_router(services))
    if services.settings.demo:
        router.include_router(shop.build_router(services))
    return router
