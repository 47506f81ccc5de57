"""The webhook: the Bot API server brings updates, and is answered 200 only when they are stored."""

import hmac
from typing import Annotated

import orjson
import structlog
from fastapi import APIRouter, Header, Request, Response
from pydantic import ValidationError

from bot.channels.telegram.channel import WEBHOOK_PATH, TelegramChannel
from bot.channels.telegram.client import brief, webhook_secret
from bot.channels.telegram.reading import read
from bot.services import Services

log = structlog.get_logger(__name__)


def build_router(services: Services, channel: TelegramChannel) -> APIRouter:
    """The route that takes updates, in webhook mode; without it the router is empty."""
    router = APIRouter(include_in_schema=False)
    secret = webhook_secret(services.settings).encode()

    async def take(request: Request, x_telegram_bot_api_secret_token: Annotated[str, Header()] = "") -> Response:
        if not hmac.compare_digest(x_telegram_bot_api_secret_token.encode(), secret):
            return Response(status_code=403)
        try:
            update = read(orjson.loads(await request.body()))
        except orjson.JSONDecodeError:
            return Response(status_code=400)
        except ValidationError as error:
            # Brought again it would be no better, and Telegram would hold back the chat's later messages.
            log.error("telegram.update_unreadable", error=brief(error))
            return Response(status_code=200)
        try:
            await channel.take(update)
        except Exception:
            log.exception("telegram.update_not_stored", update=update.update_id)
            return Response(status_code=503)
        return Response(status_code=200)

    if services.settings.telegram_mode == "webhook":
        router.add_api_route(WEBHOOK_PATH, take, methods=["POST"])
    return router
