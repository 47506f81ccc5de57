"""Which of two goods serves a need: by their own descriptions, with the reason."""

from typing import Any

import pytest
import pytest_asyncio

from actions.products.catalogue import ActionProduct
from crm_store import tiers
from crm_store.db import Database
from crm_store.products import Product
from tests.actions.conftest import Customer, Ran
from tests.actions.products.test_catalogue import product


def told(goods: Product, hans: str, hant: str, en: str) -> Product:
    goods.descriptions = {"zh-Hans": hans, "zh-Hant": hant, "en": en}
    return goods


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    lite = product("LITE", "shoes", ("轻跑鞋", "輕跑鞋", "Light Running Shoes"), 399, keywords=["跑鞋"])
    trail = product("TRAIL", "shoes", ("越野跑鞋", "越野跑鞋", "Trail Running Shoes"), 569, keywords=["跑鞋"])
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        session.add_all(
            [
                told(lite, "单只 218 克，日常慢跑", "單隻 218 克，日常慢跑", "218 g each, for easy runs"),
                told(trail, "深齿大底，湿路不滑", "深齒大底，濕路不滑", "Deep lugs, grip on wet ground"),
            ]
        )


async def chosen(customer: Customer, text: str, language: str) -> Ran:
    listed = [{"title": sku, "payload": f'/ask_product{{"choice":"{sku}"}}'} for sku in ("LITE", "TRAIL")]
    slots: dict[str, Any] = {"focus": {"listed": listed}}
    return await customer.run(
        ActionProduct, text, "ask_product", language=language, entities={"choice": "between"}, slots=slots
    )


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("下雨天也去，膝盖不太好，选哪个", "zh-Hans", ["会选越野跑鞋", "湿路不滑", "膝盖", "没写"]),
        ("雨天路滑，推薦哪雙", "zh-Hant", ["會選越野跑鞋", "濕路不滑"]),
        ("which one would you take for rain", "en", ["take the Trail Running Shoes", "grip on wet ground"]),
        ("塑胶跑道天天走走，不下雨的时候，你就推荐轻跑鞋还是越野", "zh-Hans", ["会选轻跑鞋", "日常慢跑"]),
        ("公园塑胶道走走跑跑，下雨也去", "zh-Hans", ["会选越野跑鞋", "轻跑鞋写着「单只 218 克，日常慢跑」"]),
    ],
)
async def test_the_one_whose_text_answers(customer: Customer, text: str, language: str, expected: list[str]) -> None:
    ran = await chosen(customer, text, language)
    assert ran.responses == ["reply_product_choice"]
    assert [each for each in expected if each not in ran.only.text] == [], ran.only.text
    assert len(ran.slots["focus"]["listed"]) == 2


async def test_where_no_text_decides_both_are_quoted(customer: Customer) -> None:
    ran = await chosen(customer, "膝盖不好选哪双", "zh-Hans")
    assert ran.responses == ["reply_product_choice_open"]
    assert "越野跑鞋" in ran.only.text
    assert "不敢乱说" in ran.only.text


async def test_one_that_is_named_by_its_own_word_alone(customer: Customer) -> None:
    ran = await customer.run(
        ActionProduct,
        "light or trail running shoes for a rainy park?",
        "ask_product",
        language="en",
        entities={"choice": "between", "product": "trail running shoes"},
    )
    assert ran.responses == ["reply_product_choice"]
    assert "take the Trail Running Shoes" in ran.only.text
    assert "rough paths" not in ran.only.text
