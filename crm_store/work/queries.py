"""Reading the lists of work."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from crm_store import value
from crm_store.clock import now
from crm_store.errors import NotFound
from crm_store.members import Member
from crm_store.policy import policy
from crm_store.work.models import Count, Due, Filters, Kind, Row, Stage, Whose
from crm_store.work.sources import SOURCES, Source
from crm_store.work.urgency import band

Query = Select[*tuple[Any, ...]]

_COLUMNS = (
    "number", "what", "about", "state", "conversation_id", "owner_id", "due_at", "began_at", "urgency",
)  # fmt: skip
"""Of a source, in the order `_read` takes them."""

READ_AT_MOST = 300
"""Cases of one kind read for a list before the most pressing of them are chosen."""


async def listing(
    session: AsyncSession, kind: Kind, filters: Filters, *, limit: int = 60, at: datetime | None = None
) -> list[Row]:
    """Cases of one kind: what is late before what is due soon, then the most urgent, then the most valuable member; of
    what is done the latest first."""
    at = at or now()
    latest_first = filters.stage is Stage.DONE and filters.state is None
    return await read(
        session, kind, *narrowed(SOURCES[kind], filters, at), limit=limit, at=at, latest_first=latest_first
    )


async def read(
    session: AsyncSession,
    kind: Kind,
    *where: ColumnElement[bool],
    limit: int,
    at: datetime,
    latest_first: bool = False,
) -> list[Row]:
    """Cases of one kind that meet all of `where`: the most pressing first, or the latest."""
    source = SOURCES[kind]
    query = _rows(source).where(source.listed, *where)
    if latest_first:
        found = await _read(session, kind, query.order_by(source.began_at.desc()).limit(limit))
        return await worth(session, found, at=at)
    found = await _read(session, kind, _pressing_first(query, source).limit(READ_AT_MOST))
    return _sorted(await worth(session, found, at=at), at)[:limit]


async def my_day(
    session: AsyncSession,
    agent_id: int,
    kinds: Collection[Kind],
    *,
    whose: Whose = Whose.MINE,
    limit: int = 60,
    at: datetime | None = None,
) -> list[Row]:
    """What is open over all `kinds`, by due urgency, then by what the member is worth. A promise that belongs to a case
    of its own does not come twice."""
    at = at or now()
    found: list[Row] = []
    for kind in kinds:
        source = SOURCES[kind]
        filters = Filters(whose=whose, agent_id=agent_id)
        if kind is Kind.APPROVALS and whose is Whose.MINE:
            filters = Filters()  # they are everybody's who may decide
        query = _rows(source).where(source.listed, source.is_own, *narrowed(source, filters, at))
        found += await _read(session, kind, _pressing_first(query, source).limit(limit))
    return _sorted(await worth(session, found, at=at), at)[:limit]


async def row(session: AsyncSession, kind: Kind, number: str) -> Row:
    """One case, open or done. Raises NotFound."""
    source = SOURCES[kind]
    found = await _read(session, kind, _rows(source).where(source.number == number))
    if not found:
        raise NotFound(kind.value, number)
    return (await worth(session, found))[0]


async def counts(
    session: AsyncSession, agent_id: int, kinds: Collection[Kind], *, at: datetime | None = None
) -> dict[Kind, Count]:
    """How much of each kind is open, in one statement."""
    at = at or now()
    columns: list[Any] = []
    for kind in kinds:
        source = SOURCES[kind]
        mine, nobodys = source.owner_id == agent_id, source.owner_id.is_(None)
        own = and_(source.is_own, mine)
        soon = and_(source.is_own, or_(mine, nobodys), source.due_at <= at + policy().work.due_soon)
        for part in (None, own, nobodys, soon):
            number = select(func.count()).select_from(source.table).where(source.listed, source.is_open)
            columns.append((number if part is None else number.where(part)).scalar_subquery())
    if not columns:
        return {}
    numbers = list((await session.execute(select(*columns))).one())
    return {kind: Count(*numbers[place * 4 : place * 4 + 4]) for place, kind in enumerate(kinds)}


async def late(session: AsyncSession, *, at: datetime | None = None) -> dict[Kind, int]:
    """How many open cases of each kind are past their time, in one statement."""
    at = at or now()
    columns = [
        select(func.count())
        .select_from(source.table)
        .where(source.listed, source.is_open, source.due_at < at)
        .scalar_subquery()
        for source in SOURCES.values()
    ]
    return dict(zip(SOURCES, (await session.execute(select(*columns))).one(), strict=True))


async def worth(session: AsyncSession, rows: list[Row], *, at: datetime | None = None) -> list[Row]:
    """The same with what each member is worth."""
    members = {each.member.id for each in rows if each.member is not None}
    known = await value.worth_by_member(session, members, at=at) if members else {}
    return [_with_value(each, known.get(each.member.id, 0)) if each.member else each for each in rows]


def _with_value(each: Row, value_minor: int) -> Row:
    parts = {name: getattr(each, name) for name in Row.__slots__}
    return Row(**{**parts, "value_minor": value_minor})


def _sorted(rows: list[Row], at: datetime) -> list[Row]:
    return sorted(
        rows,
        key=lambda each: (
            band(each.due_at, at=at),
            -each.urgency,
            -each.value_minor,
            each.due_at or each.began_at,
            each.kind,
            each.number,
        ),
    )


def _rows(source: Source) -> Query:
    """Everything a Row is made of; `_read` turns it into rows."""
    columns = [getattr(source, name).label(name) for name in _COLUMNS]
    return (
        select(*columns, Member)
        .select_from(source.table)
        .outerjoin(Member, Member.id == source.member_id)
        .options(defer(Member.phone), defer(Member.email))
    )


async def _read(session: AsyncSession, kind: Kind, query: Query) -> list[Row]:
    return [
        Row(
            kind=kind,
            number=str(number),
            what=str(what),
            about=str(about),
            state=str(state),
            member=member,
            conversation_id=conversation_id,
            owner_id=owner_id,
            due_at=due_at,
            began_at=began_at,
            urgency=int(urgency or 1),
        )
        for number, what, about, state, conversation_id, owner_id, due_at, began_at, urgency, member in (
            await session.execute(query)
        )
    ]


def narrowed(source: Source, filters: Filters, at: datetime, *, stages: bool = True) -> list[ColumnElement[bool]]:
    """What `filters` keep; without `stages` whatever state the cases are in."""
    found: list[ColumnElement[bool]] = []
    if stages and filters.state is not None:
        found.append(source.state == filters.state)
    elif stages:
        found.append(source.is_open if filters.stage is Stage.OPEN else ~source.is_open)
    if filters.what is not None:
        found.append(source.what == filters.what)
    if filters.whose is Whose.MINE:
        found.append(source.owner_id == filters.agent_id)
    elif filters.whose is Whose.UNASSIGNED:
        found.append(source.owner_id.is_(None))
    if filters.due is Due.LATE:
        found.append(source.due_at < at)
    elif filters.due is Due.SOON:
        found.append(source.due_at <= at + policy().work.due_soon)
    return found


def _pressing_first(query: Query, source: Source) -> Query:
    return query.order_by(source.due_at.is_(None), source.due_at, source.began_at)
