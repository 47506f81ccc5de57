"""Ledgers in which nothing but movements of imports stands that were undone: they say nothing, and go with a member
whom an import brought and whose import is undone as well."""

from collections.abc import Collection

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from crm_store.append_only import erase_words
from crm_store.points.models import IMPORT_UNDONE, Allocation, Entry, Lot


async def only_undone(session: AsyncSession, member_ids: Collection[int]) -> set[int]:
    """Of the members those who have movements, each of them taken back with its import or such a taking back."""
    reversal = aliased(Entry)
    stands = (
        select(Entry.member_id)
        .outerjoin(reversal, reversal.reverses_id == Entry.id)
        .where(
            Entry.member_id.in_(member_ids),
            Entry.reverses_id.is_(None),
            or_(reversal.id.is_(None), reversal.reason != IMPORT_UNDONE),
        )
    )
    have = select(Entry.member_id).where(Entry.member_id.in_(member_ids), Entry.member_id.not_in(stands))
    return set((await session.scalars(have.distinct())).all())


async def clear_undone(session: AsyncSession, member_ids: Collection[int]) -> None:
    """Take away such ledgers of these members, and no other movement of theirs."""
    ids = await only_undone(session, member_ids)
    if not ids:
        return
    entries = select(Entry.id).where(Entry.member_id.in_(ids))
    await erase_words(session, delete(Allocation).where(Allocation.entry_id.in_(entries)))
    await erase_words(session, delete(Lot).where(Lot.member_id.in_(ids)))
    await erase_words(session, delete(Entry).where(Entry.member_id.in_(ids)))
