"""Turns: claiming, leases, crashes, takeover while the bot is at work."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import conversations, messages, turns
from crm_store.clock import FrozenClock, now
from crm_store.conversations import LEASE, Bid, Conversation, ConversationState
from crm_store.db import Database
from crm_store.messages import Audience, MessageStatus, Reply, Understanding
from crm_store.turns import LeaseLost
from tests.crm_store.inbox import inbound, make_agent, receive
from tests.crm_store.overlap import a_lock_is_waited_for


class TestClaim:
    async def test_nothing_to_do(self, session: AsyncSession) -> None:
        assert await turns.claim(session, "w") is None

    async def test_the_longest_waiting_first_and_each_only_once(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        for user in ("a", "b"):
            await receive(session, user, user=user)
            frozen_clock.move(timedelta(seconds=1))

        texts = []
        while (work := await turns.claim(session, "w")) is not None:
            assert work.message is not None
            texts.append(work.message.text)

        assert texts == ["a", "b"]

    async def test_messages_of_one_conversation_come_in_order(self, session: AsyncSession) -> None:
        for text in ("一", "二", "三"):
            await receive(session, text)

        seen = []
        while (work := await turns.claim(session, "w")) is not None:
            assert work.message is not None
            seen.append(work.message.text)
            await turns.complete_turn(session, work.lease, work.message.id, fallbacks=0)
            await turns.release(session, work.lease)

        assert seen == ["一", "二", "三"]

    async def test_many_workers_at_once_never_share_a_conversation(self, database: Database) -> None:
        async with database.transaction() as session:
            for user in range(10):
                for number in range(3):
                    await receive(session, f"{user}:{number}", user=f"u{user}")
        handled: list[str] = []
        at_work: set[str] = set()

        async def worker(name: str) -> None:
            while True:
                async with database.transaction() as session:
                    work = await turns.claim(session, name)
                if work is None:
                    return
                assert work.message is not None
                assert work.conversation.id not in at_work
                at_work.add(work.conversation.id)
                await asyncio.sleep(0.01)
                at_work.remove(work.conversation.id)
                async with database.transaction() as session:
                    await turns.complete_turn(session, work.lease, work.message.id, replies=[Reply("好")], fallbacks=0)
                    await turns.release(session, work.lease)
                handled.append(work.message.text or "")

        await asyncio.gather(*(worker(f"w{number}") for number in range(6)))

        assert Counter(handled) == Counter(f"{user}:{number}" for user in range(10) for number in range(3))
        for user in range(10):
            assert [text for text in handled if text.startswith(f"{user}:")] == [f"{user}:{n}" for n in range(3)]


class TestLease:
    async def test_a_killed_workers_conversation_is_taken_up_after_30_seconds(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        await receive(session, "在吗")
        abandoned = await turns.claim(session, "killed")
        assert abandoned is not None
        assert abandoned.message is not None
        frozen_clock.move(timedelta(seconds=29))
        assert await turns.claim(session, "other") is None
        frozen_clock.move(timedelta(seconds=1))

        taken_up = await turns.claim(session, "other")

        assert taken_up is not None
        assert taken_up.message is abandoned.message
        with pytest.raises(LeaseLost):
            await turns.complete_turn(session, abandoned.lease, abandoned.message.id, replies=[Reply("迟到的话")])
        assert taken_up.conversation.last_seq == 1

    async def test_a_clock_that_is_put_back_leaves_nobody_waiting(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        """It was an hour ahead while one message came and another was taken in hand by a worker that died."""
        await receive(session, "在吗", user="a")
        assert await turns.claim(session, "killed") is not None
        await receive(session, "到哪了", user="b")
        frozen_clock.move(timedelta(hours=-1))

        assert await turns.is_due(session)
        taken = [await turns.claim(session, "other") for _ in range(2)]
        assert {work.message.text for work in taken if work and work.message} == {"在吗", "到哪了"}
        assert await turns.claim(session, "third") is None

    async def test_whoever_writes_after_the_clock_was_put_back_is_leased_to_who_has_a_hand_free(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        first = await receive(session, "在吗")
        work = await turns.claim(session, "w")
        assert work is not None
        assert work.message is not None
        await turns.complete_turn(session, work.lease, work.message.id, replies=[Reply("在")])
        held = update(Conversation).where(Conversation.id == first.conversation.id)
        ahead = {"lease_until": now() + LEASE, "lease_token": "of a worker that died", "work_due_at": None}
        await session.execute(held.values(ahead))
        frozen_clock.move(timedelta(hours=-1))
        assert (await conversations.receive(session, inbound("到哪了"), bid=Bid("new"))).lease is not None

    async def test_a_heartbeat_keeps_it(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await receive(session)
        work = await turns.claim(session, "w")
        assert work is not None
        for _ in range(5):
            frozen_clock.move(timedelta(seconds=20))
            await turns.heartbeat(session, [work.lease.token])
            assert await turns.claim(session, "other") is None

    async def test_after_a_restart_what_the_dead_worker_had_is_free_at_once(self, session: AsyncSession) -> None:
        await receive(session, user="a")
        await receive(session, user="b")
        await turns.claim(session, "dead")
        await turns.claim(session, "living")

        assert await turns.clear_stale(session, is_dead=lambda name: name == "dead") == 1

        taken_up = await turns.claim(session, "new")
        assert taken_up is not None
        assert await turns.claim(session, "new") is None

    async def test_a_finished_message_is_not_answered_again(self, session: AsyncSession) -> None:
        await receive(session)
        work = await turns.claim(session, "w")
        assert work is not None
        assert work.message is not None
        await turns.complete_turn(session, work.lease, work.message.id, replies=[Reply("好")], fallbacks=0)
        with pytest.raises(LeaseLost):
            await turns.complete_turn(session, work.lease, work.message.id, replies=[Reply("好")], fallbacks=0)

    async def test_released_for_later_it_waits(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        received = await receive(session)
        work = await turns.claim(session, "w")
        assert work is not None
        failed = await turns.note_failure(session, work.lease, received.message.id, error="no answer")
        await turns.release(session, work.lease, due_at=now() + timedelta(seconds=8))

        assert (failed.tries, failed.status, failed.error) == (1, MessageStatus.RECEIVED, "no answer")
        assert await turns.claim(session, "w") is None
        frozen_clock.move(timedelta(seconds=8))
        assert await turns.claim(session, "w") is not None

    async def test_a_new_message_ends_the_waiting(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        first = await receive(session, "第一句")
        work = await turns.claim(session, "w")
        assert work is not None
        await turns.release(session, work.lease, due_at=now() + timedelta(minutes=1))
        await receive(session, "第二句")

        again = await turns.claim(session, "w")

        assert again is not None
        assert again.message is first.message


class TestCompleteTurn:
    async def test_replies_understanding_and_the_mark_are_written_together(self, session: AsyncSession) -> None:
        received = await receive(session, "我還有多少積分")
        work = await turns.claim(session, "w")
        assert work is not None

        done = await turns.complete_turn(
            session,
            work.lease,
            received.message.id,
            replies=[Reply("您有 220 積分。", buttons=[{"title": "明細", "payload": "/ask_points_history"}])],
            understanding=Understanding(
                intent="ask_points_balance", confidence=0.97, sentiment="neutral", anger=0.1, language="zh-Hant"
            ),
            fallbacks=0,
        )

        assert (received.message.status, received.message.intent) == (MessageStatus.HANDLED, "ask_points_balance")
        assert done.conversation.language == "zh-Hant"
        [reply] = done.replies
        assert (reply.status, reply.in_reply_to, reply.seq) == (MessageStatus.PENDING, received.message.id, 2)
        assert reply.buttons == [{"title": "明細", "payload": "/ask_points_history"}]

    async def test_a_reply_with_a_file_keeps_it_and_moves_the_last_word_s_time(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        received = await receive(session, "发票发我")
        work = await turns.claim(session, "w")
        assert work is not None
        frozen_clock.move(timedelta(seconds=3))
        file = {"name": "invoice.pdf", "url": "/chat/files/1/2/0"}
        done = await turns.complete_turn(
            session, work.lease, received.message.id, replies=[Reply("给您。", attachments=[file])], fallbacks=0
        )
        [reply] = done.replies
        assert reply.attachments == [file]
        assert done.conversation.last_message_at == frozen_clock.moment

    async def test_without_a_reply_the_last_word_is_the_customer_s(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        received = await receive(session, "嗯")
        said_at = frozen_clock.moment
        work = await turns.claim(session, "w")
        assert work is not None
        frozen_clock.move(timedelta(seconds=3))
        done = await turns.complete_turn(session, work.lease, received.message.id, fallbacks=0)
        assert done.conversation.last_message_at == said_at

    async def test_a_reply_after_a_takeover_is_kept_and_never_sent(self, database: Database) -> None:
        async with database.transaction() as session:
            agent_id = await make_agent(session)
            received = await receive(session, "包裹呢")
        async with database.transaction() as session:
            work = await turns.claim(session, "w")
        assert work is not None
        async with database.transaction() as session:
            await conversations.take(session, work.conversation.id, agent_id)
        async with database.transaction() as session:
            done = await turns.complete_turn(
                session, work.lease, received.message.id, replies=[Reply("在路上")], fallbacks=0
            )
            await turns.release(session, work.lease)

        assert done.suppressed
        async with database.reading() as session:
            told = await messages.history(session, work.conversation.id, audience=Audience.STAFF)
        assert [(message.text, message.status) for message in told] == [("包裹呢", "handled"), ("在路上", "suppressed")]

    async def test_also_when_the_agent_has_already_handed_back(self, session: AsyncSession) -> None:
        agent_id = await make_agent(session)
        received = await receive(session)
        work = await turns.claim(session, "w")
        assert work is not None
        await conversations.take(session, work.conversation.id, agent_id)
        await conversations.hand_back(session, work.conversation.id, agent_id=agent_id)

        done = await turns.complete_turn(session, work.lease, received.message.id, replies=[Reply("旧话")], fallbacks=0)

        assert done.suppressed
        assert done.conversation.state == ConversationState.BOT

    async def test_a_takeover_racing_the_reply_leaves_one_clean_order(self, database: Database) -> None:
        """Whoever commits first decides: either the reply goes out before the agent came, or it is held back."""
        for number in range(10):
            async with database.transaction() as session:
                agent_id = await make_agent(session)
                received = await receive(session, user=f"race{number}")
            async with database.transaction() as session:
                work = await turns.claim(session, "w")
            assert work is not None

            async def finish(work: turns.Work = work, message_id: int = received.message.id) -> bool:
                async with database.transaction() as session:
                    done = await turns.complete_turn(
                        session, work.lease, message_id, replies=[Reply("机器人")], fallbacks=0
                    )
                    return done.suppressed

            async def take(work: turns.Work = work, agent_id: int = agent_id) -> int:
                async with database.transaction() as session:
                    await conversations.take(session, work.conversation.id, agent_id)
                    reply = await conversations.agent_reply(
                        session, work.conversation.id, agent_id=agent_id, text="我来", key="k"
                    )
                    return reply.seq

            suppressed, agents_seq = await asyncio.gather(finish(), take())

            async with database.reading() as session:
                told = await messages.history(session, work.conversation.id, audience=Audience.STAFF)
            [bot] = [message for message in told if message.author == "bot"]
            assert bot.status == (MessageStatus.SUPPRESSED if suppressed else MessageStatus.PENDING)
            assert suppressed == (bot.seq > agents_seq)

    async def test_replies_of_the_turn_that_asked_for_a_person_are_sent(self, session: AsyncSession) -> None:
        received = await receive(session, "找人工")
        work = await turns.claim(session, "w")
        assert work is not None
        await conversations.request_human(session, work.conversation.id, reason="requested")

        done = await turns.complete_turn(
            session, work.lease, received.message.id, replies=[Reply("为您转接")], fallbacks=0, form_active=True
        )

        assert not done.suppressed
        assert done.conversation.bot_continues

    async def test_left_to_a_person_nothing_stays_unhandled(self, session: AsyncSession) -> None:
        for text in ("一", "二"):
            await receive(session, text)
        work = await turns.claim(session, "w")
        assert work is not None

        assert await turns.leave_to_person(session, work.lease) == 2
        await turns.release(session, work.lease)
        assert await turns.claim(session, "w") is None


async def leased(database: Database) -> turns.Work:
    """A customer has spoken, and a worker has it in hand."""
    async with database.transaction() as session:
        await receive(session, "第一句")
    async with database.transaction() as session:
        work = await turns.claim(session, "w")
    assert work is not None
    return work


async def ended(database: Database, work: turns.Work) -> datetime | None:
    """The turn ends, the lease is given back; when the conversation is due again."""
    assert work.message is not None
    async with database.transaction() as session:
        done = await turns.complete_turn(
            session, work.lease, work.message.id, replies=[Reply("好")], fallbacks=0, release=True
        )
    return done.conversation.work_due_at


async def noted_by_staff(database: Database, work: turns.Work) -> None:
    async with database.transaction() as session:
        agent_id = await make_agent(session)
        await conversations.note(session, work.conversation.id, agent_id=agent_id, text="老客", key="n")


class TestSaidMeanwhile:
    async def test_nothing_more_was_said_nothing_is_due(self, database: Database) -> None:
        assert await ended(database, await leased(database)) is None

    async def test_what_was_said_before_the_turn_ends_is_due_at_once(self, database: Database) -> None:
        work = await leased(database)
        async with database.transaction() as session:
            await receive(session, "第二句")
        assert await ended(database, work) is not None

    @pytest.mark.parametrize("noted", [False, True], ids=["alone", "after a note of the staff"])
    async def test_what_is_coming_in_as_the_turn_ends_is_due_at_once(self, database: Database, noted: bool) -> None:
        work = await leased(database)
        if noted:
            await noted_by_staff(database, work)
        async with database.transaction() as session:
            await receive(session, "第二句")
            ending = asyncio.create_task(ended(database, work))
            await a_lock_is_waited_for(database)
        assert await ending is not None
        async with database.transaction() as session:
            following = await turns.claim(session, "w")
        assert following is not None
        assert following.message is not None
        assert following.message.text == "第二句"

    async def test_a_note_of_the_staff_makes_nothing_due(self, database: Database) -> None:
        work = await leased(database)
        await noted_by_staff(database, work)
        assert await ended(database, work) is None
