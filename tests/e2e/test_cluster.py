"""Two apps, two workers and two Rasas behind nginx: any one of them is killed while customers talk, and every message
is answered once and in order, counted on the customers' side as the widget does."""

import asyncio
import os
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from rich.console import Console
from sqlalchemy.engine import make_url

from bot.demo import seed
from bot.operate.cluster import Cluster, Ports
from bot.settings import Settings
from crm_store import crypto, migrate
from crm_store.db import Database
from tests import vectors
from tests.conftest import POSTGRES_URL, REDIS_URL, TEST_SECRET, _admin
from tests.e2e.visitor import Visitor
from tests.stack import free_port, trained_model

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(900)]

VISITORS = 8
PATIENCE_SECONDS = 180
WORDS = ("你们好呀，在不在", "运费是怎么计算的呢", "谢谢你们，再见了", "怎么样才能开发票呢", "门店几点钟开门呀")
"""Each is answered by itself, and too long to be a piece of another."""


def free_ports() -> int:
    """The first of as many ports in a row as a cluster needs."""
    while True:
        ports = Ports(free_port(), 2, 2, 2)
        try:
            _bind_all(list(ports.all()))
        except OSError:
            continue
        return ports.public


def _bind_all(ports: list[int]) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[str]:
    name = f"huike_cluster_{uuid.uuid4().hex[:8]}"
    _admin(f"CREATE DATABASE {name}")
    yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    _admin(f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cluster(tmp_path_factory: pytest.TempPathFactory, own_postgres: str) -> AsyncIterator[Cluster]:
    folder: Path = tmp_path_factory.mktemp("cluster")
    await trained_model()
    crypto.use_secret(TEST_SECRET)
    database = Database(own_postgres)
    await migrate.upgrade(database)
    await seed.seed(database, member_count=len(seed.DEMO_MEMBERS))
    await database.close()
    vectors.lend_to(folder / "cache")
    chosen = {
        "demo": "true",
        "data_dir": str(folder),
        "database_url": own_postgres,
        "redis_url": make_url(REDIS_URL).set(database="14").render_as_string(hide_password=False),
        "port": str(free_ports()),
        "secret_key": TEST_SECRET,
        "actions_secret": "a shared secret that only these tests know",
        "identity_secret": "a secret of the shop's site only tests know",
        "web_visitors_per_address": "5000",
        # The bot answers so quickly that a visitor who writes at once would be asked to slow down.
        "web_burst": "1000",
    }
    with pytest.MonkeyPatch.context() as environment:
        for name, value in chosen.items():
            environment.setenv(f"HUIKE_{name.upper()}", value)
        cluster = Cluster(Settings(_env_file=None))
        try:
            cluster.check()
            await cluster.start()
            cluster.watch(Console(quiet=True))
            yield cluster
        finally:
            await cluster.stop()


async def say_all(visitor: Visitor, name: str) -> None:
    """Everything, each when the bot has answered the last."""
    for place, words in enumerate(WORDS):
        told = await visitor.answer_to(f"{name}-{place}", words, within_s=PATIENCE_SECONDS)
        await visitor.after(told[0]["seq"] - 1, by="bot", within_s=PATIENCE_SECONDS)


async def killed(cluster: Cluster, name: str) -> None:
    """SIGKILL; returns when it has been started again, which is before it is ready."""
    child = cluster.children[name]
    assert child.process is not None
    dead = child.process
    os.kill(dead.pid, signal.SIGKILL)
    await dead.wait()
    while child.process is dead:  # noqa: ASYNC110 - the supervisor says nothing
        await asyncio.sleep(0.1)


def screen(visitor: Visitor) -> list[str]:
    """Whose words the visitor sees, by `seq`; without the notice that an answer takes longer, which is none."""
    shown = sorted(visitor.seen, key=lambda frame: frame["seq"])
    authors = ["customer" if "client_id" in frame else str(frame["author"]) for frame in shown]
    return [author for author in authors if author != "system"]


async def test_any_one_process_is_killed_under_load_and_every_message_is_answered_once_in_order(
    cluster: Cluster,
) -> None:
    undisturbed = Visitor(cluster.url)
    await undisturbed.start()
    await say_all(undisturbed, "first")
    assert screen(undisturbed) == ["customer", "bot"] * len(WORDS)

    visitors = [Visitor(cluster.url) for _ in range(VISITORS)]
    await asyncio.gather(*(visitor.start() for visitor in visitors))
    stop = asyncio.Event()
    said = {id(visitor): 0 for visitor in visitors}

    async def talk(visitor: Visitor) -> None:
        while not stop.is_set():
            await say_all(visitor, f"round{said[id(visitor)]}")
            said[id(visitor)] += len(WORDS)

    talking = [asyncio.create_task(talk(visitor)) for visitor in visitors]
    for name in ("app-1", "worker-1", "rasa-1"):
        await killed(cluster, name)
        cluster.reload_nginx()
    stop.set()
    await asyncio.gather(*talking)

    for visitor in visitors:
        count = said[id(visitor)]
        await visitor.sees(2 * count)
        assert screen(visitor) == ["customer", "bot"] * count
        places = sorted(frame["seq"] for frame in visitor.seen)
        assert all(after == before + 1 for before, after in pairwise(places))
        assert (places[0], visitor.errors, visitor.waiting) == (1, [], {})
    await asyncio.gather(*(visitor.stop() for visitor in [undisturbed, *visitors]))
