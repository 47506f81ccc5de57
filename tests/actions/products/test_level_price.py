"""What a member of a level pays: the one price there is, said so, and a voucher put into it next."""

import pytest
import pytest_asyncio

from actions.points.balance import ActionPointsRules
from actions.products.catalogue import ActionProduct
from crm_store import tiers
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.products.test_catalogue import product
from tests.actions.shelf import stock


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        session.add(product("CASE", "bags", ("登机箱", "登機箱", "Cabin Case"), 599))


@pytest.mark.parametrize(
    ("text", "language", "begins", "points"),
    [
        ("金卡买登机箱要付多少钱", "zh-Hans", "¥599：目录里登机箱只有这一个价", "1,797"),
        ("我是金卡，買登機箱要付多少", "zh-Hant", "¥599：目錄裡登機箱只有這一個價", "1,797"),
        ("what do i pay for the cabin case as a gold member", "en", "¥599: the catalogue keeps one price", "1,797"),
    ],
)
async def test_there_is_one_price_for_all(
    customer: Customer, text: str, language: str, begins: str, points: str
) -> None:
    ran = await customer.run(ActionProduct, text, "ask_product", entities={"tier": "gold"}, language=language)
    assert ran.responses == ["reply_product_level_price"]
    assert ran.only.text.startswith(begins)
    assert points in ran.only.text


async def test_a_voucher_is_put_into_it_for_a_visitor_too(customer: Customer, database: Database) -> None:
    await stock(database)
    await customer.run(ActionProduct, "what do i pay for the cabin case as a gold member", "ask_product", language="en")
    ran = await customer.run(ActionPointsRules, "and with the 50 voucher?", "ask_points_rules", language="en")
    assert "¥549 to pay" in ran.only.text


async def test_the_price_alone_is_no_question_of_levels(customer: Customer) -> None:
    ran = await customer.run(ActionProduct, "登机箱多少钱", "ask_product", entities={"product": "登机箱"})
    assert "reply_product_level_price" not in ran.responses
