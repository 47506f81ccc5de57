"""A repair under warranty, from the fault or the plain wish to its number, and back."""

import pytest

from actions.returns.faults import ActionReportFault
from actions.returns.heard import kind_wished, weighs
from crm_store import returns
from crm_store.returns import ReturnStatus
from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, press, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")


class TestRegistered:
    async def test_after_the_fault_with_a_plain_wish(self, member: Customer) -> None:
        order = await bought(member, "lamp", days_ago=45)
        told = await say(member, "檯燈一直閃", "report_fault", language="zh-Hant")
        assert told.responses == ["reply_fault_warranty", "reply_repair_confirm"]
        assert "「護眼檯燈」免費維修，來回運費由我們負擔，收到後 7 個工作天內修好寄回" in told.text
        assert await requests(member) == []
        done = await say(member, "就修吧", language="zh-Hant")
        assert done.responses == ["reply_repair_opened"]
        [request] = await requests(member)
        assert (request.kind, request.reason, request.order.number) == ("repair", "quality", order.number)
        assert request.number in done.text
        assert order.number in done.text
        assert "帶到任何一間門市" in done.text
        assert request.note == "檯燈一直閃"

    async def test_a_question_and_a_no_register_nothing(self, member: Customer) -> None:
        await bought(member, "lamp", days_ago=45)
        await say(member, "the lamp keeps flickering", "report_fault", language="en")
        told = await say(member, "can I drop it off at a shop?", language="en")
        assert told.responses == ["reply_return_aside_hand_in", "reply_repair_confirm"]
        told = await say(member, "not now", "deny", language="en")
        assert told.responses == ["reply_return_not_done"]
        assert await requests(member) == []

    async def test_wished_at_once_of_the_only_thing_under_warranty(self, member: Customer) -> None:
        await bought(member, "lamp", days_ago=45)
        told = await say(member, "帮我登记维修吧", "return_or_refund")
        assert told.responses == ["reply_return_this_one"]
        told = await say(member, "是", "affirm")
        assert told.responses == ["reply_repair_confirm"]
        done = await say(member, "登记", "affirm")
        assert done.responses == ["reply_repair_opened"]

    async def test_the_thing_that_is_named_and_no_other(self, member: Customer) -> None:
        await bought(member, "lamp", days_ago=45)
        await bought(member, "shoes")
        told = await say(member, "I'd like the desk lamp repaired", "return_or_refund", language="en")
        assert "Desk Lamp" in told.text
        assert told.responses[-1] == "reply_repair_confirm"
        await say(member, "yes", "affirm", language="en")
        [request] = await requests(member)
        assert (request.kind, request.line.sku) == ("repair", "LAMP-DESK")

    async def test_in_the_first_weeks_it_is_one_of_three_ways(self, member: Customer) -> None:
        await bought(member, "buds")
        told = await say(member, "耳机没声音", "report_fault")
        assert list(told.buttons) == ["换货", "还是退货", "登记维修", "找真人"]
        told = await press(member, told.buttons["登记维修"])
        assert told.responses == ["reply_repair_confirm"]
        told = await say(member, "算了还是换新的")
        assert told.responses == ["reply_exchange_confirm"]

    async def test_a_refund_or_a_repair_is_answered_with_what_is_possible(self, member: Customer) -> None:
        await bought(member, "buds", days_ago=3)
        told = await say(
            member, "So do I get my money back or a repair for the earbuds?", "return_or_refund", language="en"
        )
        assert told.responses == ["reply_return_kind_repair"]
        assert member.slots["return_kind"] is None

    async def test_money_back_that_is_too_late_leaves_the_repair(self, member: Customer) -> None:
        await bought(member, "lamp", days_ago=45)
        told = await say(member, "台灯坏了，退钱", "return_or_refund")
        assert told.responses == ["reply_fault_warranty", "reply_repair_confirm"]
        again = await say(member, "我要退钱")
        assert again.responses == ["reply_return_only_repair", "reply_repair_confirm"]
        assert await requests(member) == []

    @pytest.mark.parametrize(
        "text",
        [
            "修要多久啊 不能直接退钱吗",
            "修要幾耐呀？可唔可以直接退錢",
            "how long does the repair take? can i just get my money back",
        ],
    )
    async def test_money_asked_about_beside_its_time_is_answered_too(self, member: Customer, text: str) -> None:
        await bought(member, "lamp", days_ago=45)
        await say(member, "台灯不亮了", "report_fault")
        told = await say(member, text, "return_or_refund")
        assert told.responses == ["reply_return_no_more", "reply_return_aside_repair_when", "reply_repair_confirm"]

    @pytest.mark.parametrize("text", ["另一瓶精华也坏了", "精華也壞了", "the serum is faulty as well"])
    async def test_what_is_too_late_for_another_thing_leaves_this_one_open(self, member: Customer, text: str) -> None:
        await bought(member, "serum", days_ago=45)
        await bought(member, "lamp", days_ago=45)
        await say(member, "台灯不亮了", "report_fault")
        line = member.slots["return_line"]
        ran = await member.run(ActionReportFault, text, "report_fault")
        assert "reply_fault_too_late" in ran.responses
        assert not ran.leaves_form
        assert member.slots["return_line"] == line

    async def test_what_has_no_warranty_is_offered_none(self, member: Customer) -> None:
        await bought(member, "serum", days_ago=45)
        told = await say(member, "精华漏液了，帮我修", "report_fault")
        assert told.responses == ["reply_fault_too_late"]

    async def test_a_visitor_hears_the_rule(self, customer: Customer) -> None:
        told = await say(customer, "帮我登记维修", "return_or_refund")
        assert told.responses == ["reply_repair_visitor", "reply_return_verify"]


