"""What several of a product cost, what it cost before, its price beside its points, and whether it ships abroad."""

import pytest
import pytest_asyncio
from rasa_sdk import Tracker

from actions.kit.asked.shapes import pieces
from actions.knowledge.found import Found
from actions.knowledge.reckoning import ABROAD, Reckoned
from actions.products import catalogue
from actions.products.catalogue import ActionProduct
from actions.products.promotions import ActionPromotion
from crm_store.db import Database
from crm_store.rewards import Reward, RewardKind
from tests.actions.conftest import Customer
from tests.actions.products.test_catalogue import product


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    names = ("帆布托特包", "帆布托特包", "Canvas Tote")
    async with database.transaction() as session:
        session.add_all(
            [
                product("TOWEL", "home", ("毛巾三条装", "毛巾三入組", "Towels, set of three"), 99,
                        keywords=["毛巾", "towel"]),
                product("TOTE", "bags", names, 129, keywords=["帆布袋"]),
                product("TRAIL", "shoes", ("越野跑鞋", "越野跑鞋", "Trail Shoes"), 569, list_price_minor=699_00,
                        attributes={"sizes": ["41", "42"]}),
                product("POWER", "electronics", ("充电宝", "行動電源", "Power Bank"), 149),
            ]
        )  # fmt: skip
        called = dict(zip(("zh-Hans", "zh-Hant", "en"), names, strict=True))
        session.add(Reward(code="tote", kind=RewardKind.GIFT, cost=700, names=called, stock=4))


@pytest.mark.parametrize(
    ("text", "language", "total"),
    [
        ("four towel sets, what's the price", "en", "¥396"),
        ("两套毛巾多少钱", "zh-Hans", "¥198"),
        ("三個帆布袋幾錢", "zh-Hant", "¥387"),
    ],
)
async def test_several_are_reckoned(customer: Customer, text: str, language: str, total: str) -> None:
    ran = await customer.run(ActionProduct, text, "ask_product", language=language)
    assert ran.responses == ["reply_product_several"]
    assert total in ran.only.text


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [("俩呢", "zh-Hans", "¥1,138"), ("來三雙", "zh-Hant", "¥1,707"), ("a couple", "en", "¥1,138")],
)
async def test_a_mere_number_is_of_what_was_told(customer: Customer, text: str, language: str, told: str) -> None:
    await customer.run(ActionProduct, "越野跑鞋", "ask_product", entities={"product": "越野跑鞋"}, language=language)
    ran = await customer.run(ActionProduct, text, "ask_product", language=language)
    assert told in ran.only.text


@pytest.mark.parametrize(("text", "language"), [("这两个多少钱", "zh-Hans"), ("how much are the two together", "en")])
async def test_the_two_that_were_told_are_not_two_of_the_last(customer: Customer, text: str, language: str) -> None:
    for word in ("充电宝", "越野跑鞋"):
        await customer.run(ActionProduct, word, "ask_product", entities={"product": word})
    ran = await customer.run(ActionProduct, text, "ask_product", language=language)
    assert "reply_product_several" not in ran.responses


def test_a_number_that_counts_no_goods() -> None:
    for text in ("how much is the towel, set of three", "毛巾三条装多少钱", "it costs 24 cm", "一个多少钱", "5 people"):
        assert pieces(text) is None, text
    assert [pieces(text) for text in ("two of the totes", "買兩條毛巾", "3 lamps please")] == [2, 2, 3]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("has it been cheaper", "en"),
        ("這雙以前多少錢", "zh-Hant"),
        ("why was it 699 then", "en"),
        ("怎么之前是699", "zh-Hans"),
    ],
)
async def test_what_it_cost_before_is_its_list_price(customer: Customer, text: str, language: str) -> None:
    await customer.run(ActionProduct, "越野跑鞋", "ask_product", entities={"product": "越野跑鞋"})
    for action, intent in ((ActionProduct, "ask_product"), (ActionPromotion, "ask_promotion")):
        ran = await customer.run(action, text, intent, language=language)
        assert ran.responses == ["reply_product_price_before"]
        assert "¥699" in ran.only.text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("why was it 699, is it going to go up", "en"),
        ("这个价到什么时候", "zh-Hans"),
        ("這雙之後會不會漲回原價", "zh-Hant"),
    ],
)
async def test_until_when_it_is_reduced_is_not_known(customer: Customer, text: str, language: str) -> None:
    await customer.run(ActionProduct, "越野跑鞋", "ask_product", entities={"product": "越野跑鞋"})
    for action, intent in ((ActionProduct, "ask_product"), (ActionPromotion, "ask_promotion")):
        ran = await customer.run(action, text, intent, language=language)
        assert ran.responses == ["reply_product_price_until"]
        assert "¥699" in ran.only.text
        assert "¥569" in ran.only.text


async def test_a_size_asked_beside_the_price_is_told_too(customer: Customer) -> None:
    await customer.run(ActionProduct, "越野跑鞋", "ask_product", entities={"product": "越野跑鞋"})
    ran = await customer.run(
        ActionProduct, "do those come in 42 and when does the sale end", "ask_product", language="en"
    )
    assert ran.responses == ["reply_product_had_of_several", "reply_product_price_until"]


async def test_of_what_is_not_reduced_nothing_is_known(customer: Customer) -> None:
    await customer.run(ActionProduct, "充电宝", "ask_product", entities={"product": "充电宝"})
    ran = await customer.run(ActionProduct, "之前便宜过吗", "ask_product")
    assert ran.responses == ["reply_product_price_before_unknown"]


@pytest.mark.parametrize(
    ("text", "language"), [("what's the canvas tote in yuan", "en"), ("帆布袋用錢買多少", "zh-Hant")]
)
async def test_of_what_is_a_reward_too_both_are_told(customer: Customer, text: str, language: str) -> None:
    ran = await customer.run(ActionProduct, text, "ask_product", language=language)
    assert ran.responses == ["reply_product_or_points"]
    assert "¥129" in ran.only.text
    assert "700" in ran.only.text


class TestAbroad:
    @pytest.fixture(autouse=True)
    def article(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def found(_tracker: Tracker, slug: str) -> Found:
            return Found("?", [], Reckoned(slug, "reply_reckon_not_served", {"place": "?", "served": "?"}), "Abroad")

        monkeypatch.setattr(catalogue, "found_in", found)

    @pytest.mark.parametrize(
        ("text", "language", "before"),
        [
            ("can you send the power bank to Canada", "en", ""),
            ("行動電源寄得到香港嗎", "zh-Hant", ""),
            ("would the power bank be sent here", "en", "I live in Osaka, Japan"),
        ],
    )
    async def test_the_rule_is_told_and_not_the_card(
        self, customer: Customer, text: str, language: str, before: str
    ) -> None:
        events = [{"event": "user", "text": before}] if before else []
        ran = await customer.run(ActionProduct, text, "ask_product", language=language, events=events)
        assert "reply_product" not in ran.responses
        assert ran.slots["focus"]["article"] == ABROAD

    async def test_at_home_it_is_no_such_question(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "充电宝能寄到成都吗", "ask_product", entities={"product": "充电宝"})
        assert "article" not in ran.slots["focus"]
