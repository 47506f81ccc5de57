"""After a return is registered: how it goes on, the other kind, and taking it back."""

import pytest

from crm_store import returns
from crm_store.returns import ReturnStatus
from tests.actions.conftest import Customer, make_customer, make_member
from tests.actions.returns.talking import bought, press, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")

RETURN = "return_or_refund"


async def exchange(member: Customer) -> None:
    """An exchange of the shoes for 43 is registered."""
    await bought(member, "shoes")
    await say(member, "跑鞋小了，换43码", RETURN)
    told = await say(member, "对", "affirm")
    assert told.responses == ["reply_exchange_opened_size"]


async def take(member: Customer, *steps: ReturnStatus) -> None:
    request = (await requests(member))[0]
    async with member.database.transaction() as session:
        for step in steps:
            request = await returns.advance(session, request, step)


class TestHowItGoesOn:
    async def test_what_was_done_is_spoken_of(self, member: Customer) -> None:
        await exchange(member)
        focus = member.slots["focus"]
        assert (focus["return"], focus["done"], focus["product"]) == ("R-2026-0001", RETURN, "RUN-LITE")

    async def test_how_it_comes_back_by_its_state(self, member: Customer) -> None:
        await exchange(member)
        told = await say(member, "那我怎么寄回给你们", RETURN)
        assert told.responses == ["reply_return_way_back_soon"]
        assert "最晚 11 月 23 日 10:00" in told.text
        await take(member, ReturnStatus.APPROVED)
        assert (await say(member, "寄到哪里", RETURN)).responses == ["reply_return_way_back_now"]

    async def test_the_same_thing_once_more_is_told_how_far_it_is(self, member: Customer) -> None:
        await exchange(member)
        told = await say(member, "我要退那双跑鞋，订单里的", RETURN, slots={"focus": None})
        assert told.responses == ["reply_return_change_to_return"]
        told = await say(member, "跑鞋退换到哪步了", RETURN)
        assert told.responses == ["reply_return_status"]
        assert "R-2026-0001（轻跑鞋 42 码，换 43 码）：已申请，等待审核" in told.text

    async def test_another_purchase_opens_the_form(self, member: Customer) -> None:
        await exchange(member)
        await bought(member, "lamp")
        told = await say(member, "台灯也退了吧", RETURN)
        assert told.responses == ["reply_return_this_one"]

    async def test_where_the_exchange_stands_is_known_at_once(self, member: Customer) -> None:
        await exchange(member)
        told = await say(member, "退款到哪了", "ask_refund_status", entities={"choice": "R-2026-0001"})
        assert told.responses == ["reply_return_status"]

    async def test_when_the_money_comes_is_told_by_rule_and_case(self, member: Customer) -> None:
        await bought(member, "lamp")
        await say(member, "台灯不喜欢，退货", RETURN)
        await say(member, "对", "affirm")
        told = await say(member, "退款多久能到账", "ask_refund_status", entities={"choice": "R-2026-0001"})
        assert told.responses == ["reply_return_aside_refund_when", "reply_refunds_due"]
        assert "R-2026-0001：¥259" in told.text

    async def test_nobody_elses(self, member: Customer) -> None:
        await exchange(member)
        stranger = await make_customer(member.database)
        await stranger.become(await make_member(member.database))
        told = await say(stranger, "撤销 R-2026-0001", "undo")
        assert "R-2026-0001" not in told.text
        assert (await requests(member))[0].status == ReturnStatus.REQUESTED


class TestTheOtherKind:
    async def test_money_after_all_is_asked_and_done(self, member: Customer) -> None:
        await exchange(member)
        asked = await say(member, "不想换了，把钱退我吧", RETURN)
        assert asked.responses == ["reply_return_change_to_return"]
        assert "退款 ¥399；寄回的运费由您承担" in asked.text
        assert [each["answer"] for each in asked.said[-1].buttons] == ["yes", "no"]
        assert (await requests(member))[0].kind == "exchange", "nothing is changed without a yes"
        done = await press(member, asked.buttons["就这么改"])
        assert done.responses == ["reply_return_changed_return"]
        assert [(each.number, each.kind) for each in await requests(member)] == [("R-2026-0001", "return")]

    async def test_and_back_to_an_exchange_with_a_size(self, member: Customer) -> None:
        await exchange(member)
        asked = await say(member, "还是退吧", RETURN)
        await press(member, asked.buttons["就这么改"])
        asked = await say(member, "我又想了下，还是换吧", RETURN)
        assert asked.responses == ["reply_return_new_size"]
        done = await press(member, asked.buttons["41 码"])
        assert done.responses == ["reply_return_changed_exchange"]
        assert (await requests(member))[0].new_size == "41"

    async def test_another_size_of_the_exchange(self, member: Customer) -> None:
        await exchange(member)
        asked = await say(member, "跑鞋改成换41码", RETURN)
        assert asked.responses == ["reply_return_change_to_size"]

    async def test_once_on_its_way_it_stays(self, member: Customer) -> None:
        await exchange(member)
        await take(member, ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT)
        told = await say(member, "不换了，退钱", RETURN)
        assert told.responses == ["reply_return_cannot_change"]


