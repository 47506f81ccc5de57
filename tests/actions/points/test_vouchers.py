"""Codes held, told with their state; how they are used; and giving an unused one back for its points."""

from datetime import date, timedelta
from typing import ClassVar

import pytest
import pytest_asyncio

from actions.points.balance import ActionPointsBalance
from actions.points.redemption import ActionRedeemStart
from actions.points.vouchers import ActionUndoRedemption, ActionVouchers, code_in
from actions.talk.taken_back import ActionUndo
from crm_store import members, rewards
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.rewards import Redemption
from tests.actions.conftest import Customer, make_member
from tests.actions.shelf import give, has, stock


@pytest_asyncio.fixture
async def lin(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    """A member with 3,000 points."""
    assert member.member is not None
    await stock(database)
    await give(database, member.member, 3000)
    return member


async def redeemed(
    database: Database, customer: Customer, code: str, *, count: int = 1, key: str = "1:x_submit"
) -> list[Redemption]:
    assert customer.member is not None
    async with database.transaction() as session:
        return await rewards.redeem_several(session, customer.member.id, code, count=count, key=key)


class TestHeld:
    async def test_every_code_with_how_and_until_when(self, database: Database, lin: Customer) -> None:
        [big] = await redeemed(database, lin, "voucher_50", key="a")
        [tin] = await redeemed(database, lin, "tea_tin", key="b")
        ran = await lin.run(ActionVouchers, "手里有什么券", "ask_vouchers")
        assert ran.only.text == (
            "您手上有 2 张能用的：\n"
            f"· 50 元优惠券：{big.coupon_code}，满 ¥99 可用，2027 年 2 月 20 日前有效\n"
            f"· 茶叶罐：兑换码 {tin.coupon_code}，2027 年 2 月 20 日前下单时填上，随单寄出"
        )

    async def test_used_ones_are_left_out(self, database: Database, lin: Customer) -> None:
        [used] = await redeemed(database, lin, "voucher_20", key="a")
        await redeemed(database, lin, "voucher_50", key="b")
        async with database.transaction() as session:
            await rewards.use(session, used.coupon_code, used_on="20261122-0001")
        ran = await lin.run(ActionVouchers, "send me my code again", "ask_vouchers", language="en")
        assert ran.only.response == "reply_vouchers_one"
        assert used.coupon_code not in ran.only.text

    async def test_without_any_the_last_one_and_what_points_would_buy(self, database: Database, lin: Customer) -> None:
        [used] = await redeemed(database, lin, "voucher_20", key="a")
        async with database.transaction() as session:
            await rewards.use(session, used.coupon_code, used_on="20261122-0001")
        ran = await lin.run(ActionVouchers, "我有券吗", "ask_vouchers")
        assert ran.only.text == "现在没有能用的券，最近一张是 20 元优惠券，已使用。您有 2,550 积分。"

    async def test_how_to_use_them_is_told_to_everybody(self, database: Database, customer: Customer) -> None:
        await stock(database)
        ran = await customer.run(ActionVouchers, "券怎麼用", "ask_vouchers", language="zh-Hant")
        assert "50 元優惠券滿 ¥99、20 元優惠券不限金額" in ran.only.text

    async def test_which_ones_only_to_their_owner(self, customer: Customer) -> None:
        ran = await customer.run(ActionVouchers, "我有哪些券", "ask_vouchers")
        assert ran.responses == ["reply_verify_first"]

    async def test_how_one_is_used_is_told_to_a_member_who_holds_none(self, lin: Customer) -> None:
        ran = await lin.run(ActionVouchers, "要满多少才能用", "ask_vouchers")
        assert ran.only.response == "reply_vouchers_how"

    @pytest.mark.parametrize(
        ("text", "language"),
        [("validity of the 50 one", "en"), ("how long does a 50 voucher last", "en"), ("50 元券能用多久", "zh-Hans")],
    )
    async def test_how_long_one_would_run_is_told_to_who_holds_none(
        self, lin: Customer, text: str, language: str
    ) -> None:
        ran = await lin.run(ActionVouchers, text, "ask_vouchers", language=language)
        assert ran.only.response.startswith("reply_voucher_rules")


class TestBirthday:
    """The clock stands in November 2026."""

    @pytest.mark.parametrize(
        ("born", "response", "asks"),
        [
            (date(1990, 12, 3), "reply_birthday_gift_to_come", ("我的生日券怎么还没来", "zh-Hans")),
            (date(1990, 11, 5), "reply_birthday_gift_now", ("where is my bday coupon", "en")),
            (date(1992, 2, 29), "reply_birthday_gift_past", ("我生日的券用掉了嗎", "zh-Hant")),
            (None, "reply_birthday_unknown", ("生日券没收到", "zh-Hans")),
        ],
    )
    async def test_how_it_stands_by_birthday_and_level(
        self, database: Database, lin: Customer, born: date | None, response: str, asks: tuple[str, str]
    ) -> None:
        await _is(database, lin, tier="silver", birthday=born)
        ran = await lin.run(ActionVouchers, asks[0], "ask_vouchers", language=asks[1])
        assert ran.responses[0] == response
        assert "20" in ran.said[0].text

    async def test_a_level_without_one_is_told_so(self, database: Database, lin: Customer) -> None:
        await _is(database, lin, tier="bronze", birthday=date(1990, 12, 3))
        ran = await lin.run(ActionVouchers, "我的生日券呢，还没收到", "ask_vouchers")
        assert ran.responses[0] == "reply_birthday_no_gift"

    @pytest.mark.parametrize(
        ("used", "response"), [(True, "reply_voucher_used"), (False, "reply_voucher_issued_plain")]
    )
    async def test_one_that_was_given_here_is_told_with_what_became_of_it(
        self, database: Database, lin: Customer, used: bool, response: str
    ) -> None:
        async with database.transaction() as session:
            reward = await rewards.by_code(session, "voucher_20")
            reward.names = dict.fromkeys(reward.names, "生日券")
        [mine] = await redeemed(database, lin, "voucher_20")
        if used:
            async with database.transaction() as session:
                await rewards.use(session, mine.coupon_code, used_on="20261122-0001")
        ran = await lin.run(ActionVouchers, "我生日那张券用过了吗", "ask_vouchers")
        assert ran.responses[0] == response
        assert mine.coupon_code in ran.said[0].text

    @pytest.mark.parametrize(
        ("text", "language"),
        [("我的生日券能买特价的吗", "zh-Hans"), ("can I use my birthday voucher on sale items", "en")],
    )
    async def test_whether_it_counts_for_reduced_goods_stands_nowhere_and_that_is_said(
        self, database: Database, lin: Customer, text: str, language: str
    ) -> None:
        await _is(database, lin, tier="silver", birthday=date(1990, 12, 3))
        ran = await lin.run(ActionVouchers, text, "ask_vouchers", language=language)
        assert ran.responses == ["reply_birthday_gift_to_come", "reply_rule_unwritten"]

    async def test_a_stranger_is_told_nothing_of_anybody(self, customer: Customer) -> None:
        ran = await customer.run(ActionVouchers, "我的生日券还在吗", "ask_vouchers")
        assert not any(response.startswith("reply_birthday") for response in ran.responses)


async def _is(database: Database, customer: Customer, *, tier: str, birthday: date | None) -> None:
    assert customer.member is not None
    async with database.transaction() as session:
        member = await members.get(session, customer.member.id)
        member.tier_code, member.birthday = tier, birthday


class TestRulesOfOne:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("五十的券要买满多少才能用，能和生日券一起用吗", "zh-Hans"),
            ("五十蚊券要買滿幾多先用得？同生日券可唔可以一齊用", "zh-Hant"),
            ("what's the minimum for the fifty voucher and can I use it with my birthday one", "en"),
        ],
    )
    async def test_of_one_not_held_by_its_worth(
        self, database: Database, lin: Customer, text: str, language: str
    ) -> None:
        await redeemed(database, lin, "voucher_20")
        ran = await lin.run(ActionVouchers, text, "ask_vouchers", language=language)
        assert ran.only.response == "reply_voucher_rules"
        assert "¥99" in ran.only.text
        assert "50" in ran.only.text

    async def test_one_that_is_held_is_told_with_its_code(self, database: Database, lin: Customer) -> None:
        [mine] = await redeemed(database, lin, "voucher_50")
        ran = await lin.run(ActionVouchers, "五十的券满多少才能用", "ask_vouchers")
        assert mine.coupon_code in ran.only.text


