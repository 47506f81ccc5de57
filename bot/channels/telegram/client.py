"""The Bot API client, and what its errors mean for a delivery."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
)
from aiogram.utils.token import TokenValidationError
from pydantic import ValidationError

from bot.desk.channel import RecipientBlocked, Rejected, SlowDown, Unreachable
from bot.settings import Settings

NAME = "telegram"

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]

REQUEST_TIMEOUT_S = 20

_GONE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")
"""Told with status 400 although it is the address, not the message, that is refused."""


def build_bot(settings: Settings) -> Bot:
    """A client of the Bot API server the settings name; nothing is connected yet. Raises ValueError on a token that
    cannot be one."""
    session = AiohttpSession(
        api=TelegramAPIServer.from_base(settings.telegram_api_url), timeout=float(REQUEST_TIMEOUT_S)
    )
    try:
        return Bot(settings.telegram_token.get_secret_value().strip(), session=session)
    except TokenValidationError:
        raise ValueError("HUIKE_TELEGRAM_TOKEN is no bot token; @BotFather gives one like 123456:ABC-DEF") from None


def webhook_secret(settings: Settings) -> str:
    """What the Bot API server sends with every update: the operator's own secret, or one derived from ours."""
    own = settings.telegram_webhook_secret.get_secret_value()
    if own:
        return own
    key = settings.secret_key.get_secret_value().encode()
    about = b"telegram-webhook:" + settings.telegram_token.get_secret_value().encode()
    return hmac.new(key, about, hashlib.sha256).hexdigest()


def brief(error: Exception) -> str:
    """An error for the log, without what customers wrote: the words only of errors that never quote a message."""
    name = type(error).__name__
    if isinstance(error, TelegramAPIError):
        return f"{name}: {error.message}"
    if isinstance(error, ValidationError):
        places = [".".join(str(part) for part in one["loc"]) for one in error.errors(include_input=False)]
        return f"{name}: {', '.join(places[:5])}"
    return name


@contextmanager
def delivery_errors() -> Iterator[None]:
    """Turn the client's errors into the kinds of `DeliveryError` the outbox knows."""
    try:
        yield
    except TelegramRetryAfter as error:
        raise SlowDown(timedelta(seconds=error.retry_after)) from error
    except TelegramForbiddenError as error:
        raise RecipientBlocked(error.message) from error
    except TelegramBadRequest as error:
        if any(words in error.message.lower() for words in _GONE):
            raise RecipientBlocked(error.message) from error
        raise Rejected(error.message) from error
    except (TelegramEntityTooLarge, TelegramMigrateToChat) as error:
        raise Rejected(error.message) from error
    except AiogramError as error:
        # The rest may pass: network, 5xx, an answer that is no JSON, and a wrong token, which an operator will mend.
        raise Unreachable(brief(error)) from error
