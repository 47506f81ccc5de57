"""Which reward takes the fewest points, and how many are missing where there are too few for any."""

import pytest
import pytest_asyncio

from actions.points.offers import ActionRewards
from crm_store.clock import FrozenClock
from crm_store.db import Database
from tests.actions.conftest import Customer, Ran
from tests.actions.shelf import give, stock


@pytest_asyncio.fixture
async def poor(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    """A member with 149 points."""
    assert member.member is not None
    await stock(database)
    await give(database, member.member, 149)
    return member


async def ask(customer: Customer, text: str, choice: str, language: str) -> Ran:
    return await customer.run(ActionRewards, text, "ask_rewards", spoken_of={"choice": choice}, language=language)


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("我积分够换个券吗", "zh-Hans", "149 分还不够：最便宜的是 20 元优惠券，要 450 分，还差 301。"),
        ("我的點數夠不夠換優惠券", "zh-Hant", "149 點還不夠：最便宜的是 20 元優惠券，要 450 點，還差 301。"),
        ("are my points enough for a voucher", "en", "the cheapest is the ¥20 voucher for 450, which is 301 more."),
    ],
)
async def test_too_few_for_any_are_told_with_the_cheapest(poor: Customer, text: str, language: str, told: str) -> None:
    ran = await ask(poor, text, "enough", language)
    assert told in ran.only.text


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("那最便宜的要多少分", "zh-Hans", "最便宜的是 20 元优惠券，要 450 分；149 分还差 301。"),
        ("最便宜的禮品要幾點", "zh-Hant", "最便宜的是茶葉罐，要 800 點；149 點還差 651。"),
        ("what's the cheapest gift", "en", "The cheapest is the tea tin for 800 points, 651 more than 149."),
    ],
)
async def test_the_cheapest_is_told_of_its_kind(poor: Customer, text: str, language: str, told: str) -> None:
    assert (await ask(poor, text, "cheapest", language)).only.text == told


async def test_where_there_are_enough_it_can_be_taken(database: Database, poor: Customer) -> None:
    assert poor.member is not None
    await give(database, poor.member, 1000)
    ran = await ask(poor, "最便宜的要多少分", "cheapest", "zh-Hans")
    assert (ran.only.response, ran.only.titles) == ("reply_rewards_cheapest_own", ["20 元优惠券"])
    within = await ask(poor, "我积分够换个券吗", "enough", "zh-Hans")
    assert within.only.response == "reply_rewards_mine"
    assert "茶叶罐" not in within.only.text


async def test_a_visitor_hears_it_as_well(database: Database, customer: Customer) -> None:
    await stock(database)
    assert (
        await ask(customer, "最便宜的要多少分", "cheapest", "zh-Hans")
    ).only.text == "最便宜的是 20 元优惠券，450 分。"
