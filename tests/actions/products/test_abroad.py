"""Whether goods may be sent abroad: each thing by itself, with what it comes to there."""

import pytest
import pytest_asyncio

from actions.products.catalogue import ActionProduct
from crm_store import tiers
from crm_store.db import Database
from crm_store.policy import used
from tests.actions.conftest import Customer
from tests.actions.products.test_catalogue import product
from tests.crm_store.policy.shop_files import written


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        session.add_all(
            [
                product("MAT", "home", ("瑜伽垫 6 毫米", "瑜珈墊 6 公釐", "Yoga Mat 6 mm"), 159,
                        keywords=["瑜伽垫", "mat"], attributes={"weight_g": 900}),
                product("POWER", "electronics", ("10000 毫安充电宝", "10000 毫安行動電源", "Power Bank"), 149,
                        keywords=["充电宝", "行动电源"], attributes={"weight_g": 220}),
                product("SUN", "skin_care", ("清爽防晒", "清爽防曬", "Light Sunscreen"), 119,
                        keywords=["防晒"]),
                product("HUMID", "electronics", ("2 升加湿器", "2 公升加濕器", "2 l Humidifier"), 199,
                        keywords=["加湿器"], attributes={"weight_g": 950}),
                product("COOKER", "electronics", ("3 升电饭煲", "3 公升電鍋", "3 l Rice Cooker"), 499, stock=0,
                        keywords=["电饭煲", "电锅", "cooker"]),
            ]
        )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("我人在高雄 想買行動電源跟瑜珈墊 可以寄來台灣嗎", "zh-Hant",
         ["瑜珈墊 6 公釐（¥159）可以寄", "行動電源不能寄", "¥189"]),
        ("do you deliver to Macau? I want the humidifier and the sunscreen", "en",
         ["2 l Humidifier (¥199): yes", "Light Sunscreen: no", "¥229"]),
        ("想给日本朋友寄加湿器和充电宝", "zh-Hans", ["加湿器（¥199）可以寄", "充电宝不能寄", "¥259"]),
    ],
)  # fmt: skip
async def test_what_may_go_is_told_beside_what_stays(
    customer: Customer, text: str, language: str, told: list[str]
) -> None:
    ran = await customer.run(ActionProduct, text, "ask_product", language=language)
    assert ran.responses == ["reply_product_goes_abroad"]
    assert [each for each in told if each not in ran.only.text] == [], ran.only.text


async def test_a_thing_that_stays_is_refused_with_its_reason(customer: Customer) -> None:
    ran = await customer.run(ActionProduct, "所以充电宝也能寄台湾？", "ask_product", language="zh-Hans")
    assert ran.responses == ["reply_product_stays_here"]
    assert "锂电池" in ran.only.text
    assert "台湾" in ran.only.text


async def test_the_next_thing_goes_on_with_the_place(customer: Customer) -> None:
    ran = await customer.run(
        ActionProduct, "and the sunscreen is ok too?", "ask_product", language="en",
        slots={"focus": {"abroad": "MO", "product": "HUMID"}},
    )  # fmt: skip
    assert ran.responses == ["reply_product_stays_here"]
    assert "Macau" in ran.only.text


async def test_both_are_those_told_last(customer: Customer) -> None:
    ran = await customer.run(
        ActionProduct, "can you ship both to Macau", "ask_product", language="en",
        slots={"focus": {"product": "HUMID", "product_before": "SUN"}},
    )  # fmt: skip
    assert "Light Sunscreen: no" in ran.only.text
    assert "2 l Humidifier (¥199): yes" in ran.only.text


async def test_a_place_nobody_is_sent_to(customer: Customer) -> None:
    ran = await customer.run(ActionProduct, "能把瑜伽垫寄到巴黎吗", "ask_product", language="zh-Hans")
    assert ran.responses == ["reply_reckon_not_served"]


async def test_at_home_the_question_is_another(customer: Customer) -> None:
    ran = await customer.run(ActionProduct, "充电宝能寄成都吗", "ask_product", language="zh-Hans")
    assert "reply_product_stays_here" not in ran.responses


async def test_a_shops_own_words_decide_what_stays(customer: Customer) -> None:
    own = written("shipping: {stays_here: {battery: [加湿器], liquid: []}}")
    with used(own):
        kept = await customer.run(ActionProduct, "加湿器能寄台湾吗", "ask_product", language="zh-Hans")
        sent = await customer.run(ActionProduct, "充电宝能寄台湾吗", "ask_product", language="zh-Hans")
    assert kept.responses == ["reply_product_stays_here"]
    assert sent.responses == ["reply_product_goes_abroad"]


