"""Balances put right by the staff."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import agents, corrections, points
from crm_store.agents import Agent, Role
from crm_store.corrections import CorrectionAboveLimit, CorrectionEmpty
from crm_store.points import InsufficientPoints
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.shop import make_member


async def staff(session: AsyncSession, role: Role) -> Agent:
    return await agents.create(session, email=f"{role}@shop.example", name="Wen", password_hash="x", role=role)


class TestCorrect:
    async def test_up_and_down_within_the_limit_of_the_role(self, session: AsyncSession) -> None:
        member, boss = await make_member(session), await staff(session, Role.SUPERVISOR)
        with changed("goodwill: {correction: {agent: 0, supervisor: 500}}"):
            for _ in range(2):
                await corrections.correct(
                    session, member.id, amount=300, reason="missing", agent_id=boss.id, key="k1", reference="A-1"
                )
            entry = await corrections.correct(
                session, member.id, amount=-120, reason="booked_twice", agent_id=boss.id, key="k2"
            )
            assert (entry.reason, entry.agent_id, entry.qualifies) == ("booked_twice", boss.id, False)
            assert await points.balance(session, member.id) == 180
            with pytest.raises(CorrectionAboveLimit) as refused:
                await corrections.correct(session, member.id, amount=81, reason="other", agent_id=boss.id, key="k3")
            assert (refused.value.left, refused.value.limit) == (80, 500)
            with pytest.raises(CorrectionEmpty):
                await corrections.correct(session, member.id, amount=0, reason="other", agent_id=boss.id, key="k4")

    async def test_an_agent_corrects_nothing_and_nobody_below_zero(self, session: AsyncSession) -> None:
        member, agent = await make_member(session), await staff(session, Role.AGENT)
        with pytest.raises(CorrectionAboveLimit):
            await corrections.correct(session, member.id, amount=1, reason="missing", agent_id=agent.id, key="k1")
        boss = await staff(session, Role.SUPERVISOR)
        with pytest.raises(InsufficientPoints):
            await corrections.correct(session, member.id, amount=-1, reason="other", agent_id=boss.id, key="k2")
