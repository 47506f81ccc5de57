"""Custom actions of the small test shop, served over HTTP as the app serves its own: rasa-sdk's executor.

The server counts what it is asked and can be told to fail.
"""

import asyncio
import json
import threading
from typing import Any

from aiohttp import web
from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

SECRET = "between the two of us"


class PointsBalance(Action):
    def name(self) -> str:
        return "action_points_balance"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(response="utter_points_balance", balance="1,220")
        return []


class ValidateComplaint(FormValidationAction):
    def name(self) -> str:
        return "validate_complaint_form"

    async def validate_order_number(self, value: str, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        return {"order_number": value}

    async def validate_description(self, value: str, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        return {"description": value if len(value) > 3 else None}


class FileComplaint(Action):
    def name(self) -> str:
        return "action_file_complaint"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        noted = f"{tracker.get_slot('order_number')}, {tracker.get_slot('description')}"
        dispatcher.utter_message(text=f"Noted: {noted}")
        return [SlotSet("order_number", None), SlotSet("description", None)]


class ShopActions:
    """The server, in a thread of its own. `calls` holds every request; with `status` set, it answers so with `body`."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.status: int | None = None
        self.body: dict[str, Any] = {}
        self.delay = 0.0
        self.connections: set[Any] = set()
        self._domain: dict[str, Any] | None = None
        self._digest: str | None = None
        self._executor = ActionExecutor()
        for action in (PointsBalance(), ValidateComplaint(), FileComplaint()):
            self._executor.register_action(action)
        self._started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self.port = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._started.wait(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/actions/webhook"

    def forget_domain(self) -> None:
        """As after a restart of the app."""
        self._digest = None

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._runner.cleanup())
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application(client_max_size=10**8)
        app.router.add_post("/actions/webhook", self._webhook)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _webhook(self, request: web.Request) -> web.Response:
        call = await request.json()
        self.calls.append(json.loads(json.dumps(call)))
        self.secrets.append(request.headers.get("X-Huike-Secret"))
        self.connections.add(request.transport.get_extra_info("peername"))
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.status is not None:
            return web.json_response(self.body, status=self.status)
        if "domain" in call:
            self._domain, self._digest = call["domain"], call.get("domain_digest")
        elif call.get("domain_digest") != self._digest:
            return web.json_response({"error": "which domain?"}, status=449)
        call["domain"] = self._domain
        try:
            return web.json_response(await self._executor.run(call))
        except ActionExecutionRejection as rejection:
            return web.json_response({"error": str(rejection), "action_name": rejection.action_name}, status=400)


if __name__ == "__main__":
    server = ShopActions()
    print(server.url, flush=True)
    threading.Event().wait()
