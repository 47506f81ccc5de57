"""Routes of the website channel."""

from importlib.resources import files

from fastapi import APIRouter, Response, WebSocket

from bot.channels.web import shop
from bot.channels.web.socket import TabSocket
from bot.services import Services

WIDGET_MAX_AGE_SECONDS = 300


def build_router(services: Services) -> APIRouter:
    """`/chat/ws` for the widget, and the widget's script."""
    router = APIRouter(include_in_schema=False)
    script = files("bot").joinpath("widget", "widget.js").read_bytes()

    @router.websocket("/chat/ws")
    async def chat(socket: WebSocket) -> None:
        await TabSocket(services, socket).run()

    @router.get("/widget.js")
    async def widget() -> Response:
        headers = {"Cache-Control": f"public, max-age={WIDGET_MAX_AGE_SECONDS}", "Access-Control-Allow-Origin": "*"}
        return Response(script, media_type="text/javascript; charset=utf-8", headers=headers)

    if services.settings.demo:
        router.include_router(shop.build_router(services))
    return router
