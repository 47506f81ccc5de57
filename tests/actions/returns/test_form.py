"""A member sends something back, changes the reason, takes another size; and asks for the money."""

from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from actions.returns.form import ReturnForm
from actions.returns.opening import OpenReturn
from actions.returns.questions import (
    AskReturnKind,
    AskReturnReason,
    AskToConfirmReturn,
    AskWhetherThisLine,
    AskWhichLine,
)
from actions.returns.refunds import ActionRefundStatus
from crm_store import knowledge, orders, returns
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.orders import Order, OrderStatus
from tests.actions.conftest import Customer, make_member
from tests.actions.shop import MUG, SHIRT, SHOE, place, stock

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def _shoes_delivered(member: Customer, *, days_ago: float = 2) -> Order:
    async with member.database.transaction() as session:
        await stock(session, SHOE, sizes=["41", "42", "43"])
        return await place(
            session,
            member.member.id,
            SHOE,
            status=OrderStatus.DELIVERED,
            days_ago=days_ago + 5,
            delivered_days_ago=days_ago,
        )


class TestReturning:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("跑鞋42那双有点紧 可以换大一号吗", "zh-Hans"), ("跑鞋42那雙有點緊 可以換大一號嗎", "zh-Hant"),
            ("the light runner in 42 is too tight, can i get one size up", "en"),
        ],
    )  # fmt: skip
    async def test_the_size_that_does_not_fit_tells_which_of_two_pairs(
        self, member: Customer, text: str, language: str
    ) -> None:
        order = await _shoes_delivered(member)
        async with member.database.transaction() as session:
            other = replace(SHOE, size="41")
            await place(session, member.member.id, other, status=OrderStatus.DELIVERED, delivered_days_ago=1)
        form = await member.run(ReturnForm, text, "return_or_refund", active_loop="return_form", language=language)
        assert form.asks != "return_line"
        assert member.slots["return_line"] == str(order.lines[0].id)

    @pytest.mark.parametrize(
        ("text", "language"),
        [("不用换 退掉就好", "zh-Hans"), ("不用換，退掉就好", "zh-Hant"), ("no exchange, just refund it", "en")],
    )
    async def test_a_no_to_one_way_beside_another_is_none_to_the_thing(
        self, member: Customer, text: str, language: str
    ) -> None:
        await _shoes_delivered(member)
        form = await member.run(ReturnForm, "我要退那双鞋", "return_or_refund", active_loop="return_form")
        assert form.asks == "return_line_confirmed"
        line = member.slots["return_line"]
        form = await member.run(ReturnForm, text, "deny", language=language)
        told = {slot: member.slots[slot] for slot in ("return_line", "return_line_confirmed", "return_kind")}
        assert told == {"return_line": line, "return_line_confirmed": True, "return_kind": "return"}
        assert form.asks == "return_reason"

    @pytest.mark.parametrize(
        ("text", "language"), [("杯子也想退", "zh-Hans"), ("杯子也要退", "zh-Hant"), ("the mug goes back too", "en")]
    )
    async def test_one_more_thing_does_not_take_the_place_of_the_one_in_hand(
        self, member: Customer, text: str, language: str
    ) -> None:
        await _shoes_delivered(member)
        async with member.database.transaction() as session:
            await place(session, member.member.id, MUG, status=OrderStatus.DELIVERED, delivered_days_ago=2)
        await member.run(ReturnForm, "我要退那双鞋", "return_or_refund", active_loop="return_form")
        form = await member.run(ReturnForm, "是 不喜欢", "affirm")
        assert form.asks == "return_confirmed"
        shoes, reason = member.slots["return_line"], member.slots["return_reason"]

        form = await member.run(ReturnForm, text, "inform", entities={"choice": "one_more"}, language=language)
        assert form.asks == "return_confirmed"
        assert (member.slots["return_line"], member.slots["return_reason"]) == (shoes, reason)
        assert form.responses == []

    async def test_a_change_of_reason_and_another_size_instead(self, member: Customer) -> None:
        order = await _shoes_delivered(member)
        form = await member.run(ReturnForm, "我要退那双鞋", "return_or_refund", active_loop="return_form")
        assert form.asks == "return_line_confirmed"
        asked = await member.run(AskWhetherThisLine, "我要退那双鞋", "return_or_refund")
        assert "11 月 15 日那单的「轻跑鞋 42 码」" in asked.only.text

        form = await member.run(ReturnForm, "是 运费谁出", "ask_faq")
        assert form.asks == "return_reason"
        assert form.responses == ["reply_return_aside_who_pays"]
        asked = await member.run(AskReturnReason, "是 运费谁出", "ask_faq")
        assert asked.responses == ["reply_return_reason"]
        assert asked.only.titles[0] == "尺码不合适"

        form = await member.run(ReturnForm, "质量问题 啊不对 尺码", "inform")
        assert form.slots["return_reason"] == "wrong_size"
        assert form.asks == "return_kind"
        asked = await member.run(AskReturnKind, "质量问题 啊不对 尺码", "inform")
        assert asked.responses == ["reply_return_offer_size"]
        assert asked.only.titles == ["换 43 码", "换 41 码", "还是退货"]

        form = await member.run(ReturnForm, "/inform", "inform", entities={"choice": "43"})
        assert form.asks == "return_confirmed"
        asked = await member.run(AskToConfirmReturn, "/inform", "inform")
        assert "「轻跑鞋 42 码」换成 43 码；运费由我们承担" in asked.only.text
        form = await member.run(ReturnForm, "好", "affirm")
        assert form.asks is None
        ran = await member.run(OpenReturn, "好", "affirm")
        assert ran.responses == ["reply_exchange_opened_size"]
        assert member.slots["return_line"] is None
        async with member.database.reading() as session:
            request = (await returns.for_member(session, member.member.id))[0]
            assert (request.kind, request.new_size, request.reason) == ("exchange", "43", "wrong_size")
            assert (await orders.by_number(session, order.number)).status == OrderStatus.RETURNING

    async def test_all_at_once_needs_one_confirmation(self, member: Customer) -> None:
        order = await _shoes_delivered(member)
        form = await member.run(
            ReturnForm, f"訂單{order.number}的鞋子我不喜歡 要退", "return_or_refund", language="zh-Hant",
            entities={"order_number": order.number}, active_loop="return_form",
        )  # fmt: skip
        assert form.asks == "return_confirmed"
        asked = await member.run(AskToConfirmReturn, "x", "return_or_refund")
        assert "退款 ¥399；寄回的運費由您負擔" in asked.only.text
        await member.run(ReturnForm, "對", "affirm")
        ran = await member.run(OpenReturn, "對", "affirm")
        again = await member.run(OpenReturn, "對", "affirm", message_id=ran.message_id, slots={
            "return_line": str(order.lines[0].id), "return_reason": "not_wanted", "return_kind": "return",
        })  # fmt: skip
        assert ran.responses == again.responses == ["reply_return_opened"]
        assert ran.only.values["number"] == again.only.values["number"] == "R-2026-0001"

    async def test_still_return_although_a_size_is_offered(self, member: Customer) -> None:
        await _shoes_delivered(member)
        await member.run(
            ReturnForm,
            "shoes don't fit, want to send back",
            "return_or_refund",
            language="en",
            active_loop="return_form",
        )
        form = await member.run(ReturnForm, "yes", "affirm")
        assert form.asks == "return_kind"
        form = await member.run(ReturnForm, "no, just the refund please", "inform")
        assert form.slots["return_kind"] == "return"
        assert form.asks == "return_confirmed"

    async def test_a_new_one_instead_of_the_money_at_the_last_question(self, member: Customer) -> None:
        await _shoes_delivered(member)
        await member.run(ReturnForm, "鞋底开胶了 我要退鞋", "return_or_refund", active_loop="return_form")
        assert (member.slots["requested_slot"], member.slots["return_kind"]) == ("return_confirmed", "return")
        form = await member.run(ReturnForm, "换双新的", "return_or_refund")
        assert (form.asks, form.slots["return_kind"]) == ("return_confirmed", "exchange")
        form = await member.run(ReturnForm, "那就换吧", "return_or_refund")
        assert (form.asks, form.slots["return_confirmed"]) == (None, True)

    async def test_not_that_one_but_the_other(self, member: Customer) -> None:
        await _shoes_delivered(member)
        async with member.database.transaction() as session:
            mug = await place(session, member.member.id, MUG, status=OrderStatus.DELIVERED, delivered_days_ago=1)
        await member.run(ReturnForm, "退那双鞋", "return_or_refund", active_loop="return_form")
        form = await member.run(ReturnForm, "/deny", "deny")
        assert form.asks == "return_line"
        asked = await member.run(AskWhichLine, "/deny", "deny")
        assert len(asked.only.buttons) == 2
        form = await member.run(ReturnForm, "/inform", "inform", entities={"choice": str(mug.lines[0].id)})
        assert form.slots["return_line"] == str(mug.lines[0].id)
        assert form.asks == "return_reason"

    async def test_after_seven_days_a_dislike_is_refused_at_once(self, member: Customer) -> None:
        await _shoes_delivered(member, days_ago=12)
        await member.run(ReturnForm, "鞋子不喜欢 退", "return_or_refund", active_loop="return_form")
        ran = await member.run(OpenReturn, "鞋子不喜欢 退", "return_or_refund")
        assert ran.responses == ["reply_return_window_over"]
        assert "11 月 17 日" in ran.only.text
        assert await member.outcomes() == ["return_refused"]

    async def test_what_is_still_on_its_way_is_said_to_be(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
        form = await member.run(ReturnForm, "那双鞋我想退", "return_or_refund", active_loop="return_form")
        assert form.asks is None
        ran = await member.run(OpenReturn, "那双鞋我想退", "return_or_refund")
        assert ran.responses == ["reply_return_not_delivered"]
        assert ran.only.titles == ["看物流", "找真人"]

    async def test_what_has_not_arrived_can_only_be_cancelled(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHIRT, status=OrderStatus.PAID)
        form = await member.run(
            ReturnForm, "退货", "return_or_refund", entities={"order_number": order.number}, active_loop="return_form"
        )
        assert form.asks is None
        ran = await member.run(OpenReturn, "退货", "return_or_refund", entities={"order_number": order.number})
        assert ran.responses == ["reply_return_not_delivered"]
        assert ran.only.titles == ["取消订单", "找真人"]

    async def test_another_members_line_cannot_be_chosen(self, member: Customer) -> None:
        await _shoes_delivered(member)
        other = await make_member(member.database)
        async with member.database.transaction() as session:
            mine = await place(session, member.member.id, MUG, status=OrderStatus.DELIVERED, delivered_days_ago=1)
            theirs = await place(session, other.id, MUG, status=OrderStatus.DELIVERED, delivered_days_ago=1)
        await member.run(ReturnForm, "退货", "return_or_refund", active_loop="return_form")
        form = await member.run(ReturnForm, "/inform", "inform", entities={"choice": str(theirs.lines[0].id)})
        assert form.slots.get("return_line") is None
        assert mine.lines[0].id != theirs.lines[0].id


class TestStranger:
    """Nobody knows yet who asks."""

    @pytest_asyncio.fixture
    async def article(self, database: Database) -> None:
        async with database.transaction() as session:
            await knowledge.upsert(
                session,
                slug="return_window",
                titles={
                    "zh-Hans": "多少天内可以退货",
                    "zh-Hant": "幾天內可以退貨",
                    "en": "How long you can return things",
                },
                bodies={
                    "zh-Hans": "签收后 7 天内可以退货。\n没有外穿就行，室内试穿没关系。\n内衣袜子不能退。",
                    "zh-Hant": "簽收後 7 天內可以退貨。\n沒有外穿就可以，室內試穿沒關係。\n內衣襪子無法退貨。",
                    "en": "You have 7 days.\nTrying shoes on indoors is fine.\nUnderwear stays with you.",
                },
            )

    @pytest.mark.usefixtures("article")
    @pytest.mark.parametrize(
        ("asked", "language", "told", "offered"),
        [
            ("穿过一次的鞋子能退吗", "zh-Hans", ["没有外穿就行，室内试穿没关系。"], "要退换的话，先确认一下是您本人"),
            ("穿過一次的鞋子可以退嗎", "zh-Hant", ["沒有外穿就可以，室內試穿沒關係。"], "想退換的話，先確認是您本人"),
            ("Can I return shoes I wore once?", "en", ["Trying shoes on indoors is fine."], "To send something back"),
            ("底裤不合身可以退么", "zh-Hans", ["内衣袜子不能退。"], "要退换的话，先确认一下是您本人"),
            (
                "我要退货",
                "zh-Hans",
                ["签收后 7 天内可以退货。", "没有外穿就行，室内试穿没关系。"],
                "要退换的话，先确认一下是您本人",
            ),
        ],
    )
    async def test_hears_how_returns_work_in_short_and_may_begin_one(
        self, customer: Customer, asked: str, language: str, told: list[str], offered: str
    ) -> None:
        form = await customer.run(ReturnForm, asked, "return_or_refund", language=language, active_loop="return_form")
        assert form.asks is None
        ran = await customer.run(OpenReturn, asked, "return_or_refund", message_id=form.message_id)
        assert ran.responses == ["reply_faq_answer", "reply_return_verify"]
        assert ran.said[0].text.splitlines()[:-1] == told, "what answers, before the source"
        assert ran.said[0].payloads == ['/ask_faq{"choice":"return_window"}']
        assert offered in ran.said[1].text
        assert await customer.outcomes() == ["verification_needed"]

    @pytest.mark.usefixtures("article")
    async def test_who_names_an_order_is_asked_to_be_verified_as_before(self, customer: Customer) -> None:
        asked = {"order_number": "20261115-0001"}
        ran = await customer.run(OpenReturn, "20261115-0001 退货", "return_or_refund", entities=asked)
        assert ran.responses == ["reply_verify_first"]

    @pytest.mark.usefixtures("article")
    async def test_in_the_midst_of_verifying_only_the_policy_is_told(self, customer: Customer) -> None:
        ran = await customer.run(OpenReturn, "鞋子能退吗", "return_or_refund", active_loop="bind_form")
        assert ran.responses == ["reply_faq_answer"]

    async def test_without_an_article_the_way_to_begin_is_offered_all_the_same(self, customer: Customer) -> None:
        ran = await customer.run(OpenReturn, "退货", "return_or_refund")
        assert ran.responses == ["reply_return_verify"]

    @pytest.mark.usefixtures("article")
    async def test_once_verified_the_return_goes_on_with_what_was_said(self, customer: Customer) -> None:
        asked = "鞋底开胶了，那双鞋能退吗"
        pending = (await customer.run(OpenReturn, asked, "return_or_refund")).slots["pending_action"]
        assert (pending["action"], pending["message"]["text"]) == ("action_return_form_submit", asked)
        await customer.become(await make_member(customer.database))
        await _shoes_delivered(customer)
        taken_up = await customer.run(OpenReturn, asked, "return_or_refund")
        assert taken_up.said == []
        assert taken_up.followup == "return_form"
        form = await customer.run(ReturnForm, "482913", "inform", active_loop="return_form")
        assert (form.asks, customer.slots["return_reason"]) == ("return_confirmed", "quality")

    async def test_once_verified_a_return_that_comes_too_late_is_refused_at_once(self, customer: Customer) -> None:
        await customer.run(OpenReturn, "那双鞋不喜欢，要退", "return_or_refund")
        await customer.become(await make_member(customer.database))
        await _shoes_delivered(customer, days_ago=20)
        ran = await customer.run(OpenReturn, "那双鞋不喜欢，要退", "return_or_refund")
        assert ran.responses == ["reply_return_window_over"]

    async def test_once_verified_nothing_to_return_is_said_so(self, customer: Customer) -> None:
        await customer.become(await make_member(customer.database))
        ran = await customer.run(OpenReturn, "我要退货", "return_or_refund")
        assert ran.responses == ["reply_no_orders"]


class TestRefundStatus:
    async def test_a_refund_that_is_late_is_said_to_be_late(self, member: Customer, frozen_clock: FrozenClock) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.PAID)
            await orders.cancel(session, order, key="k")
        due = await member.run(ActionRefundStatus, "退款呢", "ask_refund_status")
        assert due.responses == ["reply_refunds_due"]
        assert "¥399，最晚 11 月 25 日" in due.only.text
        frozen_clock.move(timedelta(days=5))
        late = await member.run(ActionRefundStatus, "退款呢", "ask_refund_status")
        assert late.responses == ["reply_refunds_late"]
        assert "晚了 2 天" in late.only.text
        assert late.only.titles == ["登记投诉", "找真人"]

    async def test_of_an_exchange_it_is_told_how_far_it_is(self, member: Customer) -> None:
        order = await _shoes_delivered(member)
        async with member.database.transaction() as session:
            await returns.open_return(
                session, await session.merge(order), order.lines[0], reason="quality", kind="exchange", key="k"
            )
        ran = await member.run(ActionRefundStatus, "退款呢", "ask_refund_status")
        assert ran.responses == ["reply_exchanges_running"]
        assert "R-2026-0001（轻跑鞋 42 码）：已申请，等待审核" in ran.only.text

    async def test_none_is_said_plainly(self, member: Customer) -> None:
        ran = await member.run(ActionRefundStatus, "where is my refund", "ask_refund_status", language="en")
        assert ran.responses == ["reply_no_refunds"]
