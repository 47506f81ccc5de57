"""The same thing bought twice: the question before the act says which one, and the older one is found by its month."""

import pytest

from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, say

pytestmark = pytest.mark.usefixtures("frozen_clock")

RETURN = "return_or_refund"
OCTOBER = {"from": "2026-10-01T00:00:00+08:00", "to": "2026-11-01T00:00:00+08:00", "grain": "month"}


async def test_the_question_before_the_act_names_the_order(member: Customer) -> None:
    await bought(member, "buds", days_ago=6)
    newer = await bought(member, "buds", days_ago=2)
    await say(member, "耳机右边没声音，换一副新的", RETURN)
    told = await say(member, "", "inform", entities={"choice": str(newer.lines[0].id)})
    assert told.responses[-1] == "reply_exchange_confirm"
    assert "的订单）" in told.text


async def test_a_thing_bought_once_is_named_alone(member: Customer) -> None:
    await bought(member, "buds", "lamp", days_ago=2)
    told = await say(member, "耳机右边没声音，换一副新的", RETURN)
    assert told.responses[-1] == "reply_exchange_confirm"
    assert "订单" not in told.text


@pytest.mark.parametrize("words", ["不是，是10月买的那个旧的", "no, the old one from October"])
async def test_the_older_one_of_a_kind_is_found_by_its_month(member: Customer, words: str) -> None:
    older = await bought(member, "buds", "lamp", days_ago=32)
    newer = await bought(member, "buds", days_ago=2)
    await say(member, "耳机右边没声音，想修", RETURN)
    await say(member, "", "inform", entities={"choice": str(newer.lines[0].id)})
    told = await say(member, words, "inform", entities={"time": OCTOBER})
    assert member.slots["return_line"] == str(older.lines[0].id), told.text


@pytest.mark.parametrize(
    ("words", "month"),
    [
        ("对就是它。不是10月买的那个啊", "10月"),
        ("說的是這個月那筆，10月的沒毛病", "10月"),
        ("yes that one, not the October one", "October"),
    ],
)
async def test_a_month_that_is_ruled_out_changes_nothing(member: Customer, words: str, month: str) -> None:
    await bought(member, "buds", "lamp", days_ago=32)
    newer = await bought(member, "buds", days_ago=2)
    await say(member, "耳机右边没声音，想修", RETURN)
    await say(member, "", "inform", entities={"choice": str(newer.lines[0].id)})
    told = await say(member, words, "inform", entities={"time": (OCTOBER, month)})
    assert member.slots["return_line"] == str(newer.lines[0].id), told.text
