"""Several things with several wishes, and what is asked of the very purchase on the way."""

import pytest

from crm_store.orders import OrderStatus
from tests.actions.conftest import Customer
from tests.actions.returns.talking import GOODS, bought, press, requests, say
from tests.actions.shop import place

pytestmark = pytest.mark.usefixtures("frozen_clock")

RETURN = "return_or_refund"
OCTOBER = {"from": "2026-10-01T00:00:00+08:00", "to": "2026-11-01T00:00:00+08:00", "grain": "month"}


async def again(member: Customer, thing: str, *, days_ago: float) -> None:
    """The same thing bought once more."""
    assert member.member is not None
    async with member.database.transaction() as session:
        await place(
            session, member.member.id, GOODS[thing][0], status=OrderStatus.DELIVERED, days_ago=days_ago + 3,
            delivered_days_ago=days_ago,
        )  # fmt: skip


async def at_the_kind(member: Customer) -> None:
    """The earphones are faulty, and the lamp is; we ask what it shall be for the earphones."""
    await bought(member, "buds")
    await bought(member, "lamp")
    await say(member, "my earphones crackle", "report_fault", language="en")
    await say(member, "yes", "affirm")


class TestTwoThings:
    async def test_each_gets_its_own_one_after_the_other(self, member: Customer) -> None:
        await at_the_kind(member)
        told = await say(member, "Mend the earphones please. For the lamp, a replacement.", RETURN)
        assert told.responses[-1] == "reply_repair_confirm"
        assert "Wireless Earbuds" in told.text
        await say(member, "yes", "affirm")
        told = await say(member, "the lamp flickers", "report_fault")
        assert told.responses == ["reply_fault_may_come_back", "reply_exchange_confirm"]
        await say(member, "yes", "affirm")
        assert {each.kind for each in await requests(member)} == {"repair", "exchange"}

    async def test_the_other_way_round(self, member: Customer) -> None:
        await at_the_kind(member)
        await say(member, "a new one for the earphones, repair the lamp", RETURN)
        assert member.slots["return_kind"] == "exchange"
        told = await say(member, "sorry, I mixed them up, other way round")
        assert told.responses[-1] == "reply_repair_confirm"
        assert member.slots["focus"]["kinds"] == {"EAR-BUDS": "repair", "LAMP-DESK": "exchange"}

    async def test_in_chinese_the_thing_before_its_wish(self, member: Customer) -> None:
        await bought(member, "buds")
        await bought(member, "lamp")
        await say(member, "耳机有杂音", "report_fault")
        await say(member, "对", "affirm")
        await say(member, "耳机退款，台灯给我换新的", RETURN)
        assert member.slots["return_kind"] == "return"

    async def test_one_wish_for_one_thing_stays_one(self, member: Customer) -> None:
        await at_the_kind(member)
        told = await say(member, "a new one please, not a repair", RETURN)
        assert told.responses[-1] == "reply_exchange_confirm"
        assert "kinds" not in (member.slots["focus"] or {})


class TestColours:
    async def test_a_colour_that_only_tells_which_thing_it_is_wishes_no_exchange(self, member: Customer) -> None:
        await bought(member, "shoes")
        await say(member, "鞋底开口了，能修吗", RETURN)
        await say(member, "对，就那双，黑色还是白色我忘了", "affirm")
        assert member.slots["return_kind"] != "exchange"
        assert member.slots["return_new_colour"] is None

    async def test_for_another_piece_it_is_taken(self, member: Customer) -> None:
        await bought(member, "shoes")
        await say(member, "跑鞋想换一双", RETURN)
        await say(member, "不喜欢")
        await say(member, "换黑色的")
        assert member.slots["return_new_colour"] == "black"


class TestQuestionsOnTheWay:
    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("退了这单的积分会扣吗", "reply_return_aside_points"),
            ("换货要多久啊", "reply_return_aside_new_when"),
            ("can I post both together in one box?", "reply_return_aside_one_parcel"),
            ("換新的話保固會重新算嗎", "reply_return_aside_new_warranty"),
        ],
    )
    async def test_it_is_answered_and_the_form_goes_on(self, member: Customer, text: str, answer: str) -> None:
        await bought(member, "lamp")
        await say(member, "台灯坏了", "report_fault")
        await say(member, "对", "affirm")
        told = await say(member, text, "ask_points_rules")
        assert told.taken
        assert told.responses == [answer, "reply_return_kind_repair"]

    async def test_a_wish_beside_it_is_taken(self, member: Customer) -> None:
        await at_the_kind(member)
        told = await say(member, "a new one I suppose, if it can be here by friday?", "nlu_fallback", confidence=0.35)
        assert told.responses == ["reply_return_aside_new_when", "reply_exchange_confirm"]

    async def test_of_one_that_is_registered_the_points_and_the_day_are_told_at_once(self, member: Customer) -> None:
        await bought(member, "lamp")
        await say(member, "lamp is broken, I want my money back", "report_fault", language="en")
        await say(member, "yes", "affirm")
        if not await requests(member):
            await press(member, "/affirm")
        (request,) = await requests(member)
        told = await say(member, "will I lose the points, and when do I get the replacement?", RETURN)
        # Money was wished and no new one is sent: how it goes back is what is waited for.
        assert told.responses == ["reply_return_points_return", "reply_return_way_back_soon"]
        assert request.number in told.text


