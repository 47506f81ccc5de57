"""Routes of the website channel."""

from fastapi import APIRouter, WebSocket

from bot.channels.web.socket import TabSocket
from bot.services import Services


def build_router(services: Services) -> APIRouter:
    """`/chat/ws` for the widget."""
    router = APIRouter(include_in_schema=False)

    @router.websocket("/chat/ws")
    async def chat(socket: WebSocket) -> None:
        await TabSocket(services, socket).run()

    return router
