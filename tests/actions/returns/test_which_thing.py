"""Which thing is meant, put right amid a return; another way beside a question; what is asked of the new one."""

import pytest

from crm_store.orders import OrderLine
from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, press, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")

RETURN = "return_or_refund"


async def at_the_last_question(member: Customer) -> None:
    """The earphones go back, and we ask whether to register that."""
    await bought(member, "buds", "lamp")
    await say(member, "耳机不喜欢，退了吧", RETURN)
    assert member.slots["requested_slot"] == "return_confirmed"


class TestNotThisButThat:
    @pytest.mark.parametrize("text", ["不是耳机，是台灯", "唔係耳機，係檯燈", "not the earphones, the desk lamp"])
    async def test_the_other_one_takes_its_place(self, member: Customer, text: str) -> None:
        await at_the_last_question(member)
        told = await say(member, text, RETURN)
        assert told.responses[0] == "reply_return_other_line"
        assert "reply_return_noted" not in told.responses
        assert member.slots["return_confirmed"] is None
        assert await requests(member) == []

    async def test_amid_the_reason(self, member: Customer) -> None:
        await bought(member, "buds", "lamp")
        await say(member, "我要退耳机", RETURN)
        told = await say(member, "耳机没坏，是台灯", RETURN)
        assert told.responses[0] == "reply_return_other_line"
        assert "护眼台灯" in told.text

    async def test_what_was_never_bought_is_said_to_be_so(self, member: Customer) -> None:
        await at_the_last_question(member)
        told = await say(member, "不是耳机，是咖啡机", RETURN, entities={"product": "咖啡机"})
        assert told.responses[0] == "reply_return_not_bought"
        assert await requests(member) == []

    async def test_the_fault_of_another_is_none_of_the_first(self, member: Customer) -> None:
        await at_the_last_question(member)
        told = await say(member, "台灯一直闪，有问题", "report_fault")
        assert "护眼台灯" in told.text
        assert "无线蓝牙耳机" not in told.said[-1].text

    async def test_a_plain_no_still_leaves_it(self, member: Customer) -> None:
        await at_the_last_question(member)
        await say(member, "不退了", "deny")
        assert await requests(member) == []
        assert member.active_loop is None

    async def test_what_stays_is_not_what_goes_back(self, member: Customer) -> None:
        await bought(member, "buds", "lamp")
        told = await say(member, "耳机我留着，台灯退", RETURN)
        assert "护眼台灯" in told.text
        assert "耳机" not in told.text

    async def test_nor_in_english(self, member: Customer) -> None:
        await bought(member, "buds", "lamp")
        told = await say(member, "keeping the earphones, the desk lamp goes back", RETURN, language="en")
        assert "Desk Lamp" in told.text
        assert "Earbuds" not in told.text


class TestOneOfSeveral:
    """Of several things in one message the one that is named once more goes back."""

    @pytest.mark.parametrize(
        ("text", "names", "language", "meant"),
        [
            ("我买了耳机、台灯，台灯比想的小太多了，能只退这个吗", ["耳机", "台灯"], "zh-Hans", "护眼台灯"),
            ("我訂了台燈跟耳機，台燈比想像中小，可以只退這個嗎", ["台燈", "耳機"], "zh-Hant", "護眼檯燈"),
            (
                "i ordered a lamp and wireless earphones, the lamp's smaller than i thought. can i send just that back",
                ["lamp", "wireless earphones"],
                "en",
                "Desk Lamp",
            ),
        ],
    )  # fmt: skip
    async def test_that_one_goes_back(
        self, member: Customer, text: str, names: list[str], language: str, meant: str
    ) -> None:
        await bought(member, "lamp", "buds")
        told = await say(member, text, RETURN, entities={"product": names}, language=language)
        line = await member_line(member)
        assert line == meant, told.text


async def member_line(member: Customer) -> str:
    """What the open return is about, in the customer's language."""
    async with member.database.transaction() as session:
        line = await session.get(OrderLine, int(str(member.slots["return_line"])))
        assert line is not None
        return line.names[member.language]


async def at_the_exchange(member: Customer) -> None:
    """The shoes are too tight, and we ask whether to register the next size."""
    await bought(member, "shoes")
    await say(member, "跑鞋太紧了，换大一码", RETURN)
    assert member.slots["return_kind"] == "exchange"


class TestAnotherWayBesideAQuestion:
    @pytest.mark.parametrize(
        "text", ["那还是退了吧，运费谁出？", "還是退錢好了，運費誰付", "just refund me then, who pays the shipping?"]
    )
    async def test_money_after_all(self, member: Customer, text: str) -> None:
        await at_the_exchange(member)
        told = await say(member, text, RETURN)
        assert member.slots["return_kind"] == "return"
        assert told.responses == ["reply_return_aside_shipping", "reply_return_confirm"]

    async def test_and_back(self, member: Customer) -> None:
        await at_the_exchange(member)
        await say(member, "那还是退了吧，运费谁出？", RETURN)
        told = await say(member, "no, let's exchange after all, who pays the shipping", RETURN, language="en")
        assert member.slots["return_kind"] == "exchange"
        assert told.responses[0] == "reply_return_aside_shipping"

    async def test_who_only_asks_about_the_other_way_wishes_nothing(self, member: Customer) -> None:
        await at_the_exchange(member)
        await say(member, "如果退的话运费谁出？", RETURN)
        assert member.slots["return_kind"] == "exchange"


