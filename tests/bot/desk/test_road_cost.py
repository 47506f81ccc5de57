"""What a plain message costs the database, from the channel's frame to the committed answer, a real action included."""

import copy
from dataclasses import replace
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions.kit.base import use_database
from actions.points.balance import ActionPointsBalance
from bot.desk.desk import Desk
from crm_store import identities, members, messages, points
from crm_store.db import Traffic
from crm_store.interactions import Interaction
from tests.bot.desk.test_worker import finished, working
from tests.bot.dialogue_server import DialogueServer
from tests.bot.memory_channel import MemoryChannel
from tests.crm_store.inbox import inbound

FETCHED, DELIVERED = "fetched", "test"
"""A channel whose customers fetch their messages, as the website's do, and one that needs the outbox."""


@pytest.fixture(autouse=True)
def _fetched_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_fetched", {FETCHED})


async def asks_for_balance(body: dict[str, Any]) -> None:
    """Within the turn, the real action for the balance, called as the action endpoint calls it."""
    said = {
        "text": body["text"],
        "intent": {"name": "ask_points_balance"},
        "language": "zh-Hans",
        "metadata": {"message_id": body["message_id"]},
    }
    tracker = Tracker(body["sender"], {}, said, [], False, None, {}, "action_listen")
    await ActionPointsBalance().run(CollectingDispatcher(), tracker, {})


async def member_has_spoken(desk: Desk, channel: str) -> None:
    """A member with points whose conversation is open: what follows is a plain message."""
    async with desk.database.transaction() as session:
        member = await members.create(session, given_name="小雨")
        identity = await identities.find_or_create(session, channel=channel, channel_user_id="u1")
        await identities.bind(session, identity, member, by="agent")
        await points.earn(session, member.id, points=2380, reason="order", key="first")
    await desk.receive(replace(inbound("在吗"), channel=channel))
    await finished(desk.database)


async def cost_of_balance(desk: Desk, channel: str) -> tuple[Traffic, Traffic]:
    """The database's traffic before and after one question for the balance, its answer delivered."""
    async with working(desk, MemoryChannel(), poll_s=60.0):
        await member_has_spoken(desk, channel)
        before = copy.copy(desk.database.traffic)
        await desk.receive(replace(inbound("我有多少积分"), channel=channel))
    return before, desk.database.traffic


@pytest.mark.parametrize(("channel", "statements", "writing"), [(FETCHED, 10, 2), (DELIVERED, 12, 4)])
async def test_a_question_for_the_balance(
    desk: Desk, rasa: DialogueServer, channel: str, statements: int, writing: int
) -> None:
    use_database(desk.database)
    rasa.act = asks_for_balance
    before, after = await cost_of_balance(desk, channel)

    assert after.statements - before.statements <= statements
    assert after.writing - before.writing <= writing
    assert after.reading - before.reading <= 1
    async with desk.database.reading() as session:
        contact = (await session.scalars(select(Interaction).order_by(Interaction.id.desc()).limit(1))).one()
    assert (contact.intent, contact.references) == ("ask_points_balance", {"balance": 2380})
