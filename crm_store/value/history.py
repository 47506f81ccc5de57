"""When members bought, over all years: what their rhythm and their coming back are read from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Float, case, cast, extract, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import business_zone, now
from crm_store.db import spanning
from crm_store.orders import Order
from crm_store.value.purchases import CURRENCY, bought

Whole = NDArray[np.int64]
DAY_SECONDS = 86_400
EPOCH = date(1970, 1, 1).toordinal()
DAYS_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Bought:
    """What a member bought over all years: on how many days of the shop, the ordinals of the first and the last of
    them, and what was spent in minor units of the shop's currency."""

    purchases: int
    first_day: int
    last_day: int
    spent_minor: int

    @classmethod
    def of(cls, days: Sequence[tuple[int, int]]) -> "Bought":
        """From what `purchase_days` gives for a member."""
        return cls(len(days), days[0][0], days[-1][0], sum(spent for _, spent in days))


@dataclass(frozen=True, kw_only=True)
class PurchaseSums:
    """What `Bought` says of many members, a column for each fact, by rising id."""

    member_ids: Whole
    purchases: Whole
    first_day: Whole
    last_day: Whole
    spent_minor: Whole

    def between(self, first_id: int, last_id: int) -> "PurchaseSums":
        """Those from one id to another, both among them."""
        start, end = np.searchsorted(self.member_ids, [first_id, last_id + 1])
        part = slice(int(start), int(end))
        return PurchaseSums(
            member_ids=self.member_ids[part],
            purchases=self.purchases[part],
            first_day=self.first_day[part],
            last_day=self.last_day[part],
            spent_minor=self.spent_minor[part],
        )

    def of_members(self, member_ids: Collection[int]) -> dict[int, Bought]:
        """Each of the members who has bought."""
        places = np.flatnonzero(np.isin(self.member_ids, list(member_ids)))
        columns = (self.member_ids, self.purchases, self.first_day, self.last_day, self.spent_minor)
        rows = zip(*(column[places].tolist() for column in columns), strict=True)
        return {member_id: Bought(*facts) for member_id, *facts in rows}


async def purchase_days(
    session: AsyncSession, member_ids: Collection[int], *, at: datetime | None = None
) -> dict[int, list[tuple[int, int]]]:
    """What each of the members bought over all years until `at`: the ordinal of each day of the shop with a purchase,
    rising, and what was spent on it in minor units of the shop's currency; an order in another one counts as a purchase
    and its money does not. Who never bought is not among them."""
    wanted = set(member_ids)
    query = (
        select(Order.member_id, Order.placed_at, Order.total_minor, Order.currency)
        .where(spanning(Order.member_id, sorted(wanted)), bought(), Order.placed_at <= (at or now()))
        .order_by(Order.member_id, Order.placed_at)
    )
    zone = business_zone()
    found: dict[int, dict[int, int]] = {}
    for member_id, placed_at, total_minor, currency in await session.execute(query):
        if member_id not in wanted:
            continue
        day = placed_at.astimezone(zone).toordinal()
        days = found.setdefault(member_id, {})
        days[day] = days.get(day, 0) + (total_minor if currency == CURRENCY else 0)
    return {member_id: list(days.items()) for member_id, days in found.items()}


async def bought_at(
    session: AsyncSession, member_ids: Collection[int], *, since: datetime, until: datetime
) -> dict[int, list[datetime]]:
    """When each of the members bought after `since` and until `until`, the earliest first."""
    query = (
        select(Order.member_id, Order.placed_at)
        .where(Order.member_id.in_(member_ids), bought(), Order.placed_at > since, Order.placed_at <= until)
        .order_by(Order.placed_at)
    )
    found: dict[int, list[datetime]] = {}
    for member_id, placed_at in await session.execute(query):
        found.setdefault(member_id, []).append(placed_at)
    return found


async def purchase_sums(session: AsyncSession, member_ids: Sequence[int], *, at: datetime) -> PurchaseSums:
    """`purchase_days` in sums, for thousands of members (rising ids); who never bought is not among them, who lies
    between the members may be."""
    own = case((Order.currency == CURRENCY, Order.total_minor), else_=0)
    query = (
        select(Order.member_id, cast(extract("epoch", Order.placed_at), Float), own)
        .where(spanning(Order.member_id, member_ids), bought(), Order.placed_at <= at)
        .order_by(Order.member_id, Order.placed_at)
    )
    # Over the connection: of plain columns the session makes the same rows, more slowly.
    found = (await (await session.connection()).execute(query)).all()
    rows = np.fromiter(chain.from_iterable(found), np.float64, 3 * len(found)).reshape(-1, 3)
    ids, days = rows[:, 0].astype(np.int64), _shop_days(rows[:, 1])
    is_first = np.diff(ids, prepend=-1) != 0
    starts = np.flatnonzero(is_first)
    ends = np.append(starts, len(ids))[1:] - 1
    is_new_day = is_first | (np.diff(days, prepend=-1) != 0)
    return PurchaseSums(
        member_ids=ids[starts],
        purchases=_sums(is_new_day, starts),
        first_day=days[starts],
        last_day=days[ends],
        spent_minor=_sums(rows[:, 2], starts),
    )


def _sums(values: NDArray[np.float64] | NDArray[np.bool_], starts: NDArray[np.intp]) -> Whole:
    """The sums of the stretches that begin at `starts`."""
    return np.add.reduceat(values.astype(np.int64), starts) if len(starts) else np.zeros(0, dtype=np.int64)


def _shop_days(moments: NDArray[np.float64]) -> Whole:
    """The ordinals of the shop's days in which moments lie, given in seconds since 1970."""
    zone = business_zone()
    if not len(moments):
        return np.zeros(0, dtype=np.int64)
    days = (moments // DAY_SECONDS).astype(np.int64)
    first = int(days.min())
    known = np.array([_offset(zone, day) for day in range(first, int(days.max()) + 1)], dtype=np.float64)
    offsets = known[days - first]
    for place in np.flatnonzero(np.isnan(offsets)):  # the clocks were changed that day
        offsets[place] = _seconds(zone, float(moments[place]))
    return ((moments + offsets) // DAY_SECONDS).astype(np.int64) + EPOCH


@lru_cache(maxsize=DAYS_REMEMBERED)
def _offset(zone: ZoneInfo, day: int) -> float:
    """Seconds by which the zone is ahead of UTC on a day of UTC, counted from 1970; nan when it changes that day."""
    begins, ends = _seconds(zone, day * DAY_SECONDS), _seconds(zone, (day + 1) * DAY_SECONDS)
    return begins if begins == ends else float("nan")


def _seconds(zone: ZoneInfo, moment: float) -> float:
    offset = datetime.fromtimestamp(moment, UTC).astimezone(zone).utcoffset()
    return (offset or timedelta(0)).total_seconds()
