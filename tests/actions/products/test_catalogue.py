"""Products: one, several, two side by side, recommendations, reductions."""

from dataclasses import replace

import pytest
import pytest_asyncio
from rasa_sdk import Tracker

from actions.knowledge.found import Found
from actions.products.catalogue import ActionProduct
from actions.products.promotions import ActionPromotion
from actions.products.recommendations import ActionRecommend, budget
from bot.jobs.recommendations import learn_purchases
from crm_store import complaints, knowledge, orders, products, tiers
from crm_store.db import Database
from crm_store.language import Language
from crm_store.members import Member
from crm_store.orders import LineItem
from crm_store.products import Product
from tests.actions.conftest import Customer, make_member


def product(sku: str, category: str, names: tuple[str, str, str], price: int, **more: object) -> Product:
    return Product(
        sku=sku,
        category=category,
        names=dict(zip(Language, names, strict=True)),
        price_minor=price * 100,
        **{"stock": 20, **more},
    )


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        session.add_all(
            [
                product(
                    "RUN", "shoes", ("轻跑鞋", "輕跑鞋", "Light Running Shoes"), 399,
                    descriptions={"zh-Hans": "单只 218 克，日常慢跑", "en": "218 g each"},
                    attributes={"sizes": ["41", "42", "43"], "colours": ["white", "black"], "weight_g": 218},
                ),
                product("TRAIL", "shoes", ("越野跑鞋", "越野跑鞋", "Trail Running Shoes"), 569, stock=3),
                product("WALK", "shoes", ("软底步行鞋", "軟底步行鞋", "Soft Walking Shoes"), 329, stock=0),
                product("LAMP", "home", ("护眼台灯", "護眼檯燈", "Desk Lamp"), 229, list_price_minor=29900),
                product("TEA", "coffee_tea", ("凤凰单丛茶罐", "鳳凰單叢茶罐", "Phoenix Oolong Tea Tin"), 98),
            ]
        )  # fmt: skip


async def buy(database: Database, member_id: int, *skus: str) -> None:
    items = [LineItem(sku=sku, names={"en": sku}, price_minor=100) for sku in skus]
    async with database.transaction() as session:
        await orders.create(session, member_id=member_id, items=items)


async def sell_at_full_price(database: Database) -> None:
    """Nothing is reduced any more."""
    async with database.transaction() as session:
        (await products.by_sku(session, "LAMP")).list_price_minor = None


class TestProduct:
    async def test_tells_price_stock_and_facts(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "介绍下轻跑鞋", "ask_product", entities={"product": "轻跑鞋"})
        assert ran.only.text == (
            "轻跑鞋，¥399，有货。\n单只 218 克，日常慢跑\n尺码：41、42、43\n颜色：白、黑\n重量：218 克"
        )
        assert await customer.outcomes() == ["answered"]

    async def test_in_the_askers_language(self, customer: Customer) -> None:
        asked = {"product": "desk lamp"}
        ran = await customer.run(
            ActionProduct, "how much is the desk lamp", "ask_product", entities=asked, language="en"
        )
        assert ran.only.text == "Desk Lamp: ¥229, down from ¥299, in stock."

    async def test_several_that_fit_become_buttons(self, customer: Customer) -> None:
        ran = await customer.run(
            ActionProduct, "跑鞋多少錢", "ask_product", entities={"product": "跑鞋"}, language="zh-Hant"
        )
        assert ran.responses == ["reply_product_list"]
        assert "只剩 3 件" in ran.only.text
        assert {'/ask_product{"choice":"RUN"}', '/ask_product{"choice":"TRAIL"}'} <= set(ran.only.payloads)

    async def test_a_button_shows_its_product(self, customer: Customer) -> None:
        ran = await customer.run(
            ActionProduct, '/ask_product{"choice":"TEA"}', "ask_product", entities={"choice": "TEA"}
        )
        assert ran.only.text == "凤凰单丛茶罐，¥98，有货。"

    async def test_sold_out_offers_its_kin(self, customer: Customer) -> None:
        asked = {"product": "软底步行鞋"}
        ran = await customer.run(ActionProduct, "软底步行鞋还有吗", "ask_product", entities=asked)
        assert ran.responses == ["reply_product_sold_out"]
        assert "暂时缺货" in ran.only.text
        assert '/ask_product{"choice":"WALK"}' not in ran.only.payloads
        assert ran.only.payloads

    async def test_not_sold_here(self, customer: Customer) -> None:
        asked = {"product": "unicycle"}
        ran = await customer.run(ActionProduct, "do you sell a unicycle", "ask_product", entities=asked, language="en")
        assert ran.only.text.startswith('I found nothing called "unicycle".')
        assert await customer.outcomes() == ["not_found"]

    async def test_no_product_named(self, customer: Customer) -> None:
        assert (await customer.run(ActionProduct, "/ask_product", "ask_product")).responses == ["reply_product_which"]


