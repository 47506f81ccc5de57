"""Telegram as a channel of the desk and of the outbox."""

import asyncio
from datetime import timedelta

import structlog
from aiogram.exceptions import AiogramError
from aiogram.types import BotCommand, Update

from bot.channels.telegram.client import ALLOWED_UPDATES, NAME, build_bot, webhook_secret
from bot.channels.telegram.files import Files
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.layout import BUTTONS_LIMIT, TEXT_LIMIT
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.polling import POLL_S, Poller
from bot.channels.telegram.reception import COMMANDS, Reception
from bot.channels.telegram.sending import Sender
from bot.channels.telegram.typing_action import TypingAction
from bot.desk.channel import Limits, Outbound
from bot.services import Services
from bot.wording import wording
from crm_store.language import Language

WEBHOOK_PATH = "/telegram/webhook"
WEBHOOK_CONNECTIONS = 40

STOP_GRACE = timedelta(seconds=20)
RETRY_S = (1.0, 5.0, 15.0, 60.0)
"""Pauses between tries to register with the Bot API server; the last one repeats."""

log = structlog.get_logger(__name__)


class TelegramChannel:
    """Telegram through the Bot API server that the settings name."""

    name = NAME
    limits = Limits(text_characters=TEXT_LIMIT, buttons=BUTTONS_LIMIT, parallel_sends=16)
    needs_outbox = True

    def __init__(self, services: Services, *, pace: Pace | None = None, poll_s: int = POLL_S) -> None:
        """Raises ValueError when the settings hold no usable bot token."""
        self._settings = services.settings
        self._bot = build_bot(services.settings)
        self._typing = TypingAction(self._bot, services.signals)
        files = Files(self._bot, services.settings.attachments)
        self._intake = Intake(services, self._bot, Reception(services, files), self._typing)
        self._sender = Sender(self._bot, pace or Pace(), services.settings.attachments)
        self._poller = Poller(self._bot, self._intake, poll_s=poll_s)
        self._running: asyncio.Task[None] | None = None

    async def take(self, update: Update) -> None:
        """Store an update; safe when this returns. Raises when it must be brought again."""
        await self._intake.take(update)

    async def send(self, outbound: Outbound) -> str | None:
        """Send one message of the outbox; Telegram's id of its last part. Raises DeliveryError."""
        sent = await self._sender.send(outbound)
        self._typing.follow(outbound.conversation_id, int(outbound.channel_user_id))
        return sent

    async def start(self) -> None:
        """Register with the Bot API server and, in polling mode, begin to poll; both go on in the background."""
        self._running = asyncio.create_task(self._run(), name="telegram")

    async def stop(self) -> None:
        """Ask for nothing more, finish what is being stored, close the connection."""
        self._poller.stop()
        if self._running is not None:
            if self._settings.telegram_mode == "polling":
                await asyncio.wait([self._running], timeout=STOP_GRACE.total_seconds())
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._typing.stop()
        await self._intake.finish()
        await self._bot.session.close()

    async def _run(self) -> None:
        await self._register()
        if self._settings.telegram_mode == "polling":
            await self._poller.run()

    async def _register(self) -> None:
        """Tell the server how updates reach us, until it has accepted it."""
        tries = 0
        while not self._poller.stopping:
            try:
                await self._tell_mode()
                me = await self._bot.me()
                log.info("telegram.ready", bot=me.username, mode=self._settings.telegram_mode)
            except AiogramError as error:
                log.error("telegram.not_registered", error=str(error), hint="see `huike doctor`")
                await self._poller.pause(RETRY_S[min(tries, len(RETRY_S) - 1)])
                tries += 1
            else:
                await self._tell_commands()
                return

    async def _tell_mode(self) -> None:
        """Neither way drops what customers have written meanwhile."""
        if self._settings.telegram_mode == "polling":
            await self._bot.delete_webhook(drop_pending_updates=False)
            return
        await self._bot.set_webhook(
            self._settings.public_url.rstrip("/") + WEBHOOK_PATH,
            secret_token=webhook_secret(self._settings),
            allowed_updates=list(ALLOWED_UPDATES),
            max_connections=WEBHOOK_CONNECTIONS,
            drop_pending_updates=False,
        )

    async def _tell_commands(self) -> None:
        """The menu of commands. Telegram knows Chinese only as one language, so it is Simplified there."""
        for code, language in ((None, Language.ZH_HANS), ("zh", Language.ZH_HANS), ("en", Language.EN)):
            menu = [
                BotCommand(command=name, description=wording(f"telegram.command_{name}", language)) for name in COMMANDS
            ]
            try:
                await self._bot.set_my_commands(menu, language_code=code)
            except AiogramError as error:
                log.warning("telegram.no_menu", error=str(error))
