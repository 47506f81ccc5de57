"""Background work of one process: the inbox, the outbox and the scheduled jobs.

Any number of workers may run, in one process or many, against one database: what one has in hand no other touches, and
what a killed one had in hand is taken up again.
"""

import asyncio
import os
import socket
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import structlog

from bot.desk import road
from bot.desk.delivery import Delivery
from bot.desk.desk import Desk
from bot.desk.scheduler import Job, Scheduler
from bot.desk.signals import INBOX, OUTBOX, Signals, Subscription
from crm_store import outbox, schedule, turns
from crm_store.conversations import LEASE, Bid
from crm_store.outbox import Claimed
from crm_store.turns import Work

POLL_S = 1.0
"""The safety net: how often the tables are looked at when no signal comes."""

HEARTBEAT_S = LEASE.total_seconds() / 3
STOP_GRACE_S = 20.0
"""Time for what is in hand to be finished on a stop; the rest is taken up by the next start."""

ERROR_PAUSE_S = 1.0

log = structlog.get_logger(__name__)

_alive_here: set[str] = set()
"""Names of the workers of this process that have not ended."""


def worker_name() -> str:
    """A name no other worker has had: host, process, and a mark of its own."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


def is_dead(name: str) -> bool:
    """Whether the worker is known to have ended: one of this host whose process is gone, or whose process number is
    now ours (in a container every start has the same one). Of other hosts nothing is known: their leases run out."""
    host, _, rest = name.partition(":")
    process = rest.partition(":")[0]
    if host != socket.gethostname() or not process.isdigit():
        return False
    if int(process) == os.getpid():
        return name not in _alive_here
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class Worker:
    """Runs until told to stop: `await worker.run()` in a task, `worker.stop()` from anywhere in the same loop."""

    def __init__(
        self,
        desk: Desk,
        delivery: Delivery | None,
        signals: Signals,
        *,
        jobs: Sequence[Job] = (),
        fetched_channels: Sequence[str] = (),
        parallel_turns: int = 16,
        parallel_sends: int = 16,
        poll_s: float = POLL_S,
    ) -> None:
        self.name = worker_name()
        self.desk, self.delivery, self.signals = desk, delivery, signals
        self._scheduler = Scheduler(desk.database, signals, jobs, self.name) if jobs else None
        self.fetched_channels = fetched_channels
        self._poll_s = poll_s
        self._turns = _Slots(parallel_turns)
        self._sends = _Slots(parallel_sends)
        self._in_hand: set[str] = set()
        self._others_wait = False
        """Work was left to the table because all hands were full: who waits there is served before who comes now."""
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what is in hand is finished."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until `stop`. First takes up what dead workers of this machine left behind."""
        _alive_here.add(self.name)
        try:
            await self._take_up_left_behind()
            if self.desk.hands is None:
                self.desk.hands = self
            await self._work()
        finally:
            self._let_go_of_desk()
            _alive_here.discard(self.name)

    def _let_go_of_desk(self) -> None:
        if self.desk.hands is self:
            self.desk.hands = None

    # What the desk calls; see `bot.desk.desk.Hands`

    def bid(self) -> Bid | None:
        if self._stopping.is_set() or self._others_wait or not self._turns.reserve():
            self._others_wait = True
            return None
        return Bid(self.name)

    def withdraw(self) -> None:
        self._turns.release()

    def take(self, work: Work) -> None:
        self._in_hand.add(work.lease.token)
        self._turns.start(self._turn(work), reserved=True)

    async def _take_up_left_behind(self) -> None:
        async with self.desk.database.transaction() as session:
            turns_left = await turns.clear_stale(session, is_dead=is_dead)
            messages_left = await outbox.clear_stale(session, is_dead=is_dead)
            await schedule.free_left_behind(session, is_dead=is_dead)
            for channel in self.fetched_channels:
                await outbox.settle_fetched(session, channel)
        if turns_left or messages_left:
            log.info("worker.took_up_left_behind", conversations=turns_left, messages=messages_left)

    async def _work(self) -> None:
        heartbeat = asyncio.create_task(self._heartbeat(), name="heartbeat")
        loops = [asyncio.create_task(self._loop(INBOX, self._inbox_step, self.desk.has_work), name="inbox")]
        if self.delivery is not None and self.delivery.channels:
            sending = self._loop(OUTBOX, self._outbox_step, self.delivery.has_work)
            loops.append(asyncio.create_task(sending, name="outbox"))
        if self._scheduler is not None:
            loops.append(asyncio.create_task(self._scheduler.run(), name="scheduler"))
        try:
            await self._stopping.wait()
            self._let_go_of_desk()
            if self._scheduler is not None:
                self._scheduler.stop()
            await asyncio.wait(loops, timeout=STOP_GRACE_S)
            await self._turns.finish(STOP_GRACE_S)
            await self._sends.finish(STOP_GRACE_S)
        finally:
            for task in (*loops, heartbeat):
                task.cancel()
            await asyncio.gather(*loops, heartbeat, return_exceptions=True)
            await self._turns.finish(0)
            await self._sends.finish(0)

    async def _loop(
        self, topic: str, step: Callable[[], Awaitable[bool]], has_work: Callable[[], Awaitable[bool]]
    ) -> None:
        """Take steps while there is work, then wait for a signal; a look now and then is only the safety net, and takes
        the lock of a claim only when it found something."""
        async with self.signals.subscribe(topic) as wake:
            told = True
            while not self._stopping.is_set():
                wake.drain()
                try:
                    busy = await step() if told or await has_work() else False
                except Exception:
                    log.exception("worker.step_failed", topic=topic)
                    busy = False
                    await asyncio.sleep(ERROR_PAUSE_S)
                told = busy or await self._idle(wake)

    async def _idle(self, wake: Subscription) -> bool:
        """Wait for a signal, or for the next look; whether a signal came."""
        signal = asyncio.create_task(wake.next(within_s=self._poll_s))
        waiting = {signal, asyncio.create_task(self._stopping.wait())}
        _, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        return signal.done() and not signal.cancelled() and signal.result() is not None

    async def _inbox_step(self) -> bool:
        """Claim one conversation and start its turn; False when nothing is due."""
        await self._turns.keep_one()
        work: Work | None = None
        try:
            if not self._stopping.is_set():
                work = await self.desk.claim(self.name)
        finally:
            if work is None:
                self._turns.release()
        # Until a look finds nobody: who comes in while one is being claimed waits behind those in the table.
        self._others_wait = work is not None
        if work is None:
            return False
        self.take(work)
        return True

    async def _turn(self, work: Work) -> None:
        with road.following(work.message):
            try:
                await self.desk.handle(work)
            except Exception as error:
                log.exception("worker.turn_failed", conversation=work.lease.conversation_id)
                await self._give_up(work, error)
            finally:
                self._in_hand.discard(work.lease.token)

    async def _give_up(self, work: Work, error: Exception) -> None:
        try:
            await self.desk.give_up(work, error)
        except Exception:
            # The lease runs out, and the message is taken up again then.
            log.exception("worker.give_up_failed", conversation=work.lease.conversation_id)

    async def _outbox_step(self) -> bool:
        """Claim what is due and start sending it; False when nothing is due."""
        assert self.delivery is not None
        free = await self._sends.free()
        if self._stopping.is_set():
            return False
        found = await self.delivery.claim(self.name, limit=free)
        for claimed in found:
            self._sends.start(self._send(self.delivery, claimed))
        return bool(found)

    async def _send(self, delivery: Delivery, claimed: Claimed) -> None:
        with road.delivering(claimed):
            try:
                await delivery.deliver(claimed, self.name)
            except Exception:
                log.exception("worker.send_failed", message=claimed.message.id)
        # The next message of the same conversation could not be claimed while this one was in hand.
        await self.signals.publish(OUTBOX)

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            try:
                async with self.desk.database.transaction() as session:
                    await turns.heartbeat(session, self._in_hand)
            except Exception:
                log.exception("worker.heartbeat_failed")


class _Slots:
    """A bounded number of tasks at once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._tasks: set[asyncio.Task[None]] = set()
        self._reserved = 0
        self._changed = asyncio.Event()

    @property
    def _left(self) -> int:
        return self._size - len(self._tasks) - self._reserved

    async def free(self) -> int:
        """Wait until at least one slot is free; how many are."""
        while self._left <= 0:
            self._changed.clear()
            await self._changed.wait()
        return self._left

    async def keep_one(self) -> None:
        """Wait until a slot is free, and keep it for work that is about to come."""
        while not self.reserve():
            await self.free()

    def reserve(self) -> bool:
        """Keep a slot for work that is about to come; False when none is free."""
        if self._left <= 0:
            return False
        self._reserved += 1
        return True

    def release(self) -> None:
        """Give a reserved slot back."""
        self._reserved -= 1
        self._changed.set()

    def start(self, work: Coroutine[Any, Any, None], *, reserved: bool = False) -> None:
        if reserved:
            self._reserved -= 1
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._changed.set()

    async def finish(self, within_s: float) -> None:
        """Wait for the running tasks; cancel what is not finished in time."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=within_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
