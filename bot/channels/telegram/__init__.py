"""Telegram: takes messages in by long polling or by webhook, and delivers what the outbox holds, through any Bot API
server."""

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.webhook import build_router

__all__ = ["TelegramChannel", "build_router"]