async def test_the_sum_right_after_it_is_that_with_the_postage_there(customer: Customer) -> None:
    await customer.run(ActionProduct, "行動電源跟瑜珈墊可以寄來台灣嗎", "ask_product", language="zh-Hant")
    ran = await customer.run(
        ActionProduct, "那瑜珈墊一條就好 總共多少", "ask_product", language="zh-Hant",
        slots={"focus": {"abroad": "TW", "product": "MAT"}},
    )  # fmt: skip
    assert "¥189" in ran.only.text


async def test_a_heavy_thing_is_told_by_its_weight(customer: Customer, database: Database) -> None:
    async with database.transaction() as session:
        session.add(
            product("CASE", "bags", ("20 寸登机箱", "20 吋登機箱", "Cabin Case"), 599, attributes={"weight_g": 2900})
        )
    ran = await customer.run(ActionProduct, "想買登機箱，寄台灣要多少", "ask_product", language="zh-Hant")
    assert ran.responses == ["reply_product_goes_abroad_weight"]
    assert [each for each in ("2.9 公斤", "¥60", "¥659") if each not in ran.only.text] == []


async def test_a_weight_that_is_said_is_worked_out_for_the_thing_spoken_of(customer: Customer) -> None:
    ran = await customer.run(
        ActionProduct, "一公斤30那三公斤是60嗎", "ask_product", language="zh-Hant",
        slots={"focus": {"abroad": "TW", "product": "MAT"}},
    )  # fmt: skip
    assert [each for each in ("3 公斤", "¥60", "¥219") if each not in ran.only.text] == []


class TestArrival:
    @pytest.mark.usefixtures("frozen_clock")
    @pytest.mark.parametrize(
        ("code", "to", "language", "told"),
        [
            ("GB", "2026-12-26T00:00:00+08:00", "en", ["By 25 December it should be there", "8–15", "UK"]),
            ("GB", "2026-12-05T00:00:00+08:00", "zh-Hans", ["有点悬", "8–15 个工作日"]),
            ("GB", "2026-11-30T00:00:00+08:00", "zh-Hant", ["恐怕趕不上", "英國"]),
            ("HK", None, "en", ["4–7", "Hong Kong", "no promise"]),
            ("BR", None, "en", ["do not ship"]),
        ],
    )  # fmt: skip
    async def test_is_counted_in_working_days_from_today(
        self, customer: Customer, code: str, to: str | None, language: str, told: list[str]
    ) -> None:
        day = {"time": {"from": to, "to": to, "grain": "day"}} if to else {}
        ran = await customer.run(
            ActionProduct, "will it be there by then", "ask_product", language=language,
            entities={"choice": "arrival", **day}, slots={"focus": {"abroad": code}},
        )  # fmt: skip
        assert [each for each in told if each not in ran.only.text] == [], ran.only.text

    async def test_without_a_place_it_is_asked_for(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "when would it come", "ask_product", entities={"choice": "arrival"})
        assert ran.responses == ["reply_arrives_at_home"]


async def test_an_amount_of_money_names_no_goods(customer: Customer, database: Database) -> None:
    async with database.transaction() as session:
        session.add(product("BLOCKS", "baby_toys", ("榉木积木 60 块", "櫸木積木 60 塊", "Beech Blocks"), 149))
    await customer.run(
        ActionProduct, "加濕器可以寄台灣嗎", "ask_product", entities={"product": "加濕器"}, language="zh-Hant"
    )
    ran = await customer.run(ActionProduct, "3 公斤的話運費是 60 塊對嗎", "ask_product", language="zh-Hant")
    assert "積木" not in ran.only.text
    assert "加濕器" in ran.only.text
    named = await customer.run(ActionProduct, "60 塊積木可以寄台灣嗎", "ask_product", language="zh-Hant")
    assert "積木" in named.only.text


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("3升电饭煲寄新加坡要交税吗", "zh-Hans", ["现在缺货", "没写重量", "进口税由收件人付"]),
        ("電鍋可以寄新加坡嗎", "zh-Hant", ["現在缺貨", "沒寫重量"]),
        ("can you ship the rice cooker to Singapore", "en", ["sold out for now", "weight is not on record"]),
    ],
)
async def test_of_an_unknown_weight_no_sum_is_told(
    customer: Customer, text: str, language: str, told: list[str]
) -> None:
    ran = await customer.run(ActionProduct, text, "ask_product", language=language)
    assert ran.responses == ["reply_product_goes_abroad_unweighed"]
    assert [each for each in told if each not in ran.only.text] == [], ran.only.text
    assert "¥559" not in ran.only.text
