"""Erasure is carried out where the store alone cannot: files, Rasa, open pages; and no log tells of whom."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logs
from bot.desk.desk import Desk
from bot.desk.dialogue import DialogueUnavailable
from bot.jobs.privacy import finish_erasures, forget_proofs, forget_words
from crm_store import erasure, privacy
from crm_store.clock import FrozenClock
from crm_store.conversations import Conversation
from crm_store.db import Database
from crm_store.policy import policy
from tests.bot.dialogue_server import DialogueServer
from tests.crm_store.inbox import receive
from tests.crm_store.marked import MARK, marks, plant
from tests.crm_store.test_erasure import ROWS

FILE = "web/ab/0123.jpg"


@pytest.fixture
def everything_logged(capfd: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    logs.configure(as_json=True)
    root.setLevel(logging.DEBUG)
    yield capfd
    root.setLevel(before[0])
    root.handlers[:] = before[1]


async def plant_with_file(database: Database, folder: Path) -> Path:
    path = folder / FILE
    path.parent.mkdir(parents=True)
    path.write_text(MARK)
    attachment = {"kind": "image", "name": MARK, "mime": "image/jpeg", "size": 1, "ref": FILE}
    async with database.engine.begin() as connection:
        await plant(connection, ROWS | {"messages": {"status": "sent", "attachments": [attachment]}})
    return path


async def test_files_addresses_and_what_rasa_remembers_go_and_no_log_tells(
    desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock, tmp_path: Path, everything_logged
) -> None:
    path = await plant_with_file(desk.database, tmp_path)
    async with desk.database.transaction() as session:
        await privacy.erase(session, 1, by="agent:1")
    assert await finish_erasures(desk, tmp_path) == 0
    assert path.exists()
    frozen_clock.move(erasure.AT_REST)
    assert await finish_erasures(desk, tmp_path) == 1
    assert await finish_erasures(desk, tmp_path) == 0
    assert not path.exists()
    assert rasa.forgotten == ["c1"]
    async with desk.database.engine.begin() as connection:
        assert await marks(connection) == []
    told = everything_logged.readouterr()
    assert MARK not in told.out + told.err


async def test_while_rasa_is_away_the_erasure_waits_and_is_finished_later(
    desk: Desk, rasa: DialogueServer, frozen_clock: FrozenClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plant_with_file(desk.database, tmp_path)
    async with desk.database.transaction() as session:
        await privacy.erase(session, 1, by="agent:1")
    frozen_clock.move(erasure.AT_REST)
    with monkeypatch.context() as away:
        away.setattr(desk.dialogue, "_url", "http://127.0.0.1:9")
        with pytest.raises(DialogueUnavailable):
            await finish_erasures(desk, tmp_path)
    assert rasa.forgotten == []
    assert await finish_erasures(desk, tmp_path) == 1
    assert rasa.forgotten == ["c1"]


async def test_what_was_kept_long_enough_is_forgotten(desk: Desk, frozen_clock: FrozenClock) -> None:
    async with desk.database.transaction() as session:
        for user in ("u1", "u2"):
            said = await receive(session, MARK, user=user)
            (await session.get_one(Conversation, said.conversation.id)).state = "closed"
            said.conversation.closed_at = frozen_clock.moment
    assert await forget_words(desk.database) == 0
    frozen_clock.move(policy().privacy.keep_words * 2)
    assert await forget_words(desk.database) == 2
    assert await forget_proofs(desk.database) == 0
    async with desk.database.engine.begin() as connection:
        assert "messages.text" not in await marks(connection)
