"""A member tells of a fault: regret, and what is possible for the very thing; never a product card."""

import pytest

from actions.returns.faults import ActionReportFault
from crm_store import returns
from crm_store.returns import ReturnStatus
from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, press, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")


class TestWhileItMayComeBack:
    async def test_the_thing_is_found_by_what_customers_call_it_and_a_new_one_is_a_word_away(
        self, member: Customer
    ) -> None:
        await bought(member, "bedding")
        await bought(member, "shoes")
        told = await say(member, "那套床单洗了一次就起毛", "report_fault")
        assert told.responses == ["reply_fault_may_come_back", "reply_return_kind_repair"]
        assert "很抱歉，「全棉四件套」出了问题。到 12 月 20 日都可以退货或换新，来回运费我们出" in told.text
        asked = await say(member, "给我换套新的")
        assert "「全棉四件套」换一件新的，原因「质量问题」；运费由我们承担" in asked.text
        done = await say(member, "可以", "affirm")
        assert done.responses == ["reply_exchange_opened"]
        request = (await requests(member))[0]
        assert (request.kind, request.reason, request.note) == ("exchange", "quality", "那套床单洗了一次就起毛")

    async def test_something_missing_is_offered_whole_or_the_money(self, member: Customer) -> None:
        await bought(member, "bedding")
        told = await say(member, "Only got one of the pillowcases", "report_fault", language="en")
        assert told.responses == ["reply_fault_may_come_back", "reply_return_this_one"], "nothing of it was named"
        told = await say(member, "yes", "affirm")
        assert told.responses == ["reply_return_kind_missing"]
        assert member.slots["return_reason"] == "missing"

    async def test_what_was_spoken_of_is_meant_where_nothing_is_named(self, member: Customer) -> None:
        await bought(member, "shoes")
        order = await bought(member, "lamp")
        told = await say(
            member, "一直闪", "report_fault", entities={"order_number": order.number},
            slots={"focus": {"order": order.number, "product": "LAMP-DESK"}},
        )  # fmt: skip
        assert "「护眼台灯」" in told.text

    async def test_of_several_purchases_it_is_asked_which(self, member: Customer) -> None:
        await bought(member, "shoes")
        await bought(member, "lamp", days_ago=1)
        told = await say(member, "收到就是坏的", "report_fault")
        assert told.responses == ["reply_fault_sorry", "reply_return_which"]
        assert [title.split(" 日 ")[1] for title in told.buttons] == ["护眼台灯", "轻跑鞋 42 码"]

    async def test_shoes_that_pinch_are_offered_in_the_next_size(self, member: Customer) -> None:
        await bought(member, "shoes")
        told = await say(member, "新鞋子穿着挤脚", "report_fault")
        assert told.responses == ["reply_fault_sorry_item", "reply_return_offer_size"]
        assert list(told.buttons) == ["换 43 码", "换 41 码", "还是退货"]

    async def test_corrected_detail_is_kept_for_the_staff(self, member: Customer) -> None:
        await bought(member, "buds")
        await say(member, "耳機左邊沒聲音", "report_fault", language="zh-Hant")
        told = await say(member, "不對，是右邊那隻")
        assert told.responses == ["reply_return_noted", "reply_return_kind_repair"]
        await say(member, "退款就好")
        await say(member, "對", "affirm")
        assert (await requests(member))[0].note == "耳機左邊沒聲音; 不對，是右邊那隻"


