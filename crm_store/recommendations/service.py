"""Recommendations of what members with the same purchases bought, from a small table that is learnt anew each night."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, locks, returns
from crm_store.orders import Order, OrderLine, OrderStatus
from crm_store.policy import policy
from crm_store.products import Product
from crm_store.recommendations.models import ProductAffinity, Reason, Recommendation
from crm_store.recommendations.rules import Affinity, ranked

_NOT_KEPT = (OrderStatus.CANCELLED, OrderStatus.RETURNING, OrderStatus.RETURNED)
ROWS_AT_A_TIME = 1000
MISSED_FOR_TIMES = 3
"""A supply that ran out longer ago than it lasts so many times over is not missed any more."""


@dataclass(frozen=True, slots=True)
class _Owned:
    """The last time a member bought an article, and what it was called then."""

    at: datetime
    names: dict[str, str]


async def purchases(session: AsyncSession) -> list[list[str]]:
    """What each member bought and kept, as far back as the policy looks; members of one article teach nothing."""
    since = clock.now() - policy().recommendations.look_back
    query = (
        select(Order.member_id, OrderLine.sku)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.status.not_in(_NOT_KEPT), Order.placed_at >= since)
    )
    # Over the connection: of plain columns the session makes the same rows, more slowly.
    found = await (await session.connection()).execute(query)
    bought: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for member_id, sku in found.all():
        bought[member_id][sku] = None
    return [list(skus) for skus in bought.values() if len(skus) > 1]


async def learn(session: AsyncSession, found: Sequence[Affinity]) -> int:
    """Put these in the place of all that was learnt before; how many."""
    await locks.hold(session, "product_affinities")
    await session.execute(delete(ProductAffinity))
    rows = [
        {"sku": each.sku, "other_sku": each.other_sku, "together": each.together, "score": each.score} for each in found
    ]
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        await session.execute(insert(ProductAffinity), rows[start : start + ROWS_AT_A_TIME])
    return len(rows)


async def for_member(session: AsyncSession, member_id: int, *, limit: int = 5) -> list[Recommendation]:
    """In stock and not in the member's hands: what goes with their purchases, one thing they will have used up, then
    the newest of the kinds they buy. Empty when they have bought nothing."""
    owned = await _owned(session, member_id)
    if not owned:
        return []
    on_sale = await _on_sale(session)
    too = await _bought_too(session, owned, on_sale)
    again = _used_up(owned, on_sale)
    told = {each.product.sku for each in (*too, *again)}
    kinds = [each for each in _same_kind(owned, on_sale) if each.product.sku not in told]
    # What is used up is the surest guess, and what is new the better surprise: one of each comes first.
    return [*too[:1], *again[:1], *too[1:], *again[1:], *kinds][:limit]


async def _owned(session: AsyncSession, member_id: int) -> dict[str, _Owned]:
    found = await session.execute(
        select(OrderLine.sku, OrderLine.names, Order.placed_at)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.member_id == member_id, Order.status.not_in(_NOT_KEPT))
        .order_by(Order.placed_at)
    )
    return {sku: _Owned(at, names) for sku, names, at in found}


async def _on_sale(session: AsyncSession) -> dict[str, Product]:
    """By SKU, the newest first."""
    rows = select(Product).where(Product.active, Product.stock > 0)
    found = await session.scalars(rows.order_by(Product.released_at.desc(), Product.id))
    return {product.sku: product for product in found}


async def _bought_too(
    session: AsyncSession, owned: dict[str, _Owned], on_sale: dict[str, Product]
) -> list[Recommendation]:
    now = clock.now()
    rows = (await session.scalars(select(ProductAffinity).where(ProductAffinity.sku.in_(owned)))).all()
    pairs = [(row.sku, row.other_sku, row.score) for row in rows if row.other_sku in on_sale.keys() - owned.keys()]
    together = {(row.sku, row.other_sku): row.together for row in rows}
    best = ranked({sku: now - each.at for sku, each in owned.items()}, pairs)
    return [
        Recommendation(on_sale[sku], Reason.BOUGHT_TOO, owned[of].names, owned[of].at, together[of, sku])
        for sku, of in best
    ]


def _used_up(owned: dict[str, _Owned], on_sale: dict[str, Product]) -> list[Recommendation]:
    """What was bought so long ago that it will be used up, the longest overdue first. What carries a warranty is no
    supply, and whoever has long done without a thing is not running out of it."""
    now, lasts = clock.now(), policy().recommendations.used_up_after
    over: list[tuple[timedelta, Recommendation]] = []
    for sku, each in owned.items():
        product = on_sale.get(sku)
        if product is None or product.category not in lasts or returns.term_of(product):
            continue
        late = now - each.at - lasts[product.category]
        if not timedelta(0) <= late < lasts[product.category] * MISSED_FOR_TIMES:
            continue
        over.append((late, Recommendation(product, Reason.USED_UP, each.names, each.at)))
    return [each for _, each in sorted(over, key=lambda pair: pair[0], reverse=True)]


def _same_kind(owned: dict[str, _Owned], on_sale: dict[str, Product]) -> list[Recommendation]:
    """Of each kind, the purchase made last speaks for it."""
    last = {on_sale[sku].category: each for sku, each in owned.items() if sku in on_sale}
    return [
        Recommendation(product, Reason.SAME_KIND, last[product.category].names, last[product.category].at)
        for sku, product in on_sale.items()
        if product.category in last and sku not in owned
    ]
