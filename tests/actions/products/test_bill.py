"""What goods come to before they are bought, each with how many of it, and what shipping adds."""

import pytest
import pytest_asyncio

from actions.products.catalogue import ActionProduct
from actions.products.counted import pieces_of
from crm_store import tiers
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.products.test_catalogue import product


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        session.add_all(
            [
                product("TRAIL", "shoes", ("越野跑鞋", "越野跑鞋", "Trail Running Shoes"), 569,
                        keywords=["跑鞋", "鞋"]),
                product("LITE", "shoes", ("轻跑鞋", "輕跑鞋", "Light Running Shoes"), 399,
                        keywords=["跑鞋", "鞋"]),
                product("MAT", "home", ("瑜伽垫 6 毫米", "瑜珈墊 6 公釐", "Yoga Mat 6 mm"), 159,
                        keywords=["垫子", "mat"]),
                product("BOX", "kitchen", ("玻璃便当盒", "玻璃便當盒", "Glass Lunch Box"), 69,
                        keywords=["饭盒", "便当盒"]),
                product("TOTE", "bags", ("帆布托特包", "帆布托特包", "Canvas Tote"), 129,
                        keywords=["手提袋", "包包"]),
                product("CASE", "bags", ("20 寸登机箱", "20 吋登機箱", "20-inch Cabin Case"), 599,
                        keywords=["行李箱", "箱子", "suitcase"]),
                product("KNIFE", "kitchen", ("三德厨刀", "三德廚刀", "Santoku Knife"), 269,
                        keywords=["刀", "菜刀", "knife"]),
                product("FAN", "electronics", ("桌面小风扇", "桌上小風扇", "Desk Fan"), 129,
                        keywords=["风扇", "电扇"]),
                product("CUP", "coffee_tea", ("随行保温杯", "隨行保溫杯", "Travel Thermos 500 ml"), 139,
                        keywords=["保温杯", "杯子", "flask"]),
                product("BOTTLE", "baby_toys", ("防胀气奶瓶", "防脹氣奶瓶", "Anti-colic Bottle 240 ml"), 89,
                        keywords=["奶瓶", "baby bottle"]),
                product("BLOCK", "baby_toys", ("榉木积木 60 块", "櫸木積木 60 塊", "Beech Blocks, 60 pieces"), 149,
                        keywords=["积木", "toy", "building blocks"]),
            ]
        )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("two bottles and the blocks, what does that come to", "en", ["2 × ¥89 = ¥178", "¥149", "¥327"]),
        ("what's the total for 3 thermos flasks and one knife", "en", ["3 × ¥139 = ¥417", "¥686"]),
        ("一把刀、两台风扇一共多少钱", "zh-Hans", ["¥269", "2 × ¥129 = ¥258", "¥527"]),
        ("五十個保溫杯總共多少", "zh-Hant", ["50 × ¥139 = ¥6,950"]),
        ("80个饭盒合计几钱", "zh-Hans", ["80 × ¥69 = ¥5,520"]),
        ("積木一盒跟奶瓶三個，加起來要多少", "zh-Hant", ["3 × ¥89 = ¥267", "¥416"]),
        ("how much would all three be, trail shoes, mat and lunch box", "en", ["¥569", "¥159", "¥69", "¥797"]),
    ],
)
async def test_each_counts_as_often_as_it_is_said(
    customer: Customer, text: str, language: str, told: list[str]
) -> None:
    ran = await customer.run(ActionProduct, text, "ask_product", language=language)
    assert ran.responses == ["reply_product_bill"]
    assert [each for each in told if each not in ran.only.text] == []


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("postage for just a lunch box?", "en", "¥77 to pay"),
        ("买两个饭盒要不要运费", "zh-Hans", "不收运费"),
        ("兩把刀寄香港連運費多少", "zh-Hant", "寄香港首公斤"),
        ("two knives sent to Canada, 3 kg, what's the total with shipping", "en", "3 kg to Canada ¥240: ¥778"),
    ],
)
async def test_shipping_is_added_where_it_is_asked(customer: Customer, text: str, language: str, told: str) -> None:
    ran = await customer.run(ActionProduct, text, "ask_product", language=language)
    assert ran.responses == ["reply_product_bill"]
    assert told in ran.only.text