class TestTheMonthItWasBought:
    async def test_it_picks_among_several_alike(self, member: Customer) -> None:
        order = await bought(member, "lamp", days_ago=30)
        await again(member, "lamp", days_ago=2)
        await say(member, "我10月买的台灯坏了", "report_fault", entities={"time": (OCTOBER, "10月"), "product": "台灯"})
        assert member.slots["return_line"] == str(order.lines[0].id)

    async def test_as_the_answer_to_which_one(self, member: Customer) -> None:
        order = await bought(member, "bedding", days_ago=30)
        await again(member, "bedding", days_ago=2)
        await say(member, "床单坏了", "report_fault")
        told = await say(
            member, "是我十月买的四件套", "inform", entities={"time": (OCTOBER, "十月"), "product": "四件套"}
        )
        assert "reply_return_which" not in told.responses
        assert member.slots["return_line"] == str(order.lines[0].id)


class TestTheOtherIsLeftAside:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("台灯只能修对吧 先不理它", "zh-Hans"),
            ("檯燈只能修是吧，先放著", "zh-Hant"),
            ("so the lamp can only be repaired, right, that one can wait", "en"),
        ],
    )
    async def test_the_one_in_hand_stays_as_it_was(self, member: Customer, text: str, language: str) -> None:
        await at_the_kind(member)
        await say(member, "refund me please", RETURN)
        line = member.slots["return_line"]
        told = await say(member, text, language=language)
        assert told.responses == ["reply_return_left_aside", "reply_return_confirm"]
        assert (member.slots["return_line"], member.slots["return_kind"]) == (line, "return")

    async def test_a_wish_for_it_still_takes_it_up(self, member: Customer) -> None:
        await at_the_kind(member)
        await say(member, "refund me please", RETURN)
        line = member.slots["return_line"]
        await say(member, "台灯也坏了，修台灯吧", RETURN)
        assert member.slots["return_line"] != line


class TestAskedWhetherItMayComeBack:
    @pytest.mark.parametrize(
        ("text", "language"), [("能退吗还是只能修", "zh-Hans"), ("可以退貨嗎，定係淨係得維修", "zh-Hant")]
    )
    async def test_it_is_told_until_when_and_asked_on(self, member: Customer, text: str, language: str) -> None:
        await at_the_kind(member)
        told = await say(member, text, RETURN, language=language)
        assert told.responses[0] == "reply_return_can"
        assert "reply_return_noted" not in told.responses
        assert member.slots["return_kind"] is None

    async def test_a_wish_is_no_question(self, member: Customer) -> None:
        await at_the_kind(member)
        told = await say(member, "just refund me please", RETURN, language="en")
        assert told.responses == ["reply_return_confirm"]

    async def test_what_is_over_is_said_so_at_the_last_question(self, member: Customer) -> None:
        await bought(member, "bedding", days_ago=60)
        await say(member, "my sheets lost all their colour in the wash", "report_fault", language="en")
        assert member.slots["return_kind"] == "repair"
        told = await say(member, "can I still return them", RETURN, language="en")
        assert told.responses[0] == "reply_return_no_more"

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("我有积分能换点啥不", "zh-Hans"),
            ("那上個月的耳機還可以退貨嗎", "zh-Hant"),
            ("can I exchange my points for something", "en"),
        ],
    )
    async def test_points_and_another_thing_are_not_told_by_the_one_in_hand(
        self, member: Customer, text: str, language: str
    ) -> None:
        await bought(member, "buds", days_ago=40)
        await bought(member, "bedding", days_ago=60)
        await say(member, "my sheets lost all their colour in the wash", "report_fault", language="en")
        told = await say(member, text, RETURN, language=language)
        assert not {"reply_return_no_more", "reply_return_can"} & set(told.responses)

    @pytest.mark.parametrize(
        ("text", "language"),
        [("那还保不保修", "zh-Hans"), ("請問還有保固嗎", "zh-Hant"), ("is it still under warranty", "en")],
    )
    async def test_the_warranty_of_the_very_thing_is_told_and_no_repair_wished(
        self, member: Customer, text: str, language: str
    ) -> None:
        await at_the_kind(member)
        told = await say(member, text, "ask_faq", language=language)
        assert told.responses[0] == "reply_warranty_own"
        assert member.slots["return_kind"] is None
