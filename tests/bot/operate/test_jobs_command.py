"""`huike jobs`: what runs by the clock, and one of them at once."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.settings import settings
from crm_store import policy


@pytest.fixture(autouse=True)
def own_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Settings and policy of the process are as before when a test has ended."""
    monkeypatch.setenv("HUIKE_DEMO", "true")
    monkeypatch.setenv("HUIKE_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    with policy.used(policy.policy()):
        yield
    settings.cache_clear()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_a_job_is_run_at_once_and_listed_with_how_it_went() -> None:
    assert "No job is known yet" in run("jobs", "list").output
    done = run("jobs", "run", "expire points")
    assert (done.exit_code, "expire points: nothing to do" in done.output) == (0, True)
    listed = run("jobs", "list")
    assert "expire points" in listed.output
    assert "every 900 s" in listed.output


def test_a_job_that_does_not_exist_is_answered_with_those_there_are() -> None:
    refused = run("jobs", "run", "expire coins")
    assert refused.exit_code == 2
    assert "There is no job 'expire coins'" in refused.output
    assert "expire points" in refused.output
