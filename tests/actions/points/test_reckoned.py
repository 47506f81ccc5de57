"""How the points of an order come about, and the balance with them: worked out from the order itself."""

from datetime import UTC, datetime, timedelta

import pytest

from actions.points.balance import ActionPointsHistory
from crm_store.clock import FrozenClock
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.shelf import order, stock

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("choice", ["reckoned", "total"])
async def test_the_sum_of_an_order_is_told(
    database: Database, member: Customer, frozen_clock: FrozenClock, choice: str
) -> None:
    await stock(database)
    assert member.member is not None
    async with database.transaction() as session:
        number = (await order(session, member.member, delivered_at=NOW - timedelta(days=3))).number
    told = await member.run(
        ActionPointsHistory, "怎么算的", "ask_points_history", entities={"order_number": number, "choice": choice}
    )
    (response,) = told.responses
    assert response.startswith("reply_points_reckoned" if choice == "reckoned" else "reply_points_total")
    assert told.only.values["points"] == "210"
