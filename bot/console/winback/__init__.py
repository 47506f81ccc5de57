"""The page under /console/win-back: lost members, why they go, what asking back brings, and members to thank."""

from bot.console.winback.page import register

__all__ = ["register"]
