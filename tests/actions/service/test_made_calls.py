"""Somebody asks whether the shop has called."""

import pytest

from actions.service.booked_calls import ActionAskCallback
from actions.service.promises import ActionChasePromise
from crm_store import agents, callbacks, promises
from crm_store.clock import FrozenClock
from crm_store.promises import PromiseKind
from tests.actions.conftest import Customer
from tests.actions.service.test_booked_calls import at, booked
from tests.crm_store.inbox import make_agent

pytestmark = pytest.mark.usefixtures("frozen_clock")


class TestDidYouCallMe:
    @pytest.mark.parametrize("words", ["你们给我打电话了吗", "你們有打給我嗎", "did you call me?", "刚才是你们打的吗"])
    async def test_whether_somebody_called_is_told_with_who_it_was(
        self, member: Customer, words: str, frozen_clock: FrozenClock
    ) -> None:
        call = await booked(member, at(24, 14))
        frozen_clock.to(at(24, 14, 20))
        async with member.database.transaction() as session:
            agent_id = await make_agent(session)
            name = (await agents.get(session, agent_id)).name
            await callbacks.mark_done(session, await callbacks.get(session, call.id), agent_id=agent_id)
        for action, intent in ((ActionChasePromise, "chase_promise"), (ActionAskCallback, "ask_callback")):
            told = await member.run(action, words, intent)
            assert told.responses == ["reply_callback_made_about"]
            assert "今天 14:20" in told.only.text
            assert name in told.only.text

    async def test_a_call_that_was_not_picked_up_was_made_all_the_same(
        self, member: Customer, frozen_clock: FrozenClock
    ) -> None:
        call = await booked(member, at(24, 14))
        frozen_clock.to(at(24, 14, 20))
        async with member.database.transaction() as session:
            await callbacks.mark_done(session, await callbacks.get(session, call.id), reached=False)
        told = await member.run(ActionChasePromise, "did anyone call me?", "chase_promise", language="en")
        assert told.responses == ["reply_callback_not_reached"]
        assert "a colleague of mine tried" in told.only.text
        assert "13812345678" not in told.only.text

    @pytest.mark.parametrize("action", [ActionChasePromise, ActionAskCallback])
    async def test_where_nobody_called_that_is_said_and_a_call_offered(
        self, member: Customer, action: type[ActionChasePromise | ActionAskCallback]
    ) -> None:
        async with member.database.transaction() as session:
            await promises.make(
                session, member_id=member.member.id, kind=PromiseKind.REPLY, text="回复您", due_at=at(24, 9), key="k"
            )
        told = await member.run(action, "你們有打給我嗎", "chase_promise", language="zh-Hant")
        assert told.responses == ["reply_callback_none_made"]
        assert told.only.payloads == ["/request_callback"]

    async def test_where_a_call_is_still_to_come_that_is_said(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        told = await member.run(ActionChasePromise, "你们给我打电话了吗", "chase_promise")
        assert told.responses == ["reply_promise_running"]
        told = await member.run(ActionAskCallback, "你们给我打电话了吗", "ask_callback")
        assert told.responses == ["reply_callback_booked_about"]

    async def test_a_call_made_before_another_that_is_to_come(
        self, member: Customer, frozen_clock: FrozenClock
    ) -> None:
        call = await booked(member, at(24, 14))
        frozen_clock.to(at(24, 14, 20))
        async with member.database.transaction() as session:
            await callbacks.mark_done(session, await callbacks.get(session, call.id))
        await booked(member, at(25, 14), key="c2")
        for action, intent in ((ActionChasePromise, "chase_promise"), (ActionAskCallback, "ask_callback")):
            told = await member.run(action, "你们给我打电话了吗", intent)
            assert told.responses == ["reply_callback_made_about"]

    async def test_a_call_that_was_missed_is_owned_up_to_when_asked_whether_it_was_made(
        self, member: Customer, frozen_clock: FrozenClock
    ) -> None:
        await booked(member, at(23, 14))
        frozen_clock.to(at(24, 10))
        told = await member.run(ActionChasePromise, "你们给我打电话了吗", "chase_promise")
        assert told.responses == ["reply_promise_broken_call"]
