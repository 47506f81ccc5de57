"""Rasa's input channel for the app: one call per message, which gives the bot's replies and what was understood.

`POST /webhooks/huike/webhook` with the header `X-Huike-Secret`. A message is answered once: when it comes again, while
the first is still at work or after a restart, it gets the answer of the first. What cannot be finished is answered with
a status of 5xx and leaves no trace in the conversation, so that the app may simply send it again.
"""

import asyncio
import hmac
import logging
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from sanic import Blueprint
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response
from sqlalchemy.exc import SQLAlchemyError

from bot.logs import TRACE_HEADER, traced
from bot.nlu.rasa import action_client
from bot.nlu.rasa.answer import NOT_UNDERSTOOD, compose, heard, understanding
from bot.nlu.rasa.tracker_store import LiveTrackerStore
from bot.nlu.rasa.turn import CHANNEL_NAME, Answer, CollectedMessages, Turn, TurnFailed, current_turn
from bot.nlu.text.language import LANGUAGES, from_locale

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Huike-Secret"  # noqa: S105 - the name of the header
ID_LENGTH = 255
TEXT_LENGTH = 8000
"""Characters of one message; the channels of the app cut earlier."""
TEXTS_AT_ONCE = 16
"""Texts of one question what they mean: a message and its clauses."""

SLASH = "\u2044"
"""Stands for a "/" at the start of a customer's words: the same width, and no normalisation turns it back into "/"."""

NO_WORDS = {"label": "neutral", "confidence": 1.0, "anger": 0.0}
"""Sentiment of a pressed button."""


class BadRequest(Exception):
    """The request cannot be read; `detail` says why, in words for a developer."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True)
class Inbound:
    """One message for the bot: either `text`, the customer's words, or `payload`, an `/intent{…}` behind a button."""

    sender: str
    message_id: str
    text: str | None
    payload: str | None
    metadata: dict[str, Any]
    heard: dict[str, Any] | None = None
    """What the app has understood of `text` already, from `understand` and the conversation; parse data."""

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Inbound":
        """Read the JSON of a request. Raises `BadRequest`."""
        text, payload = body.get("text"), body.get("payload")
        if (text is None) == (payload is None):
            raise BadRequest("exactly one of text and payload must be given")
        said = text if payload is None else payload
        if not isinstance(said, str) or not said.strip() or len(said) > TEXT_LENGTH:
            raise BadRequest(f"text or payload must be a string of 1 to {TEXT_LENGTH} characters")
        if payload is not None and not payload.startswith("/"):
            raise BadRequest('a payload must begin with "/"')
        language = body.get("language")
        if language is not None and language not in LANGUAGES:
            raise BadRequest(f"language must be null or one of {', '.join(LANGUAGES)}")
        message_id = _identifier(body, "message_id")
        metadata = {
            "message_id": message_id,
            "language": language,
            "locale": body.get("locale"),
            "channel": body.get("channel") or CHANNEL_NAME,
            "sent_at": body.get("sent_at"),
            "resumes": body.get("resumes") is not False,
            "follows": body.get("follows") is True,
        }
        if body.get("with_embedding"):
            metadata["with_embedding"] = True
        return cls(_identifier(body, "sender"), message_id, text, payload, metadata, _heard(body))


