"""What was asked last is answered for the thing that was meant; voltage is held against the place, a bag against no
airline's limit."""

import json
from typing import Any

import pytest
import pytest_asyncio

from actions.kit.words import airline
from actions.products.catalogue import ActionProduct
from crm_store import tiers
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.products.test_catalogue import product

MAINS = {"zh-Hans": "220 V，国标三脚插头", "zh-Hant": "220 V，中國三腳插頭", "en": "220 V, Chinese three-pin plug"}
USB = {"zh-Hans": "USB 供电，5 V", "zh-Hant": "USB 供電，5 V", "en": "USB power, 5 V"}
CABIN = {
    "zh-Hans": "可以登机，外尺寸 55 × 37 × 21 厘米",
    "zh-Hant": "可以登機，外尺寸 55 × 37 × 21 公分",
    "en": "it may go in the cabin, 55 × 37 × 21 cm outside",
}


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        session.add_all(
            [
                product("RICE", "kitchen", ("3 升电饭煲", "3 公升電鍋", "3 l Rice Cooker"), 499,
                        keywords=["电饭锅", "电饭煲", "cooker"],
                        attributes={"weight_g": 3200, "details": {"voltage": MAINS}}),
                product("PAN", "kitchen", ("24 厘米不粘锅", "24 公分不沾鍋", "24 cm Non-stick Pan"), 219,
                        keywords=["锅", "pan"], attributes={"weight_g": 900}),
                product("FAN", "home", ("桌面小风扇", "桌上小風扇", "Desk Fan"), 129, keywords=["风扇", "fan"],
                        attributes={"details": {"voltage": USB}}),
                product("CASE", "bags", ("20 寸登机箱", "20 吋登機箱", "20-inch Cabin Case"), 599,
                        keywords=["行李箱", "suitcase"], attributes={"weight_g": 2900, "details": {"flight": CABIN}}),
            ]
        )  # fmt: skip


def _before(text: str, named: str, number: int = 1) -> dict[str, Any]:
    """The event of an earlier message about a thing."""
    return {
        "event": "user", "text": text, "metadata": {"message_id": str(number)},
        "parse_data": {
            "intent": {"name": "ask_product"}, "entities": [{"entity": "product", "value": named}],
        },
    }  # fmt: skip


class TestAnotherThingWasMeant:
    @pytest.mark.parametrize(
        ("asked", "names", "language", "told"),
        [
            ("锅多重", ("锅", "电饭煲"), "zh-Hans", "3 升电饭煲\n重量：3.2 公斤"),
            ("鍋子多重", ("鍋子", "電鍋"), "zh-Hant", "3 公升電鍋\n重量：3.2 公斤"),
            ("how heavy is the pan", ("pan", "rice cooker"), "en", "3 l Rice Cooker\nweight: 3.2 kg"),
        ],
    )
    async def test_the_last_question_is_put_again_for_it(
        self, customer: Customer, asked: str, names: tuple[str, str], language: str, told: str
    ) -> None:
        wrong, right = names
        ran = await customer.run(
            ActionProduct, right, "ask_product", entities={"product": right, "ruled_out": wrong}, language=language,
            events=[_before(asked, wrong)],
        )  # fmt: skip
        assert ran.only.text == told

    @pytest.mark.parametrize(("text", "language"), [("电饭煲", "zh-Hans"), ("電鍋", "zh-Hant"), ("rice cooker", "en")])
    async def test_a_name_that_corrects_nothing_gets_the_card(
        self, customer: Customer, text: str, language: str
    ) -> None:
        ran = await customer.run(
            ActionProduct, text, "ask_product", entities={"product": text}, language=language,
            events=[_before("锅多重", "锅")],
        )  # fmt: skip
        assert ran.responses == ["reply_product"]


@pytest.mark.parametrize(
    ("text", "language"), [("锅多重", "zh-Hans"), ("鍋有多重", "zh-Hant"), ("how heavy is the cooker", "en")]
)
async def test_a_short_word_is_the_thing_spoken_of(customer: Customer, text: str, language: str) -> None:
    short = "cooker" if language == "en" else text[0]
    ran = await customer.run(
        ActionProduct, text, "ask_product", entities={"product": short}, language=language,
        slots={"focus": {"product": "RICE", "topic": "ask_product"}},
    )  # fmt: skip
    assert "3.2" in ran.only.text


class TestMains:
    @pytest.mark.parametrize(
        ("text", "language", "response"),
        [
            ("电饭煲的电压台湾能用吗", "zh-Hans", "reply_product_mains_no"),
            ("電鍋電壓台灣能用嗎", "zh-Hant", "reply_product_mains_no"),
            ("does the rice cooker's voltage work in japan", "en", "reply_product_mains_no"),
            ("电饭煲的插头新加坡能用吗", "zh-Hans", "reply_product_mains_adapter"),
            ("電鍋的插頭香港用唔用得", "zh-Hant", "reply_product_mains_adapter"),
            ("will the rice cooker's plug work in the uk", "en", "reply_product_mains_adapter"),
            ("will the rice cooker's plug work in australia", "en", "reply_product_mains_yes"),
            ("小风扇的电压台湾能用吗", "zh-Hans", "reply_product_mains_usb"),
            ("电饭煲的插头是什么样的", "zh-Hans", "reply_product_tells"),
        ],
    )
    async def test_its_voltage_is_held_against_that_of_the_place(
        self, customer: Customer, text: str, language: str, response: str
    ) -> None:
        ran = await customer.run(ActionProduct, text, "ask_product", language=language)
        assert ran.responses == [response], ran.only.text

    async def test_a_voltage_that_is_said_needs_no_place(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "家裡是110V耶，電鍋不能用囉", "ask_product", language="zh-Hant")
        assert ran.responses == ["reply_product_mains_no"]
        assert "110 V" in ran.only.text


class TestAirline:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("登机箱亚航能带上去吗", "zh-Hans"),
            ("登機箱長榮可以手提嗎", "zh-Hant"),
            ("do your cabin cases fit as hand luggage on ryanair?", "en"),
        ],
    )
    async def test_no_yes_is_said_for_an_airline(self, customer: Customer, text: str, language: str) -> None:
        ran = await customer.run(ActionProduct, text, "ask_product", language=language)
        assert ran.responses == ["reply_product_airline"]
        assert "55 × 37 × 21" in ran.only.text

    async def test_without_one_the_page_is_told(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "登机箱能带上飞机吗", "ask_product")
        assert ran.responses == ["reply_product_tells"]

    @pytest.mark.parametrize("text", ["航拍的时候带着", "a pair of chairs", "repair it", "航班几点", "fair enough"])
    def test_none_is_named(self, text: str) -> None:
        assert not airline.asked(text)


@pytest.mark.parametrize(
    ("text", "language", "named"),
    [
        ("不粘锅的功率多大", "zh-Hans", "功率多大"),
        ("不沾鍋能不能煮粥", "zh-Hant", "「不沾鍋能不能煮粥」"),
        ("can I use the pan for porridge", "en", "“can I use the pan for porridge”"),
    ],
)
async def test_what_is_not_written_is_named(customer: Customer, text: str, language: str, named: str) -> None:
    ran = await customer.run(ActionProduct, text, "ask_product", language=language)
    assert named in ran.only.text, json.dumps(ran.only.text, ensure_ascii=False)
