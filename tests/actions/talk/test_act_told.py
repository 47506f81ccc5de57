"""What is asked of the act done last is told from the store: dates, numbers, who, money, and what is not known."""

from datetime import timedelta
from typing import Any

import pytest

from actions.kit.asked import act_asked
from actions.kit.asked.act_asked import Asked
from actions.talk.courtesies import ActionInformAlone
from actions.talk.taken_back import ActionDenyAct
from crm_store import callbacks, complaints, members, orders, promises, returns, rewards
from crm_store.clock import now
from crm_store.orders import Order, OrderStatus
from crm_store.promises import PromiseKind
from crm_store.returns import ReturnKind, ReturnReason, ReturnRequest
from tests.actions import shelf
from tests.actions.conftest import Customer, Ran
from tests.actions.shop import MUG, SHIRT, SHOE, place

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def asks(customer: Customer, done: str, *kinds: Asked, language: str = "en", **focus: Any) -> Ran:
    return await customer.run(
        ActionInformAlone,
        "and then?",
        "inform",
        spoken_of={"choice": act_asked.written(kinds)},
        slots={"focus": {"done": done, **focus}},
        language=language,
    )


async def ordered(member: Customer, *items: Any, status: OrderStatus = OrderStatus.DELIVERED) -> Order:
    assert member.member is not None
    async with member.database.transaction() as session:
        return await place(session, member.member.id, *items, status=status, days_ago=3)


async def returned(
    member: Customer, *items: Any, kind: ReturnKind = ReturnKind.RETURN, reason: ReturnReason = ReturnReason.NOT_WANTED
) -> ReturnRequest:
    order = await ordered(member, *(items or (SHOE, MUG)))
    async with member.database.transaction() as session:
        own = await session.merge(order)
        return await returns.open_return(session, own, own.lines[0], kind=kind, reason=reason, key=order.number)


@pytest.mark.parametrize(
    ("text", "language"), [("等等 不是换", "zh-Hans"), ("等等 不是換", "zh-Hant"), ("wait, not a swap", "en")]
)
async def test_a_denial_of_nothing_we_know_leaves_what_was_done_and_says_so(
    member: Customer, text: str, language: str
) -> None:
    request = await returned(member)
    focus = {"done": "return_or_refund", "return": request.number}
    ran = await member.run(ActionDenyAct, text, "deny_act", slots={"focus": focus}, language=language)
    assert ran.responses == ["reply_act_stands"]
    assert request.number in ran.only.text


class TestReturn:
    async def ask(self, member: Customer, request: ReturnRequest, *kinds: Asked, language: str = "en") -> Ran:
        focus = {"return": request.number, "order": request.order.number}
        return await asks(member, "return_or_refund", *kinds, language=language, **focus)

    @pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
    async def test_when_is_the_next_step_and_the_day_of_the_money(self, member: Customer, language: str) -> None:
        request = await returned(member)
        ran = await self.ask(member, request, Asked.WHEN, language=language)
        assert ran.responses == ["reply_act_when_refund"]
        assert request.number in ran.only.text
        assert "¥399" in ran.only.text

    async def test_an_exchange_brings_no_money(self, member: Customer) -> None:
        request = await returned(member, kind=ReturnKind.EXCHANGE, reason=ReturnReason.QUALITY)
        ran = await self.ask(member, request, Asked.WHEN, Asked.COST)
        assert ran.responses == ["reply_return_when_exchange", "reply_act_cost_case"]
        assert "we pay the shipping" in ran.said[1].text

    async def test_the_other_things_of_the_order_are_named(self, member: Customer) -> None:
        ran = await self.ask(member, await returned(member), Asked.OTHERS)
        assert ran.only.text == (
            "Only the Light runner, size 42 is in this return; the rest of the order, Pour-over mug, stays as it is."
        )
        ran = await self.ask(member, await returned(member, MUG), Asked.OTHERS)
        assert ran.responses == ["reply_act_others_none"]

    async def test_it_is_registered_once_under_its_number(self, member: Customer) -> None:
        request = await returned(member)
        ran = await self.ask(member, request, Asked.DONE, Asked.NUMBER)
        assert ran.responses == ["reply_act_done", "reply_act_number"]
        assert all(request.number in said.text for said in ran.said)

    async def test_returns_of_other_things_of_the_order_make_it_no_second_time(self, member: Customer) -> None:
        request = await returned(member, SHOE, MUG, SHIRT)
        async with member.database.transaction() as session:
            order = await session.merge(request.order)
            for line in order.lines[1:]:
                await returns.open_return(session, order, line, reason=ReturnReason.NOT_WANTED, key=f"also {line.id}")
        ran = await self.ask(member, request, Asked.DONE)
        assert ran.responses == ["reply_act_done"]

    async def test_it_can_be_withdrawn_and_nothing_is_withdrawn(self, member: Customer) -> None:
        request = await returned(member)
        ran = await self.ask(member, request, Asked.UNDO)
        assert ran.only.payloads == ['/undo{"act":"return_or_refund"}']
        async with member.database.reading() as session:
            again = await returns.by_number(session, request.number)
        assert again is not None
        assert again.is_alterable

    async def test_what_now_and_the_points_are_told_as_elsewhere(self, member: Customer) -> None:
        ran = await self.ask(member, await returned(member), Asked.TODO, Asked.WORTH)
        assert ran.responses == ["reply_return_way_back_soon", "reply_return_then_return", "reply_return_points_return"]

    async def test_it_stays_the_last_act(self, member: Customer) -> None:
        await self.ask(member, await returned(member), Asked.WHO)
        assert member.slots["focus"]["done"] == "return_or_refund"


