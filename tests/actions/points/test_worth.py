"""Which reward gives most for a point: reckoned from vouchers and the prices of the shop, without what is ruled out."""

import pytest
import pytest_asyncio

from actions.points.offers import ActionRewards
from bot.hearing.hear import hear
from crm_store.db import Database
from crm_store.rewards import Reward, RewardKind
from tests.actions.conftest import Customer
from tests.actions.products.test_catalogue import product
from tests.bot.hearing.words import asked, said


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    names = dict.fromkeys(("zh-Hans", "zh-Hant", "en"), "Mug")
    voucher = {"zh-Hans": "100 元券", "zh-Hant": "100 元優惠券", "en": "¥100 voucher"}
    async with database.transaction() as session:
        session.add_all(
            [
                product("MUG", "home", ("Mug", "Mug", "Mug"), 90),
                Reward(code="MUG", kind=RewardKind.GIFT, cost=500, names=names, stock=3),
                Reward(code="C100", kind=RewardKind.COUPON, cost=1900, value_minor=100_00, min_spend_minor=199_00,
                       names=voucher),
            ]
        )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "best"),
    [
        ("积分换什么最划算", "zh-Hans", "最划算的是Mug"),
        ("點數換哪個最抵", "zh-Hant", "最划算的是Mug"),
        ("which reward is the best value for my points", "en", "the best value is the Mug"),
    ],
)
async def test_the_worth_of_each_is_told(customer: Customer, text: str, language: str, best: str) -> None:
    ran = await customer.run(ActionRewards, text, "ask_rewards", language=language)
    assert ran.responses == ["reply_rewards_best_value"]
    assert best in ran.only.text
    assert "¥18" in ran.only.text


@pytest_asyncio.fixture
async def fan(database: Database) -> None:
    """A gift worth more for a point than both others."""
    names = {"zh-Hans": "小风扇", "zh-Hant": "小風扇", "en": "Fan"}
    async with database.transaction() as session:
        session.add(product("FAN", "home", ("小风扇", "小風扇", "Fan"), 300))
        session.add(Reward(code="FAN", kind=RewardKind.GIFT, cost=500, names=names, stock=3))


@pytest.mark.usefixtures("fan")
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("券和Mug哪个更划算", "zh-Hans"),
        ("優惠券和Mug哪個更划算", "zh-Hant"),
        ("a voucher or the mug, better value", "en"),
    ],
)
async def test_vouchers_without_their_worth_are_compared_with_the_gift_that_is_named(
    customer: Customer, text: str, language: str
) -> None:
    ran = await customer.run(ActionRewards, text, "ask_rewards", language=language)
    assert "Mug" in ran.only.text
    assert "¥100" in ran.only.text
    assert not any(name in ran.only.text for name in ("Fan", "风扇", "風扇"))


@pytest.mark.usefixtures("fan")
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("100元券和Mug哪个更划算", "zh-Hans"),
        ("Mug定係100蚊券抵啲", "zh-Hant"),
        ("which gives me more for my points, the 100 voucher or the mug?", "en"),
    ],
)
async def test_of_two_that_are_named_only_those_are_compared(customer: Customer, text: str, language: str) -> None:
    ran = await customer.run(ActionRewards, text, "ask_rewards", language=language)
    assert ran.responses == ["reply_rewards_best_value"]
    assert "Mug" in ran.only.values["name"]
    assert not {"小风扇", "小風扇", "Fan"} & set(ran.only.text.replace("：", " ").replace(":", " ").split())
    assert [payload.count("FAN") for payload in ran.only.payloads] == [0, 0]


async def test_what_is_ruled_out_is_not_reckoned(customer: Customer) -> None:
    ran = await customer.run(ActionRewards, "最划算的是哪个，Mug除外", "ask_rewards", entities={"ruled_out": "Mug"})
    assert "最划算的是100元券" in ran.only.text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "intent"),
    [("哪個換起來比較划算啊，點數", "redeem_points"), ("what's the best use of my points", "ask_points_balance")],
)
def test_it_is_asked_and_nothing_is_redeemed(text: str, intent: str) -> None:
    assert [step.intent for step in hear(said(text, intent, 0.9), asked()).steps] == ["ask_rewards"]
