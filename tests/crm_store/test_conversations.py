"""Conversations: receiving, waiting, taking over, replying, closing."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import conversations, identities, members, messages, queue
from crm_store.clock import FrozenClock, now
from crm_store.conversations import (
    Conversation,
    ConversationClosed,
    ConversationState,
    ConversationTaken,
    MessageIdTaken,
    NotHeld,
    QueueReason,
    Urgency,
)
from crm_store.db import Database
from crm_store.errors import NotFound
from crm_store.messages import Message, MessageEmpty, MessageStatus
from crm_store.tiers import Tier
from tests.crm_store.inbox import inbound, make_agent, receive


async def _count(database: Database, model: type) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


class TestReceive:
    async def test_the_first_message_opens_a_conversation_with_the_bot(self, session: AsyncSession) -> None:
        received = await receive(session, "在吗", locale="zh-TW")

        assert not received.duplicate
        assert received.conversation.state == ConversationState.BOT
        assert received.conversation.speaks.value == "zh-Hant"
        assert (received.message.seq, received.message.status) == (1, MessageStatus.RECEIVED)

    async def test_a_redelivery_changes_nothing(self, session: AsyncSession) -> None:
        first = await receive(session, "在吗", message_id="x")
        again = await receive(session, "在吗", message_id="x")

        assert again.duplicate
        assert again.message.id == first.message.id
        assert again.conversation.last_seq == 1

    async def test_the_id_of_another_customers_message_is_refused(self, session: AsyncSession) -> None:
        await receive(session, "我的", message_id="x", user="owner")
        with pytest.raises(MessageIdTaken):
            await receive(session, "猜的", message_id="x", user="guesser")

    async def test_after_the_end_the_next_message_opens_a_new_conversation(self, session: AsyncSession) -> None:
        first = await receive(session, "在吗")
        await conversations.close(session, first.conversation.id, outcome="resolved")
        second = await receive(session, "又是我")

        assert second.conversation.id != first.conversation.id
        assert second.message.seq == 1

    async def test_a_redelivery_after_the_end_finds_the_old_conversation(self, session: AsyncSession) -> None:
        first = await receive(session, "在吗", message_id="x")
        await conversations.close(session, first.conversation.id, outcome="resolved")
        again = await receive(session, "在吗", message_id="x")

        assert again.duplicate
        assert again.conversation.id == first.conversation.id

    async def test_whoever_writes_again_has_unblocked_us(self, session: AsyncSession) -> None:
        received = await receive(session)
        identity = await identities.get(session, received.conversation.identity_id)
        await identities.mark_blocked(session, identity)
        await receive(session)
        assert identity.blocked_at is None

    async def test_one_customers_messages_at_once_share_one_conversation(self, database: Database) -> None:
        async def one(number: int) -> str:
            async with database.transaction() as session:
                received = await receive(session, f"消息 {number}", user="busy")
                return received.conversation.id

        ids = await asyncio.gather(*(one(number) for number in range(20)))

        assert len(set(ids)) == 1
        async with database.reading() as session:
            told = await messages.history(session, ids[0])
        assert [message.seq for message in told] == list(range(1, 21))

    async def test_the_same_update_delivered_many_times_at_once_is_stored_once(self, database: Database) -> None:
        async def once() -> bool:
            async with database.transaction() as session:
                return (await conversations.receive(session, inbound(message_id="same", user="u"))).duplicate

        duplicates = await asyncio.gather(*(once() for _ in range(12)))

        assert sorted(duplicates) == [False] + [True] * 11
        assert await _count(database, Message) == 1
        assert await _count(database, Conversation) == 1


class TestBindMember:
    async def test_the_open_conversation_becomes_the_members(self, session: AsyncSession) -> None:
        received = await receive(session, "我要查积分")
        identity = await identities.get(session, received.conversation.identity_id)
        member = await members.create(session, family_name="王")

        bound = await conversations.bind_member(session, identity, member)

        assert bound is received.conversation
        assert bound.member_id == member.id

    async def test_another_members_conversation_is_closed_instead(self, session: AsyncSession) -> None:
        received = await receive(session, "我要查积分")
        identity = await identities.get(session, received.conversation.identity_id)
        first, second = [await members.create(session, family_name=name) for name in ("王", "李")]
        for member in (first, second):
            await identities.bind(session, identity, member, by="signed_token")
            await conversations.bind_member(session, identity, member)

        next_one = await receive(session, "我呢")

        assert (received.conversation.state, received.conversation.outcome) == ("closed", "member_changed")
        assert received.conversation.member_id == first.id
        assert next_one.conversation.member_id == second.id

    async def test_the_same_happens_on_receiving_when_only_the_identity_was_told(self, session: AsyncSession) -> None:
        received = await receive(session)
        identity = await identities.get(session, received.conversation.identity_id)
        first, second = [await members.create(session, family_name=name) for name in ("王", "李")]
        await conversations.bind_member(session, identity, first)
        await identities.bind(session, identity, second, by="signed_token")

        next_one = await receive(session)

        assert received.conversation.state == ConversationState.CLOSED
        assert next_one.conversation.member_id == second.id


class TestRequestHuman:
    async def test_the_conversation_waits_and_the_desk_is_woken(self, session: AsyncSession) -> None:
        received = await receive(session)
        received.conversation.work_due_at = None

        waiting = await conversations.request_human(session, received.conversation.id, reason="requested")

        assert waiting.state == ConversationState.QUEUE
        assert waiting.queue_reason == "requested"
        assert waiting.unread_for_agent == 1
        assert waiting.work_due_at is not None

    async def test_asked_again_the_higher_urgency_stands_and_the_place_is_kept(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        received = await receive(session)
        first = await conversations.request_human(session, received.conversation.id, reason="requested")
        entered = first.queued_at
        frozen_clock.move(timedelta(minutes=5))

        await conversations.request_human(session, first.id, reason="anger", urgency=Urgency.HIGH)
        await conversations.request_human(session, first.id, reason="requested", urgency=Urgency.NORMAL)

        assert (first.queue_reason, first.urgency, first.queued_at) == ("anger", Urgency.HIGH, entered)

    async def test_with_an_agent_nothing_changes(self, session: AsyncSession) -> None:
        received = await receive(session)
        await conversations.take(session, received.conversation.id, await make_agent(session))
        after = await conversations.request_human(session, received.conversation.id, reason="requested")
        assert after.state == ConversationState.AGENT

    async def test_after_the_end_it_is_refused(self, session: AsyncSession) -> None:
        received = await receive(session)
        await conversations.close(session, received.conversation.id, outcome="resolved")
        with pytest.raises(ConversationClosed):
            await conversations.request_human(session, received.conversation.id, reason="requested")

    async def test_an_unknown_conversation_is_not_found(self, session: AsyncSession) -> None:
        with pytest.raises(NotFound):
            await conversations.request_human(session, "0" * 32, reason="requested")


class TestQueue:
    async def _wait(self, session: AsyncSession, user: str, *, urgency: int = Urgency.NORMAL, tier: str = "") -> str:
        received = await receive(session, user=user)
        if tier:
            member = await members.create(session, family_name=user)
            member.tier_code = tier
            received.conversation.member_id = member.id
        await conversations.request_human(session, received.conversation.id, reason="requested", urgency=urgency)
        return received.conversation.id

    async def _tiers(self, session: AsyncSession) -> None:
        if not list(await session.scalars(select(Tier))):
            for rank, code in enumerate(("bronze", "silver", "gold", "platinum")):
                session.add(Tier(code=code, rank=rank, threshold_points=rank * 1000, earn_rate=rank + 1, names={}))
        await session.flush()

    async def test_urgency_then_value_then_waiting_time(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        await self._tiers(session)
        order = {}
        for user, urgency, tier in (
            ("visitor", Urgency.NORMAL, ""),
            ("bronze early", Urgency.NORMAL, "bronze"),
            ("gold", Urgency.NORMAL, "gold"),
            ("bronze late", Urgency.NORMAL, "bronze"),
            ("angry visitor", Urgency.HIGH, ""),
        ):
            order[await self._wait(session, user, urgency=urgency, tier=tier)] = user
            frozen_clock.move(timedelta(minutes=1))

        waiting = await queue.waiting(session, limit=10)
        assert await queue.waiting(session, limit=2) == waiting[:2]

        assert [order[case.conversation.id] for case in waiting] == [
            "angry visitor", "gold", "bronze early", "bronze late", "visitor",
        ]  # fmt: skip
        assert waiting[1].waited == timedelta(minutes=3)
        assert [await queue.queue_position(session, case.conversation.id) for case in waiting] == [1, 2, 3, 4, 5]

    async def test_nobody_who_does_not_wait_has_a_place(self, session: AsyncSession) -> None:
        received = await receive(session)
        assert await queue.queue_position(session, received.conversation.id) is None

    async def test_the_wait_is_told_only_when_the_pace_is_known(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent_id = await make_agent(session)
        for number in range(3):
            assert await queue.expected_wait(session, 2) is None
            taken = await self._wait(session, f"u{number}")
            await conversations.take(session, taken, agent_id)
            frozen_clock.move(timedelta(minutes=4))

        assert await queue.expected_wait(session, 2) == timedelta(minutes=8)
        frozen_clock.move(timedelta(hours=3))
        assert await queue.expected_wait(session, 2) is None

    async def test_an_agent_sees_what_is_in_hand(self, session: AsyncSession) -> None:
        mine, other = await make_agent(session), await make_agent(session)
        first, second = await self._wait(session, "a"), await self._wait(session, "b")
        await conversations.take(session, first, mine)
        await conversations.take(session, second, other)

        assert [case.conversation.id for case in await queue.held_by(session, mine, limit=10)] == [first]
        assert [case.conversation.id for case in await queue.held_by_others(session, mine, limit=10)] == [second]
        assert await queue.with_bot(session, limit=10) == []


class TestTake:
    async def test_of_many_agents_at_once_one_wins(self, database: Database) -> None:
        async with database.transaction() as session:
            agents = [await make_agent(session, f"客服{number}") for number in range(8)]
            conversation_id = (await receive(session)).conversation.id

        async def take(agent_id: int) -> int | None:
            try:
                async with database.transaction() as session:
                    return (await conversations.take(session, conversation_id, agent_id)).agent_id
            except ConversationTaken:
                return None

        results = await asyncio.gather(*(take(agent_id) for agent_id in agents))

        winners = [agent_id for agent_id in results if agent_id is not None]
        assert len(winners) == 1
        async with database.reading() as session:
            assert (await conversations.get(session, conversation_id)).agent_id == winners[0]

    async def test_taking_what_one_holds_changes_nothing(self, session: AsyncSession) -> None:
        agent_id = await make_agent(session)
        received = await receive(session)
        first = await conversations.take(session, received.conversation.id, agent_id)
        handovers = first.handovers
        again = await conversations.take(session, received.conversation.id, agent_id)
        assert (again.agent_id, again.handovers) == (agent_id, handovers)

    async def test_what_is_closed_cannot_be_taken(self, session: AsyncSession) -> None:
        received = await receive(session)
        await conversations.close(session, received.conversation.id, outcome="resolved")
        with pytest.raises(ConversationClosed):
            await conversations.take(session, received.conversation.id, await make_agent(session))


class TestAgentsWork:
    async def test_a_reply_waits_for_its_channel_and_the_same_key_says_it_once(self, session: AsyncSession) -> None:
        agent_id = await make_agent(session)
        received = await receive(session)
        held = await conversations.take(session, received.conversation.id, agent_id)

        first = await conversations.agent_reply(session, held.id, agent_id=agent_id, text="您好", key="k")
        again = await conversations.agent_reply(session, held.id, agent_id=agent_id, text="您好", key="k")

        assert first.id == again.id
        assert (first.status, first.author, first.agent_id) == (MessageStatus.PENDING, "agent", agent_id)
        assert held.first_agent_reply_at is not None
        assert held.last_seq == first.seq

    async def test_only_the_holder_may_speak(self, session: AsyncSession) -> None:
        holder, other = await make_agent(session), await make_agent(session)
        received = await receive(session)
        with pytest.raises(NotHeld) as nobody:
            await conversations.agent_reply(session, received.conversation.id, agent_id=other, text="嗨", key="k")
        assert nobody.value.holder_id is None
        await conversations.take(session, received.conversation.id, holder)
        with pytest.raises(NotHeld) as somebody:
            await conversations.agent_reply(session, received.conversation.id, agent_id=other, text="嗨", key="k")
        assert somebody.value.holder_id == holder

    async def test_an_empty_reply_is_refused(self, session: AsyncSession) -> None:
        agent_id = await make_agent(session)
        received = await receive(session)
        await conversations.take(session, received.conversation.id, agent_id)
        with pytest.raises(MessageEmpty):
            await conversations.agent_reply(session, received.conversation.id, agent_id=agent_id, text="  ", key="k")

    async def test_unread_messages_are_counted_until_read(self, session: AsyncSession) -> None:
        agent_id, other = await make_agent(session), await make_agent(session)
        received = await receive(session)
        held = await conversations.take(session, received.conversation.id, agent_id)
        for _ in range(3):
            await receive(session)
        assert held.unread_for_agent == 3
        assert (await conversations.mark_read(session, held.id, agent_id=other)).unread_for_agent == 3
        assert (await conversations.mark_read(session, held.id, agent_id=agent_id)).unread_for_agent == 0

    async def test_to_a_colleague(self, session: AsyncSession) -> None:
        first, second = await make_agent(session), await make_agent(session)
        received = await receive(session)
        await conversations.take(session, received.conversation.id, first)

        given = await conversations.transfer(session, received.conversation.id, agent_id=first, to_agent_id=second)

        assert (given.state, given.agent_id, given.unread_for_agent) == (ConversationState.AGENT, second, 1)
        with pytest.raises(NotHeld):
            await conversations.agent_reply(session, given.id, agent_id=first, text="等等", key="k")

    async def test_back_to_the_queue_and_back_to_the_bot(self, session: AsyncSession) -> None:
        agent_id = await make_agent(session)
        received = await receive(session)
        held = await conversations.take(session, received.conversation.id, agent_id)

        await conversations.transfer(session, held.id, agent_id=agent_id, to_agent_id=None)
        assert (held.state, held.agent_id, held.queue_reason) == (ConversationState.QUEUE, None, "transferred")

        await conversations.take(session, held.id, agent_id)
        await conversations.hand_back(session, held.id, agent_id=agent_id)
        assert (held.state, held.agent_id, held.urgency, held.queue_reason) == (ConversationState.BOT, None, 0, None)

    async def test_close_keeps_who_had_it_and_what_came_of_it(self, session: AsyncSession) -> None:
        agent_id, other = await make_agent(session), await make_agent(session)
        received = await receive(session)
        held = await conversations.take(session, received.conversation.id, agent_id)
        with pytest.raises(NotHeld):
            await conversations.close(session, held.id, outcome="resolved", agent_id=other)

        await conversations.close(session, held.id, outcome="resolved", agent_id=agent_id)
        await conversations.close(session, held.id, outcome="spam", agent_id=agent_id)

        assert (held.state, held.outcome, held.agent_id) == (ConversationState.CLOSED, "resolved", agent_id)
        assert await conversations.current(session, held.identity_id) is None


class TestLeaveQueue:
    async def test_the_customer_stops_waiting(self, session: AsyncSession) -> None:
        received = await receive(session)
        waiting = await conversations.request_human(session, received.conversation.id, reason="requested")
        await conversations.leave_queue(session, waiting.id)
        assert (waiting.state, waiting.queued_at) == (ConversationState.BOT, None)

    async def test_what_was_urgent_is_urgent_still_when_they_come_back_the_same_day(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        received = await receive(session)
        waiting = await conversations.request_human(
            session, received.conversation.id, reason=QueueReason.DELICATE, urgency=Urgency.CRITICAL
        )
        waiting.queue_announced_at = frozen_clock.moment
        await conversations.leave_queue(session, waiting.id)
        await conversations.request_human(session, waiting.id, reason=QueueReason.REQUESTED)
        assert (waiting.urgency, waiting.queue_reason) == (Urgency.CRITICAL, QueueReason.DELICATE)

        waiting.queue_announced_at = frozen_clock.moment
        await conversations.leave_queue(session, waiting.id)
        frozen_clock.move(timedelta(days=1))
        await conversations.request_human(session, waiting.id, reason=QueueReason.REQUESTED)
        assert (waiting.urgency, waiting.queue_reason) == (Urgency.NORMAL, QueueReason.REQUESTED)

    async def test_an_alarm_called_off_after_leaving_is_none_when_they_come_back(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        received = await receive(session)
        waiting = await conversations.request_human(
            session, received.conversation.id, reason=QueueReason.DELICATE, urgency=Urgency.CRITICAL
        )
        waiting.queue_announced_at = frozen_clock.moment
        await conversations.leave_queue(session, waiting.id)
        await conversations.call_off_alarm(session, waiting.id)
        await conversations.request_human(session, waiting.id, reason=QueueReason.REQUESTED)
        assert (waiting.urgency, waiting.queue_reason) == (Urgency.NORMAL, QueueReason.REQUESTED)

    async def test_what_an_agent_has_dealt_with_is_urgent_no_more(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent_id, received = await make_agent(session), await receive(session)
        waiting = await conversations.request_human(
            session, received.conversation.id, reason=QueueReason.DELICATE, urgency=Urgency.CRITICAL
        )
        waiting.queue_announced_at = frozen_clock.moment
        await conversations.take(session, waiting.id, agent_id)
        await conversations.hand_back(session, waiting.id, agent_id=agent_id)
        await conversations.request_human(session, waiting.id, reason=QueueReason.REQUESTED)
        assert (waiting.urgency, waiting.queue_reason) == (Urgency.NORMAL, QueueReason.REQUESTED)

    async def test_inviting_the_bot_keeps_the_place(self, session: AsyncSession) -> None:
        received = await receive(session)
        waiting = await conversations.request_human(session, received.conversation.id, reason="requested")
        assert not waiting.bot_answers
        await conversations.invite_bot(session, waiting.id)
        assert waiting.bot_answers
        assert await queue.queue_position(session, waiting.id) == 1


class TestCloseIdle:
    async def test_only_what_nobody_waits_in_is_closed(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        agent_id = await make_agent(session)
        made = {}
        for user in ("silent", "unanswered", "queued", "with agent", "agent owes an answer"):
            received = await receive(session, user=user)
            if user != "unanswered":
                received.message.status = MessageStatus.HANDLED
            made[user] = received.conversation
        await conversations.request_human(session, made["queued"].id, reason="requested")
        await conversations.take(session, made["with agent"].id, agent_id)
        await conversations.take(session, made["agent owes an answer"].id, agent_id)
        made["agent owes an answer"].unread_for_agent = 1
        frozen_clock.move(timedelta(hours=25))
        fresh = await receive(session, user="fresh")
        fresh.message.status = MessageStatus.HANDLED

        closed = await conversations.close_idle(session, before=now() - timedelta(hours=24))

        assert {conversation.id for conversation in closed} == {made["silent"].id, made["with agent"].id}
        assert made["silent"].outcome == "idle"