class TestWhenItIsTooLate:
    async def test_the_warranty_by_the_goods(self, member: Customer) -> None:
        await bought(member, "lamp", days_ago=45)
        told = await say(member, "the lamp keeps flickering", "report_fault", language="en")
        assert told.responses == ["reply_fault_warranty", "reply_repair_confirm"]
        assert "until 7 November" in told.text
        assert "under warranty until 8 October 2027" in told.text
        assert (member.slots["return_kind"], member.slots["return_reason"]) == ("repair", "quality")

    async def test_without_a_warranty_it_is_said_plainly(self, member: Customer) -> None:
        await bought(member, "serum", days_ago=45)
        told = await say(member, "精华液漏了一包装，发霉了", "report_fault")
        assert told.responses == ["reply_fault_too_late"]

    async def test_a_registered_one_is_told_of_instead_of_a_second(self, member: Customer) -> None:
        order = await bought(member, "lamp")
        async with member.database.transaction() as session:
            await returns.open_return(session, await session.merge(order), order.lines[0], reason="quality", key="k")
        told = await say(member, "台灯不亮", "report_fault")
        assert told.responses == ["reply_return_already_requested"]
        assert "R-2026-0001" in told.text

    async def test_what_has_not_come_cannot_be_faulty_yet(self, member: Customer) -> None:
        await bought(member, "lamp", delivered=False)
        told = await say(member, "台灯是坏的", "report_fault")
        assert told.responses == ["reply_return_not_delivered"]


class TestWhoDidNotBuyIt:
    async def test_nothing_else_is_put_in_its_place(self, member: Customer) -> None:
        await bought(member, "shoes")
        told = await say(member, "手表表带断了", "report_fault", entities={"product": "手表"})
        assert told.responses == ["reply_fault_not_bought"]
        assert "没有买过「手表」" in told.text

    async def test_a_part_is_no_other_thing(self, member: Customer) -> None:
        await bought(member, "shoes")
        told = await say(member, "鞋底断了", "report_fault", entities={"product": "鞋底"})
        assert "「轻跑鞋 42 码」" in told.text

    async def test_a_thing_of_the_shop_that_this_member_never_bought(self, member: Customer) -> None:
        await bought(member, "shoes")
        other = await bought(member, "lamp")
        async with member.database.transaction() as session:
            (await session.merge(other)).status = "cancelled"
        told = await say(member, "护眼台灯坏了", "report_fault")
        assert told.responses == ["reply_fault_not_bought"]

    async def test_a_visitor_hears_the_rule_and_goes_on_once_verified(self, customer: Customer) -> None:
        told = await say(customer, "耳機沒聲音了", "report_fault", language="zh-Hant")
        assert told.responses == ["reply_fault_visitor"]
        assert "送達後 30 天內都可以退換" in told.text
        assert told.runs[0].slots["pending_action"]["action"] == ActionReportFault.action_name


class TestFromAFault:
    async def test_the_way_back_from_the_question_which_leads_to_the_warranty(self, member: Customer) -> None:
        old = await bought(member, "lamp", days_ago=60)
        await bought(member, "shoes")
        await say(member, "收到的东西是坏的", "report_fault")
        told = await press(member, f'/inform{{"choice":"{old.lines[0].id}"}}')
        assert told.responses == ["reply_fault_warranty", "reply_repair_confirm"]

    async def test_it_can_be_left(self, member: Customer) -> None:
        await bought(member, "lamp")
        await say(member, "台灯一闪一闪", "report_fault")
        told = await say(member, "算了不退了", "inform")
        assert told.responses == ["reply_return_not_done"]
        assert await requests(member) == []


async def test_money_for_a_fault_is_wished_at_once(member: Customer) -> None:
    await bought(member, "lamp")
    told = await say(member, "台灯不亮了，给我退钱", "report_fault")
    assert told.responses == ["reply_fault_may_come_back", "reply_return_confirm"]
    assert (await say(member, "对", "affirm")).responses == ["reply_return_opened"]
    assert (await requests(member))[0].status == ReturnStatus.REQUESTED


async def test_who_denies_a_fault_is_told_of_none(member: Customer) -> None:
    await bought(member, "lamp", days_ago=20)
    told = await say(member, "台灯没质量问题，能退吗", "report_fault")
    assert told.responses == ["reply_return_window_over"]
    told = await say(member, "台灯买重了，能退吗", "report_fault")
    assert told.responses == ["reply_return_window_over"]
