"""The outbox: hands messages to their channels, per conversation in order, with retry."""

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.desk import road
from bot.desk.channel import (
    Channel,
    DeliveryError,
    Outbound,
    RecipientBlocked,
    Rejected,
    SlowDown,
)
from bot.desk.signals import DESK, Signals, conversation_topic
from crm_store import identities, outbox
from crm_store.clock import now
from crm_store.db import Database
from crm_store.messages import Author
from crm_store.outbox import SENDING_LIMIT, Claimed

log = structlog.get_logger(__name__)

SEND_TIMEOUT_S = SENDING_LIMIT.total_seconds() / 2
LONGEST_WAIT = timedelta(hours=1)
"""A provider that asks to wait for longer is obeyed this long at a time, and each time is a failed try: in the end the
staff see the message among those that did not go out."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a message is tried: 12 tries over roughly an hour with these values."""

    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=15)
    tries: int = 12

    def wait(self, tries: int) -> timedelta:
        """Time until the next try after `tries` failed ones: doubled each time, with jitter so that not all come back
        at once."""
        step: timedelta = min(self.first * 2 ** min(tries - 1, 20), self.longest)
        return step * random.uniform(0.5, 1.0)


class Delivery:
    """Delivers what waits in the outbox to the channels this process knows."""

    def __init__(
        self, database: Database, channels: Iterable[Channel], signals: Signals, *, retry: RetryPolicy | None = None
    ) -> None:
        self.database, self.signals = database, signals
        self.channels = {channel.name: channel for channel in channels if channel.needs_outbox}
        self.retry = retry or RetryPolicy()
        self._paused_until: dict[str, datetime] = {}

    async def claim(self, worker: str, *, limit: int = 1) -> list[Claimed]:
        """Claim messages that are due, at most one per conversation; none of a channel that was told to slow down."""
        ready = self._ready()
        if not ready:
            return []
        async with self.database.transaction() as session:
            return await outbox.claim(session, worker, channels=ready, limit=limit)

    async def has_work(self) -> bool:
        """Whether any message is due; takes no lock."""
        ready = self._ready()
        if not ready:
            return False
        async with self.database.reading() as session:
            return await outbox.is_due(session, channels=ready)

    def _ready(self) -> list[str]:
        at = now()
        paused = {name for name, until in self._paused_until.items() if at < until <= at + LONGEST_WAIT}
        return [name for name in self.channels if name not in paused]

    async def deliver(self, claimed: Claimed, worker: str) -> None:
        """Send one claimed message and write down what became of it."""
        message = claimed.message
        try:
            if claimed.identity.blocked_at is not None:
                raise RecipientBlocked("the customer has blocked us")
            async with asyncio.timeout(SEND_TIMEOUT_S):
                provider_id = await self.channels[message.channel].send(_outbound(claimed))
        except SlowDown as error:
            await self._slow_down(claimed, worker, error)
        except Rejected as error:
            await self._give_up(claimed, worker, error)
        except (DeliveryError, TimeoutError) as error:
            await self._try_later(claimed, worker, error)
        except Exception as error:
            log.exception("delivery.channel_error", message=message.id, channel=message.channel)
            await self._try_later(claimed, worker, error)
        else:
            async with self.database.transaction() as session:
                await outbox.mark_sent(session, message.id, worker=worker, provider_message_id=provider_id)
            road.delivered(message)
        await self._tell(claimed)

    async def _slow_down(self, claimed: Claimed, worker: str, error: SlowDown) -> None:
        until = now() + min(error.wait, LONGEST_WAIT)
        if error.whole_channel:
            self._paused_until[claimed.message.channel] = until
        if error.wait > LONGEST_WAIT:
            await self._try_later(claimed, worker, error, at=until)
            return
        log.info("delivery.slow_down", channel=claimed.message.channel, seconds=error.wait.total_seconds())
        async with self.database.transaction() as session:
            await outbox.try_later(session, claimed.message.id, worker=worker, at=until, error=str(error), counts=False)

    async def _try_later(self, claimed: Claimed, worker: str, error: Exception, *, at: datetime | None = None) -> None:
        tries = claimed.message.tries + 1
        if tries >= self.retry.tries:
            await self._give_up(claimed, worker, error)
            return
        log.warning("delivery.try_later", message=claimed.message.id, tries=tries, error=repr(error))
        road.delivery_failed("timeout" if isinstance(error, TimeoutError) else "channel")
        async with self.database.transaction() as session:
            at = at or now() + self.retry.wait(tries)
            await outbox.try_later(session, claimed.message.id, worker=worker, at=at, error=repr(error))

    async def _give_up(self, claimed: Claimed, worker: str, error: Exception) -> None:
        log.error("delivery.failed", message=claimed.message.id, error=repr(error))
        road.delivery_failed("given_up")
        async with self.database.transaction() as session:
            await outbox.fail(session, claimed.message.id, worker=worker, error=str(error) or repr(error))
            if isinstance(error, RecipientBlocked):
                identity = await identities.get(session, claimed.identity.id)
                await identities.mark_blocked(session, identity)

    async def _tell(self, claimed: Claimed) -> None:
        """The message's status has changed: whoever shows the conversation may show it."""
        event = {
            "kind": "delivery",
            "conversation": claimed.conversation.id,
            "seq": claimed.message.seq,
            "message": claimed.message.id,
        }
        await self.signals.publish(conversation_topic(claimed.conversation.id), DESK, event=event)


def _outbound(claimed: Claimed) -> Outbound:
    message = claimed.message
    return Outbound(
        message_id=message.id,
        conversation_id=message.conversation_id,
        seq=message.seq,
        channel_user_id=claimed.identity.channel_user_id,
        author=Author(message.author),
        language=claimed.conversation.speaks,
        text=message.text,
        buttons=list(message.buttons or []),
        attachments=list(message.attachments or []),
        custom=message.custom,
        agent_name=claimed.agent_name,
        reply_to=claimed.reply_to_channel_id,
        created_at=message.created_at,
        tries=message.tries,
    )
