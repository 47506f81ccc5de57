"""What is asked of a product is answered: apart from its like, by figures of a body, by a property; and what the
catalogue does not say is said to be unknown."""

import pytest
import pytest_asyncio

from actions.kit.asked.shapes import body_said
from actions.products.catalogue import ActionProduct
from crm_store import products, tiers
from crm_store.db import Database
from tests.actions.conftest import Customer, Ran
from tests.actions.products.test_catalogue import product


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        session.add_all(
            [
                product("LITE", "shoes", ("轻跑鞋", "輕跑鞋", "Light Running Shoes"), 399, keywords=["跑鞋", "鞋"],
                        attributes={"sizes": ["41", "42"], "weight_g": 218},
                        descriptions={"zh-Hans": "日常慢跑", "zh-Hant": "日常慢跑", "en": "For easy runs"}),
                product("TRAIL", "shoes", ("越野跑鞋", "越野跑鞋", "Trail Running Shoes"), 569,
                        keywords=["跑鞋", "鞋", "登山鞋"], attributes={"sizes": ["41", "42"], "weight_g": 286},
                        descriptions={"zh-Hans": "深齿大底，湿路不滑", "zh-Hant": "深齒大底，濕路不滑",
                                      "en": "Deep lugs, grip on wet ground"}),
                product("BLOCK", "baby_toys", ("榉木积木", "櫸木積木", "Beech Blocks"), 149, keywords=["积木", "toy"],
                        descriptions={"zh-Hans": "水性漆，适合 1 岁以上", "zh-Hant": "水性漆，適合 1 歲以上",
                                      "en": "Water-based paint, from 1 year"}),
                product("JACKET", "clothing", ("轻便防风外套", "輕便防風外套", "Packable Windbreaker"), 459,
                        keywords=["外套", "风衣", "jacket"], attributes={"sizes": ["S", "M", "L"]},
                        descriptions={"zh-Hans": "防泼水，可收进口袋", "zh-Hant": "防潑水，可收進口袋",
                                      "en": "Water-repellent, folds into its pocket"}),
                product("KNIFE", "kitchen", ("三德厨刀", "三德廚刀", "Santoku Knife"), 269, keywords=["刀", "knife"],
                        descriptions={"zh-Hans": "17 厘米，层叠钢", "zh-Hant": "17 公分，疊層鋼",
                                      "en": "17 cm, layered steel"}),
            ]
        )  # fmt: skip


async def asked(customer: Customer, text: str, thing: str = "", language: str = "zh-Hans") -> Ran:
    entities = {"product": thing} if thing else {}
    return await customer.run(ActionProduct, text, "ask_product", entities=entities, language=language)


class TestApart:
    @pytest.mark.parametrize(
        ("text", "thing", "language"),
        [
            ("轻跑鞋跟那个越野的哪个合适", "轻跑鞋", "zh-Hans"),
            ("想送我爸，他常走路，輕跑鞋和越野跑鞋哪個好", "輕跑鞋", "zh-Hant"),
            ("he walks a lot. light running shoes or trail running shoes, which is better", "shoes", "en"),
        ],
    )
    async def test_two_that_are_named_by_a_part_of_their_names(
        self, customer: Customer, text: str, thing: str, language: str
    ) -> None:
        ran = await asked(customer, text, thing, language=language)
        assert ran.responses == ["reply_product_compare"]

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("这两双区别在哪，我周末爬爬小坡", "zh-Hans"),
            ("兩雙差在哪？我想拿來登山", "zh-Hant"),
            ("what's the difference, it's for hiking at weekends", "en"),
        ],
    )
    async def test_the_two_told_last_for_a_use(self, customer: Customer, text: str, language: str) -> None:
        await asked(customer, "轻跑鞋", "轻跑鞋")
        await asked(customer, "越野跑鞋", "越野跑鞋")
        ran = await asked(customer, text, language=language)
        assert ran.responses == ["reply_product_compare"]
        told = ran.only.text
        assert {"¥399", "¥569"} <= {price for price in ("¥399", "¥569") if price in told}
        assert told.splitlines()[-1].count("Trail") + told.splitlines()[-1].count("越野") == 1

    async def test_one_that_was_only_named_before(self, customer: Customer) -> None:
        await asked(customer, "轻跑鞋", "轻跑鞋")
        before = [{"event": "user", "text": "do you have the trail shoes"}]
        ran = await customer.run(ActionProduct, "what's the difference", "ask_product", language="en", events=before)
        assert ran.responses == ["reply_product_compare"]

    async def test_nothing_was_told(self, customer: Customer) -> None:
        ran = await asked(customer, "这两双区别在哪")
        assert ran.responses == ["reply_product_compare_which"]


class TestTogether:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("多买几双有折扣吗，两双一起呢", "zh-Hans"),
            ("any deal if I buy both of them", "en"),
            ("買兩雙有便宜嗎", "zh-Hant"),
        ],
    )
    async def test_no_lower_price_is_known(self, customer: Customer, text: str, language: str) -> None:
        await asked(customer, "轻跑鞋", "轻跑鞋")
        await asked(customer, "越野跑鞋", "越野跑鞋")
        ran = await asked(customer, text, language=language)
        assert ran.responses[0].startswith("reply_product_no_bundle")


