"""What is asked of a return in hand is answered from its state, amid the form and once it is registered."""

import pytest
from sqlalchemy import update

from crm_store.products import Product
from crm_store.returns import ReturnKind
from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, press, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")
RETURN = "return_or_refund"


def of(*matters: str) -> dict[str, str]:
    return {"choice": "return_asked:" + ",".join(matters)}


async def sell_out(member: Customer) -> None:
    async with member.database.transaction() as session:
        await session.execute(update(Product).values(stock=0))


class TestAmidTheForm:
    @pytest.mark.parametrize(
        ("words", "matters", "told"),
        [
            ("how long till the new one is here", ["when"], ["reply_return_when_exchange"]),
            ("明天拿去门店行吗，要打印什么吗", ["hand_in", "paper"], ["reply_return_hand_in", "reply_return_paper"]),
            ("新的有貨嗎", ["stock"], ["reply_return_stock_there"]),
            ("之后还能改成退款吗", ["change"], ["reply_return_change_later"]),
        ],
    )
    async def test_it_is_answered_and_the_form_goes_on(
        self, member: Customer, words: str, matters: list[str], told: list[str]
    ) -> None:
        await bought(member, "lamp")
        await say(member, "台灯不亮了，换新的", "report_fault")
        heard = await say(member, words, RETURN, entities=of(*matters))
        assert heard.responses == [*told, "reply_exchange_confirm"]
        assert (member.slots["return_kind"], member.slots["return_reason"]) == ("exchange", "quality")

    @pytest.mark.parametrize("words", ["没货怎么换啊，退钱算了", "sold out? just give me my money back"])
    async def test_the_money_is_offered_where_none_is_left_and_wished_beside_it_it_counts(
        self, member: Customer, words: str
    ) -> None:
        await bought(member, "lamp")
        await sell_out(member)
        await say(member, "台灯不亮了，换新的", "report_fault")
        heard = await say(member, words, RETURN, entities=of("sold_out"))
        assert heard.responses == ["reply_return_sold_out", "reply_return_confirm"]
        assert "259" in heard.text
        assert (member.slots["return_kind"], member.slots["return_reason"]) == ("return", "quality")


class TestRegistered:
    async def test_the_money_is_one_press_away_where_no_new_one_is_left(self, member: Customer) -> None:
        await bought(member, "lamp")
        await say(member, "台灯不亮了，换新的", "report_fault")
        await say(member, "对", "affirm")
        await sell_out(member)
        heard = await say(member, "is the new one in stock", RETURN, entities=of("stock"))
        assert heard.responses == ["reply_return_sold_out"]
        [payload] = heard.buttons.values()
        await press(member, payload)
        [request] = await requests(member)
        assert request.kind == ReturnKind.RETURN

    @pytest.mark.parametrize("words", ["i want a refund", "还是退钱吧", "還是退款好了"])
    async def test_another_kind_wished_bare_is_of_the_one_registered(self, member: Customer, words: str) -> None:
        await bought(member, "lamp", "bedding")
        await say(member, "台灯不亮了，换新的", "report_fault")
        await say(member, "对", "affirm")
        heard = await say(member, words, RETURN)
        assert heard.responses == ["reply_return_change_to_return"]


class TestWornOutside:
    @pytest.mark.parametrize(
        "words", ["鞋子穿出去走过一次，还能退吗", "wore the shoes outside once, can they go back?"]
    )
    async def test_without_a_fault_it_is_a_plain_no_and_nothing_is_asked(self, member: Customer, words: str) -> None:
        await bought(member, "shoes")
        heard = await say(member, words, RETURN)
        assert heard.responses[0] == "reply_return_worn_outside"
        assert not any(each.endswith(("confirm", "confirm_size", "reason")) for each in heard.responses)
        assert await requests(member) == []

    async def test_amid_the_form_as_well(self, member: Customer) -> None:
        await bought(member, "shoes")
        await say(member, "鞋子不喜歡，退貨", RETURN)
        heard = await say(member, "等等，我在外面走過一次，這樣可以嗎", RETURN)
        assert heard.responses[0] == "reply_return_worn_outside"
        assert member.active_loop is None

    async def test_what_is_faulty_may_come_back_all_the_same(self, member: Customer) -> None:
        await bought(member, "shoes")
        await say(member, "the shoes fell apart, money back", "report_fault")
        heard = await say(member, "i wore them outside once, is that ok?", RETURN)
        assert "reply_return_worn_fault" in heard.responses
        assert heard.responses[-1] == "reply_return_confirm"
