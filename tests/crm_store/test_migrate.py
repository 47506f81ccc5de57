"""Migrations bring an empty database to exactly what the tables' definitions say, on both databases."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import Column, String, Table, select, text
from sqlalchemy.engine import make_url

from crm_store import at_rest, crypto, members, migrate, proactive, surveys, tiers
from crm_store.db import Base, Database
from crm_store.tiers import Tier


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = make_url(request.getfixturevalue("postgres_url"))
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    name = f"huike_migrate_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_an_empty_database_gets_the_tables_as_they_are_defined(empty_url: str) -> None:
    database = Database(empty_url)
    assert await migrate.differences(database)
    await migrate.upgrade(database)
    assert await migrate.differences(database) == []
    await database.close()


async def test_two_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    first, second = Database(empty_url), Database(empty_url)
    await asyncio.gather(migrate.upgrade(first), migrate.upgrade(second))
    assert await migrate.differences(first) == []
    await first.close()
    await second.close()


async def test_many_processes_that_open_a_new_file_at_once_all_get_it(tmp_path: Path) -> None:
    async def look(database: Database) -> None:
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))

    for attempt in range(60):
        databases = [Database(f"sqlite:///{tmp_path / f'{attempt}.db'}") for _ in range(8)]
        await asyncio.gather(*(look(each) for each in databases))
        for each in databases:
            await each.close()


async def test_migrating_again_keeps_what_is_there(empty_url: str) -> None:
    database = Database(empty_url)
    await migrate.upgrade(database)
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
    await migrate.upgrade(database)
    async with database.reading() as session:
        assert await session.scalar(select(Tier.code).where(Tier.rank == 0)) == "bronze"
        assert await session.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    await database.close()


@pytest.mark.parametrize("since", ["0001", "0005", "0009", "0010"])
async def test_a_shop_of_an_earlier_version_keeps_its_rows_and_who_they_belong_to(empty_url: str, since: str) -> None:
    """Copying a table that others point to, as Alembic would do on SQLite, is refused there."""
    database = Database(empty_url)
    await migrate.upgrade(database, since)
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO agents (id, email, name, password_hash, role, language, active, created_at,"
                " password_changed_at) VALUES (1, 'lin@shop.example', 'Lin', 'x', 'agent', 'en', true,"
                " '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
            )
        )
        await session.execute(
            text(
                "INSERT INTO audit_entries (at, agent_id, actor, action, subject, details)"
                " VALUES ('2026-01-01 00:00:00', 1, 'Lin', 'sign_in', 'agent:1', '{}')"
            )
        )
    await migrate.upgrade(database)
    async with database.reading() as session:
        found = await session.execute(text("SELECT name FROM agents JOIN audit_entries ON agent_id = agents.id"))
        assert found.scalars().all() == ["Lin"]
    assert await migrate.differences(database) == []
    await database.close()


async def test_members_and_their_scores_outlive_the_news_that_are_added(empty_url: str) -> None:
    database = Database(empty_url)
    await migrate.upgrade(database, "0010")
    at = "'2026-01-01 00:00:00'"
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO members (id, number, family_name, given_name, preferred_name, language, joined_at, status,"
                " tier_code, interests, marketing_consent, updated_at)"
                f" VALUES (7, 'HK7', '林', '', '', 'en', {at}, 'active', 'bronze', '[]', true, {at})"
            )
        )
        await session.execute(
            text(f"INSERT INTO survey_answers (kind, score, member_id, at, key) VALUES ('nps', 9, 7, {at}, 'a')")
        )
    await migrate.upgrade(database)
    async with database.reading() as session:
        [answer] = await surveys.for_member(session, 7)
        member = await members.get(session, 7)
        assert (answer.score, answer.reference, answer.sentiment) == (9, None, None)
        assert await proactive.wanted(session, member) == frozenset(proactive.Topic)
    assert await migrate.differences(database) == []
    await database.close()


async def test_what_agents_had_clicked_as_saved_or_lost_is_only_that_they_made_contact(empty_url: str) -> None:
    """Migration 0011: from then on what the member does proves it."""
    database = Database(empty_url)
    await migrate.upgrade(database, "0010")
    moment = "'2026-01-01 00:00:00'"
    outcomes = ("saved", "lost", "no_answer", "contacted")
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO members (id, number, family_name, given_name, preferred_name, language, joined_at, status,"
                " tier_code, interests, marketing_consent, updated_at)"
                f" VALUES (7, 'HK7', '林', '', '', 'en', {moment}, 'active', 'bronze', '[]', true, {moment})"
            )
        )
        for number, outcome in enumerate((*(f"'{each}'" for each in outcomes), "NULL")):
            status = "open" if outcome == "NULL" else "done"
            await session.execute(
                text(
                    "INSERT INTO follow_ups (member_id, cause, reasons, score, value_minor, suggested_approach,"
                    f" opened_at, due_at, status, outcome) VALUES (7, 'c{number}', '[]', 0.7, 0, 'invite_back',"
                    f" {moment}, {moment}, '{status}', {outcome})"
                )
            )
    await migrate.upgrade(database)
    async with database.reading() as session:
        found = (await session.execute(text("SELECT outcome, proof FROM follow_ups ORDER BY cause"))).all()
    assert [tuple(each) for each in found] == [
        ("contacted", None), ("contacted", None), ("no_answer", None), ("contacted", None), (None, None),
    ]  # fmt: skip
    assert await migrate.differences(database) == []
    await database.close()


async def test_pieces_that_came_back_before_stand_in_their_lines(empty_url: str) -> None:
    """Migration 0012 fills what later returns count up, so that points are taken back for what is new alone."""
    database = Database(empty_url)
    await migrate.upgrade(database, "0010")
    moment = "'2026-01-01 00:00:00'"
    async with database.transaction() as session:
        for statement in (
            "INSERT INTO members (id, number, family_name, given_name, preferred_name, language, joined_at, status,"
            " tier_code, interests, marketing_consent, updated_at) VALUES"
            f" (1, 'HK1', '', '', '', 'en', {moment}, 'active', 'bronze', '[]', false, {moment})",
            "INSERT INTO orders (id, number, member_id, status, currency, shipping_minor, discount_minor, total_minor,"
            f" placed_at, refund_minor) VALUES (1, 'A-1', 1, 'completed', 'CNY', 0, 0, 300, {moment}, 0)",
            *(
                "INSERT INTO order_lines (id, order_id, position, sku, names, quantity, price_minor)"
                f" VALUES ({line}, 1, {line}, 'S{line}', '{{}}', 3, 50)"
                for line in (1, 2)
            ),
            *(
                "INSERT INTO return_requests (id, number, member_id, order_id, line_id, kind, reason, quantity, status,"
                " shipping_paid_by, refund_minor, currency, requested_at, key) VALUES"
                f" ({number}, 'R-{number}', 1, 1, 1, 'return', 'quality', 1, '{status}', 'shop', 50, 'CNY', {moment},"
                f" 'k{number}')"
                for number, status in enumerate(("refunded", "refunded", "rejected"))
            ),
        ):
            await session.execute(text(statement))
    await migrate.upgrade(database)
    async with database.reading() as session:
        found = await session.execute(text("SELECT returned FROM order_lines ORDER BY id"))
        assert found.scalars().all() == [2, 0]
        assert await session.scalar(text("SELECT count(*) FROM orders WHERE points_due_at IS NOT NULL")) == 0
    await database.close()


async def test_birthdays_and_names_are_as_they_were_and_have_room_to_be_sealed(empty_url: str) -> None:
    """Migration 0023 makes text of the days, on SQLite without copying the table that others point to."""
    database = Database(empty_url)
    await migrate.upgrade(database, "0022")
    moment = "'2026-01-01 00:00:00'"
    async with database.transaction() as session:
        for number, born in ((1, "'1990-02-28'"), (2, "NULL")):
            await session.execute(
                text(
                    "INSERT INTO members (id, number, family_name, given_name, preferred_name, language, joined_at,"
                    " status, tier_code, interests, marketing_consent, updated_at, birthday) VALUES"
                    f" ({number}, 'HK{number}', '林', '', '', 'en', {moment}, 'active', 'bronze', '[]', true, {moment},"
                    f" {born})"
                )
            )
        await session.execute(
            text(f"INSERT INTO survey_answers (kind, score, member_id, at, key) VALUES ('nps', 9, 1, {moment}, 'a')")
        )
    await migrate.upgrade(database)
    assert await at_rest.seal(database) == 2
    async with database.reading() as session:
        first, second = await members.get(session, 1), await members.get(session, 2)
        assert (first.birthday, second.birthday, first.family_name) == (date(1990, 2, 28), None, "林")
        assert len(await surveys.for_member(session, 1)) == 1
    assert await migrate.differences(database) == []
    await database.close()


class TestNewRevision:
    async def test_nothing_changed_nothing_written(self, tmp_path: Path) -> None:
        assert await migrate.new_revision("nothing", folder=tmp_path) is None
        assert os.listdir(tmp_path) == []

    async def test_a_new_table_becomes_the_next_numbered_migration(self, tmp_path: Path) -> None:
        colours = Table("colours", Base.metadata, Column("name", String(20), primary_key=True))
        try:
            written = await migrate.new_revision("tiers get colours", folder=tmp_path)
        finally:
            Base.metadata.remove(colours)
        assert written is not None
        assert written.parent == tmp_path
        newest = max(path.name[:4] for path in migrate.VERSIONS.glob("[0-9]*.py"))
        assert written.name == f"{int(newest) + 1:04d}_tiers_get_colours.py"
        script = written.read_text(encoding="utf-8")
        assert f"down_revision = '{newest}'" in script
        assert "op.create_table('colours'," in script


async def test_phones_of_other_countries_are_found_under_their_own_form_afterwards(empty_url: str) -> None:
    """Migration 0030: +1 310 555 1234 stood under the form of a mainland mobile; mainland numbers stay as they were."""
    database = Database(empty_url)
    await migrate.upgrade(database, "0029")
    kept = {
        7: ("+1 310 555 1234", "13105551234"),
        8: ("+86 138 0013 8000", "13800138000"),
        9: ("021-1234567", "0211234567"),
    }
    async with database.transaction() as session:
        for member_id, (phone, form) in kept.items():
            await session.execute(
                text(
                    "INSERT INTO members (id, number, family_name, given_name, preferred_name, language, joined_at,"
                    " status, tier_code, interests, marketing_consent, updated_at, phone, phone_index)"
                    f" VALUES ({member_id}, 'HK{member_id}', '', '', '', 'en', '2026-01-01 00:00:00', 'active',"
                    " 'bronze', '[]', true, '2026-01-01 00:00:00', :phone, :index)"
                ),
                {"phone": crypto.encrypt(phone), "index": crypto.blind_index(form, "phone")},
            )
    await migrate.upgrade(database)
    async with database.reading() as session:
        for member_id, (phone, form) in kept.items():
            member = await members.get(session, member_id)
            assert await members.by_phone(session, phone) is member
            assert (member.phone_index == crypto.blind_index(form, "phone")) is (member_id != 7)
        assert await members.by_phone(session, "131 0555 1234") is None
    await database.close()


async def test_what_was_written_to_erased_rows_before_is_gone_and_nobody_elses(empty_url: str) -> None:
    """Migration 0031: an import that overlapped an erasure could put the person back."""
    database = Database(empty_url)
    await migrate.upgrade(database, "0030")
    at = "'2026-01-01 00:00:00'"
    async with database.transaction() as session:
        for member_id, status in ((7, "erased"), (8, "active")):
            told = {"phone": crypto.encrypt(f"1381234567{member_id}"), "index": f"an index of {member_id}"}
            await session.execute(
                text(
                    "INSERT INTO members (id, number, family_name, given_name, preferred_name, name_key, birthday,"
                    " language, joined_at, status, tier_code, interests, marketing_consent, updated_at, phone,"
                    f" phone_index) VALUES ({member_id}, 'HK{member_id}', '', '', '月月', '月月', '1990-01-01', 'en',"
                    f" {at}, '{status}', 'bronze', '[\"tea\"]', true, {at}, :phone, :index)"
                ),
                told,
            )
    await migrate.upgrade(database)
    async with database.reading() as session:
        erased, other = await members.get(session, 7), await members.get(session, 8)
    assert (erased.preferred_name, erased.name_key, erased.birthday, erased.interests) == ("", "", None, [])
    assert (erased.phone, erased.phone_index, erased.marketing_consent) == (None, None, False)
    assert erased.opted_out_at is not None
    assert (other.preferred_name, other.birthday, other.phone) == ("月月", date(1990, 1, 1), "13812345678")
    assert (other.interests, other.marketing_consent, other.opted_out_at) == (["tea"], True, None)
    await database.close()
