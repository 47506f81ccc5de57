"""What is told of a return for those who see to it: it stands in the request, and the customer hears so."""

import pytest

from crm_store import returns
from crm_store.returns import ReturnStatus
from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")

RETURN = "return_or_refund"
MORE = {"choice": "more"}


async def buds_exchanged(member: Customer) -> None:
    await bought(member, "buds")
    await say(member, "耳机右边没声音，换一副新的", RETURN)
    told = await say(member, "对", "affirm")
    assert told.responses == ["reply_exchange_opened"]


class TestAfterwards:
    async def test_it_is_noted_in_the_request(self, member: Customer) -> None:
        await buds_exchanged(member)
        told = await say(member, "新的寄到公司：苏州市星湖街 218 号", RETURN, entities=MORE)
        assert told.responses == ["reply_return_noted_in"]
        assert "R-2026-0001" in told.text
        (request,) = await requests(member)
        assert str(request.note).endswith("新的寄到公司：苏州市星湖街 218 号")

    async def test_a_second_detail_stands_behind_the_first(self, member: Customer) -> None:
        await buds_exchanged(member)
        await say(member, "外盒丟了", RETURN, entities=MORE)
        await say(member, "hand it to the concierge", RETURN, entities=MORE)
        (request,) = await requests(member)
        assert str(request.note).splitlines()[-2:] == ["外盒丟了", "hand it to the concierge"]

    async def test_nothing_is_noted_where_nothing_is_under_way(self, member: Customer) -> None:
        await buds_exchanged(member)
        (request,) = await requests(member)
        async with member.database.transaction() as session:
            await returns.advance(session, request, ReturnStatus.CANCELLED)
        told = await say(member, "放门口就好", RETURN, entities=MORE)
        assert told.responses == ["reply_return_nothing_to_note"]


class TestWhatIsNoNote:
    async def test_what_is_wrong_with_another_purchase_begins_its_own(self, member: Customer) -> None:
        await bought(member, "lamp", days_ago=3)
        await buds_exchanged(member)
        told = await say(member, "台灯也坏了，一直闪", RETURN, entities=MORE)
        assert told.responses == ["reply_return_kind_repair"]
        (request,) = await requests(member)
        assert "台灯" not in str(request.note)

    async def test_what_is_wrong_with_the_same_thing_is_noted(self, member: Customer) -> None:
        await bought(member, "lamp", days_ago=3)
        await buds_exchanged(member)
        told = await say(member, "耳机左边也没声音了", RETURN, entities=MORE)
        assert told.responses == ["reply_return_noted_in"]

    async def test_a_note_that_was_none_is_taken_back(self, member: Customer) -> None:
        await buds_exchanged(member)
        await say(member, "外盒丟了", RETURN, entities=MORE)
        await say(member, "leave it with the neighbour", RETURN, entities=MORE)
        told = await say(member, "that was no note", RETURN, entities={"choice": "no_note"})
        assert told.responses == ["reply_return_note_taken_back"]
        (request,) = await requests(member)
        assert str(request.note).endswith("外盒丟了")
        again = await say(member, "不是备注", RETURN, entities={"choice": "no_note"})
        assert again.responses == ["reply_return_nothing_noted"]

    async def test_what_is_noted_is_told(self, member: Customer) -> None:
        await buds_exchanged(member)
        await say(member, "外盒丟了", RETURN, entities=MORE)
        told = await say(member, "盒子的事写进去了没", RETURN, entities={"choice": "noted"})
        assert told.responses == ["reply_return_note_is"]
        assert "外盒丟了" in told.text


class TestInTheForm:
    @pytest.mark.parametrize("words", ["新的放门卫那儿就好", "leave it with the neighbour please"])
    async def test_it_is_kept_for_the_request(self, member: Customer, words: str) -> None:
        await bought(member, "buds")
        await say(member, "耳机右边没声音，换一副新的", RETURN)
        told = await say(member, words, "inform")
        assert told.responses[0] == "reply_return_noted"
        await say(member, "对", "affirm")
        (request,) = await requests(member)
        assert words in str(request.note)

    @pytest.mark.parametrize(
        "words", ["盒子我丢了，还能换吗", "赠品弄丢了要紧吗", "i threw the box out, does that matter"]
    )
    async def test_a_faulty_one_needs_no_box(self, member: Customer, words: str) -> None:
        await bought(member, "buds")
        await say(member, "耳机右边没声音，换一副新的", RETURN)
        told = await say(member, words, RETURN)
        assert told.responses[0] == "reply_return_aside_packaging_fault"

    async def test_one_that_is_not_wanted_does(self, member: Customer) -> None:
        await bought(member, "lamp")
        await say(member, "台灯不喜欢，退货", RETURN)
        told = await say(member, "包裝拆了還能退嗎", RETURN)
        assert told.responses[0] == "reply_return_aside_packaging"

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ("i wore it to work once tho, tag's off. still ok?", ["reply_return_aside_worn"]),
            ("個吊牌剪咗，得唔得㗎", []),
            ("等等，吊牌剪了但没用过，有影响吗？几天退钱", ["reply_return_aside_refund_when"]),
            ("i cut the tags off, does that matter? when'd i get the money", ["reply_return_aside_refund_when"]),
        ],
    )
    async def test_without_tags_what_was_ruled_out_is_not_offered(
        self, member: Customer, words: str, told: list[str]
    ) -> None:
        await bought(member, "lamp")
        await say(member, "台灯不喜欢，退货", RETURN)
        heard = await say(member, words, RETURN)
        assert heard.responses == ["reply_return_tags_off", *told, "reply_return_not_done"]
        assert await requests(member) == []

    @pytest.mark.parametrize("words", ["你没回答我盒子的事", "you didn't answer my question"])
    async def test_that_we_left_a_question_open_is_no_detail(self, member: Customer, words: str) -> None:
        await bought(member, "buds")
        await say(member, "耳机右边没声音，换一副新的", RETURN)
        told = await say(member, words, "inform")
        assert "reply_return_noted" not in told.responses
        await say(member, "对", "affirm")
        (request,) = await requests(member)
        assert words not in str(request.note)


class TestTheSecondExchange:
    @pytest.mark.parametrize(
        "words", ["要是 43 还不合适呢", "第二次换货的邮费谁出", "if they don't fit either, who pays the postage?"]
    )
    async def test_who_pays_then(self, member: Customer, words: str) -> None:
        await bought(member, "shoes")
        await say(member, "跑鞋小了，换43码", RETURN)
        told = await say(member, words, RETURN)
        assert told.responses[0] == "reply_return_aside_second_exchange"

    async def test_of_this_one_it_is_told_as_before(self, member: Customer) -> None:
        await bought(member, "shoes")
        await say(member, "跑鞋小了，换43码", RETURN)
        told = await say(member, "邮费谁出", RETURN)
        assert told.responses[0] == "reply_return_aside_shipping"
