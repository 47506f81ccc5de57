"""Structured logs: readable lines in a terminal, JSON for machines; personal data masked before anything is written.

Lines of libraries take the same way. Whatever is written for one message of a customer carries its `trace`, in every
process it passes. Runs in both interpreters.
"""

import hashlib
import logging
import os
import re
import sys
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from io import BufferedWriter, FileIO, TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

TRACE_HEADER = "X-Huike-Trace"
"""Carries a trace from one process to the next."""
_TRACE = re.compile(r"[0-9a-f]{32}")

OURS = ("bot", "actions", "crm_store")
"""Loggers that say what happens; those of libraries are heard from warnings on."""

MEGABYTE = 1_000_000
FILE_MEGABYTES = 20
FILES_KEPT = 5

_EMAIL = re.compile(r"([A-Za-z0-9._%+-]{1,2})[A-Za-z0-9._%+-]*@([A-Za-z0-9.-]+\.[A-Za-z]{2,})")
_PHONE = re.compile(r"(?<!\d)(\+?\d{2,3})[\d -]{4,13}(\d{4})(?!\d)")
_TOKEN = re.compile(r"(bot)?\d{6,}:[A-Za-z0-9_-]{20,}")
_UNTOUCHED = {"timestamp", "level", "logger", "trace", "conversation", "conversation_id"}


def mask(text: str) -> str:
    """Replace what identifies a person, or opens a door, in a text that goes into the log."""
    text = _TOKEN.sub("[token]", text)
    text = _EMAIL.sub(r"\1***@\2", text)
    return _PHONE.sub(r"\1****\2", text)


def trace_of(channel: str, channel_message_id: str) -> str:
    """The trace of a customer's message: 32 hexadecimal digits, the same wherever the message is met."""
    return hashlib.blake2b(f"{channel}\0{channel_message_id}".encode(), digest_size=16).hexdigest()


def traced(trace: str) -> AbstractContextManager[Any]:
    """What is logged inside this block, and in tasks begun there, carries the trace; one that is none is left out."""
    known = {"trace": trace} if _TRACE.fullmatch(trace) else {}
    return structlog.contextvars.bound_contextvars(**known)


def current_trace() -> str:
    """The trace of this task; empty when it works for no message."""
    return str(structlog.contextvars.get_contextvars().get("trace", ""))


def trace_headers() -> "dict[str, str]":
    """What a request to another process takes along."""
    trace = current_trace()
    return {TRACE_HEADER: trace} if trace else {}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: _masked(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(each) for each in value]
    return value


def _mask_event(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key not in _UNTOUCHED and not key.startswith("_"):
            event[key] = _masked(value)
    return event


def _name_logger(logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record = event.get("_record")
    event["logger"] = record.name if record is not None else logger.name
    return event


class _PrivateFile(RotatingFileHandler):
    """A log that only its owner may read; a full one is put aside, and the oldest of those removed."""

    def _open(self) -> TextIOWrapper:
        raw = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(BufferedWriter(FileIO(raw, "a")), encoding="utf-8")


def _handler(file: "Path | None", megabytes: float, kept: int) -> logging.Handler:
    if file is None:
        return logging.StreamHandler(sys.stderr)
    file.parent.mkdir(parents=True, exist_ok=True)
    return _PrivateFile(file, maxBytes=int(megabytes * MEGABYTE), backupCount=kept)


def configure(
    *, as_json: bool, file: "Path | None" = None, megabytes: float = FILE_MEGABYTES, kept: int = FILES_KEPT
) -> None:
    """Set up logging for this process; called once at start.

    `file`: written instead of standard error; one that has grown to `megabytes` is put aside, and `kept` of those are.
    Each process needs a file of its own.
    """
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    if not as_json:
        renderer = structlog.dev.ConsoleRenderer(colors=file is None and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _name_logger,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = _handler(file, megabytes, kept)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
