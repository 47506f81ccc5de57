"""A customer who talks to single actions: real rows, Rasa's tracker built by hand.

Each test takes one of the two databases, always the same one, and nearly every file meets both: actions translate for
the store, whose rules and statements have tests of their own on both. Left out is what only an action could do to one
database, such as to rely on the order of rows that it did not ask for; `HUIKE_TEST_EVERY=both` runs every test on both.

`customer` is a visitor nobody knows; `member` is a bound one. `await customer.run(ActionX, "text", "intent", …)` runs
one action on a message that is stored as the channels store it and gives a `Ran` with what was said and which events
came back. Slots and the active form are remembered from run to run, so that a test reads like a conversation.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import pytest_asyncio
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions.endpoint import domain
from actions.kit.base import use_database
from actions.kit.mail import use_mailer
from actions.knowledge.index import KnowledgeIndex, use_index
from actions.knowledge.vectors import VectorCache
from bot.sentences import encode
from crm_store import conversations, identities, interactions, members
from crm_store.db import Database
from crm_store.interactions import Interaction
from crm_store.language import Language
from crm_store.members import Member
from crm_store.messages import Inbound
from crm_store.wording import Catalogue, read_folder
from tests import vectors
from tests.conftest import DATABASES

CHANNEL = "web"
RESPONSES = Path(__file__).parents[2] / "nlu_data" / "responses"
_PLACEHOLDER = re.compile(r"{([^\s{}]+)}")
# As bot/nlu/rasa/nlg.py tidies up: the space is there for names that begin with a digit, "换 100 元券".
_SPACE_BETWEEN_CHARACTERS = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
PARTS_OF_A_MESSAGE = {"text", "buttons", "elements", "custom", "template", "response", "image", "attachment"}
ON_BOTH = os.environ.get("HUIKE_TEST_EVERY") == "both"
_numbers = count(1)


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Which database a test takes that asks for none: chosen by its name."""
    test = metafunc.definition
    asks = any("database" in mark.args[0] for mark in test.iter_markers("parametrize"))
    if "database" in metafunc.fixturenames and not asks and not ON_BOTH:
        chosen = DATABASES[crc32(test.nodeid.encode()) % len(DATABASES)]
        test.add_marker(pytest.mark.parametrize("database", [chosen], indirect=True))


@cache
def responses() -> Catalogue:
    """Every reply of nlu_data/responses by its name."""
    return read_folder(RESPONSES)


@dataclass(frozen=True)
class Said:
    """One message of an action: the response's name, the values given to it, the buttons it was passed."""

    response: str
    values: Mapping[str, Any]
    buttons: Sequence[Mapping[str, str]]
    language: str

    @property
    def text(self) -> str:
        """The words in the customer's language; fails when the response or a value is missing."""
        texts = responses()[self.response].variations[Language(self.language)]
        filled = [_PLACEHOLDER.sub(lambda found: str(self.values[found.group(1)]), text) for text in texts]
        return _SPACE_BETWEEN_CHARACTERS.sub("", filled[0])

    @property
    def payloads(self) -> list[str]:
        return [button["payload"] for button in self.buttons]

    @property
    def titles(self) -> list[str]:
        return [button["title"] for button in self.buttons]


@dataclass(frozen=True)
class Ran:
    """What came of one run of one action."""

    message_id: int
    said: list[Said]
    events: list[dict[str, Any]]

    @property
    def responses(self) -> list[str]:
        """Names of the responses said, in order."""
        return [each.response for each in self.said]

    @property
    def only(self) -> Said:
        """The one message that was said; fails when there was none or more than one."""
        assert len(self.said) == 1, self.said
        return self.said[0]

    @property
    def slots(self) -> dict[str, Any]:
        """Slots this run set."""
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}

    @property
    def followup(self) -> str | None:
        """The action that Rasa runs next, when this one asked for it."""
        return next((event["name"] for event in self.events if event["event"] == "followup"), None)

    @property
    def asks(self) -> str | None:
        """Of a form: the slot it asks next, None when it is complete."""
        return self.slots.get("requested_slot")

    @property
    def leaves_form(self) -> bool:
        return any(event["event"] == "active_loop" and event["name"] is None for event in self.events)


