"""What a return would bring back is worked out from the order, and begins nothing."""

import pytest

from crm_store import accrual, tiers
from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture(autouse=True)
async def levels(member: Customer) -> None:
    async with member.database.transaction() as session:
        await tiers.ensure_defaults(session)


RETURN = "return_or_refund"
MONEY, POINTS = {"choice": "sum_back:money"}, {"choice": "sum_back:points"}


async def test_of_the_one_thing_that_is_named(member: Customer) -> None:
    await bought(member, "buds", "lamp")
    told = await say(member, "只退耳机能退多少钱", RETURN, entities=MONEY)
    assert told.responses == ["reply_sum_back"]
    assert "退 ¥299" in told.text
    assert "到时少 299 分" in told.text
    assert await requests(member) == []
    assert member.active_loop is None


async def test_another_thing_comes_to_it_and_all_of_the_order(member: Customer) -> None:
    await bought(member, "buds", "lamp", "serum")
    await say(member, "退耳机能退多少钱", RETURN, entities=MONEY)
    told = await say(member, "再加上台灯呢", RETURN, entities=MONEY)
    assert "退 ¥558" in told.text
    told = await say(member, "全部都退呢", RETURN, entities=MONEY)
    assert "退 ¥727" in told.text


async def test_points_that_came_already_are_taken_back(member: Customer) -> None:
    order = await bought(member, "buds", "lamp", days_ago=6)
    async with member.database.transaction() as session:
        await accrual.complete(session, await session.merge(order))
    told = await say(member, "退台灯积分扣多少", RETURN, entities=POINTS)
    assert told.responses == ["reply_sum_back_points"]
    assert "259 积分会扣回，扣完还剩 299 分" in told.text


async def test_amid_the_return_the_reason_is_known_and_the_question_stays(member: Customer) -> None:
    await bought(member, "buds", "lamp")
    await say(member, "耳机坏了，退货", RETURN)
    told = await say(member, "能退我多少钱", RETURN, entities=MONEY)
    assert told.responses[0] == "reply_sum_back"
    assert "运费由我们承担" in told.said[0].text
    assert member.active_loop == "return_form"


async def test_of_one_that_is_registered_it_is_what_stands_in_it(member: Customer) -> None:
    await bought(member, "buds", "lamp")
    await say(member, "耳机退货，不喜欢", RETURN)
    await say(member, "对", "affirm")
    assert (await say(member, "能退我多少钱", RETURN, entities=MONEY)).responses == ["reply_sum_back_registered"]


async def test_what_was_never_bought_has_no_sum(member: Customer) -> None:
    await bought(member, "buds")
    told = await say(member, "退雨伞能退多少钱", RETURN, entities=MONEY | {"product": "雨伞"})
    assert "reply_sum_back" not in told.responses


async def test_a_thing_wished_amid_anothers_fault_begins_without_it(member: Customer) -> None:
    await bought(member, "buds", "lamp")
    await say(member, "耳机没声音", "report_fault")
    told = await say(member, "那台灯想退", RETURN, entities={"product": "台灯"})
    assert told.responses[-1] == "reply_return_reason"
    assert member.slots["return_reason"] is None
