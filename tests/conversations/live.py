"""The real Rasa server and the real actions, spoken to through the app's own channel, without the app around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from actions.kit.base import use_database
from crm_store import conversations, identities, members
from crm_store.db import Database
from crm_store.messages import Inbound
from tests.conversations.stage import SECRET, serving

_numbers = count(1)


@dataclass
class Live:
    """A running pair of Rasa and action endpoint."""

    database: Database
    rasa_url: str
    http: httpx.AsyncClient

    async def visitor(self, language: str = "zh-Hans") -> "Talker":
        return Talker(self, f"live-{next(_numbers)}", language)

    async def member(self, member_id: int, language: str = "zh-Hans") -> "Talker":
        talker = await self.visitor(language)
        talker.member_id = member_id
        return talker


@dataclass
class Talker:
    """One customer in one conversation. `last` is the channel's latest answer."""

    live: Live
    user: str
    language: str
    member_id: int | None = None
    conversation_id: str = ""
    last: dict[str, Any] = field(default_factory=dict)

    async def say(self, text: str) -> list[str]:
        """Send words, or a payload when they begin with a slash; the texts of the replies."""
        message_id = await self._store(text)
        kind = "payload" if text.startswith("/") else "text"
        answer = await self.live.http.post(
            f"{self.live.rasa_url}/webhooks/huike/webhook",
            json={"sender": self.conversation_id, "message_id": message_id, "language": self.language, kind: text},
            headers={"X-Huike-Secret": SECRET},
        )
        assert answer.status_code == 200, (text, answer.text)
        self.last = answer.json()
        self.language = self.last["understanding"]["language"] or self.language
        return [message["text"] for message in self.last["messages"]]

    @property
    def form(self) -> str | None:
        form: str | None = self.last["active_form"]
        return form

    async def _store(self, text: str) -> str:
        inbound = Inbound(channel="web", channel_user_id=self.user, channel_message_id=f"l{next(_numbers)}", text=text)
        async with self.live.database.transaction() as session:
            received = await conversations.receive(session, inbound)
            if self.member_id is not None and received.conversation.member_id is None:
                identity = await identities.get(session, received.conversation.identity_id)
                await identities.bind(session, identity, await members.get(session, self.member_id), by="email_code")
                received.conversation.member_id = self.member_id
        self.conversation_id = received.conversation.id
        return str(received.message.id)


@asynccontextmanager
async def live(database: Database, model: Path, folder: Path) -> AsyncIterator[Live]:
    """Start both, wait until the model is loaded, and end both whatever happens."""
    use_database(database)
    async with serving(model, folder) as rasa_url, httpx.AsyncClient(timeout=60, trust_env=False) as http:
        yield Live(database, rasa_url, http)
