"""Client of the Rasa server: one call for a turn of the dialogue, one for understanding alone."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson

from bot import figures, logs
from bot.figures import Stage
from crm_store.conversations import Focus, Parsed
from crm_store.language import Language
from crm_store.messages import Reply, Understanding

TURN_TIMEOUT_S = 30.0
PARSE_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 3.0
KEEP_ALIVE_S = 4.0
"""Shorter than the server's five, so that it seldom closes a connection that is just being used."""

TURN_PATH = "/webhooks/huike/webhook"
UNDERSTAND_PATH = "/webhooks/huike/understand"
CONVERSATION_HEADER = "X-Huike-Conversation"
_NOT_READ = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY})
"""What is wrong with the request itself. A wrong secret (403) or address (404) is wrong with all of them: an outage."""
SLASH = "\u2044"
"""Stands for the first "/" of a customer's words, which Rasa would read as a command."""


class Outage(StrEnum):
    """Why there is no answer."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    ERROR = "error"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    NOT_READ = "not_read"
    """The server cannot read the request itself, and will read it no better the next time."""
    MISTAKE = "mistake"
    """Something of ours failed; it will fail again."""


class DialogueUnavailable(Exception):
    """The Rasa server gave no usable answer. The same message may be sent again: its id makes the turn happen once."""

    def __init__(self, reason: Outage, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)


class _Unreadable(DialogueUnavailable):
    """Of the reason NOT_READ: no turn took place."""


@dataclass(frozen=True, slots=True)
class TurnResult:
    """The bot's words, what was understood, where the dialogue stands.

    `fallbacks`: misunderstandings in a row. `focus`: what was spoken of.
    """

    replies: list[Reply]
    understanding: Understanding
    active_form: str | None = None
    requested_slot: str | None = None
    fallbacks: int = 0
    focus: Focus = field(default_factory=dict)
    embedding: list[float] | None = field(default=None, repr=False)


class Dialogue:
    """One Rasa server. Use as an async context manager, or call `close`."""

    def __init__(self, url: str, *, secret: str, connections: int = 64) -> None:
        self._url, self._connections = url.rstrip("/"), connections
        self._headers = {"X-Huike-Secret": secret, "Content-Type": "application/json"}
        self._open_session: aiohttp.ClientSession | None = None

    @property
    def _session(self) -> aiohttp.ClientSession:
        """Opened with the first request: a session belongs to the event loop that runs then."""
        if self._open_session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEP_ALIVE_S)
            self._open_session = aiohttp.ClientSession(connector=connector, headers=self._headers)
        return self._open_session

    async def __aenter__(self) -> "Dialogue":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        if self._open_session is not None:
            await self._open_session.close()
            self._open_session = None

    async def turn(
        self,
        conversation_id: str,
        *,
        message_id: int,
        text: str | None = None,
        payload: str | None = None,
        language: str | None = None,
        locale: str | None = None,
        channel: str | None = None,
        with_embedding: bool = False,
        heard: Parsed | None = None,
        step: int = 1,
        resumes: bool = True,
        follows: bool = False,
    ) -> TurnResult:
        """The bot's turn on one message, a text or a payload. Raises DialogueUnavailable.

        `heard`: what the text means, when that is known already. `step`: of the several turns that one message may
        take; each happens once. `resumes`, `follows`: see `bot.hearing.steps.Step`. A payload the model does not know
        (a button of last year) is put to the bot as words, so that it asks back.
        """
        body = {
            "sender": conversation_id,
            "message_id": str(message_id) if step == 1 else f"{message_id}.{step}",
            "language": language,
            "locale": locale,
            "channel": channel,
            "with_embedding": with_embedding,
            "resumes": resumes,
            "follows": follows,
        }
        with _stage(Stage.TURNED):
            if payload is not None:
                with contextlib.suppress(_Unreadable):
                    return _read_turn(await self._post(TURN_PATH, body | {"payload": payload}, of=conversation_id))
            known = {"heard": heard} if heard is not None and payload is None else {}
            said = body | {"text": text or payload} | known
            return _read_turn(await self._post(TURN_PATH, said, of=conversation_id))

    async def understand(
        self,
        texts: Sequence[str],
        *,
        language: str | None = None,
        locale: str | None = None,
        sent_at: datetime | None = None,
    ) -> list[Parsed]:
        """What each text means, without a turn; they are understood together. Raises DialogueUnavailable.

        `language`, `locale`: of the conversation so far, for texts that fit several. `sent_at`: when they were
        written, by which "tomorrow" is told.
        """
        told = sent_at.isoformat() if sent_at else None
        body = {"texts": list(texts), "language": language, "locale": locale, "sent_at": told}
        with _stage(Stage.UNDERSTOOD):
            answer = await self._post(UNDERSTAND_PATH, body, limit_s=TURN_TIMEOUT_S)
            heard = answer.get("heard")
            if not isinstance(heard, list) or len(heard) != len(texts):
                raise DialogueUnavailable(Outage.UNREADABLE, "not one understanding for each text")
            return heard

    async def parse(self, text: str) -> Understanding:
        """What a text means, without a turn of the dialogue. Raises DialogueUnavailable."""
        stripped = text.lstrip()
        safe = SLASH + stripped[1:] if stripped.startswith(("/", "\uff0f")) else text
        with _stage(Stage.UNDERSTOOD):
            answer = await self._post(UNDERSTAND_PATH, {"texts": [safe]}, limit_s=PARSE_TIMEOUT_S)
            try:
                return read_understanding(answer["heard"][0])
            except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
                raise DialogueUnavailable(Outage.UNREADABLE, repr(error)) from error

    async def health(self) -> bool:
        """Whether the server is up with a model loaded; never raises."""
        try:
            return (await self._request("GET", "/webhooks/huike/", limit_s=PARSE_TIMEOUT_S)).get("status") == "ok"
        except DialogueUnavailable:
            return False

    async def forget(self, conversation_id: str) -> None:
        """Erase what the dialogue server keeps of a conversation. Raises DialogueUnavailable."""
        await self._request("DELETE", f"/webhooks/huike/conversations/{conversation_id}")

    async def _post(
        self, path: str, body: dict[str, Any], *, limit_s: float = TURN_TIMEOUT_S, of: str = ""
    ) -> dict[str, Any]:
        """`of`: the conversation, by which a proxy before several servers chooses the one that has it in memory."""
        headers = {CONVERSATION_HEADER: of} if of else {}
        return await self._request("POST", path, content=orjson.dumps(body), limit_s=limit_s, headers=headers)

    async def _request(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        limit_s: float = TURN_TIMEOUT_S,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        request = _Request(method, path, content, limit_s, {**(headers or {}), **logs.trace_headers()})
        try:
            status, body = await self._send(request)
        except TimeoutError as error:
            raise DialogueUnavailable(Outage.TIMEOUT, type(error).__name__) from error
        except (aiohttp.ClientError, OSError) as error:
            raise DialogueUnavailable(Outage.UNREACHABLE, repr(error)) from error
        detail = f"HTTP {status} {body[:200].decode('utf-8', 'replace')}"
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise DialogueUnavailable(Outage.ERROR, detail)
        if status in _NOT_READ:
            raise _Unreadable(Outage.NOT_READ, detail)
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise DialogueUnavailable(Outage.REFUSED, detail)
        try:
            content_read = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise DialogueUnavailable(Outage.UNREADABLE, str(error)) from error
        if not isinstance(content_read, dict):
            raise DialogueUnavailable(Outage.UNREADABLE, "the answer is not an object")
        return content_read

    async def _send(self, request: "_Request") -> tuple[int, bytes]:
        try:
            return await self._send_once(request)
        except (aiohttp.ServerDisconnectedError, ConnectionResetError):
            # The server closed a kept connection just as we took it. A turn happens once whatever is sent again.
            return await self._send_once(request)

    async def _send_once(self, request: "_Request") -> tuple[int, bytes]:
        timeout = aiohttp.ClientTimeout(total=request.limit_s, sock_connect=CONNECT_TIMEOUT_S)
        async with self._session.request(
            request.method, self._url + request.path, data=request.content, headers=request.headers, timeout=timeout
        ) as answer:
            return answer.status, await answer.read()


@dataclass(frozen=True, slots=True)
class _Request:
    """What is sent, a second time where the first came to nothing. `limit_s`: seconds for all of it."""

    method: str
    path: str
    content: bytes | None
    limit_s: float
    headers: dict[str, str]


@contextlib.contextmanager
def _stage(stage: Stage) -> Iterator[None]:
    """Times the call; one that got no answer is counted with its reason instead."""
    try:
        with figures.timed(stage):
            yield
    except DialogueUnavailable as error:
        figures.failure(stage, error.reason.value)
        raise


def _read_turn(answer: dict[str, Any]) -> TurnResult:
    try:
        return TurnResult(
            replies=[reply for message in answer["messages"] if (reply := _read_reply(message)) is not None],
            understanding=read_understanding(answer["understanding"]),
            active_form=answer.get("active_form"),
            requested_slot=answer.get("requested_slot"),
            fallbacks=int(answer.get("fallbacks") or 0),
            focus=dict(answer.get("focus") or {}),
            embedding=answer["understanding"].get("embedding"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DialogueUnavailable(Outage.UNREADABLE, repr(error)) from error


def _read_reply(message: dict[str, Any]) -> Reply | None:
    text = (message.get("text") or "").strip() or None
    buttons = [
        {name: str(button[name]) for name in ("title", "payload", "answer") if button.get(name)}
        for button in message.get("buttons") or []
    ]
    image = message.get("image")
    attachments = [{"kind": "image", "ref": image}] if image else []
    custom = message.get("custom") or None
    if text is None and not buttons and not attachments and custom is None:
        return None
    return Reply(text=text, buttons=buttons, attachments=attachments, custom=custom)


def read_understanding(said: dict[str, Any]) -> Understanding:
    """Reads the channel's `understanding` of a turn as well as that of a text alone, whose intent is an object."""
    intent: Any = said.get("intent")
    confidence = said.get("confidence")
    if isinstance(intent, dict):
        intent, confidence = intent.get("name"), intent.get("confidence")
    sentiment = said.get("sentiment") or {}
    language = said.get("language")
    return Understanding(
        intent=intent,
        confidence=confidence,
        ranking=[
            {"name": guess["name"], "confidence": guess["confidence"]}
            for guess in (said.get("ranking") or said.get("intent_ranking") or [])[:3]
        ],
        entities=list(said.get("entities") or []),
        sentiment=sentiment.get("label"),
        sentiment_confidence=sentiment.get("confidence"),
        anger=sentiment.get("anger"),
        language=language if language in set(Language) else None,
    )
