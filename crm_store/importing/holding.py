"""Locks before the rows of a batch are judged: whoever erases a member, withdraws a consent or brings the same rows in
another batch comes before all of it or after all of it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.members import Member
from crm_store.numbering import canonical
from crm_store.orders import Order
from crm_store.parcels import Parcel
from crm_store.points import Account

Batch = Sequence[dict[str, Any]]
type Held = type[Member] | type[Order] | type[Parcel]


async def hold_members(session: AsyncSession, batch: Batch) -> None:
    """The members whose rows these are."""
    await _lock(session, Member, Member.number.in_(_said(batch, "member_number")))


async def hold_orders(session: AsyncSession, batch: Batch) -> None:
    """The orders, and whose they are or will be."""
    numbers = _said(batch, "order_number")
    owners = select(Order.member_id).where(Order.number.in_(numbers))
    await _keep(session, Member.number.in_(_said(batch, "member_number")) | Member.id.in_(owners))
    await _lock(session, Order, Order.number.in_(numbers))


async def hold_parcels(session: AsyncSession, batch: Batch) -> None:
    """The parcels with their orders, and whose they are."""
    numbers = _said(batch, "order_number")
    await _keep(session, Member.id.in_(select(Order.member_id).where(Order.number.in_(numbers))))
    await _lock(session, Parcel, Parcel.number.in_(_said(batch, "parcel_number")))
    await _lock(session, Order, Order.number.in_(numbers))


async def hold_points(session: AsyncSession, batch: Batch) -> None:
    """Whose points they are, with their accounts."""
    theirs = Member.number.in_(_said(batch, "member_number"))
    await _keep(session, theirs)
    accounts = select(Account.member_id).where(Account.member_id.in_(select(Member.id).where(theirs)))
    await session.execute(accounts.order_by(Account.member_id).with_for_update())


async def hold_of(session: AsyncSession, member_ids: Collection[int]) -> None:
    """These members, for who takes an import back. Of an entry whose member is gone nothing is found."""
    await _lock(session, Member, Member.id.in_(member_ids))


async def _keep(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """Members that nobody may erase before this ends; what else is changed of them waits for nothing."""
    kept = select(Member.id).where(which).order_by(Member.id).with_for_update(read=True, key_share=True)
    await _as_they_are(session, Member, (await session.scalars(kept)).all())


async def _lock(session: AsyncSession, table: Held, which: ColumnElement[bool]) -> None:
    """In the order of their ids, so that two batches of the same rows wait in turn and not in a circle."""
    locked = select(table.id).where(which).order_by(table.id).with_for_update(key_share=True)
    await _as_they_are(session, table, (await session.scalars(locked)).all())


async def _as_they_are(session: AsyncSession, table: Held, ids: Sequence[int]) -> None:
    """What the session had read before it held them is read again."""
    read = {each.id for each in session if isinstance(each, table)}
    if again := read & set(ids):
        await session.execute(select(table).where(table.id.in_(again)), execution_options={"populate_existing": True})


def _said(batch: Batch, column: str) -> list[str]:
    """What the rows say in a column of numbers, in its one form as well: members and parcels are found by that."""
    told = {str(values[column]).strip() for values in batch if column in values}
    return sorted(told | {canonical(number) for number in told})