class TestChosenAmongTheListed:
    async def listed(self, customer: Customer, *names: str) -> None:
        await customer.run(ActionProduct, "x", "ask_product", entities={"choice": " ".join(names)})

    @pytest.mark.parametrize(
        ("text", "language", "word"),
        [("跑鞋里哪款最轻", "zh-Hans", "跑鞋"), ("which of the running shoes is lightest", "en", "running shoes")],
    )
    async def test_asked_of_a_kind_the_lightest_is_told_at_once_and_the_others_stay_at_hand(
        self, customer: Customer, database: Database, text: str, language: str, word: str
    ) -> None:
        async with database.transaction() as session:
            (await products.by_sku(session, "TRAIL")).attributes = {"weight_g": 286}
        ran = await customer.run(ActionProduct, text, "ask_product", language=language, entities={"product": word})
        assert "218" in ran.only.text
        assert "286" not in ran.only.text
        other = await customer.run(ActionProduct, "and the second ones?", "ask_product", language="en")
        assert other.slots["focus"]["product"] in ran.slots["focus"]["listed"][1]["payload"]

    async def test_how_long_it_lasts_chooses_no_place(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "跑鞋", "ask_product", entities={"product": "跑鞋"})
        ran = await customer.run(ActionProduct, "how long do they last", "ask_product", language="en")
        assert "product" not in ran.slots.get("focus", {})

    async def test_by_a_word_that_only_its_name_has_and_then_the_other_one(self, customer: Customer) -> None:
        await self.listed(customer, "RUN", "TRAIL")
        ran = await customer.run(ActionProduct, "how much for the trail pair", "ask_product", language="en")
        assert ran.only.text.startswith("Trail Running Shoes: ¥569")
        ran = await customer.run(ActionProduct, "and the other one", "ask_product", language="en")
        assert ran.only.text.startswith("Light Running Shoes: ¥399")

    async def test_by_its_weight(self, customer: Customer, database: Database) -> None:
        async with database.transaction() as session:
            (await products.by_sku(session, "TRAIL")).attributes = {"weight_g": 290}
        await self.listed(customer, "TRAIL", "RUN")
        assert (await customer.run(ActionProduct, "哪个更轻", "ask_product")).only.text.startswith("轻跑鞋")

    async def test_what_is_called_by_name_is_meant_and_not_what_was_spoken_of(self, customer: Customer) -> None:
        asked = {"text": "and how much are the trail running shoes", "intent": "ask_product", "language": "en"}
        ran = await customer.run(ActionProduct, **asked, spoken_of={"choice": "RUN"})
        assert ran.only.text.startswith("Trail Running Shoes: ¥569")

    async def test_none_where_something_else_is_named(self, customer: Customer) -> None:
        await self.listed(customer, "RUN", "TRAIL")
        asked = {"product": "desk lamp"}
        ran = await customer.run(ActionProduct, "a desk lamp with light", "ask_product", entities=asked, language="en")
        assert ran.only.text.startswith("Desk Lamp")

    async def test_words_that_name_no_goods_find_none(self, customer: Customer) -> None:
        assert (await customer.run(ActionProduct, "有什么颜色", "ask_product")).responses == ["reply_product_which"]