@dataclass
class Customer:
    """One identity on the website with one open conversation; `member` once it is bound."""

    database: Database
    identity_id: int
    conversation_id: str
    user: str
    member: Member | None = None
    language: str = "zh-Hans"
    slots: dict[str, Any] = field(default_factory=dict)
    active_loop: str | None = None
    follows: bool = False
    """Whether hearing says that the next messages go on with the subject of the last answer."""

    async def run(
        self,
        action: type[Action] | Action,
        text: str = "",
        intent: str = "",
        *,
        entities: Mapping[str, Any] | None = None,
        spoken_of: Mapping[str, Any] | None = None,
        follows: bool = False,
        resumes: bool = True,
        slots: Mapping[str, Any] | None = None,
        active_loop: str | None = None,
        requested_slot: str | None = None,
        language: str | None = None,
        anger: float = 0.0,
        sentiment: str = "neutral",
        confidence: float = 0.95,
        ranking: Sequence[tuple[str, float]] = (),
        events: Sequence[dict[str, Any]] = (),
        message_id: int | None = None,
    ) -> Ran:
        """Run `action` on a new message of the customer.

        `entities`: name → value, or a list of values; `spoken_of`: those that hearing fills in from the focus;
        `follows`: hearing takes the words for going on with the last topic. `resumes` False: more of the same message
        is to come. `slots` are set before the run;
        `active_loop` enters a form.
        `message_id` of an earlier run plays the same message once more, as when Rasa or the network repeats a call.
        `events`: earlier events of the tracker, for actions that look back.
        """
        self.language = language or self.language
        self.active_loop = active_loop or self.active_loop
        self.slots.update(slots or {})
        if requested_slot is not None:
            self.slots["requested_slot"] = requested_slot
        message_id = message_id or await self.send(text or f"/{intent}")
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "intent_ranking": [{"name": name, "confidence": sure} for name, sure in ranking],
            "entities": [*_entities(text, entities or {}), *_from_focus(spoken_of or {})],
            "sentiment": {"label": sentiment, "confidence": 0.9, "anger": anger},
            "language": self.language,
            "message_id": str(message_id),
            "metadata": {
                "message_id": str(message_id),
                "language": self.language,
                "channel": CHANNEL,
                "follows": follows or self.follows,
                "resumes": resumes,
            },
        }
        tracker = Tracker(
            sender_id=self.conversation_id,
            slots={**dict.fromkeys(domain()["slots"]), "requested_slot": None, **self.slots},
            latest_message=message,
            events=[*events, {"event": "user", "text": text, "parse_data": message}],
            paused=False,
            followup_action=None,
            active_loop={"name": self.active_loop} if self.active_loop else {},
            latest_action_name="action_listen",
        )
        dispatcher = CollectingDispatcher()
        runner = action() if isinstance(action, type) else action
        ran = Ran(
            message_id,
            events=[dict(event) for event in await runner.run(dispatcher, tracker, dict(domain()))],
            said=[_said(message, self.language) for message in dispatcher.messages],
        )
        self.slots.update(ran.slots)
        for event in ran.events:
            if event["event"] == "active_loop":
                self.active_loop = event["name"]
        return ran

    async def send(self, text: str) -> int:
        """Store a message as a channel does; its id."""
        async with self.database.transaction() as session:
            received = await conversations.receive(
                session,
                Inbound(
                    channel=CHANNEL,
                    channel_user_id=self.user,
                    channel_message_id=f"m{next(_numbers)}",
                    text=text,
                ),
            )
            return received.message.id

    async def become(self, member: Member) -> Member:
        """Bind the customer to a member, as after a verified one-time code."""
        async with self.database.transaction() as session:
            identity = await identities.get(session, self.identity_id)
            await identities.bind(session, identity, await members.get(session, member.id), by="email_code")
            conversation = await conversations.get(session, self.conversation_id)
            conversation.member_id = member.id
        self.member = member
        return member

    async def interactions(self) -> list[Interaction]:
        """What the actions left on the timeline of this conversation, oldest first."""
        async with self.database.reading() as session:
            found = await session.scalars(
                select(Interaction)
                .where(Interaction.conversation_id == self.conversation_id)
                .order_by(interactions.Interaction.id)
            )
            return list(found)

    async def outcomes(self) -> list[str]:
        return [str(interaction.outcome) for interaction in await self.interactions()]


