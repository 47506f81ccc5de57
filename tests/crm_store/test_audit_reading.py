"""Reading the trail: narrowed down, page by page, and all that was done to a member."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import audit, audit_reading, complaints
from crm_store.audit_reading import PROGRAM, Wanted
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.errors import NotFound
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.shop import make_member

DAY = timedelta(days=1)


async def acts(session: AsyncSession, wanted: Wanted) -> list[str]:
    return [each.action for each in (await audit_reading.page(session, wanted)).entries]


class TestNarrowing:
    async def test_by_person_act_and_time(self, session: AsyncSession, frozen_clock: FrozenClock) -> None:
        lin = await make_agent(session, "林悦")
        await audit.record(session, agent_id=lin, action="sign_in")
        frozen_clock.move(DAY)
        await audit.record(session, agent_id=await make_agent(session, "王珊"), action="sign_in")
        await audit.record(session, agent_id=lin, action="save_phrase")
        await audit.record(session, actor="desk", action="return_conversation")
        assert await acts(session, Wanted(agent_id=lin)) == ["save_phrase", "sign_in"]
        assert await acts(session, Wanted(agent_id=PROGRAM)) == ["return_conversation"]
        assert await acts(session, Wanted(agent_id=lin, action="sign_in")) == ["sign_in"]
        assert len(await acts(session, Wanted(since=frozen_clock.moment))) == 3
        assert await acts(session, Wanted(until=frozen_clock.moment)) == ["sign_in"]

    async def test_by_member_in_all_that_is_theirs(self, session: AsyncSession) -> None:
        member, other = await make_member(session), await make_member(session)
        conversation = (await receive(session)).conversation
        conversation.member_id = member.id
        complaint, others = [
            await complaints.file(
                session,
                member_id=each.id,
                conversation_id=None,
                category="quality",
                description="坏了",
                key=f"{each.id}",
            )
            for each in (member, other)
        ]
        for action, subject in (
            ("view_member", f"member:{member.id}"),
            ("take_conversation", f"conversation:{conversation.id}"),
            ("reply_complaint", f"complaint:{complaint.number}"),
            ("give_points", f"member:{other.id}"),
            ("note_complaint", f"complaint:{others.number}"),
            ("view_member", f"member:{member.id}0"),
        ):
            await audit.record(session, action=action, subject=subject)
        found = await acts(session, Wanted(member_id=member.id))
        assert found == ["reply_complaint", "take_conversation", "view_member"]
        assert await acts(session, Wanted(member_id=member.id, action="give_points")) == []

    async def test_the_members_spoken_of_are_read_with_them(self, session: AsyncSession) -> None:
        member = await make_member(session)
        await audit.record(session, action="view_member", subject=f"member:{member.id}")
        await audit.record(session, action="sign_in", subject="agent:1")
        found = await audit_reading.page(session)
        assert await audit_reading.members_in(session, found.entries) == {f"member:{member.id}": member}


class TestPages:
    async def test_lead_through_everything_and_back_also_within_one_moment(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        written = []
        for number in range(7):
            written.append((await audit.record(session, action="sign_in")).id)
            if number % 3 == 2:
                frozen_clock.move(DAY)
        newest_first = written[::-1]
        first = await audit_reading.page(session, size=3)
        second = await audit_reading.page(session, older_than=first.entries[-1].id, size=3)
        third = await audit_reading.page(session, older_than=second.entries[-1].id, size=3)
        seen = [each.id for page in (first, second, third) for each in page.entries]
        assert seen == newest_first
        ways = [(page.newer, page.older) for page in (first, second, third)]
        assert ways == [(False, True), (True, True), (True, False)]
        back = await audit_reading.page(session, newer_than=third.entries[0].id, size=3)
        assert [each.id for each in back.entries] == newest_first[3:6]
        assert (back.newer, back.older) == (True, True)
        front = await audit_reading.page(session, newer_than=back.entries[0].id, size=3)
        assert ([each.id for each in front.entries], front.newer) == (newest_first[:3], False)

    async def test_behind_nothing(self, session: AsyncSession) -> None:
        with pytest.raises(NotFound):
            await audit_reading.page(session, older_than=1)

    async def test_everything_comes_in_strides(self, session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(audit_reading, "STRIDE", 2)
        written = [(await audit.record(session, action="sign_in")).id for _ in range(4)]
        strides = [[each.id for each in stride] async for stride in audit_reading.everything(session)]
        assert strides == [written[:1:-1], written[1::-1]]


class TestLooks:
    async def test_one_is_written_down_for_agent_member_and_hour(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        lin, wang = await make_agent(session, "林悦"), await make_agent(session, "王珊")
        member, other = await make_member(session), await make_member(session)

        async def look(agent_id: int, member_id: int) -> bool:
            return await audit.look(session, agent_id=agent_id, member_id=member_id)

        assert await look(lin, member.id)
        frozen_clock.move(timedelta(minutes=59))
        assert not await look(lin, member.id)
        assert await look(wang, member.id)
        assert await look(lin, other.id)
        frozen_clock.move(timedelta(minutes=1))
        assert await look(lin, member.id)
        assert len(await audit.entries(session, action="view_member", subject=f"member:{member.id}")) == 3


class TestAddress:
    async def test_is_that_of_the_block_alone(self, session: AsyncSession) -> None:
        with audit.coming_from("203.0.113.9"):
            inside = await audit.record(session, action="sign_in")
        outside = await audit.record(session, action="sign_in")
        assert (inside.address, outside.address) == ("203.0.113.9", None)


async def test_the_lists_are_read_over_an_index(database: Database) -> None:
    """Of a trail of any length one page is read, not the whole."""
    statements = {
        "agent_id = 1": "ix_audit_entries_agent_id_at",
        "action = 'view_member'": "ix_audit_entries_action_at",
        "subject = 'member:1'": "ix_audit_entries_subject_at",
        "at < '2026-01-01'": "ix_audit_entries_at",
    }
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    async with database.transaction() as session:
        if not database.is_sqlite:  # an empty table would be read whole, whatever indexes it has
            await session.execute(text("SET LOCAL enable_seqscan = off"))
            await session.execute(text("SET LOCAL enable_bitmapscan = off"))
        for condition, index in statements.items():
            query = f"{explain} SELECT * FROM audit_entries WHERE {condition} ORDER BY at DESC, id DESC LIMIT 51"
            plan = " ".join(str(row[-1]) for row in await session.execute(text(query)))
            assert index in plan, condition
            assert "TEMP B-TREE" not in plan, condition
