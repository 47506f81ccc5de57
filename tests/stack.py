"""The whole product for end-to-end tests: the real app and the real Rasa server, as processes on free ports."""

import contextlib
import os
import random
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.operate import training
from bot.operate.supervisor import Child
from tests import vectors

APP_PATIENCE_SECONDS = 90
RASA_PATIENCE_SECONDS = 180


_SERVERS = range(18000, 32000)
"""Below the ports that the system gives to whoever connects, so that no client takes one before its server does."""


def free_port() -> int:
    """A port that nobody listens on."""
    while True:
        port = random.choice(_SERVERS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


async def trained_model() -> Path:
    """The model for the present training data, trained first when there is none."""
    async for line in training.train():
        print(line)
    return training.current_model()


@dataclass
class Stack:
    """An app and a Rasa server that belong together. Call `start`, and `stop` whatever happened."""

    data_dir: Path
    database_url: str
    settings: Mapping[str, str] = field(default_factory=dict)
    app_port: int = field(default_factory=free_port)
    rasa_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.url = f"http://127.0.0.1:{self.app_port}"
        environment = {
            **training.rasa_environment(),
            "HUIKE_DEMO": "true",
            "HUIKE_DATA_DIR": str(self.data_dir),
            "HUIKE_DATABASE_URL": self.database_url,
            "HUIKE_PORT": str(self.app_port),
            "HUIKE_PUBLIC_URL": self.url,
            "HUIKE_RASA_URL": f"http://127.0.0.1:{self.rasa_port}",
            "HUIKE_ACTIONS_URL": f"{self.url}/actions/webhook",
            "HUIKE_ACTIONS_SECRET": "a shared secret that only these tests know",
            "HUIKE_SECRET_KEY": "an application secret only these tests know",
            "HUIKE_WEB_VISITORS_PER_ADDRESS": "5000",  # all visitors of a test come from one address
            **self.settings,
        }
        self.app = Child(
            "app",
            [sys.executable, "-m", "bot", "serve"],
            environment,
            training.ROOT,
            self.data_dir / "app.log",
            f"{self.url}/healthz",
        )
        self.rasa = Child(
            "rasa",
            [
                str(training.RASA_PYTHON), "-m", "rasa", "run",
                "--interface", "127.0.0.1", "--port", str(self.rasa_port),
                "--model", str(training.current_model()),
                "--endpoints", "endpoints.yml", "--credentials", "credentials.yml",
            ],
            environment,
            training.ROOT,
            self.data_dir / "rasa.log",
            f"http://127.0.0.1:{self.rasa_port}/webhooks/huike/",
        )  # fmt: skip

    async def start(self) -> None:
        vectors.lend_to(self.data_dir / "cache")
        await self.app.start()
        await self.rasa.start()
        await self.app.wait_ready(APP_PATIENCE_SECONDS)
        await self.rasa.wait_ready(RASA_PATIENCE_SECONDS)

    async def stop(self) -> None:
        await self.app.stop()
        await self.rasa.stop()

    async def kill(self, child: Child) -> None:
        """SIGKILL: no goodbye, no clean-up."""
        assert child.process is not None
        os.kill(child.process.pid, signal.SIGKILL)
        await child.process.wait()

    async def restart(self, child: Child) -> None:
        await child.start()
        await child.wait_ready(RASA_PATIENCE_SECONDS)
