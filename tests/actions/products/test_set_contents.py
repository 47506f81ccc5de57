"""What is in a set, what is not, and whether that is sold by itself: from what the set's page says."""

import pytest
import pytest_asyncio

from actions.products.catalogue import ActionProduct
from crm_store.db import Database
from tests.actions.conftest import Customer, Ran
from tests.actions.products.demo_goods import put_on_sale


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    await put_on_sale(database)


async def asked(customer: Customer, text: str, language: str, product: str | None = None) -> Ran:
    slots = {"focus": {"product": product}} if product else None
    return await customer.run(ActionProduct, text, "ask_product", language=language, slots=slots)


@pytest.mark.parametrize(
    ("text", "language", "product", "begins"),
    [
        ("does the bedding come with pillows", "en", None, "No pillow"),
        ("四件套里有枕芯吗", "zh-Hans", None, "枕芯不在里面"),
        ("床包四件組有附枕心嗎", "zh-Hant", None, "枕心不在裡面"),
        ("is there a kettle in it", "en", "COF-SET", "No kettle in it"),
    ],
)
async def test_what_is_not_in_it(
    customer: Customer, text: str, language: str, product: str | None, begins: str
) -> None:
    ran = await asked(customer, text, language, product)
    assert ran.responses == ["reply_want"]
    assert ran.only.text.startswith(begins)


@pytest.mark.parametrize(
    ("text", "language"),
    [("is the dripper in it", "en"), ("里面有滤杯吗", "zh-Hans"), ("裡面有濾杯嗎", "zh-Hant")],
)
async def test_what_is_in_it(customer: Customer, text: str, language: str) -> None:
    ran = await asked(customer, text, language, "COF-SET")
    assert ran.only.text.startswith(("Yes", "有的"))


@pytest.mark.parametrize(
    ("text", "language", "says"),
    [
        ("can I buy a kettle separately", "en", "no kettle on its own"),
        ("手冲壶可以单独买吗", "zh-Hans", "没有单卖"),
        ("手沖壺有單賣嗎", "zh-Hant", "沒有單賣"),
    ],
)
async def test_whether_it_is_sold_by_itself(customer: Customer, text: str, language: str, says: str) -> None:
    ran = await asked(customer, text, language, "COF-SET")
    assert says in ran.only.text


async def test_what_the_page_does_not_name_is_not_to_be_counted_on(customer: Customer) -> None:
    ran = await asked(customer, "is a milk jug in the set?", "en", "COF-SET")
    assert "is not listed" in ran.only.text


@pytest.mark.parametrize(
    ("text", "product"), [("what comes in the set", "COF-SET"), ("do you have the desk lamp", "COF-SET")]
)
async def test_another_question_is_left_alone(customer: Customer, text: str, product: str) -> None:
    ran = await asked(customer, text, "en", product)
    assert "reply_want" not in ran.responses