class TestComparison:
    async def test_price_stock_facts_and_points_side_by_side(self, customer: Customer) -> None:
        asked = {"product": ["轻跑鞋", "越野跑鞋"]}
        ran = await customer.run(ActionProduct, "轻跑鞋和越野跑鞋哪个好", "ask_product", entities=asked)
        assert ran.only.text == (
            "放在一起看：\n"
            "轻跑鞋，¥399，有货。\n单只 218 克，日常慢跑\n尺码：41、42、43\n颜色：白、黑\n重量：218 克\n"
            "买了得 399 积分\n\n"
            "越野跑鞋，¥569，只剩 3 件。\n买了得 569 积分\n\n"
            "轻跑鞋便宜 ¥170。"
        )
        assert await customer.outcomes() == ["answered"]

    async def test_a_member_sees_the_points_of_the_own_level(self, member: Customer, database: Database) -> None:
        assert member.member is not None
        async with database.transaction() as session:
            (await session.get_one(Member, member.member.id)).tier_code = "gold"
            rate = (await tiers.get(session, "gold")).earn_rate
        ran = await member.run(ActionProduct, "轻跑鞋和越野跑鞋有什么区别", "ask_product")
        assert rate > 1
        assert f"买了得 {399 * rate:,} 积分" in ran.only.text

    @pytest.mark.parametrize(
        ("said", "language", "expected"),
        [
            ("which is better, the desk lamp or the light running shoes?", "en", ("Desk Lamp", "Light Running Shoes")),
            ("軟底步行鞋跟越野跑鞋差在哪", "zh-Hant", ("軟底步行鞋", "越野跑鞋")),
            ("台灯还是茶罐，送人选哪个", "zh-Hans", ("护眼台灯", "凤凰单丛茶罐")),
            ("what's the difference between trail shoes and walking shoes", "en", ("Trail Running", "Soft Walking")),
        ],
    )
    async def test_both_are_found_in_the_words(
        self, customer: Customer, said: str, language: str, expected: tuple[str, str]
    ) -> None:
        ran = await customer.run(ActionProduct, said, "ask_product", language=language)
        assert ran.responses == ["reply_product_compare"]
        first, second = ran.only.text.split("\n\n")[:2]
        assert expected[0] in first
        assert second.startswith(expected[1])

    async def test_two_of_one_kind(self, customer: Customer) -> None:
        asked = {"product": "running shoes"}
        said = "difference between the two running shoes"
        ran = await customer.run(ActionProduct, said, "ask_product", entities=asked, language="en")
        assert "Light Running Shoes costs ¥170 less." in ran.only.text

    async def test_different_kinds_and_a_sold_out_one_are_said_so(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "软底步行鞋和护眼台灯买哪个", "ask_product")
        assert ran.only.text.endswith("护眼台灯便宜 ¥100。软底步行鞋暂时缺货。两样不是一类东西，看您拿来做什么。")

    async def test_one_is_known_so_the_other_is_asked_for(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "轻跑鞋好在哪", "ask_product", entities={"product": "轻跑鞋"})
        assert ran.responses == ["reply_product_compare_other"]
        assert ran.only.text.startswith("轻跑鞋要和哪一样比？")
        assert set(ran.only.payloads) == {'/ask_product{"choice":"RUN TRAIL"}', '/ask_product{"choice":"RUN WALK"}'}
        pressed = '/ask_product{"choice":"RUN TRAIL"}'
        ran = await customer.run(ActionProduct, pressed, "ask_product", entities={"choice": "RUN TRAIL"})
        assert ran.responses == ["reply_product_compare"]

    async def test_none_is_known(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "這兩個差別在哪", "ask_product", language="zh-Hant")
        assert ran.responses == ["reply_product_compare_which"]
        assert await customer.outcomes() == ["not_found"]

    @pytest.mark.parametrize(
        ("said", "language", "other", "words"),
        [
            ("轻跑鞋跟耐克的比哪个好", "zh-Hans", "「耐克」我们店里没有", ["轻跑鞋"]),
            ("耐克跑鞋和你们的轻跑鞋哪个好", "zh-Hans", "「耐克」我们店里没有", ["跑鞋", "轻跑鞋"]),
            ("輕跑鞋跟愛迪達比起來呢", "zh-Hant", "「愛迪達」我們店裡沒有", ["輕跑鞋"]),
            ("轻跑鞋和踏云者的有什么区别", "zh-Hans", "「踏云者」我们店里没有", ["轻跑鞋"]),
            ("is Nike better than the light running shoes?", "en", "We do not carry Nike", ["light running shoes"]),
        ],
    )
    async def test_beside_what_is_not_sold_here_it_says_so_and_tells_its_own(
        self, customer: Customer, said: str, language: str, other: str, words: list[str]
    ) -> None:
        ran = await customer.run(ActionProduct, said, "ask_product", entities={"product": words}, language=language)
        assert ran.responses == ["reply_product_compare_not_sold"]
        assert other in ran.only.text
        assert "¥399" in ran.only.text
        beside = {'/ask_product{"choice":"RUN TRAIL"}', '/ask_product{"choice":"RUN WALK"}'}
        assert set(ran.only.payloads) == {*beside, "/request_human"}
        assert await customer.outcomes() == ["answered"]

    async def test_a_kind_that_is_not_sold_here(self, customer: Customer) -> None:
        asked = {"product": ["unicycle", "desk lamp"]}
        said = "unicycle or desk lamp, which is better"
        ran = await customer.run(ActionProduct, said, "ask_product", entities=asked, language="en")
        assert ran.only.text.startswith("We do not carry unicycle")
        assert "Desk Lamp: ¥229" in ran.only.text

    async def test_the_product_just_told_is_the_one_that_is_meant(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "轻跑鞋多少钱", "ask_product", entities={"product": "轻跑鞋"})
        ran = await customer.run(ActionProduct, "跟耐克的比哪个好", "ask_product")
        assert ran.responses == ["reply_product_compare_not_sold"]
        assert "轻跑鞋，¥399" in ran.only.text

    async def test_of_what_is_not_sold_here_similar_ones_are_offered(self, customer: Customer) -> None:
        asked = {"product": "跑鞋"}
        ran = await customer.run(ActionProduct, "跟耐克跑鞋比怎么样", "ask_product", entities=asked)
        assert ran.responses == ["reply_product_compare_not_sold_kin"]
        assert {'/ask_product{"choice":"RUN"}', '/ask_product{"choice":"TRAIL"}'} <= set(ran.only.payloads)

    async def test_another_maker_alone_leaves_open_which_of_ours(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "跟耐克的比哪个好", "ask_product")
        assert ran.only.text.startswith("「耐克」我们店里没有，不敢乱比。您在看我们的哪一样？")
        assert await customer.outcomes() == ["not_found"]

    @pytest.mark.parametrize("maker", ["耐克", "Nike"])
    async def test_a_maker_whose_goods_are_sold_here_is_compared(
        self, customer: Customer, database: Database, maker: str
    ) -> None:
        async with database.transaction() as session:
            session.add(product("AIR", "shoes", ("耐克气垫鞋", "耐克氣墊鞋", "Nike Air"), 799))
        ran = await customer.run(ActionProduct, f"轻跑鞋跟{maker}的比哪个好", "ask_product")
        assert ran.responses == ["reply_product_compare"]
        assert "耐克气垫鞋" in ran.only.text

    async def test_what_is_not_sold_here_is_not_compared(self, customer: Customer) -> None:
        asked = {"product": ["unicycle", "hovercraft"]}
        said = "unicycle or hovercraft, which is better"
        ran = await customer.run(ActionProduct, said, "ask_product", entities=asked, language="en")
        assert ran.responses == ["reply_product_none"]

    async def test_a_question_that_compares_nothing(self, customer: Customer) -> None:
        asked = {"product": "台灯"}
        ran = await customer.run(ActionProduct, "这个台灯比较重吗", "ask_product", entities=asked)
        assert ran.responses == ["reply_product_unknown"]