class TestWithdrawing:
    async def test_asked_first_done_once(self, member: Customer) -> None:
        await exchange(member)
        asked = await say(member, "能撤回吗", "undo")
        assert asked.responses == ["reply_return_withdraw_confirm"]
        assert (await requests(member))[0].status == ReturnStatus.REQUESTED
        done = await press(member, asked.buttons["撤销退换"])
        assert done.responses == ["reply_return_withdrawn"]
        assert (await requests(member))[0].status == ReturnStatus.CANCELLED
        again = await press(member, asked.buttons["撤销退换"])
        assert again.responses == ["reply_return_withdrawn_already"]

    async def test_kept_after_all(self, member: Customer) -> None:
        await exchange(member)
        asked = await say(member, "能撤回吗", "undo")
        told = await press(member, asked.buttons["保持不变"])
        assert told.responses == ["reply_return_kept"]
        assert (await requests(member))[0].status == ReturnStatus.REQUESTED

    async def test_denied_after_it_was_done(self, member: Customer) -> None:
        await exchange(member)
        asked = await say(member, "我不退了", "deny_act", entities={"act": RETURN})
        assert asked.responses == ["reply_return_withdraw_confirm"]

    async def test_too_late_when_the_goods_are_on_their_way(self, member: Customer) -> None:
        await exchange(member)
        await take(member, ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT)
        told = await say(member, "撤销", "undo")
        assert told.responses == ["reply_return_withdraw_too_late"]

    async def test_named_by_its_number(self, member: Customer) -> None:
        await exchange(member)
        told = await say(member, "把r-2026-1的换货撤销掉", "undo", slots={"focus": {"done": RETURN}})
        assert "R-2026-0001" in told.text

    async def test_nothing_to_take_back(self, member: Customer) -> None:
        told = await say(member, "撤销退货", "undo", slots={"focus": {"done": RETURN}})
        assert told.responses == ["reply_return_none_to_withdraw"]


CORRECTED = {"choice": "reason:"}


class TestTheReason:
    """Why it goes back is put right after it was registered."""

    async def unwanted(self, member: Customer) -> None:
        await bought(member, "buds")
        await say(member, "耳机退货，不喜欢", RETURN)
        assert (await say(member, "对", "affirm")).responses == ["reply_return_opened"]

    async def test_one_that_costs_nothing_is_changed_at_once_and_the_words_are_kept(self, member: Customer) -> None:
        await self.unwanted(member)
        told = await say(member, "原因改一下，其实是坏了", RETURN, entities=CORRECTED)
        assert told.responses == ["reply_return_reason_changed"]
        (request,) = await requests(member)
        assert (request.reason, request.shipping_paid_by) == ("quality", "shop")
        assert "其实是坏了" in (request.note or "")

    async def test_one_that_costs_the_way_back_is_asked_about_first(self, member: Customer) -> None:
        await bought(member, "buds")
        await say(member, "耳机坏了，退货", RETURN)
        await say(member, "对", "affirm")
        told = await say(member, "原因写错了，就是不喜欢", RETURN, entities=CORRECTED)
        assert told.responses == ["reply_return_reason_to"]
        assert (await requests(member))[0].reason == "quality"
        told = await press(member, told.buttons["就这么改"])
        assert told.responses == ["reply_return_reason_changed"]
        assert ((await requests(member))[0].reason, (await requests(member))[0].shipping_paid_by) == (
            "not_wanted",
            "member",
        )

    async def test_one_that_is_not_told_is_asked_for(self, member: Customer) -> None:
        await self.unwanted(member)
        told = await say(member, "原因写错了", RETURN, entities=CORRECTED)
        assert told.responses == ["reply_return_reason_what"]
        assert "不喜欢" not in told.buttons
        assert (await requests(member))[0].reason == "not_wanted"
        assert (await press(member, told.buttons["质量问题"])).responses == ["reply_return_reason_changed"]

    async def test_of_goods_on_their_way_it_is_only_noted(self, member: Customer) -> None:
        await self.unwanted(member)
        await take(member, ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT)
        told = await say(member, "原因改一下，其实是坏了", RETURN, entities=CORRECTED)
        assert told.responses == ["reply_return_reason_noted"]
        (request,) = await requests(member)
        assert request.reason == "not_wanted"
        assert "其实是坏了" in (request.note or "")


class TestSentAlready:
    async def test_before_it_is_approved_the_address_is_missing(self, member: Customer) -> None:
        await exchange(member)
        told = await say(member, "我寄出去了", RETURN, entities={"choice": "sent"})
        assert told.responses == ["reply_return_sent_early"]
        assert "我寄出去了" in ((await requests(member))[0].note or "")
        await take(member, ReturnStatus.APPROVED)
        assert (await say(member, "寄了", RETURN, entities={"choice": "sent"})).responses == ["reply_return_sent"]
