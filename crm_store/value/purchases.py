"""Reading what members bought, said and think: for everybody in one pass over the purchases, or for a few.

The same statements serve the nightly valuation and a single member's page, so both see the same member.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Float,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    exists,
    extract,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import now
from crm_store.db import UTCDateTime
from crm_store.interactions import Interaction, Sentiment
from crm_store.members import Member
from crm_store.orders import Order, OrderLine, OrderStatus
from crm_store.policy import policy
from crm_store.products import Product
from crm_store.returns import ReturnRequest, ReturnStatus
from crm_store.surveys import SCALES, SurveyAnswer, SurveyKind

Column = NDArray[np.float64]
Query = Select[*tuple[Any, ...]]
Values = Mapping[str, object]

CURRENCY = "CNY"
"""The shop's own, in which its policy writes money."""
YEAR = timedelta(days=365)
ROWS_AT_A_TIME = 5000
_NOT_BOUGHT = (OrderStatus.PLACED, OrderStatus.CANCELLED, OrderStatus.RETURNED)
_COLUMNS = 9

# Of a statement that is made once and run often only these change.
_AT, _A_YEAR_AGO, _OPINIONS_SINCE = (bindparam(name, type_=UTCDateTime()) for name in ("at", "year_ago", "since"))
_ONLY: BindParameter[int] = bindparam("only", expanding=True)


@dataclass(frozen=True, kw_only=True)
class Everybody:
    """Members as they stood at `at`, a column for each fact, ordered by id. Moments in seconds since 1970, nan for
    never; money in the shop's currency, less refunds.

    `orders` and `spend` are of twelve months; `own_purchases`: those of all time in the shop's currency, which
    `own_spend` belongs to; `reduced`: purchases with a discount or below the list price; `contacts`: within the
    policy's `opinions_for`; `opinion`: -1 (bad) to 1 (good), nan when nothing is known; `recommends`: the latest NPS
    score, or nan.
    """

    at: datetime
    member_ids: NDArray[np.int64]
    purchases: Column
    own_purchases: Column
    own_spend: Column
    orders: Column
    spend: Column
    first_at: Column
    last_at: Column
    reduced: Column
    wants_news: Column
    contacts: Column
    opinion: Column
    recommends: Column

    @property
    def days_since_last(self) -> Column:
        """Whole days since the last purchase, or nan."""
        return np.floor((self.at.timestamp() - self.last_at) / 86_400)


async def spend_by_member(
    session: AsyncSession, member_ids: Collection[int], *, at: datetime | None = None
) -> dict[int, int]:
    """What each of the members spent in the twelve months before `at`, less refunds, in minor units of the shop's
    currency; 0 for nothing."""
    at = at or now()
    paid = and_(Order.member_id.in_(member_ids), bought(), _own(), Order.placed_at > at - YEAR, Order.placed_at <= at)
    spent = select(Order.member_id, func.sum(kept_minor())).where(paid).group_by(Order.member_id)
    returns = refunded_returns()
    back = (
        select(Order.member_id, func.sum(returned_minor(returns)))
        .join(returns, returns.c.order_id == Order.id)
        .where(paid)
        .group_by(Order.member_id)
    )
    totals = dict.fromkeys(member_ids, 0)
    for member_id, amount in await session.execute(spent):
        totals[member_id] += int(amount)
    for member_id, amount in await session.execute(back):
        totals[member_id] -= int(amount)
    return totals


async def spend_elsewhere(session: AsyncSession, member_id: int, *, at: datetime) -> dict[str, int]:
    """What the member spent in the twelve months before `at` in other currencies, by currency."""
    query = (
        select(Order.currency, func.sum(kept_minor()))
        .where(Order.member_id == member_id, bought(), ~_own(), Order.placed_at > at - YEAR, Order.placed_at <= at)
        .group_by(Order.currency)
        .order_by(Order.currency)
    )
    return {currency: int(amount) for currency, amount in await session.execute(query)}


