"""What is on record as delivered and is not there: one trace, by its number, until it turns up."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import promises, traces
from crm_store.clock import FrozenClock, now
from crm_store.db import Database
from crm_store.members import Member
from crm_store.promises import Promise, PromiseKind
from tests.crm_store.policy.shop_files import changed
from tests.crm_store.shop import make_member

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def traced(session: AsyncSession, member: Member, number: str = "SF1", key: str = "m1") -> Promise:
    return await traces.register(
        session, member.id, number, text="proof by tomorrow", due_at=traces.due_at(), key=f"{key}:trace:{number}"
    )


class TestRegister:
    async def test_a_promise_by_the_hour_at_which_the_carrier_has_answered(self, session: AsyncSession) -> None:
        made = await traced(session, await make_member(session))
        assert (made.kind, made.reference, made.due_at) == (PromiseKind.PARCEL_TRACE, "SF1", traces.due_at())
        assert made.due_at > now()

    async def test_asked_again_it_is_the_one_there_is_also_when_it_is_answered(self, session: AsyncSession) -> None:
        member = await make_member(session)
        first = await traced(session, member)
        assert await traced(session, member, key="m2") is first
        await promises.keep(session, first)
        assert await traced(session, member, key="m3") is first

    async def test_of_another_number_and_of_another_member_it_is_another(self, session: AsyncSession) -> None:
        member = await make_member(session)
        first = await traced(session, member)
        assert (await traced(session, member, "SF2")).id != first.id
        assert (await traced(session, await make_member(session), key="m2")).id != first.id

    async def test_messages_at_once_make_one(self, database: Database) -> None:
        async with database.transaction() as session:
            member = await make_member(session)

        async def ask(key: str) -> int:
            async with database.transaction() as session:
                return (await traced(session, member, key=key)).id

        assert len(set(await asyncio.gather(*(ask(f"m{n}") for n in range(6))))) == 1


class TestWithdraw:
    async def test_the_one_that_is_named(self, session: AsyncSession) -> None:
        member = await make_member(session)
        first, second = await traced(session, member), await traced(session, member, "SF2")
        assert await traces.withdraw(session, member.id, "SF2", note="turned up") is second
        assert (first.cancelled_at, second.note) == (None, "turned up")

    async def test_the_only_one_without_a_number_and_none_where_two_may_be_meant(self, session: AsyncSession) -> None:
        member = await make_member(session)
        first = await traced(session, member)
        await traced(session, member, "SF2")
        assert await traces.withdraw(session, member.id, "", note="turned up") is None
        await traces.withdraw(session, member.id, "SF2", note="turned up")
        assert await traces.withdraw(session, member.id, "", note="turned up") is first

    async def test_no_other_promise_is_meant(self, session: AsyncSession) -> None:
        member = await make_member(session)
        due = now() + timedelta(days=1)
        await promises.make(
            session, member_id=member.id, kind=PromiseKind.REFUND, text="¥9", due_at=due, reference="SF1", key="r1"
        )
        assert await traces.withdraw(session, member.id, "SF1", note="turned up") is None

    async def test_what_was_withdrawn_counts_for_nothing(self, session: AsyncSession) -> None:
        member = await make_member(session)
        first = await traced(session, member)
        await traces.withdraw(session, member.id, "SF1", note="turned up")
        assert await traces.latest(session, member.id, "SF1") is None
        assert (await traced(session, member, key="m2")).id != first.id


def test_how_long_the_carrier_is_asked_is_the_policys(frozen_clock: FrozenClock) -> None:
    delivered = now() - timedelta(days=60)
    assert not traces.is_too_late(delivered)
    assert traces.is_too_late(delivered - timedelta(seconds=1))
    with changed("parcels: {traceable_for: 10 days}"):
        assert traces.is_too_late(delivered)