class TestAskedAboutTheRepair:
    @pytest.mark.parametrize(
        ("text", "language", "response"),
        [
            ("修要几天", "zh-Hans", "reply_return_aside_repair_when"),
            ("整要幾耐", "zh-Hant", "reply_return_aside_repair_when"),
            ("how long does the repair take", "en", "reply_return_aside_repair_when"),
            ("那維修收費嗎", "zh-Hant", "reply_return_aside_repair_cost"),
            ("is the repair free", "en", "reply_return_aside_repair_cost"),
            ("如果修不好呢", "zh-Hans", "reply_return_aside_repair_fails"),
            ("what if it can't be repaired", "en", "reply_return_aside_repair_fails"),
        ],
    )
    async def test_what_is_asked_is_told_and_nothing_is_registered(
        self, member: Customer, text: str, language: str, response: str
    ) -> None:
        await bought(member, "lamp", days_ago=45)
        await say(member, "台灯一直闪", "report_fault")
        told = await say(member, text, "ask_faq", language=language)
        assert told.responses == [response, "reply_repair_confirm"]
        assert await requests(member) == []

    async def test_of_three_alike_the_one_bought_last_is_meant(self, member: Customer) -> None:
        older = await bought(member, "lamp", days_ago=80)
        newest = await bought(member, "lamp", days_ago=45)
        await say(member, "我最近買的那盞檯燈一直閃", "report_fault", language="zh-Hant")
        await say(member, "好，修吧", "affirm", language="zh-Hant")
        [request] = await requests(member)
        assert request.order.number == newest.number != older.number


class TestTheFaultOfOneThing:
    async def test_is_not_asked_again(self, member: Customer) -> None:
        await bought(member, "lamp", days_ago=2)
        await say(member, "台灯一直闪", "report_fault")
        await say(member, "先不弄", "deny")
        member.active_loop = None
        told = await say(member, "那还是把台灯换了吧", "return_or_refund")
        assert told.responses[-1] == "reply_exchange_confirm"


class TestWhatAYesAgreesTo:
    async def test_a_yes_that_names_another_purchase_speaks_of_that_one(self, member: Customer) -> None:
        await bought(member, "shoes", days_ago=1)
        await bought(member, "lamp", days_ago=1)
        await say(member, "The shoes came off at the sole", "report_fault", language="en")
        await say(member, "refund please", language="en")
        told = await say(member, "ok a new one for the desk lamp then", "affirm", language="en")
        assert await requests(member) == []
        assert member.slots["return_confirmed"] is None
        assert told.responses == ["reply_return_reason"], "what is wrong with the lamp was not told"
        await say(member, "it flickers", language="en")
        told = await say(member, "yes", "affirm", language="en")
        assert told.responses == ["reply_exchange_opened"]
        [request] = await requests(member)
        assert (request.line.sku, request.kind) == ("LAMP-DESK", "exchange")

    async def test_a_yes_that_names_the_same_thing_is_a_yes(self, member: Customer) -> None:
        await bought(member, "shoes", days_ago=1)
        await bought(member, "lamp", days_ago=1)
        await say(member, "the desk lamp flickers", "report_fault", language="en")
        await say(member, "a new one please", language="en")
        told = await say(member, "ok, a new lamp", "affirm", language="en")
        assert told.responses == ["reply_exchange_opened"]