def as_words(text: str) -> str:
    """The customer's text in a form that Rasa cannot take for an `/intent` of its own; every other text unchanged.

    What hides a slash (white space, zero-width characters, a full-width slash) goes with it, because a later step of
    normalisation would uncover it. Halves of surrogate pairs, which no encoder can read, become U+FFFD.
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    first = next((i for i, character in enumerate(text) if unicodedata.category(character)[0] not in "ZC"), len(text))
    if first < len(text) and unicodedata.normalize("NFKC", text[first]).startswith("/"):
        return SLASH + text[first + 1 :]
    return text


def pressed(payload: str, metadata: dict[str, Any], domain: Domain | None) -> dict[str, Any]:
    """Parse data of a pressed button. It needs no classifier; a button of an older model is not understood."""
    message = YAMLStoryReader.unpack_regex_message(Message({TEXT: payload}), domain, CHANNEL_NAME)
    parsed: dict[str, Any] = {
        "text": payload,
        "intent": {"name": "nlu_fallback", "confidence": 1.0},
        "intent_ranking": [],
        "entities": [],
        "sentiment": dict(NO_WORDS),
    }
    if message.get("intent"):
        parsed.update(message.as_dict(only_output_properties=True))
    elif domain is not None and not NOT_UNDERSTOOD & set(domain.intents):
        raise BadRequest("the payload names an intent that the model does not know")
    language = metadata.get("language") or from_locale(metadata.get("locale"))
    if language:
        parsed["language"] = language
    return parsed


class HuikeInput(InputChannel):
    """Set in credentials.yml as `bot.nlu.rasa.channel.HuikeInput` with a `secret`."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._running: dict[tuple[str, str], asyncio.Task[Answer]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    def name(cls) -> str:
        return CHANNEL_NAME

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "HuikeInput":
        secret = str((credentials or {}).get("secret") or "")
        if not secret:
            cls.raise_missing_credentials_exception()
        return cls(secret)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Routes of the channel. `on_new_message` is Rasa's and gives nothing back, so the agent is asked itself."""
        routes = Blueprint("huike_webhook", __name__)

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            ready = _is_ready(request.app.ctx.agent)
            return json_response({"status": "ok" if ready else "loading"}, status=200 if ready else 503)

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            return await self._guarded(request, self._receive)

        @routes.route("/understand", methods=["POST"])
        async def understand(request: Request) -> HTTPResponse:
            return await self._guarded(request, self._understand)

        @routes.route("/conversations/<sender:str>", methods=["DELETE"])
        async def forget(request: Request, sender: str) -> HTTPResponse:
            return await self._guarded(request, lambda agent, _: self._forget(agent, sender))

        @routes.listener("after_server_stop")
        async def close(app: Any, loop: Any) -> None:
            await action_client.close()
            if _is_ready(getattr(app.ctx, "agent", None)):
                _store_of(app.ctx.agent).close()

        return routes

    async def _guarded(self, request: Request, work: Callable[[Agent, Request], Awaitable[Any]]) -> HTTPResponse:
        """Do `work` for the app and nobody else; whatever goes wrong becomes a status and a JSON error."""
        if not self._is_from_the_app(request):
            return _refused(403, "forbidden", f"{SECRET_HEADER} is missing or wrong")
        with traced(request.headers.get(TRACE_HEADER) or ""):
            return await self._attempted(request, work)

    @staticmethod
    async def _attempted(request: Request, work: Callable[[Agent, Request], Awaitable[Any]]) -> HTTPResponse:
        agent = request.app.ctx.agent
        try:
            if not _is_ready(agent):
                raise TurnFailed("no model is loaded")
            return json_response(await work(agent, request))
        except BadRequest as error:
            return _refused(422, "bad_request", error.detail)
        except TurnFailed as error:
            logger.error("A turn failed at %s", error)
            return _refused(503, "turn_failed", error.step)
        except Exception as error:
            logger.exception("A turn failed")
            return _refused(500, "turn_failed", type(error).__name__)

    def _is_from_the_app(self, request: Request) -> bool:
        given = request.headers.get(SECRET_HEADER) or ""
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret)

    async def _receive(self, agent: Agent, request: Request) -> Answer:
        return await self.answer(agent, Inbound.read(_object_of(request)))

    async def _understand(self, agent: Agent, request: Request) -> dict[str, Any]:
        """What was meant, without a turn: a text or payload, or `texts`, a list that is understood together. No ids."""
        body = _object_of(request)
        if "texts" in body:
            inbounds = [self._unsent({**body, "text": text}) for text in _texts(body["texts"])]
            return {"heard": list(await asyncio.gather(*(self._heard(agent, inbound) for inbound in inbounds)))}
        inbound = self._unsent(body)
        return understanding({**await self._parsed(agent, inbound), "metadata": inbound.metadata})

    async def _heard(self, agent: Agent, inbound: Inbound) -> dict[str, Any]:
        return heard(await self._parsed(agent, inbound))

    async def _parsed(self, agent: Agent, inbound: Inbound) -> dict[str, Any]:
        message = _user_message(inbound, CollectedMessages(), agent.domain)
        return message.parse_data or await agent.processor.parse_message(message)

    @staticmethod
    def _unsent(body: dict[str, Any]) -> Inbound:
        return Inbound.read({"sender": "none", "message_id": "none", **body})

    async def _forget(self, agent: Agent, sender: str) -> dict[str, int]:
        async with self._lock(sender):
            return {"turns": await _store_of(agent).forget(sender)}

    async def answer(self, agent: Agent, inbound: Inbound) -> Answer:
        """Answer the message, or wait for the answer that is already being made for it. Raises `TurnFailed`."""
        key = (inbound.sender, inbound.message_id)
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._take_turn(agent, inbound))
            task.add_done_callback(lambda _: self._running.pop(key, None))
        # A caller that hangs up must not break off the turn half-way.
        return await asyncio.shield(task)

    async def _take_turn(self, agent: Agent, inbound: Inbound) -> Answer:
        store = _store_of(agent)
        async with self._lock(inbound.sender):
            try:
                known = await store.recall(inbound.sender, inbound.message_id)
            except SQLAlchemyError as error:
                raise TurnFailed("tracker store", error) from error
            if known is not None:
                return known
            turn = Turn(inbound.sender, inbound.message_id, compose)
            current_turn.set(turn)
            try:
                await agent.handle_message(_user_message(inbound, turn.output, agent.domain))
            except BaseException:
                store.discard(inbound.sender)
                raise
            if turn.failure is None and turn.answer is None:
                turn.fail("the agent gave no answer")
            if turn.failure is not None:
                store.discard(inbound.sender)
                raise turn.failure
            return turn.answer or {}

    def _lock(self, sender: str) -> asyncio.Lock:
        """Messages of one conversation wait here in order; Rasa's own lock would look only once a second."""
        lock = self._locks.get(sender)
        if lock is None:
            lock = self._locks[sender] = asyncio.Lock()
        return lock


