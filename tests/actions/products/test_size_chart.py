"""Which size fits a body, by the chart of the product's page."""

import pytest
import pytest_asyncio

from actions.products.catalogue import ActionProduct
from actions.products.size_chart import advised
from crm_store import tiers
from crm_store.db import Database
from crm_store.products import Product
from tests.actions.conftest import Customer
from tests.actions.products.test_catalogue import product

FOOT = {"foot_cm": {"39": 24, "40": 24.5, "41": 25}}
BODY = {"height_cm": {"S": 165, "M": 172, "L": 180}, "weight_kg": {"S": 55, "M": 65, "L": 78}}


def shoes() -> Product:
    return product("RUN", "shoes", ("轻跑鞋", "輕跑鞋", "Light Running Shoes"), 399, keywords=["跑鞋"],
                   attributes={"sizes": ["39", "40", "41"], "size_chart": FOOT})  # fmt: skip


def jacket() -> Product:
    return product("JACKET", "clothing", ("外套", "外套", "Jacket"), 459,
                   attributes={"sizes": ["S", "M", "L"], "size_chart": BODY})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("脚长24.5", "40"),
        ("foot is 24.2 cm", "40"),
        ("腳長 26 公分", None),
        ("165 cm, size?", "S"),
        ("168公分60公斤", "M"),
        ("1米68 重120斤", "M"),
        ("168/70 穿什么码", "L"),
        ("175 cm and 60 kilos", "L"),
        ("192cm 70kg", None),
    ],
)
def test_the_smallest_size_made_for_the_figures(text: str, size: str | None) -> None:
    goods = shoes() if "脚" in text or "腳" in text or "foot" in text else jacket()
    advice = advised(goods, text)
    assert advice is not None
    assert advice.size == size


@pytest.mark.parametrize("text", ["哪个码合适", "I take a 40", "which size should i get"])
def test_no_figures_no_advice(text: str) -> None:
    assert advised(jacket(), text) is None


class TestTold:
    @pytest_asyncio.fixture(autouse=True)
    async def shop(self, database: Database) -> None:
        async with database.transaction() as session:
            await tiers.ensure_defaults(session)
            session.add_all([shoes(), jacket()])

    @pytest.mark.parametrize(
        ("text", "thing", "language", "response", "begins"),
        [
            ("我脚长24.5厘米，轻跑鞋穿几码", "轻跑鞋", "zh-Hans", "reply_product_size_by_foot", "40"),
            ("我168公分60公斤，外套要穿哪個尺寸", "外套", "zh-Hant", "reply_product_size_by_body", "M"),
            (
                "my foot is 24.5 cm, which size in the light running shoes",
                "shoes",
                "en",
                "reply_product_size_by_foot",
                "By its chart",
            ),
            ("我腳長27公分，輕跑鞋穿幾號", "輕跑鞋", "zh-Hant", "reply_product_size_beyond", "輕跑鞋最大做到 41"),
        ],
    )
    async def test_the_size_comes_first(
        self, customer: Customer, *, text: str, thing: str, language: str, response: str, begins: str
    ) -> None:
        ran = await customer.run(ActionProduct, text, "ask_product", entities={"product": thing}, language=language)
        assert ran.responses == [response]
        assert ran.only.text.startswith(begins), ran.only.text