class TestRecommend:
    async def test_a_member_gets_what_goes_with_own_purchases(self, member: Customer, database: Database) -> None:
        assert member.member is not None
        await buy(database, member.member.id, "RUN")
        ran = await member.run(ActionRecommend, "给我推荐点东西", "ask_recommendation")
        assert ran.responses == ["reply_recommend_own"]
        assert ran.only.payloads == ['/ask_product{"choice":"TRAIL"}']

    async def test_each_comes_with_the_reason_in_words(self, member: Customer, database: Database) -> None:
        assert member.member is not None
        for _ in range(3):
            await buy(database, (await make_member(database)).id, "RUN", "LAMP")
        await learn_purchases(database)
        await buy(database, member.member.id, "RUN")
        ran = await member.run(ActionRecommend, "给我推荐点东西", "ask_recommendation")
        assert ran.only.text.splitlines()[1:] == [
            "· 护眼台灯，¥229（原价 ¥299），有货",
            "  和您一样买了RUN的会员里，3 位也买了它",
            "· 越野跑鞋，¥569，只剩 3 件",
            "  因为您买过RUN",
        ]

    async def test_a_budget_and_what_is_not_wanted_hold_for_own_recommendations(
        self, member: Customer, database: Database
    ) -> None:
        assert member.member is not None
        for _ in range(3):
            await buy(database, (await make_member(database)).id, "RUN", "LAMP", "TEA")
        await learn_purchases(database)
        await buy(database, member.member.id, "RUN")
        ran = await member.run(ActionRecommend, "recommend something, max 200", "ask_recommendation", language="en")
        assert ran.only.payloads == ['/ask_product{"choice":"TEA"}']

    async def test_an_open_complaint_is_mentioned_once_and_after_the_answer(
        self, member: Customer, database: Database
    ) -> None:
        assert member.member is not None
        async with database.transaction() as session:
            complaint = await complaints.file(
                session, member_id=member.member.id, conversation_id=None, category="damaged",
                description="杯子碎了", key="c1",
            )  # fmt: skip
        ran = await member.run(ActionRecommend, "推荐个茶 100块以内", "ask_recommendation", entities={"product": "茶"})
        assert ran.responses == ["reply_want"], "below a wish with a purpose it is in the way"
        assert ran.said[0].payloads == ['/ask_product{"choice":"TEA"}']
        member.slots["focus"] = None
        ran = await member.run(ActionRecommend, "推荐点什么", "ask_recommendation")
        assert ran.responses[1:] == ["reply_recommend_complaint_beside"]
        assert complaint.number in ran.said[1].text
        assert not ran.said[1].payloads
        ran = await member.run(ActionRecommend, "再推荐点别的东西", "ask_recommendation")
        assert "reply_recommend_complaint_beside" not in ran.responses

    async def test_a_stranger_gets_what_sells_best(self, customer: Customer, database: Database) -> None:
        for _ in range(2):
            await buy(database, (await make_member(database)).id, "TEA")
        ran = await customer.run(ActionRecommend, "有什么好东西", "ask_recommendation")
        assert ran.responses == ["reply_recommend_best"]
        assert ran.only.payloads[0] == '/ask_product{"choice":"TEA"}'

    async def test_an_amount_that_covers_the_postage_told_leaves_the_rest_for_goods(self, customer: Customer) -> None:
        text = "running shoes under 60 quid with that, thats like 520 yuan"
        ran = await customer.run(
            ActionRecommend, text, "ask_recommendation", language="en", slots={"focus": {"abroad": "GB"}},
            entities={"product": "running shoes"},
        )  # fmt: skip
        assert ran.responses[0] == "reply_budget_less_postage"
        assert "leaves ¥400" in ran.said[0].text

    async def test_a_kind_and_a_budget_are_heeded(self, customer: Customer) -> None:
        asked = {"product": "跑鞋"}
        ran = await customer.run(ActionRecommend, "推荐双跑鞋 400块以内", "ask_recommendation", entities=asked)
        assert ran.only.payloads == ['/ask_product{"choice":"RUN"}']

    async def test_nothing_fits(self, customer: Customer) -> None:
        ran = await customer.run(ActionRecommend, "gift under 20", "ask_recommendation", language="en")
        assert ran.responses == ["reply_recommend_none"]

    def test_reads_budgets(self) -> None:
        assert [budget(text) for text in ("300块以内", "預算500", "under 80 yuan", "送女友")] == [
            30000,
            50000,
            8000,
            None,
        ]
        for text in (
            "she likes cooking, max 200", "she likes cooking, 200 max", "預算大約 200 左右 送媽媽", "no more than ¥200",
            "預算：200 以內 送媽媽", "頂多200", "200块封顶", "200 or less",
        ):  # fmt: skip
            assert budget(text) == 20000, text