def _user_message(inbound: Inbound, output: CollectedMessages, domain: Domain | None) -> UserMessage:
    parse_data = None
    if inbound.payload is not None:
        said, parse_data = inbound.payload.strip(), pressed(inbound.payload.strip(), inbound.metadata, domain)
    else:
        said = as_words(inbound.text or "")
        parse_data = {**inbound.heard, "text": said} if inbound.heard is not None else None
    return UserMessage(
        said,
        output,
        inbound.sender,
        parse_data=parse_data,
        input_channel=CHANNEL_NAME,
        message_id=inbound.message_id,
        metadata=inbound.metadata,
    )


def _heard(body: dict[str, Any]) -> dict[str, Any] | None:
    """Parse data that the app gives back with a text: the intent has a name, the entities are a list."""
    given = body.get("heard")
    if given is None:
        return None
    intent = given.get("intent") if isinstance(given, dict) else None
    if not isinstance(intent, dict) or not isinstance(intent.get("name"), str) or body.get("text") is None:
        raise BadRequest("heard must be the understanding of a text: an object whose intent has a name")
    if not isinstance(given.get("entities"), list):
        raise BadRequest("heard must hold a list of entities")
    return dict(given)


def _is_ready(agent: Agent | None) -> bool:
    return agent is not None and agent.is_ready()


def _store_of(agent: Agent) -> LiveTrackerStore:
    """The store behind Rasa's fail-safe wrapper, which would hide that a tracker could not be read."""
    store = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    if not isinstance(store, LiveTrackerStore):
        raise TurnFailed("endpoints.yml does not name bot.nlu.rasa.tracker_store.LiveTrackerStore")
    return store


def _texts(given: Any) -> list[str]:
    if not isinstance(given, list) or not 0 < len(given) <= TEXTS_AT_ONCE:
        raise BadRequest(f"texts must be a list of 1 to {TEXTS_AT_ONCE} texts")
    return given


def _identifier(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not 0 < len(text) <= ID_LENGTH:
        raise BadRequest(f"{key} must be a string of 1 to {ID_LENGTH} characters")
    return text


def _object_of(request: Request) -> dict[str, Any]:
    try:
        body = request.json
    except SanicException as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


def _refused(status: int, code: str, detail: str) -> HTTPResponse:
    return json_response({"error": code, "detail": detail}, status=status)