async def everybody(session: AsyncSession, *, at: datetime, only: Collection[int] | None = None) -> Everybody:
    """All members who had joined by `at` and had not left; or `only` these, whoever they are.

    For all of them `session` must be one that streams (`Database.reading(bulk=True)`); they are read a few thousand at
    a time and kept as columns, 110 bytes a member. Orders and refunds count as they are known now.
    """
    values: dict[str, object] = {"at": at, "year_ago": at - YEAR, "since": at - policy().value.opinions_for}
    if some := only is not None:
        values["only"] = list(only)
    rows = await _rows(session, _purchases(some), values)
    ids = rows[:, 0].astype(np.int64)
    back = await _by_member(session, _refunds(some), values, ids, 2)
    said = await _by_member(session, _contacts(some), values, ids, 3)
    reduced = await _by_member(session, _reduced(some), values, ids, 1)
    opinion, recommends = _scored(await _rows(session, _answers(some), values, columns=3), ids)
    return Everybody(
        at=at,
        member_ids=ids,
        purchases=rows[:, 1],
        own_purchases=rows[:, 2],
        own_spend=rows[:, 3] - back[:, 0],
        orders=rows[:, 4],
        spend=rows[:, 5] - back[:, 1],
        first_at=rows[:, 6],
        last_at=rows[:, 7],
        reduced=reduced[:, 0],
        wants_news=rows[:, 8],
        contacts=said[:, 0],
        opinion=np.where(np.isnan(opinion), _felt(said), opinion),
        recommends=recommends,
    )


async def _rows(session: AsyncSession, query: Query, values: Values, *, columns: int = _COLUMNS) -> Column:
    """The statement's rows as numbers, None as nan."""
    parts: list[Column] = []
    # Over the connection: of plain columns the session makes the same rows, more slowly.
    connection = await session.connection()
    if "only" in values:
        parts.append(_numbers((await connection.execute(query, values)).all(), columns))
    else:
        async with connection.stream(query, values, execution_options={"yield_per": ROWS_AT_A_TIME}) as found:
            async for rows in found.partitions():
                parts.append(_numbers(rows, columns))
    return np.concatenate(parts) if parts else _numbers([], columns)


def _numbers(rows: Iterable[Sequence[Any]], columns: int) -> Column:
    return np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, columns)


async def _by_member(session: AsyncSession, query: Query, values: Values, ids: NDArray[np.int64], facts: int) -> Column:
    """Sums by member, in the order of `ids`, 0 for who has none."""
    rows = await _rows(session, query, values, columns=facts + 1)
    places, known = _places(rows[:, 0], ids)
    filled = np.zeros((len(ids), facts))
    filled[places] = rows[known, 1:]
    return filled


