"""The desk of the demo shop as somebody finds it who opens it for the first time."""

from datetime import timedelta

from sqlalchemy import select

from bot.demo import live
from crm_store import availability, messages, queue, turns
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState
from crm_store.db import Database
from crm_store.messages import Audience, Author
from tests.crm_store.inbox import make_agent
from tests.crm_store.shop import make_member

LANGUAGES = ["zh-Hans", "zh-Hans", "zh-Hans", "zh-Hant", "zh-Hant", "en"]


async def desk_of_the_demo(database: Database) -> tuple[list[int], list[Conversation]]:
    async with database.transaction() as session:
        staff = [await make_agent(session, name) for name in ("周晴", "林育誠")]
        for language in LANGUAGES:
            await make_member(session, language=language)
        to_sign_in = await make_member(session, language="zh-Hans")
        await live.write(session, staff_ids=staff, but=[to_sign_in.number])
    async with database.reading() as session:
        found = await session.scalars(select(Conversation).order_by(Conversation.opened_at))
        talks = list(found)
    assert to_sign_in.id not in [each.member_id for each in talks]
    return staff, talks


async def test_customers_wait_since_different_times_and_were_told_their_place(database: Database) -> None:
    _, talks = await desk_of_the_demo(database)
    waiting = [each for each in talks if each.state == ConversationState.QUEUE]
    waited = [(now() - each.waiting_since).total_seconds() // 60 for each in waiting if each.waiting_since]
    assert waited == [22, 9, 6, 2]
    assert len({each.member_id for each in talks}) == len(talks) == 6
    async with database.reading() as session:
        assert await queue.queue_position(session, waiting[0].id) == 1
        for each in waiting:
            said = await messages.history(session, each.id, audience=Audience.STAFF)
            assert [message.author for message in said][-1] == Author.SYSTEM
            assert all(message.sentiment for message in said if message.author == Author.CUSTOMER)
        assert not await turns.is_due(session)


async def test_each_agent_serves_somebody_who_does_not_wait(database: Database) -> None:
    staff, talks = await desk_of_the_demo(database)
    held = [each for each in talks if each.state == ConversationState.AGENT]
    assert [each.agent_id for each in held] == staff
    assert all(now() - each.opened_at >= timedelta(minutes=11) for each in held)
    async with database.reading() as session:
        assert await availability.abandoned(session) == []
        said = await messages.history(session, held[0].id, audience=Audience.MEMBER)
    assert [message.author for message in said] == [Author.CUSTOMER, Author.AGENT]


async def test_in_a_shop_without_members_nobody_waits(database: Database) -> None:
    async with database.transaction() as session:
        await live.write(session, staff_ids=[await make_agent(session)], but=[])
        assert (await session.scalars(select(Conversation))).all() == []
