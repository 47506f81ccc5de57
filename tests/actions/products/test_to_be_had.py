"""Whether a product is to be had in a size or a colour, how many are left, and what is asked beside it."""

import pytest
import pytest_asyncio

from actions.kit.asked.shapes import Asked, asked
from actions.products.catalogue import ActionProduct
from crm_store.db import Database
from crm_store.language import Language
from crm_store.products import Product
from tests.actions.conftest import Customer

COLOURS = ["grey", "camel"]


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    goods = [
        ("LITE", "shoes", 399, ("轻跑鞋", "輕跑鞋", "Light Running Shoes"), ["跑鞋", "鞋子", "runners"], 12),
        ("TRAIL", "shoes", 569, ("越野跑鞋", "越野跑鞋", "Trail Running Shoes"), ["跑鞋", "鞋子"], 49),
        ("WALK", "shoes", 329, ("软底步行鞋", "軟底步行鞋", "Soft Walking Shoes"), ["步行鞋", "鞋子"], 86),
        ("SCARF", "clothing", 199, ("羊毛围巾", "羊毛圍巾", "Wool Scarf"), ["围巾"], 17),
        ("WIND", "clothing", 459, ("轻便防风外套", "輕便防風外套", "Packable Windbreaker"), ["外套", "风衣"], 160),
        ("PAN", "kitchen", 219, ("24 厘米不粘锅", "24 公分不沾鍋", "24 cm Non-stick Pan"), ["锅"], 30),
        ("SUN", "skin_care", 119, ("清爽防晒", "清爽防曬", "Light Sunscreen"), ["防晒"], 30),
    ]
    told = {
        "LITE": ("日常慢跑", "日常慢跑", "For easy runs"),
        "TRAIL": ("深齿大底，湿路不滑", "深齒大底，濕路不滑", "Deep lugs, grip on wet ground"),
        "WALK": ("一脚蹬，久站不累", "一腳蹬，久站不累", "Slip-on, kind to feet"),
        "SCARF": ("细羊毛，不扎脖子", "細羊毛，不刺脖子", "Fine wool that does not scratch"),
        "PAN": ("陶瓷涂层，电磁炉可用", "陶瓷塗層，電磁爐可用", "Ceramic coating, works on induction"),
    }
    attributes = {
        "LITE": {"sizes": ["38", "40", "42", "43"], "colours": ["white", "black"], "weight_g": 218},
        "TRAIL": {"sizes": ["39", "41", "42", "43"], "colours": ["olive"], "weight_g": 286},
        "WALK": {"sizes": ["36", "37", "38", "40"], "colours": ["grey", "navy"]},
        "SCARF": {"colours": COLOURS},
        "WIND": {"sizes": ["S", "M", "L"], "colours": ["navy", "sand"]},
    }
    async with database.transaction() as session:
        for sku, category, price, names, keywords, stock in goods:
            session.add(
                Product(
                    sku=sku,
                    category=category,
                    names=dict(zip(Language, names, strict=True)),
                    descriptions=dict(zip(Language, told.get(sku, ("", "", "")), strict=True)),
                    price_minor=price * 100,
                    stock=stock,
                    keywords=keywords,
                    attributes=attributes.get(sku, {}),
                )
            )


