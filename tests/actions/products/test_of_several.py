"""What is asked of several goods at once, of what comes along with one, and of what the catalogue does not say."""

import pytest
import pytest_asyncio

from actions.products import another
from actions.products.catalogue import ActionProduct
from crm_store.db import Database
from crm_store.language import Language
from crm_store.products import Product
from tests.actions.conftest import Customer


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    goods = [
        ("LITE", "shoes", ("轻跑鞋", "輕跑鞋", "Light Running Shoes"), ["跑鞋", "鞋子", "runners"],
         {"sizes": ["38", "39"], "colours": ["white"], "weight_g": 218}, ("", "", "")),
        ("TRAIL", "shoes", ("越野跑鞋", "越野跑鞋", "Trail Running Shoes"), ["跑鞋", "鞋子"],
         {"sizes": ["40", "41"], "colours": ["olive"], "weight_g": 286}, ("", "", "")),
        ("COFFEE", "coffee_tea", ("手冲咖啡套装", "手沖咖啡組", "Pour-over Coffee Set"), ["咖啡壶"],
         {"pieces": 3}, ("滤杯、40 张滤纸", "濾杯、40 張濾紙", "Dripper, 40 filters")),
        ("LAMP", "home", ("护眼台灯", "護眼檯燈", "Desk Lamp"), ["台灯"], {"watts": 12},
         ("无频闪", "無頻閃", "No flicker")),
    ]  # fmt: skip
    async with database.transaction() as session:
        for sku, category, names, keywords, attributes, told in goods:
            session.add(
                Product(
                    sku=sku,
                    category=category,
                    names=dict(zip(Language, names, strict=True)),
                    descriptions=dict(zip(Language, told, strict=True)),
                    price_minor=9900,
                    stock=20,
                    keywords=keywords,
                    attributes=attributes,
                )
            )


class TestOfAKind:
    @pytest.mark.parametrize(
        ("text", "language", "response", "says"),
        [
            ("跑鞋都有什么颜色", "zh-Hans", "reply_products_facts", "橄榄绿"),
            ("跑鞋有半號的嗎", "zh-Hant", "reply_products_no_half", "40、41"),
            ("how heavy are the running shoes", "en", "reply_products_facts", "286"),
            ("do your running shoes come in half sizes", "en", "reply_products_no_half", "38, 39"),
            ("跑鞋有红色吗", "zh-Hans", "reply_products_none_so", "没有红色"),
        ],
    )
    async def test_each_is_told_with_what_is_asked(
        self, customer: Customer, text: str, language: str, response: str, says: str
    ) -> None:
        thing = "running shoes" if language == "en" else "跑鞋"
        ran = await customer.run(ActionProduct, text, "ask_product", entities={"product": thing}, language=language)
        assert ran.responses == [response]
        assert says in ran.only.text

    async def test_the_kind_alone_is_listed(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "跑鞋", "ask_product", entities={"product": "跑鞋"})
        assert ran.responses == ["reply_product_list"]


class TestOfOne:
    @pytest.mark.parametrize(
        ("text", "language", "sku", "response"),
        [
            ("这套送滤纸吗", "zh-Hans", "COFFEE", "reply_product_tells"),
            ("有附配件嗎", "zh-Hant", "COFFEE", "reply_product_unknown"),
            ("does it come with a spare bulb", "en", "LAMP", "reply_product_unknown"),
            ("is it heavy", "en", "LAMP", "reply_product_unknown"),
            ("有白色吗", "zh-Hans", "LAMP", "reply_product_no_colours"),
            ("有半码吗", "zh-Hans", "LITE", "reply_product_no_half"),
        ],
    )
    async def test_what_the_catalogue_says_or_that_it_does_not(
        self, customer: Customer, text: str, language: str, sku: str, response: str
    ) -> None:
        ran = await customer.run(ActionProduct, text, "ask_product", spoken_of={"choice": sku}, language=language)
        assert ran.responses == [response]

    async def test_the_next_thing_it_does_not_say_is_told_in_other_words(self, customer: Customer) -> None:
        focus = {"product": "LAMP", "not_said": "LAMP", "at": {"product": 2}}
        ran = await customer.run(
            ActionProduct, "重吗", "ask_product", spoken_of={"choice": "LAMP"}, slots={"focus": focus}
        )
        assert ran.responses == ["reply_product_unknown_too"]


@pytest.mark.parametrize(
    "text",
    [
        "got a bag for a 14 inch laptop?",
        "do you have anything to carry water",
        "有没有能装电脑的包",
        "有沒有可以裝水的瓶子",
    ],
)
def test_a_thing_for_a_use_is_another_one(text: str) -> None:
    assert another.asks(text)


@pytest.mark.parametrize(
    "text", ["do you have it in black", "有没有黑色", "这个有没有能装电脑的", "does it come with a bag"]
)
def test_what_is_asked_of_the_same_is_none(text: str) -> None:
    assert not another.asks(text)
