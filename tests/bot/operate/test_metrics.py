"""What `/metrics` tells, and that dashboard and alert rules speak of nothing else."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import yaml
from fastapi import FastAPI
from sqlalchemy import update

from bot.operate import health
from bot.services import Services, build_services
from bot.settings import Settings
from crm_store import complaints, crypto, members
from crm_store.clock import now
from crm_store.complaints import Complaint
from crm_store.conversations import Conversation, QueueReason, request_human
from crm_store.db import Database
from crm_store.messages import Author, Direction, Message, MessageStatus
from tests.conftest import TEST_SECRET
from tests.crm_store import inbox

DEPLOY = Path(__file__).parents[3] / "deploy"
PREFIXES = ("huike_", "process_")
_NAME = re.compile(r"\b(?:huike|process)_[a-z_]+")


@pytest_asyncio.fixture
async def services(database: Database, tmp_path: Path) -> AsyncIterator[Services]:
    built = build_services(
        Settings(
            _env_file=None,
            data_dir=tmp_path,
            database_url=database.url.render_as_string(hide_password=False),
            secret_key=TEST_SECRET,
            actions_secret=TEST_SECRET,
            rasa_url="http://127.0.0.1:9",
        )
    )
    crypto.use_secret(TEST_SECRET)
    yield built
    await built.dialogue.close()
    await built.database.close()


async def told(services: Services, path: str = "/metrics") -> httpx.Response:
    app = FastAPI()
    app.include_router(health.build_router(services))
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 4000))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        return await client.get(path)


def value(text: str, sample: str) -> float:
    [line] = [line for line in text.splitlines() if line.startswith(f"{sample} ")]
    return float(line.rsplit(" ", 1)[1])


def named(text: str) -> set[str]:
    return set(_NAME.findall(text))


def names_told(text: str) -> set[str]:
    """Of every metric, with the endings that its kind has."""
    endings = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}
    kinds = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
    return {name + ending for name, kind in kinds for ending in endings[kind]}


async def test_dashboard_and_alerts_name_only_what_the_app_tells(services: Services) -> None:
    known = names_told((await told(services)).text)
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    board = json.loads((DEPLOY / "grafana" / "huike.json").read_text(encoding="utf-8"))
    shown = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(expressions) >= 10
    assert len(shown) >= 15
    assert named(" ".join([*expressions, *shown])) - known == set()


async def test_every_figure_of_ours_is_explained_in_the_guide(services: Services) -> None:
    guide = (DEPLOY.parent / "docs" / "operating.md").read_text(encoding="utf-8")
    ours = re.findall(r"^# TYPE (huike_\S+) ", (await told(services)).text, re.MULTILINE)
    explained = {name.removesuffix("_total") for name in named(guide)}
    assert {name.removesuffix("_created").removesuffix("_total") for name in ours} - explained == set()


async def test_every_alert_stands_in_the_guide() -> None:
    guide = (DEPLOY.parent / "docs" / "operating.md").read_text(encoding="utf-8")
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    names = [rule["alert"] for group in rules["groups"] for rule in group["rules"]]
    assert [name for name in names if f"`{name}`" not in guide] == []


async def test_what_waits_is_told_with_how_long(services: Services) -> None:
    async with services.database.transaction() as session:
        first = await inbox.receive(session, "第一句")
        await inbox.receive(session, "第二句", user="u2")
        handled = await inbox.receive(session, "第三句", user="u3")
        handled.message.status = MessageStatus.HANDLED
        await session.execute(
            update(Message).where(Message.id == first.message.id).values(created_at=now() - timedelta(seconds=90))
        )
    text = (await told(services)).text
    assert value(text, 'huike_messages_unhandled{channel="test"}') == 2
    assert 90 <= value(text, "huike_messages_unhandled_oldest_seconds") < 150
    assert value(text, "huike_messages_undelivered_oldest_seconds") == 0
    assert value(text, 'huike_conversations{channel="test",state="bot"}') == 3


@pytest.mark.parametrize(
    ("status", "given_up", "undelivered", "failed"),
    [
        (MessageStatus.PENDING, False, 1, 0),
        (MessageStatus.SENDING, False, 1, 0),
        (MessageStatus.SENT, False, 0, 0),
        (MessageStatus.FAILED, False, 0, 1),
        (MessageStatus.FAILED, True, 0, 0),
    ],
)
async def test_what_has_not_reached_the_customer_is_told(
    services: Services, status: MessageStatus, given_up: bool, undelivered: int, failed: int
) -> None:
    async with services.database.transaction() as session:
        received = await inbox.receive(session)
        received.message.status = MessageStatus.HANDLED
        session.add(
            Message(
                conversation_id=received.conversation.id,
                seq=2,
                direction=Direction.OUT,
                author=Author.BOT,
                channel="test",
                status=status,
                created_at=now() - timedelta(seconds=50),
                given_up_at=now() if given_up else None,
            )
        )
    text = (await told(services)).text
    assert f'huike_messages_undelivered{{channel="test"}} {undelivered}.0' in text or not undelivered
    assert ('huike_messages_undelivered{channel="test"}' in text) == bool(undelivered)
    assert (value(text, "huike_messages_undelivered_oldest_seconds") >= 50) == bool(undelivered)
    assert ('huike_messages_failed{channel="test"} 1.0' in text) == bool(failed)


async def test_the_queue_is_told_with_its_longest_wait(services: Services) -> None:
    async with services.database.transaction() as session:
        for user in ("u1", "u2"):
            received = await inbox.receive(session, "转人工", user=user)
            await request_human(session, received.conversation.id, reason=QueueReason.REQUESTED)
        await session.execute(
            update(Conversation)
            .where(Conversation.id == received.conversation.id)
            .values(waiting_since=now() - timedelta(seconds=400))
        )
    text = (await told(services)).text
    assert value(text, "huike_queue_length") == 2
    assert 400 <= value(text, "huike_queue_longest_wait_seconds") < 460


async def test_cases_past_their_time_are_told_by_kind(services: Services) -> None:
    async with services.database.transaction() as session:
        member = await members.create(session, given_name="甲", phone="13800138000")
        numbers = [
            (
                await complaints.file(
                    session, member_id=member.id, conversation_id=None, category="quality", description=words, key=words
                )
            ).number
            for words in ("杯子裂了", "盘子碎了")
        ]
        await session.execute(
            update(Complaint).where(Complaint.number == numbers[0]).values(due_at=now() - timedelta(minutes=1))
        )
    text = (await told(services)).text
    assert value(text, 'huike_late_cases{kind="complaints"}') == 1
    assert value(text, 'huike_late_cases{kind="callbacks"}') == 0
    assert value(text, "huike_dialogue_up") == 0
    assert value(text, "huike_disk_free_bytes") > 0
