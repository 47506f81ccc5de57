"""Others of a kind, what things cost together, and what a wish says of kind, size, money and use."""

import pytest
import pytest_asyncio

from actions.kit.words import budget
from actions.products.catalogue import ActionProduct
from actions.products.kinds import kinds_said
from actions.products.recommendations import ActionRecommend
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.products.test_catalogue import product


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.transaction() as session:
        session.add_all(
            [
                product("CASE", "bags", ("20 寸登机箱", "20 吋登機箱", "20-inch Cabin Case"), 599,
                        attributes={"volume_l": 34}, keywords=["行李箱", "箱子", "suitcase"]),
                product("TOTE", "bags", ("帆布托特包", "帆布托特包", "Canvas Tote"), 129,
                        attributes={"volume_l": 14}, keywords=["包包", "帆布袋", "bag"]),
                product("PACK", "bags", ("城市双肩包", "城市後背包", "City Backpack"), 349,
                        attributes={"volume_l": 18}, keywords=["包包", "背包", "bag"]),
                product("TRAIL", "shoes", ("越野跑鞋", "越野跑鞋", "Trail Running Shoes"), 569,
                        attributes={"sizes": ["39", "43"]}, keywords=["鞋子", "鞋", "sneakers"]),
                product("RUN", "shoes", ("轻跑鞋", "輕跑鞋", "Light Running Shoes"), 399,
                        attributes={"sizes": ["38", "42"]}, keywords=["鞋子", "鞋", "sneakers"]),
                product("SET", "coffee_tea", ("手冲咖啡套装", "手沖咖啡組", "Pour-over Coffee Set"), 288,
                        keywords=["咖啡壶", "手冲壶"]),
                product("BEAN", "coffee_tea", ("云南咖啡豆", "雲南咖啡豆", "Yunnan Coffee Beans"), 78,
                        keywords=["咖啡豆", "豆子"]),
                product("TEA", "coffee_tea", ("凤凰单丛茶罐", "鳳凰單叢茶罐", "Phoenix Oolong Tea Tin"), 98,
                        keywords=["茶叶", "茶", "tea"]),
            ]
        )  # fmt: skip


async def told(customer: Customer, sku: str) -> None:
    await customer.run(ActionProduct, f'/ask_product{{"choice":"{sku}"}}', "ask_product", entities={"choice": sku})


class TestOthers:
    @pytest.mark.parametrize(
        ("text", "language", "name"),
        [
            ("有大一點的嗎", "zh-Hant", "20 吋登機箱"),
            ("比20吋大的", "zh-Hant", "20 吋登機箱"),
            ("还有别的登机箱吗", "zh-Hans", "20 寸登机箱"),
            ("仲有冇第二款", "zh-Hant", "20 吋登機箱"),
            ("do you have a bigger one", "en", "20-inch Cabin Case"),
        ],
    )
    async def test_the_only_one_is_said_to_be_the_only_one(
        self, customer: Customer, text: str, language: str, name: str
    ) -> None:
        await told(customer, "CASE")
        ran = await customer.run(ActionProduct, text, "ask_product", language=language)
        assert ran.responses == ["reply_product_only_one"]
        assert name in ran.only.text

    async def test_a_bigger_one_of_its_kind_is_shown(self, customer: Customer) -> None:
        await told(customer, "TOTE")
        ran = await customer.run(ActionProduct, "anything bigger?", "ask_product", language="en")
        assert (ran.responses, ran.only.payloads) == (["reply_product_others"], ['/ask_product{"choice":"PACK"}'])

    async def test_where_none_is_bigger_that_is_said_and_the_others_are_shown(self, customer: Customer) -> None:
        await told(customer, "PACK")
        ran = await customer.run(ActionProduct, "有更大的吗", "ask_product")
        assert ran.only.text == "没有比城市双肩包更大的。同类的是这些：\n· 帆布托特包，¥129，有货"

    async def test_a_cheaper_one(self, customer: Customer) -> None:
        await told(customer, "TRAIL")
        ran = await customer.run(ActionRecommend, "something cheaper", "ask_recommendation", language="en")
        assert ran.only.payloads == ['/ask_product{"choice":"RUN"}']

    async def test_of_shoes_bigger_means_the_sizes(self, customer: Customer) -> None:
        await told(customer, "RUN")
        ran = await customer.run(ActionProduct, "有大一点的吗", "ask_product")
        assert ran.only.text == "轻跑鞋做的是这几码：38、42，没有更大或更小的了。"

    async def test_another_kind_that_is_named_is_another_question(self, customer: Customer) -> None:
        await told(customer, "CASE")
        ran = await customer.run(ActionProduct, "还有别的茶吗", "ask_product", entities={"product": "茶"})
        assert "reply_product_only_one" not in ran.responses

    @pytest.mark.parametrize("text", ["any other colour?", "有没有其他颜色"])
    async def test_another_colour_is_no_other_thing(self, customer: Customer, text: str) -> None:
        await told(customer, "CASE")
        ran = await customer.run(ActionProduct, text, "ask_product", spoken_of={"choice": "CASE"})
        assert "reply_product_only_one" not in ran.responses

    async def test_of_a_thing_that_is_named_with_it(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "有大一點的登機箱嗎", "ask_product", entities={"product": "登機箱"})
        assert ran.responses[0].startswith(("reply_product_only_one", "reply_product_others", "reply_product_none"))

    async def test_nothing_was_told_before(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "有更大的吗", "ask_product")
        assert not any(response.startswith("reply_product_only") for response in ran.responses)


