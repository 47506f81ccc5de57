"""A made-up shop on PostgreSQL is one that the store believes, and what people wait for finds its rows over indexes."""

from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio
from sqlalchemy import create_engine, func, select

from benchmarks.capacity import plans
from benchmarks.capacity.operations import OPERATIONS, SELDOM, Done, Subject, drawn
from benchmarks.capacity.shop import Quietly, fill
from benchmarks.own_database import own_database
from crm_store import conversations, points, queue, retention
from crm_store.archived import ArchivedConversation
from crm_store.conversations.archiving import AT_A_TIME, restore
from crm_store.db import Base, Database
from crm_store.members import Member
from crm_store.messages import Message
from tests.conftest import DATABASES, POSTGRES_URL

pytestmark = pytest.mark.skipif("postgresql" not in DATABASES, reason="plans are PostgreSQL's")

MEMBERS, MESSAGES, SUBJECTS = 2000, 40_000, 4
GROWING = {
    "members", "identities", "conversations", "messages", "interactions", "message_words", "orders", "order_lines",
    "parcels", "points_entries", "points_lots", "points_allocations", "risk_assessments",
}  # fmt: skip
NOT_SEARCHED: Mapping[str, Done] = OPERATIONS | {
    name: done for name, done in SELDOM.items() if not name.startswith("search")
}


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Database]:
    with own_database(POSTGRES_URL, "test_capacity") as url:
        engine = create_engine(url)
        Base.metadata.create_all(engine)
        engine.dispose()
        database = Database(url)
        await fill(database, members=MEMBERS, messages=MESSAGES, told=Quietly())
        yield database
        await database.close()


async def read_through(shop: Database, operations: Mapping[str, Done], subjects: list[Subject]) -> set[tuple[str, str]]:
    """Operation and table, for each large table that one of its statements reads from one end to the other."""
    large, seen, found = await plans.large(shop), set[str](), set[tuple[str, str]]()
    assert large >= GROWING
    for name, done in operations.items():
        for who in subjects:
            with plans.recorded(shop) as made:
                await done(shop, who)
            for statement in made.statements:
                if statement.sql in seen:
                    continue
                seen.add(statement.sql)
                found |= {(name, each) for each in plans.read_through(await plans.plan_of(shop, statement)) & large}
    return found


async def archived(shop: Database, _: Subject) -> None:
    async with shop.transaction(bulk=True) as session:
        assert (await conversations.archive(session)).conversations == AT_A_TIME


async def brought_back(shop: Database, _: Subject) -> None:
    async with shop.transaction(bulk=True) as session:
        kept = (await session.scalars(select(ArchivedConversation.conversation_id).limit(1))).one()
        await restore(session, await conversations.get(session, kept))


async def forgotten(shop: Database, _: Subject) -> None:
    async with shop.transaction(bulk=True) as session:
        await retention.forget_words(session)


async def test_indexes_serve_whoever_waits(shop: Database) -> None:
    async with shop.reading() as session:
        subjects = await drawn(session, SUBJECTS, seed=1)
        assert await session.scalar(select(func.count()).select_from(Member)) == MEMBERS
        messages = await session.scalar(select(func.count()).select_from(Message))
        assert messages == pytest.approx(MESSAGES, rel=0.1)
        assert [(await points.verify(session, who.member_id)).agrees for who in subjects] == [True] * SUBJECTS
        assert (await queue.counts(session)).waiting > 0

    assert await read_through(shop, NOT_SEARCHED, subjects) == set()
    by_night = {"archiving": archived, "brought back": brought_back, "forgetting": forgotten}
    assert await read_through(shop, by_night, subjects) == set()

    # The check itself: without its index, what was said at an address is found only by reading all conversations.
    async with shop.engine.begin() as connection:
        await connection.exec_driver_sql("DROP INDEX ix_conversations_identity_id")
    earlier = {name: done for name, done in OPERATIONS.items() if name == "what was said at an address before"}
    assert await read_through(shop, earlier, subjects) == {("what was said at an address before", "conversations")}
