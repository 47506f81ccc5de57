"""Where talks are held: the demo shop, copied for each, with real actions, the real desk and the real Rasa."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from actions.endpoint import build_router
from actions.kit.base import use_database
from actions.kit.mail import use_mailer
from actions.kit.rule_first import use_rules
from actions.knowledge.found import find_rule
from actions.knowledge.index import KnowledgeIndex, use_index
from actions.products import needs
from bot.demo import seed
from bot.desk.desk import Desk
from bot.desk.dialogue import Dialogue
from bot.desk.signals import Signals
from bot.operate import training
from bot.sentences import encode
from crm_store import clock, conversations, identities, members, messages, migrate, points
from crm_store.callbacks import Callback, CallbackStatus
from crm_store.complaints import Complaint
from crm_store.conversations import Context, Conversation, ConversationState
from crm_store.db import Database
from crm_store.feedback import Feedback
from crm_store.language import Language
from crm_store.members import Member, MemberStatus
from crm_store.messages import Inbound, Message
from crm_store.orders import Order, OrderStatus
from crm_store.privacy import PrivacyRequest
from crm_store.returns import ReturnRequest, ReturnStatus
from crm_store.rewards import Redemption
from crm_store.surveys import SurveyAnswer
from crm_store.text import normalise
from tests import vectors
from tests.conversations.talk_files import CHANGES, Held, Talk
from tests.stack import free_port

SECRET = "a secret of these conversations"
OPEN_AT = time(15, 0)
"""The hour of the shop at which every talk takes place."""
MEMBERS = 12
CACHE = vectors.SHARED
"""Vectors of the articles are kept there from run to run."""
LONGEST_WAIT = timedelta(seconds=3)
_numbers = count(1)


class Post:
    """A mail service that takes every mail and forgets it."""

    delivers = True

    def look(self, *, life: timedelta) -> None:
        """There is no server to look for."""

    def send_code(self, *, to: str, code: str, life: timedelta, language: Language) -> None:
        assert to
        assert code

    def send_transcript(self, *, to: str, began: datetime, lines: Sequence[str], language: Language, key: str) -> None:
        assert to
        assert lines


@dataclass
class Stage:
    """The running pieces, and the demo shop that each talk gets a copy of."""

    shop: Path
    folder: Path
    rasa_url: str

    async def hold(self, talk: Talk) -> Held:
        """Hold one talk from its first message to its end."""
        file = self.folder / f"talk{next(_numbers)}.db"
        shutil.copy(self.shop, file)
        database = Database(f"sqlite:///{file}")
        try:
            use_database(database)
            use_index(KnowledgeIndex(database, using=encode, folder=CACHE))
            use_rules(find_rule)
            async with Dialogue(self.rasa_url, secret=SECRET) as dialogue:
                return await _Holding(talk, database, Desk(database, dialogue, Signals())).through()
        finally:
            await database.close()
            file.unlink(missing_ok=True)


@dataclass
class _Holding:
    """One talk under way."""

    talk: Talk
    database: Database
    desk: Desk
    conversation_id: str = ""
    seen: int = 0
    buttons: list[dict[str, Any]] = field(default_factory=list)

    async def through(self) -> Held:
        held = Held(self.talk)
        user = f"talker-{next(_numbers)}"
        before = await self._state()
        for number, turn in enumerate(self.talk.turns, start=1):
            said = await self._take(turn, user, held)
            held.faults += [f"turn {number}: {fault}" for fault in self._faults(turn, said)]
        held.end_faults += await self._end_faults(before)
        return held

    async def _take(self, turn: dict[str, Any], user: str, held: Held) -> list[Message]:
        text, payload = turn.get("say"), None
        if "press" in turn:
            button = next((each for each in self.buttons if _flat(turn["press"]) in _flat(each["title"])), None)
            if button is None:
                held.faults.append(f"no button {turn['press']!r} to press")
                text = str(turn["press"])
            else:
                payload, text = button["payload"], None
        held.lines.append(f"> {text or payload}")
        await self._receive(user, text, payload)
        said = await self._news()
        held.lines += [f"  {message.author}: {_told(message)}" for message in said]
        self.buttons = [button for message in said for button in message.buttons or []] or self.buttons
        return said

    async def _receive(self, user: str, text: str | None, payload: str | None) -> None:
        inbound = Inbound(
            channel="web", channel_user_id=user, channel_message_id=f"t{next(_numbers)}", text=text, payload=payload,
            locale=self.talk.lang,
        )  # fmt: skip
        if self.talk.who and not self.conversation_id:
            await self._sign_in(user)
        received = await self.desk.receive(inbound)
        self.conversation_id = received.conversation.id
        waited = timedelta()
        while waited <= LONGEST_WAIT * 4:
            while (work := await self.desk.claim("talk")) is not None:
                await self.desk.handle(work)
            async with self.database.reading() as session:
                conversation = await conversations.get(session, self.conversation_id)
            if conversation.work_due_at is None:
                return
            # A fragment waits for more: nothing else comes.
            waited += LONGEST_WAIT
            clock.FrozenClock(clock.now() + LONGEST_WAIT)

    async def _sign_in(self, user: str) -> None:
        async with self.database.transaction() as session:
            identity = await identities.find_or_create(session, channel="web", channel_user_id=user)
            member = await members.by_number(session, str(self.talk.who))
            assert member is not None, self.talk.who
            await identities.bind(session, identity, member, by="email_code")

    async def _news(self) -> list[Message]:
        async with self.database.reading() as session:
            found = await messages.history(session, self.conversation_id, after_seq=self.seen)
        self.seen = max([self.seen, *(message.seq for message in found)])
        return [message for message in found if message.direction == "out"]

    def _faults(self, turn: dict[str, Any], said: list[Message]) -> Iterator[str]:
        told = _flat(" ".join(_told(message) for message in said))
        titles = [_flat(button["title"]) for message in said for button in message.buttons or []]
        if not said and not turn.get("silent"):
            yield "silence"
        for wanted in turn.get("has") or []:
            options = wanted if isinstance(wanted, list) else [wanted]
            if not any(_flat(str(option)) in told for option in options):
                yield f"does not say {wanted!r}"
        for unwanted in turn.get("lacks") or []:
            if _flat(str(unwanted)) in told:
                yield f"says {unwanted!r}"
        for title in turn.get("offers") or []:
            options = title if isinstance(title, list) else [title]
            if not any(_flat(str(option)) in each for option in options for each in titles):
                yield f"does not offer {title!r}"

    async def _end_faults(self, before: dict[str, Any]) -> list[str]:
        after = await self._state()
        faults = []
        for name in sorted(CHANGES):
            changed = after[name] - before[name]
            wanted = self.talk.ends.get(name, None if name in {"feedback", "ratings"} else 0)
            if wanted is not None and changed != wanted:
                faults.append(f"the store: {name} {changed:+}, wanted {wanted:+}")
        async with self.database.reading() as session:
            conversation = await session.get_one(Conversation, self.conversation_id)
        waits = conversation.state in (ConversationState.QUEUE, ConversationState.AGENT)
        if "queue" in self.talk.ends and waits != bool(self.talk.ends["queue"]):
            faults.append(f"waiting for a person: {waits}")
        form = Context.read(conversation.context).expects.form
        if "form" in self.talk.ends and (form or "none") != self.talk.ends["form"]:
            faults.append(f"open form: {form}")
        return faults

    async def _state(self) -> dict[str, Any]:
        """What a talk may change, as numbers."""
        counted = {
            "complaints": select(func.count(Complaint.id)),
            "returns": select(func.count(ReturnRequest.id)).where(ReturnRequest.status != ReturnStatus.CANCELLED),
            "callbacks": select(func.count(Callback.id)).where(Callback.status != CallbackStatus.CANCELLED),
            "redemptions": select(func.count(Redemption.id)).where(Redemption.cancelled_at.is_(None)),
            "privacy": select(func.count(PrivacyRequest.id)),
            "feedback": select(func.count(Feedback.id)),
            "ratings": select(func.count(SurveyAnswer.id)),
            "cancelled_orders": select(func.count(Order.id)).where(Order.status == OrderStatus.CANCELLED),
            "opted_out": select(func.count(Member.id)).where(Member.opted_out_at.is_not(None)),
            "leaving": select(func.count(Member.id)).where(Member.status == MemberStatus.LEAVING),
        }
        async with self.database.reading() as session:
            state = {name: int(await session.scalar(query) or 0) for name, query in counted.items()}
            state["points"] = await self._points(session)
        return state

    async def _points(self, session: AsyncSession) -> int:
        if not self.talk.who:
            return 0
        member = await members.by_number(session, str(self.talk.who))
        assert member is not None, self.talk.who
        return await points.balance(session, member.id)


def _flat(text: str) -> str:
    return normalise(text).replace(" ", "")


def _told(message: Message) -> str:
    titles = " ".join(f"«{button['title']}»" for button in message.buttons or [])
    return f"{message.text or ''} {titles}".strip()


@asynccontextmanager
async def stage(model: Path, folder: Path) -> AsyncIterator[Stage]:
    """Write the demo shop and start actions and Rasa, at three in the afternoon of today; end both whatever happens."""
    zone = clock.business_zone()
    use_mailer(Post())
    with clock.frozen(datetime.combine(datetime.now(zone).date(), OPEN_AT, zone)):
        shop = await _written(folder)
        try:
            async with serving(model, folder) as rasa_url:
                yield Stage(shop, folder, rasa_url)
        finally:
            use_mailer(None)


async def _written(folder: Path) -> Path:
    file = folder / "shop.db"
    url = f"sqlite:///{file}"
    database = Database(url)
    await migrate.upgrade(database)
    await seed.seed(database, member_count=MEMBERS)
    index = KnowledgeIndex(database, using=encode, folder=CACHE)
    await index.warm()
    await needs.warm(index, database)
    await database.close()
    return file


@asynccontextmanager
async def serving(model: Path, folder: Path) -> AsyncIterator[str]:
    """The real actions and the real Rasa, on the database in use; the address of Rasa. Both end whatever happens."""
    actions_port, rasa_port = free_port(), free_port()
    app = FastAPI()
    app.include_router(build_router(SECRET))
    server = uvicorn.Server(uvicorn.Config(app, port=actions_port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    environment = training.rasa_environment(
        HUIKE_ACTIONS_URL=f"http://127.0.0.1:{actions_port}/actions/webhook",
        HUIKE_ACTIONS_SECRET=SECRET,
        HUIKE_DATA_DIR=str(folder),
    )
    with (folder / "rasa.log").open("wb") as log:
        rasa = await asyncio.create_subprocess_exec(
            str(training.RASA_PYTHON), "-m", "rasa", "run", "--interface", "127.0.0.1",
            "--port", str(rasa_port), "--model", str(model),
            "--endpoints", "endpoints.yml", "--credentials", "credentials.yml",
            cwd=training.ROOT, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{rasa_port}"
            await _ready(url, rasa)
            yield url
        finally:
            with suppress(ProcessLookupError):
                os.kill(rasa.pid, 15)
            await rasa.wait()
            server.should_exit = True
            await serving


async def _ready(url: str, rasa: asyncio.subprocess.Process) -> None:
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        for _ in range(360):
            assert rasa.returncode is None, "Rasa ended at its start"
            with suppress(httpx.HTTPError):
                if (await http.get(f"{url}/webhooks/huike/")).json().get("status") == "ok":
                    return
            await asyncio.sleep(0.5)
    raise AssertionError("Rasa did not become ready within three minutes")
