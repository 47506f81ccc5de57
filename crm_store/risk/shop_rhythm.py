"""The shop's rhythm in the store: learned from its purchases, kept while it stays the same."""

from datetime import datetime
from math import isclose

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import value
from crm_store.clock import business_zone
from crm_store.members import Member
from crm_store.risk import learning
from crm_store.risk.models import ShopRhythm
from crm_store.risk.rhythm import Model, Rhythm, shipped

SAMPLE_AT_MOST = 20_000
"""Members whose purchases are looked at; of more, every so-manieth."""
MEMBERS_AT_A_TIME = 500
SAME = 0.01
"""What moved by less is the same rhythm, and is not written again."""


async def in_force(session: AsyncSession) -> Rhythm:
    """The rhythm learned last; before anything was learned, the usual one."""
    found = await _newest(session)
    return _read(found) if found is not None else learning.learned([], today=1)


async def learn(session: AsyncSession, *, at: datetime) -> Rhythm:
    """Learn the rhythm anew from what was bought until `at`, write it when it has changed, and return the one in
    force."""
    members = await session.scalar(select(func.count()).select_from(Member)) or 0
    every = members // SAMPLE_AT_MOST + 1
    ids = (await session.scalars(select(Member.id).where(Member.id % every == 0).order_by(Member.id))).all()
    bought: list[learning.Purchases] = []
    for start in range(0, len(ids), MEMBERS_AT_A_TIME):
        found = await value.purchase_days(session, ids[start : start + MEMBERS_AT_A_TIME], at=at)
        bought += found.values()
    rhythm = learning.learned(bought, today=at.astimezone(business_zone()).toordinal())
    newest = await _newest(session)
    if newest is not None and _same(_numbers(_read(newest)), _numbers(rhythm)):
        return _read(newest)
    pause_days, order_minor, constant, *weights = _numbers(rhythm)
    session.add(
        ShopRhythm(
            pause_days=pause_days, order_minor=order_minor, constant=constant, weights=weights,
            members=len(bought), at=at,
        )
    )  # fmt: skip
    await session.flush()
    return rhythm


async def _newest(session: AsyncSession) -> ShopRhythm | None:
    return await session.scalar(select(ShopRhythm).order_by(ShopRhythm.id.desc()).limit(1))


def _read(found: ShopRhythm) -> Rhythm:
    known = shipped()
    model = Model(found.constant, tuple(found.weights), known.horizon, known.horizon_pauses)
    return Rhythm(found.pause_days, found.order_minor, model)


def _numbers(rhythm: Rhythm) -> tuple[float, ...]:
    return (rhythm.pause_days, rhythm.order_minor, rhythm.model.constant, *rhythm.model.weights)


def _same(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(isclose(a, b, rel_tol=SAME, abs_tol=SAME) for a, b in zip(one, other, strict=True))
