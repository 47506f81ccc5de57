"""Every line of a log, a library's too, is JSON, carries the trace of its message, and tells nobody's number."""

import asyncio
import json
import logging
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from bot import logs

Lines = Callable[[], list[dict[str, str]]]


@pytest.fixture
def log_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Logging as a process sets it up, undone afterwards; servers of other tests set up uvicorn's in their own way."""
    for name in ("uvicorn", "uvicorn.error"):
        for field, value in {"level": logging.NOTSET, "propagate": True, "disabled": False}.items():
            monkeypatch.setattr(logging.getLogger(name), field, value)
        monkeypatch.setattr(logging.getLogger(name), "_cache", {})
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield tmp_path / "logs" / "app.log"
    for handler in root.handlers[:]:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in logs.OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def lines(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("library", ["uvicorn.error", "sqlalchemy.engine.Engine", "aiogram.dispatcher", "asyncio"])
def test_a_librarys_line_is_json_with_trace_and_without_numbers(log_file: Path, library: str) -> None:
    logs.configure(as_json=True, file=log_file)
    trace = logs.trace_of("web", "v1:m1")
    with logs.traced(trace):
        logging.getLogger(library).warning("call %s of %s", "13800138000", "wang.li@example.com")
    [line] = lines(log_file)
    assert (line["level"], line["logger"], line["trace"]) == ("warning", library, trace)
    assert line["event"] == "call 138****8000 of wa***@example.com"


def test_our_own_line_is_masked_to_the_depths_and_keeps_its_ids(log_file: Path) -> None:
    logs.configure(as_json=True, file=log_file)
    log = structlog.get_logger("bot.desk.desk")
    log.info("desk.tried", conversation="8613800138000", detail={"phones": ["+86 138 0013 8000"]}, seconds=3)
    [line] = lines(log_file)
    assert line["conversation"] == "8613800138000"
    assert "0013" not in str(line["detail"])
    assert line["seconds"] == 3


def test_an_error_is_told_with_its_traceback_masked(log_file: Path) -> None:
    logs.configure(as_json=True, file=log_file)
    for logger in (structlog.get_logger("bot.app"), logging.getLogger("aiogram")):
        try:
            raise ValueError("no such phone: 13800138000")
        except ValueError:
            logger.exception("it_failed")
    for line in lines(log_file):
        assert "ValueError" in line["exception"]
        assert "13800138000" not in line["exception"]


def test_libraries_are_heard_from_warnings_on_and_we_from_what_happens(log_file: Path) -> None:
    logs.configure(as_json=True, file=log_file)
    logging.getLogger("aiogram").info("polled")
    structlog.get_logger("bot.app").debug("thought")
    structlog.get_logger("bot.app").info("happened")
    assert [line["event"] for line in lines(log_file)] == ["happened"]


def test_a_full_file_is_put_aside_and_the_oldest_goes(log_file: Path) -> None:
    logs.configure(as_json=True, file=log_file, megabytes=0.001, kept=2)
    log = structlog.get_logger("bot.app")
    for number in range(60):
        log.info("happened", number=number)
    assert sorted(file.name for file in log_file.parent.iterdir()) == ["app.log", "app.log.1", "app.log.2"]
    assert all(file.stat().st_size <= 1000 for file in log_file.parent.iterdir())
    assert lines(log_file)[-1]["number"] == 59
    assert {stat.S_IMODE(file.stat().st_mode) for file in log_file.parent.iterdir()} == {0o600}


async def test_tasks_begun_for_a_message_carry_its_trace_and_others_do_not() -> None:
    trace = logs.trace_of("web", "v1:m1")
    with logs.traced(trace):
        own = asyncio.create_task(_told())
    assert (await own, await asyncio.create_task(_told())) == ({logs.TRACE_HEADER: trace}, {})


async def _told() -> dict[str, str]:
    return logs.trace_headers()


@pytest.mark.parametrize("forged", ["", "x", "A" * 32, 'a" b' * 8, "0" * 33])
def test_what_is_no_trace_is_not_taken_for_one(forged: str) -> None:
    with logs.traced(forged):
        assert logs.current_trace() == ""


def test_channels_do_not_share_traces() -> None:
    assert logs.trace_of("web", "1:2") != logs.trace_of("telegram", "1:2")
    assert logs.trace_of("web", "1:2") == logs.trace_of("web", "1:2")
