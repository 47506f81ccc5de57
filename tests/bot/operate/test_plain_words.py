"""A wrong secret, a database that is away, or a number beyond all bounds: every command says so in words."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.operate import up
from bot.settings import Settings, settings
from crm_store import crypto, policy, sealing
from tests.conftest import TEST_SECRET

COMMANDS = [
    ["measures"],
    ["risk", "report"],
    ["keys", "list"],
    ["keys", "add", "till", "--scope", "orders:write"],
    ["keys", "revoke", "1"],
    ["jobs", "list"],
    ["jobs", "run", "expire points"],
    ["agent", "add", "lin@shop.example", "Lin"],
    ["agent", "reset-factor", "lin@shop.example"],
    ["actions"],
    ["migrate"],
]


@pytest.fixture(autouse=True)
def own_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Settings, policy and keys of the process are as before when a test has ended."""
    monkeypatch.setenv("HUIKE_DEMO", "true")
    monkeypatch.setenv("HUIKE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HUIKE_AGENT_PASSWORD", "a password of ten or more")
    settings.cache_clear()
    with policy.used(policy.policy()):
        yield
    settings.cache_clear()
    crypto.use_secret(TEST_SECRET)
    sealing.use_sealing(False)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def said(result: Result) -> str:
    """On stderr, wherever its lines were broken."""
    return " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_database_that_is_away(command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIKE_DATABASE_URL", f"sqlite:///{tmp_path}")
    told = run(*command)
    assert (told.exit_code, "cannot be used" in said(told), "HUIKE_DATABASE_URL" in said(told)) == (2, True, True)


def test_a_rotation_of_a_database_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIKE_DATABASE_URL", f"sqlite:///{tmp_path}")
    monkeypatch.setenv("HUIKE_OLD_SECRET_KEY", "the secret of the years before this one")
    told = run("keys", "rotate")
    assert (told.exit_code, "cannot be used" in said(told)) == (2, True)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_another_secret(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(_database: object) -> None:
        raise up.keys.WrongKey

    monkeypatch.setattr(up.keys, "check", look)
    told = run(*command)
    assert (told.exit_code, "another HUIKE_SECRET_KEY" in said(told)) == (2, True)


def test_what_nobody_foresaw_stays_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(_database: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(up.keys, "check", look)
    assert isinstance(run("keys", "list").exception, ZeroDivisionError)


@pytest.mark.parametrize(
    "command",
    [
        ["keys", "add", "till", "--scope", "orders:write", "--days", "99999999999"],
        ["keys", "revoke", "99999999999999999999"],
        ["risk", "report", "--days", "999999999999"],
        ["import", "--undo", "99999999999999999999"],
        ["actions", "--port", "70000"],
    ],
    ids=" ".join,
)
def test_a_number_beyond_all_bounds(command: list[str]) -> None:
    told = run(*command)
    assert (told.exit_code, "less than or equal to" in said(told)) == (2, True)


def test_the_longest_that_may_be_asked_for() -> None:
    assert run("keys", "add", "till", "--scope", "orders:write", "--days", "36500").exit_code == 0
    assert run("risk", "report", "--days", "36500").exit_code == 0


def test_the_settings_are_the_tests_own(tmp_path: Path) -> None:
    assert isinstance(settings(), Settings)
    assert settings().data_dir == tmp_path
