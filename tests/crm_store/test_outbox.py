"""The outbox: order, claims, retries, crashes."""

import asyncio
from collections import defaultdict
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import conversations, outbox
from crm_store.clock import FrozenClock, now
from crm_store.db import Database
from crm_store.messages import Message, MessageStatus, Reply
from crm_store.outbox import NotFailed
from tests.crm_store.inbox import make_agent, receive

HERE = ("test",)


async def _say(session: AsyncSession, *texts: str, user: str = "u1") -> list[Message]:
    received = await receive(session, user=user)
    conversation = await conversations.locked(session, received.conversation.id)
    return [await conversations.say(session, conversation, Reply(text)) for text in texts]


class TestClaim:
    async def test_one_at_a_time_per_conversation_in_order(self, session: AsyncSession) -> None:
        await _say(session, "一", "二")
        [first] = await outbox.claim(session, "w", channels=HERE, limit=10)
        assert first.message.text == "一"
        assert await outbox.claim(session, "w", channels=HERE, limit=10) == []

        await outbox.mark_sent(session, first.message.id, worker="w", provider_message_id="p1")

        [second] = await outbox.claim(session, "w", channels=HERE, limit=10)
        assert second.message.text == "二"

    async def test_conversations_do_not_wait_for_each_other(self, session: AsyncSession) -> None:
        await _say(session, "甲一", "甲二", user="a")
        await _say(session, "乙一", user="b")
        claimed = await outbox.claim(session, "w", channels=HERE, limit=10)
        assert sorted(item.message.text or "" for item in claimed) == ["乙一", "甲一"]
        assert {item.identity.channel_user_id for item in claimed} == {"a", "b"}

    async def test_only_for_the_channels_at_hand(self, session: AsyncSession) -> None:
        await _say(session, "一")
        assert await outbox.claim(session, "w", channels=("telegram",), limit=10) == []

    async def test_notes_are_never_delivered(self, session: AsyncSession) -> None:
        received = await receive(session)
        agent_id = await make_agent(session)
        await conversations.note(session, received.conversation.id, agent_id=agent_id, text="内部", key="n")
        assert await outbox.claim(session, "w", channels=HERE, limit=10) == []

    async def test_many_workers_send_each_once_and_in_order(self, database: Database) -> None:
        async with database.transaction() as session:
            for user in range(6):
                await _say(session, "1", "2", "3", user=f"u{user}")
        sent: dict[str, list[str]] = defaultdict(list)

        async def worker(name: str) -> None:
            idle = 0
            while idle < 5:
                async with database.transaction() as session:
                    claimed = await outbox.claim(session, name, channels=HERE, limit=2)
                idle = 0 if claimed else idle + 1
                await asyncio.sleep(0.005)
                for item in claimed:
                    sent[item.identity.channel_user_id].append(item.message.text or "")
                    async with database.transaction() as session:
                        await outbox.mark_sent(session, item.message.id, worker=name, provider_message_id=None)

        await asyncio.gather(*(worker(f"w{number}") for number in range(4)))

        assert sent == {f"u{user}": ["1", "2", "3"] for user in range(6)}


class TestFailure:
    async def test_later_means_later_and_blocks_what_follows(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await _say(session, "一", "二")
        [item] = await outbox.claim(session, "w", channels=HERE)
        await outbox.try_later(session, item.message.id, worker="w", at=now() + timedelta(seconds=5), error="503")
        assert await outbox.claim(session, "w", channels=HERE, limit=10) == []

        frozen_clock.move(timedelta(seconds=5))

        [again] = await outbox.claim(session, "w", channels=HERE, limit=10)
        assert (again.message.text, again.message.tries, again.message.error) == ("一", 1, "503")

    async def test_a_clock_that_is_put_back_holds_up_no_message(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await _say(session, "一", "二")
        frozen_clock.move(timedelta(hours=-1))
        [item] = await outbox.claim(session, "w", channels=HERE)
        await outbox.try_later(session, item.message.id, worker="w", at=now() + timedelta(seconds=5), error="503")
        assert await outbox.claim(session, "w", channels=HERE) == []  # and a try that failed still rests
        frozen_clock.move(timedelta(seconds=5))
        [again] = await outbox.claim(session, "w", channels=HERE)
        assert again.message.id == item.message.id

    async def test_a_try_that_was_put_off_by_a_clock_days_ahead_comes_at_once(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await _say(session, "一")
        [item] = await outbox.claim(session, "w", channels=HERE)
        await outbox.try_later(session, item.message.id, worker="w", at=now() + timedelta(minutes=15), error="503")
        frozen_clock.move(timedelta(days=-3))
        assert len(await outbox.claim(session, "w", channels=HERE)) == 1

    async def test_a_failed_one_stays_visible_and_lets_the_next_pass(self, session: AsyncSession) -> None:
        await _say(session, "一", "二")
        [item] = await outbox.claim(session, "w", channels=HERE)
        failed = await outbox.fail(session, item.message.id, worker="w", error="chat not found")
        assert failed is not None
        assert (failed.status, failed.error) == (MessageStatus.FAILED, "chat not found")
        [second] = await outbox.claim(session, "w", channels=HERE)
        assert second.message.text == "二"

    async def test_an_agent_may_send_a_failed_one_again(self, session: AsyncSession) -> None:
        await _say(session, "一")
        [item] = await outbox.claim(session, "w", channels=HERE)
        with pytest.raises(NotFailed):
            await outbox.resend(session, item.message.id)
        await outbox.fail(session, item.message.id, worker="w", error="x")
        await outbox.resend(session, item.message.id)
        [again] = await outbox.claim(session, "w", channels=HERE)
        assert again.message.id == item.message.id


class TestCrash:
    async def test_in_sending_for_a_minute_it_is_taken_up_again(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await _say(session, "一")
        [lost] = await outbox.claim(session, "killed", channels=HERE)
        frozen_clock.move(timedelta(seconds=59))
        assert await outbox.claim(session, "other", channels=HERE) == []
        frozen_clock.move(timedelta(seconds=1))

        [again] = await outbox.claim(session, "other", channels=HERE)

        assert again.message.id == lost.message.id
        assert await outbox.mark_sent(session, lost.message.id, worker="killed", provider_message_id="p") is None
        assert again.message.status == MessageStatus.SENDING

    async def test_after_a_restart_at_once(self, session: AsyncSession) -> None:
        await _say(session, "一")
        await outbox.claim(session, "dead", channels=HERE)
        assert await outbox.clear_stale(session, is_dead=lambda name: name == "dead") == 1
        assert len(await outbox.claim(session, "new", channels=HERE)) == 1