class TestOneCode:
    async def test_one_that_is_valid_says_what_may_hinder_it(self, database: Database, lin: Customer) -> None:
        [mine] = await redeemed(database, lin, "voucher_50")
        ran = await lin.run(ActionVouchers, f"{mine.coupon_code.lower()} 结账时不认", "ask_vouchers")
        assert ran.only.response == "reply_voucher_issued_from"
        assert "满 ¥99" in ran.only.text

    async def test_one_that_was_used_says_when_and_for_what(self, database: Database, lin: Customer) -> None:
        [mine] = await redeemed(database, lin, "voucher_50")
        async with database.transaction() as session:
            await rewards.use(session, mine.coupon_code, used_on="20261122-0001")
        ran = await lin.run(ActionVouchers, f"{mine.coupon_code}", "ask_vouchers")
        assert ran.only.response == "reply_voucher_used"
        assert lin.slots["focus"]["order"] == "20261122-0001"

    async def test_another_member_s_code_is_as_unknown_as_any(self, database: Database, lin: Customer) -> None:
        other = await make_member(database)
        await give(database, other, 2000)
        async with database.transaction() as session:
            theirs = await rewards.redeem(session, other.id, "voucher_20", key="theirs")
        ran = await lin.run(ActionVouchers, f"{theirs.coupon_code}怎么不行", "ask_vouchers")
        assert ran.responses == ["reply_voucher_unknown"]

    @pytest.mark.parametrize(
        ("text", "code"),
        [("hk 7q2m 9d is refused", "HK-7Q2M-9D"), ("HK–7Q2M–9D", "HK-7Q2M-9D"), ("HK234678", None), ("HK100001", None)],
    )
    def test_a_code_is_read_however_typed_and_a_member_number_is_none(self, text: str, code: str | None) -> None:
        assert code_in(text) == code


