"""What is asked of a product's facts: the answer first, a yes or no where one is plain; and what the shop's data do not
tell is said of just that."""

import pytest
import pytest_asyncio

from actions.products.catalogue import ActionProduct
from crm_store import products, tiers
from crm_store.db import Database
from tests.actions.conftest import Customer, Ran
from tests.actions.products.test_catalogue import product

PAINT = {"zh-Hans": "水性漆，适合 1 岁以上", "zh-Hant": "水性漆，適合 1 歲以上", "en": "Water-based paint, from 1 year"}
PAN = {"zh-Hans": "陶瓷涂层，电磁炉可用", "zh-Hant": "陶瓷塗層，IH 爐可用", "en": "Ceramic coating, works on induction"}
BOX = {"zh-Hans": "可进微波炉，不漏汤", "zh-Hant": "可微波，不漏湯", "en": "Microwave-safe, keeps soup inside"}
BAG = {
    "zh-Hans": "18 升，放得下 16 寸电脑",
    "zh-Hant": "18 公升，放得下 16 吋筆電",
    "en": "18 l, fits a 16-inch laptop",
}
BY_HAND = {
    "zh-Hans": "不能进洗碗机，手洗",
    "zh-Hant": "不能進洗碗機，手洗",
    "en": "not for the dishwasher; wash by hand",
}
SET = {"zh-Hans": "滤杯、分享壶、40 张滤纸", "zh-Hant": "濾杯、分享壺、40 張濾紙", "en": "dripper, server, 40 filters"}
RICE = {"zh-Hans": "一次煮 4–6 人份", "zh-Hant": "一次煮 4–6 人份", "en": "cooks for 4 to 6 people"}
JACKET = {
    "zh-Hans": "防泼水，可收进口袋",
    "zh-Hant": "防潑水，可收進口袋",
    "en": "Water-repellent, folds into its pocket",
}


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        session.add_all(
            [
                product("BLOCK", "baby_toys", ("榉木积木", "櫸木積木", "Beech Blocks"), 149, keywords=["积木", "toy"],
                        descriptions=PAINT),
                product("PAN", "kitchen", ("不粘锅", "不沾鍋", "Non-stick Pan"), 219, keywords=["锅", "frying pan"],
                        descriptions=PAN, attributes={"details": {"dishwasher": BY_HAND}}),
                product("BOX", "kitchen", ("玻璃便当盒", "玻璃便當盒", "Glass Lunch Box"), 69, keywords=["饭盒"],
                        descriptions=BOX),
                product("RICE", "kitchen", ("电饭煲", "電鍋", "Rice Cooker"), 499,
                        attributes={"details": {"people": RICE}}),
                product("BAG", "bags", ("城市双肩包", "城市後背包", "City Backpack"), 349, keywords=["背包", "luggage"],
                        descriptions=BAG, attributes={"weight_g": 900}),
                product("COF", "coffee_tea", ("咖啡组", "咖啡組", "Coffee Set"), 288,
                        attributes={"details": {"contents": SET}}),
                product("BEAN", "coffee_tea", ("云南咖啡豆", "雲南咖啡豆", "Yunnan Coffee Beans"), 78),
                product("JACKET", "clothing", ("防风外套", "防風外套", "Windbreaker"), 459, keywords=["外套"],
                        descriptions=JACKET, attributes={"sizes": ["S", "M"]}),
                product("CUP", "coffee_tea", ("保温杯", "保溫杯", "Travel Thermos"), 139, keywords=["thermos"]),
            ]
        )  # fmt: skip


async def asked(customer: Customer, text: str, thing: str = "", language: str = "zh-Hans") -> Ran:
    entities = {"product": thing} if thing else {}
    return await customer.run(ActionProduct, text, "ask_product", entities=entities, language=language)


