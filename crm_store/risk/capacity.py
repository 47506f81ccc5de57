"""How many silent members are put on the list today: as many as people can call, not as many as are silent."""

from datetime import datetime, time

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import business_zone
from crm_store.followups import FollowUp, FollowUpStatus
from crm_store.policy import Risk
from crm_store.risk.models import ReasonCode

SILENCE = f"{ReasonCode.BUYING_LESS}:%"
"""The causes of follow-ups that only silence led to."""


async def room(session: AsyncSession, rules: Risk, *, at: datetime) -> int:
    """How many more may be opened on the shop's day of `at`; those held back take no room."""
    local = at.astimezone(business_zone())
    midnight = datetime.combine(local.date(), time(), local.tzinfo)
    query = select(func.count()).where(
        FollowUp.cause.like(SILENCE),
        FollowUp.status != FollowUpStatus.HELD,
        FollowUp.opened_at >= midnight,
        FollowUp.opened_at <= at,
    )
    return max(0, rules.follow_ups_a_day - (await session.scalar(query) or 0))
