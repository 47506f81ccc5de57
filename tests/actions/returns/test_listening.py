"""The form listens: details early and late, corrections, a change of mind, questions on the way."""

import pytest
import pytest_asyncio
from sqlalchemy import select

from crm_store import knowledge
from crm_store.db import Database
from crm_store.products import Product
from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, press, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")

RETURN = "return_or_refund"


class TestDetails:
    async def test_a_story_with_reason_and_size_needs_thing_and_yes(self, member: Customer) -> None:
        await bought(member, "shoes")
        story = "前天到的货，我今天上班穿了半天，脚趾头一直顶着，盒子吊牌都没扔，换个43码行不行"
        told = await say(member, story, RETURN)
        assert told.responses == ["reply_return_this_one"]
        told = await say(member, "嗯", "affirm")
        assert "换成 43 码；运费由我们承担" in told.text
        told = await say(member, "43")
        assert told.responses == ["reply_exchange_opened_size"]
        assert [(each.kind, each.new_size) for each in await requests(member)] == [("exchange", "43")]

    async def test_a_size_said_before_the_thing_is_kept(self, member: Customer) -> None:
        await bought(member, "shoes")
        other = await bought(member, "lamp")
        await say(member, "想换43码的", RETURN)
        told = await say(member, "跑鞋")
        assert "「轻跑鞋 42 码」换成 43 码" in told.text
        assert str(other.lines[0].id) != member.slots["return_line"]

    async def test_the_reason_in_place_of_a_yes_accepts_the_thing(self, member: Customer) -> None:
        await bought(member, "shoes")
        assert (await say(member, "我要退货", RETURN)).responses == ["reply_return_this_one"]
        assert (await say(member, "尺码买大了")).responses == ["reply_return_offer_size"]

    async def test_a_reason_is_corrected_late(self, member: Customer) -> None:
        await bought(member, "shoes")
        await say(member, "鞋子不喜欢，退货", RETURN)
        assert member.slots["return_reason"] == "not_wanted"
        told = await say(member, "说错了，是开胶了")
        assert "原因「质量问题」" in told.text
        assert "运费由我们承担" in told.text


class TestAnotherThing:
    async def test_the_other_purchase_is_told_why_it_cannot_come_back(self, member: Customer) -> None:
        await bought(member, "shoes")
        await bought(member, "bedding", days_ago=60)
        await say(member, "我想退货", RETURN)
        told = await say(member, "不对，是那套四件套", "deny")
        assert told.responses == ["reply_return_windows_over_warranty"]
        assert "无理由退换到 9 月 30 日为止，质量问题退换到 10 月 23 日" in told.text
        assert "保修到 12 月 22 日" in told.text

    async def test_within_the_time_for_faults_a_fault_still_counts(self, member: Customer) -> None:
        await bought(member, "bedding", days_ago=12)
        told = await say(member, "四件套不想要了，退掉", RETURN)
        assert told.responses == ["reply_return_window_over"]
        assert "到 12 月 10 日都可以退换" in told.text

    async def test_what_was_never_bought_is_said_and_asked_about(self, member: Customer) -> None:
        await bought(member, "shoes")
        await bought(member, "lamp")
        await say(member, "跑鞋要退", RETURN)
        told = await say(member, "不是啦，手表那个", "deny", entities={"product": "手表"})
        assert told.responses == ["reply_return_not_bought", "reply_return_which"]
        assert member.slots["return_line"] is None

    async def test_named_at_once_it_opens_no_form_about_something_else(self, member: Customer) -> None:
        await bought(member, "shoes")
        told = await say(member, "我要退手表", RETURN, entities={"product": "手表"})
        assert told.responses == ["reply_return_not_bought"]


