"""The audit trail: written with the act, never changed."""

from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents, audit
from crm_store.append_only import RowIsFinal
from crm_store.audit import AuditEntry
from crm_store.clock import FrozenClock
from crm_store.db import Database


class TestEntries:
    async def test_found_by_subject_person_and_time(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        agent = await agents.create(session, email="w@example.com", name="王珊", password_hash="unusable")
        await audit.record(session, agent_id=agent.id, action="view_member", subject="member:1")
        frozen_clock.move(timedelta(hours=1))
        await audit.record(session, actor="api:shop", action="import", subject="import:orders", details={"created": 12})
        assert [entry.action for entry in await audit.entries(session)] == ["import", "view_member"]
        assert [entry.subject for entry in await audit.entries(session, agent_id=agent.id)] == ["member:1"]
        assert [entry.details for entry in await audit.entries(session, action="import")] == [{"created": 12}]
        assert len(await audit.entries(session, since=frozen_clock.moment)) == 1
        assert await audit.entries(session, subject="member:2") == []


class TestAppendOnly:
    async def test_neither_changed_nor_deleted(self, database: Database) -> None:
        async with database.transaction() as session:
            await audit.record(session, action="view_member", subject="member:1")
        with pytest.raises(RowIsFinal):
            await self._alter(database)
        with pytest.raises(RowIsFinal):
            async with database.transaction() as session:
                await session.execute(delete(AuditEntry))
        async with database.reading() as session:
            assert [entry.action for entry in await audit.entries(session)] == ["view_member"]

    async def _alter(self, database: Database) -> None:
        async with database.transaction() as session:
            (await audit.entries(session))[0].action = "nothing"
