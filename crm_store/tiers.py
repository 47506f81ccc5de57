"""Levels of membership: what they need, what they give, and where a member stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock, points, tier_rules
from crm_store.append_only import append_only
from crm_store.db import Base
from crm_store.errors import NotFound
from crm_store.labels import label
from crm_store.language import Language
from crm_store.members import Member
from crm_store.policy import policy
from crm_store.tier_rules import years_later

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
    twelve months. `kept_until`: the last moment of `current` if nothing more were earned, with the policy's grace;
    empty for the first level. `in_grace`: too little is earned already. `to_keep`: so many points, earned by then, let
    it be kept longer.
    """

    current: Tier
    next: Tier | None
    earned: int
    needed: int
    window_start: datetime
    window_end: datetime
    kept_until: datetime | None
    to_keep: int
    in_grace: bool = False


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
            benefit.texts = {tag: _filled(text, Language(tag), wanted.earn_rate) for tag, text in texts.items()}
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
    return await gives(session, member.tier_code, benefit_code)


async def gives(session: AsyncSession, tier_code: str, benefit_code: str) -> bool:
    """Whether a level includes a benefit, for example `free_shipping`."""
    row = select(TierBenefit.id).where(TierBenefit.tier_code == tier_code, TierBenefit.code == benefit_code)
    return await session.scalar(row) is not None


async def progress(session: AsyncSession, member: Member, *, at: datetime | None = None) -> TierProgress:
    """Raises NotFound when the member's level is not in the table."""
    at = at or clock.now()
    current = await get(session, member.tier_code)
    above = select(Tier).where(Tier.rank > current.rank).order_by(Tier.rank).limit(1)
    next_tier = await session.scalar(above)
    earnings = await points.qualifying_entries(session, member.id, since=tier_rules.looked_back(at), until=at)
    earned = tier_rules.earned_at(earnings, at)
    counting = [moment for moment, _ in earnings if years_later(moment, 1) > at]
    needs = current.threshold_points
    kept_until = tier_rules.kept_until(earnings, needs, at) or at if needs else None
    return TierProgress(
        current=current,
        next=next_tier,
        earned=earned,
        needed=max(0, next_tier.threshold_points - earned) if next_tier else 0,
        window_start=years_later(at, -1),
        window_end=years_later(counting[0] if counting else at, 1),
        kept_until=kept_until,
        to_keep=max(0, needs - tier_rules.earned_at(earnings, kept_until)) if kept_until else 0,
        in_grace=earned < needs,
    )


async def recompute(session: AsyncSession, member: Member, *, at: datetime | None = None) -> TierChange | None:
    """Set the member's level to what the rules say; returns the change, if there was one.

    The highest level that the last twelve months reach holds at once. A level they no longer reach is kept for the
    policy's grace, then goes down to the one they reach, or one level at a time where the policy says so.
    """
    changes = await recompute_many(session, [member.id], at=at)
    return changes[0] if changes else None


async def recompute_many(
    session: AsyncSession, member_ids: Collection[int], *, at: datetime | None = None
) -> list[TierChange]:
    """`recompute` for many members in a few statements; returns the changes there were."""
    at = at or clock.now()
    # Two recomputations at once must not both write the same change.
    locked = select(Member).where(Member.id.in_(member_ids)).order_by(Member.id).with_for_update(key_share=True)
    found = (await session.scalars(locked, execution_options={"populate_existing": True})).all()
    earnings = await points.qualifying_of_many(session, member_ids, since=tier_rules.looked_back(at), until=at)
    levels = await all_tiers(session)
    written = []
    for member in found:
        own = earnings.get(member.id, [])
        level, member.level_due_at = _level(levels, member, own, at)
        if level.code != member.tier_code:
            earned = tier_rules.earned_at(own, at)
            written.append(
                TierChange(
                    member_id=member.id, from_tier=member.tier_code, to_tier=level.code, earned_points=earned, at=at
                )
            )
            member.tier_code = level.code
    session.add_all(written)
    await session.flush()
    return written


async def due(session: AsyncSession, *, at: datetime | None = None, limit: int = 200) -> Sequence[int]:
    """Members whose level ends now unless they have earned meanwhile, the longest due first."""
    rows = select(Member.id).where(Member.level_due_at < (at or clock.now())).order_by(Member.level_due_at, Member.id)
    return (await session.scalars(rows.limit(limit))).all()


def _level(
    levels: Sequence[Tier], member: Member, earnings: Sequence[tier_rules.Earning], at: datetime
) -> tuple[Tier, datetime | None]:
    """The level the member has at `at`, and until when if nothing more is earned. Raises NotFound without any level."""
    earned = tier_rules.earned_at(earnings, at)
    reached = next((tier for tier in reversed(levels) if tier.threshold_points <= earned), None)
    if reached is None:
        raise NotFound("tier", f"for {earned} points")
    # A level that the policy no longer has is left for the one that is reached.
    place = next((place for place, tier in enumerate(levels) if tier.code == member.tier_code), 0)
    fits = reached
    for tier in reversed(levels[levels.index(reached) + 1 : place + 1]):
        until = tier_rules.kept_until(earnings, tier.threshold_points, at)
        if until is not None and at <= until:
            fits = tier
            break
    if policy().levels.one_at_a_time and levels.index(fits) < place:
        if member.level_due_at is not None and at <= member.level_due_at:
            return levels[place], member.level_due_at
        if levels.index(fits) < place - 1:
            return levels[place - 1], tier_rules.end_of_grace(at)
    return fits, tier_rules.kept_until(earnings, fits.threshold_points, at) if fits.threshold_points else None


async def changes(session: AsyncSession, member_id: int) -> list[TierChange]:
    """The member's moves between levels, newest first."""
    rows = select(TierChange).where(TierChange.member_id == member_id)
    return list((await session.scalars(rows.order_by(TierChange.at.desc(), TierChange.id.desc()))).all())


def _filled(text: str, language: Language, earn_rate: int) -> str:
    days = label("policy_fact", f"birthday_{policy().points.birthday_days}", language)
    return text.format(earn_rate=earn_rate, birthday_days=days)


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
