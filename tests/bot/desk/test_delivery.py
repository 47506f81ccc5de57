"""The outbox on its way to a channel: success, slow-downs, failures, blocked customers."""

from datetime import timedelta

import pytest

from bot.desk.channel import Channel, RecipientBlocked, Rejected, SlowDown, Unreachable
from bot.desk.delivery import Delivery, RetryPolicy
from bot.desk.signals import Signals
from crm_store import conversations, identities, messages
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.messages import Message, MessageStatus, Reply
from tests.bot.memory_channel import MemoryChannel
from tests.crm_store.inbox import make_agent, receive

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def say(database: Database, *texts: str, user: str = "u1") -> str:
    async with database.transaction() as session:
        received = await receive(session, user=user)
        conversation = await conversations.locked(session, received.conversation.id)
        for text in texts:
            await conversations.say(session, conversation, Reply(text))
    return received.conversation.id


async def deliver_due(delivery: Delivery, worker: str = "w") -> int:
    """Deliver everything due now, one after the other; how many tries that took."""
    tries = 0
    while claimed := await delivery.claim(worker, limit=10):
        for item in claimed:
            await delivery.deliver(item, worker)
            tries += 1
    return tries


async def outgoing(database: Database, conversation_id: str) -> list[Message]:
    async with database.reading() as session:
        return [each for each in await messages.history(session, conversation_id) if each.direction == "out"]


@pytest.fixture
def channel() -> MemoryChannel:
    return MemoryChannel()


@pytest.fixture
def delivery(database: Database, channel: MemoryChannel) -> Delivery:
    checked: Channel = channel
    return Delivery(database, [checked], Signals())


class TestSuccess:
    async def test_in_order_and_marked_with_the_providers_id(
        self, database: Database, delivery: Delivery, channel: MemoryChannel
    ) -> None:
        conversation_id = await say(database, "一", "二", "三")
        await deliver_due(delivery)
        assert channel.texts() == {"u1": ["一", "二", "三"]}
        written = await outgoing(database, conversation_id)
        assert [(each.status, each.provider_message_id) for each in written] == [
            (MessageStatus.SENT, "p1"), (MessageStatus.SENT, "p2"), (MessageStatus.SENT, "p3"),
        ]  # fmt: skip
        assert await deliver_due(delivery) == 0

    async def test_the_channel_learns_who_speaks(
        self, database: Database, delivery: Delivery, channel: MemoryChannel
    ) -> None:
        conversation_id = await say(database)
        async with database.transaction() as session:
            agent_id = await make_agent(session, "林悦")
            await conversations.take(session, conversation_id, agent_id)
            await conversations.agent_reply(session, conversation_id, agent_id=agent_id, text="您好", key="k")
        await deliver_due(delivery)
        [outbound] = channel.sent
        assert (outbound.author, outbound.agent_name, outbound.channel_user_id) == ("agent", "林悦", "u1")


