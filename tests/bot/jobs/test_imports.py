"""Imports are worked off whatever becomes of the worker: another finishes what it began, and nothing counts twice."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.desk import Desk
from bot.jobs import imports as work
from bot.jobs.imports import work_off
from crm_store import audit, imports, members
from crm_store.clock import FrozenClock
from crm_store.importing import ImportReport, Part
from crm_store.imports import ImportRun, RunState
from crm_store.imports.runs import LEASE
from crm_store.members import Member, MemberChange

ROWS = 7
PEOPLE = ("林晓月", "歐陽志明", "Sophie Lee", "张伟", "陳美玲", "Sam Baker", "王芳")
FILE = "会员号,姓名,手机号,接收优惠\n" + "".join(
    f"HK30000{number},{name},1390000000{number},是\n" for number, name in enumerate(PEOPLE)
)


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, not even what tidies up."""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch, frozen_clock: FrozenClock) -> None:
    monkeypatch.setattr(work, "ROWS_PER_PART", 2)


async def handed_in(desk: Desk, *, content: str = FILE, wanted: RunState = RunState.WAITING) -> int:
    async with desk.database.transaction() as session:
        run = await imports.draft(
            session, kind="members", file_name="members.csv", data=content.encode(), agent_id=None, rows=ROWS
        )
        await imports.ask(session, run.id, wanted, agent_id=None)
    return run.id


async def current(desk: Desk, run_id: int) -> ImportRun:
    async with desk.database.reading() as session:
        return await imports.get(session, run_id)


async def stored(desk: Desk, table: type[Any] = Member) -> int:
    async with desk.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


def stopped_by(monkeypatch: pytest.MonkeyPatch, failure: BaseException, *, at_part: int) -> list[int]:
    """Let the transaction of that part end with `failure`, once; the parts begun so far are counted in the list."""
    really, begun = imports.take, [0]

    async def take(session: AsyncSession, run_id: int, token: str, part: Part, *, size: int) -> ImportReport:
        begun[0] += 1
        report = await really(session, run_id, token, part, size=size)
        if begun[0] == at_part:
            raise failure
        return report

    monkeypatch.setattr(imports, "take", take)
    return begun


