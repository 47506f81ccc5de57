"""When jobs are due, who gets them, and what is written down of their runs; on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crm_store import agents, schedule
from crm_store.clock import FrozenClock, now
from crm_store.db import Database
from crm_store.errors import NotFound
from crm_store.schedule import CUT_OFF, LEASE, Claim, JobBusy, JobRun, Outcome, Quiet, Schedule, ScheduledJob
from crm_store.schedule.rules import next_at, pause
from tests.crm_store.policy.shop_files import changed

pytestmark = pytest.mark.usefixtures("frozen_clock")

HOURLY = Schedule("hourly", every=timedelta(hours=1))
OFTEN = Schedule("often", every=timedelta(seconds=3))
NIGHTLY = Schedule("nightly", at_minute=3 * 60 + 30)


async def known(database: Database, *schedules: Schedule) -> None:
    async with database.transaction() as session:
        await schedule.register(session, schedules)


async def claimed(database: Database, wanted: Schedule, runner: str = "one") -> Claim | None:
    async with database.transaction() as session:
        return await schedule.claim(session, wanted, runner)


async def ran(
    database: Database,
    wanted: Schedule,
    claim: Claim | None,
    *,
    error: str | None = None,
    keep: bool = False,
    **counts: int,
) -> bool:
    assert claim is not None
    outcome = Outcome(now(), timedelta(milliseconds=120), counts, error)
    async with database.transaction() as session:
        return await schedule.finish(session, claim, wanted, outcome, keep=keep)


async def state(database: Database, wanted: Schedule) -> ScheduledJob:
    async with database.reading() as session:
        found = await schedule.get(session, wanted.name)
    assert found is not None
    return found


async def written(database: Database) -> list[JobRun]:
    async with database.reading() as session:
        return list(await session.scalars(select(JobRun).order_by(JobRun.id)))


class TestClaim:
    async def test_of_many_runners_one_gets_a_job_that_is_due(self, database: Database) -> None:
        await known(database, HOURLY)
        found = await asyncio.gather(*(claimed(database, HOURLY, f"runner {number}") for number in range(8)))
        assert len([each for each in found if each is not None]) == 1

    async def test_what_was_run_is_due_again_only_after_its_interval(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        await known(database, HOURLY)
        assert await ran(database, HOURLY, await claimed(database, HOURLY), done=2)
        frozen_clock.move(timedelta(minutes=59))
        assert await claimed(database, HOURLY) is None
        async with database.reading() as session:
            assert await schedule.due(session, [HOURLY]) == []
        frozen_clock.move(timedelta(minutes=1))
        async with database.reading() as session:
            assert await schedule.due(session, [HOURLY]) == ["hourly"]
        assert await claimed(database, HOURLY) is not None

    async def test_the_lease_of_a_runner_that_died_ends_and_its_run_counts_as_cut_off(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        await known(database, HOURLY)
        lost = await claimed(database, HOURLY, "killed")
        frozen_clock.move(LEASE - timedelta(seconds=1))
        assert await claimed(database, HOURLY, "other") is None
        frozen_clock.move(timedelta(seconds=1))
        taken_over = await claimed(database, HOURLY, "other")
        [run] = await written(database)
        assert (run.error, run.runner) == (CUT_OFF, "killed")
        assert not await ran(database, HOURLY, lost, done=1)  # it was only slow: too late
        assert await ran(database, HOURLY, taken_over, done=1)
        assert [each.error for each in await written(database)] == [CUT_OFF, None, None]

    async def test_who_gives_signs_of_life_keeps_the_job(self, database: Database, frozen_clock: FrozenClock) -> None:
        await known(database, HOURLY)
        claim = await claimed(database, HOURLY)
        assert claim is not None
        for _ in range(4):
            frozen_clock.move(LEASE / 2)
            async with database.transaction() as session:
                assert await schedule.renew(session, {claim.token: None, "somebody else's": None}) == {claim.token}
            assert await claimed(database, HOURLY, "other") is None

    async def test_what_dead_runners_of_this_machine_had_is_free_at_once(self, database: Database) -> None:
        await known(database, HOURLY, OFTEN)
        await claimed(database, HOURLY, "dead")
        await claimed(database, OFTEN, "alive")
        async with database.transaction() as session:
            assert await schedule.free_left_behind(session, is_dead=lambda runner: runner == "dead") == 1
        assert await claimed(database, HOURLY) is not None
        assert await claimed(database, OFTEN) is None


class TestDaily:
    def test_is_due_at_its_time_by_the_clock_of_the_shop(self) -> None:
        morning = datetime(2026, 11, 21, 19, 29, tzinfo=UTC)  # 03:29 on the 22nd in Shanghai
        assert next_at(NIGHTLY, morning) == datetime(2026, 11, 21, 19, 30, tzinfo=UTC)
        assert next_at(NIGHTLY, morning + timedelta(minutes=1)) == datetime(2026, 11, 22, 19, 30, tzinfo=UTC)

    def test_keeps_its_time_when_clocks_are_changed(self) -> None:
        with changed("hours: {time_zone: Europe/Berlin}"):
            before = datetime(2027, 3, 27, 12, tzinfo=UTC)
            assert next_at(NIGHTLY, before) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
            assert next_at(NIGHTLY, before + timedelta(days=1)) == datetime(2027, 3, 29, 1, 30, tzinfo=UTC)

    async def test_waits_for_its_time_in_a_new_shop_unless_it_is_to_run_at_first(self, database: Database) -> None:
        at_first = Schedule("model", at_minute=210, at_first=True)
        await known(database, NIGHTLY, at_first)
        assert await claimed(database, NIGHTLY) is None
        assert await claimed(database, at_first) is not None

    async def test_days_that_were_missed_are_caught_up_once(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        await known(database, NIGHTLY)
        frozen_clock.move(timedelta(days=3))
        await known(database, NIGHTLY)
        assert await ran(database, NIGHTLY, await claimed(database, NIGHTLY))
        assert await claimed(database, NIGHTLY) is None
        assert (await state(database, NIGHTLY)).next_at == datetime(2026, 11, 25, 19, 30, tzinfo=UTC)

    async def test_another_time_holds_from_now_on(self, database: Database) -> None:
        await known(database, NIGHTLY)
        await known(database, Schedule("nightly", at_minute=4 * 60))
        assert (await state(database, NIGHTLY)).next_at == datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


class TestClockJumps:
    async def test_a_clock_put_back_stops_no_job(self, database: Database, frozen_clock: FrozenClock) -> None:
        await known(database, HOURLY, OFTEN)
        await claimed(database, OFTEN, "gone")
        await ran(database, HOURLY, await claimed(database, HOURLY))
        frozen_clock.move(timedelta(hours=-5))
        assert await claimed(database, HOURLY) is not None
        assert await claimed(database, OFTEN) is not None

    async def test_a_clock_put_forward_lets_each_run_once(self, database: Database, frozen_clock: FrozenClock) -> None:
        await known(database, NIGHTLY, HOURLY)
        await ran(database, HOURLY, await claimed(database, HOURLY))
        frozen_clock.move(timedelta(days=40))
        for wanted in (NIGHTLY, HOURLY):
            assert await ran(database, wanted, await claimed(database, wanted))
            assert await claimed(database, wanted) is None


class TestFailing:
    def test_pauses_double_up_to_what_the_policy_says(self) -> None:
        minutes = [pause(NIGHTLY, failures) / timedelta(minutes=1) for failures in (1, 2, 3, 50)]
        assert minutes == [5, 10, 15, 15]
        assert [pause(OFTEN, failures).total_seconds() for failures in (1, 2, 3)] == [6, 12, 24]

    async def test_what_went_wrong_is_kept_until_it_goes_well(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        await known(database, NIGHTLY)
        frozen_clock.move(timedelta(days=1))
        await ran(database, NIGHTLY, await claimed(database, NIGHTLY), error="OSError: the disk is full")
        failed = await state(database, NIGHTLY)
        assert (failed.failures, failed.last_error) == (1, "OSError: the disk is full")
        assert await claimed(database, NIGHTLY) is None
        frozen_clock.move(timedelta(minutes=5))
        await ran(database, NIGHTLY, await claimed(database, NIGHTLY), done=3)
        well = await state(database, NIGHTLY)
        assert (well.failures, well.last_error) == (0, None)
        assert [(run.error, run.counts) for run in await written(database)] == [
            ("OSError: the disk is full", {}),
            (None, {"done": 3}),
        ]


class TestWrittenDown:
    async def test_runs_that_find_nothing_are_counted_and_not_written(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        await known(database, OFTEN)
        claim = await claimed(database, OFTEN)
        assert claim is not None
        assert await ran(database, OFTEN, claim, keep=True)
        frozen_clock.move(timedelta(seconds=20))
        async with database.transaction() as session:
            await schedule.renew(session, {claim.token: Quiet(6, now(), timedelta(milliseconds=4))})
        quiet = await state(database, OFTEN)
        assert (quiet.quiet_runs, quiet.last_at, quiet.last_ms) == (7, now(), 4)
        assert await written(database) == []
        await ran(database, OFTEN, claim, keep=True, done=1)
        assert (await state(database, OFTEN)).quiet_runs == 0
        assert [run.counts for run in await written(database)] == [{"done": 1}]

    async def test_of_rare_jobs_every_run_is(self, database: Database) -> None:
        await known(database, HOURLY)
        await ran(database, HOURLY, await claimed(database, HOURLY))
        assert [(run.name, run.counts, run.duration_ms) for run in await written(database)] == [("hourly", {}, 120)]

    async def test_older_runs_go_as_the_policy_says(self, database: Database, frozen_clock: FrozenClock) -> None:
        await known(database, HOURLY, NIGHTLY)
        with changed("jobs: {keep_runs: 3}"):
            for number in range(1, 6):
                await ran(database, HOURLY, await claimed(database, HOURLY), done=number)
                frozen_clock.move(timedelta(hours=1))
        assert [run.counts["done"] for run in await written(database)] == [3, 4, 5]
        async with database.reading() as session:
            found = await schedule.latest_runs(session, each=2)
        assert {name: [run.counts["done"] for run in runs] for name, runs in found.items()} == {"hourly": [4, 5]}


class TestAsk:
    async def test_somebody_wants_it_now(self, database: Database) -> None:
        await known(database, NIGHTLY)
        async with database.transaction() as session:
            agent = await agents.create(session, email="a@shop.example", name="林", password_hash="x", role="admin")
            await schedule.ask(session, "nightly", agent_id=agent.id)
        claim = await claimed(database, NIGHTLY)
        assert claim is not None
        assert (claim.is_asked, claim.asked_by_id) == (True, agent.id)
        await ran(database, NIGHTLY, claim)
        assert (await state(database, NIGHTLY)).asked_at is None
        assert [run.asked_by_id for run in await written(database)] == [agent.id]

    async def test_not_while_it_runs_and_nothing_unknown(self, database: Database) -> None:
        await known(database, HOURLY)
        await claimed(database, HOURLY)
        async with database.transaction() as session:
            with pytest.raises(JobBusy):
                await schedule.ask(session, "hourly")
            with pytest.raises(NotFound):
                await schedule.ask(session, "no such job")


class TestRegister:
    async def test_a_job_the_program_no_longer_has_is_gone_a_day_later(
        self, database: Database, frozen_clock: FrozenClock
    ) -> None:
        await known(database, HOURLY, OFTEN)
        await known(database, OFTEN)
        assert await state(database, HOURLY)
        frozen_clock.move(timedelta(days=2))
        await known(database, OFTEN)
        async with database.reading() as session:
            assert [each.name for each in await schedule.listing(session)] == ["often"]