@pytest.mark.parametrize(
    ("text", "thing", "language", "begins"),
    [
        ("不粘锅电磁炉能用吗", "不粘锅", "zh-Hans", "可以。不粘锅：陶瓷涂层，电磁炉可用"),
        ("不沾鍋可以放洗碗機嗎", "不沾鍋", "zh-Hant", "不行。不沾鍋：不能進洗碗機"),
        ("does the pan work on induction", "pan", "en", "Yes. Non-stick Pan: Ceramic coating, works on induction"),
        ("can the pan go in the dishwasher", "pan", "en", "No. Non-stick Pan: not for the dishwasher"),
        ("電鍋五個人夠吃嗎", "電鍋", "zh-Hant", "夠。電鍋：一次煮 4–6 人份"),
        ("电饭煲八个人够吃吗", "电饭煲", "zh-Hans", "不太够。电饭煲"),
        ("is the rice cooker big enough for seven people", "rice cooker", "en", "Not quite. Rice Cooker"),
        ("背包放得下17寸电脑吗", "背包", "zh-Hans", "不行。城市双肩包：18 升，放得下 16 寸电脑"),
        ("does the backpack fit a 15-inch laptop", "backpack", "en", "Yes. City Backpack"),
        ("積木三歲小孩可以玩嗎", "積木", "zh-Hant", "可以。櫸木積木：水性漆，適合 1 歲以上"),
        ("电饭煲一家八口够不够", "电饭煲", "zh-Hans", "不太够。电饭煲"),
        ("积木6个月的宝宝能玩吗", "积木", "zh-Hans", "不行。榉木积木"),
    ],
)
async def test_a_plain_answer_comes_first(
    customer: Customer, text: str, thing: str, language: str, begins: str
) -> None:
    ran = await asked(customer, text, thing, language)
    assert ran.responses == ["reply_product_tells"]
    assert ran.only.text.startswith(begins), ran.only.text


@pytest.mark.parametrize(
    ("text", "thing", "language", "names"),
    [
        ("双肩包是哪里产的", "双肩包", "zh-Hans", "产地是哪里"),
        ("便當盒能進烤箱嗎", "便當盒", "zh-Hant", "能不能進烤箱"),
        ("where is the backpack made", "backpack", "en", "where it is made"),
        ("can the lunch box go in the freezer", "lunch box", "en", "whether it may go in the fridge or freezer"),
        ("外套够暖吗", "外套", "zh-Hans", "多暖和"),
    ],
)
async def test_what_is_not_written_is_named_with_the_product(
    customer: Customer, text: str, thing: str, language: str, names: str
) -> None:
    ran = await asked(customer, text, thing, language)
    assert ran.responses == ["reply_product_unknown"]
    assert names in ran.only.text


@pytest.mark.parametrize(
    ("text", "language", "told", "unsaid"),
    [
        ("积木的漆对两岁孩子安全吗", "zh-Hans", "水性漆，适合 1 岁以上", "做过哪些安全检测"),
        ("積木的漆給兩歲小孩玩安全嗎", "zh-Hant", "水性漆，適合 1 歲以上", "做過哪些安全檢測"),
        (
            "is the paint on the beech blocks safe for a 2 year old",
            "en",
            "Water-based paint",
            "what it has been tested for",
        ),
    ],
)
async def test_safety_is_no_yes_by_the_age_alone(
    customer: Customer, text: str, language: str, told: str, unsaid: str
) -> None:
    ran = await asked(customer, text, language=language)
    assert ran.responses == ["reply_product_tells_part"]
    assert told in ran.only.text
    assert unsaid in ran.only.text
    assert not ran.only.text.startswith(("可以", "Yes"))


async def test_what_comes_near_is_told_beside_what_is_not(customer: Customer) -> None:
    ran = await asked(customer, "can the lunch box go in the oven", "lunch box", "en")
    assert "What it does say: Microwave-safe" in ran.only.text


async def test_it_goes_on_with_the_product_in_focus(customer: Customer) -> None:
    await asked(customer, "can the pan go in the dishwasher", "pan", "en")
    ran = await asked(customer, "and on gas?", language="en")
    assert ran.responses == ["reply_product_unknown"]
    assert "Non-stick Pan" in ran.only.text
    assert "whether it may go on gas" in ran.only.text


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("不粘锅和便当盒哪个能进微波炉", "zh-Hans", "玻璃便当盒可以。"),
        ("non-stick pan or glass lunch box, which can go in the microwave", "en", "The Glass Lunch Box."),
    ],
)
async def test_of_two_each_is_told_and_the_one_that_may_first(
    customer: Customer, text: str, language: str, first: str
) -> None:
    ran = await asked(customer, text, language=language)
    assert ran.responses == ["reply_product_each_told"]
    assert ran.only.text.startswith(first)
    assert len(ran.slots["focus"]["listed"]) == 2


