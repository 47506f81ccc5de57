"""`huike risk report` and `huike measures` as somebody at a shop reads them, on both databases."""

import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from bot.jobs.value import measure_loyalty
from bot.operate import measures_report, risk_report
from bot.operate.importing import import_file
from bot.settings import Settings
from crm_store import agents, followups, migrate, risk
from crm_store.clock import now
from crm_store.db import Database
from crm_store.followups import Arm, FollowUpOutcome
from crm_store.measures import Dimension, Span
from tests.conftest import TEST_SECRET
from tests.crm_store.shop import make_member, make_order

DAY = timedelta(days=1)
Print = Callable[..., Awaitable[str]]


@pytest.fixture
def config(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    async def already_there(_database: Database) -> None:
        """The tests' own tables are newest; migrating them would make them a second time."""

    monkeypatch.setattr(migrate, "upgrade", already_there)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        database_url=database.url.render_as_string(hide_password=False),
        secret_key=TEST_SECRET + " and enough characters",
        actions_secret="an actions' secret that only these tests know",
    )


@pytest.fixture
def printed(config: Settings) -> Print:
    """Every row that was printed, its spaces taken together."""

    async def show(of: Callable[..., Awaitable[int]], **asked: object) -> str:
        console = Console(file=io.StringIO(), width=200)
        assert await of(config, console, **asked) == 0
        text: str = console.file.getvalue()  # type: ignore[attr-defined]
        rows = (" ".join(line.replace("│", " ").replace("┃", " ").split()) for line in text.splitlines())
        return "\n".join(rows)

    return show


async def test_an_empty_shop_has_a_report_of_noughts(printed: Print) -> None:
    told = await printed(risk_report.show, days=365)
    for row in ("low 0", "medium 0", "high 0", "lost 0", "still open 0", "contacted 0", "no answer 0", "not needed 0"):
        assert f"\n{row}\n" in told
    assert "came back, contacted 0 / 0 –" in told
    assert "Nobody to compare yet" in told


async def test_every_row_of_a_shop_that_followed_up(printed: Print, database: Database) -> None:
    async with database.transaction() as session:
        agent = await agents.create(session, email="a@shop.example", name="A", password_hash="x")
        for arm, outcome in ((Arm.TREATED, "contacted"), (Arm.TREATED, "no_answer"), (Arm.CONTROL, None)):
            member = await make_member(session)
            each = await followups.open(
                session, member_id=member.id, cause="buying_less:2026-01-01", reasons=[], score=0.8,
                suggested_approach="invite_back", due_at=now(), arm=arm, at=now() - 70 * DAY,
            )  # fmt: skip
            if outcome:
                await followups.record_outcome(session, each, outcome=FollowUpOutcome(outcome), agent_id=agent.id)
            if outcome == "contacted":
                await make_order(session, member, placed_at=now() - 12 * DAY)
        waiting = await make_member(session)
        await followups.open(
            session, member_id=waiting.id, cause="leaving:x", reasons=[], score=0.8,
            suggested_approach="ask_why_leaving",
            due_at=now(),
        )  # fmt: skip
    await risk.sweep(database)
    told = await printed(risk_report.show, days=365)
    rows = (
        "still open 1", "contacted 1", "no answer 1", "not needed 0", "proved: saved 1", "proved: lost 1",
        "bought again 1", "content again 0", "nothing came of it 1", "left the programme 0", "not proved yet 1",
    )  # fmt: skip
    for row in rows:
        assert f"\n{row}\n" in told
    assert "came back, contacted 1 / 2 50.0%" in told
    assert "came back, left alone 0 / 1 0.0%" in told
    assert "+50.0 points" in told
    assert "settles nothing yet" in told
    assert "still open 0" not in await printed(risk_report.show, days=30)
    assert "came back, contacted 0 / 0" in await printed(risk_report.show, days=30)


async def test_a_shop_without_figures_says_what_is_missing(printed: Print) -> None:
    told = await printed(measures_report.show, span=Span.MONTH, by=Dimension.ALL, periods=6)
    assert "No figures yet" in told


async def test_figures_are_printed_by_period_and_segment(printed: Print, database: Database) -> None:
    async with database.transaction() as session:
        member = await make_member(session, joined_at=now() - 200 * DAY)
        for days in (10, 40, 70, 100, 130):
            await make_order(session, member, placed_at=now() - days * DAY)
    await measure_loyalty(database)
    told = await printed(measures_report.show, span=Span.MONTH, by=Dimension.ALL, periods=2)
    rows = {row.partition(" all members")[0]: row for row in told.splitlines()}
    assert any("100.0% (1) 100.0% (1)" in row for row in rows.values())
    heads = next(row for row in told.splitlines() if row.startswith("Figure"))
    assert len(heads.split()) == 4  # what, which members, two months
    by_level = await printed(measures_report.show, span=Span.QUARTER, by=Dimension.LEVEL, periods=6)
    assert "Bronze" in by_level


async def test_an_imported_log_is_swept_and_its_silent_members_are_flagged(
    config: Settings, database: Database, tmp_path: Path
) -> None:
    """From the files of a shop to somebody's list of the day, by the command itself."""
    console = Console(file=io.StringIO(), width=200)
    people, orders = ["member_number,name"], ["order_number,member_number,placed_at,sku,product_name,price,status"]
    for number in range(30):
        people.append(f"L{number},Sam {number}")
        quiet = 200 if number < 6 else 3
        for place in range(10):
            placed = now() - (quiet + 14 * place) * DAY
            orders.append(f"O{number}-{place},L{number},{placed.isoformat()},TEA,Tea,80,completed")
    for kind, lines in (("members", people), ("orders", orders)):
        file = tmp_path / f"{kind}.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        assert await import_file(config, console, kind=kind, file=file, report=None) == 0
    assert "Looked anew at 30 members" in console.file.getvalue()  # type: ignore[attr-defined]
    async with database.reading() as session:
        listed = await followups.open_list(session)
        found = await risk.report(session, over=DAY)
    assert {each.member.number for each in listed} <= {f"L{number}" for number in range(6)}
    assert 0 < len(listed) == found.open
    assert found.waiting_for_proof == 6  # on the list, or left alone by chance
    assert found.levels["high"] == 6