async def test_a_place_told_before_counts(customer: Customer) -> None:
    before = [{"event": "user", "text": "刀可以寄台灣嗎"}]
    ran = await customer.run(ActionProduct, "兩把刀連運費總共多少", "ask_product", language="zh-Hant", events=before)
    assert "寄台灣首公斤" in ran.only.text


async def test_a_kind_means_the_one_spoken_of(customer: Customer) -> None:
    await customer.run(ActionProduct, "越野跑鞋", "ask_product", entities={"product": "越野跑鞋"})
    ran = await customer.run(ActionProduct, "鞋和垫子一共多少钱", "ask_product")
    assert "¥728" in ran.only.text


async def test_one_thing_and_its_price_is_no_bill(customer: Customer) -> None:
    ran = await customer.run(ActionProduct, "how much is the knife", "ask_product", language="en")
    assert "reply_product_bill" not in ran.responses


@pytest.mark.parametrize(
    ("part", "pieces"),
    [("sixty flasks", 60), ("a dozen mats", 12), ("六十个杯子", 60), ("500 ml thermos", None), ("shoes in 42", None),
     ("40 running shoes", None), ("mats x3", 3), ("毛巾三条装", None), ("a lunch box", 1),
     ("the lamp died after 2 evenings", None), ("shirt faded within 3 washings", None), ("pan peeled, 4 washes", None)],
)  # fmt: skip
def test_how_many(part: str, pieces: int | None) -> None:
    assert pieces_of(part) == pieces


@pytest.mark.parametrize(
    ("text", "pieces"), [("总共129对吗", None), ("一共86對不對", None), ("3对袜子", 3), ("两对", 2)]
)
def test_a_total_that_is_asked_about_counts_no_pairs(text: str, pieces: int | None) -> None:
    assert pieces_of(text) == pieces


async def test_a_total_is_held_against_the_sum_worked_out_last(customer: Customer) -> None:
    await customer.run(ActionProduct, "那就是129+30+8?", "ask_product", language="zh-Hant")
    right = await customer.run(ActionProduct, "所以總共167對嗎", "ask_product", language="zh-Hant")
    assert right.responses == ["reply_sum_right"]
    wrong = await customer.run(ActionProduct, "so altogether 180, right?", "ask_product", language="en")
    assert wrong.responses == ["reply_sum_wrong"]


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("手提行李箱加保温杯一共多少", "¥738"),
        ("手提行李箱和手提袋总共多少", "¥728"),
        ("保温杯、行李箱一共多少钱", "¥738"),
    ],
)
async def test_what_is_said_of_a_thing_right_before_its_name_is_no_other_thing(
    customer: Customer, text: str, total: str
) -> None:
    ran = await customer.run(ActionProduct, text, "ask_product")
    assert total in ran.only.text


class TestWhereItWasSaidToGo:
    """A place told some messages before holds for the sums that follow."""

    @pytest.mark.parametrize(
        ("text", "language", "told"),
        [
            ("no, thermos + knife, and the postage", "en", ["¥408", "UK", "¥120", "¥528"]),
            ("保温杯加刀，连运费一共多少", "zh-Hans", ["¥408", "英国", "¥528", "进口税"]),
            ("保溫杯跟刀要包裝好，總共多少", "zh-Hant", ["包裝和卡片免費", "¥528"]),
            ("thermos and lunch box wrapped, whats the total all in", "en",
             ["¥208", "Gift wrapping ¥20", "¥348", "duties"]),
            ("thermos + postage, is that over 200?", "en", ["¥259", "¥59 over ¥200"]),
        ],
    )  # fmt: skip
    async def test_holds(self, customer: Customer, text: str, language: str, told: list[str]) -> None:
        ran = await customer.run(
            ActionProduct, text, "ask_product", language=language, slots={"focus": {"abroad": "GB"}}
        )
        assert ran.responses == ["reply_product_bill"]
        assert [each for each in told if each not in ran.only.text] == [], ran.only.text

    async def test_at_home_where_the_words_say_so(self, customer: Customer) -> None:
        slots = {"focus": {"abroad": "GB"}}
        ran = await customer.run(ActionProduct, "保温杯加刀寄国内连运费一共多少", "ask_product", slots=slots)
        assert "中国大陆" in ran.only.text