class TestFirstQuestion:
    @pytest.mark.parametrize(
        ("text", "language", "entity", "begins"),
        [
            ("is there a trail shoe in 42", "en", "trail shoe", "Yes: Trail Running Shoes"),
            ("got the trail runners in a 43?", "en", None, "Yes: Trail Running Shoes"),
            ("越野那款41码还有吗", "zh-Hans", None, "有的：越野跑鞋 有41 码"),
            ("圍巾有冇駝色", "zh-Hant", "圍巾", "有的：羊毛圍巾 有駝色"),
            ("外套M碼有沙色嗎", "zh-Hant", "外套", "有的：輕便防風外套 有M、沙色"),
            ("do the walking shoes come in navy", "en", "walking shoes", "Yes: Soft Walking Shoes"),
        ],
    )
    async def test_yes_comes_first_and_of_the_product_that_is_named(
        self, customer: Customer, text: str, language: str, entity: str | None, begins: str
    ) -> None:
        entities = {"product": entity} if entity else {}
        ran = await customer.run(ActionProduct, text, "ask_product", language=language, entities=entities)
        assert ran.only.text.replace(" ", "").startswith(begins.replace(" ", ""))
        assert ran.slots["focus"]["product"]

    @pytest.mark.parametrize(
        ("text", "language", "entity", "unknown"),
        [
            ("防风外套有没有L码", "zh-Hans", "防风外套", "看不到"),
            ("輕跑鞋黑色還有貨嗎", "zh-Hant", "輕跑鞋", "看不到"),
            ("are the light running shoes in stock in 40", "en", "light running shoes", "cannot see"),
        ],
    )
    async def test_of_one_size_among_several_only_that_it_is_kept_is_known(
        self, customer: Customer, text: str, language: str, entity: str, unknown: str
    ) -> None:
        ran = await customer.run(ActionProduct, text, "ask_product", language=language, entities={"product": entity})
        assert unknown in ran.only.text

    async def test_what_comes_in_one_shape_alone_is_in_stock_in_it(self, customer: Customer) -> None:
        async with customer.database.transaction() as session:
            session.add(
                Product(
                    sku="GOWN", category="clothing", names=dict.fromkeys(Language, "浴袍"), price_minor=9900, stock=3,
                    keywords=["浴袍"], attributes={"colours": ["grey"]}, descriptions={},
                )
            )  # fmt: skip
        ran = await customer.run(ActionProduct, "浴袍有灰色的吗", "ask_product", entities={"product": "浴袍"})
        assert ran.only.response == "reply_product_had"

    @pytest.mark.parametrize(
        ("text", "language", "entity", "expected"),
        [
            ("do you have trail shoes in 40", "en", "trail shoes", "Not in 40"),
            ("围巾有红色的吗", "zh-Hans", "围巾", "没有红的"),
            ("步行鞋42码有吗", "zh-Hans", "步行鞋", "没有 42 码"),
        ],
    )
    async def test_no_with_what_it_comes_in(
        self, customer: Customer, text: str, language: str, entity: str, expected: str
    ) -> None:
        ran = await customer.run(ActionProduct, text, "ask_product", language=language, entities={"product": entity})
        assert expected in ran.only.text

    @pytest.mark.parametrize(
        ("text", "language", "entity"),
        [("圍巾駝色還有幾條", "zh-Hant", "圍巾"), ("how many of the scarf do you have left", "en", "scarf")],
    )
    async def test_the_number_is_told(self, customer: Customer, text: str, language: str, entity: str) -> None:
        ran = await customer.run(ActionProduct, text, "ask_product", language=language, entities={"product": entity})
        assert "17" in ran.only.text

    async def test_a_kind_is_told_by_those_that_come_so(self, customer: Customer) -> None:
        asked_of = {"product": "跑鞋"}
        ran = await customer.run(ActionProduct, "跑鞋有42码吗", "ask_product", entities=asked_of)
        assert ran.responses == ["reply_product_had_list"]
        assert len(ran.only.payloads) == 2

    async def test_never_another_of_the_list_that_only_shares_a_word(self, customer: Customer) -> None:
        listed = [{"title": sku, "payload": f'/ask_product{{"choice":"{sku}"}}'} for sku in ("WALK", "PAN")]
        await customer.run(ActionProduct, "hm", "ask_product", slots={"focus": {"listed": listed}}, language="en")
        entities = {"product": "trail shoes"}
        ran = await customer.run(
            ActionProduct, "tell me about the trail shoes", "ask_product", entities=entities, language="en"
        )
        assert "Trail Running Shoes" in ran.only.text

    def test_money_and_measures_are_no_size(self) -> None:
        for text in ("40块以内", "it's 40 yuan", "what's this", "42 points", "black friday"):
            assert not asked(text), text
        assert asked("size M in black") == Asked(["M"], ["black"], how_many=False)


class TestSpokenOf:
    async def test_a_product_named_some_messages_ago_is_meant(self, customer: Customer) -> None:
        events = [{"event": "user", "text": text} for text in ("我想买那件风衣，用一张券", "那剩多少分")]
        ran = await customer.run(ActionProduct, "我要M碼，沙色有冇", "ask_product", language="zh-Hant", events=events)
        assert ran.only.text.replace(" ", "").startswith("有的：輕便防風外套有M、沙色")

    async def test_the_first_of_the_list_in_a_size(self, customer: Customer) -> None:
        listed = [{"title": sku, "payload": f'/ask_product{{"choice":"{sku}"}}'} for sku in ("TRAIL", "WALK")]
        focus = {"listed": listed}
        ran = await customer.run(
            ActionProduct, "the first one, has it 42", "ask_product", slots={"focus": focus}, language="en"
        )
        assert ran.only.text.startswith("Yes: Trail Running Shoes")

    async def test_a_bare_size_is_of_the_product_told_last(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "越野跑鞋", "ask_product", entities={"product": "越野跑鞋"})
        ran = await customer.run(ActionProduct, "43有吗", "ask_product", spoken_of={"choice": "TRAIL"})
        assert "越野跑鞋" in ran.only.text
        assert ran.responses == ["reply_product_had_of_several"]


