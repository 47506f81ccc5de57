"""Keeping the figures of periods that have ended, and reading them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import locks, promises, surveys
from crm_store.clock import business_zone, now
from crm_store.measures.models import Dimension, Figure, Measure, MeasureSnapshot, Span
from crm_store.measures.periods import Period, closed, running
from crm_store.orders import Order
from crm_store.policy import policy
from crm_store.surveys import SurveyKind
from crm_store.value.purchases import bought


async def next_missing(session: AsyncSession) -> Period | None:
    """The newest month or quarter since the shop's first order that has ended and has no figures yet; None when all
    have, or nothing was ever bought."""
    first = await session.scalar(select(func.min(Order.placed_at)).where(bought()))
    if first is None:
        return None
    rows = select(MeasureSnapshot.span, MeasureSnapshot.starts_on).distinct()
    known = {(span, starts_on) for span, starts_on in await session.execute(rows)}
    since = first.astimezone(business_zone()).date()
    found = (
        each
        for each in closed(since=since, months=policy().measures.months)
        if (each.span, each.starts_on) not in known
    )
    return next(found, None)


async def keep(session: AsyncSession, period: Period, figures: Sequence[Figure]) -> bool:
    """Write the figures of a period down; False when it has some already: the first ones stay."""
    await locks.hold(session, "measure_snapshots")
    query = select(MeasureSnapshot.id).where(
        MeasureSnapshot.span == period.span, MeasureSnapshot.starts_on == period.starts_on
    )
    if await session.scalar(query.limit(1)) is not None:
        return False
    at = now()
    rows = [
        {
            "span": period.span, "starts_on": period.starts_on, "dimension": each.dimension, "segment": each.segment,
            "measure": each.measure, "value": each.value, "n": each.n, "taken_at": at,
        }
        for each in figures
    ]  # fmt: skip
    await session.execute(insert(MeasureSnapshot), rows)
    return True


async def series(session: AsyncSession, span: Span, dimension: Dimension) -> list[MeasureSnapshot]:
    """The figures of every period, the oldest first."""
    query = select(MeasureSnapshot).where(MeasureSnapshot.span == span, MeasureSnapshot.dimension == dimension)
    query = query.order_by(MeasureSnapshot.starts_on, MeasureSnapshot.segment, MeasureSnapshot.id)
    return list((await session.scalars(query)).all())


async def so_far(session: AsyncSession, span: Span) -> Mapping[Measure, tuple[float | None, int]]:
    """Of the period that is running, what can be told at any moment, as (figure, made of): scores and promises."""
    since = running(span).start
    kinds = {
        Measure.SATISFACTION: (SurveyKind.CSAT, 100.0),
        Measure.RECOMMENDATION: (SurveyKind.NPS, 1.0),
        Measure.EFFORT: (SurveyKind.CES, 1.0),
    }
    found: dict[Measure, tuple[float | None, int]] = {}
    for measure, (kind, times) in kinds.items():
        given = await surveys.measure(session, kind, since=since)
        found[measure] = (None if given.value is None else given.value * times, given.answers)
    kept = await promises.kept_rate(session, since=since)
    found[Measure.PROMISES] = (None if kept.share is None else kept.share * 100, kept.kept + kept.broken)
    return found
