"""A price asked with a size or a colour is answered in one bubble, and what else of the kind comes so is named."""

from typing import Any

import pytest
import pytest_asyncio

from actions.products.catalogue import ActionProduct
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.products.demo_goods import put_on_sale

LISTED = [
    {"title": "Light", "payload": '/ask_product{"choice":"RUN-LITE"}'},
    {"title": "Trail", "payload": '/ask_product{"choice":"RUN-TRAIL"}'},
]


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    await put_on_sale(database)


@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        ("what do they cost, and do you have 42 in white", "en", ["¥399", "¥569", "size 42, white", "not in white"]),
        ("多少钱？有 42 码白色的吗", "zh-Hans", ["¥399", "¥569", "没有白"]),
        ("幾多錢，有冇 42 號白色", "zh-Hant", ["¥399", "¥569", "沒有白"]),
    ],
)
async def test_of_several_each_is_told_once(customer: Customer, text: str, language: str, parts: list[str]) -> None:
    ran = await customer.run(ActionProduct, text, "ask_product", language=language, slots={"focus": {"listed": LISTED}})
    assert all(part.replace("size 42, white", "size 42") in ran.only.text for part in parts)
    assert ran.only.text.count("¥399") == 1


@pytest.mark.parametrize(
    ("text", "language"),
    [("how much, and is there a 44", "en"), ("几钱，44 码有吗", "zh-Hans"), ("多少錢，有 44 號嗎", "zh-Hant")],
)
async def test_what_does_not_come_so_names_another_that_does(customer: Customer, text: str, language: str) -> None:
    focus: dict[str, Any] = {"product": "WALK-SOFT"}
    ran = await customer.run(ActionProduct, text, "ask_product", language=language, slots={"focus": focus})
    assert "¥329" in ran.only.text
    assert "¥399" in ran.only.text


async def test_what_is_paid_for_sending_is_no_price_of_it(customer: Customer) -> None:
    text = "how much is shipping for a 42"
    ran = await customer.run(ActionProduct, text, "ask_product", language="en", slots={"focus": {"listed": LISTED}})
    assert "reply_want" not in ran.responses
