"""A disputed balance: explained from the ledger where that is possible, else a complaint with number and due time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from actions.kit.base import OFFERS
from actions.points.balance import ActionPointsHistory
from actions.points.disputes import ActionDisputeStart, DisputeForm
from crm_store import complaints, orders, points, risk
from crm_store.clock import FrozenClock
from crm_store.db import Database
from tests.actions.conftest import Customer, make_member
from tests.actions.playing import Step, play
from tests.actions.shelf import give, order, stock

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def lin(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    await stock(database)
    return member


async def begin(customer: Customer, text: str, **more: Any) -> Step:
    started = await customer.run(ActionDisputeStart, text, "dispute_points", **more)
    assert started.followup == "dispute_form"
    return await play(customer, DisputeForm, text, "dispute_points", start=True, message_id=started.message_id, **more)


async def an_order(database: Database, customer: Customer, **more: Any) -> str:
    assert customer.member is not None
    async with database.transaction() as session:
        return (await order(session, customer.member, **more)).number


class TestExplanations:
    async def test_points_that_are_still_to_come_are_told_with_their_day(
        self, database: Database, lin: Customer
    ) -> None:
        number = await an_order(database, lin, delivered_at=NOW - timedelta(days=3))
        step = await begin(lin, f"订单{number}的积分没到账", entities={"order_number": number})
        assert step.last.text == (
            f"订单 {number} 11 月 19 日才签收，210 分会在 11 月 26 日到账（签收满 7 天、没有退货）。"
            "可以等到那天，还是要我现在登记核对？"
        )
        step = await play(lin, DisputeForm, "那等等", "deny")
        assert step.responses == ["reply_dispute_not_filed"]
        assert await lin.outcomes() == ["explained"]

    async def test_an_order_under_way_is_found_without_being_named(self, database: Database, lin: Customer) -> None:
        number = await an_order(database, lin, delivered_at=NOW - timedelta(days=1))
        step = await begin(lin, "我买东西的积分怎么还没给我")
        assert step.last.response == "reply_dispute_pending"
        assert step.last.values["order"] == number

    async def test_points_already_given_are_shown(self, database: Database, lin: Customer) -> None:
        number = await an_order(database, lin, delivered_at=NOW - timedelta(days=9))
        assert lin.member is not None
        await give(database, lin.member, 210, reference=number, at=NOW - timedelta(days=2))
        step = await begin(lin, f"订单{number}的积分没到账", entities={"order_number": number})
        assert step.last.text.startswith(f"我查了流水：11 月 20 日的订单 {number} 得了 210 分。")

    async def test_points_that_expired_explain_a_smaller_balance(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        await give(database, lin.member, 300, at=NOW - timedelta(days=300), expires_at=NOW - timedelta(days=5))
        async with database.transaction() as session:
            await points.expire_due(session)
        step = await begin(lin, "我的积分怎么少了")
        assert step.last.response == "reply_dispute_expired"
        assert step.last.values["points"] == "300"

    async def test_why_there_are_fewer_is_told_with_what_the_return_took_and_what_is_owed(
        self, database: Database, lin: Customer
    ) -> None:
        assert lin.member is not None
        await give(database, lin.member, 210, reference="A-1", at=NOW - timedelta(days=9))
        async with database.transaction() as session:
            await points.spend(session, lin.member.id, points=150, reason="redeem", key="s", at=NOW - timedelta(days=5))
            (earned,) = await points.order_earnings(session, lin.member.id, "A-1")
            await points.take_back(session, earned, points=200, reason="return", key="b", at=NOW - timedelta(days=1))
        told = (
            "11 月 21 日订单 A-1 退货，扣回 200 分（其中 140 分已经用掉，先记着，以后得分时抵），"
            "收回的是：11 月 13 日的订单 A-1 得了 210 分"
        )
        step = await begin(lin, "为什么少了200分", entities={"points_amount": 200})
        assert step.last.text.startswith(f"我查了流水：{told}。")
        step = await begin(lin, "我的积分怎么变少了")
        assert step.last.text.startswith(f"我查了明细：{told}。")

    async def test_an_order_in_money_the_shop_gives_nothing_for_is_told_so(
        self, database: Database, lin: Customer
    ) -> None:
        number = await an_order(database, lin, delivered_at=NOW - timedelta(days=3))
        async with database.transaction() as session:
            found = await orders.by_number(session, number)
            assert found is not None
            found.currency = "JPY"
        step = await begin(lin, f"订单{number}的积分没到账", entities={"order_number": number})
        assert step.last.text.startswith(f"订单 {number} 是用 JPY 付的，按积分规则，这种货币的订单不得分。")

    async def test_what_a_day_took_together_explains_a_difference(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        await give(database, lin.member, 500, at=NOW - timedelta(days=9))
        async with database.transaction() as session:
            for number, amount in enumerate((120, 80)):
                await points.adjust(
                    session, lin.member.id, points=-amount, reason="booked_twice", key=f"c{number}",
                    at=NOW - timedelta(days=1),
                )  # fmt: skip
        step = await begin(lin, "比昨天少了200分", entities={"points_amount": 200})
        assert step.last.response == "reply_dispute_taken"
        assert "更正重复入账" in step.last.text
        assert "120" in step.last.text
        assert "80" in step.last.text

    async def test_an_amount_is_looked_up(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        await give(database, lin.member, 300)
        async with database.transaction() as session:
            await points.spend(session, lin.member.id, points=120, reason="order_cancelled", key="x")
        step = await begin(lin, "凭什么扣我120分", entities={"points_amount": 120})
        assert step.last.text.startswith("我查了流水：11 月 22 日因「订单取消」扣了 120 分。")

    async def test_the_order_of_another_member_says_nothing_about_it(self, database: Database, lin: Customer) -> None:
        other = await make_member(database)
        async with database.transaction() as session:
            number = (await order(session, other)).number
        step = await begin(lin, f"订单{number}的积分没到账", entities={"order_number": number})
        assert step.last.response == "reply_dispute_order_unknown"


class TestSoFew:
    async def test_what_was_spent_is_told_where_the_balance_itself_is_named(
        self, database: Database, lin: Customer
    ) -> None:
        assert lin.member is not None
        await give(database, lin.member, 3000, at=NOW - timedelta(days=200))
        async with database.transaction() as session:
            await points.spend(session, lin.member.id, points=700, key="tote", reason="redemption", reference="tea_tin",
                               at=NOW - timedelta(days=150))  # fmt: skip
            balance = await points.balance(session, lin.member.id)
        text = f"how come I only have {balance} points"
        step = await begin(lin, text, entities={"points_amount": balance}, language="en")
        assert step.last.response == "reply_dispute_taken"
        assert "700" in step.last.text

    async def test_whether_to_write_it_down_is_not_asked_after_another_answer(self, lin: Customer) -> None:
        assert "dispute_file" in OFFERS
        await begin(lin, "活动说送200分，到现在没有给我")
        step = await play(lin, DisputeForm, "保温杯要多少分", "ask_rewards")
        assert not step.taken


class TestFiling:
    async def test_what_is_wrong_is_asked_when_it_was_not_said(self, lin: Customer) -> None:
        step = await begin(lin, "积分不对")
        assert step.form.asks == "dispute_text"
        step = await play(lin, DisputeForm, "上周的活动说送200分，没有给我")
        assert step.last.response == "reply_dispute_unexplained"

    async def test_agreed_it_becomes_a_complaint_with_number_and_due_time(
        self, database: Database, lin: Customer
    ) -> None:
        assert lin.member is not None
        await begin(lin, "活动说送200分，到现在没有给我")
        step = await play(lin, DisputeForm, "登记吧", "affirm")
        assert step.last.text == "已登记，编号 C-2026-0001，明天 10:00 前会有同事核对好回复您。"
        async with database.reading() as session:
            [complaint] = await complaints.open_for_member(session, lin.member.id)
            assert (complaint.category, complaint.description) == ("points", "活动说送200分，到现在没有给我")
            assert await risk.latest(session, lin.member.id) is not None
        assert (await lin.outcomes())[-1] == "complaint_filed"

    async def test_the_same_yes_twice_files_once(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        await begin(lin, "活动说送200分，到现在没有给我")
        slots = dict(lin.slots)
        first = await play(lin, DisputeForm, "登记吧", "affirm")
        lin.slots.update({name: value for name, value in slots.items() if name.startswith("dispute_")})
        again = await play(
            lin, DisputeForm, "登记吧", "affirm", requested_slot="dispute_file", message_id=first.form.message_id
        )
        assert again.last.values["number"] == first.last.values["number"]
        async with database.reading() as session:
            [complaint] = await complaints.open_for_member(session, lin.member.id)
        assert len(complaint.events) == 1

    async def test_no_that_s_fine_is_no_yes(self, lin: Customer) -> None:
        await begin(lin, "the campaign promised 200 points and I have none", language="en")
        step = await play(lin, DisputeForm, "no that's fine", "affirm")
        assert step.responses == ["reply_dispute_not_filed"]

    async def test_an_order_named_later_is_looked_up_too(self, database: Database, lin: Customer) -> None:
        number = await an_order(database, lin, delivered_at=NOW - timedelta(days=3))
        await begin(lin, "活动说送200分，到现在没有给我")
        step = await play(lin, DisputeForm, f"是{number}这单", entities={"order_number": number})
        assert step.last.response == "reply_dispute_pending"
        assert "200分" in lin.slots["dispute_text"]

    async def test_a_stranger_is_asked_to_verify(self, customer: Customer) -> None:
        ran = await customer.run(ActionDisputeStart, "积分不对", "dispute_points")
        assert ran.responses == ["reply_verify_first"]


class TestTalkingItOver:
    async def test_no_to_what_looks_wrong_drops_it(self, lin: Customer) -> None:
        await begin(lin, "积分")
        step = await play(lin, DisputeForm, "算了 不用了", "deny")
        assert step.responses == ["reply_dispute_not_filed"]

    async def test_a_bare_number_is_the_amount(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        await give(database, lin.member, 315)
        await begin(lin, "积分")
        step = await play(lin, DisputeForm, "315", "inform")
        assert step.last.response == "reply_dispute_credited"

    async def test_a_bare_number_may_be_what_the_order_cost(self, database: Database, lin: Customer) -> None:
        number = await an_order(database, lin, total_minor=459_00, delivered_at=NOW - timedelta(days=2))
        await begin(lin, "积分")
        step = await play(lin, DisputeForm, "459", "ask_parcel")
        assert (step.last.response, step.last.values["order"]) == ("reply_dispute_pending", number)

    async def test_long_since_delivered_is_answered_with_the_days_it_takes(
        self, database: Database, lin: Customer
    ) -> None:
        await an_order(database, lin, delivered_at=NOW - timedelta(days=4))
        await begin(lin, "活动说送200分，到现在没有给我")
        step = await play(lin, DisputeForm, "怎么会 货我早就签收了", "ask_parcel")
        assert step.last.response == "reply_dispute_pending"
        assert "签收满 7 天" in step.last.text
        assert "货我早就签收了" in lin.slots["dispute_text"]

    async def test_when_the_check_is_answered_is_told_and_the_question_stays(self, lin: Customer) -> None:
        await begin(lin, "活动说送200分，到现在没有给我")
        step = await play(lin, DisputeForm, "多久能查出来", "ask_complaint_status")
        assert step.responses == ["reply_dispute_when", "reply_dispute_unexplained"]
        assert step.said[0].text == "登记后，明天 10:00 前会有同事核对好回复您。"

    async def test_the_number_it_gets_is_what_is_spoken_of(self, lin: Customer) -> None:
        await begin(lin, "活动说送200分，到现在没有给我")
        step = await play(lin, DisputeForm, "登记吧", "affirm")
        assert lin.slots["focus"]["complaint"] == step.last.values["number"]


class TestPointsOfAnOrder:
    async def test_what_an_order_will_bring_is_told_without_a_case(self, database: Database, lin: Customer) -> None:
        number = await an_order(database, lin, delivered_at=NOW - timedelta(days=3))
        ran = await lin.run(ActionPointsHistory, "那双鞋能给我多少积分", "ask_points_history")
        assert ran.responses == ["reply_order_points_pending"]
        assert ran.only.values["order"] == number
        assert ran.only.values["points"] == "210"
        assert ran.followup is None

    async def test_points_that_should_have_come_are_owned_up_to_before_a_case_is_filed(
        self, database: Database, lin: Customer
    ) -> None:
        await an_order(database, lin, delivered_at=NOW - timedelta(days=9))
        step = await begin(lin, "the runner order brought me no points at all", language="en")
        assert step.responses == ["reply_dispute_overdue"]
        assert "210" in step.last.text
        assert "20 November" in step.last.text

    async def test_those_on_the_statement_are_shown_for_the_thing_that_is_named(
        self, database: Database, lin: Customer
    ) -> None:
        number = await an_order(database, lin, delivered_at=NOW - timedelta(days=20))
        assert lin.member is not None
        await give(database, lin.member, 210, reference=number)
        ran = await lin.run(
            ActionPointsHistory, "which came from the runner", "ask_points_history", entities={"product": "runner"},
            language="en",
        )  # fmt: skip
        assert ran.responses == ["reply_order_points_credited"]
        assert "210" in ran.only.text