class TestSlowDown:
    async def test_the_wait_is_obeyed_and_is_no_failed_try(
        self, database: Database, delivery: Delivery, channel: MemoryChannel, frozen_clock: FrozenClock
    ) -> None:
        conversation_id = await say(database, "一")
        channel.failures.append(SlowDown(timedelta(seconds=17)))
        await deliver_due(delivery)
        frozen_clock.move(timedelta(seconds=16))
        assert await deliver_due(delivery) == 0
        frozen_clock.move(timedelta(seconds=1))
        assert await deliver_due(delivery) == 1
        [written] = await outgoing(database, conversation_id)
        assert (written.status, written.tries) == (MessageStatus.SENT, 1)

    async def test_for_one_customer_others_go_on(
        self, database: Database, delivery: Delivery, channel: MemoryChannel
    ) -> None:
        await say(database, "一", user="slow")
        await say(database, "二", user="other")
        channel.failures.append(SlowDown(timedelta(seconds=5)))
        await deliver_due(delivery)
        assert channel.texts() == {"other": ["二"]}

    async def test_for_the_whole_channel_nobody_goes_on(
        self, database: Database, delivery: Delivery, channel: MemoryChannel, frozen_clock: FrozenClock
    ) -> None:
        await say(database, "一", user="first")
        channel.failures.append(SlowDown(timedelta(seconds=5), whole_channel=True))
        await deliver_due(delivery)
        await say(database, "二", user="second")
        assert await deliver_due(delivery) == 0
        frozen_clock.move(timedelta(seconds=5))
        await deliver_due(delivery)
        assert channel.texts() == {"first": ["一"], "second": ["二"]}

    async def test_a_wait_of_years_is_tried_each_hour_and_comes_before_the_staff(
        self, database: Database, delivery: Delivery, channel: MemoryChannel, frozen_clock: FrozenClock
    ) -> None:
        conversation_id = await say(database, "一")
        channel.failures += [SlowDown(timedelta(days=9_000), whole_channel=True)] * RetryPolicy().tries
        for tries in range(1, RetryPolicy().tries):
            assert await deliver_due(delivery) == 1
            [written] = await outgoing(database, conversation_id)
            assert (written.status, written.tries) == (MessageStatus.PENDING, tries)
            frozen_clock.move(timedelta(minutes=59))
            assert await deliver_due(delivery) == 0
            frozen_clock.move(timedelta(minutes=1))
        await deliver_due(delivery)
        [written] = await outgoing(database, conversation_id)
        assert written.status == MessageStatus.FAILED


class TestFailure:
    async def test_tried_again_later_and_nothing_overtakes(
        self, database: Database, delivery: Delivery, channel: MemoryChannel, frozen_clock: FrozenClock
    ) -> None:
        await say(database, "一", "二")
        channel.failures.extend([Unreachable("502"), TimeoutError(), RuntimeError("a bug in the channel")])
        for _ in range(4):
            await deliver_due(delivery)
            frozen_clock.move(timedelta(seconds=10))
        assert channel.attempts == 5
        assert channel.texts() == {"u1": ["一", "二"]}

    async def test_after_the_last_try_it_is_visible_as_failed(
        self, database: Database, channel: MemoryChannel, frozen_clock: FrozenClock
    ) -> None:
        delivery = Delivery(database, [channel], Signals(), retry=RetryPolicy(tries=3))
        conversation_id = await say(database, "一", "二")
        channel.failures.extend([Unreachable("502")] * 3)
        for _ in range(4):
            await deliver_due(delivery)
            frozen_clock.move(timedelta(minutes=1))
        first, second = await outgoing(database, conversation_id)
        assert (first.status, first.tries, first.error) == (MessageStatus.FAILED, 3, "502")
        assert second.status == MessageStatus.SENT

    async def test_a_rejected_message_is_not_tried_again(
        self, database: Database, delivery: Delivery, channel: MemoryChannel
    ) -> None:
        conversation_id = await say(database, "一", "二")
        channel.failures.append(Rejected("message is too long"))
        await deliver_due(delivery)
        first, second = await outgoing(database, conversation_id)
        assert (first.status, first.error) == (MessageStatus.FAILED, "message is too long")
        assert second.status == MessageStatus.SENT

    async def test_who_blocked_us_gets_nothing_until_they_write_again(
        self, database: Database, delivery: Delivery, channel: MemoryChannel
    ) -> None:
        conversation_id = await say(database, "一", "二")
        channel.failures.append(RecipientBlocked("bot was blocked by the user"))
        await deliver_due(delivery)
        assert channel.attempts == 1
        assert {each.status for each in await outgoing(database, conversation_id)} == {MessageStatus.FAILED}
        async with database.reading() as session:
            conversation = await conversations.get(session, conversation_id)
            assert (await identities.get(session, conversation.identity_id)).blocked_at is not None

        await say(database, "三")
        await deliver_due(delivery)
        assert channel.texts() == {"u1": ["三"]}


def test_the_wait_grows_up_to_a_limit() -> None:
    policy = RetryPolicy(first=timedelta(seconds=2), longest=timedelta(seconds=60))
    for tries, most in ((1, 2), (2, 4), (5, 32), (6, 60), (500, 60)):
        assert most / 2 <= policy.wait(tries).total_seconds() <= most