class TestPromotion:
    @pytest_asyncio.fixture
    async def student_article(self, database: Database) -> None:
        """What an editor wrote when the question had come up as a gap."""
        async with database.transaction() as session:
            await knowledge.upsert(
                session,
                slug="student_discount",
                titles={"zh-Hans": "学生折扣", "zh-Hant": "學生折扣", "en": "Student discount"},
                bodies={
                    "zh-Hans": "学生认证后全场 9 折，一年认证一次。",
                    "zh-Hant": "學生認證後全館 9 折，一年認證一次。",
                    "en": "Verified students get 10% off everything; verify once a year.",
                },
                keywords={"zh-Hans": ["学生有折扣吗"]},
            )

    @pytest.mark.usefixtures("student_article")
    @pytest.mark.parametrize(
        ("asked", "language", "title"),
        [
            ("学生证能打折吗", "zh-Hans", "学生折扣"),
            ("學生證有優惠嗎", "zh-Hant", "學生折扣"),
            ("do students pay less?", "en", "Student discount"),
        ],
    )
    async def test_the_article_about_the_offer_answers_whatever_else_is_reduced(
        self, customer: Customer, asked: str, language: str, title: str
    ) -> None:
        ran = await customer.run(ActionPromotion, asked, "ask_promotion", language=language)
        assert ran.responses == ["reply_faq_answer"]
        assert title in ran.only.text

    @pytest.mark.usefixtures("student_article")
    async def test_an_article_answers_when_nothing_is_reduced(self, customer: Customer, database: Database) -> None:
        await sell_at_full_price(database)
        ran = await customer.run(ActionPromotion, "学生证能打折吗", "ask_promotion")
        assert ran.only.text == "学生认证后全场 9 折，一年认证一次。\n（来自「学生折扣」）"
        (interaction,) = await customer.interactions()
        assert (interaction.outcome, interaction.references["article"]) == ("answered", "student_discount")

    @pytest.mark.usefixtures("student_article")
    @pytest.mark.parametrize(
        ("asked", "language", "words"),
        [
            ("双十一几号开始", "zh-Hans", "双十一"),
            ("有折價碼或折扣碼可以用嗎", "zh-Hant", "折扣碼"),
            ("any Boxing Day deals?", "en", "Boxing Day"),
        ],
    )
    async def test_an_offer_nobody_wrote_of_is_not_known_and_kept_as_a_gap(
        self, customer: Customer, database: Database, asked: str, language: str, words: str
    ) -> None:
        ran = await customer.run(ActionPromotion, asked, "ask_promotion", language=language)
        assert ran.responses == ["reply_offer_unknown"]
        assert words in ran.only.text
        assert '/ask_faq{"choice":"student_discount"}' not in ran.only.payloads
        async with database.reading() as session:
            assert [gap.question for gap in await knowledge.gaps(session)] == [asked]

    @pytest.mark.usefixtures("student_article")
    async def test_a_named_product_is_what_counts(self, customer: Customer) -> None:
        ran = await customer.run(ActionPromotion, "学生买台灯有折扣吗", "ask_promotion", entities={"product": "台灯"})
        assert ran.responses == ["reply_promotion_product"]

    @pytest.mark.usefixtures("student_article")
    async def test_an_article_that_is_only_near_answers_when_it_speaks_of_the_kind(self, customer: Customer) -> None:
        class Nearly(ActionPromotion):
            async def prepare(self, tracker: Tracker) -> Found:
                found = await super().prepare(tracker)
                return replace(found, hits=[replace(found.hits[0], score=0.4)])

        ran = await customer.run(Nearly, "学生有折扣吗", "ask_promotion")
        assert ran.responses == ["reply_faq_answer"]
        ran = await customer.run(Nearly, "首单有优惠吗", "ask_promotion")
        assert ran.responses == ["reply_offer_unknown"]

    @pytest.mark.usefixtures("student_article")
    async def test_beside_a_general_question_an_article_that_may_be_meant_comes_last(self, customer: Customer) -> None:
        class Nearly(ActionPromotion):
            async def prepare(self, tracker: Tracker) -> Found:
                found = await super().prepare(tracker)
                return replace(found, hits=[replace(found.hits[0], score=0.83)])

        ran = await customer.run(Nearly, "现在有什么折扣", "ask_promotion")
        assert ran.only.titles[:2] == ["护眼台灯", "学生折扣"]

    async def test_lists_what_is_reduced(self, customer: Customer) -> None:
        ran = await customer.run(ActionPromotion, "现在打折吗", "ask_promotion")
        assert "· 护眼台灯，¥229（原价 ¥299）" in ran.only.text

    async def test_of_one_product(self, customer: Customer) -> None:
        ran = await customer.run(ActionPromotion, "台灯有优惠吗", "ask_promotion", entities={"product": "台灯"})
        assert ran.only.text == "护眼台灯，¥229（原价 ¥299），有货。"
        ran = await customer.run(ActionPromotion, "轻跑鞋降价没", "ask_promotion", entities={"product": "轻跑鞋"})
        assert ran.only.text.startswith("轻跑鞋眼下没有降价，¥399。")

    async def test_nothing_is_reduced(self, customer: Customer, database: Database) -> None:
        await sell_at_full_price(database)
        ran = await customer.run(ActionPromotion, "any sales on?", "ask_promotion", language="en")
        assert ran.responses == ["reply_promotion_none"]
        assert "/redeem_points" in ran.only.payloads


