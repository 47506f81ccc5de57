"""Products found by the customer's words, and recommended from purchases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import orders, products
from crm_store.errors import NotFound
from crm_store.language import Language
from crm_store.orders import LineItem
from crm_store.products import Product

GOODS = (
    (
        "RUN-01",
        "shoes",
        399,
        20,
        "轻跑鞋",
        "輕量跑鞋",
        "Light running shoes",
        {"sizes": ["41", "42"], "colour": "红色"},
    ),
    ("RUN-02", "shoes", 599, 0, "缓震跑鞋", "緩震跑鞋", "Cushioned running shoes", {}),
    ("COF-01", "coffee_tea", 149, 30, "手冲咖啡套装", "手沖咖啡組", "Pour-over coffee set", {}),
    ("TEA-01", "coffee_tea", 89, 12, "高山乌龙茶", "高山烏龍茶", "High mountain oolong tea", {"warranty": "none"}),
    ("KIT-01", "kitchen", 259, 5, "铸铁锅", "鑄鐵鍋", "Cast iron pot", {}),
)


async def shelve(session: AsyncSession) -> None:
    for number, (sku, category, price, stock, hans, hant, english, attributes) in enumerate(GOODS, start=1):
        session.add(
            Product(
                sku=sku,
                category=category,
                price_minor=price * 100,
                stock=stock,
                names={"zh-Hans": hans, "zh-Hant": hant, "en": english},
                attributes=attributes,
                released_at=datetime(2026, number, 1, tzinfo=UTC),
            )
        )
    await session.flush()


async def buy(session: AsyncSession, member_id: int, *skus: str) -> None:
    items = [LineItem(sku=sku, names={Language.EN: sku}, price_minor=100) for sku in skus]
    await orders.create(session, member_id=member_id, items=items)


class TestSearch:
    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ("轻跑鞋", "RUN-01"),
            ("有輕量跑鞋嗎", "RUN-01"),
            ("do you have running shoe", "RUN-01"),
            ("咖啡", "COF-01"),
            ("烏龍茶多少錢", "TEA-01"),
            ("a cast-iron pot", "KIT-01"),
            ("KIT-01", "KIT-01"),
        ],
    )
    async def test_in_any_script_what_is_in_stock_first(self, session: AsyncSession, said: str, expected: str) -> None:
        await shelve(session)
        assert (await products.search(session, said))[0].sku == expected

    @pytest.mark.parametrize("said", ["L", "那就 M 吧", "s please"])
    async def test_a_letter_is_a_size_and_names_nothing(self, session: AsyncSession, said: str) -> None:
        names = dict.fromkeys(map(str, Language), "3 l Kettle, 5 m cable, s-line")
        session.add(Product(sku="KETTLE", category="kitchen", price_minor=100_00, stock=5, names=names))
        await session.flush()
        assert "KETTLE" not in [product.sku for product in await products.search(session, said)]

    async def test_limits_and_nothing_found(self, session: AsyncSession) -> None:
        await shelve(session)
        assert {p.sku for p in await products.search(session, "跑鞋")} == {"RUN-01", "RUN-02"}
        assert [p.sku for p in await products.search(session, "跑鞋", in_stock_only=True)] == ["RUN-01"]
        assert [p.sku for p in await products.search(session, "跑鞋", max_price_minor=300_00)] == []
        assert [p.sku for p in await products.search(session, "running", category="kitchen")] == []
        assert await products.search(session, "100%_") == []
        assert await products.search(session, "！？") == []

    async def test_named_in_full_in_the_order_said(self, session: AsyncSession) -> None:
        await shelve(session)
        text = "缓震跑鞋跟铸铁锅比，哪个值"
        assert [p.sku for p in await products.named(session, text)] == ["RUN-02", "KIT-01"]
        assert [p.sku for p in await products.named(session, "CAST IRON POT or Light running shoes?")] == [
            "KIT-01",
            "RUN-01",
        ]
        assert await products.named(session, "跑鞋和锅") == []

    async def test_a_name_inside_a_longer_one_is_not_said(self, session: AsyncSession) -> None:
        await shelve(session)
        session.add(Product(sku="RUN-03", category="shoes", price_minor=1, names={"zh-Hans": "跑鞋"}))
        await session.flush()
        assert [p.sku for p in await products.named(session, "轻跑鞋好吗")] == ["RUN-01"]
        assert [p.sku for p in await products.named(session, "跑鞋好吗")] == ["RUN-03"]

    async def test_meant_by_name_not_by_description(self, session: AsyncSession) -> None:
        await shelve(session)
        pot = await products.by_sku(session, "KIT-01")
        pot.descriptions = {"en": "for soup and stews", "zh-Hans": "炖汤用"}
        await session.flush()
        assert await products.search(session, "soup") == [pot]
        assert await products.meant(session, "soup") == []
        assert await products.meant(session, "the iron one") == [pot]

    async def test_a_changed_name_is_found_and_a_withdrawn_product_is_not(self, session: AsyncSession) -> None:
        await shelve(session)
        pot = await products.by_sku(session, "kit-01")
        pot.names = pot.names | {"zh-Hans": "珐琅锅"}
        await session.flush()
        assert [p.sku for p in await products.search(session, "琺瑯鍋")] == ["KIT-01"]
        pot.active = False
        await session.flush()
        assert await products.search(session, "珐琅锅") == []
        with pytest.raises(NotFound):
            await products.by_sku(session, "KIT-99")


class TestShelves:
    async def test_reduced_newest_and_by_category(self, session: AsyncSession) -> None:
        await shelve(session)
        for sku, before in (("COF-01", 199), ("KIT-01", 269)):
            (await products.by_sku(session, sku)).list_price_minor = before * 100
        await session.flush()
        assert [p.sku for p in await products.reduced(session)] == ["COF-01", "KIT-01"]
        assert [p.sku for p in await products.newest(session, limit=2)] == ["KIT-01", "TEA-01"]
        assert [p.sku for p in await products.in_category(session, "shoes")] == ["RUN-02", "RUN-01"]
