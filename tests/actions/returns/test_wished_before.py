"""The colour or size of the new one stands in the confirmation, whenever it was named."""

import pytest

from actions.returns.colours import colour_said
from actions.returns.heard import nothing_wrong, reason_said
from crm_store.returns import ReturnReason
from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, say

pytestmark = pytest.mark.usefixtures("frozen_clock")

RETURN = "return_or_refund"


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("the rucksack is black, can i swap it for the olive one", "olive"),
        ("swap my white pair for black then", "black"),
        ("收到的是黑色，想换白色", "white"),
        ("想要橄榄绿的，手上这个是黑的", "olive"),
        ("黑色換成藏青色可以嗎", "navy"),
        ("换黑的", "black"),
        ("换一双", None),
    ],
)
def test_the_colour_that_is_wished_is_not_the_one_the_thing_has(text: str, colour: str | None) -> None:
    assert colour_said(text) == colour


class TestNamedAtTheBeginning:
    @pytest.mark.parametrize(
        "text", ["跑鞋想换成黑色的", "跑鞋是白色，想換黑色", "can i swap my white sneakers for the black ones"]
    )
    async def test_it_is_told_and_stands_in_the_confirmation(self, member: Customer, text: str) -> None:
        await bought(member, "shoes")
        told = await say(member, text, RETURN)
        assert told.responses[0] == "reply_return_colour_there"
        told = await say(member, "是", "affirm")
        assert told.responses == ["reply_exchange_confirm_size"]
        assert "黑" in told.text or "black" in told.text

    async def test_of_what_goes_back_for_money_a_colour_only_tells_which(self, member: Customer) -> None:
        await bought(member, "shoes")
        told = await say(member, "黑色的跑鞋我要退货", RETURN)
        assert "reply_return_colour_there" not in told.responses


class TestAtTheReason:
    async def to_the_reason(self, member: Customer) -> None:
        await bought(member, "buds")
        await say(member, "我要退耳机", RETURN)
        told = await say(member, "是", "affirm")
        assert told.responses == ["reply_return_reason"]

    @pytest.mark.parametrize("text", ["没坏，就是没感觉了", "沒壞啦", "it works fine, just fancied a change"])
    async def test_that_nothing_is_wrong_is_a_reason(self, member: Customer, text: str) -> None:
        await self.to_the_reason(member)
        told = await say(member, text, "deny")
        assert "reply_return_confirm" in told.responses
        assert member.slots["return_reason"] == ReturnReason.NOT_WANTED

    async def test_words_that_tell_no_reason_are_none(self, member: Customer) -> None:
        await self.to_the_reason(member)
        await say(member, "嗯嗯", "inform")
        assert member.slots.get("return_reason") is None


class TestAYesBesideAnotherName:
    @pytest.mark.parametrize("text", ["对 台灯的事找人谈", "對，檯燈的事晚點談", "yes, the lamp is another story"])
    async def test_it_is_to_the_thing_that_was_asked_about(self, member: Customer, text: str) -> None:
        await bought(member, "lamp", "buds")
        asked = await say(member, "耳机想退", RETURN)
        assert asked.responses == ["reply_return_this_one"]
        line = member.slots["return_line"]
        await say(member, text, "affirm")
        assert member.slots["return_line"] == line


def test_a_size_that_is_not_enough_does_not_fit_and_what_stopped_is_faulty() -> None:
    for text in ("就是觉得不够大", "就是覺得不夠大", "it is not big enough for my laptop"):
        assert reason_said(text) is ReturnReason.WRONG_SIZE
    for text in ("the kettle stopped heating", "加热垫不发热", "它不會熱"):
        assert reason_said(text) is ReturnReason.QUALITY


@pytest.mark.parametrize("text", ["坏了一个角", "有问题", "it is broken", "not sure"])
def test_a_fault_is_not_nothing(text: str) -> None:
    assert not nothing_wrong(text)