class TestChangeOfMind:
    @pytest.mark.parametrize("words", ["等会 还是给我退了吧", "不换了，退钱", "算了还是退款吧"])
    async def test_from_exchange_to_money_at_the_offer(self, member: Customer, words: str) -> None:
        await bought(member, "shoes")
        await say(member, "跑鞋太小了想换", RETURN)
        told = await say(member, words, RETURN)
        assert told.responses == ["reply_return_confirm"]
        assert member.slots["return_kind"] == "return"

    async def test_and_back_at_the_last_question(self, member: Customer) -> None:
        await bought(member, "shoes")
        await say(member, "跑鞋太小了想换43码", RETURN)
        assert "换成 41 码" in (await say(member, "换41码", RETURN)).text
        assert (await say(member, "不想换了，把钱退我吧", RETURN)).responses == ["reply_return_confirm"]
        told = await say(member, "不退了，换43码吧", RETURN)
        assert "换成 43 码" in told.text
        assert await requests(member) == []

    @pytest.mark.parametrize("words", ["唉要不别退了，取消掉", "不换也不退了", "never mind, leave it"])
    async def test_nothing_after_all(self, member: Customer, words: str) -> None:
        await bought(member, "shoes")
        await say(member, "跑鞋不喜欢，退货", RETURN)
        told = await say(member, words)
        assert told.responses == ["reply_return_not_done"]
        assert await requests(member) == []
        assert (member.slots["return_confirmed"], member.slots["focus"]["put_off"]) == (None, "return_form")

    async def test_a_colour_is_told_and_taken(self, member: Customer) -> None:
        await bought(member, "shoes")
        await say(member, "跑鞋想换一双", RETURN)
        await say(member, "是", "affirm")
        told = await say(member, "有黑色的吗", "ask_product")
        assert told.responses == ["reply_return_colour_there", "reply_exchange_confirm_size"]
        assert "换成黑色；寄回的运费由您承担" in told.text
        await say(member, "好", "affirm")
        assert (await requests(member))[0].new_colour == "black"

    async def test_a_colour_it_does_not_come_in(self, member: Customer) -> None:
        await bought(member, "shoes")
        await say(member, "Sneakers, I'd like another pair", RETURN, language="en")
        told = await say(member, "do you have red", "ask_product")
        assert told.responses[0] == "reply_return_colour_only"
        assert "there is: white, black" in told.text


class TestAsides:
    @pytest.mark.parametrize(
        ("asked", "language", "answer"),
        [
            ("邮费谁付呀", "zh-Hans", "寄回的运费由您承担，一般 8–12 元"),
            ("能不能派人来取", "zh-Hans", "登记后同事审核时会告诉您怎么寄回"),
            ("錢多久會到", "zh-Hant", "最晚 3 天內退款"),
            ("會退到信用卡嗎", "zh-Hant", "刷卡付的退到那張卡"),
            ("where do I upload photos", "en", "This chat cannot take photos yet"),
            ("how do I send it back", "en", "by 23 November 10:00 we have checked it"),
        ],
    )
    async def test_the_rule_answers_and_the_open_question_comes_once_more(
        self, member: Customer, asked: str, language: str, answer: str
    ) -> None:
        await bought(member, "shoes")
        await say(member, "跑鞋不喜欢，退货", RETURN, language=language)
        told = await say(member, asked, "ask_faq")
        assert answer in told.said[0].text
        assert told.responses[1:] == ["reply_return_confirm"]
        assert (await say(member, "ok", "affirm")).responses == ["reply_return_opened"]

    async def test_collection_is_noted_for_the_staff(self, member: Customer) -> None:
        await bought(member, "shoes")
        await say(member, "跑鞋不喜欢，退货", RETURN)
        await say(member, "可以派快递来拿吗", "ask_faq")
        await say(member, "好", "affirm")
        assert (await requests(member))[0].note == "可以派快递来拿吗"

    async def test_an_answer_beside_the_question_is_heard_too(self, member: Customer) -> None:
        await bought(member, "shoes")
        await say(member, "我要退货", RETURN)
        told = await say(member, "是的，邮费谁出", "ask_faq")
        assert told.responses == ["reply_return_aside_who_pays", "reply_return_reason"]


