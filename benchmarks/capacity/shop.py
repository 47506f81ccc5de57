"""Makes a large shop on PostgreSQL: its members with real keys in this process, everything else on the server.

Indexes, foreign keys and unique constraints are taken away first and made anew at the end by their own definitions, so
they are exactly those of the migrations, and every row has been held against them.
"""

import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Protocol

import psycopg
from sqlalchemy.engine import make_url

from benchmarks.capacity.rows import ANSWERED, INTENTS, SAID, parts
from crm_store import crypto, tiers, value
from crm_store.agents import Agent
from crm_store.clock import now
from crm_store.crypto import normalise_email
from crm_store.db import Database
from crm_store.folding import name_key
from crm_store.phones import normalise_phone
from crm_store.products import Product
from crm_store.rewards import Reward
from crm_store.value import ValueRun

MESSAGES_OF_A_TALK = 9.1
"""What a conversation has in `rows.sql`, on average."""
AGENTS, PRODUCTS = 40, 200
MEMBERS_AT_A_TIME = 5000
FAMILY, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗", "雨晨思远佳怡子涵欣然浩宇梓轩梦琪俊杰雅婷志强丽华"
TIERS = ("bronze", "bronze", "bronze", "silver", "gold")
MAINTENANCE_MEMORY = "512MB"

MEMBER_COLUMNS = (
    "id", "number", "family_name", "given_name", "preferred_name", "name_key", "language", "phone", "phone_index",
    "email", "email_index", "joined_at", "status", "tier_code", "interests", "marketing_consent", "updated_at",
)  # fmt: skip
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype = %s ORDER BY 1, 2"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    JOIN pg_class ON pg_class.oid = indrelid AND relnamespace = 'public'::regnamespace
    WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY 1"""


class Told(Protocol):
    """Where it is told how far the making has come: `of` steps of `what`, then each piece of them as it is done."""

    def begin(self, what: str, of: int) -> None: ...

    def done(self, steps: int) -> None: ...


class Quietly:
    """Tells nobody."""

    def begin(self, what: str, of: int) -> None: ...

    def done(self, steps: int) -> None: ...


async def fill(database: Database, *, members: int, messages: int, told: Told) -> None:
    """`members` members and about `messages` messages in an empty, migrated database on PostgreSQL."""
    await _furnish(database)
    server = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(f"SET maintenance_work_mem = '{MAINTENANCE_MEMORY}'")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SELECT setseed(0.42)")
        anew = _without_indexes(connection)
        _members(connection, members, told)
        facts = _facts(members, messages)
        for part in parts():
            told.begin(part.name, facts[part.of])
            for first in range(1, facts[part.of] + 1, part.step):
                last = min(first + part.step - 1, facts[part.of])
                connection.execute(part.statement, {**facts, "first": first, "last": last})
                told.done(last - first + 1)
        told.begin("indexes and constraints", len(anew))
        for statement in anew:
            connection.execute(statement)
            told.done(1)
        for table in ("members", "identities"):
            connection.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")  # noqa: S608 - names of our own tables
        told.begin("vacuum", 1)
        connection.execute("VACUUM (ANALYZE)")
        told.done(1)


def _facts(members: int, messages: int) -> dict[str, Any]:
    """What the statements of `rows` ask for; numbers of things follow from those of members and messages."""
    talks, bound, visitors = max(int(messages / MESSAGES_OF_A_TALK), 200), members + members // 5, members // 2
    queue = min(300, talks // 400)
    return {
        "members": members, "bound": bound, "visitors": visitors, "identities": bound + visitors, "talks": talks,
        "queue": queue, "open": 2 * queue + min(members // 100, talks // 10), "agents": AGENTS,
        "promises": members // 10, "complaints": members // 40, "waiting": min(200, members // 100),
        "at": now() - timedelta(minutes=1), "said": list(SAID), "answered": list(ANSWERED), "intents": list(INTENTS),
        "said_many": len(SAID), "answered_many": len(ANSWERED), "intents_many": len(INTENTS),
        "phone": crypto.encrypt(phone_of(1)),
    }  # fmt: skip


async def _furnish(database: Database) -> None:
    """The few rows that a shop has before anybody comes."""
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        session.add_all(
            Agent(email=f"a{n}@shop.example", name=f"客服{n}", password_hash="-", role="agent")  # noqa: S106 - nobody logs in
            for n in range(AGENTS)
        )
        names = {"zh-Hans": "帆布鞋", "zh-Hant": "帆布鞋", "en": "canvas shoes"}
        session.add_all(
            Product(sku=f"B{n}", names=names, category="shoes", price_minor=12900, stock=5) for n in range(PRODUCTS)
        )
        session.add(Reward(code="voucher", names=names, kind="coupon", cost=200, value_minor=2000, position=1))
        run = {"key": "first", "at": now(), "began_at": now(), "finished_at": now()}
        session.add(ValueRun(id=1, **run, yardstick=value.of_policy().plain()))


def _without_indexes(connection: psycopg.Connection[Any]) -> list[str]:
    """Take away what slows writing down; returns the statements that bring it back, in order."""
    anew = []
    for kind in ("f", "u"):
        for table, name, definition in connection.execute(CONSTRAINTS, (kind,)).fetchall():
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            # Foreign keys last: they lean on the unique constraints.
            anew.insert(0 if kind == "u" else len(anew), f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    first_foreign_key = next(place for place, each in enumerate(anew) if " FOREIGN KEY " in each)
    for name, definition in connection.execute(INDEXES).fetchall():
        connection.execute(f"DROP INDEX {name}")
        anew.insert(first_foreign_key, definition)
    return anew


def _members(connection: psycopg.Connection[Any], members: int, told: Told) -> None:
    """Whoever they are, with phone numbers and addresses that are encrypted and can be looked for."""
    told.begin("members", members)
    columns = ", ".join(MEMBER_COLUMNS)
    for first in range(1, members + 1, MEMBERS_AT_A_TIME):
        last = min(first + MEMBERS_AT_A_TIME - 1, members)
        with connection.cursor().copy(f"COPY members ({columns}) FROM STDIN") as copy:
            for row in _people(first, last):
                copy.write_row([row[column] for column in MEMBER_COLUMNS])
        told.done(last - first + 1)


def phone_of(number: int) -> str:
    """The phone number of the member with that id."""
    return f"13{number:09d}"


def member_number(number: int) -> str:
    """The number on that member's card."""
    return f"HK{100_000 + number}"


def _people(first: int, last: int) -> Iterator[Mapping[str, Any]]:
    chance, at = random.Random(first), now()
    for number in range(first, last + 1):
        family, given = chance.choice(FAMILY), "".join(chance.choices(GIVEN, k=2))
        phone, email = phone_of(number), f"member{number}@mail.example"
        yield {
            "id": number, "number": member_number(number), "family_name": family, "given_name": given,
            "preferred_name": "", "name_key": name_key(family, given, ""), "language": "zh-Hans",
            "phone": crypto.encrypt(phone), "phone_index": crypto.blind_index(normalise_phone(phone), "phone"),
            "email": crypto.encrypt(email), "email_index": crypto.blind_index(normalise_email(email), "email"),
            "joined_at": at - timedelta(days=1095 * chance.random()), "status": "active",
            "tier_code": chance.choice(TIERS), "interests": "[]", "marketing_consent": chance.random() < 0.5,
            "updated_at": at,
        }  # fmt: skip
