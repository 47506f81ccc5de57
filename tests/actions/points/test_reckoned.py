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


@pytest.mark.usefixtures("frozen_clock")
@pytest.mark.parametrize(
    ("words", "shipping_minor", "told"),
    [
        ("怎么算出来的", 0, "reply_points_reckoned_plain"),
        ("运费算不算积分", 0, "reply_points_reckoned_none_shipped"),
        ("does shipping earn points", 0, "reply_points_reckoned_none_shipped"),
        ("怎么算出来的", 8_00, "reply_points_reckoned"),
        ("是不是那8块運費不算的", 8_00, "reply_points_reckoned_yes"),
        ("the 8 shipping doesn't count?", 8_00, "reply_points_reckoned_yes"),
        ("218乘1是218啊，少了8分吧", 8_00, "reply_points_reckoned_not_fewer"),
        ("218 x 1 is 218, so where are the other 8", 8_00, "reply_points_reckoned_not_fewer"),
    ],
)
async def test_shipping_earns_nothing_and_a_sum_that_counts_it_is_put_right(
    database: Database, member: Customer, words: str, shipping_minor: int, told: str
) -> None:
    await stock(database)
    assert member.member is not None
    async with database.transaction() as session:
        made = await order(session, member.member, delivered_at=NOW - timedelta(days=3))
        made.shipping_minor = shipping_minor
        made.total_minor += shipping_minor
    entities = {"order_number": made.number, "choice": "reckoned"}
    ran = await member.run(ActionPointsHistory, words, "ask_points_history", entities=entities)
    assert ran.responses == [told]
    assert ran.only.values["points"] == "210"