class TestGivingBack:
    async def test_asked_first_then_the_points_are_back(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        [mine] = await redeemed(database, lin, "voucher_50")
        asked = await lin.run(ActionUndo, "把刚才换的撤回", "undo", slots={"focus": {"done": "redeem_points"}})
        assert asked.only.text == (
            f"把 50 元优惠券（{mine.coupon_code}）退掉，1,000 积分回到账户，这个码就不能用了。现在就退吗？"
        )
        assert [each["answer"] for each in asked.only.buttons] == ["yes", "no"]
        assert await has(database, lin.member) == 2000
        done = await lin.run(
            ActionUndo, asked.only.payloads[0], "undo", entities={"act": "redeem_points", "choice": mine.coupon_code}
        )
        assert done.only.text == f"退好了，{mine.coupon_code} 已作废，1,000 积分回来了。现在一共 3,000 积分。"
        assert await has(database, lin.member) == 3000
        assert lin.slots["focus"]["done"] == "undo_redemption"

    async def test_asked_whether_they_are_back_the_balance_is_told_with_a_yes(
        self, database: Database, lin: Customer
    ) -> None:
        asks = {"text": "我的积分退回来了没", "intent": "ask_points_balance"}
        undone = await lin.run(ActionPointsBalance, **asks, slots={"focus": {"done": "undo_redemption"}})
        assert undone.only.text == "回来了，您现在一共有 3,000 积分。"
        other = await lin.run(ActionPointsBalance, **asks, slots={"focus": {"done": "redeem_points"}})
        assert other.only.response != "reply_points_back"

    async def test_what_was_redeemed_together_is_given_back_together(self, database: Database, lin: Customer) -> None:
        both = await redeemed(database, lin, "voucher_20", count=2, key="7:action_redeem_form_submit")
        asked = await lin.run(ActionUndoRedemption, "刚换的都不要了", "undo")
        assert asked.only.values["points"] == "900"
        assert all(each.coupon_code in asked.only.payloads[0] for each in both)

    async def test_a_wish_for_a_voucher_that_is_one_to_give_it_back(self, database: Database, lin: Customer) -> None:
        await redeemed(database, lin, "voucher_50", key="a")
        [small] = await redeemed(database, lin, "voucher_20", key="b")
        await redeemed(database, lin, "tea_tin", key="c")
        ran = await lin.run(
            ActionRedeemStart, "前面那张20元券我不要了，分退给我", "redeem_points", entities={"reward": "20元券"}
        )
        assert ran.only.values["code"] == small.coupon_code

    async def test_whether_it_can_be_is_only_a_question(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        [mine] = await redeemed(database, lin, "voucher_50")
        ran = await lin.run(ActionVouchers, "兑错了可以退回来吗", "ask_vouchers")
        assert ran.only.text == (
            "能。换了以后 7 天内、码还没用过，就可以退，积分原样回来。"
            f"您最近那张 {mine.coupon_code} 可以退到 11 月 29 日。"
        )
        assert await has(database, lin.member) == 2000
        pressed = await lin.run(ActionUndo, ran.only.payloads[0], "undo", entities={"act": "redeem_points"})
        assert pressed.responses == ["reply_redemption_undo_ask"]
        assert await has(database, lin.member) == 2000

    async def test_points_to_be_given_back_are_no_return_of_goods(self, database: Database, lin: Customer) -> None:
        await redeemed(database, lin, "voucher_50")
        ran = await lin.run(ActionUndo, "那张券撤掉 积分退还给我", "undo")
        assert ran.responses == ["reply_redemption_undo_ask"]

    async def test_a_used_one_stays(self, database: Database, lin: Customer) -> None:
        [mine] = await redeemed(database, lin, "voucher_50")
        async with database.transaction() as session:
            await rewards.use(session, mine.coupon_code, used_on="20261122-0001")
        ran = await lin.run(ActionUndoRedemption, "undo that", "undo", language="en")
        assert ran.responses == ["reply_redemption_kept_used"]

    async def test_after_the_days_of_the_policy_it_stays_even_on_an_old_button(
        self, database: Database, lin: Customer, frozen_clock: FrozenClock
    ) -> None:
        assert lin.member is not None
        [mine] = await redeemed(database, lin, "voucher_50")
        frozen_clock.move(timedelta(days=7, seconds=1))
        ran = await lin.run(ActionUndo, "/undo", "undo", entities={"act": "redeem_points", "choice": mine.coupon_code})
        assert ran.responses == ["reply_redemption_kept_late"]
        assert await has(database, lin.member) == 2000

    async def test_another_member_s_code_cannot_be_pressed_back(self, database: Database, lin: Customer) -> None:
        other = await make_member(database)
        await give(database, other, 2000)
        async with database.transaction() as session:
            theirs = await rewards.redeem(session, other.id, "voucher_20", key="theirs")
        ran = await lin.run(
            ActionUndo, "/undo", "undo", entities={"act": "redeem_points", "choice": theirs.coupon_code}
        )
        assert ran.responses == ["reply_redemption_none_to_undo"]
        assert await has(database, other) == 1550


class TestSwapping:
    JUST: ClassVar = {"done": "redeem_points", "at": {"done": 3}}

    async def test_what_was_asked_for_is_offered_once_the_points_are_back(
        self, database: Database, lin: Customer
    ) -> None:
        tins = await redeemed(database, lin, "tea_tin", count=2)
        text = "hang on, TEA? I asked for fifty quid vouchers. put my points back please"
        act = {"act": "redeem_points"}
        asked = await lin.run(ActionUndo, text, "undo", entities=act, slots={"focus": self.JUST}, language="en")
        assert asked.only.response == "reply_redemption_undo_ask_several"
        payload = asked.only.payloads[0]
        choice = payload.rpartition('"choice":"')[2].rstrip('"}')
        entities = {"act": "redeem_points", "choice": choice}
        done = await lin.run(ActionUndo, payload, "undo", entities=entities)
        assert lin.member is not None
        assert await has(database, lin.member) == 3000
        assert all(tin.coupon_code in asked.only.text for tin in tins)
        assert (done.followup, done.slots["redeem_reward"], done.slots["redeem_count"]) == (
            "redeem_form",
            "voucher_50",
            2,
        )

    async def test_only_a_kind_is_asked_back(self, database: Database, lin: Customer) -> None:
        await redeemed(database, lin, "voucher_20", key="older")
        await redeemed(database, lin, "tea_tin", key="newer")
        text = "undo the tea, swap it for vouchers"
        asked = await lin.run(
            ActionUndo, text, "undo", entities={"act": "redeem_points", "reward": "vouchers"},
            slots={"focus": self.JUST}, language="en",
        )  # fmt: skip
        assert asked.only.values["reward"] == "tea tin"
        assert ">voucher_50,voucher_20" in asked.only.payloads[0] or ">voucher_20,voucher_50" in asked.only.payloads[0]

    async def test_giving_back_alone_opens_nothing(self, database: Database, lin: Customer) -> None:
        await redeemed(database, lin, "tea_tin")
        asked = await lin.run(
            ActionUndo, "积分退我", "undo", entities={"act": "redeem_points"}, slots={"focus": self.JUST}
        )
        assert ">" not in asked.only.payloads[0]


class TestGifts:
    @pytest.mark.parametrize(
        ("text", "language"),
        [("换的礼品多久送到", "zh-Hans"), ("禮品運費誰出", "zh-Hant"), ("who pays postage for redeemed gifts", "en")],
    )
    async def test_how_it_comes_who_pays_or_when(self, customer: Customer, text: str, language: str) -> None:
        ran = await customer.run(ActionVouchers, text, "ask_vouchers", entities={"choice": "sent"}, language=language)
        assert ran.only.response == "reply_gift_where"

    async def test_where_it_is_sent(self, database: Database, lin: Customer) -> None:
        [tin] = await redeemed(database, lin, "tea_tin")
        ran = await lin.run(ActionVouchers, "礼品会寄去哪里", "ask_vouchers")
        assert ran.only.response == "reply_gift_where_own"
        assert tin.coupon_code in ran.only.text


class TestBeforeItIsTaken:
    async def test_the_minimum_of_the_voucher_spoken_of_is_told_beside_other_codes_held(
        self, database: Database, lin: Customer
    ) -> None:
        await redeemed(database, lin, "tea_tin", key="a")
        spoken = {"focus": {"reward": "voucher_50"}}
        ran = await lin.run(ActionVouchers, "门槛是满多少呀", "ask_vouchers", slots=spoken)
        assert ran.only.response == "reply_voucher_rules"
        assert "50" in ran.only.values["reward"]