class TestOnceRegistered:
    async def registered(self, member: Customer, days_ago: float = 45) -> returns.ReturnRequest:
        await bought(member, "lamp", days_ago=days_ago)
        await say(member, "台灯一直闪，帮我修一下", "report_fault")
        await say(member, "好", "affirm")
        [request] = await requests(member)
        assert request.kind == "repair"
        return request

    async def test_how_it_comes_to_us(self, member: Customer) -> None:
        request = await self.registered(member)
        told = await say(member, "怎么寄给你们", "return_or_refund")
        assert told.responses == ["reply_repair_way_here"]
        assert request.number in told.text

    async def test_how_far_it_is(self, member: Customer) -> None:
        request = await self.registered(member)
        told = await say(member, "我的维修到哪一步了", "ask_refund_status")
        assert told.responses == ["reply_return_status"]
        assert f"{request.number}（护眼台灯，维修）：已申请，等待审核" in told.text

    async def test_taken_back_after_a_question_that_names_it(self, member: Customer) -> None:
        await self.registered(member)
        told = await say(member, "不修了，取消吧", "undo", slots={"focus": {"done": "return_or_refund"}})
        assert told.responses == ["reply_return_withdraw_confirm"]
        assert "护眼台灯，维修" in told.text
        done = await press(member, next(iter(told.buttons.values())))
        assert done.responses == ["reply_repair_withdrawn"]
        [request] = await requests(member)
        assert request.status == ReturnStatus.CANCELLED

    async def test_money_instead_is_refused_when_its_time_is_over(self, member: Customer) -> None:
        request = await self.registered(member)
        told = await say(member, "不修了，还是退钱吧", "return_or_refund")
        assert told.responses == ["reply_return_change_refused"]
        assert "已经过了退换期限" in told.text
        assert (await requests(member))[0].kind == request.kind

    async def test_a_new_one_instead_while_there_is_time(self, member: Customer) -> None:
        await self.registered(member, days_ago=3)
        told = await say(member, "不修了，换一个新的", "return_or_refund")
        assert told.responses == ["reply_return_change_to_exchange"]
        assert "从维修改成换一件新的" in told.text
        done = await press(member, next(iter(told.buttons.values())))
        assert done.responses == ["reply_return_changed_exchange"]


@pytest.mark.parametrize(
    ("text", "wished"),
    [
        ("就修吧", "repair"), ("我是要修刀", "repair"), ("幫我登記維修", "repair"), ("can you fix it for me", "repair"),
        ("整返好佢啦", "repair"), ("不修了，退吧", "return"), ("只是不退換，就修", "repair"),
        ("先别退！我就问能不能修", "repair"),
        ("收货地址修改一下", None), ("装修用的", None), ("修改订单", None),
    ],
)  # fmt: skip
def test_what_is_a_repair_and_what_only_looks_like_one(text: str, wished: str | None) -> None:
    assert kind_wished(text) == wished


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("退还是修？", True), ("do I get a refund or a repair?", True), ("可以修也可以换吗，还是只能退", True),
        ("帮我修吧", False), ("退货吧？", False), ("不退了，还是换吧", False),
    ],
)  # fmt: skip
def test_ways_held_against_each_other(text: str, holds: bool) -> None:
    assert weighs(text) is holds


class TestTheWrongThing:
    async def test_is_withdrawn_and_what_was_meant_goes_on(self, member: Customer) -> None:
        await bought(member, "shoes", days_ago=1)
        await bought(member, "lamp", days_ago=1)
        await say(member, "the desk lamp flickers", "report_fault", language="en")
        member.active_loop = None
        await say(member, "the shoes came off at the sole", "report_fault", language="en")
        await say(member, "a new one please", language="en")
        await say(member, "yes", "affirm", language="en")
        told = await say(member, "No, not the shoes. I said the desk lamp. Undo that please", "undo", language="en")
        assert told.responses == ["reply_return_withdrawn", "reply_exchange_confirm"]
        assert "Desk Lamp" in told.said[-1].text
        await say(member, "yes", "affirm", language="en")
        lamp, shoes = await requests(member)
        assert (lamp.line.sku, lamp.kind, lamp.status) == ("LAMP-DESK", "exchange", ReturnStatus.REQUESTED)
        assert (shoes.line.sku, shoes.status) == ("RUN-LITE", ReturnStatus.CANCELLED)

    async def test_a_plain_wish_to_undo_is_still_asked_about(self, member: Customer) -> None:
        await bought(member, "shoes", days_ago=1)
        await say(member, "the shoes came off at the sole, a new one please", "report_fault", language="en")
        await say(member, "yes", "affirm", language="en")
        told = await say(member, "undo the shoes thing please", "undo", language="en")
        assert told.responses == ["reply_return_withdraw_confirm"]
        [request] = await requests(member)
        assert request.is_running


