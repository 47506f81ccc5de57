"""Valuing everybody in a run of their own, and one member at any time.

A run is several transactions, so that nobody waits for it: `begin` it, read `everybody`, `appraise` them, `write` them
some at a time, `finish`. Readers see it once it has finished. `bot.jobs.value` does that every night.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import repeat
from typing import Any

import numpy as np
from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import locks
from crm_store.clock import now
from crm_store.db import insert_plain
from crm_store.members import Member, MemberStatus
from crm_store.value import standing, yardstick
from crm_store.value.models import Attitude, LifeStage, MemberValue, Value, ValueRun
from crm_store.value.purchases import Everybody, everybody, spend_by_member, spend_elsewhere
from crm_store.value.yardstick import Marks, Yardstick

WRITTEN = (
    "run_id", "member_id", "spend_minor", "orders", "purchases", "recency", "frequency", "monetary", "lifetime_minor",
    "expected_orders", "is_vital", "stage", "attitude",
)  # fmt: skip
"""The columns of a row, in this order."""
GIVEN_UP_AFTER = timedelta(hours=2)
"""A run that has not finished by then was left by a process that died."""


@dataclass(frozen=True, kw_only=True)
class Appraised:
    """Everybody with their marks, by one yardstick."""

    found: Everybody
    by: Yardstick
    marks: Marks
    stages: standing.Codes
    attitudes: standing.Codes

    def rows(self, run_id: int, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """What the table holds (`WRITTEN`), so many members at a time."""
        for start in range(0, len(self.found.member_ids), size):
            yield self._rows(run_id, slice(start, start + size))

    def _rows(self, run_id: int, part: slice) -> list[tuple[Any, ...]]:
        found, marks = self.found, self.marks
        whole = (
            found.member_ids, found.spend, found.orders, found.purchases, marks.recency, marks.frequency,
            marks.monetary, marks.lifetime,
        )  # fmt: skip
        return list(
            zip(
                repeat(run_id, len(found.member_ids[part])),
                *(each[part].astype(np.int64).tolist() for each in whole),
                marks.expected_orders[part].tolist(),
                (marks.is_vital[part] > 0).tolist(),
                [standing.STAGES[code] for code in self.stages[part]],
                [standing.ATTITUDES[code] for code in self.attitudes[part]],
                strict=True,
            )
        )

    def value(self, place: int, elsewhere: dict[str, int]) -> Value:
        """One of them."""
        found, marks = self.found, self.marks
        last = found.last_at[place]
        attitude = standing.ATTITUDES[self.attitudes[place]]
        return Value(
            spend_minor=int(found.spend[place]),
            orders=int(found.orders[place]),
            last_order_at=None if np.isnan(last) else datetime.fromtimestamp(float(last), UTC),
            recency=int(marks.recency[place]),
            frequency=int(marks.frequency[place]),
            monetary=int(marks.monetary[place]),
            purchases=int(found.purchases[place]),
            expected_orders=float(marks.expected_orders[place]),
            lifetime_minor=int(marks.lifetime[place]),
            is_vital=bool(marks.is_vital[place]),
            stage=LifeStage(standing.STAGES[self.stages[place]]),
            attitude=Attitude(attitude) if attitude is not None else None,
            elsewhere=elsewhere,
        )


def appraise(found: Everybody, by: Yardstick | None = None, *, before: Yardstick | None = None) -> Appraised:
    """Members by a yardstick, or by one made from themselves, with the models of the one `before` while they are good.
    Computes for seconds when they are many: not for the event loop's own thread then."""
    by = by or yardstick.of_shop(found, before)
    marks = yardstick.measured(found, by)
    return Appraised(
        found=found, by=by, marks=marks, stages=standing.stages(found), attitudes=standing.attitudes(found, marks)
    )


async def begin(session: AsyncSession, *, key: str, at: datetime | None = None) -> ValueRun | None:
    """A new run under that key, with what runs that came to nothing have left taken away, and one that found nobody who
    buys: a shop's first purchases may be imported that day. None when there is one with this key that has finished, or
    one under way."""
    at = at or now()
    await locks.hold(session, "value_run")
    query = select(ValueRun).where((ValueRun.key == key) | ValueRun.finished_at.is_(None))
    for run in (await session.scalars(query)).all():
        found_buyers = run.finished_at is not None and run.buyers > 0
        if found_buyers or (run.finished_at is None and run.began_at > at - GIVEN_UP_AFTER):
            return None
        await _remove(session, run)
    run = ValueRun(key=key, at=at, began_at=at)
    session.add(run)
    await session.flush()
    return run