class TestListedSizes:
    async def test_which_of_those_listed_come_in_a_size(self, customer: Customer) -> None:
        await customer.run(ActionRecommend, "shoes", "ask_recommendation", language="en", entities={"product": "shoes"})
        ran = await customer.run(ActionProduct, "do you have them in 42?", "ask_product", language="en")
        assert ran.only.text == "In 42 there is:\n· Light Running Shoes, ¥399, in stock"

    async def test_none_of_them_does(self, customer: Customer) -> None:
        await customer.run(ActionRecommend, "推荐鞋", "ask_recommendation", entities={"product": "鞋"})
        ran = await customer.run(ActionProduct, "有 44 码吗", "ask_product")
        assert ran.responses == ["reply_recommend_no_size"]

    async def test_how_far_the_sizes_go(self, customer: Customer) -> None:
        await customer.run(ActionRecommend, "shoes", "ask_recommendation", language="en", entities={"product": "shoes"})
        ran = await customer.run(ActionProduct, "you've only got up to 40?", "ask_product", language="en")
        assert "· Trail Running Shoes: 39" in ran.only.text


class TestTogether:
    async def test_the_sum_is_held_against_the_amount(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "手冲套装配豆子一起超三百了吧", "ask_product")
        assert ran.only.text.endswith("一起 ¥366，超过 ¥300 了，多 ¥66。")

    async def test_one_beside_the_one_spoken_of(self, customer: Customer) -> None:
        await told(customer, "TEA")
        ran = await customer.run(
            ActionProduct, "with the coffee beans together, is that under 200?", "ask_product", language="en"
        )
        assert ran.only.text.endswith("Together ¥176: not over ¥200, ¥24 below it.")

    async def test_both_at_once_without_money_is_no_sum(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "手冲套装和豆子一起寄吗", "ask_product")
        assert not any(response.startswith("reply_product_sum") for response in ran.responses)


