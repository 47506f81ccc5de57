"""How members' levels moved from week to week, read from their assessments."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.risk.models import RiskAssessment, RiskLevel

WEEK = timedelta(days=7)
WEEKS_AT_MOST = 53


@dataclass(frozen=True, slots=True)
class Standing:
    """How many members had each level at a moment."""

    at: datetime
    levels: dict[str, int]


async def levels_by_week(session: AsyncSession, *, over: timedelta, at: datetime | None = None) -> list[Standing]:
    """The levels at the end of each week in the time `over` before `at` (default now), the oldest first: of at least
    two weeks and at most `WEEKS_AT_MOST`. A member counts from their first assessment on."""
    at = at or now()
    weeks = min(max(over // WEEK, 2), WEEKS_AT_MOST)
    moments = [at - WEEK * back for back in reversed(range(weeks))]
    standing: Counter[str] = Counter()
    moves = await _moves(session, moments)
    found = []
    for place, moment in enumerate(moments):
        for before, level, count in moves.get(place, ()):
            standing[level] += count
            if before is not None:
                standing[before] -= count
        found.append(Standing(moment, {level.value: standing[level] for level in RiskLevel}))
    return found


async def _moves(session: AsyncSession, moments: Sequence[datetime]) -> dict[int, list[tuple[str | None, str, int]]]:
    """How many members came from which level (None: they had none) to which, by the first moment that saw it."""
    order = (RiskAssessment.at, RiskAssessment.id)
    earlier = func.lag(RiskAssessment.level).over(partition_by=RiskAssessment.member_id, order_by=order)
    place: ColumnElement[int] = case(
        *((RiskAssessment.at <= moment, literal(number)) for number, moment in enumerate(moments)), else_=literal(-1)
    )
    each = select(earlier.label("before"), RiskAssessment.level.label("level"), place.label("place")).subquery()
    query = select(each.c.place, each.c.before, each.c.level, func.count()).where(
        each.c.place >= 0, each.c.before.is_(None) | (each.c.before != each.c.level)
    )
    found: dict[int, list[tuple[str | None, str, int]]] = {}
    for number, before, level, count in await session.execute(
        query.group_by(each.c.place, each.c.before, each.c.level)
    ):
        found.setdefault(number, []).append((before, level, count))
    return found
