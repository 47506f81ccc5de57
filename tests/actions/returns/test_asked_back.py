"""At the last question of a return a question, a "wait" or a case is no yes, whatever kind of return it names."""

import pytest

from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")

RETURN = "return_or_refund"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("43会不会太大啊", "zh-Hans"),
        ("先等一下，换到43脚会松吗", "zh-Hans"),
        ("我只想知道换过来要等多少日子", "zh-Hans"),
        ("換43是不是要補錢", "zh-Hant"),
        ("could I swap them at your shop", "en"),
        ("I have not decided, would the swap be refundable", "en"),
    ],
)
async def test_the_same_kind_in_a_question_registers_nothing(member: Customer, asked: str, language: str) -> None:
    await bought(member, "shoes")
    assert (await say(member, "跑鞋小了想换43码", RETURN)).responses == ["reply_exchange_confirm_size"]
    told = await say(member, asked, RETURN, language=language)
    assert told.responses[-1] == "reply_exchange_confirm_size"
    assert len(told.responses) > 1
    assert await requests(member) == []
    assert member.slots["return_new_size"] == "43"


@pytest.mark.parametrize("again", ["那就换吧", "换43码", "swap it please"])
async def test_the_plain_wish_once_more_is_a_yes(member: Customer, again: str) -> None:
    await bought(member, "shoes")
    await say(member, "跑鞋小了想换43码", RETURN)
    await say(member, again, RETURN)
    assert [each.kind for each in await requests(member)] == ["exchange"]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [("几天能拿到钱，要退的话", "reply_return_aside_refund_when"), ("退钱去边", "reply_return_aside_refund_where")],
)
async def test_what_the_rules_know_is_answered_and_the_question_stays(
    member: Customer, asked: str, answer: str
) -> None:
    await bought(member, "shoes")
    await say(member, "跑鞋不喜欢，退货", RETURN)
    told = await say(member, asked, RETURN)
    assert told.responses == [answer, "reply_return_confirm"]
    assert await requests(member) == []


async def test_which_is_the_faster_changes_nothing(member: Customer) -> None:
    await bought(member, "buds")
    await say(member, "耳机没声音，想换个新的", RETURN)
    told = await say(member, "换新的和退钱哪个更快", RETURN)
    assert told.responses == ["reply_consent_asked_back", "reply_exchange_confirm"]
    assert member.slots["return_kind"] == "exchange"


async def test_who_wants_to_wait_at_a_fault_is_not_taken_down_as_a_note(member: Customer) -> None:
    await bought(member, "buds")
    await say(member, "耳机没声音，退货", RETURN)
    told = await say(member, "I did not ask for that, which one comes sooner", language="en")
    assert "reply_return_noted" not in told.responses
    assert not str(member.slots["return_note"] or "").startswith("I did")
    assert await requests(member) == []


async def test_an_affirm_that_asks_is_no_yes(member: Customer) -> None:
    await bought(member, "shoes")
    await say(member, "跑鞋不喜欢，退货", RETURN)
    told = await say(member, "那邮费几多钱", "affirm")
    assert told.responses[-1] == "reply_return_confirm"
    assert await requests(member) == []
