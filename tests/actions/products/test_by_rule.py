"""What a rule of the shop comes to for goods that are named: instalments on their sum, the warranty of each."""

import pytest
import pytest_asyncio

from actions.knowledge.answers import ActionFaq
from actions.products.catalogue import ActionProduct
from crm_store import tiers
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.products.test_catalogue import product

INSTALMENTS = ["reply_product_sum", "reply_reckon_instalments_fee"]


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        session.add_all(
            [
                product("CASE", "bags", ("20 寸登机箱", "20 吋登機箱", "20-inch Cabin Case"), 600, keywords=["行李箱"]),
                product("RICE", "kitchen", ("电饭煲", "電鍋", "3 l Rice Cooker"), 500, keywords=["电锅"],
                        attributes={"warranty": "12 months"}),
                product("EARS", "electronics", ("蓝牙耳机", "藍牙耳機", "Wireless Earbuds"), 300,
                        keywords=["耳机", "earphones"]),
                product("CREAM", "skin_care", ("护手霜", "護手霜", "Hand Cream 75 ml"), 59),
                product("SERUM", "skin_care", ("精华", "精華", "Serum"), 169),
            ]
        )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("行李箱跟耳机一块儿买分十二期一个月还多少", "zh-Hans", ("¥900", "¥80.40")),
        ("電鍋和登機箱總共分六期，每期幾多", "zh-Hant", ("¥1,100", "¥189.93")),
        ("if I get the rice cooker plus the cabin case in 12 installments what's that a month", "en",
         ("¥1,100", "¥98.27")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("action", [ActionProduct, ActionFaq])
async def test_several_are_split_by_their_sum(
    customer: Customer, action: type, text: str, language: str, told: tuple[str, str]
) -> None:
    ran = await customer.run(action, text, "ask_product", language=language)
    assert ran.responses == INSTALMENTS
    assert [words in each.text for words, each in zip(told, ran.said, strict=True)] == [True, True]


async def test_one_alone_and_several_of_it_are_split_as_well(customer: Customer) -> None:
    one = await customer.run(ActionProduct, "登机箱能分三期吗", "ask_product", entities={"product": "登机箱"})
    assert "每个月 ¥200" in one.said[-1].text
    two = await customer.run(ActionProduct, "两个耳机分三期每期多少", "ask_product", entities={"product": "耳机"})
    assert "每个月 ¥200" in two.said[-1].text


async def test_too_little_and_a_number_that_is_not_offered_are_said(customer: Customer) -> None:
    little = await customer.run(ActionProduct, "耳机分期付可以吗", "ask_product", entities={"product": "耳机"})
    assert little.responses == ["reply_product_price", "reply_reckon_too_small"]
    four = await customer.run(
        ActionProduct, "電鍋跟耳機分四期", "ask_product", entities={"product": ["電鍋", "耳機"]}, language="zh-Hant"
    )
    assert four.responses == ["reply_product_sum", "reply_reckon_parts_not_offered"]


async def test_an_amount_that_is_named_is_what_is_split(customer: Customer) -> None:
    ran = await customer.run(ActionProduct, "耳机算 800 块分三期每期多少", "ask_product", entities={"product": "耳机"})
    assert "reply_product_price" not in ran.responses


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("电饭煲、登机箱还有护手霜保修分别多久", "zh-Hans",
         ["电饭煲：保修 12 个月", "登机箱：保修 90 天", "护手霜：不在保修"]),
        ("耳機跟登機箱保固幾個月", "zh-Hant", ["耳機：保固 12 個月", "登機箱：保固 90 天"]),
        ("how long is the guarantee on the earbuds and the rice cooker", "en",
         ["Earbuds: 12 months", "Rice Cooker: 12 months"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("action", [ActionProduct, ActionFaq])
async def test_the_warranty_of_each_is_told(
    customer: Customer, action: type, text: str, language: str, told: list[str]
) -> None:
    ran = await customer.run(action, text, "ask_faq", language=language)
    assert ran.responses == ["reply_product_warranties"]
    for each in told:
        assert each in ran.only.text


async def test_where_none_is_covered_that_is_said(customer: Customer) -> None:
    ran = await customer.run(ActionFaq, "护手霜和精华有保修吗", "ask_faq")
    assert ran.responses == ["reply_reckon_warranty_never"]


@pytest.mark.parametrize("text", ["耳机保修多久", "耳机进水了还在保修吗，电饭煲呢", "耳机和电饭煲哪个好"])
async def test_what_is_no_such_question_is_answered_otherwise(customer: Customer, text: str) -> None:
    ran = await customer.run(ActionProduct, text, "ask_product", entities={"product": "耳机"})
    assert "reply_product_warranties" not in ran.responses
