"""One piece of news: held back for a reason, or written once into the conversation and noted."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import complaints, conversations, identities, members, messages, proactive
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.proactive import HeldBack, Kind, ProactiveSend, Topic
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.proactive.shop import news, reachable, sent, why_not, words
from tests.crm_store.shop import make_member

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def test_it_stands_in_the_conversation_and_is_noted(session: AsyncSession, frozen_clock: FrozenClock) -> None:
    member, conversation = await reachable(session)
    done = await sent(session, news(member))
    [*_, last] = await messages.history(session, conversation.id)
    assert (last.text, last.author, last.status) == ("有新消息", "system", "pending")
    assert (done.message_id, done.conversation_id, done.channel) == (last.id, conversation.id, "test")
    assert (done.topic, done.week.isoformat()) == (Topic.REFUNDS, "2026-11-16")
    assert done.counts_until == frozen_clock.moment + timedelta(days=7)


async def test_the_same_thing_is_told_once(session: AsyncSession) -> None:
    member, _ = await reachable(session)
    await sent(session, news(member, thing=1))
    assert await why_not(session, news(member, thing=1)) == HeldBack.TOLD
    await sent(session, news(member, thing=2))


async def test_two_replicas_at_once_tell_it_once(database: Database) -> None:
    async with database.transaction() as session:
        member, _ = await reachable(session)

    async def replica() -> object:
        async with database.transaction() as session:
            return await proactive.send(session, news(member), words)

    done = await asyncio.gather(replica(), replica(), replica())
    assert sum(isinstance(each, tuple) for each in done) == 1
    async with database.reading() as session:
        assert await session.scalar(select(func.count(ProactiveSend.id))) == 1


async def test_no_topic_that_was_stopped_and_no_marketing_without_a_yes(session: AsyncSession) -> None:
    member, _ = await reachable(session, marketing_consent=False)
    assert await why_not(session, news(member, Kind.NEW_GOODS)) == HeldBack.NOT_WANTED
    await proactive.stop(session, member, [Topic.REFUNDS])
    assert await why_not(session, news(member)) == HeldBack.NOT_WANTED
    await sent(session, news(member, Kind.TIER_REACHED))


async def test_the_shop_switches_a_topic_off(session: AsyncSession) -> None:
    member, _ = await reachable(session)
    with changed("proactive: {topics: {refunds: off}}"):
        assert await why_not(session, news(member)) == HeldBack.SWITCHED_OFF


@pytest.mark.parametrize(("zone", "reason"), [(None, None), ("America/New_York", HeldBack.QUIET_HOURS)])
async def test_nobody_is_woken_where_they_are(session: AsyncSession, zone: str | None, reason: HeldBack | None) -> None:
    member, _ = await reachable(session)
    if zone:
        await members.learn_zone(session, member, zone)
    await members.learn_zone(session, member, "Mars/Olympus")
    assert member.time_zone == zone
    assert await why_not(session, news(member)) == reason


async def test_caps_over_all_topics(session: AsyncSession, frozen_clock: FrozenClock) -> None:
    member, _ = await reachable(session)
    for kind in (Kind.REFUND_PAID, Kind.PARCEL_MOVED, Kind.NEW_GOODS):
        await sent(session, news(member, kind))
    assert await why_not(session, news(member, Kind.TIER_REACHED)) == HeldBack.ENOUGH
    frozen_clock.move(timedelta(days=1))
    await sent(session, news(member, Kind.TIER_REACHED))
    assert await why_not(session, news(member, Kind.BIRTHDAY)) == HeldBack.ENOUGH
    frozen_clock.move(timedelta(days=2))
    await sent(session, news(member, Kind.BIRTHDAY))


async def test_no_marketing_amid_an_open_complaint(session: AsyncSession) -> None:
    member, conversation = await reachable(session)
    await complaints.file(
        session, member_id=member.id, conversation_id=conversation.id, category="quality", description="坏了", key="c"
    )
    assert await why_not(session, news(member, Kind.NEW_GOODS)) == HeldBack.COMPLAINT_OPEN
    await sent(session, news(member, Kind.PARCEL_MOVED))


async def test_nothing_into_a_talk(session: AsyncSession, frozen_clock: FrozenClock) -> None:
    member, conversation = await reachable(session)
    await receive(session, "在吗")
    assert await why_not(session, news(member)) == HeldBack.IN_TALK
    frozen_clock.move(timedelta(minutes=5))
    agent = await make_agent(session)
    await conversations.take(session, conversation.id, agent)
    assert await why_not(session, news(member)) == HeldBack.IN_TALK
    await conversations.close(session, conversation.id, outcome="solved", agent_id=agent)
    done = await sent(session, news(member))
    assert done.conversation_id != conversation.id


async def test_who_left_or_has_no_address_hears_nothing(session: AsyncSession) -> None:
    member, conversation = await reachable(session)
    identity = await identities.get(session, conversation.identity_id)
    await identities.mark_blocked(session, identity)
    assert await why_not(session, news(member)) == HeldBack.NO_ADDRESS
    await identities.mark_reachable(session, identity)
    await members.request_cancellation(session, member)
    assert await why_not(session, news(member, Kind.BIRTHDAY)) == HeldBack.NOT_ACTIVE
    await sent(session, news(member))
    await members.leave(session, member)
    assert await why_not(session, news(member, thing=2)) == HeldBack.NOT_ACTIVE


async def test_it_goes_where_the_member_was_last(session: AsyncSession, frozen_clock: FrozenClock) -> None:
    member, _ = await reachable(session, user="old phone")
    frozen_clock.move(timedelta(hours=1))
    newer = await identities.find_or_create(session, channel="elsewhere", channel_user_id="new phone")
    await identities.bind(session, newer, member, by="email_code")
    assert (await sent(session, news(member))).channel == "elsewhere"


async def test_a_stranger_s_conversation_is_never_written_into(session: AsyncSession) -> None:
    await reachable(session)
    assert await why_not(session, news(await make_member(session))) == HeldBack.NO_ADDRESS
