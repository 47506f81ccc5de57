"""Short ways to members who are gone, in a test."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, members
from crm_store.members import Member
from crm_store.orders import LineItem, OrderStatus
from crm_store.risk import RiskAssessment, RiskLevel
from tests.crm_store.shop import make_member, make_order

DAY = timedelta(days=1)


def worth(yuan: int) -> LineItem:
    return LineItem(sku="SHOE-42", names={"zh-Hans": "轻跑鞋"}, price_minor=yuan * 100)


async def bought(session: AsyncSession, member: Member, *, yuan: int = 900, days_ago: float = 300) -> None:
    when = clock.now() - days_ago * DAY
    await make_order(
        session, member, status=OrderStatus.COMPLETED, items=[worth(yuan)], placed_at=when, reached_at=when
    )


async def assessed(
    session: AsyncSession,
    member: Member,
    *,
    stopped: float | None = 0.95,
    level: RiskLevel = RiskLevel.HIGH,
    at: datetime | None = None,
) -> None:
    session.add(RiskAssessment(member_id=member.id, score=0.9, level=level, stopped=stopped, at=at or clock.now()))
    await session.flush()


async def silent(
    session: AsyncSession, *, yuan: int = 900, days_ago: float = 300, consents: bool = True, **more: Any
) -> Member:
    """A member who bought once, has stopped by all signs, and may hear of offers."""
    member = await make_member(session, marketing_consent=consents)
    await bought(session, member, yuan=yuan, days_ago=days_ago)
    await assessed(session, member, **more)
    return member


async def leaving(session: AsyncSession, *, yuan: int = 900) -> Member:
    """A member who bought and has just said that they leave."""
    member = await make_member(session, marketing_consent=True)
    await bought(session, member, yuan=yuan, days_ago=100)
    return await members.request_cancellation(session, member, reason="price")
