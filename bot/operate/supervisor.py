"""Starts the app and Rasa as child processes, watches them, and ends them together."""

import asyncio
import contextlib
import ctypes
import os
import resource
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from bot.operate import landlock
from bot.operate.landlock import Confinement

STOP_PATIENCE_SECONDS = 15
RESTART_PAUSE_SECONDS = (1, 2, 4, 8, 15, 30)
STEADY_SECONDS = 60
LOG_LIMIT_BYTES = 20_000_000
LOG_LOOK_SECONDS = 30
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


class PortTaken(Exception):
    """Somebody listens there already."""

    def __init__(self, host: str, port: int, setting: str) -> None:
        self.host, self.port, self.setting = host, port, setting
        super().__init__(f"port {port} on {host} is taken")


class StartFailed(Exception):
    """A child ended, or did not become ready in time; `log` holds the last lines it wrote."""

    def __init__(self, name: str, reason: str, log: list[str]) -> None:
        self.name, self.reason, self.log = name, reason, log
        super().__init__(f"{name} {reason}")


def check_port(host: str, port: int, setting: str) -> None:
    """Raises PortTaken when `port` cannot be listened on; `setting` is the variable that changes it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(host, port, setting) from error


def _confine(confinement: Confinement | None) -> None:
    """In the child, on Linux: end when the supervisor ends, even if that was killed; gain no rights by any program it
    starts; leave no image of its memory, in which secrets stand, on the disk; touch only what it is allowed to."""
    kernel = ctypes.CDLL(None)
    kernel.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    kernel.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if confinement is not None:
        landlock.restrict(confinement)


@dataclass
class Child:
    """One process to keep running: its command, its log file, and the address that tells when it is ready."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    folder: Path
    log_file: Path
    ready_url: str
    process: asyncio.subprocess.Process | None = None
    confinement: Confinement | None = None
    """All that it may read, write and connect to, where the kernel can hold it to that; None: whatever its user may."""
    restarts: int = 0
    started_at: float = field(default=0.0)

    async def start(self) -> None:
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        self.keep_log_small()
        with self.log_file.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                env=self.environment,
                cwd=self.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Its own session, so that Ctrl-C reaches only the supervisor, which then ends the children in order.
                start_new_session=True,
                preexec_fn=partial(_confine, self.confinement) if sys.platform == "linux" else None,
            )
        self.started_at = time.monotonic()

    def keep_log_small(self, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
        """Put a log that has grown beside itself and begin anew. The process goes on writing to the same file, so it is
        copied and emptied; what is written in that instant may be missing."""
        if self.log_file.exists() and self.log_file.stat().st_size > limit_bytes:
            shutil.copyfile(self.log_file, self.log_file.with_suffix(".log.1"))
            os.truncate(self.log_file, 0)

    async def is_ready(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get(self.ready_url, timeout=2)).status_code == 200
        except httpx.HTTPError:
            return False

    async def wait_ready(self, patience_seconds: float) -> None:
        """Raises StartFailed when the process ends or stays silent for `patience_seconds`."""
        assert self.process is not None
        async with httpx.AsyncClient(trust_env=False) as client:
            deadline = time.monotonic() + patience_seconds
            while time.monotonic() < deadline:
                if self.process.returncode is not None:
                    raise StartFailed(self.name, f"ended with status {self.process.returncode}", self.last_lines())
                if await self.is_ready(client):
                    return
                await asyncio.sleep(0.3)
        raise StartFailed(self.name, f"was not ready after {patience_seconds:.0f} s", self.last_lines())

    async def stop(self) -> None:
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_PATIENCE_SECONDS)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    def last_lines(self, count: int = 20) -> list[str]:
        with contextlib.suppress(OSError):
            return self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
        return []


async def watch(child: Child, say: Callable[[str], None]) -> None:
    """Start `child` again whenever it ends, pausing longer each time; runs until cancelled."""
    assert child.process is not None
    while True:
        code = await child.process.wait()
        if time.monotonic() - child.started_at > STEADY_SECONDS:
            child.restarts = 0
        pause = RESTART_PAUSE_SECONDS[min(child.restarts, len(RESTART_PAUSE_SECONDS) - 1)]
        child.restarts += 1
        say(f"{child.name} ended with status {code}; starting it again in {pause} s (log: {child.log_file})")
        await asyncio.sleep(pause)
        await child.start()


async def keep_logs_small(children: Sequence[Child]) -> None:
    """Look at the children's logs now and then; runs until cancelled."""
    while True:
        await asyncio.sleep(LOG_LOOK_SECONDS)
        for child in children:
            await asyncio.to_thread(child.keep_log_small)
