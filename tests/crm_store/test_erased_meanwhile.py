"""An erasure and whatever else is just being written of the same member: one comes after the other, and nothing of the
person is left."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import conversations, erasure, identities, members, privacy, proactive
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.errors import CrmError
from crm_store.identities import Identity
from crm_store.importing import ImportKind, as_rows, import_rows
from crm_store.members import Member, MemberStatus
from crm_store.messages import Message
from crm_store.orders import Order
from tests.crm_store.inbox import inbound
from tests.crm_store.overlap import Deed, a_lock_is_waited_for, alone, overlapping
from tests.crm_store.shop import make_order

NUMBER, USER = "HK7", "telegram-7"
pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest_asyncio.fixture
async def lin(database: Database) -> int:
    async with database.transaction() as session:
        member = await members.create(
            session, number=NUMBER, family_name="林", given_name="晓月", phone="13812345678", email="lin@example.com"
        )
        await make_order(session, member, number="O-1")
        identity = await identities.find_or_create(session, channel="test", channel_user_id=USER)
        await identities.bind(session, identity, member, by="link_token")
        await identities.find_or_create(session, channel="test", channel_user_id="another")
        return member.id


def erased(member_id: int) -> Deed:
    return lambda session: privacy.erase(session, member_id, by="agent:1")


def with_member(deed: Callable[[AsyncSession, Member], Any]) -> Deed:
    async def done(session: AsyncSession) -> Any:
        member = await members.by_number(session, NUMBER)
        assert member is not None
        return await deed(session, member)

    return done


def row_taken(kind: ImportKind, **row: str) -> Deed:
    return lambda session: import_rows(session, kind, as_rows([row]), source="test")


async def another_address_bound(session: AsyncSession, member: Member) -> None:
    identity = await identities.find(session, channel="test", channel_user_id="another")
    assert identity is not None
    await identities.bind(session, identity, member, by="link_token")


WRITERS: dict[str, Deed] = {
    "a profile change": with_member(
        lambda session, member: members.update_profile(
            session, member, preferred_name="月月", phone="13912345678", birthday=date(1990, 1, 1)
        )
    ),
    "news": with_member(proactive.want_marketing),
    "no news": with_member(proactive.stop_marketing),
    "a time zone": with_member(lambda session, member: members.learn_zone(session, member, "Asia/Tokyo")),
    "leaving": with_member(members.leave),
    "an address": with_member(another_address_bound),
    "a row": row_taken(
        ImportKind.MEMBERS, member_number=NUMBER, preferred_name="月月", birthday="1990-01-01", marketing_consent="yes"
    ),
    "an order": row_taken(
        ImportKind.ORDERS, order_number="O-1", member_number=NUMBER, placed_at="2026-11-01", sku="S", quantity="1",
        product_name="Shoes", price="9", recipient="林晓月", address="南京西路 1 号",
    ),
}  # fmt: skip
REFUSED_AFTERWARDS = {"a profile change", "news", "leaving", "an address"}


async def nothing_is_left(database: Database, member_id: int) -> None:
    async with database.reading() as session:
        member = await members.get(session, member_id)
        orders = (await session.scalars(select(Order).where(Order.member_id == member_id))).all()
        bound = await session.scalars(select(Identity.channel_user_id).where(Identity.member_id == member_id))
        assert "another" not in bound.all()
    assert member.status == MemberStatus.ERASED
    assert (member.family_name, member.given_name, member.preferred_name, member.name_key) == ("", "", "", "")
    assert [member.phone, member.phone_index, member.email, member.email_index] == [None] * 4
    assert (member.birthday, member.gender, member.time_zone, member.interests) == (None, None, None, [])
    assert (member.marketing_consent, member.opted_out_at is None) == (False, False)
    assert {(order.recipient, order.address) for order in orders} == {(None, None)}


@pytest.mark.parametrize("writer", WRITERS)
async def test_what_comes_while_an_erasure_is_under_way_is_not_written(
    database: Database, lin: int, writer: str
) -> None:
    became = await overlapping(database, erased(lin), WRITERS[writer])
    await nothing_is_left(database, lin)
    assert isinstance(became, CrmError) == (writer in REFUSED_AFTERWARDS)
    if writer in ("a row", "an order"):
        assert [refusal.reason_code for refusal in became.refused] == ["member_erased"]


@pytest.mark.parametrize("writer", [each for each in WRITERS if each != "an address"])
async def test_what_was_being_written_when_an_erasure_began_goes_with_it(
    database: Database, lin: int, writer: str
) -> None:
    assert await overlapping(database, WRITERS[writer], erased(lin)) is None
    await nothing_is_left(database, lin)


async def test_the_member_was_read_before_the_erasure_and_written_after_it(database: Database, lin: int) -> None:
    if database.is_sqlite:
        pytest.skip("its one writer would wait for the other for ever")
    async with database.transaction() as session:
        member = await members.get(session, lin)
        async with database.transaction() as another:
            await privacy.erase(another, lin, by="agent:1")
        with pytest.raises(members.MemberErased):
            await members.update_profile(session, member, preferred_name="月月")
    await nothing_is_left(database, lin)


async def test_an_address_that_was_being_bound_when_an_erasure_began_goes_at_its_second_step(
    database: Database, lin: int, frozen_clock: FrozenClock
) -> None:
    assert await overlapping(database, WRITERS["an address"], erased(lin)) is None
    await second_step(database, frozen_clock)
    await nothing_is_left(database, lin)


async def test_the_second_step_takes_out_what_stands_on_an_erased_row_all_the_same(
    database: Database, lin: int, frozen_clock: FrozenClock
) -> None:
    async with database.transaction() as session:
        await privacy.erase(session, lin, by="agent:1")
        member = await members.get(session, lin)
        member.preferred_name, member.phone, member.birthday = "月月", "13812345678", date(1990, 1, 1)
    await second_step(database, frozen_clock)
    await nothing_is_left(database, lin)


async def test_first_words_and_an_erasure_do_not_wait_for_each_other_in_a_circle(database: Database, lin: int) -> None:
    async with database.transaction() as session:
        await identities.find_or_create(session, channel="test", channel_user_id=USER, display_name="月月")
        erasing = asyncio.create_task(alone(database, erased(lin)))
        await a_lock_is_waited_for(database)
        said = await conversations.receive(session, inbound("我住南京西路", user=USER))
    assert await asyncio.gather(erasing, return_exceptions=True) == [None]
    await nothing_is_left(database, lin)
    async with database.reading() as session:
        assert (await session.get_one(Message, said.message.id)).text is None


async def test_who_speaks_while_the_address_is_taken_away_is_a_stranger(
    database: Database, lin: int, frozen_clock: FrozenClock
) -> None:
    async with database.transaction() as session:
        await privacy.erase(session, lin, by="agent:1")
    frozen_clock.move(erasure.AT_REST)

    async def swept(session: AsyncSession) -> None:
        [waiting] = await erasure.due(session)
        await erasure.sweep(session, waiting)

    said = inbound("我又来了", user=USER)
    received = await overlapping(database, swept, lambda session: conversations.receive(session, said))
    assert (received.identity.channel_user_id, received.member, received.conversation.member_id) == (USER, None, None)


async def second_step(database: Database, frozen_clock: FrozenClock) -> None:
    frozen_clock.move(erasure.AT_REST)
    async with database.transaction() as session:
        [waiting] = await erasure.due(session)
        await erasure.sweep(session, waiting)
