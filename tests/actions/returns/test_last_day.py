"""The last day of a purchase, what was named in earlier messages, and sizes that are put right or not made."""

from typing import Any

import pytest

from actions.returns.heard import aside_said, reason_said
from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, press, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")

RETURN, CHOSEN = "return_or_refund", {"choice": "deadline"}


def user(text: str) -> dict[str, Any]:
    """An earlier message of the customer, as the tracker keeps it."""
    return {"event": "user", "text": text, "metadata": {"message_id": "0"}}


class TestTheLastDay:
    @pytest.mark.parametrize("text", ["跑鞋还能退到哪天", "until when can I return the 跑鞋"])
    async def test_the_very_purchase_is_told_and_nothing_is_begun(self, member: Customer, text: str) -> None:
        await bought(member, "shoes", "lamp")
        told = await say(member, text, RETURN, entities=CHOSEN)
        assert told.responses == ["reply_return_last_day"]
        assert await requests(member) == []

    async def test_today_is_told_where_it_is_asked(self, member: Customer) -> None:
        await bought(member, "shoes")
        told = await say(member, "今天几号了，鞋子还能退到哪天", RETURN, entities=CHOSEN)
        assert told.responses == ["reply_today", "reply_return_last_day"]

    async def test_each_is_told_where_none_is_named(self, member: Customer) -> None:
        await bought(member, "shoes", "lamp")
        told = await say(member, "退货最晚几号", RETURN, entities=CHOSEN)
        assert told.responses == ["reply_return_last_day", "reply_return_last_day"]

    async def test_one_that_is_over_is_told_so(self, member: Customer) -> None:
        await bought(member, "shoes", days_ago=20)
        told = await say(member, "鞋子最晚哪天退", RETURN, entities=CHOSEN)
        assert told.responses == ["reply_return_window_over"]

    @pytest.mark.parametrize("text", ["先说日期。几号截止", "退貨最晚幾號", "whats the deadline", "最晚哪天能退"])
    async def test_amid_the_return_it_is_told_and_the_question_asked_again(self, member: Customer, text: str) -> None:
        await bought(member, "shoes", "lamp")
        await say(member, "跑鞋想退", RETURN)
        told = await say(member, text, RETURN, entities=CHOSEN)
        assert told.responses == ["reply_return_last_day", "reply_return_this_one"]


class TestNamedBefore:
    async def test_the_thing_and_its_fault_are_not_asked_for_again(self, member: Customer) -> None:
        await bought(member, "shoes", "lamp")
        before = [user("the lamp i got SIX days ago is already dead. is there a warranty")]
        told = await say(member, "i dont want it repaired. i want my money back", RETURN, events=before)
        assert told.responses == ["reply_return_confirm"]
        assert (member.slots["return_reason"], member.slots["return_kind"]) == ("quality", "return")

    async def test_what_is_named_now_counts(self, member: Customer) -> None:
        order = await bought(member, "shoes", "lamp")
        await say(member, "鞋子不喜欢，退货", RETURN, events=[user("台灯坏了还保修吗")])
        assert member.slots["return_line"] == str(order.lines[0].id)
        assert member.slots["return_reason"] == "not_wanted"

    @pytest.mark.parametrize("text", ["i don't want it fixed", "不想要维修", "I do not want a replacement"])
    def test_to_want_no_repair_is_no_reason(self, text: str) -> None:
        assert reason_said(text) is None


class TestSizes:
    async def _asked(self, member: Customer, text: str = "跑鞋 42 小了，换43码") -> None:
        await bought(member, "shoes")
        told = await say(member, text, RETURN)
        if told.responses == ["reply_return_this_one"]:
            await say(member, "是的", "affirm")
        assert member.slots["return_new_size"] == "43"

    @pytest.mark.parametrize(
        ("text", "intent"),
        [("no no FORTY ONE. size 41", "deny"), ("不是，要41码 不要43", "deny"), ("make it 41, not 43", "inform")],
    )
    async def test_a_no_with_another_size_puts_it_right(self, member: Customer, text: str, intent: str) -> None:
        await self._asked(member)
        told = await say(member, text, intent)
        assert told.responses == ["reply_exchange_confirm_size"]
        assert member.slots["return_new_size"] == "41"
        assert await requests(member) == []

    async def test_fixing_a_size_is_no_repair(self, member: Customer) -> None:
        await self._asked(member)
        await say(member, "actually fix it, 41 not 43")
        assert (member.slots["return_kind"], member.slots["return_new_size"]) == ("exchange", "41")

    @pytest.mark.parametrize("text", ["42半有吗", "42.5 would be ideal", "有沒有46碼"])
    async def test_a_size_that_is_not_made_is_told_with_those_that_are(self, member: Customer, text: str) -> None:
        await self._asked(member)
        told = await say(member, text)
        assert told.responses == ["reply_return_size_none", "reply_exchange_confirm_size"]
        assert member.slots["return_new_size"] == "43"

    async def test_whether_the_size_is_there_is_told(self, member: Customer) -> None:
        await self._asked(member)
        assert (await say(member, "43有货的吧？")).responses[0] == "reply_return_size_there"

    async def test_the_size_of_the_new_one_is_kept_beside_a_fault(self, member: Customer) -> None:
        await bought(member, "shoes")
        told = await say(member, "跑鞋开胶了，给换43码的", "report_fault")
        assert "换成 43 码" in told.text
        assert member.slots["return_reason"] == "quality"

    async def test_after_it_was_registered_another_size_is_one_yes_away(self, member: Customer) -> None:
        await self._asked(member)
        await say(member, "登记", "affirm")
        told = await say(member, "等下 改成41", RETURN)
        assert told.responses == ["reply_return_change_to_size"]
        assert [each.new_size for each in await requests(member)] == ["43"]
        await press(member, next(iter(told.buttons.values())))
        assert [each.new_size for each in await requests(member)] == ["41"]


class TestReasons:
    @pytest.mark.parametrize(
        "text", ["不喜欢。颜色跟照片差太多", "顏色跟圖片不一樣", "don't like it, nothing like the photo", "货不对板"]
    )
    def test_unlike_its_photo_is_a_reason_of_its_own_and_no_question_of_photos(self, text: str) -> None:
        assert reason_said(text) == "not_as_described"
        assert aside_said(text) != "photo"

    def test_photos_that_are_asked_for_are_told(self) -> None:
        assert aside_said("照片怎么发给你们") == "photo"

    @pytest.mark.parametrize("text", ["运费凭啥我出", "憑什麼要我付運費", "why should i pay the postage"])
    async def test_why_the_postage_is_theirs_is_told_with_a_person(self, member: Customer, text: str) -> None:
        await bought(member, "shoes")
        await say(member, "鞋子不喜欢，退货", RETURN)
        told = await say(member, text, "ask_faq")
        assert told.responses[0] == "reply_return_why_member"
        assert told.said[0].buttons

    async def test_not_yet_beside_a_question_registers_nothing_and_is_answered(self, member: Customer) -> None:
        await bought(member, "lamp")
        await say(member, "台灯坏了，换新的", "report_fault")
        told = await say(member, "我再试试 先不登记。这灯保修多久啊")
        assert told.responses == ["reply_warranty_own", "reply_return_not_done"]
        assert await requests(member) == []
