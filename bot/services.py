"""The parts that every edge of the app works with, built once per process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from actions.base import use_database
from bot.desk import Desk, DeskRules
from bot.dialogue import Dialogue
from bot.settings import Settings
from bot.signals import Signals, open_signals
from crm_store import crypto, migrate, tiers
from crm_store.db import Database


@dataclass(frozen=True)
class Services:
    """What channels, console, API and background work share."""

    settings: Settings
    database: Database
    signals: Signals
    dialogue: Dialogue
    desk: Desk


def build_services(settings: Settings) -> Services:
    """Put the parts together; nothing is connected yet."""
    crypto.use_secret(settings.secret_key.get_secret_value())
    database = Database(settings.database_url, pool_size=20)
    use_database(database)
    signals = open_signals(settings.redis_url)
    dialogue = Dialogue(settings.rasa_url, secret=settings.actions_secret.get_secret_value())
    desk = Desk(database, dialogue, signals, rules=DeskRules(anger_handover=settings.anger_handover))
    return Services(settings, database, signals, dialogue, desk)


@asynccontextmanager
async def running(services: Services) -> AsyncIterator[Services]:
    """Connect on entry (newest schema included), disconnect on leaving."""
    await migrate.upgrade(services.database)
    async with services.database.transaction() as session:
        await tiers.ensure_defaults(session)
    await services.signals.start()
    try:
        yield services
    finally:
        await services.signals.stop()
        await services.dialogue.close()
        await services.database.close()
