"""Balance, statement, origin, expiry and earning rules, as a member asks for them."""

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from actions.kit.asked.rewards_asked import WITH_BALANCE
from actions.orders.status import ActionOrderStatus
from actions.points.balance import (
    ActionPointsBalance,
    ActionPointsExpiring,
    ActionPointsHistory,
    ActionPointsRules,
)
from crm_store import accrual, points, rewards
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.orders import OrderStatus
from tests.actions.conftest import Customer
from tests.actions.shelf import give, order, stock
from tests.actions.shop import MUG, SHOE, place

LAST_YEAR = datetime(2025, 12, 14, 3, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def lin(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    """林悦 with 2,380 points: 600 of last December (420 for an order, 180 for the birthday), the rest of this year."""
    assert member.member is not None
    await stock(database)
    await give(database, member.member, 420, at=LAST_YEAR, reference="20251214-0037", expires_at=end_of(2026))
    await give(
        database, member.member, 180, at=LAST_YEAR + timedelta(days=6), reason="birthday", expires_at=end_of(2026)
    )
    await give(database, member.member, 1780, at=datetime(2026, 10, 3, tzinfo=UTC), reference="20261003-0001")
    return member


def end_of(year: int) -> datetime:
    return datetime(year, 12, 31, 15, 59, 59, tzinfo=UTC)


class TestBalance:
    async def test_a_stranger_learns_nothing_but_how_to_verify(self, customer: Customer) -> None:
        ran = await customer.run(ActionPointsBalance, "我还有多少积分", "ask_points_balance")
        assert ran.responses == ["reply_verify_first"]
        assert ran.slots["pending_action"]["action"] == "action_points_balance"
        assert await customer.outcomes() == ["verification_needed"]

    async def test_a_member_hears_balance_and_what_expires(self, lin: Customer) -> None:
        ran = await lin.run(ActionPointsBalance, "我还有多少积分", "ask_points_balance")
        assert ran.only.text == "您现在有 2,380 积分，其中 600 积分将在 12 月 31 日到期。"

    async def test_the_reply_follows_the_script_of_the_customer(self, lin: Customer) -> None:
        ran = await lin.run(ActionPointsBalance, "我還有多少積分", "ask_points_balance", language="zh-Hant")
        assert ran.only.text == "您現在有 2,380 點，其中 600 點將在 12 月 31 日到期。"

    async def test_the_question_is_on_the_timeline_once_even_when_it_comes_twice(self, lin: Customer) -> None:
        first = await lin.run(ActionPointsBalance, "积分", "ask_points_balance")
        await lin.run(ActionPointsBalance, "积分", "ask_points_balance", message_id=first.message_id)
        assert await lin.outcomes() == ["answered"]


class TestOrigin:
    async def test_an_amount_that_expires_is_told_by_the_entries_behind_it(self, lin: Customer) -> None:
        await lin.run(ActionPointsBalance, "我还有多少积分", "ask_points_balance")
        ran = await lin.run(ActionPointsHistory, "那600怎么来的", "ask_points_history")
        assert ran.only.text == (
            "2025 年 12 月 14 日的订单 20251214-0037 得了 420 分，2025 年 12 月 20 日生日双倍送了 180 分。"
        )

    async def test_those_means_the_points_last_said_to_expire(self, lin: Customer) -> None:
        await lin.run(ActionPointsBalance, "我还有多少积分", "ask_points_balance")
        ran = await lin.run(ActionPointsHistory, "那些是怎么来的", "ask_points_history")
        assert "420 分" in ran.only.text
        assert "180 分" in ran.only.text

    async def test_a_single_entry_is_found_by_its_points(self, lin: Customer) -> None:
        ran = await lin.run(
            ActionPointsHistory, "what was the 1780 for", "ask_points_history",
            entities={"points_amount": 1780}, language="en",
        )  # fmt: skip
        assert ran.only.text == "1,780 points for order 20261003-0001 on 3 October."

    async def test_an_amount_in_a_month_is_no_question_about_what_expires(self, lin: Customer) -> None:
        await lin.run(ActionPointsBalance, "我还有多少积分", "ask_points_balance")
        october = {"from": "2026-10-01T00:00:00+08:00", "to": "2026-11-01T00:00:00+08:00", "grain": "month"}
        ran = await lin.run(
            ActionPointsHistory, "10月进的1780是哪一单", "ask_points_history", entities={"time": (october, "10月")}
        )
        assert ran.only.text == "10 月 3 日的订单 20261003-0001 得了 1,780 分。"
        assert lin.slots["focus"]["order"] == "20261003-0001"

    async def test_of_two_alike_the_one_of_the_time_named_is_meant(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        await give(database, lin.member, 1780, reference="20260505-0002", at=datetime(2026, 5, 5, tzinfo=UTC))
        may = {"from": "2026-05-01T00:00:00+08:00", "to": "2026-06-01T00:00:00+08:00", "grain": "month"}
        ran = await lin.run(ActionPointsHistory, "5月的1780呢", "ask_points_history", entities={"time": (may, "5月")})
        assert ran.only.text == "5 月 5 日的订单 20260505-0002 得了 1,780 分。"

    async def test_spent_points_name_the_reward(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        async with database.transaction() as session:
            await rewards.redeem(session, lin.member.id, "tea_tin", key="r1")
        ran = await lin.run(ActionPointsHistory, "那800去哪了", "ask_points_history", entities={"points_amount": 800})
        assert ran.only.text == "11 月 22 日换「茶叶罐」用了 800 分。"

    async def test_an_amount_nobody_knows_is_said_so_and_the_statement_shown(self, lin: Customer) -> None:
        ran = await lin.run(ActionPointsHistory, "777分哪来的", "ask_points_history", entities={"points_amount": 777})
        assert ran.responses == ["reply_points_origin_unknown", "reply_points_history"]


class TestStatement:
    async def test_the_newest_entry_comes_first_and_the_balance_last(self, lin: Customer) -> None:
        ran = await lin.run(ActionPointsHistory, "积分明细", "ask_points_history")
        assert ran.only.text == (
            "最近的积分明细：\n"
            "10 月 3 日购物（20261003-0001） +1,780\n"
            "2025 年 12 月 20 日生日双倍 +180\n"
            "2025 年 12 月 14 日购物（20251214-0037） +420\n"
            "现在一共 2,380 积分。"
        )

    async def test_a_month_that_is_named_narrows_it_down(self, lin: Customer) -> None:
        time = {"from": "2026-10-01T00:00:00+08:00", "to": "2026-11-01T00:00:00+08:00", "grain": "month"}
        ran = await lin.run(ActionPointsHistory, "上个月的积分", "ask_points_history", entities={"time": time})
        assert ran.only.text.count("\n") == 2
        assert "1,780" in ran.only.text

    @pytest.mark.parametrize(
        ("latest", "before", "language"),
        [
            ("最近一笔是怎么得的", "再之前那笔呢", "zh-Hans"),
            ("最近那筆是買什麼拿到的", "再之前嗰筆係幾多分", "zh-Hant"),
            ("what was the latest one for", "and the one before that", "en"),
        ],
    )
    async def test_one_entry_after_the_other(self, lin: Customer, latest: str, before: str, language: str) -> None:
        ran = await lin.run(ActionPointsHistory, latest, "ask_points_history", language=language)
        assert "+1,780" in ran.only.text
        assert "+180" not in ran.only.text
        ran = await lin.run(ActionPointsHistory, before, "ask_points_history", language=language)
        assert "+180" in ran.only.text

    async def test_an_empty_account_says_how_it_fills(self, member: Customer) -> None:
        ran = await member.run(ActionPointsHistory, "积分明细", "ask_points_history")
        assert ran.responses == ["reply_points_history_empty"]


class TestExpiring:
    async def test_days_amounts_and_what_they_buy(self, lin: Customer) -> None:
        ran = await lin.run(ActionPointsExpiring, "哪些积分快过期", "ask_points_expiring")
        assert ran.only.text.startswith("12 月 31 日到期 600 分。您的 2,380 积分现在够换：")
        # The tea tin uses the 600 up with the least beyond it, so it is told first.
        assert ran.only.payloads[0] == '/redeem_points{"reward": "tea_tin"}'

    @pytest.mark.parametrize(
        ("text", "language", "told"),
        [
            ("哪天失效", "zh-Hans", "您现在有 2,380 积分：12 月 31 日到期 600 分"),
            ("哪一天到期", "zh-Hant", "您現在有 2,380 點：12 月 31 日到期 600 點"),
            (
                "and when do I lose them",
                "en",
                "You have 2,380 points. They expire like this: 600 points on 31 December",
            ),
        ],
    )
    async def test_how_many_there_are_and_until_when_is_one_bubble(
        self, lin: Customer, text: str, language: str, told: str
    ) -> None:
        ran = await lin.run(
            ActionPointsExpiring, text, "ask_points_expiring", entities={"choice": WITH_BALANCE}, language=language
        )
        assert ran.only.text.startswith(told)

    async def test_both_are_told_where_none_expire(self, member: Customer) -> None:
        ran = await member.run(
            ActionPointsExpiring, "哪天失效", "ask_points_expiring", entities={"choice": WITH_BALANCE}
        )
        assert ran.responses == ["reply_points_balance"]

    async def test_nothing_to_expire(self, member: Customer) -> None:
        ran = await member.run(ActionPointsExpiring, "哪些积分快过期", "ask_points_expiring")
        assert ran.responses == ["reply_points_expiring_none"]


class TestRules:
    async def test_a_stranger_gets_the_rates_of_all_levels(self, database: Database, customer: Customer) -> None:
        await stock(database)
        ran = await customer.run(ActionPointsRules, "how do I earn points", "ask_points_rules", language="en")
        assert "Bronze 1, Silver 2, Gold 3, Platinum 4" in ran.only.text

    @pytest.mark.parametrize(
        ("text", "language", "says"),
        [
            (
                "300元能有多少积分",
                "zh-Hans",
                "¥300 得到的积分按等级算：普通会员 300 分、银卡会员 600 分、金卡会员 900 分、白金会员 1,200 分",
            ),
            ("300元可以拿多少點數", "zh-Hant", "普通會員 300 點、銀卡會員 600 點、金卡會員 900 點、白金會員 1,200 點"),
            (
                "how many points do I get for 300 yuan",
                "en",
                "¥300 brings, by level: Bronze 300, Silver 600, Gold 900, Platinum 1,200",
            ),
        ],
    )
    async def test_a_stranger_is_told_what_an_amount_brings_at_each_level(
        self, database: Database, customer: Customer, text: str, language: str, says: str
    ) -> None:
        await stock(database)
        ran = await customer.run(ActionPointsRules, text, "ask_points_rules", language=language)
        assert says in ran.only.text

    async def test_a_member_gets_the_own_rate(self, lin: Customer) -> None:
        ran = await lin.run(ActionPointsRules, "怎么攒积分", "ask_points_rules")
        assert "普通会员，每消费 1 元得 1 分，比如 ¥100 的订单得 100 分" in ran.only.text

    async def test_points_still_missing_become_an_order_amount(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        async with database.transaction() as session:
            member = await session.merge(lin.member)
            member.tier_code = "silver"
            number = (await order(session, member, delivered_at=datetime(2026, 11, 15, tzinfo=UTC))).number
        ran = await lin.run(
            ActionPointsRules, "actually how do i get 280 more", "ask_points_rules",
            entities={"points_amount": 280}, language="en",
        )  # fmt: skip
        assert ran.only.text == (
            "An order of ¥140 would do it: as a Silver member you earn 2 points per ¥1. "
            f"Reviewing {number} adds 40 each."
        )

    async def test_an_order_that_was_reviewed_is_not_offered_again(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        async with database.transaction() as session:
            member = await session.merge(lin.member)
            first, second = [
                (await order(session, member, delivered_at=datetime(2026, 11, day, tzinfo=UTC))).number
                for day in (10, 15)
            ]
            await accrual.earn_for_review(session, member, order_number=second)
        asked = {"entities": {"points_amount": 280}, "language": "en"}
        ran = await lin.run(ActionPointsRules, "how do i get 280 more", "ask_points_rules", **asked)
        assert f"Reviewing {first} adds 40 each." in ran.only.text
        assert second not in ran.only.text

        async with database.transaction() as session:
            member = await session.merge(lin.member)
            await accrual.earn_for_review(session, member, order_number=first)
        ran = await lin.run(ActionPointsRules, "how do i get 280 more", "ask_points_rules", **asked)
        assert ran.responses == ["reply_points_more"]

    async def test_without_an_amount_the_shortfall_of_the_last_reward_counts(self, lin: Customer) -> None:
        ran = await lin.run(ActionPointsRules, "那怎么再攒一点", "ask_points_rules", slots={"points_missing": 120})
        assert "再下一单 ¥120 就够" in ran.only.text

    async def test_how_much_is_missing_means_for_the_reward_spoken_of(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        async with database.transaction() as session:
            await points.spend(session, lin.member.id, points=1200, reason="redeem", key="elsewhere")
        ran = await lin.run(
            ActionPointsRules, "还差多少怎么凑", "ask_points_rules", slots={"focus": {"reward": "pour_over_set"}}
        )
        assert ran.only.values["missing"] == "320"

    @pytest.mark.parametrize(
        ("text", "response"),
        [("买3000的东西积分怎么算", "reply_points_for_amount"), ("积分怎么算", "reply_points_rules_own")],
    )
    async def test_an_amount_in_another_question_is_no_wish_for_more(
        self, lin: Customer, text: str, response: str
    ) -> None:
        ran = await lin.run(ActionPointsRules, text, "ask_points_rules", slots={"points_missing": 120})
        assert ran.responses == [response]


@pytest.mark.parametrize(
    ("said", "language"),
    [("那单给我多少积分", "zh-Hans"), ("這筆給我幾點", "zh-Hant"), ("how many points for this order", "en")],
)
@pytest.mark.parametrize("action", [ActionPointsBalance, ActionPointsHistory, ActionOrderStatus])
@pytest.mark.usefixtures("frozen_clock")
async def test_the_points_of_the_order_spoken_of_and_not_of_the_newest(
    member: Customer, said: str, language: str, action: type
) -> None:
    await stock(member.database)
    async with member.database.transaction() as session:
        meant = await place(session, member.member.id, MUG, status=OrderStatus.DELIVERED)
        await place(session, member.member.id, SHOE, status=OrderStatus.SHIPPED)
    ran = await member.run(
        action, said, "ask_points_balance", language=language,
        slots={"focus": {"order": meant.number, "at": {"order": 1}}},
    )  # fmt: skip
    assert ran.responses[0].startswith("reply_order_points_")
    assert meant.number in ran.said[0].text


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("对了我现在有多少积分", "zh-Hans"), ("謝謝 我還有多少點數", "zh-Hant"),
        ("thanks. also how many points do i have", "en"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("frozen_clock")
async def test_all_points_of_ones_own_are_not_those_of_the_order_just_spoken_of(
    member: Customer, said: str, language: str
) -> None:
    await stock(member.database)
    async with member.database.transaction() as session:
        await points.earn(session, member.member.id, points=80, reason="purchase", key="one")
        meant = await place(session, member.member.id, MUG, status=OrderStatus.SHIPPED)
    ran = await member.run(
        ActionPointsHistory, said, "ask_points_history", language=language,
        slots={"focus": {"order": meant.number, "at": {"order": 1}}},
    )  # fmt: skip
    assert ran.responses == ["reply_points_history"]
    assert ran.only.values["balance"] == "80"


class TestPointsOfAYear:
    @pytest.mark.parametrize(
        ("text", "language", "says"),
        [
            ("2025年三月得的呢", "zh-Hans", "2026 年 12 月 31 日"),
            ("那去年拿到的呢", "zh-Hant", "2026 年 12 月 31 日"),
            ("and those I earned in 2023", "en", "ended on 31 December 2024"),
        ],
    )
    @pytest.mark.usefixtures("frozen_clock")
    async def test_a_visitor_hears_until_when(self, customer: Customer, text: str, language: str, says: str) -> None:
        ran = await customer.run(ActionPointsExpiring, text, "ask_points_expiring", language=language)
        assert says in ran.only.text

    async def test_without_a_year_the_rule_is_told(self, customer: Customer) -> None:
        ran = await customer.run(ActionPointsExpiring, "积分会过期吗", "ask_points_expiring")
        assert ran.responses == ["reply_points_expiry_rule"]
