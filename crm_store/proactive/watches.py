"""Goods that a member wants to hear of when they are there again."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import locks
from crm_store.clock import now
from crm_store.members import Member
from crm_store.proactive import consent
from crm_store.proactive.models import StockWatch, Topic
from crm_store.products import Product


async def watch(session: AsyncSession, member: Member, product: Product, *, by: str = "member") -> bool:
    """Tell the member once when the product is there again; False when they wait for it already. The wish takes up the
    topic where it had been stopped."""
    await locks.hold(session, f"stock_watch:{member.id}:{product.id}")
    await consent.want(session, member, [Topic.BACK_IN_STOCK], by=by)
    known = await session.scalar(
        select(StockWatch).where(StockWatch.member_id == member.id, StockWatch.product_id == product.id)
    )
    if known is None:
        session.add(StockWatch(member_id=member.id, product_id=product.id, asked_at=now()))
    elif known.told_at is None:
        return False
    else:
        known.asked_at, known.told_at = now(), None
    await session.flush()
    return True


async def waited_for(session: AsyncSession, member_id: int) -> list[Product]:
    """The products the member still waits for, the one asked for first at the head."""
    rows = (
        select(Product)
        .join(StockWatch, StockWatch.product_id == Product.id)
        .where(StockWatch.member_id == member_id, StockWatch.told_at.is_(None))
        .order_by(StockWatch.asked_at, StockWatch.id)
    )
    return list(await session.scalars(rows))