async def make_customer(database: Database, *, language: str = "zh-Hans") -> Customer:
    """A new visitor with an open conversation and nothing known about them."""
    user = f"visitor-{next(_numbers)}"
    async with database.transaction() as session:
        received = await conversations.receive(
            session,
            Inbound(channel=CHANNEL, channel_user_id=user, channel_message_id=f"m{next(_numbers)}", text="…"),
        )
        received.conversation.language = language
        return Customer(database, received.conversation.identity_id, received.conversation.id, user, language=language)


async def make_member(database: Database, **profile: Any) -> Member:
    """A stored member: 林悦, a woman with phone, e-mail and consent, unless told otherwise."""
    number = next(_numbers)
    told = {
        "family_name": "林",
        "given_name": "悦",
        "gender": "female",
        "phone": f"138{number:08d}",
        "email": f"lin{number}@example.com",
        "marketing_consent": True,
        **profile,
    }
    async with database.transaction() as session:
        return await members.create(session, **told)


@pytest.fixture(scope="session")
def vectors_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sentences are encoded once for all tests."""
    folder = tmp_path_factory.mktemp("vectors")
    vectors.lend_to(folder)
    return folder


@pytest.fixture(scope="session")
def known_vectors(vectors_folder: Path) -> VectorCache:
    """Their file is read once for all tests."""
    return VectorCache(vectors_folder, encode)


class Post:
    """A mail service that works, so that a code may be offered; a test that looks into the mail brings its own."""

    delivers = True

    def look(self, *, life: timedelta) -> None:
        """There is no server to look for."""

    def send_code(self, *, to: str, code: str, life: timedelta, language: Language) -> None:
        """Takes the code over."""

    def send_transcript(self, *, to: str, began: datetime, lines: Sequence[str], language: Language, key: str) -> None:
        """Takes the lines over."""


@pytest.fixture(autouse=True)
def post_office() -> Iterator[None]:
    use_mailer(Post())
    yield
    use_mailer(None)


@pytest.fixture(autouse=True)
def actions_database(request: pytest.FixtureRequest, known_vectors: VectorCache) -> None:
    """The actions work on the test's database and search its articles, not those of an earlier test."""
    if "database" in request.fixturenames:
        database = request.getfixturevalue("database")
        use_database(database)
        index = KnowledgeIndex(database, using=encode)
        index._vectors = known_vectors
        use_index(index)


@pytest_asyncio.fixture
async def customer(database: Database) -> Customer:
    """A visitor nobody knows, writing Simplified Chinese."""
    use_database(database)
    return await make_customer(database)


@pytest_asyncio.fixture
async def member(database: Database) -> Customer:
    """A customer who is bound to the member 林悦 (`member.member`)."""
    use_database(database)
    customer = await make_customer(database)
    await customer.become(await make_member(database))
    return customer


def _entities(text: str, entities: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Entities as the pipeline gives them. A pair (value, words) says which words of the text stand for the value;
    where neither stands in the text, the whole text is the entity's place."""
    found = []
    for name, values in entities.items():
        for each in values if isinstance(values, list) else [values]:
            value, words = each if isinstance(each, tuple) else (each, str(each))
            start, end = (text.find(words), text.find(words) + len(words)) if words in text else (0, len(text))
            found.append({"entity": name, "value": value, "start": start, "end": end, "extractor": "test"})
    return found


def _from_focus(entities: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Entities as hearing adds them (bot/hearing/steps.py)."""
    return [
        {"entity": name, "value": value, "start": 0, "end": 0, "extractor": "focus"} for name, value in entities.items()
    ]


def _said(message: Mapping[str, Any], language: str) -> Said:
    values = {name: value for name, value in message.items() if name not in PARTS_OF_A_MESSAGE}
    return Said(str(message.get("response")), values, message.get("buttons") or [], language)
