"""Refunds an agent promises: never more than was paid, told to the member, kept in the order's history."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import orders, promises, refund_notes, returns
from crm_store.clock import FrozenClock, now
from crm_store.db import Database
from crm_store.errors import KeyReused
from crm_store.orders import OrderStatus
from crm_store.promises import PromiseKind
from crm_store.refund_notes import RefundNotPositive, RefundTooHigh
from tests.crm_store.inbox import make_agent
from tests.crm_store.shop import make_member, make_order


async def test_promised_in_the_members_language_and_noted_once(
    session: AsyncSession, frozen_clock: FrozenClock
) -> None:
    member, agent = await make_member(session, language="en"), await make_agent(session)
    order = await make_order(session, member, status=OrderStatus.DELIVERED)
    for _ in range(2):
        promise = await refund_notes.note(
            session, order, amount_minor=5_050, due_at=now() + timedelta(days=3), agent_id=agent, key="r1"
        )
    assert (promise.kind, promise.text, promise.reference) == (
        PromiseKind.REFUND, "We refund ¥50.50 by 25 November", order.number,
    )  # fmt: skip
    assert (promise.made_by, promise.agent_id) == ("agent", agent)
    noted = [each for each in await orders.history(session, order.id) if each.kind == orders.REFUND_NOTED]
    assert [each.detail for each in noted] == [{"amount_minor": 5_050}]
    assert await refund_notes.left_minor(session, order) == order.total_minor - 5_050


async def test_above_what_is_left_is_refused_with_that_amount_and_nothing_is_written(session: AsyncSession) -> None:
    member, agent = await make_member(session), await make_agent(session)
    order = await make_order(session, member)
    due = now() + timedelta(days=3)
    await refund_notes.note(session, order, amount_minor=order.total_minor - 100, due_at=due, agent_id=agent, key="r1")
    with pytest.raises(RefundTooHigh) as refusal:
        await refund_notes.note(session, order, amount_minor=101, due_at=due, agent_id=agent, key="r2")
    assert refusal.value.most_minor == 100
    assert len(await promises.for_member(session, member.id)) == 1
    assert await refund_notes.left_minor(session, order) == 100
    await refund_notes.note(session, order, amount_minor=100, due_at=due, agent_id=agent, key="r3")
    assert await refund_notes.left_minor(session, order) == 0


async def test_what_a_cancelled_order_gives_back_is_not_promised_again(session: AsyncSession) -> None:
    member, agent = await make_member(session), await make_agent(session)
    order = await orders.cancel(session, await make_order(session, member), key="c1")
    with pytest.raises(RefundTooHigh):
        await refund_notes.note(
            session, order, amount_minor=1, due_at=now() + timedelta(days=1), agent_id=agent, key="r1"
        )


async def test_a_cancelled_order_gives_back_only_what_has_not_gone_back_yet(session: AsyncSession) -> None:
    member, agent = await make_member(session), await make_agent(session)
    order = await make_order(session, member)
    order.refund_minor = 10_000
    await refund_notes.note(
        session, order, amount_minor=5_000, due_at=now() + timedelta(days=1), agent_id=agent, key="r1"
    )
    cancelled = await orders.cancel(session, order, key="c1")
    assert cancelled.refund_minor == cancelled.total_minor - 15_000
    assert cancelled.refund_due_at is not None
    assert await refund_notes.left_minor(session, cancelled) == 0
    assert await orders.rest_minor(session, cancelled) == 0


async def test_a_cancelled_order_that_was_paid_back_whole_owes_nothing(session: AsyncSession) -> None:
    order = await make_order(session, await make_member(session))
    order.refund_minor = order.total_minor
    cancelled = await orders.cancel(session, order, key="c1")
    assert (cancelled.refund_minor, cancelled.refund_due_at) == (0, None)


async def test_what_a_return_brings_back_is_not_promised_besides(session: AsyncSession) -> None:
    order = await make_order(session, await make_member(session), status=OrderStatus.DELIVERED)
    await returns.open_return(session, order, order.lines[0], reason="not_wanted", key="m1")
    assert await refund_notes.left_minor(session, order) == 0


async def test_a_return_brings_back_no_more_than_an_agents_promise_has_left(session: AsyncSession) -> None:
    member, agent = await make_member(session), await make_agent(session)
    order = await make_order(session, member, status=OrderStatus.DELIVERED)
    await refund_notes.note(
        session, order, amount_minor=15_000, due_at=now() + timedelta(days=1), agent_id=agent, key="r1"
    )
    request = await returns.open_return(session, order, order.lines[0], reason="not_wanted", key="m1")
    assert request.refund_minor == order.total_minor - 15_000


@pytest.mark.parametrize("amount", [0, -100])
async def test_nothing_is_no_refund(session: AsyncSession, amount: int) -> None:
    member, agent = await make_member(session), await make_agent(session)
    order = await make_order(session, member)
    with pytest.raises(RefundNotPositive):
        await refund_notes.note(session, order, amount_minor=amount, due_at=now(), agent_id=agent, key="r1")


async def test_a_key_of_another_order(session: AsyncSession) -> None:
    member, agent = await make_member(session), await make_agent(session)
    first, second = await make_order(session, member), await make_order(session, member)
    due = now() + timedelta(days=3)
    await refund_notes.note(session, first, amount_minor=100, due_at=due, agent_id=agent, key="r1")
    with pytest.raises(KeyReused):
        await refund_notes.note(session, second, amount_minor=100, due_at=due, agent_id=agent, key="r1")


async def test_two_agents_at_once_cannot_both_promise_the_rest(database: Database) -> None:
    async with database.transaction() as session:
        member, agent = await make_member(session), await make_agent(session)
        order = await make_order(session, member)

    async def promise(key: str) -> str:
        try:
            async with database.transaction() as session:
                await refund_notes.note(
                    session,
                    order,
                    amount_minor=order.total_minor,
                    due_at=now() + timedelta(days=1),
                    agent_id=agent,
                    key=key,
                )
        except RefundTooHigh:
            return "refused"
        return "promised"

    assert sorted(await asyncio.gather(*(promise(f"r{n}") for n in range(3)))) == ["promised", "refused", "refused"]
