"""Processes are killed in the midst of work: nothing that was received is lost, nothing is answered twice."""

import asyncio

import pytest
from sqlalchemy import func, select

from crm_store.db import Database
from crm_store.messages import Direction, Message, MessageStatus
from tests.e2e.visitor import Visitor
from tests.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(900)]

VISITORS = 200
WORDS = ("你们好呀，在不在", "运费是怎么计算的呢", "谢谢你们，再见了")
"""Too long to be pieces of one message."""
SETTLE_SECONDS = 400


async def _count(database: Database, *conditions: object) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Message).where(*conditions)) or 0


async def _settled(database: Database, *, sent: int, before: int) -> None:
    """Wait until every message the visitors sent is stored and handled."""
    async with asyncio.timeout(SETTLE_SECONDS):
        while True:
            stored = await _count(database, Message.direction == Direction.IN, Message.id > before)
            open_ = await _count(database, Message.status == MessageStatus.RECEIVED)
            if stored >= sent and open_ == 0:
                return
            await asyncio.sleep(1)


async def _conversations(database: Database, before: int) -> dict[str, list[Message]]:
    async with database.reading() as session:
        rows = await session.scalars(select(Message).where(Message.id > before).order_by(Message.seq))
        found: dict[str, list[Message]] = {}
        for message in rows:
            found.setdefault(message.conversation_id, []).append(message)
        return found


async def test_the_app_is_killed_amid_200_conversations_and_every_message_is_answered_once_in_order(
    shop: Stack, shop_database: Database
) -> None:
    before = await _last_id(shop_database)
    visitors = [Visitor(shop.url) for _ in range(VISITORS)]
    await asyncio.gather(*(visitor.start() for visitor in visitors))
    for number, words in enumerate(WORDS):
        await asyncio.gather(*(visitor.say(f"m{number}", words) for visitor in visitors))
        if number == 1:
            # Some of the second messages are in hand, some are stored, some are still on their way.
            await shop.kill(shop.app)
            await shop.restart(shop.app)
    await _settled(shop_database, sent=VISITORS * len(WORDS), before=before)

    conversations = await _conversations(shop_database, before)
    assert len(conversations) == VISITORS
    for messages in conversations.values():
        said = [message for message in messages if message.direction == Direction.IN]
        assert sorted(message.text or "" for message in said) == sorted(WORDS)
        replies = [message for message in messages if message.direction == Direction.OUT]
        assert [message.in_reply_to for message in replies] == [message.id for message in said]
        assert [message.seq for message in messages] == list(range(1, len(messages) + 1))

    await asyncio.gather(*(_has_everything(visitor, len(WORDS) * 2) for visitor in visitors))
    await asyncio.gather(*(visitor.stop() for visitor in visitors))


async def test_rasa_is_killed_and_the_customer_is_told_and_answered_once_it_is_back(
    shop: Stack, shop_database: Database
) -> None:
    visitor = Visitor(shop.url)
    await visitor.start()
    assert (await visitor.answer_to("first", "你好"))[0]["author"] == "bot"
    await shop.kill(shop.rasa)
    told = await visitor.answer_to("second", "运费怎么算")
    assert told[0]["author"] == "system"
    assert [button["payload"] for button in told[0]["buttons"]] == ["desk:human"]
    seq = told[0]["seq"]
    await shop.restart(shop.rasa)
    answer = await visitor.after(seq, within_s=90)
    assert answer[0]["author"] == "bot"
    assert "99" in answer[0]["text"]
    await visitor.stop()
    replies = await _count(shop_database, Message.conversation_id == visitor.conversation, Message.author == "bot")
    assert replies == 2


async def _last_id(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.max(Message.id))) or 0


async def _has_everything(visitor: Visitor, count: int) -> None:
    """The visitor's screen shows every `seq` once."""
    await visitor.sees(count)
    assert sorted(frame["seq"] for frame in visitor.seen) == list(range(1, count + 1))
