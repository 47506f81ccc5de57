"""Who holds against us that a step is overdue has it held against the clock once more."""

from datetime import timedelta

import pytest

from actions.kit.told import delay_disputed
from actions.orders.parcels import ActionParcel
from crm_store.clock import now
from crm_store.orders import OrderStatus
from tests.actions.conftest import Customer
from tests.actions.shop import SHOE, place, send

pytestmark = pytest.mark.usefixtures("frozen_clock")

DISPUTES = [
    ("送達原定明天，現在都過了還沒到，這樣還叫沒有延遲?", "zh-Hant"),
    ("都过了还没离开，这还叫没延迟？", "zh-Hans"),
    ("it's past that already, how is that not late", "en"),
]


@pytest.mark.parametrize(("text", "language"), DISPUTES)
@pytest.mark.parametrize(("hours", "response"), [(20, "reply_parcel_step_not_due"), (-3, "reply_parcel_step_overdue")])
async def test_the_step_is_compared_with_now(
    member: Customer, text: str, language: str, hours: int, response: str
) -> None:
    async with member.database.transaction() as session:
        order = await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
        parcel = await send(session, order, promised_at=now() + timedelta(hours=hours))
        focus = {"parcel": parcel.number, "order": order.number}
    ran = await member.run(ActionParcel, text, "ask_parcel", language=language, slots={"focus": focus})
    assert ran.responses == [response]
    assert "10:00" in ran.only.text


@pytest.mark.parametrize("text", ["到哪了", "過了海關了嗎", "where is it", "why is it late"])
def test_a_plain_question_disputes_nothing(text: str) -> None:
    assert not delay_disputed.disputes(text)