class TestOrder:
    async def test_a_cancelled_one_is_paid_back_in_full(self, member: Customer) -> None:
        order = await ordered(member, MUG, status=OrderStatus.PAID)
        async with member.database.transaction() as session:
            await orders.cancel(session, order, key="k")
        ran = await asks(member, "cancel_order", Asked.WHEN, Asked.COST, Asked.UNDO, order=order.number)
        assert ran.responses == ["reply_act_when_cancelled_paid", "reply_act_cost_cancelled", "reply_revive_refund_due"]
        assert "¥88" in ran.said[1].text

    async def handed_on(self, member: Customer, what: str) -> Order:
        order = await ordered(member, SHOE, MUG, status=OrderStatus.SHIPPED)
        assert member.member is not None
        async with member.database.transaction() as session:
            await promises.make(
                session, member_id=member.member.id, kind=PromiseKind.ORDER_CHANGE, text="ask the courier",
                due_at=now() + timedelta(hours=5), reference=order.number, key=f"1:a:pass_{what}",
            )  # fmt: skip
        return order

    async def test_what_the_courier_takes_for_it_is_not_known_and_said_so(self, member: Customer) -> None:
        order = await self.handed_on(member, "redirect")
        ran = await asks(member, "hand_on", Asked.COST, order=order.number)
        assert ran.responses == ["reply_act_unknown"]
        assert ran.only.payloads == ["/request_human", "/request_callback"]

    async def test_nothing_is_to_be_done_but_to_wait(self, member: Customer) -> None:
        order = await self.handed_on(member, "redirect")
        ran = await asks(member, "hand_on", Asked.TODO, order=order.number)
        assert ran.responses == ["reply_act_todo_nothing", "reply_act_when_passed_on"]

    async def test_what_was_left_out_is_sent_at_our_cost(self, member: Customer) -> None:
        order = await self.handed_on(member, "resend")
        ran = await asks(member, "hand_on", Asked.COST, Asked.WHEN, Asked.OTHERS, order=order.number)
        assert ran.responses == ["reply_act_cost_resend", "reply_act_when_resend", "reply_act_others_stay"]

    async def test_the_wrong_one_is_named_and_a_person_may_help(self, member: Customer) -> None:
        order = await self.handed_on(member, "stop")
        ran = await asks(member, "hand_on", Asked.WRONG, order=order.number)
        assert ran.responses == ["reply_act_wrong", "reply_act_undo_person"]
        assert order.number in ran.said[0].text

    async def test_an_order_that_was_changed_itself_costs_what_it_did(self, member: Customer) -> None:
        order = await ordered(member, SHIRT, status=OrderStatus.PAID)
        ran = await asks(member, "change_order", Asked.COST, Asked.NUMBER, order=order.number)
        assert ran.responses == ["reply_act_cost_changed", "reply_act_no_number_order"]
        assert "¥129" in ran.said[0].text

    async def test_an_invoice_goes_by_mail(self, member: Customer) -> None:
        order = await ordered(member)
        assert member.member is not None
        async with member.database.transaction() as session:
            for key in ("a", "b"):
                await promises.make(
                    session, member_id=member.member.id, kind=PromiseKind.OTHER, text=f"invoice {key}",
                    due_at=now() + timedelta(days=1), reference=order.number, key=key,
                )  # fmt: skip
        ran = await asks(member, "ask_invoice", Asked.TOLD, Asked.DONE, Asked.WHO, order=order.number)
        assert ran.responses == ["reply_act_told_invoice_as_given", "reply_act_done_several", "reply_act_who"]
        assert "There are 2 of that kind" in ran.said[1].text


