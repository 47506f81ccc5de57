"""Levels and their benefits, for members and for strangers."""

from datetime import UTC, datetime

import pytest
import pytest_asyncio

from actions.member.tiers import ActionTier, ActionTierBenefits
from bot.jobs.points import adjust_levels
from crm_store import members, tiers
from crm_store.clock import FrozenClock
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.shelf import give, stock


@pytest_asyncio.fixture
async def lin(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    """A silver member with 1,300 points earned on 3 October 2026."""
    assert member.member is not None
    await stock(database)
    await give(database, member.member, 1300, at=datetime(2026, 10, 3, tzinfo=UTC))
    async with database.transaction() as session:
        await tiers.recompute(session, await members.get(session, member.member.id))
    return member


class TestTier:
    async def test_level_points_next_and_until_when_it_is_safe(self, lin: Customer) -> None:
        ran = await lin.run(ActionTier, "我是什么等级", "ask_tier")
        assert ran.only.text == (
            "您是银卡会员。最近 12 个月得了 1,300 分，再得 3,700 分升金卡会员（大约消费 ¥1,850）；"
            "现在的等级至少保留到 2027 年 11 月 2 日。"
        )

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("我现在是什么等级，离金卡还差多少", "zh-Hans"),
            ("我是什麼等級，離金卡差多少", "zh-Hant"),
            ("whats my level and how far off gold am i", "en"),
        ],
    )
    async def test_the_own_level_beside_the_way_to_the_next_is_told_with_it(
        self, lin: Customer, text: str, language: str
    ) -> None:
        ran = await lin.run(ActionTier, text, "ask_tier", entities={"tier": "gold"}, language=language)
        assert "3,700" in ran.only.text
        assert ran.only.response != "reply_tier_distance"

    async def test_the_first_level_cannot_be_lost(self, database: Database, member: Customer) -> None:
        await stock(database)
        ran = await member.run(ActionTier, "what level am i", "ask_tier", language="en")
        assert ran.only.response == "reply_tier_first"
        assert "1,000 more by" in ran.only.text

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("我的分都两万了 怎么还是银卡", "zh-Hans"),
            ("我點數咁多，點解仲係銀卡", "zh-Hant"),
            ("I have loads of points, why am I still silver", "en"),
        ],
    )
    async def test_why_it_is_no_higher_is_what_counts(self, lin: Customer, text: str, language: str) -> None:
        ran = await lin.run(ActionTier, text, "ask_tier", entities={"tier": "gold"}, language=language)
        assert ran.only.response == "reply_tier_what_counts"
        assert "1,300" in ran.only.text
        assert "3,700" in ran.only.text

    @pytest.mark.parametrize("text", ["掉的话直接到普卡吗", "straight to bronze?? not silver first"])
    async def test_where_one_falls_to_is_worked_out(self, lin: Customer, text: str) -> None:
        entities = {"tier": "bronze", "choice": "drop"}
        ran = await lin.run(ActionTier, text, "ask_tier", entities=entities, language="en")
        assert ran.only.response == "reply_tier_drop"
        assert "Bronze 0+" in ran.only.text
        assert "would have 0 then and be Bronze" in ran.only.text

    async def test_the_highest_level_has_no_next(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        await give(database, lin.member, 25_000)
        async with database.transaction() as session:
            await tiers.recompute(session, await members.get(session, lin.member.id))
        ran = await lin.run(ActionTier, "我是什么等级", "ask_tier")
        assert ran.only.response == "reply_tier_top"
        assert "白金会员" in ran.only.text

    async def test_a_stranger_gets_the_threshold_of_a_named_level(self, database: Database, customer: Customer) -> None:
        await stock(database)
        ran = await customer.run(ActionTier, "怎么升金卡", "ask_tier", entities={"tier": "gold"})
        assert ran.only.text.startswith("最近 12 个月得到满 5,000 分就是金卡会员，每消费 1 元得 3 分。")

    async def test_a_stranger_s_own_level_needs_verification(self, customer: Customer) -> None:
        ran = await customer.run(ActionTier, "我是什么等级", "ask_tier")
        assert ran.responses == ["reply_verify_first"]


class TestBenefits:
    async def test_the_member_s_own_level(self, lin: Customer) -> None:
        ran = await lin.run(ActionTierBenefits, "我有哪些權益", "ask_tier_benefits", language="zh-Hant")
        assert ran.only.text.startswith("您是銀卡會員，享有這些權益：\n· 每消費 1 元得 2 點\n")

    async def test_a_level_that_is_named(self, lin: Customer) -> None:
        ran = await lin.run(ActionTierBenefits, "金卡有什么好处", "ask_tier_benefits", entities={"tier": "gold"})
        assert ran.only.response == "reply_tier_benefits"
        assert "每一单都包邮" in ran.only.text

    async def test_a_stranger_gets_the_table(self, database: Database, customer: Customer) -> None:
        await stock(database)
        ran = await customer.run(ActionTierBenefits, "what do members get", "ask_tier_benefits", language="en")
        lines = ran.only.values["lines"].split("\n")
        assert lines[2] == "Gold: from 5,000 points, 3 per ¥1; Free shipping, Early access"
        assert len(lines) == 4


class TestWhatIsSpokenOf:
    async def test_the_next_level_is_what_then_means(self, lin: Customer) -> None:
        await lin.run(ActionTier, "how far to the next level", "ask_tier", language="en")
        level = lin.slots["focus"]["tier"]
        ran = await lin.run(
            ActionTierBenefits, "and what would I get then", "ask_tier_benefits", spoken_of={"tier": level}
        )
        assert ran.only.text.startswith("Gold (from 5,000 points within 12 months)")

    async def test_my_own_benefits_are_those_of_my_level(self, lin: Customer) -> None:
        ran = await lin.run(ActionTierBenefits, "我现在有什么权益", "ask_tier_benefits", spoken_of={"tier": "gold"})
        assert ran.only.response == "reply_tier_benefits_own"

    async def test_a_named_level_is_measured_from_where_the_member_stands(self, lin: Customer) -> None:
        ran = await lin.run(ActionTier, "那白金呢", "ask_tier", entities={"tier": "platinum"})
        assert ran.only.text == (
            "您现在是银卡会员。白金会员要 12 个月内得满 20,000 分，您得了 1,300，还差 18,700，大约消费 ¥9,350。"
        )

    async def test_a_level_below_is_passed_already(self, lin: Customer) -> None:
        ran = await lin.run(ActionTier, "普通会员要多少分", "ask_tier", entities={"tier": "bronze"})
        assert ran.responses == ["reply_tier_below"]


class TestLosingIt:
    async def test_until_when_it_is_safe_and_what_keeps_it(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        await give(database, lin.member, 400, at=datetime(2026, 11, 1, tzinfo=UTC))
        ran = await lin.run(ActionTier, "我的银卡会不会被降级", "ask_tier")
        assert ran.only.text == (
            "2027 年 11 月 2 日前不会掉。之后要看 12 个月里得的积分：够 1,000 才留得住，一分不再得就会降到普通会员。"
            "在那天之前再得 1,000 分（大约消费 ¥500）就能继续保住银卡会员。"
        )

    async def test_in_the_grace_it_is_told_what_still_holds_it_and_afterwards_why_it_went(
        self, database: Database, lin: Customer, frozen_clock: FrozenClock
    ) -> None:
        frozen_clock.to(datetime(2027, 10, 10, tzinfo=UTC))
        ran = await lin.run(ActionTier, "我是什么等级", "ask_tier")
        assert ran.only.text == (
            "您现在还是银卡会员。最近 12 个月得了 0 分，不到 1,000，所以给您宽限到 11 月 2 日；"
            "在那之前再得 1,000 分（大约消费 ¥500）就能保住。"
        )
        frozen_clock.to(datetime(2027, 11, 3, tzinfo=UTC))
        await adjust_levels(database)
        ran = await lin.run(ActionTier, "我是什么等级", "ask_tier")
        assert ran.only.text == (
            "11 月 3 日起您从银卡会员变成了普通会员：那之前 12 个月得了 0 分，不到银卡会员要的 1,000。"
            "您攒的积分一分没少；现在得了 0，再得 1,000 分（大约消费 ¥1,000）就升回银卡会员。"
        )

    async def test_the_first_level_has_nothing_below_it(self, database: Database, member: Customer) -> None:
        await stock(database)
        ran = await member.run(ActionTier, "can I be downgraded", "ask_tier", language="en")
        assert ran.responses == ["reply_tier_never_lost"]

    async def test_spending_points_is_no_way_to_lose_it(self, lin: Customer) -> None:
        ran = await lin.run(ActionTier, "积分都换掉的话会掉级吗", "ask_tier")
        assert ran.responses == ["reply_points_spent_level_stays"]


class TestTheLevelAbove:
    async def test_how_far_it_is_and_what_it_brings_in_one(self, database: Database, lin: Customer) -> None:
        await _gold(database, lin)
        ran = await lin.run(
            ActionTier, "我離下一級還差多少 金卡上面是什麼", "ask_tier", entities={"tier": "gold"}, language="zh-Hant"
        )
        assert ran.responses[-1] == "reply_tier_benefits"
        assert "白金會員" in ran.said[-1].text
        assert "再得" in ran.said[0].text

    @pytest.mark.parametrize(
        ("text", "language", "name"),
        [
            ("金卡上面是什么", "zh-Hans", "白金会员"),
            ("金卡再上去有什麼", "zh-Hant", "白金會員"),
            ("what is above gold", "en", "Platinum"),
        ],
    )
    async def test_alone_it_is_told_of_that_level(self, lin: Customer, text: str, language: str, name: str) -> None:
        ran = await lin.run(
            ActionTierBenefits, text, "ask_tier_benefits", entities={"tier": "gold", "choice": "above"},
            language=language,
        )  # fmt: skip
        assert ran.only.response == "reply_tier_benefits"
        assert name in ran.only.text


async def _gold(database: Database, lin: Customer) -> None:
    assert lin.member is not None
    await give(database, lin.member, 6_000)
    async with database.transaction() as session:
        await tiers.recompute(session, await members.get(session, lin.member.id))