async def test_a_killed_worker_s_import_is_gone_on_with_when_its_time_is_over(
    desk: Desk, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await handed_in(desk)
    begun = stopped_by(monkeypatch, Killed(), at_part=3)
    with pytest.raises(Killed):
        await work_off(desk)
    left = await current(desk, run_id)
    # The part it died in left nothing behind.
    assert (left.state, left.done, left.created, await stored(desk)) == (RunState.RUNNING, 4, 4, 4)
    assert await work_off(desk) == {}
    frozen_clock.move(LEASE + timedelta(seconds=1))
    assert await work_off(desk) == {RunState.RUNNING: 1}
    over = await current(desk, run_id)
    assert (over.state, over.done, over.created, over.unchanged, over.refused) == (RunState.DONE, ROWS, ROWS, 0, 0)
    assert (await stored(desk), begun[0]) == (ROWS, 5)
    # Whoever came later knows of the rows before, too: all of it can be undone.
    async with desk.database.reading() as session:
        assert len(await imports.members_of(session, run_id)) == ROWS


async def test_a_worker_that_is_stopped_gives_the_import_back_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await handed_in(desk)
    stopped_by(monkeypatch, asyncio.CancelledError(), at_part=2)
    with pytest.raises(asyncio.CancelledError):
        await work_off(desk)
    assert (await current(desk, run_id)).done == 2
    assert await work_off(desk) == {RunState.RUNNING: 1}
    over = await current(desk, run_id)
    assert (over.state, over.created, await stored(desk)) == (RunState.DONE, ROWS, ROWS)


async def test_who_comes_back_after_another_has_taken_over_writes_nothing(
    desk: Desk, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that hung so long that its time was over finds the import with somebody else."""
    run_id = await handed_in(desk)
    really, others = imports.take, []

    async def take(session: AsyncSession, run_id: int, token: str, part: Part, *, size: int) -> ImportReport:
        return await really(session, run_id, token, part, size=size)

    async def told(_desk: Desk, _run_id: int) -> None:
        if not others:
            frozen_clock.move(LEASE + timedelta(seconds=1))
            others.append(None)
            others.append(await work_off(desk))

    monkeypatch.setattr(imports, "take", take)
    monkeypatch.setattr(work.shop_imports, "told", told)
    await work_off(desk)
    assert others[1] == {RunState.RUNNING: 1}
    over = await current(desk, run_id)
    assert (over.state, over.done, over.created, await stored(desk)) == (RunState.DONE, ROWS, ROWS, ROWS)
    assert await stored(desk, MemberChange) == 2 * ROWS  # joined, and the consent: each once


async def test_what_goes_wrong_is_seen_and_can_be_asked_for_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = await handed_in(desk)
    stopped_by(monkeypatch, RuntimeError("a disk that is full"), at_part=3)
    await work_off(desk)
    failed = await current(desk, run_id)
    assert (failed.state, failed.error, failed.done, failed.token) == (RunState.FAILED, "RuntimeError", 4, None)
    async with desk.database.transaction() as session:
        assert await imports.ask(session, run_id, RunState.WAITING, agent_id=None)
    await work_off(desk)
    over = await current(desk, run_id)
    assert (over.state, over.error, over.created, over.unchanged) == (RunState.DONE, None, ROWS - 4, 4)


async def test_a_trial_keeps_nothing_and_says_what_would_become_of_it(desk: Desk) -> None:
    run_id = await handed_in(desk, wanted=RunState.TRYING)
    assert await work_off(desk) == {RunState.TRYING: 1}
    tried = await current(desk, run_id)
    assert (tried.state, tried.created, await stored(desk)) == (RunState.TRIED, ROWS, 0)


@pytest.mark.parametrize("killed", [False, True])
async def test_an_undone_import_leaves_nobody(
    desk: Desk, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, *, killed: bool
) -> None:
    run_id = await handed_in(desk)
    await work_off(desk)
    async with desk.database.transaction() as session:
        await imports.ask(session, run_id, RunState.UNDOING, agent_id=None)
    if killed:
        really, undone = imports.undo, []

        async def undo(session: AsyncSession, run: ImportRun, entries: Sequence[Any]) -> set[int]:
            undone.append(len(entries))
            found = await really(session, run, entries)
            if len(undone) == 2:
                raise Killed
            return found

        monkeypatch.setattr(imports, "undo", undo)
        with pytest.raises(Killed):
            await work_off(desk)
        assert await stored(desk) == ROWS - 2
        frozen_clock.move(LEASE + timedelta(seconds=1))
    assert await work_off(desk) == {RunState.UNDOING: 1}
    over = await current(desk, run_id)
    assert (over.state, over.taken_away, over.left, await stored(desk)) == (RunState.UNDONE, ROWS, 0, 0)
    async with desk.database.reading() as session:
        (entry, *_) = await audit.entries(session, subject=f"import:{run_id}")
        assert (entry.action, entry.details["taken_away"]) == ("finish_undoing_import", ROWS)


async def test_the_same_file_twice_changes_nothing_and_undoing_the_second_neither(desk: Desk) -> None:
    first = await handed_in(desk)
    await work_off(desk)
    again = await handed_in(desk)
    assert again != first
    await work_off(desk)
    over = await current(desk, again)
    assert (over.state, over.created, over.updated, over.unchanged) == (RunState.DONE, 0, 0, ROWS)
    async with desk.database.transaction() as session:
        earlier = await imports.done_before(session, over)
        assert earlier is not None
        assert earlier.id == first
        await imports.ask(session, again, RunState.UNDOING, agent_id=None)
    await work_off(desk)
    assert (await current(desk, again)).state == RunState.UNDONE
    async with desk.database.reading() as session:
        assert await stored(desk) == ROWS
        assert (await members.by_number(session, "HK300001")) is not None


TWO_PEOPLE = (
    "名单\n\n会员号,姓名,手机号\nHK1,林晓月,13812345678\n"
    + "".join(f"HK{number},王芳{number},1390000000{number}\n" for number in range(2, 6))
    + "HK1,李雷,13900000099\n"
)


async def test_two_people_under_one_number_are_noticed_across_a_kill(
    desk: Desk, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await handed_in(desk, content=TWO_PEOPLE)
    stopped_by(monkeypatch, Killed(), at_part=3)
    with pytest.raises(Killed):
        await work_off(desk)
    frozen_clock.move(LEASE + timedelta(seconds=1))
    await work_off(desk)
    async with desk.database.reading() as session:
        [refused] = await imports.refusals(session, run_id)
        noted, count = await imports.notes(session, run_id, limit=5)
        lin = await members.by_number(session, "HK1")
    assert (refused.line, refused.value, refused.reason) == (9, "HK1 (4)", "number_of_two_people")
    assert ([each.reason for each in noted], count) == (["lines_above_header"], 1)
    assert lin is not None
    assert lin.family_name == "林"


async def test_a_trial_says_of_two_people_what_the_import_would(
    desk: Desk, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await handed_in(desk, content=TWO_PEOPLE)
    stopped_by(monkeypatch, Killed(), at_part=3)
    with pytest.raises(Killed):
        await work_off(desk)
    async with desk.database.transaction() as session:
        [run] = await imports.listing(session, limit=5)
        held = await imports.held(session, run.id, run.token or "")
        held.token = held.leased_until = None
        held.state = RunState.FAILED
    other = await handed_in(desk, content="会员号,姓名,手机号\nHK1,李雷,13900000099\n", wanted=RunState.TRYING)
    await work_off(desk)
    async with desk.database.reading() as session:
        [refused] = await imports.refusals(session, other)
    assert refused.reason == "number_of_two_people_before"
