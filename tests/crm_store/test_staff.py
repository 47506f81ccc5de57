"""Administration of the agents: closing accounts, roles, passwords, and what is left behind."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import (
    agents,
    availability,
    callbacks,
    complaints,
    conversations,
    followups,
    privacy,
    promises,
    returns,
    second_factor,
    staff,
    work,
)
from crm_store.agents import Agent, AgentInvalid, Role
from crm_store.clock import FrozenClock
from crm_store.conversations import ConversationState, QueueReason
from crm_store.db import Database
from crm_store.errors import CrmError, NotFound
from crm_store.orders import OrderStatus
from crm_store.privacy import PrivacyKind
from crm_store.promises import PromiseKind
from crm_store.staff import LastAdmin, OwnAccount
from crm_store.work import Filters, Kind, Whose
from tests.crm_store.inbox import make_agent, receive
from tests.crm_store.shop import make_member, make_order
from tests.crm_store.test_second_factor import set_up

HOUR = timedelta(hours=1)


async def admin(session: AsyncSession, name: str = "管理员") -> int:
    agent_id = await make_agent(session, name)
    (await agents.get(session, agent_id)).role = Role.ADMIN
    return agent_id


class TestClosing:
    async def test_every_session_is_over_also_after_the_account_is_open_again(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        boss, agent = await admin(session), await agents.get(session, await make_agent(session))
        frozen_clock.move(HOUR)
        signed_in = frozen_clock.moment
        assert agents.session_holds(agent, signed_in)
        frozen_clock.move(HOUR)
        assert await staff.close_account(session, agent.id, by_id=boss) is not None
        assert not agents.session_holds(agent, signed_in)
        assert await staff.open_account(session, agent.id)
        assert agent.active
        assert not agents.session_holds(agent, signed_in)
        assert agents.session_holds(agent, frozen_clock.moment)

    async def test_twice_is_once(self, session: AsyncSession) -> None:
        boss, agent_id = await admin(session), await make_agent(session)
        assert await staff.close_account(session, agent_id, by_id=boss) is not None
        assert await staff.close_account(session, agent_id, by_id=boss) is None
        assert await staff.open_account(session, agent_id)
        assert not await staff.open_account(session, agent_id)

    async def test_nobody_closes_their_own_account_nor_that_of_nobody(self, session: AsyncSession) -> None:
        boss, _ = await admin(session), await admin(session, "另一位")
        with pytest.raises(OwnAccount):
            await staff.close_account(session, boss, by_id=boss)
        with pytest.raises(NotFound):
            await staff.close_account(session, boss + 1000, by_id=boss)

    async def test_open_cases_have_no_owner_any_more_and_neither_have_their_promises(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        boss, gone, stays = await admin(session), await make_agent(session, "走"), await make_agent(session, "留")
        member = await make_member(session)
        filed = [
            await complaints.file(
                session,
                member_id=member.id,
                conversation_id=None,
                category="quality",
                description="坏了",
                key=f"c{owner}",
            )
            for owner in (gone, stays)
        ]
        order = await make_order(session, member, status=OrderStatus.DELIVERED)
        start = frozen_clock.moment + HOUR
        call = await callbacks.request(session, phone="138", window_start=start, window_end=start + HOUR, key="b1")
        back = await returns.open_return(session, order, order.lines[0], reason="quality", key="r1")
        wish = await privacy.open(session, member_id=member.id, kind=PrivacyKind.EXPORT, key="p1")
        word, kept = [
            await promises.make(
                session,
                member_id=member.id,
                kind=PromiseKind.OTHER,
                text="回复您",
                due_at=start,
                key=key,
                owner_id=gone,
            )
            for key in ("w1", "w2")
        ]
        await promises.keep(session, kept)
        follow_up = await followups.open(
            session, member_id=member.id, cause="c", reasons=[], score=0.5, suggested_approach="calm_and_listen",
            due_at=start,
        )  # fmt: skip
        for each, owner in zip(filed, (gone, stays), strict=True):
            await complaints.assign(session, each, owner_id=owner)
        await callbacks.assign(session, call, owner_id=gone)
        await returns.assign(session, back, owner_id=gone)
        await privacy.assign(session, wish, owner_id=gone)
        await followups.claim(session, follow_up, agent_id=gone)

        left = await staff.close_account(session, gone, by_id=boss)

        assert left is not None
        assert left.cases == 6
        for kind in (Kind.COMPLAINTS, Kind.CALLBACKS, Kind.RETURNS, Kind.PRIVACY, Kind.PROMISES):
            assert await work.listing(session, kind, Filters(whose=Whose.MINE, agent_id=gone)) == [], kind
        assert [each.owner_id for each in filed] == [None, stays]
        assert (word.owner_id, follow_up.owner_id) == (None, None)
        assert kept.owner_id == gone

    async def test_who_had_joined_speaks_beside_nobody(self, session: AsyncSession) -> None:
        boss, gone, holder = await admin(session), await make_agent(session, "主管"), await make_agent(session)
        conversation = (await receive(session)).conversation
        await conversations.take(session, conversation.id, holder)
        await conversations.join(session, conversation.id, agent_id=gone)
        await staff.close_account(session, gone, by_id=boss)
        assert (await conversations.get(session, conversation.id)).joined == []

    async def test_all_held_conversations_are_to_be_put_back_with_the_time_waited(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        boss, gone = await admin(session), await make_agent(session)
        waits, answered = [(await receive(session, user=user)).conversation for user in ("waits", "answered")]
        began = frozen_clock.moment
        for each in (waits, answered):
            await conversations.request_human(session, each.id, reason="requested")
            await conversations.take(session, each.id, gone)
        await conversations.agent_reply(session, answered.id, agent_id=gone, text="您好", key="k")
        frozen_clock.move(HOUR)
        left = await staff.close_account(session, gone, by_id=boss)
        assert left is not None
        assert {each.conversation_id for each in left.conversations} == {waits.id, answered.id}
        for each in left.conversations:
            await conversations.return_to_queue(session, each.conversation_id, agent_id=gone, for_good=each.for_good)
        assert {each.state for each in (waits, answered)} == {ConversationState.QUEUE}
        assert {each.queue_reason for each in (waits, answered)} == {QueueReason.RETURNED}
        assert (waits.waiting_since, answered.waiting_since) == (began, frozen_clock.moment)
        assert await availability.abandoned(session) == []


class TestLastAdmin:
    async def test_is_neither_closed_nor_demoted(self, session: AsyncSession) -> None:
        boss, lead = await admin(session), await make_agent(session, "主管")
        with pytest.raises(LastAdmin):
            await staff.close_account(session, boss, by_id=lead)
        with pytest.raises(LastAdmin):
            await staff.change_role(session, boss, Role.AGENT)

    async def test_a_closed_administrator_does_not_count(self, session: AsyncSession) -> None:
        boss, other = await admin(session), await admin(session, "另一位")
        await staff.close_account(session, other, by_id=boss)
        with pytest.raises(LastAdmin):
            await staff.change_role(session, boss, Role.SUPERVISOR)
        assert await staff.change_role(session, other, Role.AGENT)

    async def test_of_two_who_demote_each_other_at_once_one_stays(self, database: Database) -> None:
        async with database.transaction() as session:
            first, second = await admin(session, "甲"), await admin(session, "乙")

        async def demote(agent_id: int) -> bool:
            try:
                async with database.transaction() as session:
                    return await staff.change_role(session, agent_id, Role.AGENT)
            except LastAdmin:
                return False

        assert sorted(await asyncio.gather(demote(first), demote(second))) == [False, True]
        async with database.reading() as session:
            roles = [(await agents.get(session, each)).role for each in (first, second)]
        assert sorted(roles) == [Role.ADMIN, Role.AGENT]


class TestRole:
    async def test_changes_once_and_only_to_one_there_is(self, session: AsyncSession) -> None:
        agent_id = await make_agent(session)
        assert await staff.change_role(session, agent_id, Role.SUPERVISOR)
        assert not await staff.change_role(session, agent_id, Role.SUPERVISOR)
        with pytest.raises(AgentInvalid):
            await staff.change_role(session, agent_id, "boss")


class TestPassword:
    async def test_one_that_was_reset_has_to_be_changed_and_ends_all_sessions(
        self, session: AsyncSession, frozen_clock: FrozenClock
    ) -> None:
        boss, agent = await admin(session), await agents.get(session, await make_agent(session))
        frozen_clock.move(HOUR)
        signed_in = frozen_clock.moment
        frozen_clock.move(HOUR)
        await staff.reset_password(session, agent.id, "another hash", by_id=boss)
        assert agent.password_is_temporary
        assert not agents.session_holds(agent, signed_in)
        await agents.set_password(session, agent, "their own")
        assert not agent.password_is_temporary

    async def test_ones_own_is_not_reset(self, session: AsyncSession) -> None:
        boss = await admin(session)
        with pytest.raises(OwnAccount):
            await staff.reset_password(session, boss, "another hash", by_id=boss)

    async def test_a_new_agent_is_away_until_they_have_signed_in(self, session: AsyncSession) -> None:
        agent = await agents.create(session, email="n@shop.example", name="新", password_hash="x", temporary=True)
        assert await present(session, agent) == "away"
        await agents.note_sign_in(session, agent)
        assert await present(session, agent) == "online"

    @pytest.mark.parametrize("name", ["", "长" * 81])
    async def test_a_name_that_nobody_can_read(self, session: AsyncSession, name: str) -> None:
        with pytest.raises(CrmError) as refusal:
            await agents.create(session, email="n@shop.example", name=name, password_hash="x")
        assert isinstance(refusal.value, AgentInvalid)


async def present(session: AsyncSession, agent: Agent) -> str:
    [there] = [each for each in await availability.roster(session) if each.agent.id == agent.id]
    return there.presence


class TestSecondFactor:
    async def test_anothers_is_taken_away_ones_own_is_not(self, session: AsyncSession) -> None:
        boss, agent_id = await admin(session), await make_agent(session)
        for each in (boss, agent_id):
            await set_up(session, each)
        assert await staff.reset_second_factor(session, agent_id, by_id=boss)
        assert not await staff.reset_second_factor(session, agent_id, by_id=boss)
        with pytest.raises(OwnAccount):
            await staff.reset_second_factor(session, boss, by_id=boss)
        assert await second_factor.holders(session) == {boss}
        with pytest.raises(NotFound):
            await staff.reset_second_factor(session, agent_id + 1000, by_id=boss)
