"""Levels of membership: what they need, what they give, and where a member stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock, points
from crm_store.append_only import append_only
from crm_store.db import Base
from crm_store.errors import NotFound
from crm_store.language import Language
from crm_store.members import Member
from crm_store.policy import policy

FREE_THRESHOLD = 1_000_000_000
"""Above every threshold the policy takes: where a level stands for a moment while the levels change places."""


class Tier(Base):
    """A level. `threshold_points`: qualifying points within twelve months; `earn_rate`: points per whole ¥1 spent."""

    __tablename__ = "tiers"
    __table_args__ = (CheckConstraint("threshold_points >= 0 AND earn_rate > 0", name="positive"),)

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    rank: Mapped[int] = mapped_column(unique=True)
    threshold_points: Mapped[int] = mapped_column(unique=True)
    earn_rate: Mapped[int]
    names: Mapped[dict[str, str]]


class TierBenefit(Base):
    """One thing a level gives, in words for members, in three languages."""

    __tablename__ = "tier_benefits"
    __table_args__ = (UniqueConstraint("tier_code", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tier_code: Mapped[str] = mapped_column(ForeignKey("tiers.code"))
    code: Mapped[str] = mapped_column(String(40))
    position: Mapped[int]
    texts: Mapped[dict[str, str]]


@append_only
class TierChange(Base):
    """A member moved from one level to another; `earned_points` are those of the twelve months before `at`."""

    __tablename__ = "tier_changes"
    __table_args__ = (Index("ix_tier_changes_member_id_at", "member_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    from_tier: Mapped[str] = mapped_column(String(20))
    to_tier: Mapped[str] = mapped_column(String(20))
    earned_points: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now)


@dataclass(frozen=True)
class TierProgress:
    """Where a member stands. `earned`: qualifying points of the last twelve months; `needed`: those missing for `next`.

    `window_end`: the `needed` points suffice when they are earned by then; later the oldest points drop out of the
    twelve months. `kept_until`: when `current` would be lost if nothing more were earned; empty for the first level.
    `to_keep`: so many points, earned by then, let it be kept longer.
    """

    current: Tier
    next: Tier | None
    earned: int
    needed: int
    window_start: datetime
    window_end: datetime
    kept_until: datetime | None
    to_keep: int


async def ensure_defaults(session: AsyncSession) -> list[Tier]:
    """Bring levels and benefits to what the policy says; safe to repeat, run at start. Returns the levels by rank.

    Members of a level that is gone move to the one their points reach.
    """
    left = await _make_room(session)
    for rank, wanted in enumerate(policy().tiers.root):
        tier = await session.get(Tier, wanted.code) or Tier(code=wanted.code)
        tier.rank, tier.threshold_points, tier.earn_rate = rank, wanted.needs, wanted.earn_rate
        tier.names = wanted.names
        session.add(tier)
        await session.flush()
        known = {benefit.code: benefit for benefit in await benefits(session, tier.code)}
        for position, (code, texts) in enumerate(wanted.benefits.items()):
            benefit = known.get(code) or TierBenefit(tier_code=tier.code, code=code)
            benefit.position = position
            benefit.texts = {tag: text.format(earn_rate=wanted.earn_rate) for tag, text in texts.items()}
            session.add(benefit)
        gone = [benefit.id for code, benefit in known.items() if code not in wanted.benefits]
        await session.execute(delete(TierBenefit).where(TierBenefit.id.in_(gone)))
    await session.flush()
    await recompute_many(session, left)
    return await all_tiers(session)


def name(code: str, language: Language) -> str:
    """What members call the level; the code itself for one the policy no longer has."""
    found = next((tier for tier in policy().tiers.root if tier.code == code), None)
    return found.names[language] if found is not None else code


def benefit_name(code: str, language: Language) -> str:
    """A benefit in one or two words."""
    return policy().benefits[code][language]


async def all_tiers(session: AsyncSession) -> list[Tier]:
    """Lowest first."""
    return list((await session.scalars(select(Tier).order_by(Tier.rank))).all())


async def get(session: AsyncSession, code: str) -> Tier:
    """Raises NotFound."""
    tier = await session.get(Tier, code)
    if tier is None:
        raise NotFound("tier", code)
    return tier


async def reached(session: AsyncSession, earned: int) -> Tier:
    """The level that so many points of the last twelve months reach."""
    rows = select(Tier).where(Tier.threshold_points <= earned).order_by(Tier.rank.desc()).limit(1)
    return (await session.scalars(rows)).one()


async def benefits(session: AsyncSession, code: str) -> list[TierBenefit]:
    """What a level gives, in the order to tell it."""
    rows = select(TierBenefit).where(TierBenefit.tier_code == code).order_by(TierBenefit.position)
    return list((await session.scalars(rows)).all())


async def has_benefit(session: AsyncSession, member: Member, benefit_code: str) -> bool:
    """Whether the member's level includes a benefit, for example `free_shipping`."""
    row = select(TierBenefit.id).where(TierBenefit.tier_code == member.tier_code, TierBenefit.code == benefit_code)
    return await session.scalar(row) is not None


