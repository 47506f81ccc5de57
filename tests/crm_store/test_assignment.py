"""Who gets the next customer in line."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents, assignment, availability, conversations
from crm_store.agents import Agent, AgentInvalid
from crm_store.conversations import Conversation
from crm_store.db import Database
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.policy.shop_files import changed


async def there(session: AsyncSession, name: str, **skills: object) -> Agent:
    """An agent who is online."""
    agent = await agents.get(session, await make_agent(session, name))
    await availability.set_presence(session, agent, "online")
    if skills:
        await assignment.set_skills(session, agent, **{"languages": [], "skills": [], "capacity": None, **skills})  # type: ignore[arg-type]
    return agent


async def waits(session: AsyncSession, user: str, *, locale: str = "zh-CN", reason: str = "requested") -> Conversation:
    received = await receive(session, "找人", user=user, locale=locale)
    return await conversations.request_human(session, received.conversation.id, reason=reason)


async def given(session: AsyncSession) -> dict[str, int | None]:
    """Assign everybody who can be; to whom each conversation went."""
    found = {}
    while (conversation := await assignment.assign_next(session)) is not None:
        found[conversation.id] = conversation.agent_id
    return found


class TestAssignment:
    async def test_load_is_shared_and_ends_at_the_cap(self, session: AsyncSession) -> None:
        first, second = await there(session, "甲"), await there(session, "乙", capacity=1)
        waiting = [await waits(session, f"u{number}") for number in range(4)]
        with changed("desk: {capacity: 2}"):
            found = await given(session)
        assert list(found) == [each.id for each in waiting[:3]]
        assert list(found.values()) == [first.id, second.id, first.id]
        assert waiting[3].state == "queue"

    async def test_the_most_urgent_comes_first(self, session: AsyncSession) -> None:
        await there(session, "甲", capacity=1)
        await waits(session, "calm")
        urgent = await waits(session, "urgent")
        await conversations.raise_urgency(session, urgent.id, 3, reason="anger")
        assert list(await given(session)) == [urgent.id]

    async def test_busy_and_away_get_nobody(self, session: AsyncSession) -> None:
        for presence in ("busy", "away"):
            await availability.set_presence(session, await there(session, presence), presence)
        await waits(session, "u1")
        assert await given(session) == {}

    async def test_language_comes_before_the_reason_and_the_reason_before_the_load(self, session: AsyncSession) -> None:
        english = await there(session, "Sarah", languages=["en"])
        angry = await there(session, "甲", languages=["zh-Hans"], skills=["anger"])
        calm = await there(session, "乙", languages=["zh-Hans"], skills=["requested"])
        speaks_english = await waits(session, "e", locale="en-GB", reason="anger")
        furious = [await waits(session, f"f{number}", reason="anger") for number in range(2)]
        asked = await waits(session, "c")
        found = await given(session)
        assert found == {
            speaks_english.id: english.id, furious[0].id: angry.id, furious[1].id: angry.id, asked.id: calm.id
        }  # fmt: skip

    async def test_a_skill_that_is_full_is_waited_for_one_that_nobody_has_is_not(self, session: AsyncSession) -> None:
        english = await there(session, "Sarah", languages=["en"], capacity=1)
        chinese = await there(session, "甲", languages=["zh-Hans"])
        first, second = [await waits(session, f"e{number}", locale="en") for number in range(2)]
        traditional = await waits(session, "t", locale="zh-TW")
        assert await given(session) == {first.id: english.id, traditional.id: chinese.id}
        assert second.state == "queue"

    async def test_snoozed_ones_leave_room(self, session: AsyncSession) -> None:
        agent = await there(session, "甲", capacity=1)
        first = await waits(session, "u1")
        await given(session)
        second = await waits(session, "u2")
        assert await given(session) == {}
        until = first.last_message_at + timedelta(days=365)
        await conversations.snooze(session, first.id, agent_id=agent.id, until=until)
        assert await given(session) == {second.id: agent.id}

    async def test_two_that_assign_at_once_give_each_customer_once(self, database: Database) -> None:
        async with database.transaction() as session:
            for name in ("甲", "乙"):
                await there(session, name, capacity=10)
            expected = {(await waits(session, f"u{number}")).id for number in range(6)}

        async def one() -> list[str]:
            found = []
            for _ in range(8):
                async with database.transaction() as session:
                    if (conversation := await assignment.assign_next(session)) is not None:
                        found.append(conversation.id)
            return found

        both = await asyncio.gather(one(), one())
        assert sorted([*both[0], *both[1]]) == sorted(expected)


class TestSkills:
    @pytest.mark.parametrize(
        ("skills", "field"),
        [({"languages": ["fr"]}, "languages"), ({"skills": ["juggling"]}, "skills"), ({"capacity": 0}, "capacity"),
         ({"capacity": 51}, "capacity")],
    )  # fmt: skip
    async def test_what_there_is_not_is_refused(
        self, session: AsyncSession, skills: dict[str, object], field: str
    ) -> None:
        with pytest.raises(AgentInvalid) as refusal:
            await there(session, "甲", **skills)
        assert refusal.value.field == field
