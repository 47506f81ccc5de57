"""What becomes of a voucher, or of points, with their last day."""

from datetime import timedelta

import pytest
import pytest_asyncio

from actions.points.balance import ActionPointsExpiring
from actions.points.vouchers import ActionVouchers
from crm_store import rewards
from crm_store.clock import FrozenClock
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.shelf import give, stock

LAPSED, LAST_DAY = {"choice": "lapsed"}, {"choice": "last_day"}


@pytest_asyncio.fixture
async def lin(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    """A member with 3,000 points."""
    assert member.member is not None
    await stock(database)
    await give(database, member.member, 3000)
    return member


async def redeemed(database: Database, customer: Customer, code: str = "voucher_20") -> str:
    assert customer.member is not None
    async with database.transaction() as session:
        [mine] = await rewards.redeem_several(session, customer.member.id, code, count=1, key=f"1:{code}_submit")
        return mine.coupon_code


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("过期没用积分退给我不", "zh-Hans", ["券过期就不退积分了", "换了以后 7 天内"]),
        ("過期沒用點數會退嗎", "zh-Hant", ["優惠券過期就不退點數了", "7 天內"]),
        ("do I get my points back once it expires", "en", ["No points come back", "within 7 days"]),
    ],
)
async def test_nothing_comes_back_of_a_voucher_that_lapsed(
    customer: Customer, database: Database, text: str, language: str, told: list[str]
) -> None:
    await stock(database)
    ran = await customer.run(ActionVouchers, text, "ask_vouchers", entities=LAPSED, language=language)
    assert ran.responses == ["reply_voucher_lapsed"]
    assert [each for each in told if each not in ran.only.text] == []
    assert ran.only.payloads == []


async def test_until_when_the_own_one_goes_back(database: Database, lin: Customer, frozen_clock: FrozenClock) -> None:
    code = await redeemed(database, lin)
    ran = await lin.run(ActionVouchers, "那这20的要是过期没用 积分退给我不", "ask_vouchers", entities=LAPSED)
    assert f"（{code}）可以退到" in ran.only.text
    assert [each.split("{")[0] for each in ran.only.payloads] == ["/undo"]
    frozen_clock.move(timedelta(days=8))
    ran = await lin.run(ActionVouchers, "那这20的要是过期没用 积分退给我不", "ask_vouchers", entities=LAPSED)
    assert "已经过了能退的时间" in ran.only.text
    assert ran.only.payloads == []


async def test_of_another_voucher_than_the_last_no_button_gives_back(database: Database, lin: Customer) -> None:
    older = await redeemed(database, lin, "voucher_20")
    await redeemed(database, lin, "voucher_50")
    ran = await lin.run(ActionVouchers, "20元的券过期了退积分吗", "ask_vouchers", entities=LAPSED)
    assert older in ran.only.text
    assert ran.only.payloads == []


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("这券最后一天还能用吗", "zh-Hans", "能用，2027 年 2 月 20 日当天一直到 23:59"),
        ("優惠券到期當天可以用嗎", "zh-Hant", "可以用，2027 年 2 月 20 日當天一直到 23:59"),
        ("can I use the voucher on the last day", "en", "Yes, it counts through 20 February 2027, until 23:59"),
    ],
)
async def test_a_voucher_counts_through_its_last_day(
    database: Database, lin: Customer, text: str, language: str, told: str
) -> None:
    await redeemed(database, lin)
    ran = await lin.run(ActionVouchers, text, "ask_vouchers", entities=LAST_DAY, language=language)
    assert told in ran.only.text


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("12月31号当天积分还能用吗", "zh-Hans", ["能用", "12 月 31 日当天一直到 23:59", "3,000 分"]),
        ("年底嗰三千分係12月31號當日仲用唔用得?", "zh-Hant", ["可以用", "12 月 31 日當天一直到 23:59", "3,000 點"]),
        ("can I use my points on 31 december itself", "en", ["Yes", "31 December", "until 23:59", "3,000 points"]),
    ],
)
async def test_points_count_through_their_last_day(lin: Customer, text: str, language: str, told: list[str]) -> None:
    ran = await lin.run(ActionPointsExpiring, text, "ask_points_expiring", entities=LAST_DAY, language=language)
    assert [each for each in told if each not in ran.only.text] == []


async def test_of_a_day_on_which_nothing_ends_the_rule_is_told(lin: Customer) -> None:
    text = "3月5号当天积分还能用吗"
    ran = await lin.run(ActionPointsExpiring, text, "ask_points_expiring", entities=LAST_DAY)
    assert ran.responses == ["reply_last_day"]