async def progress(session: AsyncSession, member: Member, *, at: datetime | None = None) -> TierProgress:
    """Raises NotFound when the member's level is not in the table."""
    at = at or clock.now()
    current = await get(session, member.tier_code)
    above = select(Tier).where(Tier.rank > current.rank).order_by(Tier.rank).limit(1)
    next_tier = await session.scalar(above)
    start = _years_later(at, -1)
    entries = await points.qualifying_entries(session, member.id, since=start, until=at)
    earned = sum(amount for _, amount in entries)
    kept_until, to_keep = _kept_until(current, entries, at)
    return TierProgress(
        current=current,
        next=next_tier,
        earned=earned,
        needed=max(0, next_tier.threshold_points - earned) if next_tier else 0,
        window_start=start,
        window_end=_years_later(entries[0][0] if entries else at, 1),
        kept_until=kept_until,
        to_keep=to_keep,
    )


async def recompute(session: AsyncSession, member: Member, *, at: datetime | None = None) -> TierChange | None:
    """Set the member's level to the highest one the last twelve months reach; returns the change, if there was one."""
    at = at or clock.now()
    # Two recomputations at once must not both write the same change.
    await session.refresh(member, ["tier_code"], with_for_update=True)
    earned = await points.qualifying_points(session, member.id, since=_years_later(at, -1), until=at)
    reached = select(Tier).where(Tier.threshold_points <= earned).order_by(Tier.rank.desc()).limit(1)
    tier = await session.scalar(reached)
    if tier is None:
        raise NotFound("tier", f"for {earned} points")
    if tier.code == member.tier_code:
        return None
    change = TierChange(member_id=member.id, from_tier=member.tier_code, to_tier=tier.code, earned_points=earned, at=at)
    session.add(change)
    member.tier_code = tier.code
    await session.flush()
    return change


async def recompute_many(
    session: AsyncSession, member_ids: Collection[int], *, at: datetime | None = None
) -> list[TierChange]:
    """`recompute` for many members in a few statements; returns the changes there were."""
    at = at or clock.now()
    locked = select(Member).where(Member.id.in_(member_ids)).order_by(Member.id).with_for_update(key_share=True)
    found = (await session.scalars(locked, execution_options={"populate_existing": True})).all()
    earned = await points.qualifying_sums(session, member_ids, since=_years_later(at, -1), until=at)
    levels = await all_tiers(session)
    written = []
    for member in found:
        reached = [tier for tier in levels if tier.threshold_points <= earned.get(member.id, 0)]
        if not reached:
            raise NotFound("tier", f"for {earned.get(member.id, 0)} points")
        if reached[-1].code != member.tier_code:
            written.append(
                TierChange(
                    member_id=member.id,
                    from_tier=member.tier_code,
                    to_tier=reached[-1].code,
                    earned_points=earned.get(member.id, 0),
                    at=at,
                )
            )
            member.tier_code = reached[-1].code
    session.add_all(written)
    await session.flush()
    return written


async def changes(session: AsyncSession, member_id: int) -> list[TierChange]:
    """The member's moves between levels, newest first."""
    rows = select(TierChange).where(TierChange.member_id == member_id)
    return list((await session.scalars(rows.order_by(TierChange.at.desc(), TierChange.id.desc()))).all())


async def _make_room(session: AsyncSession) -> Sequence[int]:
    """Remove levels the policy no longer has, and free the ranks and thresholds of those that move: both are unique,
    so one level could not take another's before that one has left it. Returns the members whose level is gone."""
    wanted = {tier.code: (rank, tier.needs) for rank, tier in enumerate(policy().tiers.root)}
    present = await all_tiers(session)
    gone = [tier.code for tier in present if tier.code not in wanted]
    moving = [tier for tier in present if wanted.get(tier.code, (tier.rank, 0)) != (tier.rank, tier.threshold_points)]
    for place, tier in enumerate(moving):
        tier.rank, tier.threshold_points = -1 - place, FREE_THRESHOLD + place
    await session.flush()
    await session.execute(delete(TierBenefit).where(TierBenefit.tier_code.in_(gone)))
    await session.execute(delete(Tier).where(Tier.code.in_(gone)))
    return (await session.scalars(select(Member.id).where(Member.tier_code.in_(gone)))).all()


def _kept_until(current: Tier, entries: list[tuple[datetime, int]], at: datetime) -> tuple[datetime | None, int]:
    """When the level would be lost if nothing more were earned, and the points that are missing then."""
    if current.threshold_points == 0:
        return None, 0
    left = sum(amount for _, amount in entries)
    if left < current.threshold_points:
        return at, current.threshold_points - left
    for moment, amount in entries:
        left -= amount
        if left < current.threshold_points:
            return _years_later(moment, 1), current.threshold_points - left
    raise AssertionError("a threshold above zero is always lost when all points are gone")


def _years_later(moment: datetime, years: int) -> datetime:
    """The same day and time in another year; 29 February becomes the 28th."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)