class TestWished:
    async def wished(self, customer: Customer, text: str, language: str = "zh-Hans", **entities: str) -> list[str]:
        ran = await customer.run(ActionRecommend, text, "ask_recommendation", language=language, entities=entities)
        return [ran.only.text, *ran.only.payloads]

    async def test_an_answer_of_one_word_is_the_kind_and_the_budget_is_kept(self, customer: Customer) -> None:
        await customer.run(ActionRecommend, "一百左右的礼物", "ask_recommendation")
        text, *payloads = await self.wished(customer, "茶吧，她爱喝茶")
        assert text.startswith("「茶（¥100 左右）」")
        assert payloads == ['/ask_product{"choice":"TEA"}']

    async def test_no_raw_piece_of_the_sentence_is_repeated(self, customer: Customer) -> None:
        text, *_ = await self.wished(customer, "hi u. tired old here. up to 300", "en")
        assert "tired" not in text

    async def test_the_size_has_to_be_there(self, customer: Customer) -> None:
        text, *payloads = await self.wished(customer, "shoes in size 44", "en", product="shoes")
        assert text.startswith("None in size 44, I am afraid.")
        assert "39 and 43" in text or "39, 43" in text
        _, *payloads = await self.wished(customer, "shoes in size 42", "en", product="shoes")
        assert payloads == ['/ask_product{"choice":"RUN"}']

    async def test_where_all_cost_more_the_nearest_is_shown(self, customer: Customer) -> None:
        text, *payloads = await self.wished(customer, "鞋 一百以内", product="鞋")
        assert text.startswith("¥100 以内没有合适的，")
        assert payloads[0] == '/ask_product{"choice":"RUN"}'

    async def test_a_kind_that_is_not_wanted_leaves_the_rest_of_the_wish(self, customer: Customer) -> None:
        ran = await customer.run(ActionRecommend, "包包，不要箱子", "ask_recommendation")
        assert '/ask_product{"choice":"CASE"}' not in ran.only.payloads

    async def test_beside_a_kind_that_is_not_wanted_another_is_named(self, customer: Customer) -> None:
        ran = await customer.run(ActionRecommend, "TRAIL shoes, not walking", "ask_recommendation", language="en")
        assert ran.only.payloads[0] == '/ask_product{"choice":"TRAIL"}'

    async def test_what_is_ruled_out_is_not_shown(self, customer: Customer) -> None:
        await customer.run(ActionRecommend, "有什么茶和咖啡", "ask_recommendation")
        ran = await customer.run(
            ActionRecommend, "not the tea", "ask_recommendation", language="en", spoken_of={"ruled_out": "tea"}
        )
        assert '/ask_product{"choice":"TEA"}' not in ran.only.payloads


class TestKinds:
    @pytest.mark.parametrize(
        ("text", "kinds"),
        [
            ("她爱喝茶", ["茶"]),
            ("送点咖啡豆", ["咖啡豆"]),
            ("包邮吗", []),
            ("coffee or tea", ["coffee", "tea"]),
            ("she is tired and old", []),
        ],
    )
    async def test_are_words_of_the_catalogue(self, database: Database, text: str, kinds: list[str]) -> None:
        async with database.reading() as session:
            assert await kinds_said(session, text) == kinds


class TestBudget:
    @pytest.mark.parametrize(
        ("text", "limit", "over"),
        [
            ("200出头", 200_00, 50_00),
            ("about 400", 400_00, 40_00),
            ("three hundred max", 300_00, 0),
            ("三百以內", 300_00, 0),
            ("一百五左右", 150_00, 15_00),
            ("唔超過五百蚊", 500_00, 0),
        ],
    )
    def test_in_many_words(self, text: str, limit: int, over: int) -> None:
        assert budget.said(text) == budget.Budget(limit, over)

    @pytest.mark.parametrize(
        ("text", "least", "most"),
        [
            ("between 150 and 250", 150_00, 250_00),
            ("两百到三百之间", 200_00, 300_00),
            ("300到500塊的鞋", 300_00, 500_00),
        ],
    )
    def test_between_two_amounts(self, text: str, least: int, most: int) -> None:
        assert budget.said(text) == budget.Budget(most, least=least)

    @pytest.mark.parametrize("text", ["38到40码", "3到5天能到", "between 2 and 4 people", "between 3 and 5 days"])
    def test_no_amounts_to_lie_between(self, text: str) -> None:
        assert budget.said(text) is None

    @pytest.mark.parametrize(
        "text", ["about 3 days", "大概20分钟", "under 2 kg", "around 3000 points", "最多3个", "$60 or so"]
    )
    def test_other_figures_are_none(self, text: str) -> None:
        assert budget.said(text) is None
