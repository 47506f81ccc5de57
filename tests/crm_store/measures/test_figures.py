"""Figures of October beside the same ones by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.jobs.value import measure_loyalty
from crm_store import complaints, interactions, measures, promises, surveys
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.measures import Dimension, Measure, Span
from crm_store.measures.formulas import brought, index
from tests.crm_store.shop import make_member, make_order

OCTOBER = date(2026, 10, 1)
IN_OCTOBER = datetime(2026, 10, 15, 4, tzinfo=UTC)
NOVEMBER = datetime(2026, 10, 31, 16, tzinfo=UTC)
"""Its first moment at the shop, in Shanghai."""
DAY = timedelta(days=1)


async def october(database: Database) -> dict[Measure, tuple[float | None, int]]:
    async with database.reading() as session:
        found = await measures.series(session, Span.MONTH, Dimension.ALL)
    return {Measure(each.measure): (each.value, each.n) for each in found if each.starts_on == OCTOBER}


@pytest.mark.usefixtures("frozen_clock")
class TestByHand:
    async def test_four_customers_of_whom_one_stays_away(self, database: Database) -> None:
        """All four bought in the year before 1 October; the last of them did so on 5 October of the year before and
        not again, so by 1 November she is lost: kept 3 of 4. Five orders in October, one complaint: 20 of 100."""
        async with database.transaction() as session:
            joined = IN_OCTOBER - 700 * DAY
            people = [await make_member(session, joined_at=joined) for _ in range(4)]
            for member in people[:3]:
                await make_order(session, member, placed_at=IN_OCTOBER - 60 * DAY)
            await make_order(session, people[3], placed_at=IN_OCTOBER - 375 * DAY)
            for member in (*people[:3], people[0], people[1]):
                await make_order(session, member, placed_at=IN_OCTOBER)
            await make_order(session, people[2], placed_at=NOVEMBER)  # none of October's any more
            for place, (kind, score) in enumerate(
                [("csat", 5), ("csat", 4), ("csat", 1), ("nps", 10), ("nps", 9), ("nps", 6), ("ces", 7), ("ces", 4)]
            ):
                await surveys.record_answer(
                    session, kind=kind, score=score, member_id=people[place % 3].id, key=f"k{place}", at=IN_OCTOBER
                )
            for place, feeling in enumerate(["positive", "positive", "negative", "neutral"]):
                await interactions.record(
                    session, member_id=people[place % 2].id, channel="web", outcome="answered", sentiment=feeling,
                    at=IN_OCTOBER,
                )  # fmt: skip
            await complaints.file(
                session, member_id=people[0].id, conversation_id=None, category=complaints.ComplaintCategory.QUALITY,
                description="x", key="c", at=IN_OCTOBER,
            )  # fmt: skip
            made = await promises.make(
                session, member_id=people[1].id, kind=promises.PromiseKind.REPLY, text="x",
                due_at=IN_OCTOBER + 2 * DAY, key="p", at=IN_OCTOBER,
            )  # fmt: skip
            await promises.keep(session, made, at=IN_OCTOBER + DAY)
        assert await measure_loyalty(database) > 1
        found = await october(database)
        assert found[Measure.RETENTION] == (75, 4)
        assert found[Measure.CHURN] == (25, 4)
        assert found[Measure.SATISFACTION] == (pytest.approx(200 / 3), 3)
        assert found[Measure.RECOMMENDATION] == (pytest.approx(100 / 3), 3)
        assert found[Measure.EFFORT] == (5.5, 2)
        assert found[Measure.COMPLAINTS] == (20, 5)
        assert found[Measure.EMOTIONAL] == (50 + 50 / 4, 4)
        assert found[Measure.BEHAVIOURAL] == (100, 3)
        assert found[Measure.ATTITUDINAL] == (pytest.approx(100 * (1 + 0.75 + 0 + 1 + 0.9 + 0.6) / 6), 6)
        assert found[Measure.INDEX][0] is not None

    async def test_what_was_taken_stays_and_is_not_taken_twice(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        async with database.transaction() as session:
            member = await make_member(session, joined_at=IN_OCTOBER - DAY)
            await make_order(session, member, placed_at=IN_OCTOBER)
        assert await measure_loyalty(database) == 1  # October; the quarter it lies in has not ended
        before = await october(database)
        async with database.transaction() as session:
            await make_order(session, member, placed_at=IN_OCTOBER)
        assert await measure_loyalty(database) == 0
        assert await october(database) == before
        frozen_clock.move(10 * DAY)
        assert await measure_loyalty(database) == 1  # November has ended

    async def test_what_two_processes_take_at_once_is_written_once(self, database: Database) -> None:
        period = measures.Period(Span.MONTH, OCTOBER)
        taken = [measures.Figure(Dimension.ALL, "all", Measure.RETENTION, 75.0, 4)]
        kept = []
        for _ in range(2):
            async with database.transaction() as session:
                kept.append(await measures.keep(session, period, taken))
        assert kept == [True, False]
        assert await october(database) == {Measure.RETENTION: (75.0, 4)}

    async def test_a_shop_that_sold_nothing_has_no_figures(self, database: Database) -> None:
        assert await measure_loyalty(database) == 0


@pytest.mark.parametrize(
    ("measure", "amount", "on_the_scale"),
    [
        (Measure.RETENTION, 75, 75),
        (Measure.RECOMMENDATION, -20, 40),
        (Measure.EFFORT, 5.5, 75),
        (Measure.COMPLAINTS, 20, 80),
        (Measure.COMPLAINTS, 130, 0),
    ],
)
def test_the_index_brings_figures_to_one_scale(measure: Measure, amount: float, on_the_scale: float) -> None:
    assert brought(measure, amount) == pytest.approx(on_the_scale)


def test_the_index_needs_half_of_the_weights_and_shares_them_out() -> None:
    def parts(**values: float) -> dict[Measure, measures.Figure]:
        return {
            Measure(name): measures.Figure(Dimension.ALL, "all", Measure(name), value, 10)
            for name, value in values.items()
        }

    few = index(Dimension.ALL, "all", parts(retention=80, emotional=60))
    assert (few.value, few.n) == (None, 0)
    enough = index(Dimension.ALL, "all", parts(retention=80, satisfaction=60, recommendation=20))
    assert enough.value == pytest.approx((0.2 * 80 + 0.15 * 60 + 0.15 * 60) / 0.5)
    assert enough.n == 10
