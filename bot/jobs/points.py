"""Points by the clock: those of complete orders come, those whose time has passed go, and levels follow."""

from crm_store import order_settlement, points, tiers
from crm_store.db import Database
from crm_store.order_settlement import OrdersNotSettled

MEMBERS_AT_A_TIME = 100
"""Accounts locked by one transaction, so that nobody who redeems meanwhile waits long."""
ORDERS_AT_A_TIME = 50


async def settle_orders(database: Database) -> int:
    """Complete what was delivered long enough ago, and bring the points of orders to what their state says; how many
    orders. Raises OrdersNotSettled once all others are done: so the job shows as failed and names them, and tries them
    again."""
    settled = 0
    apart: dict[int, tuple[str, str]] = {}
    while True:
        async with database.transaction(bulk=True) as session:
            found = await order_settlement.settle_due(session, limit=ORDERS_AT_A_TIME, without=apart)
        settled += found.done
        apart |= found.apart
        if not found.done and not found.apart:
            break
    if apart:
        raise OrdersNotSettled(dict(apart.values()))
    return settled


async def expire_points(database: Database) -> int:
    """Write the expiry entries that are due; how many."""
    written = 0
    while True:
        async with database.transaction(bulk=True) as session:
            entries = await points.expire_due(session, limit=MEMBERS_AT_A_TIME)
        written += len(entries)
        if not entries:
            return written


async def adjust_levels(database: Database) -> int:
    """Take members down whose level's time is over; how many. Their page and the answer about levels tell why."""
    moved = 0
    while True:
        async with database.transaction(bulk=True) as session:
            member_ids = await tiers.due(session, limit=MEMBERS_AT_A_TIME)
            changes = await tiers.recompute_many(session, member_ids)
        moved += len(changes)
        if len(member_ids) < MEMBERS_AT_A_TIME:
            return moved
