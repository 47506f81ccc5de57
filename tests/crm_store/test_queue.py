"""The lists of the desk: read a page at a time, counted over indexes, however many wait."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import event, insert
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import queue, tiers
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState
from crm_store.db import Database
from crm_store.identities import Identity
from crm_store.members import Member
from crm_store.messages import Author, Direction, Message, MessageStatus
from tests.crm_store.inbox import make_agent

WAITING, WITH_BOT, IN_HAND, CLOSED = 400, 2000, 20, 2000
TIERS = ("bronze", "silver", "gold", "platinum")

Read = Callable[[AsyncSession], Awaitable[object]]
READS: dict[str, tuple[Read, list[str]]] = {
    "counts": (queue.counts, ["ix_conversations_in_hand"]),
    "waiting": (lambda session: queue.waiting(session, limit=60), ["ix_conversations_waiting"]),
    "place": (lambda session: queue.queue_position(session, f"{7:032x}"), ["ix_conversations_waiting"]),
    "pace": (lambda session: queue.expected_wait(session, 3), ["ix_conversations_taken_at"]),
    "mine": (lambda session: queue.held_by(session, 1, limit=60), ["ix_conversations_in_hand"]),
    "bot": (lambda session: queue.with_bot(session, limit=60), ["ix_conversations_state_last_message_at"]),
}


async def fill(database: Database) -> None:
    """A queue of members and visitors with two messages each, some conversations in hand, many with the bot or over."""
    at, dice = now(), random.Random(7)
    states = [ConversationState.QUEUE] * WAITING + [ConversationState.BOT] * WITH_BOT
    states += [ConversationState.AGENT] * IN_HAND + [ConversationState.CLOSED] * CLOSED
    async with database.transaction() as session:
        await tiers.ensure_defaults(session)
        agent_id = await make_agent(session)
        people = [
            {"id": n + 1, "number": f"Q{n}", "tier_code": dice.choice(TIERS), "interests": []}
            for n in range(WAITING // 2)
        ]
        talks = [
            {
                "id": f"{n:032x}",
                "channel": "test",
                "identity_id": n + 1,
                "member_id": n + 1 if n < len(people) else None,
                "state": state,
                "agent_id": agent_id if state is ConversationState.AGENT else None,
                "urgency": dice.randint(1, 3),
                "queued_at": at - timedelta(minutes=dice.randint(1, 60)) if n < WAITING else None,
                "taken_at": at - timedelta(hours=3) if state is ConversationState.AGENT else None,
                "last_seq": 2,
            }
            for n, state in enumerate(states)
        ]
        said = [
            {
                "conversation_id": f"{n:032x}", "seq": seq, "direction": Direction.IN, "author": Author.CUSTOMER,
                "channel": "test", "text": f"第 {seq} 句", "status": MessageStatus.HANDLED,
            }
            for n in range(WAITING)
            for seq in (1, 2)
        ]  # fmt: skip
        await session.execute(insert(Member), people)
        ids = [{"id": n + 1, "channel": "test", "channel_user_id": f"q{n}"} for n in range(len(states))]
        await session.execute(insert(Identity), ids)
        await session.execute(insert(Conversation), talks)
        await session.execute(insert(Message), said)
    if not database.is_sqlite:
        # As autovacuum leaves it; a SQLite file is never analysed.
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.exec_driver_sql("VACUUM ANALYZE conversations, messages, members")


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, object]]]:
    """The statements within the block that read a table, with their values."""
    seen: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_more: object) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, values))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


@pytest_asyncio.fixture
async def busy(database: Database) -> AsyncIterator[Database]:
    await fill(database)
    yield database


async def test_the_place_is_that_in_the_list(busy: Database) -> None:
    async with busy.reading() as session:
        listed = [case.conversation.id for case in await queue.waiting(session, limit=WAITING)]
        for place in (1, 2, 60, 61, WAITING // 2, WAITING):
            assert await queue.queue_position(session, listed[place - 1]) == place


async def test_the_counts_those_with_the_bot_only_up_to_a_thousand_and_the_customers_latest_words(
    busy: Database,
) -> None:
    async with busy.reading() as session:
        counts = await queue.counts(session)
        listed = await queue.waiting(session, limit=60)
    assert (counts.waiting, counts.with_bot, list(counts.in_hand.values())) == (WAITING, 1000, [IN_HAND])
    assert len(listed) == 60
    assert {case.last.text for case in listed if case.last} == {"第 2 句"}


@pytest.mark.parametrize("name", READS)
async def test_a_list_costs_few_statements_and_reads_no_table_of_conversations_whole(busy: Database, name: str) -> None:
    read, indexes = READS[name]
    with statements(busy) as seen:
        async with busy.reading() as session:
            await read(session)
    assert len(seen) <= 2
    explain = "EXPLAIN QUERY PLAN " if busy.is_sqlite else "EXPLAIN "
    async with busy.engine.connect() as connection:
        if not busy.is_sqlite:
            # The tables of a test are so small that PostgreSQL would rather read them whole.
            await connection.exec_driver_sql("SET enable_seqscan = off")
        plans = [
            str(row[-1])
            for each, values in seen
            for row in await connection.exec_driver_sql(explain + each, values)  # type: ignore[arg-type]
        ]
    plan = "\n".join(plans)
    # SQLite has no statistics here and may choose another index of the state.
    assert busy.is_sqlite or all(index in plan for index in indexes), plan
    assert "Seq Scan on conversations" not in plan, plan
    assert not [line for line in plans if line.startswith("SCAN conversations") and "INDEX" not in line], plan