class TestQuestions:
    """What is asked about a product that was told, by what the catalogue knows of it."""

    async def _told(self, customer: Customer, sku: str, language: str = "zh-Hans") -> None:
        await customer.run(ActionProduct, "/ask_product", "ask_product", entities={"choice": sku}, language=language)

    @pytest.mark.parametrize(
        ("said", "language", "told"),
        [
            ("有几种颜色", "zh-Hans", "轻跑鞋\n颜色：白、黑"),
            ("那有多重", "zh-Hans", "轻跑鞋\n重量：218 克"),
            ("what sizes does it come in", "en", "Light Running Shoes\nsizes: 41, 42, 43"),
        ],
    )
    async def test_only_what_was_asked_is_told(self, customer: Customer, said: str, language: str, told: str) -> None:
        await self._told(customer, "RUN", language)
        ran = await customer.run(ActionProduct, said, "ask_product", spoken_of={"choice": "RUN"})
        assert ran.only.text == told

    @pytest.mark.parametrize(
        ("said", "language", "response"),
        [
            ("能放洗碗机洗吗", "zh-Hans", "reply_product_unknown"),
            ("這個可以微波嗎 防不防水", "zh-Hant", "reply_product_unknown"),
            ("does it work with a European plug", "en", "reply_product_unknown"),
            ("how heavy is it", "en", "reply_product_unknown"),
            ("any other colour", "en", "reply_product_no_colours"),
            ("深圳店里有现货吗", "zh-Hans", "reply_product_shop_stock"),
            ("do you have it in the Hangzhou shop", "en", "reply_product_shop_stock"),
        ],
    )
    async def test_what_nobody_wrote_is_not_guessed_but_kept_as_a_gap(
        self, customer: Customer, database: Database, said: str, language: str, response: str
    ) -> None:
        await self._told(customer, "LAMP", language)
        ran = await customer.run(ActionProduct, said, "ask_product", spoken_of={"choice": "LAMP"})
        assert ran.responses == [response]
        async with database.reading() as session:
            assert [gap.question for gap in await knowledge.gaps(session)] == [said]

    async def test_a_property_that_is_written_is_answered(self, customer: Customer, database: Database) -> None:
        async with database.transaction() as session:
            (await products.by_sku(session, "RUN")).descriptions = {"zh-Hans": "鞋面防水，可以机洗"}
        ran = await customer.run(ActionProduct, "轻跑鞋能机洗吗", "ask_product", entities={"product": "轻跑鞋"})
        assert ran.responses == ["reply_product_tells"]

    async def test_which_of_those_listed_costs_less(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "跑鞋", "ask_product", entities={"product": "跑鞋"})
        for action, intent in ((ActionPromotion, "ask_promotion"), (ActionRecommend, "ask_recommendation")):
            ran = await customer.run(action, "哪双更便宜", intent)
            assert ran.responses == ["reply_product_cheapest"]
            assert ran.only.text.startswith("最便宜的是软底步行鞋，¥329，暂时缺货。")
        ran = await customer.run(ActionProduct, "which is the most expensive?", "ask_product", language="en")
        assert ran.only.text.startswith("The dearest: Trail Running Shoes: ¥569")

    @pytest.mark.parametrize("said", ["枱燈", "檯燈", "台灯"])
    async def test_the_lamp_in_every_spelling(self, customer: Customer, said: str) -> None:
        ran = await customer.run(ActionProduct, f"{said}几钱", "ask_product", entities={"product": said})
        assert ran.only.text.startswith("护眼台灯，¥229")