async def write(session: AsyncSession, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows that `Appraised.rows` gave."""
    await insert_plain(session, MemberValue, WRITTEN, rows)


async def finish(session: AsyncSession, run_id: int, appraised: Appraised) -> ValueRun:
    """The run is whole: from now on members are compared by it. A run is finished once."""
    run = await session.get_one(ValueRun, run_id)
    found = appraised.found
    run.members, run.buyers = len(found.member_ids), int((found.orders > 0).sum())
    run.spend_minor = int(found.spend.sum())
    run.yardstick, run.curve = appraised.by.plain(), yardstick.curve(found.spend)
    run.finished_at = now()
    await session.flush()
    return run


async def clear(session: AsyncSession, *, limit: int) -> int:
    """Remove values of runs before the newest finished one, at most so many; how many were removed. What a run found of
    all together stays."""
    newest = await latest_run(session)
    if newest is None:
        return 0
    has_values = exists().where(MemberValue.run_id == ValueRun.id)
    old = select(ValueRun.id).where(ValueRun.finished_at.is_not(None), ValueRun.id != newest.id, has_values)
    run_id = await session.scalar(old.order_by(ValueRun.id).limit(1))
    if run_id is None:
        return 0
    # By their range: a statement with thousands of ids takes longer than what it removes.
    of_run = select(MemberValue.member_id).where(MemberValue.run_id == run_id).order_by(MemberValue.member_id)
    last = await session.scalar(of_run.offset(limit - 1).limit(1))
    gone = delete(MemberValue).where(MemberValue.run_id == run_id)
    removed = await session.execute(gone if last is None else gone.where(MemberValue.member_id <= last))
    # `execute` is typed as a Result; a DELETE gives a CursorResult, which counts.
    return int(removed.rowcount)  # type: ignore[attr-defined]


async def latest_run(session: AsyncSession) -> ValueRun | None:
    """The newest run that has finished."""
    query = select(ValueRun).where(ValueRun.finished_at.is_not(None)).order_by(ValueRun.at.desc(), ValueRun.id.desc())
    return await session.scalar(query.limit(1))


async def of_member(session: AsyncSession, member_id: int, *, at: datetime | None = None) -> Value:
    """The member's value at `at`: what they did and said until then, by the newest run's yardstick."""
    at = at or now()
    found = await everybody(session, at=at, only=[member_id])
    return appraise(found, await yardstick_in_force(session)).value(0, await spend_elsewhere(session, member_id, at=at))


async def worth_by_member(
    session: AsyncSession, member_ids: Collection[int], *, at: datetime | None = None
) -> dict[int, int]:
    """What lists put the most valuable members first by, in minor units: the spend of twelve months, or what the newest
    run expects within the policy's horizon where that is more. Of who is about to leave little is expected, and yet it
    is what they used to spend that is at stake."""
    worth = await spend_by_member(session, member_ids, at=at)
    run = await latest_run(session)
    if run is not None and member_ids:
        query = select(MemberValue.member_id, MemberValue.lifetime_minor).where(
            MemberValue.run_id == run.id, MemberValue.member_id.in_(member_ids)
        )
        for member_id, amount in await session.execute(query):
            worth[member_id] = max(worth[member_id], amount)
    return worth


async def most_valuable(session: AsyncSession, *, limit: int) -> list[tuple[Member, MemberValue]]:
    """Of whom the most is expected, the highest first; nobody before the first run."""
    run = await latest_run(session)
    if run is None:
        return []
    query = (
        select(Member, MemberValue)
        .join(MemberValue, MemberValue.member_id == Member.id)
        .where(MemberValue.run_id == run.id, MemberValue.lifetime_minor > 0, Member.status == MemberStatus.ACTIVE)
        .order_by(MemberValue.lifetime_minor.desc(), MemberValue.member_id)
        .limit(limit)
    )
    return [(member, value) for member, value in (await session.execute(query)).all()]


async def yardstick_in_force(session: AsyncSession) -> Yardstick:
    """The newest run's; before the first one the policy's."""
    run = await latest_run(session)
    return Yardstick.of(run.yardstick) if run is not None else yardstick.of_policy()


async def _remove(session: AsyncSession, run: ValueRun) -> None:
    await session.execute(delete(MemberValue).where(MemberValue.run_id == run.id))
    await session.delete(run)
    await session.flush()
