"""What came of a message: delivered, answered, pressed, bought after, stopped."""

from datetime import date, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import outbox, proactive
from crm_store.clock import FrozenClock
from crm_store.proactive import Effect, Kind, Topic
from tests.crm_store.inbox import receive
from tests.crm_store.proactive.shop import news, reachable, sent
from tests.crm_store.shop import make_order

pytestmark = pytest.mark.usefixtures("frozen_clock")
WEEK = date(2026, 11, 16)
HOUR = timedelta(hours=1)


async def effect(session: AsyncSession) -> Effect:
    [found] = await proactive.by_week(session)
    return found


async def test_each_thing_that_follows_counts_once(session: AsyncSession, frozen_clock: FrozenClock) -> None:
    member, _ = await reachable(session)
    done = await sent(session, news(member, Kind.NEW_GOODS))
    nothing = {"sent": 1, "delivered": 0, "failed": 0, "answered": 0, "pressed": 0, "bought": 0, "stopped": 0}
    assert await effect(session) == Effect(topic=Topic.NEW_GOODS, week=WEEK, **nothing)
    await outbox.claim(session, "w", channels=["test"])
    await outbox.mark_sent(session, done.message_id or 0, worker="w", provider_message_id="1")
    assert (await effect(session)).delivered == 1
    frozen_clock.move(HOUR)
    await receive(session, "好看")
    assert ((await effect(session)).answered, (await effect(session)).pressed) == (1, 0)
    await receive(session, payload='/ask_product{"choice":"BAG"}')
    assert ((await effect(session)).answered, (await effect(session)).pressed) == (1, 1)
    await make_order(session, member)
    await make_order(session, member)
    assert (await effect(session)).bought == 1
    await proactive.stop_marketing(session, member)
    assert (await effect(session)).stopped == 1
    assert [each.key for each in await proactive.last_sends(session, member.id)] == ["new_goods:1"]


async def test_what_comes_later_or_was_before_is_no_effect(session: AsyncSession, frozen_clock: FrozenClock) -> None:
    member, _ = await reachable(session)
    await make_order(session, member)
    frozen_clock.move(HOUR)
    await sent(session, news(member, Kind.NEW_GOODS))
    frozen_clock.move(timedelta(days=7, seconds=1))
    await receive(session, "现在才看到")
    await make_order(session, member)
    await proactive.stop_marketing(session, member)
    found = await effect(session)
    assert (found.answered, found.bought, found.stopped) == (0, 0, 0)


async def test_by_topic_and_week_the_newest_first(session: AsyncSession, frozen_clock: FrozenClock) -> None:
    member, _ = await reachable(session)
    await sent(session, news(member, Kind.PARCEL_MOVED))
    await sent(session, news(member, Kind.PARCEL_LATE))
    frozen_clock.move(timedelta(days=7))
    await sent(session, news(member, Kind.REFUND_PAID))
    found = [(each.topic, each.week.isoformat(), each.sent) for each in await proactive.by_week(session)]
    assert found == [("refunds", "2026-11-23", 1), ("parcels", "2026-11-16", 2)]
    assert len(await proactive.by_week(session, weeks=1)) == 1


async def test_what_the_customer_answers_is_the_last_that_was_said(session: AsyncSession) -> None:
    member, conversation = await reachable(session)
    assert await proactive.answered_now(session, conversation.id) is None
    done = await sent(session, news(member))
    await receive(session, "退订")
    assert await proactive.answered_now(session, conversation.id) is done