@pytest.mark.parametrize(
    ("text", "thing", "language", "part"),
    [
        ("保温杯能只买盖子吗", "保温杯", "zh-Hans", "盖子"),
        ("保溫杯的蓋子可以單獨買嗎", "保溫杯", "zh-Hant", "蓋子"),
        ("can i buy just the lid of the thermos", "thermos", "en", "lid"),
        ("do you sell a replacement lid for the travel thermos", "travel thermos", "en", "lid"),
    ],
)
async def test_a_part_is_not_in_the_catalogue_by_itself(
    customer: Customer, text: str, thing: str, language: str, part: str
) -> None:
    ran = await asked(customer, text, thing, language)
    assert ran.responses == ["reply_product_part_unknown"]
    assert part in ran.only.text
    assert ran.slots["focus"]["product"] == "CUP"


@pytest.mark.parametrize(
    ("text", "thing", "language"),
    [
        ("背包多重", "背包", "zh-Hans"),
        ("背包有多重", "背包", "zh-Hant"),
        ("how heavy is the backpack", "backpack", "en"),
    ],
)
async def test_a_figure_is_told_without_the_card(customer: Customer, text: str, thing: str, language: str) -> None:
    ran = await asked(customer, text, thing, language)
    assert ran.responses == ["reply_product_fact"]
    assert ran.only.text.endswith("900 g" if language == "en" else "900 克")


@pytest.mark.parametrize(
    ("text", "thing", "language", "told"),
    [
        ("咖啡组里面有什么", "咖啡组", "zh-Hans", "咖啡组：滤杯、分享壶、40 张滤纸。"),
        ("what is in your coffee set", "", "en", "Coffee Set: dripper, server, 40 filters."),
        ("what's in the coffee set", "coffee set", "en", "Coffee Set: dripper, server, 40 filters."),
    ],
)
async def test_what_is_in_a_set(customer: Customer, text: str, thing: str, language: str, told: str) -> None:
    ran = await asked(customer, text, thing, language)
    assert ran.only.text == told


async def test_a_word_of_the_name_in_the_question_hides_no_aspect(customer: Customer) -> None:
    ran = await asked(customer, "will the city backpack do as hand luggage", "city backpack", "en")
    assert "whether it may go on a plane" in ran.only.text


@pytest.mark.parametrize(
    ("first", "thing", "then", "other", "language"),
    [
        ("不粘锅能进洗碗机吗", "不粘锅", "那便当盒呢", "便当盒", "zh-Hans"),
        ("不沾鍋可以放洗碗機嗎", "不沾鍋", "那便當盒呢", "", "zh-Hant"),
        ("can the pan go in the dishwasher", "pan", "how about the lunch box?", "lunch box", "en"),
    ],
)
async def test_the_same_is_asked_of_the_next_one(
    customer: Customer, *, first: str, thing: str, then: str, other: str, language: str
) -> None:
    await asked(customer, first, thing, language)
    ran = await asked(customer, then, other, language)
    assert ran.responses == ["reply_product_unknown"]
    assert ran.slots["focus"]["product"] == "BOX"


async def test_a_sets_verdict_is_of_the_people_alone(customer: Customer, database: Database) -> None:
    async with database.transaction() as session:
        goods = await products.by_sku(session, "COF")
        goods.attributes = {"details": {"contents": SET, "people": {"en": "coffee for 2 people"}}}
    ran = await asked(customer, "what's in the coffee set, is it enough for 3 people", "coffee set", "en")
    assert ran.only.text == "Not quite. Coffee Set: dripper, server, 40 filters; coffee for 2 people."


class TestOtherwise:
    """What is no question of a fact stays what it is."""

    @pytest.mark.parametrize(
        ("text", "thing", "language"),
        [
            ("防风外套有没有M码", "防风外套", "zh-Hans"),
            ("防風外套多少錢", "防風外套", "zh-Hant"),
            ("is the windbreaker in stock in M", "windbreaker", "en"),
            ("外套保修多久", "外套", "zh-Hans"),
            ("想买个锅", "锅", "zh-Hans"),
        ],
    )
    async def test_sizes_prices_and_names_ask_for_no_aspect(
        self, customer: Customer, text: str, thing: str, language: str
    ) -> None:
        ran = await asked(customer, text, thing, language)
        assert not set(ran.responses) & {"reply_product_unknown", "reply_product_tells", "reply_product_tells_part"}

    async def test_no_other_product_takes_the_place_of_what_is_not_sold(self, customer: Customer) -> None:
        ran = await asked(customer, "is the yoga mat dishwasher safe", "yoga mat", "en")
        assert "reply_product_tells" not in ran.responses

    async def test_details_find_nothing(self, database: Database) -> None:
        async with database.reading() as session:
            assert await products.search(session, "手洗") == []