class TestReward:
    async def redeemed(self, member: Customer, code: str, count: int = 1) -> str:
        assert member.member is not None
        await shelf.stock(member.database)
        await shelf.give(member.database, member.member, 3000)
        async with member.database.transaction() as session:
            got = await rewards.redeem_several(session, member.member.id, code, count=count, key="1:x_submit")
        return got[0].coupon_code

    @pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
    async def test_its_days_count_from_the_day_it_was_redeemed(self, member: Customer, language: str) -> None:
        code = await self.redeemed(member, "voucher_50")
        ran = await asks(member, "redeem_points", Asked.VALID, language=language, reward="voucher_50")
        assert ran.responses == ["reply_act_valid"]
        assert code in ran.only.text

    async def test_once_is_told_from_twice(self, member: Customer) -> None:
        await self.redeemed(member, "voucher_50")
        ran = await asks(member, "redeem_points", Asked.DONE, reward="voucher_50")
        assert ran.responses == ["reply_act_done"]
        async with member.database.transaction() as session:
            assert member.member is not None
            await rewards.redeem(session, member.member.id, "voucher_50", key="2")
        ran = await asks(member, "redeem_points", Asked.DONE, Asked.WORTH, reward="voucher_50")
        assert ran.responses == ["reply_act_done_several", "reply_act_worth_code"]
        assert "2,000 points and 1,000 are left" in ran.said[1].text

    async def test_it_can_be_given_back_only_in_time(self, member: Customer, frozen_clock: Any) -> None:
        await self.redeemed(member, "tea_tin")
        ran = await asks(member, "redeem_points", Asked.UNDO, reward="tea_tin")
        assert ran.only.payloads == ['/undo{"act":"redeem_points"}']
        frozen_clock.move(timedelta(days=30))
        ran = await asks(member, "redeem_points", Asked.UNDO, reward="tea_tin")
        assert ran.responses == ["reply_act_gone"]


class TestService:
    async def test_a_visitor_s_call(self, customer: Customer) -> None:
        start = now() + timedelta(hours=3)
        async with customer.database.transaction() as session:
            call = await callbacks.request(
                session, phone="13812345678", window_start=start, window_end=start + timedelta(hours=1), key="c",
                identity_id=customer.identity_id, conversation_id=customer.conversation_id, topic="an order",
            )  # fmt: skip
        kinds = (Asked.MISSED, Asked.COST, Asked.WHO, Asked.UNDO, Asked.TODO)
        ran = await asks(customer, "request_callback", *kinds, callback=call.id)
        assert ran.responses == [
            "reply_act_missed", "reply_callback_free", "reply_act_who_call", "reply_act_undo_call",
            "reply_act_todo_call",
        ]  # fmt: skip
        assert "138****5678" in ran.said[0].text

    async def test_a_complaint_promises_no_money(self, member: Customer) -> None:
        assert member.member is not None
        async with member.database.transaction() as session:
            complaint = await complaints.file(
                session, member_id=member.member.id, conversation_id=member.conversation_id, category="staff",
                description="rude", key="k",
            )  # fmt: skip
        kinds = (Asked.REFUND, Asked.WHEN, Asked.DONE, Asked.REACH)
        ran = await asks(member, "make_complaint", *kinds, complaint=complaint.number)
        assert ran.responses == [
            "reply_act_refund_complaint", "reply_act_when_complaint", "reply_act_done", "reply_act_reach",
        ]  # fmt: skip
        assert all(complaint.number in said.text for said in ran.said)

    @pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
    async def test_leaving_is_told_and_not_called_off(self, member: Customer, language: str) -> None:
        assert member.member is not None
        async with member.database.transaction() as session:
            await members.request_cancellation(session, await members.get(session, member.member.id))
            await promises.make(
                session, member_id=member.member.id, kind=PromiseKind.REPLY, text="contact", key="l",
                due_at=now() + timedelta(hours=5), conversation_id=member.conversation_id,
            )  # fmt: skip
        ran = await asks(member, "cancel_membership", Asked.UNDO, Asked.WORTH, language=language)
        assert ran.responses == ["reply_act_undo_leaving", "reply_act_worth_leaving"]
        async with member.database.reading() as session:
            assert (await members.get(session, member.member.id)).status == "leaving"

    async def test_what_was_stopped_stays_stopped(self, member: Customer) -> None:
        ran = await asks(member, "opt_out", Asked.WHEN, Asked.UNDO, Asked.WORTH)
        assert ran.responses == ["reply_act_when_stopped", "reply_act_undo_stopped", "reply_act_worth_stays"]
        assert ran.said[1].payloads == ["/opt_in"]

    async def test_what_is_no_more_is_said_to_be_gone(self, member: Customer) -> None:
        ran = await asks(member, "make_complaint", Asked.WHEN, complaint="C-2026-0099")
        assert ran.responses == ["reply_act_gone"]
