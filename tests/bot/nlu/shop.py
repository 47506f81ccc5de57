"""The small shop of these tests: its model trained once, its actions served over HTTP, Rasa's agent in this process.

The fixtures that open it are in conftest.py.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests
from rasa.core.agent import Agent, load_agent
from rasa.core.utils import AvailableEndpoints

from bot.nlu.rasa import action_client
from bot.nlu.rasa.channel import HuikeInput, Inbound
from bot.nlu.rasa.tracker_store import LiveTrackerStore
from tests.bot.nlu.actions_of_the_shop import SECRET, ShopActions

ROOT = Path(__file__).parents[3]
PROJECT = Path(__file__).parent / "project"
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}


class Shop:
    """An agent with the project's own endpoints.yml, and the channel in front of it."""

    def __init__(self, model: Path, actions: ShopActions, database: str, **environment: str) -> None:
        os.environ.update(
            {"HUIKE_ACTIONS_URL": actions.url, "HUIKE_ACTIONS_SECRET": SECRET, "HUIKE_TRACKER_URL": database}
        )
        self.model = model
        self.actions = actions
        self.agent: Agent
        self.channel: HuikeInput

    async def open(self) -> "Shop":
        """Load the model, as after a start of the process."""
        endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
        self.agent = await load_agent(str(self.model), endpoints=endpoints)
        self.channel = HuikeInput(SECRET)
        self._number = 0
        return self

    async def close(self) -> None:
        """End the writes and the connections, as at the end of the process."""
        await action_client.close()
        self.store.close()

    @property
    def store(self) -> LiveTrackerStore:
        store = self.agent.tracker_store._tracker_store  # type: ignore[attr-defined]
        assert isinstance(store, LiveTrackerStore)
        return store

    async def say(
        self, text: str | None = None, *, sender: str = "a", message_id: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """One message and its answer, on the path of a request. Without `message_id` each message is a new one."""
        self._number += 1
        body = {"sender": sender, "message_id": message_id or f"{sender}-{self._number}", "text": text, **more}
        return await self.channel.answer(self.agent, Inbound.read(body))

    async def said(self, *texts: str, sender: str = "a") -> dict[str, Any]:
        """Several messages one after the other; the answer to the last."""
        answer: dict[str, Any] = {}
        for text in texts:
            answer = await self.say(text, sender=sender)
        return answer


class RasaServer:
    """`rasa run` as `huike up` starts it, on a free port."""

    def __init__(self, model: Path, actions_url: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._command = [
            *(sys.executable, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(self.port)),
            *("-m", str(model), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
        ]
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("HUIKE_")},
            **QUIET,
            "HUIKE_ACTIONS_URL": actions_url,
            "HUIKE_ACTIONS_SECRET": SECRET,
            "HUIKE_DATA_DIR": str(folder),
        }
        self._log = folder / "rasa.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "RasaServer":
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 150
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self._log.read_text()[-3000:]
            try:
                if requests.get(f"{self.url}/", timeout=5).json()["status"] == "ok":
                    return self
            except requests.ConnectionError:
                pass
            time.sleep(0.3)
        raise AssertionError(self._log.read_text()[-3000:])

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/huike"

    def post(self, body: Any, secret: str | None = SECRET, path: str = "/webhook") -> requests.Response:
        headers = {"X-Huike-Secret": secret} if secret is not None else {}
        return requests.post(self.url + path, json=body, headers=headers, timeout=60)
