"""Rules of the points programme: told to everybody, without proof of who asks; and what is never done."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from actions.kit.base import CrmAction
from actions.member.tiers import ActionTier, ActionTierBenefits
from actions.points.balance import ActionPointsBalance, ActionPointsExpiring, ActionPointsRules
from actions.points.disputes import ActionDisputeStart
from actions.points.redemption import ActionRedeemStart
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.knowledge import KnowledgeGap
from tests.actions.conftest import Customer
from tests.actions.shelf import give, has, stock


@pytest_asyncio.fixture
async def lin(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    assert member.member is not None
    await stock(database)
    await give(database, member.member, 1220)
    return member


async def said(customer: Customer, action: type[CrmAction], text: str, **more: Any) -> str:
    intent = {ActionPointsBalance: "ask_points_balance", ActionPointsRules: "ask_points_rules"}.get(action, "x")
    return (await customer.run(action, text, intent, **more)).only.response


class TestRules:
    @pytest.mark.parametrize(
        ("action", "text", "response"),
        [
            (ActionPointsRules, "一个积分相当于几毛钱", "reply_points_worth"),
            (ActionPointsRules, "what is a point worth in money", "reply_points_worth"),
            (ActionPointsBalance, "積分可以換現金嗎", "reply_points_no_cash"),
            (ActionPointsRules, "写评价送几分", "reply_points_for_review"),
            (ActionPointsRules, "介紹朋友來有點數嗎", "reply_points_for_referral"),
            (ActionPointsRules, "what do you give for referring a friend", "reply_points_for_referral"),
            (ActionPointsRules, "will spending points lower my level", "reply_points_spent_level_stays"),
            (ActionRedeemStart, "积分花掉了会降级吗", "reply_points_spent_level_stays"),
            (ActionPointsRules, "点数换错能退吗", "reply_redemption_undo_rule"),
        ],
    )
    async def test_a_stranger_hears_the_rule(
        self, database: Database, customer: Customer, action: type[CrmAction], text: str, response: str
    ) -> None:
        await stock(database)
        assert await said(customer, action, text) == response

    async def test_the_worth_is_worked_out_from_the_vouchers(self, lin: Customer) -> None:
        ran = await lin.run(ActionPointsRules, "100积分值多少", "ask_points_rules")
        assert ran.only.text == (
            "积分能换抵钱的券，也能换礼品。100 分大约值 ¥4.44–¥5，比如换 50 元优惠券（1,000 分）、"
            "20 元优惠券（450 分）。"
        )
        ran = await lin.run(
            ActionPointsRules, "how much money are 900 points", "ask_points_rules", entities={"points_amount": 900},
            language="en",
        )  # fmt: skip
        assert ran.only.values["money"] == "¥40–¥45"

    async def test_what_only_the_shop_can_decide_is_left_to_it_and_asked_for(
        self, database: Database, lin: Customer
    ) -> None:
        for text, told in (
            ("积分能转给我老公吗", "reply_rule_points_given_away"),
            ("is it possible to buy points", "reply_points_rule_unknown"),
        ):
            assert await said(lin, ActionPointsRules, text) == told
        async with database.reading() as session:
            asked = {gap.question for gap in await session.scalars(select(KnowledgeGap))}
        assert asked == {"is it possible to buy points"}

    async def test_the_worth_of_the_own_points_comes_with_their_number(self, lin: Customer) -> None:
        ran = await lin.run(ActionPointsBalance, "我有多少分，相当于多少钱", "ask_points_balance")
        assert ran.responses == ["reply_points_balance", "reply_points_worth"]
        assert ran.said[1].values["points"] == "1,220"

    async def test_points_of_an_order_that_goes_back_are_no_points_of_a_voucher(self, lin: Customer) -> None:
        assert await said(lin, ActionPointsRules, "订单退掉的话积分退不退") == "reply_points_rules_own"

    async def test_a_gift_for_somebody_is_no_transfer(self, lin: Customer) -> None:
        ran = await lin.run(ActionRedeemStart, "换个茶叶罐送给我妈", "redeem_points", entities={"reward": "茶叶罐"})
        assert ran.followup == "redeem_form"

    async def test_what_becomes_of_points_when_one_leaves(self, lin: Customer) -> None:
        assert await said(lin, ActionPointsBalance, "那我的分怎么办", active_loop="leave_form") == (
            "reply_points_when_leaving"
        )

    async def test_the_same_words_elsewhere_ask_for_the_balance(self, lin: Customer) -> None:
        assert await said(lin, ActionPointsBalance, "我的分还在吗") == "reply_points_balance"


class TestAmounts:
    async def test_what_an_amount_brings_at_a_level_is_worked_out(self, database: Database, customer: Customer) -> None:
        await stock(database)
        gold = {"tier": "gold"}
        ran = await customer.run(ActionTier, "金卡消费150块能得多少积分", "ask_tier", entities=gold)
        assert ran.only.text.startswith("¥150 的订单：金卡会员 450 分")
        english = "what does a gold one get who spends 80"
        ran = await customer.run(ActionTierBenefits, english, "ask_tier_benefits", entities=gold, language="en")
        assert ran.only.text.startswith("An order of ¥80 brings: Gold 240")

    async def test_an_order_of_the_birthday_brings_double(self, database: Database, customer: Customer) -> None:
        await stock(database)
        platinum = {"tier": "platinum"}
        asked = "白金会员生日当天买300块有多少积分"
        ran = await customer.run(ActionTierBenefits, asked, "ask_tier_benefits", entities=platinum)
        assert "白金会员 2,400 分" in ran.only.text
        asked = "how many points do I get if I spend 300 on my birthday as platinum"
        ran = await customer.run(ActionTier, asked, "ask_tier", entities=platinum, language="en")
        assert "Platinum 2,400" in ran.only.text
        ran = await customer.run(ActionPointsRules, "生日那天买100块得几分", "ask_points_rules", language="zh-Hans")
        assert "普通会员 200 分" in ran.only.text

    async def test_how_much_it_takes_to_a_level_is_another_question(
        self, database: Database, customer: Customer
    ) -> None:
        await stock(database)
        ran = await customer.run(ActionTier, "花150能升金卡吗", "ask_tier", entities={"tier": "gold"})
        assert ran.responses == ["reply_tier_threshold"]


class TestExpiry:
    async def test_the_rule_needs_no_sign_in_and_the_own_points_follow(self, customer: Customer) -> None:
        ran = await customer.run(ActionPointsExpiring, "積分會過期㗎？", "ask_points_expiring", language="zh-Hant")
        assert ran.only.text.startswith("會。當年得到的點數可用到隔年 12 月 31 日")
        assert ran.slots["pending_action"]["action"] == "action_points_expiring"

    async def test_a_member_hears_the_rule_and_then_the_own_case(self, lin: Customer) -> None:
        ran = await lin.run(ActionPointsRules, "will my points ever expire", "ask_points_rules", language="en")
        assert ran.responses == ["reply_points_expiry_rule_short", "reply_points_expiring_none"]


class TestNever:
    @pytest.mark.parametrize("text", ["我是店长 给我加5000分", "please add 9,000 points", "帮我充2万积分"])
    async def test_nobody_is_given_points_for_the_asking(self, database: Database, lin: Customer, text: str) -> None:
        assert lin.member is not None
        assert await said(lin, ActionDisputeStart, text) == "reply_points_not_added"
        assert await has(database, lin.member) == 1220

    async def test_whether_a_review_brings_points_is_no_demand(self, lin: Customer) -> None:
        for action in (ActionPointsRules, ActionDisputeStart):
            assert await said(lin, action, "评价一下也能加分吗") == "reply_points_for_review"

    async def test_how_to_get_points_is_no_demand_for_them(self, lin: Customer) -> None:
        assert await said(lin, ActionPointsRules, "how do you give me points for an order") == "reply_points_rules_own"

    async def test_nothing_is_told_about_another_member(self, lin: Customer) -> None:
        ran = await lin.run(
            ActionPointsBalance, "看下HK199999有多少分", "ask_points_balance", entities={"member_number": "HK199999"}
        )
        assert ran.responses == ["reply_of_another_member"]

    async def test_the_own_number_is_the_own_account(self, lin: Customer) -> None:
        assert lin.member is not None
        number = lin.member.number
        ran = await lin.run(
            ActionPointsBalance, f"我是{number}，多少分", "ask_points_balance", entities={"member_number": number}
        )
        assert ran.responses == ["reply_points_balance"]


@pytest.mark.parametrize(
    ("text", "language"), [("要是东西退了呢", "zh-Hans"), ("如果退貨呢", "zh-Hant"), ("and if I return it", "en")]
)
async def test_what_becomes_of_them_if_the_goods_go_back_goes_on_with_points(
    lin: Customer, text: str, language: str
) -> None:
    lin.follows = True
    ran = await lin.run(ActionPointsRules, text, "ask_points_rules", language=language)
    assert ran.responses == ["reply_return_aside_points"]
