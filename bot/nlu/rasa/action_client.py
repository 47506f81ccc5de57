"""How Rasa calls the app's custom actions: one kept connection, small requests, a failure that is noticed.

Stock `RemoteAction` opens a connection for each call, sends the whole domain and all events with it, checks the answer
by compiling a JSON schema anew, and leaves a failed call to a log line: the bot then goes on with half an answer.
"""

import asyncio
import hashlib
import json
import logging
import weakref
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import aiohttp
import rasa
from jsonschema import Draft7Validator
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.logs import trace_headers
from bot.nlu.encoder.engines import EMBEDDING
from bot.nlu.rasa.turn import turn_of

logger = logging.getLogger(__name__)

EVENTS_SENT = 20
"""Events of the tracker that an action gets to see, the newest ones."""

TIMEOUT_SECONDS = 10.0
"""For one call, unless `action_endpoint.timeout` in endpoints.yml says otherwise."""

KEEPALIVE_SECONDS = 4.0
"""Shorter than uvicorn's five, so that the server never closes a connection that is just being used."""

DOMAIN_WANTED = 449
"""Status with which rasa-sdk asks for the domain, when it does not hold the one with our digest."""

_sessions: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession]" = weakref.WeakKeyDictionary()
_domain_sent_to: dict[str, str] = {}

_stock_run = RemoteAction.run


def install() -> None:
    """Replace the methods of Rasa's `RemoteAction`; forms and slot extraction use the same class."""
    RemoteAction.run = run
    RemoteAction._action_call_format = call_body
    RemoteAction._validate_action_result = check_answer


