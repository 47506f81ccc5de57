"""Disputed points, changes of orders and follow-ups: each act, and what the customer hears."""

from datetime import timedelta

import pytest

from bot.desk.casework import complaints as complaint_work
from bot.desk.casework import follow_ups as follow_up_work
from bot.desk.casework import order_changes as order_work
from bot.desk.desk import Desk
from crm_store import audit, followups, points, promises
from crm_store.agents import Role
from crm_store.clock import FrozenClock
from crm_store.corrections import CorrectionAboveLimit
from crm_store.errors import NotFound
from crm_store.followups import FollowUpStatus, FollowUpTaken
from crm_store.messages import MessageEmpty
from crm_store.promises import Promise, PromiseKind, PromiseOver, PromiseStatus
from tests.bot.desk.casework.shop import complained, member_in_chat, read_by_customer, staff

pytestmark = pytest.mark.usefixtures("frozen_clock")
HOUR = timedelta(hours=1)


async def heard(desk: Desk, conversation_id: str) -> str:
    return (await read_by_customer(desk, conversation_id))[-1].text or ""


class TestDisputedPoints:
    async def test_missing_points_are_given_once_and_the_member_hears_the_balance(self, desk: Desk) -> None:
        me = await staff(desk, role=Role.SUPERVISOR)
        member, talk = await member_in_chat(desk)
        complaint = await complained(desk, member, talk, category="points")
        for _ in range(2):
            assert await complaint_work.correct_points(desk, complaint.number, me, amount=120, key="k1")
        async with desk.database.reading() as session:
            (entry,) = await points.history(session, member.id)
            trail = await audit.entries(session, action="correct_points")
        assert (entry.points, entry.reason, entry.reference) == (120, "dispute", complaint.number)
        assert [each.details["points"] for each in trail] == [120, 120]
        told = [each.text for each in await read_by_customer(desk, talk.id) if "补上 120 积分" in (each.text or "")]
        assert len(told) == 1
        assert "一共 120 积分" in (told[0] or "")

    async def test_what_was_booked_twice_is_taken_back(self, desk: Desk) -> None:
        me = await staff(desk, role=Role.SUPERVISOR)
        member, talk = await member_in_chat(desk)
        complaint = await complained(desk, member, talk, category="points")
        await complaint_work.correct_points(desk, complaint.number, me, amount=100, key="k1")
        await complaint_work.correct_points(desk, complaint.number, me, amount=-40, key="k2")
        assert "扣回 40，现在一共 60 积分" in await heard(desk, talk.id)

    async def test_not_above_the_limit_nor_for_a_stranger(self, desk: Desk) -> None:
        me = await staff(desk, role=Role.SUPERVISOR)
        member, talk = await member_in_chat(desk)
        complaint = await complained(desk, member, talk, category="points")
        with pytest.raises(CorrectionAboveLimit):
            await complaint_work.correct_points(desk, complaint.number, me, amount=1_000_000, key="k1")
        agent, before = await staff(desk, "林育誠"), await read_by_customer(desk, talk.id)
        with pytest.raises(CorrectionAboveLimit):
            await complaint_work.correct_points(desk, complaint.number, agent, amount=1, key="k1")
        assert len(await read_by_customer(desk, talk.id)) == len(before)
        strangers = await complained(desk, None, None, key="c2", category="points")
        with pytest.raises(NotFound):
            await complaint_work.correct_points(desk, strangers.number, me, amount=10, key="k2")


class TestOrderChanges:
    async def wished(self, desk: Desk, kind: PromiseKind = PromiseKind.ORDER_CHANGE) -> tuple[Promise, str]:
        member, talk = await member_in_chat(desk)
        async with desk.database.transaction() as session:
            promise = await promises.make(
                session, member_id=member.id, conversation_id=talk.id, kind=kind, text="改地址",
                due_at=promises.now() + HOUR, key="k", reference="HK1",
            )  # fmt: skip
        return promise, talk.id

    @pytest.mark.parametrize("changed", [True, False])
    async def test_either_end_is_told_and_keeps_the_word(self, desk: Desk, changed: bool) -> None:
        me = await staff(desk)
        promise, talk = await self.wished(desk)
        assert await order_work.settle(desk, promise.id, me, changed=changed, text="已经拦下改好了", key="k1")
        assert await heard(desk, talk) == "已经拦下改好了"
        async with desk.database.reading() as session:
            done = await promises.get(session, promise.id)
            (entry,) = await audit.entries(session, action="settle_order_change")
        assert (done.status, done.owner_id, done.note) == (PromiseStatus.KEPT, me, "已经拦下改好了")
        assert entry.details == {"changed": changed}

    async def test_nothing_is_told_twice_or_in_silence_or_about_another_promise(self, desk: Desk) -> None:
        me = await staff(desk)
        promise, talk = await self.wished(desk)
        with pytest.raises(MessageEmpty):
            await order_work.settle(desk, promise.id, me, changed=True, text=" ", key="k1")
        await order_work.settle(desk, promise.id, me, changed=True, text="改好了", key="k1")
        before = len(await read_by_customer(desk, talk))
        with pytest.raises(PromiseOver):
            await order_work.settle(desk, promise.id, me, changed=False, text="改不了", key="k2")
        assert len(await read_by_customer(desk, talk)) == before

    async def test_another_promise_is_none(self, desk: Desk) -> None:
        me = await staff(desk)
        promise, _ = await self.wished(desk, PromiseKind.OTHER)
        with pytest.raises(NotFound):
            await order_work.settle(desk, promise.id, me, changed=True, text="改好了", key="k1")


class TestFollowUps:
    async def test_taken_given_back_and_ended(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me, other = await staff(desk), await staff(desk, "林育誠")
        member, _ = await member_in_chat(desk)
        async with desk.database.transaction() as session:
            opened = await followups.open(
                session, member_id=member.id, cause="leaving", reasons=[], score=0.7,
                suggested_approach="ask_why_leaving", due_at=frozen_clock.moment + HOUR,
            )  # fmt: skip
        await follow_up_work.claim(desk, opened.id, me)
        with pytest.raises(FollowUpTaken):
            await follow_up_work.claim(desk, opened.id, other)
        await follow_up_work.release(desk, opened.id, me)
        await follow_up_work.claim(desk, opened.id, other)
        await follow_up_work.finish(desk, opened.id, other, outcome="contacted", note="愿意再试试")
        async with desk.database.reading() as session:
            done = await followups.get(session, opened.id)
            trail = await audit.entries(session, subject=f"follow_up:{opened.id}")
        assert (done.status, done.outcome_by_id, done.outcome_note) == (FollowUpStatus.DONE, other, "愿意再试试")
        assert [each.action for each in trail] == [
            "record_follow_up_outcome", "claim_follow_up", "release_follow_up", "claim_follow_up",
        ]  # fmt: skip
