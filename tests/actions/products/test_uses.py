"""What is recommended where a use is told or denied, a price not too dear, a size."""

import pytest
import pytest_asyncio

from actions.products import needs
from actions.products.catalogue import ActionProduct
from actions.products.recommendations import ActionRecommend
from crm_store.db import Database
from crm_store.language import Language
from crm_store.products import Product
from tests.actions.conftest import Customer

SIZES = {"sizes": ["36", "37", "40"]}
LARGE = {"sizes": ["40", "41", "42"]}


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is nearest in meaning plays no part here.
    monkeypatch.setattr(needs, "PATIENCE_SECONDS", 0.0)
    goods = [
        ("WALK", "shoes", 329, ("软底步行鞋", "軟底步行鞋", "Soft Walking Shoes"), ["步行鞋", "鞋子", "鞋"], SIZES),
        ("LITE", "shoes", 399, ("轻跑鞋", "輕跑鞋", "Light Running Shoes"), ["跑鞋", "鞋子", "鞋"], LARGE),
        ("TRAIL", "shoes", 569, ("越野跑鞋", "越野跑鞋", "Trail Running Shoes"), ["跑鞋", "登山鞋", "鞋"], LARGE),
        ("BEANS", "coffee_tea", 78, ("云南咖啡豆", "雲南咖啡豆", "Coffee Beans"), ["咖啡豆", "咖啡"], {}),
        ("KNIFE", "kitchen", 269, ("三德厨刀", "三德廚刀", "Santoku Knife"), ["刀", "菜刀"], {}),
        ("SCARF", "clothing", 199, ("羊毛围巾", "羊毛圍巾", "Wool Scarf"), ["围巾"], {}),
        ("BED", "home", 459, ("全棉四件套", "純棉床包四件組", "Cotton Bedding Set"), ["床单"], {}),
        ("FAN", "electronics", 129, ("桌面小风扇", "桌上小風扇", "Desk Fan"), ["风扇"], {}),
        ("CREAM", "skin_care", 59, ("护手霜", "護手霜", "Hand Cream"), ["护手霜"], {}),
    ]
    async with database.transaction() as session:
        for sku, category, price, names, keywords, attributes in goods:
            session.add(
                Product(
                    sku=sku,
                    category=category,
                    names=dict(zip(Language, names, strict=True)),
                    price_minor=price * 100,
                    stock=9,
                    keywords=keywords,
                    attributes=attributes,
                )
            )


def shown(payloads: list[str]) -> list[str]:
    return [payload.partition('"choice":"')[2].rstrip('"}') for payload in payloads if "ask_product" in payload]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("她从不跑步，每天就散散步，买哪一款合适", "zh-Hans", ["WALK"]),
        ("for my aunt, she goes for walks, she doesn't run", "en", ["WALK"]),
        ("a gift for my uncle who hikes, 600 yuan at most", "en", ["TRAIL"]),
        ("爺爺喜歡行山，送咩好", "zh-Hant", ["TRAIL"]),
        ("something warm for my granny, not too expensive", "en", ["SCARF"]),
        ("外婆怕冷，送點什麼，別太貴", "zh-Hant", ["SCARF"]),
    ],
)
async def test_a_use_that_is_told_is_served(customer: Customer, text: str, language: str, expected: list[str]) -> None:
    ran = await customer.run(ActionRecommend, text, "ask_recommendation", language=language)
    assert shown(ran.only.payloads) == expected


async def test_what_is_dear_is_left_out_where_it_is_to_be_not_dear(customer: Customer) -> None:
    ran = await customer.run(ActionRecommend, "怕冷的人送什么，实惠点", "ask_recommendation")
    assert "BED" not in shown(ran.only.payloads)
    ran = await customer.run(ActionRecommend, "怕冷的人送什么", "ask_recommendation")
    assert shown(ran.only.payloads) == ["SCARF", "BED"]


@pytest.mark.parametrize("text", ["同事刚开完刀，送点实用的，300以内", "奶奶做了手術，開刀住院，送什麼好"])
async def test_surgery_is_no_knife(customer: Customer, text: str) -> None:
    ran = await customer.run(ActionRecommend, text, "ask_recommendation")
    assert "「刀" not in str(ran.said[0].values)
    assert ran.responses[0] != "reply_recommend_for"


async def test_what_is_denied_amid_other_words_is_left_out_and_the_size_heeded(customer: Customer) -> None:
    suggested = {"words": "", "limit": 60000, "need": "hikes", "shown": ["BEANS"], "use": ""}
    slots = {"focus": {"suggested": suggested}}
    text = "no no, not coffee, bad knee. shoes maybe? he has foot 42"
    ran = await customer.run(ActionRecommend, text, "ask_recommendation", language="en", slots=slots)
    assert set(shown(ran.only.payloads)) == {"LITE", "TRAIL"}


async def test_shoes_that_are_not_for_running(customer: Customer) -> None:
    text = "有没有走路穿的鞋，不是跑步的"
    slots = {"focus": {"suggested": {"words": "鞋", "shown": []}}}
    ran = await customer.run(ActionRecommend, text, "ask_recommendation", entities={"product": "鞋"}, slots=slots)
    assert shown(ran.only.payloads) == ["WALK"]
    ran = await customer.run(ActionProduct, text, "ask_product", entities={"product": "鞋"})
    assert shown(ran.only.payloads) == ["WALK"] or "软底步行鞋" in ran.only.text
