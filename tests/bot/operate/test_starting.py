"""Commands that cannot begin say what to do, and begin nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crm_store import crypto, members, migrate
from crm_store.db import Database
from tests.conftest import TEST_SECRET

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def written_store(tmp_path: Path) -> str:
    """The address of a store that was begun with the tests' secret."""
    crypto.use_secret(TEST_SECRET)
    database = Database(f"sqlite:///{tmp_path / 'huike.db'}")
    await migrate.upgrade(database)
    async with database.transaction() as session:
        await members.create(session, given_name="甲", phone="13800138000")
    await database.close()
    return f"sqlite:///{tmp_path / 'huike.db'}"


def run(url: str, *command: str) -> subprocess.CompletedProcess[str]:
    secret = "another secret than the one the store was begun with"
    environment = os.environ | {
        "HUIKE_DATABASE_URL": url,
        "HUIKE_SECRET_KEY": secret,
        "HUIKE_ACTIONS_SECRET": secret,
        "HUIKE_REDIS_URL": "",
    }
    words = [sys.executable, "-m", "bot", *command]
    return subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("command", [["serve"], ["migrate"]])
def test_a_store_of_another_secret_is_refused_with_words(written_store: str, command: list[str]) -> None:
    done = run(written_store, *command)
    assert done.returncode == 2
    assert "HUIKE_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["serve"], ["migrate"]])
def test_a_damaged_store_is_refused_with_words(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "huike.db").write_bytes(b"words, and no pages " * 300)
    done = run(f"sqlite:///{tmp_path / 'huike.db'}", *command)
    assert done.returncode == 2
    assert "huike restore" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["serve", "--no-worker"], ["worker"]])
def test_app_and_worker_apart_on_sqlite_need_redis(tmp_path: Path, command: list[str]) -> None:
    done = run(f"sqlite:///{tmp_path / 'huike.db'}", *command)
    assert done.returncode == 2
    assert "HUIKE_REDIS_URL" in done.stderr
    assert not (tmp_path / "huike.db").exists()
