"""The shop's rhythm in the store: learned from its purchases, kept while it stays the same."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isclose

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import value
from crm_store.clock import business_zone
from crm_store.db import Database
from crm_store.members import Member
from crm_store.risk import learning
from crm_store.risk.judging import Judgement
from crm_store.risk.models import ShopRhythm
from crm_store.risk.rhythm import Model, Rhythm, shipped
from crm_store.value import PurchaseSums

SAMPLE_AT_MOST = 20_000
"""Members whose purchases are looked at; of more, every so-manieth."""
MEMBERS_AT_A_TIME = 1000
GOOD_FOR = timedelta(days=6, hours=12)
"""A shop's rhythm does not change from night to night: it is learned once a week, and after an import."""
SAME = 0.01
"""What moved by less is the same rhythm, and is not written again."""


async def in_force(session: AsyncSession) -> Rhythm:
    """The rhythm learned last; before anything was learned, the usual one."""
    found = await _newest(session)
    return _read(found) if found is not None else learning.learned([], today=1)


async def judgement(session: AsyncSession) -> Judgement:
    """How right the chances were, as far as the shop's own past tells."""
    found = await _newest(session)
    return Judgement.of_json(found.judged) if found is not None else Judgement()


@dataclass(frozen=True, slots=True)
class Learned:
    """The rhythm in force. `sums`: everybody's purchases until then, where they were read for it."""

    rhythm: Rhythm
    sums: PurchaseSums | None = None


async def learn(database: Database, *, at: datetime, anew: bool = False) -> Learned:
    """Learn the rhythm from what was bought until `at`, write it when it has changed, and return the one in force. One
    that was learned from enough within `GOOD_FOR` is kept, unless `anew`. The reading keeps nobody from writing, and
    the learning is done by a thread."""
    async with database.reading(bulk=True) as session:
        newest = await _newest(session)
    if newest is not None and newest.judged and not anew and newest.at <= at < newest.at + GOOD_FOR:
        return Learned(_read(newest))
    rhythm, judged, buyers, sums = await _learned(database, at=at)
    async with database.transaction(bulk=True) as session:
        newest = await _newest(session)
        if newest is not None and bool(newest.judged) == bool(judged.tenths):
            known = _read(newest)
            if _same(_numbers(known), _numbers(rhythm)):
                newest.at, newest.members = at, buyers
                return Learned(known, sums)
        pause_days, order_minor, constant, *weights = _numbers(rhythm)
        session.add(
            ShopRhythm(
                pause_days=pause_days, order_minor=order_minor, constant=constant, weights=weights,
                members=buyers, judged=judged.as_json(), at=at,
            )
        )  # fmt: skip
    return Learned(rhythm, sums)


async def _learned(database: Database, *, at: datetime) -> tuple[Rhythm, Judgement, int, PurchaseSums | None]:
    """The rhythm, how right its chances were, from how many buyers it comes, and everybody's purchases in sums, where
    they are not too many: what a young shop bought teaches no more than those tell."""
    sums: PurchaseSums | None = None
    today = at.astimezone(business_zone()).toordinal()
    async with database.reading(bulk=True) as session:
        members = await session.scalar(select(func.max(Member.id))) or 0
        if members <= SAMPLE_AT_MOST:
            sums = await value.purchase_sums(session, range(1, members + 1), at=at)
            young = learning.untaught(sums, today=today)
            if young is not None:
                return young, Judgement(), len(sums.member_ids), sums
    bought = await _bought(database, at=at)
    rhythm, judged = await asyncio.to_thread(learning.learned_and_judged, bought, today=today)
    return rhythm, judged, len(bought), sums


async def _bought(database: Database, *, at: datetime) -> list[learning.Purchases]:
    """The purchases of a sample of the members."""
    async with database.reading(bulk=True) as session:
        members = await session.scalar(select(func.count()).select_from(Member)) or 0
    every = members // SAMPLE_AT_MOST + 1
    bought: list[learning.Purchases] = []
    last = 0
    while True:
        query = select(Member.id).where(Member.id % every == 0, Member.id > last).order_by(Member.id)
        async with database.reading(bulk=True) as session:
            ids = (await session.scalars(query.limit(MEMBERS_AT_A_TIME))).all()
            found = await value.purchase_days(session, ids, at=at)
        if not ids:
            return bought
        bought += found.values()
        last = ids[-1]


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