def _places(member_ids: Column, ids: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where in `ids` the members stand, and which of them stand there at all."""
    places = np.searchsorted(ids, member_ids)
    known = places < len(ids)
    known[known] = ids[places[known]] == member_ids[known]
    return places[known], known


@cache
def _purchases(some: bool) -> Query:
    recent = Order.placed_at > _A_YEAR_AGO
    query = (
        select(
            Member.id,
            func.count(Order.id),
            func.count().filter(Order.id.is_not(None), _own()),
            _total(kept_minor(), _own()),
            func.count().filter(Order.id.is_not(None), recent),
            _total(kept_minor(), and_(_own(), recent)),
            cast(extract("epoch", func.min(Order.placed_at)), Float),
            cast(extract("epoch", func.max(Order.placed_at)), Float),
            Member.marketing_consent,
        )
        .outerjoin(Order, and_(Order.member_id == Member.id, bought(), Order.placed_at <= _AT))
        .group_by(Member.id)
        .order_by(Member.id)
    )
    if some:
        return query.where(Member.id.in_(_ONLY))
    return query.where(Member.joined_at <= _AT, or_(Member.left_at.is_(None), Member.left_at > _AT))


@cache
def _refunds(some: bool) -> Query:
    returns = refunded_returns()
    query = (
        select(
            Order.member_id,
            _total(returned_minor(returns)),
            _total(returned_minor(returns), Order.placed_at > _A_YEAR_AGO),
        )
        .join(returns, returns.c.order_id == Order.id)
        .where(bought(), _own(), Order.placed_at <= _AT)
        .group_by(Order.member_id)
    )
    return query.where(Order.member_id.in_(_ONLY)) if some else query


@cache
def _reduced(some: bool) -> Query:
    """How many purchases of each were at a reduced price: a discount on the order, or a line below its list price."""
    lines = (
        select(OrderLine.id)
        .join(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.order_id == Order.id, Product.list_price_minor > OrderLine.price_minor)
    )
    query = (
        select(Order.member_id, func.count())
        # In this order: most reduced orders are told by themselves, and none of their lines is looked at.
        .where(bought(), Order.placed_at <= _AT, or_(Order.discount_minor > 0, exists(lines)))
        .group_by(Order.member_id)
    )
    return query.where(Order.member_id.in_(_ONLY)) if some else query


@cache
def _contacts(some: bool) -> Query:
    """Contacts, those with a feeling, and the sum of the feelings (-1..1), by member."""
    sure = func.coalesce(Interaction.sentiment_confidence, 1.0)
    signs = {Sentiment.NEGATIVE: -sure, Sentiment.POSITIVE: sure}
    feeling = case(*[(Interaction.sentiment == name, sign) for name, sign in signs.items()], else_=0.0)
    query = (
        select(
            Interaction.member_id,
            func.count(),
            func.count(Interaction.sentiment),
            func.coalesce(func.sum(feeling), 0.0),
        )
        .where(
            Interaction.member_id.is_not(None),
            Interaction.at > _OPINIONS_SINCE,
            Interaction.at <= _AT,
        )
        .group_by(Interaction.member_id)
    )
    return query.where(Interaction.member_id.in_(_ONLY)) if some else query


@cache
def _answers(some: bool) -> Query:
    """Each answer as (member, good 1 or bad -1, NPS score), oldest first."""
    good = [and_(SurveyAnswer.kind == kind, SurveyAnswer.score >= scale.good) for kind, scale in SCALES.items()]
    bad = [and_(SurveyAnswer.kind == kind, SurveyAnswer.score <= scale.bad) for kind, scale in SCALES.items()]
    sign = case(*[(each, 1) for each in good], *[(each, -1) for each in bad], else_=0)
    query = (
        select(
            SurveyAnswer.member_id, sign, case((SurveyAnswer.kind == SurveyKind.NPS, SurveyAnswer.score), else_=None)
        )
        .where(
            SurveyAnswer.member_id.is_not(None),
            SurveyAnswer.at > _OPINIONS_SINCE,
            SurveyAnswer.at <= _AT,
        )
        .order_by(SurveyAnswer.at, SurveyAnswer.id)
    )
    return query.where(SurveyAnswer.member_id.in_(_ONLY)) if some else query


def _scored(answers: Column, ids: NDArray[np.int64]) -> tuple[Column, Column]:
    """The mean of each member's answers (-1..1) and the latest NPS score; nan without."""
    places, known = _places(answers[:, 0], ids)
    signs, scores = answers[known, 1], answers[known, 2]
    count = np.bincount(places, minlength=len(ids))
    total = np.bincount(places, weights=signs, minlength=len(ids))
    opinion = np.divide(total, count, out=np.full(len(ids), np.nan), where=count > 0)
    recommends = np.full(len(ids), np.nan)
    given = ~np.isnan(scores)
    recommends[places[given]] = scores[given]  # of several the last one stays, and that is the newest
    return opinion, recommends


def _felt(said: Column) -> Column:
    """The mean feeling of each member's contacts, once there are enough of them; else nan."""
    felt, total = said[:, 1], said[:, 2]
    enough = felt >= policy().value.contacts_at_least
    found: Column = np.divide(total, felt, out=np.full(len(said), np.nan), where=enough)
    return found


def _total(amount: Any, where: ColumnElement[bool] | None = None) -> ColumnElement[Any]:
    """A sum that is 0 for nothing and has room for the money of a whole shop."""
    found = func.sum(cast(amount, BigInteger) if where is None else case((where, cast(amount, BigInteger)), else_=0))
    return cast(func.coalesce(found, 0), Float)


def kept_minor() -> ColumnElement[int]:
    """An order's total less what the shop's system says it has paid back of it."""
    return Order.total_minor - Order.refund_minor


def refunded_returns() -> Subquery:
    """`order_id`, and `minor`: what was paid back for returns of that order."""
    query = select(ReturnRequest.order_id, func.sum(ReturnRequest.refund_minor).label("minor"))
    return query.where(ReturnRequest.status == ReturnStatus.REFUNDED).group_by(ReturnRequest.order_id).subquery()


def returned_minor(returns: Subquery) -> ColumnElement[int]:
    """What the returns of an order have cost beyond what `kept_minor` takes off already: the shop's system tells of the
    same refunds, and none counts twice."""
    return case((returns.c.minor > Order.refund_minor, returns.c.minor - Order.refund_minor), else_=0)


def bought() -> ColumnElement[bool]:
    """Whether an order counts as a purchase: paid for, not cancelled, not sent back whole."""
    return Order.status.not_in(_NOT_BOUGHT)


def _own() -> ColumnElement[bool]:
    return Order.currency == CURRENCY
