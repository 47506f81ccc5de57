"""Questions that name no goods, needs that name no kind, and what it costs to have sent what was spoken of."""

import pytest
import pytest_asyncio

from actions.knowledge.index import index_of
from actions.points.offers import ActionRewards
from actions.products import needs
from actions.products.catalogue import ActionProduct
from actions.products.recommendations import KINDS_ASKED, ActionRecommend, budget
from crm_store import clock, orders, parcels
from crm_store.db import Database
from crm_store.language import Language
from crm_store.orders import LineItem, OrderStatus
from crm_store.products import Product, category_name
from crm_store.rewards import Reward, RewardKind
from tests.actions.conftest import Customer

GOODS: tuple[tuple[str, str, int, tuple[str, str, str], tuple[str, str, str]], ...] = (
    (
        "BOOT", "shoes", 599, ("防水登山靴", "防水登山靴", "Waterproof Hiking Boots"),
        ("湿滑石头上也站得稳", "濕滑石頭上也站得穩", "Firm on wet rock"),
    ),
    (
        "FLAT", "shoes", 259, ("平底单鞋", "平底單鞋", "Ballet Flats"),
        ("软皮，通勤穿", "軟皮，通勤穿", "Soft leather for the office"),
    ),
    (
        "BALM", "skin_care", 39, ("蜂蜡润手膏", "蜂蠟潤手膏", "Beeswax Hand Balm"),
        ("秋冬手干手裂时用", "秋冬手乾手裂時用", "For hands that crack in winter"),
    ),
    (
        "RATTLE", "baby_toys", 79, ("布书", "布書", "Cloth Book"),
        ("宝宝撕不破，6 个月以上", "寶寶撕不破，6 個月以上", "A baby cannot tear it, from 6 months"),
    ),
    ("POT", "kitchen", 30, ("紫砂小壶", "紫砂小壺", "Clay Teapot"), ("一人喝的量", "一人喝的量", "Tea for one")),
)  # fmt: skip


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.transaction() as session:
        for sku, category, price, names, descriptions in GOODS:
            session.add(
                Product(
                    sku=sku,
                    category=category,
                    names=dict(zip(Language, names, strict=True)),
                    descriptions=dict(zip(Language, descriptions, strict=True)),
                    price_minor=price * 100,
                    stock=20,
                    attributes={"sizes": ["38", "39"]} if category == "shoes" else {"weight_g": 90},
                )
            )
        session.add(
            Reward(
                code="pot", kind=RewardKind.GIFT, cost=300, names=dict(zip(Language, GOODS[4][3], strict=True)), stock=4
            )
        )
    # As the app does when it starts: nobody waits for the encoder.
    await needs.warm(index_of(database), database)


def shown(payloads: list[str]) -> list[str]:
    return [payload.partition('"choice":"')[2].rstrip('"}') for payload in payloads if "ask_product" in payload]


