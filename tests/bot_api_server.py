"""A Bot API server on loopback, for tests of the Telegram channel over real HTTP.

It keeps updates until they are confirmed by a higher offset, brings them to a webhook one by one until it is answered
200, takes what the bot sends, hands out files, and fails in the ways the real one does when told to.
"""

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

TOKEN = "4242:a-token-of-the-tests"
BOT = {"id": 4242, "is_bot": True, "first_name": "回客", "username": "huike_test_bot"}
TEXT_LIMIT = 4096
CALLBACK_LIMIT_BYTES = 64
WEBHOOK_RETRY_S = 0.05

Answer = dict[str, Any]


@dataclass
class Call:
    """One request of the bot, as it arrived."""

    method: str
    fields: dict[str, Any]
    at: float = field(default_factory=time.monotonic)

    @property
    def chat(self) -> int:
        return int(self.fields.get("chat_id", 0))

    @property
    def text(self) -> str:
        return str(self.fields.get("text", ""))

    @property
    def buttons(self) -> list[dict[str, Any]]:
        markup = json.loads(self.fields.get("reply_markup") or "{}")
        return [button for row in markup.get("inline_keyboard", []) for button in row]


class Refused(Exception):
    """An answer that is not ok."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        self.status, self.description, self.parameters = status, description, parameters
        super().__init__(description)


class BotApiServer:
    """State of the server; `url` is set while it runs."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.messages: dict[tuple[int, int], dict[str, Any]] = {}
        """What the bot has sent and not been refused, by chat and message id."""
        self.updates: list[dict[str, Any]] = []
        """Not confirmed yet."""
        self.files: dict[str, tuple[str, bytes]] = {}
        self.blocked: set[int] = set()
        self.webhook: dict[str, str] = {}
        self.refusals: list[int] = []
        """What the webhook answered when it was not 200."""
        self.faults: defaultdict[str, deque[Callable[[], None]]] = defaultdict(deque)
        """Per method, what happens to the next calls, one each; `download` stands for the fetching of a file."""
        self._update_ids, self._message_ids = itertools.count(700), itertools.count(1)
        self._arrived = asyncio.Event()
        self._stopping = asyncio.Event()

    # What customers do

    def add(self, **content: Any) -> int:
        """A new update; its id."""
        update_id = next(self._update_ids)
        self.updates.append({"update_id": update_id, **content})
        self._arrived.set()
        return update_id

    def says(self, chat: int, text: str | None = None, *, language: str = "zh-hans", **content: Any) -> int:
        """A message, private unless `chat` is negative as a group's is; its message id. `content`: other fields of the
        Bot API's Message."""
        message_id = next(self._message_ids)
        message = {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"},
            "from": user(abs(chat), language),
            **({"text": text} if text is not None else {}),
            **content,
        }
        self.add(message=message)
        return message_id

    def edits(self, chat: int, message_id: int, text: str, *, at: int | None = None) -> None:
        """`at`: when, in seconds since 1970; by default now."""
        self.add(
            edited_message={
                "message_id": message_id,
                "date": int(time.time()),
                "edit_date": at or int(time.time()),
                "chat": {"id": chat, "type": "private"},
                "from": user(chat),
                "text": text,
            }
        )

    def presses(self, chat: int, data: str, *, message_id: int, query_id: str, language: str = "zh-hans") -> None:
        message = {"message_id": message_id, "date": int(time.time()), "chat": {"id": chat, "type": "private"}}
        self.add(
            callback_query={
                "id": query_id,
                "from": user(chat, language),
                "chat_instance": "c",
                "data": data,
                "message": {**message, "from": BOT, "text": "…"},
            }
        )

    def membership(self, chat: int, status: str, *, kind: str = "private") -> None:
        member = {"user": BOT, "until_date": 0}
        self.add(
            my_chat_member={
                "chat": {"id": chat, "type": kind, "title": "群"},
                "from": user(77),
                "date": int(time.time()),
                "old_chat_member": {"status": "left", **member},
                "new_chat_member": {"status": status, **member},
            }
        )

    def file(self, content: bytes, *, path: str) -> dict[str, Any]:
        """A file on the server; the fields by which a message names it."""
        file_id = f"file-{len(self.files)}"
        self.files[file_id] = (path, content)
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(content)}

    # What goes wrong

    def fail(self, method: str, status: int, description: str = "", *, times: int = 1, **parameters: Any) -> None:
        """Refuse the next calls of a method."""

        def refuse() -> None:
            raise Refused(status, description or f"Error {status}", **parameters)

        self.faults[method].extend([refuse] * times)

    def drop(self, method: str, *, times: int = 1) -> None:
        """Close the connection instead of answering the next calls."""

        def close() -> None:
            raise ConnectionAbortedError

        self.faults[method].extend([close] * times)

    # What a test asks

    def sent(self, chat: int | None = None) -> list[Call]:
        """Accepted messages, in order."""
        return [
            call
            for call in self.calls
            if call.method in ("sendMessage", "sendPhoto", "sendDocument")
            and "message_id" in call.fields
            and chat in (None, call.chat)
        ]

    def texts(self, chat: int | None = None) -> list[str]:
        return [call.text for call in self.sent(chat)]

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    # HTTP

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        return app

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return _refusal(Refused(401, "Unauthorized"))
        method = request.match_info["method"]
        form = await request.post()
        fields = {
            name: value if isinstance(value, str) else value.file.read()  # type: ignore[union-attr]
            for name, value in form.items()
        }
        call = Call(method, fields)
        if method != "getUpdates":
            self.calls.append(call)
        try:
            if self.faults[method]:
                self.faults[method].popleft()()
            result = await getattr(self, f"_{method}")(call)
        except Refused as refusal:
            return _refusal(refusal)
        except ConnectionAbortedError:
            return _cut(request)
        return web.json_response({"ok": True, "result": result})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        try:
            if self.faults["download"]:
                self.faults["download"].popleft()()
        except Refused as refusal:
            return _refusal(refusal)
        except ConnectionAbortedError:
            return _cut(request)
        by_path = dict(self.files.values())
        return web.Response(body=by_path[request.match_info["path"]])

    async def _getMe(self, _: Call) -> Answer:  # noqa: N802 - the Bot API's own names, here and below
        return BOT

    async def _getUpdates(self, call: Call) -> list[Answer]:  # noqa: N802
        if self.webhook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        offset, until = int(call.fields.get("offset", 0)), time.monotonic() + float(call.fields.get("timeout", 0))
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        while not self.updates and not self._stopping.is_set() and (left := until - time.monotonic()) > 0:
            self._arrived.clear()
            try:
                async with asyncio.timeout(min(left, 0.2)):
                    await self._arrived.wait()
            except TimeoutError:
                continue
        return self.updates[: int(call.fields.get("limit", 100))]

    async def _setWebhook(self, call: Call) -> bool:  # noqa: N802
        self.webhook = dict(call.fields)
        return True

    async def _deleteWebhook(self, _: Call) -> bool:  # noqa: N802
        self.webhook = {}
        return True

    async def _setMyCommands(self, _: Call) -> bool:  # noqa: N802
        return True

    async def _sendMessage(self, call: Call) -> Answer:  # noqa: N802
        if not 0 < len(call.text) <= TEXT_LIMIT:
            raise Refused(400, "Bad Request: message is too long" if call.text else "Bad Request: text is empty")
        for button in call.buttons:
            if len(button["callback_data"].encode()) > CALLBACK_LIMIT_BYTES:
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
        return self._accept(call, text=call.text)

    async def _sendPhoto(self, call: Call) -> Answer:  # noqa: N802
        return self._accept(call)

    async def _sendDocument(self, call: Call) -> Answer:  # noqa: N802
        return self._accept(call)

    def _accept(self, call: Call, **content: Any) -> Answer:
        if call.chat in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        call.fields["message_id"] = message_id = next(self._message_ids)
        message = {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": {"id": call.chat, "type": "private"},
            "from": BOT,
            **content,
        }
        self.messages[call.chat, message_id] = {**message, "buttons": call.buttons}
        return message

    async def _answerCallbackQuery(self, _: Call) -> bool:  # noqa: N802
        return True

    async def _editMessageReplyMarkup(self, call: Call) -> bool:  # noqa: N802
        message = self.messages.get((call.chat, int(call.fields["message_id"])))
        if message is None:
            raise Refused(400, "Bad Request: message to edit not found")
        message["buttons"] = call.buttons
        return True

    async def _sendChatAction(self, _: Call) -> bool:  # noqa: N802
        return True

    async def _leaveChat(self, _: Call) -> bool:  # noqa: N802
        return True

    async def _getFile(self, call: Call) -> Answer:  # noqa: N802
        file_id = call.fields["file_id"]
        path, content = self.files[file_id]
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(content), "file_path": path}

    async def bring_updates(self) -> None:
        """Bring updates to the webhook in order, each until it is accepted."""
        async with aiohttp.ClientSession() as http:
            while True:
                await asyncio.sleep(0.01)
                if not self.webhook or not self.updates:
                    continue
                headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
                try:
                    async with http.post(self.webhook["url"], json=self.updates[0], headers=headers) as answer:
                        status = answer.status
                except aiohttp.ClientError:
                    status = 0
                if status == 200:
                    self.updates.pop(0)
                else:
                    self.refusals.append(status)
                    await asyncio.sleep(WEBHOOK_RETRY_S)

    def stop(self) -> None:
        self._stopping.set()
        self._arrived.set()


def user(chat: int, language: str = "zh-hans") -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": "小王", "language_code": language}


def _refusal(refusal: Refused) -> web.Response:
    if refusal.status >= 500:
        return web.Response(status=refusal.status, text="<html>Bad Gateway</html>")
    body: Answer = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    return web.json_response(body | {"parameters": refusal.parameters}, status=refusal.status)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


@asynccontextmanager
async def running() -> AsyncIterator[BotApiServer]:
    """The server on a free port of this machine."""
    server = BotApiServer()
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    bringing = asyncio.create_task(server.bring_updates())
    try:
        yield server
    finally:
        bringing.cancel()
        await asyncio.gather(bringing, return_exceptions=True)
        server.stop()
        await runner.cleanup()