@pytest.mark.parametrize(
    ("text", "language", "says"),
    [
        ("the serum is broken, can you repair it", "en", "not be asked to pay"),
        ("精華壞了，可以修嗎", "zh-Hant", "不會要您付費"),
    ],
)
async def test_after_it_put_somebody_at_risk_no_repair_for_money_is_offered(
    member: Customer, text: str, language: str, says: str
) -> None:
    await bought(member, "serum", days_ago=60)
    member.slots["focus"] = {"danger": "fire"}
    told = await say(member, text, "report_fault", language=language)
    assert told.responses == ["reply_return_after_danger"]
    assert says in told.text


async def test_without_a_danger_a_repair_for_money_is(member: Customer) -> None:
    await bought(member, "serum", days_ago=60)
    told = await say(member, "精华坏了，可以修吗", "report_fault")
    assert told.responses == ["reply_fault_too_late"]


DAMAGED = {"choice": "own_damage"}


class TestDamagedAtHome:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("我儿子把水倒进台灯里了，现在不亮", "zh-Hans"),
            ("檯燈被我不小心摔壞了，還有保固嗎", "zh-Hant"),
            ("I dropped the desk lamp in the bath", "en"),
        ],
    )
    async def test_nothing_free_is_offered(self, member: Customer, text: str, language: str) -> None:
        await bought(member, "lamp", days_ago=45)
        told = await say(member, text, "report_fault", language=language, entities={"product": "台灯"})
        assert told.responses == ["reply_own_damage"]
        assert len(told.buttons) == 2
        assert member.active_loop is None

    async def test_told_amid_the_form_it_leaves_the_form(self, member: Customer) -> None:
        await bought(member, "lamp", days_ago=45)
        await say(member, "台灯一直闪", "report_fault")
        text = "其实我小孩把水倒进去了，这样还算保修吗"
        taken = await say(member, text, "report_fault", entities=DAMAGED)
        assert not taken.taken
        told = await member.run(ActionReportFault, text, "report_fault", entities=DAMAGED, active_loop="return_form")
        assert told.responses == ["reply_own_damage"]
        assert any(event["event"] == "active_loop" and event["name"] is None for event in told.events)
        assert await requests(member) == []

    @pytest.mark.parametrize(
        ("text", "response"),
        [
            ("修要多少钱", "reply_own_damage_cost"),
            ("可是到底要不要钱", "reply_own_damage_cost"),
            ("運費你們會跟我收嗎", "reply_own_damage_postage_of"),
            ("那还算保修吗", "reply_own_damage"),
            ("so who pays the postage", "reply_own_damage_postage_of"),
        ],
    )
    async def test_what_is_asked_then_is_answered_in_one(self, member: Customer, text: str, response: str) -> None:
        await bought(member, "shoes", days_ago=45)
        await bought(member, "lamp", days_ago=45)
        await say(member, "我不小心把水倒进台灯里了", "report_fault", entities={"product": "台灯"})
        told = await say(member, text, "report_fault", entities=DAMAGED)
        assert told.responses == [response]

    async def test_a_repair_wished_all_the_same_is_not_registered(self, member: Customer) -> None:
        await bought(member, "lamp", days_ago=45)
        await say(member, "我不小心把水倒进台灯里了", "report_fault", entities={"product": "台灯"})
        told = await say(member, "帮我登记台灯的免费维修", "return_or_refund", entities={"product": "台灯"})
        assert told.responses == ["reply_own_damage"]
        assert await requests(member) == []

    async def test_that_there_was_none_after_all_begins_the_repair(self, member: Customer) -> None:
        await bought(member, "lamp", days_ago=45)
        await say(member, "我不小心把水倒进台灯里了", "report_fault", entities={"product": "台灯"})
        told = await say(member, "我看错了，没进过水，就是一直闪", "report_fault", entities=DAMAGED)
        assert told.responses == ["reply_fault_warranty", "reply_repair_confirm"]

    async def test_told_after_it_was_registered_it_stands_in_the_request(self, member: Customer) -> None:
        await bought(member, "lamp", days_ago=45)
        await say(member, "台灯一直闪", "report_fault")
        await say(member, "就修吧")
        told = await say(member, "对了，台灯上周不小心进了水", "report_fault", entities=DAMAGED)
        assert told.responses == ["reply_own_damage_noted"]
        [request] = await requests(member)
        assert "进了水" in (request.note or "")

    async def test_what_may_be_its_own_fault_is_one(self, member: Customer) -> None:
        await bought(member, "shoes", days_ago=12)
        told = await say(member, "跑鞋进水了", "report_fault", entities={"product": "跑鞋"})
        assert "reply_own_damage" not in told.responses

    async def test_a_visitor_is_promised_nothing_free(self, customer: Customer) -> None:
        told = await say(customer, "我把水倒进电饭煲了，坏了", "report_fault")
        assert told.responses == ["reply_own_damage_visitor"]