class TestRule:
    @pytest_asyncio.fixture(autouse=True)
    async def article(self, database: Database) -> None:
        async with database.transaction() as session:
            for slug, body in (
                ("return_window", "签收后 7 天内可以退货。\n请保持吊牌齐全。\n内衣袜子、拆封的护肤品不能退。"),
                ("exchange_size", "第一次换尺码，运费我们出；换颜色，运费由您出。"),
            ):
                await knowledge.upsert(session, slug=slug, titles={"zh-Hans": slug}, bodies={"zh-Hans": body})

    @pytest.mark.parametrize(
        ("asked", "answer"),
        [
            ("胸罩不合身能退吗", "内衣袜子、拆封的护肤品不能退"),
            ("乳液开封了还能退不", "内衣袜子、拆封的护肤品不能退"),
            ("剪了标签还给退么", "请保持吊牌齐全"),
            ("昨天买的想要别的颜色，运费谁出", "换颜色，运费由您出"),
        ],
    )
    async def test_a_question_of_rule_is_answered_and_a_return_offered(
        self, member: Customer, asked: str, answer: str
    ) -> None:
        await bought(member, "shoes")
        told = await say(member, asked, RETURN)
        assert told.responses == ["reply_faq_answer", "reply_return_begin"]
        assert answer in told.said[0].text
        assert member.active_loop is None
        begun = await press(member, told.buttons["退换"])
        assert begun.responses == ["reply_return_this_one"]

    async def test_about_an_own_purchase_rule_and_case_come_together(self, member: Customer) -> None:
        await bought(member, "serum")
        told = await say(member, "精华拆封了还能退吗", RETURN)
        assert told.responses == ["reply_faq_answer", "reply_return_this_one"]
        assert "拆封的护肤品不能退" in told.said[0].text

    @pytest.mark.parametrize(
        "asked",
        ["精华也不想要了，拆封试用过还能退吗", "精華液拆封過還能退嗎", "serum's opened, can it still go back"],
    )
    async def test_of_what_is_on_its_way_the_rule_is_all_that_is_told(self, member: Customer, asked: str) -> None:
        await bought(member, "serum", delivered=False)
        told = await say(member, asked, RETURN, entities={"product": "serum" if asked.isascii() else "精华"})
        assert told.responses == ["reply_faq_answer"]

    async def test_a_wish_is_no_question_of_rule(self, member: Customer) -> None:
        await bought(member, "shoes")
        told = await say(member, "吊牌剪了但是我要退这双鞋", RETURN)
        assert told.responses == ["reply_return_this_one"]


class TestAnotherPieceForAFaultyOne:
    @pytest.mark.parametrize(
        ("said", "wished", "language"),
        [
            ("开胶了，给我换一双43的", "43 码", "zh-Hans"),
            ("開膠了，換一雙 43 號的給我", "43", "zh-Hant"),
            ("the sole came off, please exchange it for a 43", "43", "en"),
        ],
    )
    async def test_the_size_that_is_wished_stands_in_the_question_and_the_request(
        self, member: Customer, said: str, wished: str, language: str
    ) -> None:
        await bought(member, "shoes")
        told = await say(member, said, "report_fault", language=language)
        if "reply_exchange_confirm_size" not in told.responses:
            told = await say(member, said, language=language)
        assert "reply_exchange_confirm_size" in told.responses
        assert wished in told.said[-1].text
        await say(member, "好", "affirm", language=language)
        (request,) = await requests(member)
        assert (request.kind, request.reason, request.new_size) == ("exchange", "quality", "43")

    @pytest.mark.parametrize("left", [0, 3])
    async def test_that_none_is_left_is_told_before_it_is_registered(self, member: Customer, left: int) -> None:
        await bought(member, "lamp")
        async with member.database.transaction() as session:
            product = (await session.scalars(select(Product).where(Product.sku == "LAMP-DESK"))).one()
            product.stock = left
        await say(member, "台灯一直闪", "report_fault")
        asked = await say(member, "换个新的")
        before = ["reply_exchange_not_in_stock"] if not left else []
        assert asked.responses == [*before, "reply_exchange_confirm"]

    @pytest.mark.parametrize("asked", ["换的话要几天才有", "換新的要多久", "how long would a replacement take"])
    async def test_how_long_a_new_one_takes_chooses_none(self, member: Customer, asked: str) -> None:
        await bought(member, "lamp")
        await say(member, "台灯一直闪", "report_fault")
        told = await say(member, asked)
        assert told.responses[0] == "reply_return_aside_new_when"
        assert member.slots["return_kind"] is None
