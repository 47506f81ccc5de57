"""Short ways to put customers, agents and messages into a test database."""

from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import conversations
from crm_store.agents import Agent
from crm_store.conversations import Received
from crm_store.messages import Inbound

_numbers = count(1)


def inbound(
    text: str | None = "你好",
    *,
    user: str = "u1",
    message_id: str | None = None,
    payload: str | None = None,
    attachments: list[dict[str, Any]] | None = None,
    locale: str | None = None,
    sent_at: datetime | None = None,
) -> Inbound:
    """A message of a customer on a made-up channel; each has a new channel id unless one is given."""
    return Inbound(
        channel="test",
        channel_user_id=user,
        channel_message_id=message_id or f"m{next(_numbers)}",
        text=None if payload else text,
        payload=payload,
        attachments=attachments or [],
        locale=locale,
        sent_at=sent_at,
    )


async def receive(session: AsyncSession, text: str | None = "你好", **more: Any) -> Received:
    return await conversations.receive(session, inbound(text, **more))


async def make_agent(session: AsyncSession, name: str = "林悦") -> int:
    agent = Agent(email=f"agent{next(_numbers)}@example.com", name=name, password_hash="unusable")
    session.add(agent)
    await session.flush()
    return agent.id
