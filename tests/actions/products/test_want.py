"""A want for goods: kind, size, colour, price and properties of a whole message choose what is shown, in one bubble."""

from typing import Any

import pytest
import pytest_asyncio

from actions.products import needs
from actions.products.catalogue import ActionProduct
from actions.products.recommendations import ActionRecommend
from crm_store.db import Database
from tests.actions.conftest import Customer, Ran
from tests.actions.products.demo_goods import put_on_sale


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is nearest in meaning plays no part here.
    monkeypatch.setattr(needs, "PATIENCE_SECONDS", 0.0)
    await put_on_sale(database)


def shown(ran: Ran) -> list[str]:
    payloads = [payload for said in ran.said for payload in said.payloads]
    return [payload.partition('"choice":"')[2].rstrip('"}') for payload in payloads if "choice" in payload]


async def wished(customer: Customer, text: str, language: str = "en", **focus: Any) -> Ran:
    return await customer.run(
        ActionRecommend, text, "ask_recommendation", language=language, slots={"focus": focus} if focus else None
    )


async def asked(customer: Customer, text: str, language: str = "en", **focus: Any) -> Ran:
    return await customer.run(
        ActionProduct, text, "ask_product", language=language, slots={"focus": focus} if focus else None
    )


class TestChosen:
    @pytest.mark.parametrize(
        ("text", "language", "expected"),
        [
            ("slip-ons for my aunt, she has broad feet, what would you suggest", "en", ["WALK-SOFT"]),
            ("找双散步的鞋，我爸脚胖", "zh-Hans", ["WALK-SOFT"]),
            ("想找散步穿的鞋，腳板寬", "zh-Hant", ["WALK-SOFT"]),
            ("sneakers in white, size 41", "en", ["RUN-LITE"]),
            ("跑鞋要橄榄绿的，41 码", "zh-Hans", ["RUN-TRAIL"]),
            ("鞋子想要灰色，37 號", "zh-Hant", ["WALK-SOFT"]),
            ("a bag between 300 and 400", "en", ["PACK-CITY"]),
        ],
    )
    async def test_by_all_that_is_told(self, customer: Customer, text: str, language: str, expected: list[str]) -> None:
        ran = await wished(customer, text, language)
        assert ran.responses == ["reply_want"]
        assert shown(ran) == expected

    @pytest.mark.parametrize(
        ("text", "language"),
        [("something with coffee for a colleague, about 280", "en"), ("咖啡类的，两百八左右", "zh-Hans"),
         ("咖啡類的，280 左右", "zh-Hant")],
    )  # fmt: skip
    async def test_what_lies_near_the_amount_comes_first(self, customer: Customer, text: str, language: str) -> None:
        assert shown(await wished(customer, text, language)) == ["COF-SET", "COF-BEAN"]

    @pytest.mark.parametrize(
        ("text", "language"), [("any rainproof bag?", "en"), ("有没有防水的包", "zh-Hans"), ("有防水的包嗎", "zh-Hant")]
    )
    async def test_by_a_property_and_what_is_not_told_is_said_once(
        self, customer: Customer, text: str, language: str
    ) -> None:
        ran = await asked(customer, text, language)
        assert ran.responses == ["reply_want"]
        assert shown(ran) == ["PACK-CITY"]
        assert ran.only.text.count({"en": "do not say", "zh-Hans": "没有写", "zh-Hant": "沒有寫"}[language]) == 1


class TestNothingQuiteSo:
    @pytest.mark.parametrize(
        ("text", "language", "says"),
        [
            ("have you shoes that keep out the rain, waterproof I mean", "en", "None for which our data say yes"),
            ("有没有防水的鞋", "zh-Hans", "没有一样写明"),
            ("有冇防水嘅鞋", "zh-Hant", "沒有一樣寫明"),
        ],
    )
    async def test_of_each_is_told_what_is_written(
        self, customer: Customer, text: str, language: str, says: str
    ) -> None:
        ran = await asked(customer, text, language, product="RUN-LITE")
        assert says in ran.only.text
        assert set(shown(ran)) == {"WALK-SOFT", "RUN-TRAIL", "RUN-LITE"}

    @pytest.mark.parametrize(
        ("text", "language", "called"),
        [("sandals in 42", "en", "no sandals"), ("马丁靴有 42 码的吗", "zh-Hans", "「马丁靴」"),
         ("有雨鞋嗎，42 號", "zh-Hant", "「雨鞋」")],
    )  # fmt: skip
    async def test_the_nearest_kind_is_offered_and_called_so(
        self, customer: Customer, text: str, language: str, called: str
    ) -> None:
        ran = await asked(customer, text, language)
        assert called in ran.only.text
        assert set(shown(ran)) == {"RUN-TRAIL", "RUN-LITE"}

    async def test_a_size_that_nothing_comes_in(self, customer: Customer) -> None:
        ran = await wished(customer, "想买双鞋，47 码")
        assert "38, 39" in ran.only.text or "38、39" in ran.only.text

    async def test_a_colour_that_nothing_comes_in(self, customer: Customer) -> None:
        ran = await wished(customer, "pink shoes in size 44")
        assert shown(ran) == ["RUN-LITE"]
        assert "None of that in pink" in ran.only.text


class TestSpokenOf:
    @pytest.mark.parametrize(
        ("text", "language"),
        [("have you got anything in a 44", "en"), ("那有什么 44 码的", "zh-Hans"), ("有咩 44 號嘅", "zh-Hant")],
    )
    async def test_any_of_the_kind_leaves_out_what_does_not_come_so(
        self, customer: Customer, text: str, language: str
    ) -> None:
        ran = await asked(customer, text, language, product="WALK-SOFT")
        assert shown(ran) == ["RUN-LITE"]


class TestNoWant:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("are these waterproof", "en"),
            ("这双防水吗", "zh-Hans"),
            ("它防不防水", "zh-Hant"),
            ("is the windbreaker waterproof", "en"),
            ("my shoes got wet, are they waterproof", "en"),
        ],
    )
    async def test_a_thing_in_hand_is_asked_about_alone(self, customer: Customer, text: str, language: str) -> None:
        ran = await asked(customer, text, language, product="RUN-LITE")
        assert "reply_want" not in ran.responses

    async def test_a_size_of_one_thing_names_what_else_of_its_kind_comes_so(self, customer: Customer) -> None:
        ran = await asked(customer, "do the slip-ons come in 44")
        assert ran.responses == ["reply_product_size_none"]
        assert "Light Running Shoes" in ran.only.text
        ran = await asked(customer, "do the slip-ons come in 47")
        assert "Light Running Shoes" not in ran.only.text