class TestProperties:
    async def test_beside_a_size_a_property_is_answered_too(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "步行鞋", "ask_product", entities={"product": "步行鞋"})
        ran = await customer.run(ActionProduct, "38有货不 防水不", "ask_product", spoken_of={"choice": "WALK"})
        assert ran.responses == ["reply_product_had_of_several", "reply_product_unknown"]

    @pytest.mark.parametrize(
        ("text", "language", "words", "expected"),
        [
            ("圍巾會不會刺？我媽很敏感", "zh-Hant", ["圍巾"], "不刺脖子"),
            ("这口不粘锅放电磁炉上能用不", "zh-Hans", ["不粘锅", "电磁炉"], "电磁炉可用"),
            ("does the pan work on induction", "en", ["pan"], "works on induction"),
        ],
    )
    async def test_what_the_description_tells_is_told(
        self, customer: Customer, text: str, language: str, words: list[str], expected: str
    ) -> None:
        ran = await customer.run(ActionProduct, text, "ask_product", language=language, entities={"product": words})
        assert ran.responses == ["reply_product_tells"]
        assert expected in ran.only.text

    async def test_what_it_does_not_tell_is_not_guessed(self, customer: Customer) -> None:
        entities = {"product": "围巾"}
        ran = await customer.run(ActionProduct, "围巾能机洗吗", "ask_product", entities=entities)
        assert ran.responses == ["reply_product_unknown"]


class TestToldApart:
    @pytest.mark.parametrize(
        ("text", "language", "first"),
        [
            ("which weighs less, trail or light ones, and which is there in 43", "en", "Lighter: Light Running Shoes"),
            ("轻跑鞋和越野跑鞋哪个更重，41码哪个有", "zh-Hans", "越野跑鞋 更重"),
            ("輕跑鞋跟越野跑鞋哪雙輕", "zh-Hant", "輕跑鞋 比較輕"),
        ],
    )  # fmt: skip
    async def test_by_its_weight_of_the_two_of_that_kind(
        self, customer: Customer, text: str, language: str, first: str
    ) -> None:
        ran = await customer.run(ActionProduct, text, "ask_product", language=language)
        assert ran.said[0].text.replace(" ", "").startswith(first.replace(" ", ""))
        assert "218" in ran.said[0].text
        assert "286" in ran.said[0].text
        assert len(ran.said) == (2 if "4" in text else 1)
        assert all("防晒" not in each.text and "Sunscreen" not in each.text for each in ran.said)

    async def test_what_is_only_written_is_quoted_of_both(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "步行鞋", "ask_product", entities={"product": "步行鞋"})
        entities = {"product": "越野跑鞋"}
        ran = await customer.run(ActionProduct, "跟越野跑鞋比，哪个穿着更舒服", "ask_product", entities=entities)
        assert ran.responses == ["reply_product_apart_in_words"]
        assert "久站不累" in ran.only.text
        assert "湿路不滑" in ran.only.text

    async def test_one_alone_is_not_told_apart_from_nothing(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "哪个更轻", "ask_product")
        assert not {"reply_product_apart", "reply_product_apart_in_words"} & set(ran.responses)


class TestBeds:
    @pytest_asyncio.fixture(autouse=True)
    async def linen(self, database: Database) -> None:
        async with database.transaction() as session:
            for sku, names, sizes in (
                ("BED", ("全棉四件套", "純棉床包四件組", "Cotton Bedding Set"), ["1.5", "1.8"]),
                ("COVER", ("羽绒被", "羽絨被", "Down Duvet"), ["Queen", "King"]),
            ):
                session.add(
                    Product(
                        sku=sku, category="home", names=dict(zip(Language, names, strict=True)), price_minor=45900,
                        stock=9, keywords=[], attributes={"sizes": sizes}, descriptions={},
                    )
                )  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "language", "says"),
        [
            ("全棉四件套有没有一米五的", "zh-Hans", "有1.5 米床的"),
            ("四件套1.8米的床能用吗", "zh-Hans", "有1.8 米床的"),
            ("床包四件組 180公分 有嗎", "zh-Hant", "1.8 公尺床的"),
            ("is there a bedding set for a 1.5 m bed", "en", "for a 1.5 m bed"),
            ("四件套有1.5/1.8的吗", "zh-Hans", "1.5 米床的、1.8 米床的"),
            ("does the down duvet come in queen", "en", "size Queen"),
        ],
    )
    async def test_the_width_or_name_of_a_bed_is_a_size_where_the_goods_have_them(
        self, customer: Customer, text: str, language: str, says: str
    ) -> None:
        ran = await customer.run(ActionProduct, text, "ask_product", language=language)
        assert ran.responses == ["reply_product_had_of_several"]
        assert says.replace(" ", "") in ran.only.text.replace(" ", "")

    @pytest.mark.parametrize(
        ("text", "language", "response"),
        [
            ("四件套有两米的吗", "zh-Hans", "reply_product_bed_none"),
            ("have you got the bedding set in king", "en", "reply_product_bed_by_width"),
            ("does the down duvet come in twin", "en", "reply_product_bed_none"),
        ],
    )
    async def test_what_it_does_not_come_in_is_said(
        self, customer: Customer, text: str, language: str, response: str
    ) -> None:
        ran = await customer.run(ActionProduct, text, "ask_product", language=language)
        assert ran.responses == [response]

    def test_other_figures_are_none(self) -> None:
        for text in ("打1.5折吗", "1.5 kg", "1.8升的", "a 2 l pot", "16 寸"):
            assert not asked(text).beds, text

    async def test_a_bed_is_no_size_of_shoes(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "越野跑鞋一米八的人穿42码有吗", "ask_product")
        assert "bed" not in ran.said[0].response
