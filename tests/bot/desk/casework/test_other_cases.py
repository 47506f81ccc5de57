"""Promises, calls, returns, requests about data, praise and failed messages: each act, and what the customer hears."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from bot.desk.casework import callbacks as calls
from bot.desk.casework import deliveries as delivery_work
from bot.desk.casework import feedback as feedback_work
from bot.desk.casework import privacy as privacy_work
from bot.desk.casework import promises as promise_work
from bot.desk.casework import returns as return_work
from bot.desk.casework.acting import NotAllowed
from bot.desk.casework.privacy import NotThisKind, NoWayToMember
from bot.desk.casework.promises import DuePassed
from bot.desk.desk import Desk
from bot.mail import SmtpMailer
from crm_store import (
    accrual,
    callbacks,
    conversations,
    data_copies,
    feedback,
    members,
    messages,
    points,
    privacy,
    promises,
    returns,
    risk,
    tiers,
)
from crm_store.agents import Role
from crm_store.callbacks import CallbackStatus, WindowRefused
from crm_store.clock import FrozenClock
from crm_store.data_copies import DataLinkOver
from crm_store.feedback import FeedbackStatus
from crm_store.members import Member, MemberStatus
from crm_store.messages import Author, MessageEmpty, MessageStatus
from crm_store.orders import OrderStatus
from crm_store.privacy import PrivacyStatus
from crm_store.promises import PromiseStatus
from crm_store.returns import ReturnStatus
from tests.bot.desk.casework.shop import member_in_chat, read_by_customer, staff
from tests.crm_store.shop import make_order

pytestmark = pytest.mark.usefixtures("frozen_clock")
HOUR = timedelta(hours=1)


async def heard(desk: Desk, conversation_id: str) -> str:
    return (await read_by_customer(desk, conversation_id))[-1].text or ""


class TestPromises:
    async def test_recorded_from_a_chat_kept_and_the_risk_looked_at(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        due = frozen_clock.moment + HOUR
        made = await promise_work.record(desk, talk.id, me, text="今天寄出", due_at=due, key="m1:promise")
        again = await promise_work.record(desk, talk.id, me, text="今天寄出", due_at=due, key="m1:promise")
        assert (made.id, made.owner_id, made.member_id) == (again.id, me, member.id)
        frozen_clock.move(2 * HOUR)
        async with desk.database.transaction() as session:
            await promises.break_overdue(session)
            assert (await risk.assess(session, member.id)).score > 0
        await promise_work.keep(desk, made.id, me, note="寄了")
        async with desk.database.reading() as session:
            kept = await promises.get(session, made.id)
        assert (kept.status, kept.note) == (PromiseStatus.BROKEN, "寄了")
        assert kept.kept_at is not None

    async def test_what_is_due_already_and_what_says_nothing_is_no_promise(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        me = await staff(desk)
        _, talk = await member_in_chat(desk)
        with pytest.raises(DuePassed):
            await promise_work.record(desk, talk.id, me, text="寄", due_at=frozen_clock.moment - HOUR, key="k")
        with pytest.raises(MessageEmpty):
            await promise_work.record(desk, talk.id, me, text=" ", due_at=frozen_clock.moment + HOUR, key="k")

    async def test_withdrawn_with_a_reason_only(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await staff(desk)
        _, talk = await member_in_chat(desk)
        due = frozen_clock.moment + HOUR
        made = await promise_work.record(desk, talk.id, me, text="寄", due_at=due, key="k")
        with pytest.raises(MessageEmpty):
            await promise_work.withdraw(desk, made.id, me, reason=" ")
        await promise_work.withdraw(desk, made.id, me, reason="客户改主意了")
        async with desk.database.reading() as session:
            withdrawn = await promises.get(session, made.id)
        assert (withdrawn.status, withdrawn.note) == (PromiseStatus.CANCELLED, "客户改主意了")


class TestCallbacks:
    async def asked(self, desk: Desk, frozen_clock: FrozenClock) -> tuple[int, str]:
        member, talk = await member_in_chat(desk)
        start = frozen_clock.moment + 2 * HOUR
        async with desk.database.transaction() as session:
            callback = await callbacks.request(
                session,
                phone="13800000000",
                window_start=start,
                window_end=start + HOUR,
                key="c1",
                member_id=member.id,
                conversation_id=talk.id,
            )
        return callback.id, talk.id

    async def now(self, desk: Desk, callback_id: int) -> callbacks.Callback:
        async with desk.database.reading() as session:
            return await callbacks.get(session, callback_id)

    async def test_called_keeps_the_promise(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me = await staff(desk)
        callback_id, _ = await self.asked(desk, frozen_clock)
        await calls.done(desk, callback_id, me, note="说清楚了")
        made = await self.now(desk, callback_id)
        assert (made.status, made.note, made.agent_id, made.attempts) == (CallbackStatus.DONE, "说清楚了", me, 1)
        assert made.promise.status == PromiseStatus.KEPT

    async def test_not_reached_stays_and_the_customer_reads_that_we_tried(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        me = await staff(desk)
        callback_id, talk = await self.asked(desk, frozen_clock)
        assert await calls.not_reached(desk, callback_id, me, text="刚才没打通", key="k1")
        tried = await self.now(desk, callback_id)
        assert (tried.status, tried.promise.status) == (CallbackStatus.NOT_REACHED, PromiseStatus.KEPT)
        assert await heard(desk, talk) == "刚才没打通"

    async def test_another_time_is_told_and_promised_and_an_impossible_one_refused(
        self, desk: Desk, frozen_clock: FrozenClock
    ) -> None:
        me = await staff(desk)
        callback_id, talk = await self.asked(desk, frozen_clock)
        start = frozen_clock.moment + timedelta(days=1)
        with pytest.raises(WindowRefused):
            await calls.reschedule(desk, callback_id, me, start=start, end=start - HOUR, key="k0")
        assert await calls.reschedule(desk, callback_id, me, start=start, end=start + HOUR, key="k1")
        moved = await self.now(desk, callback_id)
        assert (moved.window_start, moved.promise.due_at, moved.promise.owner_id) == (start, start + HOUR, me)
        assert "明天 10:00–11:00" in await heard(desk, talk)

    async def test_given_to_a_colleague_the_promise_goes_along(self, desk: Desk, frozen_clock: FrozenClock) -> None:
        me, colleague = await staff(desk), await staff(desk, "林育誠")
        callback_id, _ = await self.asked(desk, frozen_clock)
        await calls.assign(desk, callback_id, me, owner_id=colleague)
        given = await self.now(desk, callback_id)
        assert (given.agent_id, given.promise.owner_id) == (colleague, colleague)


class TestReturns:
    async def test_step_by_step_to_the_money_and_the_member_hears_of_each(self, desk: Desk) -> None:
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        async with desk.database.transaction() as session:
            order = await make_order(session, member, status=OrderStatus.DELIVERED)
            request = await returns.open_return(
                session, order, order.lines[0], reason="quality", key="r1", conversation_id=talk.id
            )
        told = []
        for step in (ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED):
            assert await return_work.advance(desk, request.number, me, status=step)
            told.append(await heard(desk, talk.id))
        assert ["通过" in told[0], "收到" in told[1], "¥399" in told[2]] == [True, True, True]
        async with desk.database.reading() as session:
            done = await returns.by_number(session, request.number)
        assert done is not None
        assert (done.status, done.owner_id) == (ReturnStatus.REFUNDED, me)
        said = len(await read_by_customer(desk, talk.id))
        assert await return_work.advance(desk, request.number, me, status=ReturnStatus.REFUNDED)
        assert len(await read_by_customer(desk, talk.id)) == said

    async def test_with_the_money_the_member_hears_what_it_takes_in_points_and_what_is_owed(self, desk: Desk) -> None:
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        async with desk.database.transaction() as session:
            await tiers.ensure_defaults(session)
            order = await make_order(session, member, status=OrderStatus.DELIVERED)
            await accrual.complete(session, order)
            await points.spend(session, member.id, points=300, reason="redeem", key="s1")
            request = await returns.open_return(
                session, order, order.lines[0], reason="quality", key="r1", conversation_id=talk.id
            )
        for step in (ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED):
            await return_work.advance(desk, request.number, me, status=step)
        told = await heard(desk, talk.id)
        assert "要扣回 399 积分，其中 300 分您已经用掉了" in told
        assert "不用补钱" in told

    async def test_a_repair_is_told_as_one_from_the_yes_to_the_way_back_and_takes_no_points(self, desk: Desk) -> None:
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        async with desk.database.transaction() as session:
            await tiers.ensure_defaults(session)
            order = await make_order(session, member, status=OrderStatus.DELIVERED)
            await accrual.complete(session, order)
            earned = await points.balance(session, member.id)
            request = await returns.open_return(
                session, order, order.lines[0], reason="quality", kind="repair", key="r1", conversation_id=talk.id
            )
        told = []
        for step in ("approved", "received", "repaired", "sent_back"):
            assert await return_work.advance(desk, request.number, me, status=step)
            told.append(await heard(desk, talk.id))
        assert ["门店" in told[0], "修好寄回" in told[1], "修好了" in told[2], "已经寄出" in told[3]] == [True] * 4
        assert not any("退款" in text or "积分" in text for text in told)
        async with desk.database.reading() as session:
            assert await points.balance(session, member.id) == earned > 0

    async def test_a_rejection_needs_its_reason_which_the_member_reads(self, desk: Desk) -> None:
        me = await staff(desk)
        member, talk = await member_in_chat(desk)
        async with desk.database.transaction() as session:
            order = await make_order(session, member, status=OrderStatus.DELIVERED)
            request = await returns.open_return(
                session, order, order.lines[0], reason="quality", key="r1", conversation_id=talk.id
            )
        with pytest.raises(MessageEmpty):
            await return_work.advance(desk, request.number, me, status="rejected")
        await return_work.advance(desk, request.number, me, status="rejected", rejection="已经穿过")
        assert "已经穿过" in await heard(desk, talk.id)


class TestPrivacy:
    async def asked(self, desk: Desk, kind: str) -> tuple[Member, int, str]:
        member, talk = await member_in_chat(desk)
        async with desk.database.transaction() as session:
            request = await privacy.open(session, member_id=member.id, kind=kind, key="x1", conversation_id=talk.id)
        return member, request.id, talk.id

    async def now(self, desk: Desk, request_id: int) -> privacy.PrivacyRequest:
        async with desk.database.reading() as session:
            return await privacy.get(session, request_id)

    async def test_a_copy_is_made_and_handed_over_by_a_supervisor(self, desk: Desk) -> None:
        me, lead = await staff(desk), await staff(desk, "许安", Role.SUPERVISOR)
        member, request_id, talk = await self.asked(desk, "export")
        with pytest.raises(NotAllowed):
            await privacy_work.export(desk, request_id, me)
        assert member.number.encode() in await privacy_work.export(desk, request_id, lead)
        assert (await self.now(desk, request_id)).status == PrivacyStatus.OPEN
        with pytest.raises(NotThisKind):
            await privacy_work.erase(desk, request_id, lead)
        assert await privacy_work.handed_over(desk, request_id, lead, how="发到登记的邮箱")
        done = await self.now(desk, request_id)
        assert (done.status, done.note, done.closed_by_id) == (PrivacyStatus.DONE, "发到登记的邮箱", lead)
        assert "副本" in await heard(desk, talk)

    async def test_handed_over_by_a_link_in_the_chat_that_opens_once(self, desk: Desk) -> None:
        lead = await staff(desk, "许安", Role.SUPERVISOR)
        member, request_id, talk = await self.asked(desk, "export")

        async def hand_over(key: str) -> str:
            await privacy_work.hand_over(
                desk, request_id, lead, mailer=None, public_url="https://shop.example/", key=key
            )
            said = (await read_by_customer(desk, talk))[-1]
            assert "只能打开一次" in (said.text or "")
            assert "/data/" not in (said.text or "")
            url: str = (said.buttons or [])[0]["url"]
            assert url.startswith("https://shop.example/data/")
            return url.rpartition("/")[2]

        lost = await hand_over("k1")
        assert await hand_over("k1") == lost  # the same act, repeated
        done = await self.now(desk, request_id)
        assert (done.status, done.closed_by_id) == (PrivacyStatus.DONE, lead)
        token = await hand_over("k2")
        async with desk.database.transaction() as session:
            with pytest.raises(DataLinkOver):
                await data_copies.look(session, lost)
            await data_copies.look(session, token)  # opens nothing
            _, data = await data_copies.fetch(session, token)
            assert data["member"]["number"] == member.number
            with pytest.raises(DataLinkOver):
                await data_copies.fetch(session, token)

    async def test_a_link_is_mailed_too_and_nothing_is_done_for_whom_no_way_leads_to(self, desk: Desk) -> None:
        lead = await staff(desk, "许安", Role.SUPERVISOR)
        sent: list[EmailMessage] = []
        mailer = SmtpMailer(sent.append, sender="Huike <noreply@shop.example>")
        async with desk.database.transaction() as session:
            away = await members.create(session, family_name="王", language="en", email="wang@home.example")
            nowhere = await members.create(session, family_name="李")
            asked = [
                await privacy.open(session, member_id=each.id, kind="export", key=f"x{each.id}")
                for each in (away, nowhere)
            ]
        await privacy_work.hand_over(
            desk, asked[0].id, lead, mailer=mailer, public_url="https://shop.example", key="k1"
        )
        await mailer.close()
        [mail] = sent
        assert (mail["To"], "https://shop.example/data/" in mail.get_content()) == ("wang@home.example", True)
        with pytest.raises(NoWayToMember):
            await privacy_work.hand_over(
                desk, asked[1].id, lead, mailer=mailer, public_url="https://shop.example", key="k2"
            )
        assert (await self.now(desk, asked[1].id)).status == PrivacyStatus.OPEN

    async def test_erased_and_told_in_the_chat_it_was_asked_for_in(self, desk: Desk) -> None:
        lead = await staff(desk, "许安", Role.SUPERVISOR)
        member, request_id, talk = await self.asked(desk, "delete")
        assert await privacy_work.erase(desk, request_id, lead)
        async with desk.database.reading() as session:
            erased = await members.get(session, member.id)
            said = await messages.history(session, talk)
        assert erased.status == MemberStatus.ERASED
        assert [message.text for message in said[:-1]] == [None] * (len(said) - 1)
        assert "已经删除" in (said[-1].text or "")

    async def test_refused_with_a_reason_the_member_reads(self, desk: Desk) -> None:
        lead = await staff(desk, "许安", Role.SUPERVISOR)
        _, request_id, talk = await self.asked(desk, "delete")
        assert await privacy_work.refuse(desk, request_id, lead, reason="还有订单在路上")
        assert (await self.now(desk, request_id)).status == PrivacyStatus.REFUSED
        assert "还有订单在路上" in await heard(desk, talk)


async def test_praise_is_read_and_answered(desk: Desk) -> None:
    me = await staff(desk)
    member, talk = await member_in_chat(desk)
    async with desk.database.transaction() as session:
        said = await feedback.record(
            session, kind="praise", text="很好", member_id=member.id, conversation_id=talk.id, key="f1"
        )
    await feedback_work.read(desk, said.id, me)
    assert await feedback_work.answer(desk, said.id, me, text="谢谢您！", key="k1")
    async with desk.database.reading() as session:
        answered = await feedback.get(session, said.id)
    assert (answered.status, answered.read_by_id) == (FeedbackStatus.ANSWERED, me)
    assert await heard(desk, talk.id) == "谢谢您！"


async def test_a_failed_message_is_sent_again_or_given_up(desk: Desk) -> None:
    me = await staff(desk)
    _, talk = await member_in_chat(desk)
    async with desk.database.transaction() as session:
        locked = await conversations.locked(session, talk.id)
        failed = await conversations.append(
            session, locked, author=Author.BOT, status=MessageStatus.FAILED, text="到货了", error="blocked"
        )
    await delivery_work.give_up(desk, failed.id, me)
    async with desk.database.reading() as session:
        assert (await messages.get(session, failed.id)).given_up_at is not None
    await delivery_work.resend(desk, failed.id, me)
    async with desk.database.reading() as session:
        again = await messages.get(session, failed.id)
    assert (again.status, again.tries, again.given_up_at) == (MessageStatus.PENDING, 0, None)