class TestSuggestionsGoOn:
    @pytest_asyncio.fixture(autouse=True)
    async def bags(self, database: Database) -> None:
        async with database.transaction() as session:
            session.add_all(
                [
                    product("TOTE", "bags", ("帆布托特包", "帆布托特包", "Canvas Tote"), 129),
                    product("PACK", "bags", ("城市双肩包", "城市後背包", "City Backpack"), 349),
                    product("BEANS", "coffee_tea", ("云南咖啡豆", "雲南咖啡豆", "Yunnan Coffee Beans"), 78),
                    product("DRIP", "coffee_tea", ("手冲咖啡套装", "手沖咖啡組", "Pour-over Coffee Set"), 288),
                    product("THERMOS", "coffee_tea", ("保温杯", "保溫杯", "Thermos"), 139),
                ]
            )

    @pytest.mark.parametrize("said", ["还有吗", "换一批", "anything else?"])
    async def test_more_brings_others(self, customer: Customer, said: str) -> None:
        first = await customer.run(ActionRecommend, "推荐点东西", "ask_recommendation")
        ran = await customer.run(ActionRecommend, said, "ask_recommendation", follows=True)
        assert ran.responses == ["reply_recommend_more"]
        assert set(ran.only.payloads) & set(first.only.payloads) == set()
        await customer.run(ActionRecommend, said, "ask_recommendation", follows=True)
        ran = await customer.run(ActionRecommend, said, "ask_recommendation", follows=True)
        assert ran.responses == ["reply_recommend_no_more"]

    @pytest.mark.parametrize(
        ("said", "language"), [("包不要", "zh-Hans"), ("除了包以外的", "zh-Hant"), ("anything but bags", "en"),
         ("why would she need a bag", "en"), ("谁说要包了", "zh-Hans")]
    )  # fmt: skip
    async def test_what_is_not_wanted_is_left_out_from_then_on(
        self, customer: Customer, said: str, language: str
    ) -> None:
        await customer.run(ActionRecommend, "推荐点东西", "ask_recommendation", language=language)
        shown = set()
        for words in (said, "还有吗"):
            ran = await customer.run(ActionRecommend, words, "ask_recommendation", follows=True)
            shown |= set(ran.only.payloads)
        assert not {'/ask_product{"choice":"TOTE"}', '/ask_product{"choice":"PACK"}'} & shown

    async def test_a_use_is_a_wish_and_the_budget_stays(self, customer: Customer) -> None:
        await customer.run(ActionRecommend, "a present under 200", "ask_recommendation", language="en")
        ran = await customer.run(ActionRecommend, "for somebody who loves coffee", "ask_recommendation")
        assert ran.responses == ["reply_recommend_for"]
        assert "up to ¥200" in ran.only.text
        assert '/ask_product{"choice":"BEANS"}' in ran.only.payloads
        assert '/ask_product{"choice":"DRIP"}' not in ran.only.payloads

    async def test_a_thing_named_at_first_is_left_when_it_is_not_wanted_any_more(self, customer: Customer) -> None:
        asked = {"product": "包"}
        first = await customer.run(ActionRecommend, "推荐个包", "ask_recommendation", entities=asked)
        assert set(first.only.payloads) == {'/ask_product{"choice":"TOTE"}', '/ask_product{"choice":"PACK"}'}
        ran = await customer.run(ActionRecommend, "不要包", "ask_recommendation", entities=asked, follows=True)
        assert ran.responses == ["reply_recommend_without"]
        assert set(ran.only.payloads) & set(first.only.payloads) == set()


