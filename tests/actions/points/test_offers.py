"""What points buy: the list, its parts, and one reward with its price."""

from datetime import UTC, datetime

import pytest
import pytest_asyncio

from actions.points.balance import ActionPointsExpiring
from actions.points.offers import ActionRewards
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.rewards import Reward, RewardKind
from tests.actions.conftest import Customer, Ran
from tests.actions.shelf import give, stock


@pytest_asyncio.fixture
async def lin(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    """A member with 1,220 points who writes Simplified Chinese."""
    assert member.member is not None
    await stock(database)
    await give(database, member.member, 1220)
    return member


async def ask(customer: Customer, text: str, **more: object) -> Ran:
    return await customer.run(ActionRewards, text, "ask_rewards", **more)  # type: ignore[arg-type]


class TestTheList:
    async def test_a_member_hears_everything_and_how_much_is_within_reach(self, lin: Customer) -> None:
        ran = await ask(lin, "目录里都有哪些东西")
        assert ran.only.text == (
            "可以换的有：手冲咖啡套装（1,500 分）、50 元优惠券（1,000 分）、茶叶罐（800 分）、20 元优惠券（450 分）。"
            "您有 1,220 积分，里面够换 3 样。"
        )
        assert ran.only.titles == ["50 元优惠券", "茶叶罐", "20 元优惠券"]

    async def test_a_stranger_hears_it_too(self, database: Database, customer: Customer) -> None:
        await stock(database)
        ran = await ask(customer, "what is in your rewards catalogue", language="en")
        assert ran.only.text.startswith("Points can be exchanged for pour-over coffee set (1,500), ¥50 voucher")

    async def test_only_one_kind(self, lin: Customer) -> None:
        ran = await ask(lin, "礼品有哪些")
        assert "茶叶罐" in ran.only.text
        assert "优惠券" not in ran.only.text

    async def test_what_an_amount_buys(self, lin: Customer) -> None:
        ran = await ask(lin, "800分可以拿到什么", entities={"points_amount": 800})
        assert ran.only.text == "800 分可以换：茶叶罐（800 分）、20 元优惠券（450 分）。"

    async def test_an_amount_too_small_for_anything(self, lin: Customer) -> None:
        ran = await ask(lin, "what would 90 points get me", entities={"points_amount": 90}, language="en")
        assert ran.only.text == (
            "90 points are not enough yet: the cheapest is the ¥20 voucher for 450, which is 360 more."
        )

    async def test_what_is_ruled_out_is_not_told_again(self, lin: Customer) -> None:
        ran = await ask(lin, "around 1000 points", language="en", spoken_of={"ruled_out": "tea"})
        assert "tea tin" not in ran.only.text
        assert "voucher" in ran.only.text

    async def test_cheaper_than_what_was_told(self, lin: Customer) -> None:
        await ask(lin, "礼品有哪些")
        ran = await ask(lin, "有没有便宜一点的")
        assert ran.only.text == "分少一些的有 20 元优惠券（450 分）。"

    async def test_nothing_is_cheaper_than_the_cheapest(self, lin: Customer) -> None:
        await ask(lin, "都能换什么")
        ran = await ask(lin, "有便宜的吗")
        assert ran.responses == ["reply_rewards_cheaper_none"]

    async def test_the_others_leave_out_what_was_told(self, lin: Customer) -> None:
        await ask(lin, "礼品有哪些")
        ran = await ask(lin, "还有别的吗")
        assert ran.only.text == "还有 50 元优惠券（1,000 分）、20 元优惠券（450 分）。"

    async def test_a_long_list_comes_in_pages(self, database: Database, lin: Customer) -> None:
        async with database.transaction() as session:
            for number in range(8):
                names = dict.fromkeys(("zh-Hans", "zh-Hant", "en"), f"N{number}")
                session.add(
                    Reward(code=f"n{number}", kind=RewardKind.GIFT, cost=2000 + number, names=names, position=9)
                )
        first = await ask(lin, "都有什么")
        assert first.only.titles[-1] == "再看几样"
        assert first.only.payloads[-1] == '/ask_rewards{"choice":"from:10"}'
        second = await ask(lin, first.only.payloads[-1], entities={"choice": "from:10"})
        assert second.only.text == "还有 N6（2,006 分）、N7（2,007 分）。"


class TestOne:
    async def test_its_price_and_what_is_left(self, lin: Customer) -> None:
        ran = await ask(lin, "茶叶罐要几分", entities={"reward": "茶叶罐"})
        assert ran.only.text == "茶叶罐要 800 积分。您有 1,220，够换，换完还剩 420。"
        assert ran.only.payloads == ['/redeem_points{"reward":"tea_tin"}']
        assert lin.slots["focus"]["reward"] == "tea_tin"

    async def test_the_one_spoken_of(self, lin: Customer) -> None:
        ran = await ask(lin, "它要多少积分", spoken_of={"reward": "voucher_50"})
        assert ran.only.values["cost"] == "1,000"

    async def test_what_is_named_is_not_replaced_by_what_was_spoken_of(self, lin: Customer) -> None:
        ran = await ask(lin, "那个罐多少分", spoken_of={"reward": "voucher_50"})
        assert ran.only.values["reward"] == "茶叶罐"

    async def test_one_beyond_reach_says_what_is_missing(self, lin: Customer) -> None:
        ran = await ask(lin, "how much is the coffee set", entities={"reward": "coffee set"}, language="en")
        assert ran.only.text == "pour-over coffee set: 1,500 points. You have 1,220, so you are 280 short."
        assert lin.slots["points_missing"] == 280

    async def test_a_stranger_hears_the_price(self, database: Database, customer: Customer) -> None:
        await stock(database)
        ran = await ask(customer, "茶葉罐要幾分", entities={"reward": "茶葉罐"}, language="zh-Hant")
        assert ran.only.text == "茶葉罐需要 800 點。"


class TestBeforeTheyExpire:
    @pytest_asyncio.fixture
    async def soon(self, database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
        """A member of whose 1,220 points 820 expire on 31 December."""
        assert member.member is not None
        await stock(database)
        await give(database, member.member, 820, expires_at=datetime(2026, 12, 31, 15, 59, tzinfo=UTC))
        await give(database, member.member, 400)
        return member

    async def test_what_the_expiring_points_buy(self, soon: Customer) -> None:
        lin = soon
        ran = await ask(lin, "过期前可以拿它们换些什么")
        assert ran.only.text == (
            "12 月 31 日到期的 820 分可以换，最合适的是茶叶罐（800 分）、20 元优惠券（450 分）。您一共有 1,220 分。"
        )

    async def test_the_second_one_listed_is_asked_about_not_taken(self, soon: Customer) -> None:
        lin = soon
        await lin.run(ActionPointsExpiring, "快过期的积分", "ask_points_expiring")
        listed = lin.slots["focus"]["listed"]
        assert listed[1] == {"title": "茶叶罐", "payload": '/ask_rewards{"reward":"tea_tin"}'}
        ran = await ask(lin, listed[1]["payload"], entities={"reward": "tea_tin"})
        assert ran.only.values["cost"] == "800"


class TestInMoney:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("换咖啡套装还要买多少钱的东西", "zh-Hans"),
            ("what would I have to buy to get the coffee set, in yuan", "en"),
        ],
    )
    async def test_what_is_missing_is_told_in_money(
        self, database: Database, member: Customer, text: str, language: str
    ) -> None:
        assert member.member is not None
        await stock(database)
        await give(database, member.member, 1220)
        ran = await member.run(
            ActionRewards, text, "ask_rewards", entities={"reward": "pour_over_set"}, language=language
        )
        assert ran.only.response == "reply_reward_in_money"
        assert "280" in ran.only.text

    async def test_after_a_review_it_is_less(self, database: Database, member: Customer) -> None:
        assert member.member is not None
        await stock(database)
        await give(database, member.member, 1220)
        ran = await member.run(
            ActionRewards, "does a review count, and how many would i need then", "ask_rewards",
            slots={"focus": {"reward": "pour_over_set"}}, language="en",
        )  # fmt: skip
        assert ran.only.response == "reply_reward_after_review"
        assert "240 after one review" in ran.only.text
