"""The parts that every edge of the app works with, built once per process."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from actions.kit.base import use_database
from actions.kit.mail import use_mailer
from actions.kit.rule_first import use_rules
from actions.knowledge.found import find_rule
from actions.knowledge.index import KnowledgeIndex, use_index
from actions.products import needs
from bot.desk.desk import Desk
from bot.desk.dialogue import Dialogue
from bot.desk.phrases import standard as standard_phrases
from bot.desk.signals import Signals, open_signals
from bot.mail import DemoMailer, SmtpMailer, build_mailer
from bot.rate_limits import RateLimits, Rates
from bot.sentences import encode
from bot.settings import Settings
from crm_store import crypto, keys, migrate, phrases, policy, sealing, tiers
from crm_store.db import Database

PROCESS_NAME = f"huike {socket.gethostname()}:{os.getpid()}"[:63]
"""What PostgreSQL calls our connections: of how many processes they are can be counted there."""


@dataclass(frozen=True)
class Services:
    """What channels, console, API and background work share."""

    settings: Settings
    database: Database
    signals: Signals
    dialogue: Dialogue
    desk: Desk
    knowledge: KnowledgeIndex
    mailer: SmtpMailer | DemoMailer | None
    rate_limits: RateLimits


def open_index(settings: Settings, database: Database) -> KnowledgeIndex:
    """The search over the articles; its vectors are kept in the data folder, so that only changed words are encoded."""
    return KnowledgeIndex(database, using=encode, folder=settings.data_dir / "cache")


def open_database(settings: Settings) -> Database:
    """The store; a third of its connections are opened only while much is asked for."""
    overflow = settings.database_connections // 3
    return Database(
        settings.database_url, pool_size=settings.database_connections - overflow, overflow=overflow, name=PROCESS_NAME
    )


def use_keys(settings: Settings) -> None:
    """The store's keys for personal data, and whether names and words are written sealed."""
    crypto.use_secret(settings.secret_key.get_secret_value())
    sealing.use_sealing(settings.encrypt_at_rest)


def build_services(settings: Settings) -> Services:
    """Put the parts together; nothing is connected yet. Raises PolicyRefused."""
    if settings.policy_file is not None:
        policy.use(policy.load(settings.policy_file))
    use_keys(settings)
    database = open_database(settings)
    use_database(database)
    signals = open_signals(settings.redis_url, settings.database_url)
    dialogue = Dialogue(settings.rasa_url, secret=settings.actions_secret.get_secret_value())
    desk = Desk(database, dialogue, signals)
    knowledge = open_index(settings, database)
    use_index(knowledge)
    use_rules(find_rule)
    mailer = build_mailer(settings)
    use_mailer(mailer)
    limits = RateLimits(Rates.of(settings), settings.redis_url)
    return Services(settings, database, signals, dialogue, desk, knowledge, mailer, limits)


@asynccontextmanager
async def running(services: Services) -> AsyncIterator[Services]:
    """Connect on entry (newest schema included), disconnect on leaving. Raises WrongKey, RotationUnfinished."""
    # First: a migration that opens what is encrypted must never be done under another store's secret.
    await keys.check(services.database)
    await migrate.upgrade(services.database)
    await _ensure_standards(services.database)
    await services.signals.start()
    # In the background: the app may serve meanwhile, only a question of policy would wait.
    warming = asyncio.create_task(_warm(services))
    try:
        yield services
    finally:
        warming.cancel()
        await asyncio.gather(warming, return_exceptions=True)
        if services.mailer is not None:
            await services.mailer.close()
        await services.rate_limits.close()
        await services.signals.stop()
        await services.dialogue.close()
        await services.database.close()


async def _ensure_standards(database: Database) -> None:
    """The mark of the key, levels and phrases; where another process is just writing them, once more after it."""
    for last in (False, True):
        try:
            async with database.transaction() as session:
                await keys.remember(session)
                await tiers.ensure_defaults(session)
                await phrases.ensure_standard(session, standard_phrases())
            return
        except IntegrityError:
            if last:
                raise


async def _warm(services: Services) -> None:
    """Encode what is searched and is not encoded yet: the articles, then the goods."""
    await services.knowledge.warm()
    await needs.warm(services.knowledge, services.database)