class TestOfferRules:
    @pytest.mark.parametrize(
        ("said", "language"),
        [("两张券可以叠加吗", "zh-Hans"), ("兩張優惠券能併用嗎", "zh-Hant"), ("can I stack my coupons", "en")],
    )
    async def test_how_coupons_work_is_told_by_the_article(
        self, customer: Customer, database: Database, said: str, language: str
    ) -> None:
        async with database.transaction() as session:
            await knowledge.upsert(
                session,
                slug="paying",
                titles={"zh-Hans": "付款与优惠券", "zh-Hant": "付款與優惠券", "en": "Paying and coupons"},
                bodies={
                    "zh-Hans": "每张订单用一张优惠券，不能叠加。",
                    "zh-Hant": "每筆訂單用一張優惠券，不能併用。",
                    "en": "One coupon per order; coupons cannot be combined.",
                },
                keywords={"zh-Hans": ["优惠券可以叠加用吗"], "en": ["can I use several coupons"]},
            )
        ran = await customer.run(ActionPromotion, said, "ask_promotion", language=language)
        assert ran.responses == ["reply_faq_answer"]

    async def test_a_rule_nobody_wrote_is_a_gap(self, customer: Customer, database: Database) -> None:
        ran = await customer.run(ActionPromotion, "包邮门槛按券后算吗", "ask_promotion")
        assert ran.responses == ["reply_offer_rule_unknown"]
        async with database.reading() as session:
            assert len(await knowledge.gaps(session)) == 1