class TestProperty:
    @pytest.mark.parametrize(
        ("text", "thing", "language"),
        [
            ("下雨天穿越野跑鞋会进水吗", "越野跑鞋", "zh-Hans"),
            ("would the trail running shoes keep the rain out", "trail running shoes", "en"),
            ("三德廚刀久了會不會起鏽", "三德廚刀", "zh-Hant"),
            ("is the knife dishwasher safe", "knife", "en"),
            ("外套冬天够暖吗", "外套", "zh-Hans"),
        ],
    )
    async def test_what_is_not_written_is_said_to_be_unknown(
        self, customer: Customer, text: str, thing: str, language: str
    ) -> None:
        assert (await asked(customer, text, thing, language)).responses == ["reply_product_unknown"]

    @pytest.mark.parametrize(
        ("text", "thing", "language", "told"),
        [
            ("积木几个月大能玩", "积木", "zh-Hans", "1 岁以上"),
            ("积木给多大的孩子玩", "积木", "zh-Hans", "1 岁以上"),
            ("which age are the beech blocks for", "beech blocks", "en", "from 1 year"),
            ("外套下雨天能穿吗，防水不", "外套", "zh-Hans", "防泼水"),
            ("刀是什麼材質", "刀", "zh-Hant", "疊層鋼"),
        ],
    )
    async def test_what_is_written_is_told(
        self, customer: Customer, text: str, thing: str, language: str, told: str
    ) -> None:
        ran = await asked(customer, text, thing, language)
        assert ran.responses == ["reply_product_tells"]
        assert told in ran.only.text

    async def test_of_two_points_the_one_that_is_not_written_is_named(self, customer: Customer) -> None:
        ran = await asked(customer, "what is the knife made of, and does it rust", "knife", "en")
        assert ran.responses == ["reply_product_tells_part"]


class TestBody:
    @pytest.mark.parametrize(
        ("text", "thing", "language"),
        [
            ("脚长25.5厘米穿轻跑鞋几码", "轻跑鞋", "zh-Hans"),
            ("my feet are 27 cm, what size in the light running shoes", "light running shoes", "en"),
            ("170公分 60公斤 外套穿哪個尺寸", "外套", "zh-Hant"),
            ("he's 178 cm tall, does the jacket fit in L", "jacket", "en"),
        ],
    )
    async def test_there_is_no_chart_and_the_sizes_are_told(
        self, customer: Customer, text: str, thing: str, language: str
    ) -> None:
        ran = await asked(customer, text, thing, language)
        assert ran.responses[0].startswith("reply_product_no_chart_")

    @pytest.mark.parametrize(
        "text",
        [
            "24 厘米的锅多少钱",
            "42码有吗",
            "登机箱 20 寸",
            "size 42?",
            "我165的尺码那单什么时候到",
            "129 的那个包几号到",
        ],
    )
    def test_no_figures_of_a_body(self, text: str) -> None:
        assert body_said(text) is None


class TestWithoutNames:
    @pytest.mark.parametrize(
        ("text", "language"), [("哪双更轻", "zh-Hans"), ("哪雙比較輕", "zh-Hant"), ("which is lighter then?", "en")]
    )
    async def test_which_of_the_two_told_last_and_it_stays_in_focus(
        self, customer: Customer, text: str, language: str
    ) -> None:
        await asked(customer, "轻跑鞋", "轻跑鞋")
        await asked(customer, "越野跑鞋", "越野跑鞋")
        ran = await asked(customer, text, language=language)
        assert ran.responses == ["reply_product_apart"]
        assert ran.slots["focus"]["product"] == "LITE"

    @pytest.mark.parametrize(
        ("text", "language", "says"),
        [
            ("有黑色吗", "zh-Hans", "轻跑鞋"),
            ("有黑色的嗎", "zh-Hant", "輕跑鞋"),
            ("do they come in black?", "en", "Light"),
        ],
    )
    async def test_of_two_compared_the_one_that_comes_in_a_colour_is_told(
        self, customer: Customer, database: Database, text: str, language: str, says: str
    ) -> None:
        async with database.transaction() as session:
            for sku, colours in (("LITE", ["white", "black"]), ("TRAIL", ["olive"])):
                goods = await products.by_sku(session, sku)
                goods.attributes = {**goods.attributes, "colours": colours}
        listed = [{"title": sku, "payload": f'/ask_product{{"choice":"{sku}"}}'} for sku in ("LITE", "TRAIL")]
        slots = {"focus": {"listed": listed}}
        ran = await customer.run(ActionProduct, text, "ask_product", language=language, slots=slots)
        assert ran.responses == ["reply_product_had_list"]
        assert says in ran.only.text
        assert not {"Trail", "越野"} & {each for each in ("Trail", "越野") if each in ran.only.text}
