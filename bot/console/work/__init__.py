"""The work desk under /console/work: a list for each kind of case, and one case beside it with what can be done."""

from bot.console.work.page import register

__all__ = ["register"]
