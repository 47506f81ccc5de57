"""Coming and going of agents, as customers and colleagues notice it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.desk.alerts import ALERTS, AlertKind, is_for
from bot.desk.desk import Desk
from bot.desk.notices import HUMAN
from bot.jobs.queue import assign, offer_call_backs, return_abandoned
from bot.wording import wording
from crm_store import agents, audit, availability, conversations, identities
from crm_store.agents import Agent, Role, SupervisorsOnly
from crm_store.clock import FrozenClock
from crm_store.conversations import Conversation, ConversationState, NotHeld
from crm_store.identities import NotReachable
from crm_store.language import Language
from tests.bot.desk.test_desk import agent, current, lines, says, told, work_off
from tests.crm_store.inbox import inbound, make_agent
from tests.crm_store.policy.shop_files import changed

pytestmark = pytest.mark.usefixtures("frozen_clock")
MINUTE = timedelta(minutes=1)


async def held(desk: Desk, agent_id: int, *, user: str = "u1") -> Conversation:
    """A conversation the agent has taken and answered."""
    conversation = await asks(desk, user=user)
    await desk.take(conversation.id, agent_id)
    await desk.reply(conversation.id, agent_id, text="您好", key=f"k{user}")
    return conversation


async def asks(desk: Desk, *, user: str = "u1") -> Conversation:
    """The customer presses "talk to a person"."""
    return await says(desk, None, payload=HUMAN, user=user)


async def lead(desk: Desk, name: str = "主管") -> int:
    async with desk.database.transaction() as session:
        agent_id = await make_agent(session, name)
        (await agents.get(session, agent_id)).role = Role.SUPERVISOR
        return agent_id


def alerts_of(events: Any) -> list[tuple[str, list[int]]]:
    return [(each["what"], each["to"]) for each in events.drain()]


class TestAbandoned:
    async def test_the_customer_is_told_once_with_regret_and_stands_before_later_ones(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        gone = await agent(desk, "林悦")
        conversation = await held(desk, gone)
        await desk.saw(gone)
        await says(desk, "还在吗")
        before = len(await told(desk, conversation))
        frozen_clock.move(9 * MINUTE)
        events = desk.signals.listen(ALERTS)

        assert await return_abandoned(desk) == 1
        assert await return_abandoned(desk) == 0

        returned = await current(desk, conversation.id)
        assert (returned.state, returned.agent_id, returned.queue_reason) == ("queue", None, "returned")
        new = (await told(desk, conversation))[before:]
        assert [each.author for each in new] == ["system"]
        assert (new[0].text or "").startswith(wording("desk.returned", Language.ZH_HANS, name="林悦"))
        assert "您是下一位" in (new[0].text or "")
        assert alerts_of(events) == [(AlertKind.NEW_CASE, [])]
        async with desk.database.reading() as session:
            [entry] = await audit.entries(session, action="return_conversation")
        assert (entry.agent_id, entry.actor, entry.details) == (None, "desk", {"from_agent_id": gone})

        await desk.take(conversation.id, other := await agent(desk, "周晴"))
        assert (await current(desk, conversation.id)).agent_id == other

    async def test_who_is_there_keeps_what_waits(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        there = await agent(desk)
        conversation = await held(desk, there)
        await says(desk, "还在吗")
        frozen_clock.move(9 * MINUTE)
        await desk.saw(there)
        assert await return_abandoned(desk) == 0
        assert (await current(desk, conversation.id)).state == ConversationState.AGENT

    async def test_signing_out_gives_back_what_waits_and_keeps_what_was_answered(self, desk: Desk) -> None:
        leaving = await agent(desk)
        waits, answered = await held(desk, leaving, user="waits"), await held(desk, leaving, user="answered")
        await says(desk, "还在吗", user="waits")
        assert await desk.signed_out(leaving) == 1
        assert (await current(desk, waits.id)).state == ConversationState.QUEUE
        assert (await current(desk, answered.id)).state == ConversationState.AGENT
        await says(desk, "又想起一件事", user="answered")
        assert await return_abandoned(desk) == 1


class TestAssignment:
    async def test_off_nobody_is_assigned_on_the_customer_is_told_who_comes(self, desk: Desk) -> None:
        agent_id = await agent(desk, "周晴")
        await desk.set_presence(agent_id, "online")
        conversation = await asks(desk)
        assert await assign(desk) == 0
        events = desk.signals.listen(ALERTS)
        with changed("desk: {assign: on}"):
            assert await assign(desk) == 1
            assert await assign(desk) == 0
        assert (await current(desk, conversation.id)).agent_id == agent_id
        assert lines(await told(desk, conversation))[-1] == "system: 客服周晴来了，由周晴接着为您服务。"
        assert alerts_of(events) == [(AlertKind.ASSIGNED, [agent_id])]

    async def test_with_assignment_on_only_who_gets_the_customer_is_alerted(self, desk: Desk) -> None:
        events = desk.signals.listen(ALERTS)
        with changed("desk: {assign: on}"):
            await asks(desk)
        assert alerts_of(events) == []
        await asks(desk, user="u2")
        assert alerts_of(events) == [(AlertKind.NEW_CASE, [])]


class TestCallBack:
    async def test_a_long_wait_is_offered_a_call_once(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        conversation = await asks(desk)
        frozen_clock.move(10 * MINUTE - timedelta(seconds=1))
        assert await offer_call_backs(desk) == 0
        frozen_clock.move(timedelta(seconds=1))
        assert await offer_call_backs(desk) == 1
        assert await offer_call_backs(desk) == 0
        offer = (await told(desk, conversation))[-1]
        assert offer.text == wording("desk.call_back_offered", Language.ZH_HANS)
        assert next(each["payload"] for each in offer.buttons or []) == "/request_callback"

    async def test_nobody_is_offered_one_who_is_with_an_agent_or_outside_service_hours(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        conversation = await asks(desk)
        frozen_clock.move(timedelta(hours=14))
        assert await offer_call_backs(desk) == 0
        await desk.take(conversation.id, await agent(desk))
        assert not await desk.offer_call_back(conversation.id)


class TestSupervisors:
    async def test_a_supervisor_takes_over_reassigns_and_sends_back_what_anybody_holds(self, desk: Desk) -> None:
        first, second, boss = await agent(desk, "甲"), await agent(desk, "乙"), await lead(desk, "主管陈")
        conversation = await held(desk, first)
        events = desk.signals.listen(ALERTS)
        await desk.reassign(conversation.id, boss, to_agent_id=boss)
        assert (await current(desk, conversation.id)).agent_id == boss
        assert "主管陈" in (await told(desk, conversation))[-1].text  # type: ignore[operator]
        await desk.reassign(conversation.id, boss, to_agent_id=second)
        assert (await current(desk, conversation.id)).agent_id == second
        await desk.reassign(conversation.id, boss, to_agent_id=None)
        assert (await current(desk, conversation.id)).state == ConversationState.QUEUE
        assert alerts_of(events) == [
            (AlertKind.TRANSFERRED, [boss]), (AlertKind.TRANSFERRED, [second]), (AlertKind.NEW_CASE, []),
        ]  # fmt: skip
        with pytest.raises(NotHeld):
            await desk.reassign(conversation.id, boss, to_agent_id=first)

    async def test_an_agent_may_do_none_of_it(self, desk: Desk) -> None:
        first, second = await agent(desk), await agent(desk)
        conversation = await held(desk, first)
        with pytest.raises(SupervisorsOnly):
            await desk.reassign(conversation.id, second, to_agent_id=second)
        with pytest.raises(SupervisorsOnly):
            await desk.join(conversation.id, second)
        assert (await current(desk, conversation.id)).agent_id == first

    async def test_who_joins_speaks_beside_the_holder_until_they_leave(self, desk: Desk) -> None:
        first, boss = await agent(desk, "甲"), await lead(desk, "主管陈")
        conversation = await held(desk, first)
        with pytest.raises(NotHeld):
            await desk.reply(conversation.id, boss, text="我来看看", key="early")
        await desk.join(conversation.id, boss)
        await desk.join(conversation.id, boss)
        await desk.reply(conversation.id, boss, text="我来看看", key="k1")
        await desk.reply(conversation.id, first, text="谢谢", key="k2")
        await desk.leave(conversation.id, boss)
        with pytest.raises(NotHeld):
            await desk.reply(conversation.id, boss, text="还有", key="k3")
        said = lines(await told(desk, conversation))
        assert said[-3:] == ["system: 主管陈也加入了，会一起帮您看。", "agent: 我来看看", "agent: 谢谢"]
        assert (await current(desk, conversation.id)).agent_id == first


class TestAlerts:
    async def test_anger_in_a_held_conversation_reaches_its_holder_and_supervisors(self, desk: Desk) -> None:
        holder = await agent(desk)
        await held(desk, holder)
        events = desk.signals.listen(ALERTS)
        await says(desk, "气死我了，你们是骗子！")
        found = events.drain()
        assert [(each["what"], each["to"], each["leads"]) for each in found] == [(AlertKind.ANGER, [holder], True)]
        assert is_for(found[0], holder, is_lead=False)
        assert is_for(found[0], holder + 1, is_lead=True)
        assert not is_for(found[0], holder + 1, is_lead=False)

    async def test_whose_name_stands_in_a_note_behind_an_at_is_told_once(self, desk: Desk) -> None:
        writer, called = await agent(desk, "甲"), await agent(desk, "周晴")
        conversation = await held(desk, writer)
        events = desk.signals.listen(ALERTS)
        for _ in range(2):
            await desk.note(conversation.id, writer, text="@周晴 帮忙看一下", key="n1")
        await desk.note(conversation.id, writer, text="周晴说可以", key="n2")
        assert alerts_of(events) == [(AlertKind.MENTIONED, [called])]


class TestFirstMessage:
    async def test_an_agent_writes_first_and_the_answer_comes_to_them(self, desk: Desk) -> None:
        earlier = await says(desk, "在吗")
        async with desk.database.transaction() as session:
            await conversations.close(session, earlier.id, outcome="resolved")
        me = await agent(desk, "周晴")
        first = await desk.write_first(earlier.identity_id, me, text="您的包裹今天到。", key="first")
        again = await desk.write_first(earlier.identity_id, me, text="您的包裹今天到。", key="first")
        assert first.id == again.id
        opened = await current(desk, first.conversation_id)
        assert (opened.state, opened.agent_id) == (ConversationState.AGENT, me)
        assert opened.id != earlier.id
        await desk.receive(inbound("好的谢谢"))
        await work_off(desk)
        assert lines(await told(desk, opened)) == ["agent: 您的包裹今天到。", "customer: 好的谢谢"]
        async with desk.database.reading() as session:
            entries = await audit.entries(session, action="start_conversation")
        assert len(entries) == 1

    async def test_what_a_colleague_holds_is_not_taken_and_who_blocked_us_is_not_written_to(self, desk: Desk) -> None:
        holder, me = await agent(desk), await agent(desk)
        conversation = await held(desk, holder)
        with pytest.raises(conversations.ConversationTaken):
            await desk.write_first(conversation.identity_id, me, text="您好", key="k")
        async with desk.database.transaction() as session:
            await identities.mark_blocked(session, await identities.get(session, conversation.identity_id))
        with pytest.raises(NotReachable):
            await desk.write_first(conversation.identity_id, holder, text="您好", key="k")


async def test_presence_is_written_down_and_told(desk: Desk) -> None:
    agent_id = await agent(desk)
    await desk.set_presence(agent_id, "busy")
    async with desk.database.reading() as session:
        found = await session.get_one(Agent, agent_id)
        assert availability.presence_of(found, found.seen_at or found.created_at) == "busy"
        [entry] = await audit.entries(session, action="set_presence")
    assert entry.details == {"presence": "busy"}