class TestNeeds:
    @pytest.fixture(autouse=True)
    def patient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is answered once the goods are encoded, however busy this machine is."""
        monkeypatch.setattr(needs, "PATIENCE_SECONDS", 60.0)

    @pytest.mark.parametrize(
        ("text", "language", "first"),
        [
            ("我妈一到降温手就干得开裂，送点啥", "zh-Hans", "BALM"),
            ("堂妹的寶寶半歲了，想送點什麼", "zh-Hant", "RATTLE"),
            ("something for a friend who climbs mountains in the rain", "en", "BOOT"),
        ],
    )
    async def test_a_need_that_is_told_is_answered_by_what_the_catalogue_says(
        self, customer: Customer, text: str, language: str, first: str
    ) -> None:
        ran = await customer.run(ActionRecommend, text, "ask_recommendation", language=language)
        assert ran.responses == ["reply_recommend_need"]
        assert shown(ran.only.payloads)[0] == first

    async def test_where_nothing_answers_it_one_question_is_asked(self, customer: Customer) -> None:
        ran = await customer.run(ActionRecommend, "想学开飞机的人用什么好", "ask_recommendation")
        assert ran.responses == ["reply_recommend_ask"]
        kinds = [category_name(category, Language.ZH_HANS) for _, category, *_ in GOODS]
        assert len(ran.only.payloads) == KINDS_ASKED
        assert set(ran.only.payloads) <= {f'/ask_recommendation{{"product":"{kind}"}}' for kind in kinds}
        pressed = await customer.run(
            ActionRecommend, '/ask_recommendation{"product":"鞋靴"}', "ask_recommendation", entities={"product": "鞋靴"}
        )
        assert set(shown(pressed.only.payloads)) == {"BOOT", "FLAT"}

    async def test_a_budget_told_later_narrows_the_need(self, customer: Customer) -> None:
        await customer.run(ActionRecommend, "我妈一到降温手就干得开裂，送点啥", "ask_recommendation")
        ran = await customer.run(ActionRecommend, "五十块以内", "ask_recommendation")
        assert shown(ran.only.payloads) == ["BALM"]

    def test_amounts_in_characters_are_budgets(self) -> None:
        assert [budget(text) for text in ("两百以内", "預算一千五", "三个人以内")] == [200_00, 1500_00, None]

    async def test_any_that_do_something_is_meant_of_the_kind_spoken_of(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "平底单鞋", "ask_product", entities={"product": "平底单鞋"})
        ran = await customer.run(ActionProduct, "下雨走石板路，有没有站得稳些的", "ask_product")
        assert "防水登山靴" in ran.only.text


class TestNamingNothing:
    async def test_after_one_product_its_price_is_told(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "润手膏", "ask_product", entities={"product": "润手膏"})
        ran = await customer.run(ActionProduct, "几钱一支呀", "ask_product")
        assert "¥39" in ran.only.text

    async def test_of_several_that_were_listed_all_prices_are_told(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "鞋靴", "ask_product", entities={"product": "鞋靴"})
        ran = await customer.run(ActionProduct, "多少钱一双", "ask_product")
        assert ran.responses == ["reply_product_prices"]
        assert "¥599" in ran.only.text
        assert "¥259" in ran.only.text

    async def test_another_one_that_is_named_is_told_and_not_the_last(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "平底单鞋", "ask_product", entities={"product": "平底单鞋"})
        ran = await customer.run(ActionProduct, "登山那双多少钱", "ask_product", spoken_of={"choice": "FLAT"})
        assert "¥599" in ran.only.text

    async def test_a_size_is_answered_by_itself(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "平底单鞋", "ask_product", entities={"product": "平底单鞋"})
        there = await customer.run(ActionProduct, "39码还有吗", "ask_product", spoken_of={"choice": "FLAT"})
        assert there.responses == ["reply_product_had_of_several"]
        ran = await customer.run(ActionProduct, "45码呢", "ask_product", spoken_of={"choice": "FLAT"})
        assert ran.only.text == "平底单鞋现在没有 45 码。做的是这几码：38、39。"

    async def test_after_rewards_a_name_alone_is_the_reward_and_its_weight_the_product_s(
        self, customer: Customer
    ) -> None:
        await customer.run(ActionRewards, "what can I get", "ask_rewards", language="en")
        told = await customer.run(ActionProduct, "and the teapot?", "ask_product", language="en")
        assert told.responses == ["reply_reward_cost"]
        ran = await customer.run(ActionProduct, "how heavy is it", "ask_product", language="en")
        assert "90" in ran.only.text


class TestShipping:
    async def test_two_that_were_told_are_added_up(self, customer: Customer) -> None:
        for word in ("润手膏", "布书"):
            await customer.run(ActionProduct, word, "ask_product", entities={"product": word})
        ran = await customer.run(ActionProduct, "这两样一起买包邮不", "ask_product")
        assert ran.responses == ["reply_product_ships_free"]
        assert "¥118" in ran.only.text

    async def test_one_below_the_limit_costs_shipping(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "hand balm", "ask_product", entities={"product": "hand balm"}, language="en")
        ran = await customer.run(ActionProduct, "is postage on top", "ask_product", language="en")
        assert ran.responses == ["reply_product_shipping"]
        assert "¥8" in ran.only.text
        assert "¥60 more" in ran.only.text

    async def test_shipping_abroad_is_another_question(self, customer: Customer) -> None:
        await customer.run(ActionProduct, "润手膏", "ask_product", entities={"product": "润手膏"})
        ran = await customer.run(ActionProduct, "寄去日本运费多少", "ask_product")
        assert "reply_product_shipping" not in ran.responses


class TestOwn:
    async def test_a_bare_thing_that_is_on_its_way_is_a_parcel(self, member: Customer, database: Database) -> None:
        assert member.member is not None
        async with database.transaction() as session:
            order = await orders.create(
                session,
                member_id=member.member.id,
                items=[LineItem(sku="BOOT", names=dict(zip(Language, GOODS[0][3], strict=True)), price_minor=599_00)],
            )
            order.status = OrderStatus.SHIPPED
            await parcels.create(
                session, order_id=order.id, number="YT7788990011", carrier="YTO", promised_at=clock.now()
            )
        ran = await member.run(ActionProduct, "靴呢", "ask_product", entities={"product": "靴"})
        assert "YT7788990011" in str(ran.only.values)

    async def test_of_a_visitor_it_is_one_of_the_goods(self, customer: Customer) -> None:
        ran = await customer.run(ActionProduct, "靴呢", "ask_product", entities={"product": "靴"})
        assert "reply_product" in ran.responses[0]
