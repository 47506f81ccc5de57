"""Who of the staff is there, and what comes back when somebody is not."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents, availability, conversations, queue
from crm_store.agents import Agent
from crm_store.availability import Abandoned, Presence, PresenceUnknown
from crm_store.clock import FrozenClock, now
from crm_store.conversations import Conversation, ConversationState, QueueReason
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.policy.shop_files import changed

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _still(frozen_clock: FrozenClock) -> None:
    """Time stands still until a test moves it."""


async def held(session: AsyncSession, agent_id: int, *, user: str = "u1") -> Conversation:
    """A conversation the agent has taken and answered."""
    received = await receive(session, "请找人", user=user)
    taken = await conversations.take(session, received.conversation.id, agent_id)
    await conversations.agent_reply(session, taken.id, agent_id=agent_id, text="您好", key=f"k{user}")
    return taken


async def seen(session: AsyncSession, name: str = "林悦") -> Agent:
    agent = await agents.get(session, await make_agent(session, name))
    await availability.saw(session, agent.id)
    await session.refresh(agent)
    return agent


class TestPresence:
    async def test_who_does_nothing_for_long_counts_as_away_and_is_back_with_the_first_sign_of_life(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent = await seen(session)
        frozen_clock.move(5 * MINUTE - timedelta(seconds=1))
        assert availability.presence_of(agent, now()) is Presence.ONLINE
        frozen_clock.move(timedelta(seconds=1))
        assert availability.presence_of(agent, now()) is Presence.AWAY
        assert availability.absent_since(agent, now()) == agent.seen_at
        await availability.saw(session, agent.id)
        await session.refresh(agent)
        assert availability.presence_of(agent, now()) is Presence.ONLINE

    async def test_what_agents_say_of_themselves_holds_until_they_sign_in_again(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent = await seen(session)
        await availability.set_presence(session, agent, "busy")
        assert availability.presence_of(agent, now()) is Presence.BUSY
        said_at = now()
        frozen_clock.move(MINUTE)
        await availability.set_presence(session, agent, "busy")
        assert agent.presence_since == said_at
        await availability.set_presence(session, agent, "away")
        assert (availability.presence_of(agent, now()), agent.presence_since) == (Presence.AWAY, now())
        assert availability.absent_since(agent, now()) == now()
        await agents.note_sign_in(session, agent)
        assert availability.presence_of(agent, now()) is Presence.ONLINE

    async def test_there_is_no_other_state(self, session: AsyncSession) -> None:
        with pytest.raises(PresenceUnknown):
            await availability.set_presence(session, await seen(session), "asleep")

    async def test_the_roster_has_who_is_there_first_then_the_least_loaded(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        gone = await seen(session, "走了")
        frozen_clock.move(10 * MINUTE)
        loaded, free, busy = await seen(session, "手上有"), await seen(session, "空着"), await seen(session, "忙着")
        await availability.set_presence(session, busy, "busy")
        await held(session, loaded.id, user="a")
        put_off = await held(session, free.id, user="b")
        await conversations.snooze(session, put_off.id, agent_id=free.id, until=now() + MINUTE)
        closed = await seen(session, "已停用")
        closed.active = False
        there = [(each.agent.name, str(each.presence), each.in_hand) for each in await availability.roster(session)]
        assert there == [("空着", "online", 0), ("手上有", "online", 1), ("忙着", "busy", 0), ("走了", "away", 0)]
        assert gone.presence == "online"


class TestAbandoned:
    async def test_only_who_waits_for_an_absent_agent_is_returned(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent = await seen(session)
        waits, answered = await held(session, agent.id, user="waits"), await held(session, agent.id, user="answered")
        frozen_clock.move(3 * MINUTE)
        await receive(session, "还在吗", user="waits")
        assert waits.waiting_since == now()
        frozen_clock.move(5 * MINUTE - timedelta(seconds=1))
        assert await availability.abandoned(session) == []
        frozen_clock.move(timedelta(seconds=1))
        assert await availability.abandoned(session) == [Abandoned(waits.id, agent.id)]
        await availability.saw(session, agent.id)
        assert await availability.abandoned(session) == []
        assert answered.state == ConversationState.AGENT

    async def test_the_policy_says_how_long(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        agent = await seen(session)
        await held(session, agent.id)
        await receive(session, "还在吗")
        frozen_clock.move(2 * MINUTE)
        with changed("desk: {away_after: 1 min, return_after: 2 min}"):
            assert len(await availability.abandoned(session)) == 1

    async def test_who_signs_out_leaves_at_once_what_waits_and_nothing_of_others(self, session: AsyncSession) -> None:
        leaving, staying = await seen(session), await seen(session)
        waits = await held(session, leaving.id, user="waits")
        await held(session, leaving.id, user="answered")
        await held(session, staying.id, user="other")
        await receive(session, "还在吗", user="waits")
        await receive(session, "你好", user="other")
        assert await availability.left(session, leaving.id) == [Abandoned(waits.id, leaving.id)]

    async def test_whoever_writes_to_an_agent_who_has_signed_out_waits_no_minute(self, session: AsyncSession) -> None:
        agent = await seen(session)
        answered = await held(session, agent.id)
        assert await availability.left(session, agent.id) == []
        await receive(session, "再问一句")
        assert await availability.abandoned(session) == [Abandoned(answered.id, agent.id)]


class TestReturn:
    async def test_a_returned_customer_keeps_the_time_waited_and_goes_before_later_ones(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        agent_id = await make_agent(session)
        conversation = await held(session, agent_id)
        frozen_clock.move(MINUTE)
        await receive(session, "还在吗")
        first_unanswered = now()
        frozen_clock.move(4 * MINUTE)
        await receive(session, "喂？")
        later = (await receive(session, "我也要找人", user="later")).conversation
        await conversations.request_human(session, later.id, reason="requested", urgency=2)
        frozen_clock.move(MINUTE)

        returned = await conversations.return_to_queue(session, conversation.id, agent_id=agent_id)

        assert returned is not None
        assert (returned.state, returned.queue_reason, returned.agent_id) == ("queue", QueueReason.RETURNED, None)
        assert returned.queued_at == returned.waiting_since == first_unanswered
        listed = await queue.waiting(session, limit=10)
        assert [case.conversation.id for case in listed] == [conversation.id, later.id]
        assert listed[0].waited == 5 * MINUTE

    async def test_what_was_answered_or_taken_by_another_meanwhile_stays(self, session: AsyncSession) -> None:
        agent_id, other = await make_agent(session), await make_agent(session)
        conversation = await held(session, agent_id)
        assert await conversations.return_to_queue(session, conversation.id, agent_id=agent_id) is None
        await receive(session, "还在吗")
        await conversations.transfer(session, conversation.id, agent_id=agent_id, to_agent_id=other)
        assert await conversations.return_to_queue(session, conversation.id, agent_id=agent_id) is None
        assert (conversation.state, conversation.agent_id) == (ConversationState.AGENT, other)

    async def test_no_transfer_restarts_the_wait_and_an_answer_ends_it(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        first, second = await make_agent(session), await make_agent(session)
        received = await receive(session, "找人")
        conversation = await conversations.request_human(session, received.conversation.id, reason="requested")
        began = now()
        frozen_clock.move(MINUTE)
        await conversations.take(session, conversation.id, first)
        frozen_clock.move(MINUTE)
        await conversations.transfer(session, conversation.id, agent_id=first, to_agent_id=second)
        assert conversation.waiting_since == began
        frozen_clock.move(MINUTE)
        await conversations.transfer(session, conversation.id, agent_id=second, to_agent_id=None)
        assert (conversation.queued_at, conversation.waiting_since) == (began, began)
        await conversations.take(session, conversation.id, first)
        await conversations.agent_reply(session, conversation.id, agent_id=first, text="来了", key="k")
        assert conversation.waiting_since is None
        frozen_clock.move(MINUTE)
        await conversations.transfer(session, conversation.id, agent_id=first, to_agent_id=None)
        assert conversation.queued_at == now()

    async def test_with_the_bot_and_after_the_end_nobody_waits(self, session: AsyncSession) -> None:
        agent_id = await make_agent(session)
        conversation = await held(session, agent_id)
        await receive(session, "还在吗")
        await conversations.hand_back(session, conversation.id, agent_id=agent_id)
        assert conversation.waiting_since is None
        await receive(session, "问机器人")
        assert conversation.waiting_since is None
        await conversations.request_human(session, conversation.id, reason="requested")
        await conversations.close(session, conversation.id, outcome="resolved")
        assert conversation.waiting_since is None
