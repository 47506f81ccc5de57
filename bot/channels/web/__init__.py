"""The website: the widget's socket, the widget itself, and the demo shop that embeds it."""

from bot.channels.web.channel import WebChannel
from bot.channels.web.routes import build_router

__all__ = ["WebChannel", "build_router"]
