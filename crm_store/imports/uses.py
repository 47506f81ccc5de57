"""Whether anybody has made use of what an import created: found from the tables' own references, so that a new table
is not forgotten."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from sqlalchemy import Table, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import points
from crm_store.append_only import erase_words
from crm_store.audit import AuditEntry
from crm_store.db import Base
from crm_store.followups import FollowUp
from crm_store.imports.things import SHAPES, Thing

FOLLOWS_A_MEMBER = ("risk_assessments", "member_values", "tier_changes", "member_changes", "points_accounts")
"""Tables that the program fills for every member by itself: they are no use of one, and go with one. In the order in
which their rows can go; open follow-ups that nobody has begun go after the first."""
LEDGER = ("points_entries", "points_lots")
"""Tables that are no use of a member either where all in them was taken back with its import."""
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "orders": "has_orders",
        "parcels": "has_parcels",
        **dict.fromkeys((*LEDGER, "redemptions"), "has_points"),
        **dict.fromkeys(("conversations", "identities", "interactions", "callbacks"), "has_talked"),
        **dict.fromkeys(("complaints", "promises", "return_requests", "follow_ups", "privacy_requests"), "has_cases"),
    }
)
"""Why something is left, by the table that refers to it; `in_use` for all others."""
IN_TRAIL = "in_trail"
READ_BY_A_SYSTEM = "api_view"


async def found(session: AsyncSession, thing: Thing, ids: Collection[int]) -> dict[int, str]:
    """Of things that an import created, those that are used by now, and by what: a key of `import_undone`."""
    if not ids or thing is Thing.POINTS:
        return {}
    used: dict[int, str] = {}
    if thing is Thing.MEMBER:
        named = {f"member:{each}": each for each in ids}
        # A system of the shop that reads over REST is nobody who knows the member.
        seen = select(AuditEntry.subject).where(AuditEntry.subject.in_(named), AuditEntry.action != READ_BY_A_SYSTEM)
        rows = await session.scalars(seen.distinct())
        used = {named[subject]: IN_TRAIL for subject in rows}
    gone = await points.only_undone(session, ids) if thing is Thing.MEMBER else set()
    for table, column in _references(thing):
        query = select(table.c[column]).where(table.c[column].in_(ids)).distinct()
        if table.name == FollowUp.__tablename__:
            query = query.where(or_(table.c.owner_id.is_not(None), table.c.outcome.is_not(None)))
        users = set((await session.scalars(query)).all()) - (gone if table.name in LEDGER else set())
        used |= dict.fromkeys(users, REASONS.get(table.name, "in_use"))
    return used


async def clear(session: AsyncSession, member_ids: Collection[int]) -> None:
    """Take away what the program has written about members by itself, and movements of points that imports brought and
    took back."""
    await points.clear_undone(session, member_ids)
    untouched = and_(FollowUp.owner_id.is_(None), FollowUp.outcome.is_(None), FollowUp.member_id.in_(member_ids))
    for name in FOLLOWS_A_MEMBER:
        table = Base.metadata.tables[name]
        await erase_words(session, delete(table).where(table.c.member_id.in_(member_ids)))
        if name == FOLLOWS_A_MEMBER[0]:
            await session.execute(delete(FollowUp).where(untouched).execution_options(synchronize_session=False))


def _references(thing: Thing) -> list[tuple[Table, str]]:
    """Columns of other tables that hold the thing's id."""
    shape = SHAPES[thing]
    own = {entity.__tablename__ for entity, _ in shape.entities()}
    targets = {f"{shape.root.__tablename__}.id"}
    passed = set(own)
    if thing is Thing.MEMBER:
        targets.add("points_accounts.member_id")
        passed |= set(FOLLOWS_A_MEMBER)
    return [
        (table, column.name)
        for table in Base.metadata.sorted_tables
        if table.name not in passed
        for column in table.columns
        if any(key.target_fullname in targets for key in column.foreign_keys)
    ]
