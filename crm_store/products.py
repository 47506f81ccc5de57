"""Products: what the shop sells, found by the words a customer uses."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, String, Text, event, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.db import Base
from crm_store.errors import NotFound
from crm_store.labels import LabelMissing, label
from crm_store.language import Language
from crm_store.orders import Order, OrderLine, OrderStatus
from crm_store.text import WEIGHT_PAIR, match_score, normalise, terms

CANDIDATES = 200
"""How many products the database hands over to be ranked."""
GOOD_MATCH_SHARE = 0.4
"""A product is found when it matches at least this share of what the best one matches."""
BESTSELLER_WINDOW = timedelta(days=90)
WEIGHT_NAME = 2.0
WEIGHT_CATEGORY = 1.5
WEIGHT_REST = 0.5
DETAILS = "details"
"""The attribute with what the product page tells of each aspect that may be asked, by language."""
SIZE_CHART = "size_chart"
"""The attribute with what each size is made for at most: `foot_cm`, or `height_cm` and `weight_kg`."""


class Product(Base):
    """An article on sale. Prices in minor units of `currency`; `list_price_minor` is the price before a reduction.

    `names` and `descriptions` by language; `attributes` are plain facts (colour, sizes, weight_g …) for comparison, and
    `details` and `size_chart`, which answer questions and find nothing;
    `search_text` is derived from the texts on every save.
    """

    __tablename__ = "products"
    __table_args__ = (CheckConstraint("stock >= 0", name="stock"), CheckConstraint("price_minor >= 0", name="price"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict[str, str]]
    category: Mapped[str] = mapped_column(String(40), index=True)
    price_minor: Mapped[int]
    list_price_minor: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    stock: Mapped[int] = mapped_column(default=0)
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    descriptions: Mapped[dict[str, str]] = mapped_column(default=dict)
    keywords: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
    released_at: Mapped[datetime] = mapped_column(default=clock.now)
    search_text: Mapped[str] = mapped_column(Text, default="")

    @property
    def in_stock(self) -> bool:
        return self.stock > 0

    @property
    def reduced(self) -> bool:
        """Sold below its list price."""
        return self.list_price_minor is not None and self.list_price_minor > self.price_minor


async def by_sku(session: AsyncSession, sku: str) -> Product:
    """Raises NotFound."""
    product = await session.scalar(select(Product).where(func.upper(Product.sku) == sku.strip().upper()))
    if product is None:
        raise NotFound("product", sku)
    return product


async def search(
    session: AsyncSession,
    text: str,
    *,
    limit: int = 5,
    category: str | None = None,
    max_price_minor: int | None = None,
    in_stock_only: bool = False,
) -> list[Product]:
    """Products a customer may mean by `text`, in any script, best first; what is in stock before what is not."""
    # A letter by itself is a size, and no word of "2 l Humidifier".
    said = (term for term in terms(text) if len(term) > 1 or not term.isascii() or term.isdigit())
    wanted = sorted(said, key=len, reverse=True)[:12]
    if not wanted:
        return []
    rows = select(Product).where(
        Product.active, or_(*(Product.search_text.contains(term, autoescape=True) for term in wanted))
    )
    if category is not None:
        rows = rows.where(Product.category == category)
    if max_price_minor is not None:
        rows = rows.where(Product.price_minor <= max_price_minor)
    if in_stock_only:
        rows = rows.where(Product.stock > 0)
    found = (await session.scalars(rows.order_by(Product.id).limit(CANDIDATES))).all()
    scored = [(score, product) for product in found if (score := _score(text, product)) > 0]
    scored.sort(key=lambda pair: (-pair[0], not pair[1].in_stock, pair[1].price_minor))
    return [product for score, product in scored if score >= scored[0][0] * GOOD_MATCH_SHARE][:limit]


async def meant(session: AsyncSession, words: str, *, limit: int = 5) -> list[Product]:
    """Products whose name, keywords or category hold some of the words, best first; descriptions do not count."""
    found = await search(session, words, limit=CANDIDATES)
    return [product for product in found if match_score(words, _called(product)) >= WEIGHT_PAIR][:limit]


async def named(session: AsyncSession, text: str) -> list[Product]:
    """Products whose whole name stands in the text, in the order in which they are said."""
    flat = normalise(text)
    places: list[tuple[int, int, Product]] = []
    for product in await search(session, text, limit=CANDIDATES):
        found = [(flat.find(name), len(name)) for name in map(normalise, product.names.values()) if name in flat]
        if found:
            places.append((*max(found, key=lambda place: place[1]), product))
    whole = [
        place
        for place in places
        # 跑鞋 inside 越野跑鞋 is not said on its own.
        if not any(_inside(place, other) for other in places)
    ]
    return [product for _, _, product in sorted(whole, key=lambda place: place[0])]


async def called(session: AsyncSession, skus: Collection[str]) -> dict[str, list[str]]:
    """SKU → what a product is called: names, keywords, category. What is not sold any more is there too."""
    found = await session.scalars(select(Product).where(Product.sku.in_(list(skus))))
    return {product.sku: _called(product) for product in found}


async def on_sale(session: AsyncSession, skus: Collection[str]) -> list[Product]:
    """Those of the products that can be bought now."""
    rows = select(Product).where(Product.sku.in_(list(skus)), Product.active, Product.stock > 0)
    return list((await session.scalars(rows.order_by(Product.id))).all())


async def in_category(session: AsyncSession, category: str, *, limit: int = 20) -> list[Product]:
    """What is on sale of one category, the newest first."""
    rows = select(Product).where(Product.active, Product.category == category)
    return list((await session.scalars(rows.order_by(Product.released_at.desc(), Product.id).limit(limit))).all())


async def reduced(session: AsyncSession, *, limit: int = 20) -> list[Product]:
    """What is in stock and sold below its list price, the greatest reduction first."""
    saved = 1.0 * (Product.list_price_minor - Product.price_minor) / Product.list_price_minor
    rows = select(Product).where(Product.active, Product.stock > 0, Product.list_price_minor > Product.price_minor)
    return list((await session.scalars(rows.order_by(saved.desc(), Product.id).limit(limit))).all())


async def newest(session: AsyncSession, *, category: str | None = None, limit: int = 20) -> list[Product]:
    """What came out last and is in stock."""
    rows = select(Product).where(Product.active, Product.stock > 0, Product.released_at <= clock.now())
    if category is not None:
        rows = rows.where(Product.category == category)
    return list((await session.scalars(rows.order_by(Product.released_at.desc(), Product.id).limit(limit))).all())


async def bestsellers(session: AsyncSession, *, limit: int = 5, within: timedelta = BESTSELLER_WINDOW) -> list[Product]:
    """What is in stock and was bought by most members lately; what sold to nobody comes last, the newest first."""
    sold = (
        select(OrderLine.sku, func.count(func.distinct(Order.member_id)).label("members"))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.status != OrderStatus.CANCELLED, Order.placed_at >= clock.now() - within)
        .group_by(OrderLine.sku)
        .subquery()
    )
    rows = (
        select(Product)
        .outerjoin(sold, sold.c.sku == Product.sku)
        .where(Product.active, Product.stock > 0)
        .order_by(func.coalesce(sold.c.members, 0).desc(), Product.released_at.desc(), Product.id)
    )
    return list((await session.scalars(rows.limit(limit))).all())


def _score(text: str, product: Product) -> float:
    return (
        WEIGHT_NAME * match_score(text, [*product.names.values(), *product.keywords, product.sku])
        + WEIGHT_CATEGORY * match_score(text, category_names(product.category))
        + WEIGHT_REST * match_score(text, [*product.descriptions.values(), *_flat(_searched(product.attributes))])
    )


def _called(product: Product) -> list[str]:
    return [*product.names.values(), *product.keywords, product.sku, *category_names(product.category)]


def _inside(place: tuple[int, int, Product], other: tuple[int, int, Product]) -> bool:
    (start, length, _), (other_start, other_length, _) = place, other
    return length < other_length and other_start <= start and start + length <= other_start + other_length


def category_names(category: str) -> list[str]:
    """What a category is called in every language."""
    return list(dict.fromkeys(category_name(category, language) for language in Language))


def category_name(category: str, language: Language) -> str:
    """What a category is called in one language; a shop's own one by its code."""
    try:
        return label("product_category", category, language)
    except LabelMissing:
        return category.replace("_", " ")


def _searched(attributes: Mapping[str, Any]) -> Iterable[Any]:
    """The attributes by which a product is found: that it may not go in the dishwasher finds nothing."""
    return [value for name, value in attributes.items() if name not in (DETAILS, SIZE_CHART)]


def _flat(values: Iterable[Any]) -> list[str]:
    """Attribute values as texts, those inside lists and dictionaries too."""
    texts: list[str] = []
    for value in values:
        if isinstance(value, dict):
            texts += _flat(value.values())
        elif isinstance(value, list):
            texts += _flat(value)
        else:
            texts.append(str(value))
    return texts


@event.listens_for(Product, "before_insert")
@event.listens_for(Product, "before_update")
def _derive_search_text(_mapper: Any, _connection: Any, product: Product) -> None:
    texts = [
        product.sku,
        *product.names.values(),
        *(product.keywords or []),
        *category_names(product.category),
        *(product.descriptions or {}).values(),
        *_flat(_searched(product.attributes or {})),
    ]
    product.search_text = "\n".join(dict.fromkeys(normalise(text) for text in texts))
