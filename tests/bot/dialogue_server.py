"""A small HTTP server that speaks the contract of the Rasa server, for tests of its clients.

It repeats the customer's words, understands a few marks in them, answers a repeated message id from memory as the real
channel does, and can be broken, slowed down or held on purpose. The real server is met in the end-to-end tests.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

TEXT_LENGTH = 8000
"""Characters of one text that the real channel takes."""
SECRET = "the secret between app and dialogue server"


class DialogueServer:
    """State and answers of the server; `url` is set while it runs."""

    def __init__(self) -> None:
        self.url = ""
        self.turns: list[dict[str, Any]] = []
        self.traces: list[str | None] = []
        self.understood: list[str] = []
        self.forgotten: list[str] = []
        self.broken = False
        self.hold: asyncio.Event | None = None
        """When set, a turn waits for it before it is answered."""
        self.begun = asyncio.Event()
        self.act: Callable[[dict[str, Any]], Awaitable[None]] | None = None
        """What happens within a turn, as Rasa calls the app's actions."""
        self.says: Callable[[str], str] = lambda said: f"回：{said}"
        self.buttons = [{"title": "好", "payload": "/affirm"}]
        self.silent = False
        """A turn without a reply, as when the words are left to the desk."""
        self.silent_turns = 0
        """So many of the next turns have no reply."""
        self.fallbacks: dict[str, int] = {}
        self._answers: dict[tuple[str, str], dict[str, Any]] = {}
        self.app = FastAPI()
        self.app.post("/webhooks/huike/webhook")(self._turn)
        self.app.get("/webhooks/huike/")(self._health)
        self.app.delete("/webhooks/huike/conversations/{sender}")(self._forget)
        self.app.post("/webhooks/huike/understand")(self._understand)

    async def _turn(self, request: Request) -> JSONResponse:
        if request.headers.get("X-Huike-Secret") != SECRET:
            return JSONResponse({"error": "forbidden"}, status_code=403)
        body = await request.json()
        self.traces.append(request.headers.get("X-Huike-Trace"))
        self.begun.set()
        if self.hold is not None:
            await self.hold.wait()
        if self.broken:
            return JSONResponse({"error": "turn_failed"}, status_code=503)
        if "payload" in body and not body["payload"].startswith("/"):
            return JSONResponse({"error": "bad_request"}, status_code=422)
        key = (body["sender"], body["message_id"])
        if key not in self._answers:
            self.turns.append(body)
            if self.act is not None:
                await self.act(body)
            self._answers[key] = self._answer(body)
        return JSONResponse(self._answers[key])

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        said = body.get("text") or body.get("payload")
        understanding = understand(said)
        if body.get("heard"):
            understanding["intent"] = body["heard"]["intent"]["name"]
        reply = {"text": self.says(said), "buttons": self.buttons}
        is_silent = self.silent or self.silent_turns > 0
        self.silent_turns = max(0, self.silent_turns - 1)
        sender = body["sender"]
        lost = understanding["intent"] == "nlu_fallback"
        self.fallbacks[sender] = self.fallbacks.get(sender, 0) + 1 if lost else 0
        return {
            "messages": [] if is_silent else [reply],
            "understanding": understanding,
            "active_form": "complaint_form" if "投诉" in said else None,
            "requested_slot": None,
            "fallbacks": self.fallbacks[sender],
        }

    async def _understand(self, request: Request) -> JSONResponse:
        texts = (await request.json())["texts"]
        if any(len(text) > TEXT_LENGTH for text in texts):
            return JSONResponse({"error": "bad_request"}, status_code=422)
        self.understood += texts
        if self.broken:
            return JSONResponse({"error": "no model"}, status_code=500)
        return JSONResponse({"heard": [heard(text) for text in texts]})

    async def _forget(self, sender: str) -> JSONResponse:
        self.forgotten.append(sender)
        return JSONResponse({"turns": 1})

    async def _health(self) -> JSONResponse:
        return JSONResponse({"status": "loading" if self.broken else "ok"})


def understand(text: str) -> dict[str, Any]:
    """Made-up understanding: 气 is fury, 糟 is a bad mood, 真人 asks for a person, ？？ is not understood."""
    intent = "nlu_fallback" if "？？" in text else "request_human" if "真人" in text else "ask_order_status"
    furious, bad = "气" in text, "糟" in text
    return {
        "intent": intent,
        "confidence": 0.9,
        "ranking": [{"name": intent, "confidence": 0.9}, {"name": "greet", "confidence": 0.05}],
        "entities": [],
        "sentiment": {
            "label": "negative" if furious or bad else "neutral",
            "confidence": 0.9,
            "anger": 0.92 if furious else 0.1,
        },
        "language": "zh-Hans",
    }


def heard(text: str) -> dict[str, Any]:
    """What `understand` makes of a text, as parse data."""
    said = understand(text)
    intent = {"name": said.pop("intent"), "confidence": said.pop("confidence")}
    return {"text": text, "intent": intent, "intent_ranking": said.pop("ranking"), **said}


@asynccontextmanager
async def running() -> AsyncIterator[DialogueServer]:
    """The server on a free port of this machine."""
    server = DialogueServer()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    uvicorn_server = uvicorn.Server(
        uvicorn.Config(server.app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    )
    task = asyncio.create_task(uvicorn_server.serve(sockets=[listening]))
    while not uvicorn_server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield server
    finally:
        uvicorn_server.should_exit = True
        await task
