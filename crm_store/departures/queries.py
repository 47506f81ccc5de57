"""Finding who is gone: those who said so, and those whose silence is long by their own rhythm."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import business_zone
from crm_store.complaints import OPEN, Complaint
from crm_store.departures.models import Departure, ExitInterview, Way
from crm_store.members import Member, MemberChange, MemberStatus
from crm_store.orders import Order, OrderStatus
from crm_store.policy import policy
from crm_store.promises import Promise
from crm_store.risk import RiskAssessment, RiskLevel
from crm_store.value import CURRENCY, MemberValue, ValueRun, latest_run
from crm_store.value.purchases import bought, kept_minor, refunded_returns, returned_minor

GOING = (MemberStatus.LEAVING, MemberStatus.LEFT)
_UNDER_WAY = (OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.PACKED, OrderStatus.SHIPPED)


async def lost(
    session: AsyncSession, *, limit: int, worth_minor: int | None = None, but: Collection[tuple[int, str]] = ()
) -> list[Departure]:
    """Lost members, the most valuable first, of at most `limit` looked at. `worth_minor`: only those worth as much;
    `but`: departures, as (member's id, key), that are left out."""
    run = await latest_run(session)
    return await _departures(session, _candidates(run, only=None, worth_minor=worth_minor).limit(limit), but=but)


async def of_member(session: AsyncSession, member_id: int) -> Departure | None:
    """The departure that lasts now; None for who is still with us."""
    run = await latest_run(session)
    found = await _departures(session, _candidates(run, only=member_id))
    return found[0] if found else None


async def interviews(session: AsyncSession, member_id: int) -> Sequence[ExitInterview]:
    """What the member said about each of their departures, newest first."""
    query = select(ExitInterview).where(ExitInterview.member_id == member_id)
    return (await session.scalars(query.order_by(ExitInterview.at.desc(), ExitInterview.id.desc()))).all()


def _candidates(run: ValueRun | None, *, only: int | None, worth_minor: int | None = None) -> Select[*tuple[Any, ...]]:
    """Member's id, status, moment of leaving and of the last change; lifetime value and moment of the last order; the
    most valuable first."""
    mine = literal(True) if only is None else Member.id == only
    going = select(Member.id).where(Member.status.in_(GOING), mine)
    # Found once: each of the parts below looks there.
    gone = select(going.union(_silent(only)).cte("gone").c.id)
    own = case((Order.currency == CURRENCY, kept_minor()), else_=0)
    books = (
        select(Order.member_id, func.sum(own).label("spent"), func.max(Order.placed_at).label("last"))
        .where(bought(), Order.member_id.in_(gone))
        .group_by(Order.member_id)
        .subquery()
    )
    returns = refunded_returns()
    refunds = (
        select(Order.member_id, func.sum(returned_minor(returns)).label("back"))
        .join(returns, returns.c.order_id == Order.id)
        .where(bought(), Order.currency == CURRENCY, Order.member_id.in_(gone))
        .group_by(Order.member_id)
        .subquery()
    )
    is_silent_buyer = and_(books.c.last.is_not(None), _has_come_so_far(run))
    this_run = MemberValue.run_id == (run.id if run is not None else None)
    worth = (
        func.coalesce(books.c.spent, 0)
        - func.coalesce(refunds.c.back, 0)
        + func.coalesce(MemberValue.lifetime_minor, 0)
    )
    query = (
        select(Member.id, Member.status, Member.left_at, Member.updated_at, worth.label("worth"), books.c.last)
        .outerjoin(books, books.c.member_id == Member.id)
        .outerjoin(refunds, refunds.c.member_id == Member.id)
        .outerjoin(MemberValue, and_(MemberValue.member_id == Member.id, this_run))
        .where(Member.id.in_(gone), mine, or_(Member.status.in_(GOING), is_silent_buyer))
        .order_by(worth.desc(), Member.id)
    )
    return query.where(worth >= worth_minor) if worth_minor is not None else query


def _silent(only: int | None) -> Select[int]:
    """Members whose newest assessment says that they have stopped buying, and who have not bought since."""
    newest = select(func.max(RiskAssessment.id)).group_by(RiskAssessment.member_id)
    if only is not None:
        newest = newest.where(RiskAssessment.member_id == only)
    has_stopped = or_(RiskAssessment.level == RiskLevel.LOST, RiskAssessment.stopped >= policy().win_back.silent_from)
    again = select(Order.id).where(
        Order.member_id == RiskAssessment.member_id, Order.placed_at > RiskAssessment.at, bought()
    )
    return (
        select(RiskAssessment.member_id)
        .join(Member, Member.id == RiskAssessment.member_id)
        .where(RiskAssessment.id.in_(newest), has_stopped, ~again.exists(), Member.status == MemberStatus.ACTIVE)
    )


def _has_come_so_far(run: ValueRun | None) -> ColumnElement[bool]:
    """Their stage in the newest valuation; before the first one, whoever has bought."""
    return literal(True) if run is None else MemberValue.stage.in_(policy().win_back.stages)


async def _departures(
    session: AsyncSession, query: Select[*tuple[Any, ...]], *, but: Collection[tuple[int, str]] = ()
) -> list[Departure]:
    """The rows of `_candidates`; only members who are told of are read whole."""
    rows = (await (await session.connection()).execute(query)).all()
    said = await _said(session, [row.id for row in rows if row.status in GOING])
    ways = {row.id: said.get(row.id) or _way(row.status, row.left_at or row.updated_at, row.last) for row in rows}
    told_of = [row for row in rows if (row.id, ways[row.id][1]) not in but]
    ids = [row.id for row in told_of]
    found = {member.id: member for member in await session.scalars(select(Member).where(Member.id.in_(ids)))}
    told, waiting = await _interviews(session, ids), await _open(session, ids)
    return [
        Departure(
            member=found[row.id],
            way=way,
            key=key,
            since=since,
            value_minor=int(row.worth),
            last_order_at=row.last,
            interview=told.get((row.id, key)),
            open=waiting.get(row.id, {}),
        )
        for row, (way, key, since) in ((row, ways[row.id]) for row in told_of)
    ]


def _way(status: MemberStatus, changed: datetime, last: datetime) -> tuple[Way, str, datetime]:
    """Of those who fell silent, and those whose going nobody wrote down, as rows of another system may come."""
    if status in GOING:
        return Way.LEFT, "left:0", changed
    return Way.SILENT, f"silent:{last.astimezone(business_zone()).date()}", last


async def _said(session: AsyncSession, ids: Collection[int]) -> dict[int, tuple[Way, str, datetime]]:
    """Of those who leave or left: when they first said so since they were last a member like others."""
    query = (
        select(MemberChange.member_id, MemberChange.id, MemberChange.at, MemberChange.new_value)
        .where(MemberChange.member_id.in_(ids), MemberChange.field == "status")
        .order_by(MemberChange.id)
    )
    found: dict[int, tuple[Way, str, datetime]] = {}
    for member_id, change_id, at, status in await session.execute(query):
        if status not in GOING:
            found.pop(member_id, None)
        elif member_id not in found:
            found[member_id] = (Way.LEFT, f"left:{change_id}", at)
    return found


async def _interviews(session: AsyncSession, ids: Collection[int]) -> dict[tuple[int, str], ExitInterview]:
    query = select(ExitInterview).where(ExitInterview.member_id.in_(ids))
    return {(each.member_id, each.departure): each for each in await session.scalars(query)}


async def _open(session: AsyncSession, ids: Collection[int]) -> dict[int, dict[str, int]]:
    """What is unsettled with each of the members."""
    tables: Mapping[str, tuple[Any, ColumnElement[bool]]] = {
        "complaints": (Complaint, Complaint.status.in_(OPEN)),
        "promises": (Promise, and_(Promise.kept_at.is_(None), Promise.cancelled_at.is_(None))),
        "orders": (Order, Order.status.in_(_UNDER_WAY)),
    }
    found: dict[int, dict[str, int]] = {}
    for kind, (table, is_open) in tables.items():
        query = select(table.member_id, func.count()).where(table.member_id.in_(ids), is_open)
        for member_id, count in await session.execute(query.group_by(table.member_id)):
            found.setdefault(member_id, {})[kind] = count
    return found
