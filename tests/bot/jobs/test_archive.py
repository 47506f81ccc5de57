"""At night what is old goes into the archive, as much as there is time for."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.jobs import archive
from bot.jobs.archive import archive_old
from crm_store import conversations, messages, search
from crm_store.archived import ArchivedConversation
from crm_store.clock import FrozenClock
from crm_store.conversations.archiving import AT_A_TIME
from crm_store.db import Database
from crm_store.messages import MessageStatus
from crm_store.policy import policy
from tests.crm_store.inbox import receive

OLD = AT_A_TIME * 2 + 1


async def spoken_with(database: Database, people: int, *, close: bool = True) -> None:
    async with database.transaction() as session:
        for number in range(people):
            received = await receive(session, "你好", user=f"u{number}")
            received.message.status, received.conversation.work_due_at = MessageStatus.HANDLED, None
            if close:
                await conversations.close(session, received.conversation.id, outcome="resolved")


@pytest.fixture
async def old(database: Database, frozen_clock: FrozenClock) -> Database:
    """A shop with conversations of long ago, and one of today."""
    await spoken_with(database, OLD)
    after = policy().privacy.archive_after
    assert after is not None
    frozen_clock.move(after + timedelta(seconds=1))
    await spoken_with(database, 1, close=False)
    return database


async def archived(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(ArchivedConversation)) or 0


async def test_all_that_is_old_goes_in_one_night_and_nothing_the_next(old: Database) -> None:
    assert await archive_old(old) == OLD
    assert await archived(old) == OLD
    assert await archive_old(old) == 0


async def test_when_the_time_is_over_the_rest_goes_the_next_night(
    old: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([0.0, 1.0, archive.AT_MOST.total_seconds() - 1, archive.AT_MOST.total_seconds()])
    with monkeypatch.context() as clock:
        clock.setattr(archive, "monotonic", lambda: next(moments))
        assert await archive_old(old) == OLD - 1
    assert await archive_old(old) == 1


async def test_an_index_of_what_is_said_goes_on_beside_it(old: Database) -> None:
    async with old.transaction() as session:
        assert await search.index_messages(session) == OLD + 1
    await archive_old(old)
    async with old.transaction() as session:
        assert await search.index_messages(session) == 0
        later = await receive(session, "又来了", user="u1")
        assert await search.index_messages(session) == 1
        assert [each.id for each in await messages.history(session, later.conversation.id)] == [later.message.id]