class TestOfTheNewOne:
    @pytest.mark.parametrize("text", ["多久能到啊", "幾天會到", "how long till it's here"])
    async def test_when_it_comes_is_not_the_old_parcel(self, member: Customer, text: str) -> None:
        await at_the_exchange(member)
        told = await say(member, text, "ask_parcel")
        assert told.responses == ["reply_return_aside_new_when", "reply_exchange_confirm_size"]

    @pytest.mark.parametrize("text", ["要是43也紧呢", "萬一新的也太小呢", "and if 43 is too tight too?"])
    async def test_a_second_wrong_size_is_supposed(self, member: Customer, text: str) -> None:
        await at_the_exchange(member)
        told = await say(member, text)
        assert told.responses[0] == "reply_return_aside_second_exchange"
        assert member.slots["return_new_size"] == "43"

    async def test_the_parcel_that_is_named_is_asked_about(self, member: Customer) -> None:
        await at_the_exchange(member)
        told = await say(member, "我另一个包裹多久能到", "ask_parcel")
        assert "reply_return_aside_new_when" not in told.responses


class TestColoursAsked:
    @pytest.mark.parametrize("text", ["这双还有别的颜色吗", "這雙有哪些顏色？", "what colours do they come in?"])
    async def test_are_told_of_the_thing(self, member: Customer, text: str) -> None:
        await at_the_exchange(member)
        told = await say(member, text, "ask_faq")
        assert told.responses == ["reply_product_fact", "reply_exchange_confirm_size"]
        assert member.slots["return_new_colour"] is None

    async def test_of_another_one_that_is_named(self, member: Customer) -> None:
        await bought(member, "shoes", "buds")
        await say(member, "跑鞋太紧了，换大一码", RETURN)
        told = await say(member, "耳机是什么颜色来着？", "ask_product")
        assert "无线蓝牙耳机" in told.said[0].text


async def test_a_thing_chosen_beside_another_is_asked_about_first(member: Customer) -> None:
    order = await bought(member, "buds", "lamp")
    lamp = next(line for line in order.lines if line.sku == "LAMP-DESK")
    told = await say(member, "护眼台灯", RETURN, entities={"choice": f"line:{lamp.id}"})
    assert told.responses == ["reply_return_this_one"]
    assert "护眼台灯" in told.text


class TestNamedBesideTheAnswer:
    """Goods that are only mentioned beside the answer to what we asked take nobody's place."""

    @pytest.mark.parametrize(
        "text",
        [
            "43 please. also the desk lamp box had no bulb in it",
            "换43的，另外台灯盒子里没有灯泡",
            "換43，順便問檯燈沒用過還能退嗎",
        ],
    )
    async def test_amid_an_exchange_it_goes_on_with_the_first(self, member: Customer, text: str) -> None:
        await bought(member, "shoes", "lamp")
        await say(member, "跑鞋太紧了，想换", RETURN)
        shoes = member.slots["return_line"]
        told = await say(member, text, RETURN)
        assert member.slots["return_line"] == shoes
        assert "reply_return_other_line" not in told.responses

    @pytest.mark.parametrize("text", ["the desk lamp never had a bulb in it", "台灯还没用过", "檯燈沒有燈泡"])
    async def test_a_no_in_what_is_told_of_it_puts_nothing_right(self, member: Customer, text: str) -> None:
        await bought(member, "shoes", "lamp")
        await say(member, "跑鞋太紧了，想换", RETURN)
        shoes = member.slots["return_line"]
        await say(member, text, RETURN)
        assert member.slots["return_line"] == shoes

    async def test_a_correction_still_swaps(self, member: Customer) -> None:
        await bought(member, "shoes", "lamp")
        await say(member, "跑鞋太紧了，想换", RETURN)
        shoes = member.slots["return_line"]
        await say(member, "说错了，是台灯", RETURN)
        assert member.slots["return_line"] not in (None, shoes)


class TestWhatWasSpokenOf:
    """An order spoken of before does not tell which thing of it goes back."""

    async def test_the_rest_of_an_order_is_never_taken_unasked(self, member: Customer) -> None:
        order = await bought(member, "buds", "lamp")
        await say(member, "台灯一直闪，换个新的", RETURN)
        await press(member, "/affirm")
        assert len(await requests(member)) == 1
        # What was spoken of since is in none of their orders.
        member.slots["focus"] = {"order": order.number, "product": "SCARF-WOOL", "at": {"order": 3, "product": 3}}
        await say(member, "我是说我买的那条，想退", RETURN, spoken_of={"order_number": order.number})
        assert member.slots["return_line_confirmed"] is not True