async def run(self: RemoteAction, output_channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> Any:
    """Run the action. A failure other than a rejection fails the turn: Rasa's processor would go on without it."""
    endpoint = self.action_endpoint
    try:
        if endpoint is not None and not isinstance(endpoint, _KeptEndpoint):
            self.action_endpoint = _KeptEndpoint.of(endpoint, domain)
        return await _stock_run(self, output_channel, nlg, tracker, domain)
    except ActionExecutionRejection:
        raise
    except Exception as error:
        turn = turn_of(tracker.sender_id)
        if turn is not None:
            turn.fail(self.name(), error)
        raise
    finally:
        self.action_endpoint = endpoint


def call_body(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """Request for the action server: the state, the newest events and the digest of the domain."""
    state = tracker.current_state(EventVerbosity.NONE)
    state["events"] = [as_sent(event) for event in newest_events(tracker)]
    (state.get("latest_message") or {}).pop(EMBEDDING, None)
    return {
        "next_action": self._name,
        "sender_id": tracker.sender_id,
        "tracker": state,
        "version": rasa.__version__,
        "domain_digest": _domain_of(domain).digest,
    }


def newest_events(tracker: DialogueStateTracker) -> list[Event]:
    """The last `EVENTS_SENT` events, or more when they all are slots: rasa-sdk validates the slots set at the end."""
    count = EVENTS_SENT
    trailing_slots = 0
    for event in reversed(tracker.events):
        if not isinstance(event, SlotSet):
            break
        trailing_slots += 1
    count = max(count, trailing_slots + 1)
    return list(islice(tracker.events, max(0, len(tracker.events) - count), None))


def as_sent(event: Event) -> dict[str, Any]:
    """The event in Rasa's form, without what is of use only to Rasa or stands in the latest message anyway."""
    form: dict[str, Any] = event.as_dict()
    if isinstance(event, UserUttered):
        parsed = form.get("parse_data") or {}
        form["parse_data"] = {part: parsed[part] for part in ("text", "intent", "entities") if part in parsed}
    for part in _UNSENT.get(type(event), ()):
        form.pop(part, None)
    return form


_UNSENT: dict[type[Event], tuple[str, ...]] = {
    UserUttered: ("metadata",),
    BotUttered: ("metadata", "data"),
    ActionExecuted: ("metadata", "policy", "confidence", "action_text", "hide_rule_turn"),
}


def check_answer(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Check the answer against Rasa's own schema, compiled once: 15 ms a turn, averaged over turns with and without.

    The events that our actions give are known to pass at a glance: another 0.3 ms. Raises `jsonschema.ValidationError`.
    """
    if not _is_plain(result):
        _answer_schema().validate(result)
    return True


def _is_plain(result: Any) -> bool:
    """Whether an answer fits the schema at a glance: it holds only the simplest events. If not, it may still fit."""
    if not isinstance(result, dict):
        return False
    events, responses = result.get("events"), result.get("responses")
    if not isinstance(events, list) or not isinstance(responses, list):
        return False
    return all(map(_is_plain_event, events)) and all(isinstance(response, dict) for response in responses)


def _is_plain_event(event: Any) -> bool:
    if not isinstance(event, dict) or event.get("timestamp") is not None or event.get("metadata") is not None:
        return False
    if event.get("event") == SlotSet.type_name:
        return isinstance(event.get("name"), str) and "value" in event
    return event.get("event") in _NEED_NOTHING


_NEED_NOTHING = frozenset({"followup", "active_loop"})
"""Events of which the schema asks no more than their name."""


@lru_cache(maxsize=1)
def _answer_schema() -> Draft7Validator:
    return Draft7Validator(RemoteAction.action_response_format_spec())


class _KeptEndpoint(EndpointConfig):
    """An action endpoint that keeps its connections and sends the domain only when the server lacks it."""

    domain: Domain

    @classmethod
    def of(cls, endpoint: EndpointConfig, domain: Domain) -> "_KeptEndpoint":
        kept = cls.__new__(cls)
        kept.__dict__.update(endpoint.__dict__)
        kept.domain = domain
        return kept

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Post `json`; the domain goes along the first time and whenever the server asks for it."""
        body = json or {}
        _, digest, domain = _domain_of(self.domain)
        url = self.url or ""
        if _domain_sent_to.get(url) != digest:
            answer = await self._post({**body, "domain": domain})
        else:
            try:
                answer = await self._post(body)
            except ClientResponseError as error:
                if error.status != DOMAIN_WANTED:
                    raise
                answer = await self._post({**body, "domain": domain})
        _domain_sent_to[url] = digest
        return answer

    async def _post(self, body: dict[str, Any]) -> Any:
        try:
            return await self._post_once(body)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, ConnectionResetError):
            # The server closed a kept connection as we took it, or as we wrote. Actions are idempotent by message id.
            return await self._post_once(body)

    async def _post_once(self, body: dict[str, Any]) -> Any:
        auth = aiohttp.BasicAuth(self.basic_auth["username"], self.basic_auth["password"]) if self.basic_auth else None
        timeout = aiohttp.ClientTimeout(total=float(self.kwargs.get("timeout", TIMEOUT_SECONDS)))
        async with _session().post(
            self.url,
            data=json.dumps(body, default=_plain),
            headers={"Content-Type": "application/json", **trace_headers(), **self.headers},
            params=self.combine_parameters(),
            auth=auth,
            timeout=timeout,
        ) as response:
            content = await response.read()
            if response.status >= 400:
                raise ClientResponseError(response.status, response.reason or "", content.decode("utf-8", "replace"))
            return json.loads(content) if content else None


def _session() -> aiohttp.ClientSession:
    loop = asyncio.get_running_loop()
    session = _sessions.get(loop)
    if session is None or session.closed:
        connector = aiohttp.TCPConnector(limit=100, keepalive_timeout=KEEPALIVE_SECONDS)
        session = _sessions[loop] = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
        )
    return session


async def close() -> None:
    """Close the connections kept by this event loop; who comes next at their addresses gets the domain anew."""
    _domain_sent_to.clear()
    session = _sessions.pop(asyncio.get_running_loop(), None)
    if session is not None:
        await session.close()


class _DomainData(NamedTuple):
    """A loaded model's domain in the form in which it is sent, and its digest."""

    domain: Domain
    digest: str
    data: dict[str, Any]


_domain_data: list[_DomainData] = []


def _domain_of(domain: Domain) -> _DomainData:
    """Worked out once per loaded model; hashing a `Domain` for a cache would cost as much each time."""
    if not _domain_data or _domain_data[0].domain is not domain:
        data = domain.as_dict()
        digest = hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()
        _domain_data[:] = [_DomainData(domain, digest, data)]
    return _domain_data[0]


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"cannot be sent as JSON: {type(value).__name__}")
