"""What members get points for: the policy's earning rules, on top of the ledger; each brings the level up to date."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, points, tiers
from crm_store.members import Member
from crm_store.points import EarnReason, Entry
from crm_store.policy import policy
from crm_store.tiers import Tier

MINOR_PER_WHOLE = 100


def review_points() -> int:
    """Points for reviewing an order."""
    return policy().points.review


def points_for(total_minor: int, tier: Tier) -> int:
    """Points for an order of `total_minor` (minor units); the part below a whole unit of money counts for nothing."""
    return total_minor // MINOR_PER_WHOLE * tier.earn_rate


def amount_to_earn(missing_points: int, tier: Tier) -> int:
    """The smallest order, in minor units, that brings `missing_points` at this level: 280 points as silver are ¥140."""
    return -(-missing_points // tier.earn_rate) * MINOR_PER_WHOLE


async def earn_for_purchase(
    session: AsyncSession,
    member: Member,
    *,
    total_minor: int,
    order_number: str,
    key: str,
    at: datetime | None = None,
    ordered_at: datetime | None = None,
) -> list[Entry]:
    """Points for an order at the member's level, and more for one of the birthday; none for less than one whole unit.

    `at`: when it was completed, which is when the points come. `ordered_at`: when it was placed, which decides whether
    it is one of the birthday; where that is not known, `at` does. The birthday's share does not count towards the
    level. Raises KeyReused.
    """
    at = at or clock.now()
    first = await points.entry_by_key(session, key)
    # A repeat must ask for the same points again even if the level or the policy has changed since.
    amount = first.points if first else points_for(total_minor, await tiers.get(session, member.tier_code))
    if amount == 0:
        return []
    entries = [
        await points.earn(
            session, member.id, points=amount, reason=EarnReason.PURCHASE, key=key, reference=order_number, at=at
        )
    ]
    given = await points.entry_by_key(session, f"{key}:birthday")
    gift = given.points if given else amount * (policy().points.birthday_times - 1)
    if gift and _is_birthday(member, ordered_at or at):
        entries.append(
            await points.earn(
                session,
                member.id,
                points=gift,
                reason=EarnReason.BIRTHDAY,
                key=f"{key}:birthday",
                reference=order_number,
                at=at,
                qualifies=False,
            )
        )
    await tiers.recompute(session, member, at=at)
    return entries


async def earn_for_review(
    session: AsyncSession, member: Member, *, order_number: str, at: datetime | None = None
) -> Entry:
    """Points for reviewing an order, once per order."""
    key = f"review:{order_number}"
    first = await points.entry_by_key(session, key)
    entry = await points.earn(
        session,
        member.id,
        points=first.points if first else review_points(),
        reason=EarnReason.REVIEW,
        key=key,
        reference=order_number,
        at=at,
    )
    await tiers.recompute(session, member, at=at)
    return entry


def _is_birthday(member: Member, at: datetime) -> bool:
    """Born on 29 February: celebrated on the 28th in other years."""
    if member.birthday is None:
        return False
    day = at.astimezone(clock.business_zone()).date()
    born = member.birthday
    leap_day = (born.month, born.day) == (2, 29)
    if leap_day and not (day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)):
        return (day.month, day.day) == (2, 28)
    return (day.month, day.day) == (born.month, born.day)
