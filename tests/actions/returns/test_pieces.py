"""Of several pieces of one purchase only some go back."""

from dataclasses import replace

import pytest

from actions.returns.pieces import said
from crm_store.orders import LineItem, OrderLine
from tests.actions.conftest import Customer
from tests.actions.returns import talking
from tests.actions.returns.talking import GOODS, bought, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")

RETURN = "return_or_refund"
TWO = OrderLine(quantity=2)


@pytest.fixture
def two_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Earphones are bought in twos."""
    item, *rest = GOODS["buds"]
    pair: tuple[LineItem, ...] = (replace(item, quantity=2),)
    monkeypatch.setattr(talking, "GOODS", {**GOODS, "buds": (*pair, *rest)})


@pytest.mark.parametrize(
    "text",
    [
        "只换漏的那一个 另一个好好的还要用的",
        "178是两个的钱吧 我就退一个 89",
        "数量改成1",
        "只退壞的那個",
        "淨係退一個",
        "only the broken one pls",
        "just return one",
        "the other one is fine",
        "one of them",
    ],
)
def test_one_of_two(text: str) -> None:
    assert said(text, TWO) == 1
    assert said(text, OrderLine(quantity=1)) is None


@pytest.mark.parametrize(
    "text",
    ["换一个新的", "退掉吧", "两个都坏了", "换个大一码的", "i want a new one", "only 3 days left", "just one question"],
)
def test_no_number_of_pieces(text: str) -> None:
    assert said(text, TWO) is None


@pytest.mark.usefixtures("two_pairs")
class TestTheForm:
    async def test_the_question_tells_how_many_and_takes_another_number(self, member: Customer) -> None:
        await bought(member, "buds")
        asked = await say(member, "耳机没声音，想退货退款", RETURN)
        assert asked.responses == ["reply_return_pieces_all", "reply_return_confirm"]
        assert "¥598" in asked.said[-1].text
        again = await say(member, "只退坏的那个 另一个好好的", "inform")
        assert again.responses[-2:] == ["reply_return_pieces_some", "reply_return_confirm"]
        assert "¥299" in again.said[-1].text
        once_more = await say(member, "178是两个的钱吧 我就退一个", "inform")
        assert once_more.responses == ["reply_return_pieces_some", "reply_return_confirm"]
        await say(member, "好", "affirm")
        (request,) = await requests(member)
        assert (request.quantity, request.refund_minor) == (1, 29900)

    async def test_a_yes_with_another_number_registers_nothing_yet(self, member: Customer) -> None:
        await bought(member, "buds")
        await say(member, "耳机没声音，想退货退款", RETURN)
        again = await say(member, "好，就退一个", "affirm")
        assert again.responses[-1] == "reply_return_confirm"
        assert await requests(member) == []

    async def test_all_where_nothing_is_said(self, member: Customer) -> None:
        await bought(member, "buds")
        await say(member, "耳机没声音，想退货退款", RETURN)
        await say(member, "登记", "affirm")
        (request,) = await requests(member)
        assert request.quantity == 2
