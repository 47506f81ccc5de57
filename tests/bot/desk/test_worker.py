"""The worker: wakes at once, keeps order, stops cleanly, and loses nothing when it is killed."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.desk.delivery import Delivery
from bot.desk.desk import Desk
from bot.desk.scheduler import Job
from bot.desk.worker import Worker, is_dead, worker_name
from bot.jobs import standard_jobs
from crm_store import clock, conversations, members, messages, promises, turns
from crm_store.db import Database
from crm_store.messages import Message, MessageStatus
from tests.bot.dialogue_server import DialogueServer
from tests.bot.memory_channel import MemoryChannel
from tests.crm_store.inbox import inbound

ROOT = Path(__file__).resolve().parents[3]


@asynccontextmanager
async def working(desk: Desk, channel: MemoryChannel, **more: object) -> AsyncIterator[Worker]:
    """A worker beside the test, stopped at the end."""
    delivery = Delivery(desk.database, [channel], desk.signals)
    worker = Worker(desk, delivery, desk.signals, **more)  # type: ignore[arg-type]
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await running


async def until(condition: object, *, within_s: float = 60.0) -> None:
    """Wait until `condition()` is true, or fail."""
    async with asyncio.timeout(within_s):
        while not condition():  # type: ignore[operator]  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.02)


async def unfinished(database: Database) -> int:
    """Messages that are neither handled nor sent."""
    open_states = (MessageStatus.RECEIVED, MessageStatus.PENDING, MessageStatus.SENDING)
    async with database.reading() as session:
        query = select(func.count()).select_from(Message).where(Message.status.in_(open_states))
        return await session.scalar(query) or 0


async def finished(database: Database, *, within_s: float = 120.0) -> None:
    async with asyncio.timeout(within_s):
        while await unfinished(database):  # noqa: ASYNC110 - another process does the work
            await asyncio.sleep(0.1)


class TestRun:
    async def test_a_message_is_answered_at_once_by_signal_not_by_polling(self, desk: Desk) -> None:
        channel = MemoryChannel()
        async with working(desk, channel, poll_s=30.0):
            for number in (1, 2, 3):  # the first may be found by the look at the start, the others cannot
                began = time.monotonic()
                await desk.receive(inbound(f"这是第{number}句话"))
                await until(lambda number=number: len(channel.sent) == number)  # type: ignore[misc]
                assert time.monotonic() - began < 10.0
        assert channel.texts() == {"u1": ["回：这是第1句话", "回：这是第2句话", "回：这是第3句话"]}

    async def test_many_customers_in_parallel_each_in_order(self, desk: Desk, rasa: DialogueServer) -> None:
        channel = MemoryChannel(takes_s=0.002)
        async with working(desk, channel, poll_s=0.2):
            for number in range(4):
                await asyncio.gather(
                    *(desk.receive(inbound(f"这是第{number}句话", user=f"u{user}")) for user in range(15))
                )
            await until(lambda: len(channel.sent) == 60)
        assert channel.texts() == {f"u{user}": [f"回：这是第{number}句话" for number in range(4)] for user in range(15)}
        assert len(rasa.turns) == 60
        async with desk.database.reading() as session:
            troubled = await session.scalars(select(Message.error).where(Message.error.is_not(None)))
        assert list(troubled) == []  # a deadlock would be mended by a retry, and stay unseen without this

    async def test_two_workers_share_the_work(self, desk: Desk, rasa: DialogueServer) -> None:
        channel = MemoryChannel()
        async with working(desk, channel, poll_s=0.1), working(desk, channel, poll_s=0.1):
            await asyncio.gather(*(desk.receive(inbound("在吗", user=f"u{user}")) for user in range(20)))
            await until(lambda: len(channel.sent) >= 20)
            await finished(desk.database)
        assert Counter(outbound.channel_user_id for outbound in channel.sent) == Counter(f"u{u}" for u in range(20))
        assert len(rasa.turns) == 20

    async def test_who_waits_in_the_table_is_served_before_who_comes_now(
        self, desk: Desk, rasa: DialogueServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rasa.hold, looking, look = asyncio.Event(), asyncio.Event(), asyncio.Event()
        claim = desk.claim

        async def looks_slowly(worker: str) -> turns.Work | None:
            looking.set()
            await look.wait()
            return await claim(worker)

        async with working(desk, MemoryChannel(), parallel_turns=2, poll_s=60.0) as worker:
            await until(lambda: desk.hands is worker)
            for user in range(2):
                await desk.receive(inbound("在吗", user=f"u{user}"))
            monkeypatch.setattr(desk, "claim", looks_slowly)
            await desk.receive(inbound("还有我", user="u2"))
            rasa.hold.set()
            await asyncio.wait_for(looking.wait(), 30)
            await until(lambda: worker._turns._left > 0)
            assert worker.bid() is None
            look.set()
            await finished(desk.database)
            await until(lambda: not worker._others_wait)
            assert worker.bid() is not None
            worker.withdraw()

    async def test_no_more_turns_at_once_than_allowed(self, desk: Desk, rasa: DialogueServer) -> None:
        rasa.hold = asyncio.Event()
        async with working(desk, MemoryChannel(), parallel_turns=3, poll_s=0.1):
            for user in range(8):
                await desk.receive(inbound("在吗", user=f"u{user}"))
            await rasa.begun.wait()
            await asyncio.sleep(0.5)
            async with desk.database.reading() as session:
                leased = await session.scalar(
                    select(func.count())
                    .select_from(conversations.Conversation)
                    .where(conversations.Conversation.lease_by.is_not(None))
                )
            rasa.hold.set()
            await finished(desk.database)
        assert leased == 3


class TestStop:
    async def test_the_turn_in_hand_is_finished(self, desk: Desk, rasa: DialogueServer) -> None:
        rasa.hold = asyncio.Event()
        worker = Worker(desk, None, desk.signals)
        running = asyncio.create_task(worker.run())
        received = await desk.receive(inbound("在吗"))
        await rasa.begun.wait()
        worker.stop()
        await asyncio.sleep(0.1)
        assert not running.done()
        rasa.hold.set()
        await running
        async with desk.database.reading() as session:
            said = await messages.history(session, received.conversation.id)
        assert [message.text for message in said] == ["在吗", "回：在吗"]


class TestLeftBehind:
    async def test_a_new_worker_takes_up_at_once_what_a_dead_one_had(self, desk: Desk) -> None:
        await desk.receive(inbound("在吗"))
        dead = f"{socket.gethostname()}:{os.getpid()}:000000000000"
        assert await desk.claim(dead) is not None
        channel = MemoryChannel()
        began = time.monotonic()
        async with working(desk, channel, poll_s=0.1):
            await until(lambda: channel.sent)
        assert time.monotonic() - began < turns.LEASE.total_seconds() / 2

    def test_who_is_dead(self) -> None:
        host = socket.gethostname()
        assert is_dead(f"{host}:{os.getpid()}:0123")
        assert not is_dead(f"another-host:{os.getpid()}:0123")
        assert not is_dead(f"{host}:{os.getppid()}:0123")
        assert not is_dead("no name of ours")
        assert worker_name() != worker_name()

    async def test_a_living_worker_of_this_process_is_not_dead(self, desk: Desk) -> None:
        async with working(desk, MemoryChannel()) as worker:
            await until(lambda: not is_dead(worker.name))
        assert is_dead(worker.name)


class TestKilled:
    async def test_killed_in_the_midst_every_message_is_answered_once_in_order(
        self, desk: Desk, rasa: DialogueServer, tmp_path: Path
    ) -> None:
        """Three workers in turn are killed with SIGKILL; the fourth finishes. Each message gets one answer in the
        store; the channel may get one twice (handed over, killed before that was written), never fewer, never out of
        order."""
        users, each = 20, 3
        for number in range(each):
            for user in range(users):
                await desk.receive(inbound(f"这是第{number}句话", user=f"u{user}"))
        sent = tmp_path / "sent.txt"
        for killed in (True, True, True, False):
            before = len(rasa.turns)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.bot.worker_process",
                desk.database.url.render_as_string(hide_password=False), rasa.url, str(sent),
                cwd=ROOT,
            )  # fmt: skip
            if killed:
                await until(lambda before=before: len(rasa.turns) >= before + 10)  # type: ignore[misc]
            else:
                await finished(desk.database)
            process.send_signal(signal.SIGKILL)
            await process.wait()

        assert len(rasa.turns) == users * each
        async with desk.database.reading() as session:
            answers = (await session.scalars(select(Message).where(Message.direction == "out"))).all()
        assert len(answers) == users * each
        assert Counter(answer.in_reply_to for answer in answers).most_common(1)[0][1] == 1
        delivered: dict[str, list[str]] = {}
        for line in sent.read_text().splitlines():
            user, message_id, text = line.split("\t")
            got = delivered.setdefault(user, [])
            if not got or got[-1] != f"{message_id} {text}":
                got.append(f"{message_id} {text}")
        assert {user: [line.partition(" ")[2] for line in got] for user, got in delivered.items()} == {
            f"u{user}": [f"回：这是第{number}句话" for number in range(each)] for user in range(users)
        }


class TestJobs:
    async def test_a_job_that_fails_runs_again(self, desk: Desk) -> None:
        runs = 0

        async def job() -> None:
            nonlocal runs
            runs += 1
            if runs == 1:
                raise RuntimeError("the first time fails")

        worker = Worker(desk, None, desk.signals, jobs=[Job("flaky", timedelta(milliseconds=10), job)])
        running = asyncio.create_task(worker.run())
        await until(lambda: runs >= 3)
        worker.stop()
        await running

    @pytest.mark.usefixtures("frozen_clock")
    async def test_the_standard_jobs_do_what_their_names_say(
        self, desk: Desk, frozen_clock: clock.FrozenClock, tmp_path: Path
    ) -> None:
        received = await desk.receive(inbound("在吗"))
        work = await desk.claim("w")
        assert work is not None
        await desk.handle(work)
        async with desk.database.transaction() as session:
            member = await members.create(session, family_name="王")
            promise = await promises.make(
                session,
                member_id=member.id,
                kind=promises.PromiseKind.CALLBACK,
                text="回电",
                due_at=clock.now() + timedelta(hours=1),
                made_by=promises.MadeBy.BOT,
                key="p",
            )
        frozen_clock.move(timedelta(days=2))

        done = {job.name: await job.run() for job in standard_jobs(desk, tmp_path)}

        assert done == {
            "break promises": 1,
            "expire points": 0,
            "forget old imports": 0,
            "work off imports": {},
            "close idle conversations": 1,
            "remove orphaned files": 0,
            "ask for ratings": 0,
            "remind of promises": 0,
            "watch complaints": 0,
            "return abandoned conversations": 0,
            "assign the queue": 0,
            "offer call-backs": 0,
            "index what was said": 1,
            "learn from purchases": {"members": 0, "pairs": 0},
            "settle points of orders": 0,
            "adjust levels": 0,
            "ask about effort": 0,
            "ask whether recommended": 0,
            "tell of own matters": 0,
            "tell what was wished": 0,
            "assess everybody's risk": 0,
            "value members": 1,
            "fill win-back and thanks": {"opened": 0, "held": 0, "proved": 0, "listed": 0},
            "measure loyalty": 0,
            "finish erasures": 0,
            "archive old conversations": 0,
            "forget old words": 0,
            "forget old proofs": 0,
        }
        async with desk.database.reading() as session:
            assert (await session.get_one(promises.Promise, promise.id)).broken_at is not None
            assert (await conversations.get(session, received.conversation.id)).outcome == "idle"
