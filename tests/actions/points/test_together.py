"""Several rewards in one wish, how many at once, what they come to, and whether one was redeemed."""

from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from actions.kit.asked.rewards_asked import RULES, WHETHER_DONE
from actions.points.balance import ActionPointsExpiring, ActionPointsRules
from actions.points.offers import ActionRewards
from actions.points.redemption import ActionRedeemStart, RedeemForm
from actions.points.spent import after
from actions.points.vouchers import ActionVouchers
from crm_store.clock import FrozenClock
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.playing import Step, play
from tests.actions.points.test_redemption import redemptions
from tests.actions.shelf import give, has, stock


@pytest_asyncio.fixture
async def sam(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    """A member who writes English and has 10,000 points."""
    assert member.member is not None
    await stock(database)
    await give(database, member.member, 10_000)
    member.language = "en"
    return member


async def begin(customer: Customer, text: str, **more: Any) -> Step:
    started = await customer.run(ActionRedeemStart, text, "redeem_points", **more)
    return await play(customer, RedeemForm, text, "redeem_points", start=True, message_id=started.message_id, **more)


class TestOneAfterTheOther:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("茶叶罐1个 手冲咖啡套装2个 都换了吧", "zh-Hans"),
            ("茶葉罐跟兩個手沖咖啡組都要換", "zh-Hant"),
            ("a tea tin and two pour-over coffee sets please", "en"),
        ],
    )
    async def test_each_is_asked_about_and_redeemed(
        self, database: Database, sam: Customer, text: str, language: str
    ) -> None:
        step = await begin(
            sam, text.replace("咖啡套装", "手冲咖啡套装").replace("咖啡組", "手沖咖啡組"), language=language
        )
        assert step.responses[-2:] == ["reply_redeem_one_by_one", "reply_redeem_confirm"]
        assert await redemptions(database) == 0
        done = await play(sam, RedeemForm, "yes", "affirm", language=language)
        assert done.last.response == "reply_redeemed_gift"
        assert done.reply is not None
        assert done.reply.followup == "redeem_form"
        following = await play(sam, RedeemForm, "yes", "affirm", start=True, message_id="900", language=language)
        assert following.last.response == "reply_redeem_confirm_several"
        assert following.last.values["total"] == "3,000"
        await play(sam, RedeemForm, "yes", "affirm", language=language)
        assert await redemptions(database) == 3

    @pytest.mark.parametrize("text", ["the tea tin or the coffee set?", "I have the tote, the tea tin then"])
    async def test_one_of_them_is_no_wish_for_both(self, sam: Customer, text: str) -> None:
        step = await begin(sam, text)
        assert "reply_redeem_one_by_one" not in step.responses

    async def test_one_more_besides_waits_for_the_first(self, database: Database, sam: Customer) -> None:
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        step = await play(sam, RedeemForm, "a pour-over coffee set as well", "redeem_points")
        assert step.responses == ["reply_redeem_next_kept", "reply_redeem_confirm"]
        assert step.last.values["reward"] == "tea tin"

    async def test_a_no_ends_it_all(self, database: Database, sam: Customer) -> None:
        await begin(sam, "a tea tin and a pour-over coffee set please")
        step = await play(sam, RedeemForm, "no", "deny")
        assert step.last.response == "reply_redeem_not_done"
        assert step.reply is not None
        assert step.reply.followup is None
        assert await redemptions(database) == 0


class TestHowMany:
    @pytest.mark.parametrize(
        ("text", "language"), [("yes but 3 of them", "en"), ("对，换三张", "zh-Hans"), ("好，要三張", "zh-Hant")]
    )
    async def test_a_number_beside_the_yes_is_asked_about_first(
        self, database: Database, sam: Customer, text: str, language: str
    ) -> None:
        await begin(sam, "the ¥50 voucher", entities={"reward": "¥50 voucher"})
        step = await play(sam, RedeemForm, text, "redeem_points", language=language)
        assert step.last.response == "reply_redeem_confirm_several"
        assert step.last.values["total"] == "3,000"
        assert await redemptions(database) == 0
        await play(sam, RedeemForm, text, "redeem_points", language=language)
        assert await redemptions(database) == 3
        assert sam.member is not None
        assert await has(database, sam.member) == 7_000

    @pytest.mark.parametrize(
        "text",
        [
            "50元券能一次换20张吗 多久过期",
            "我问的是50元那个，可以一次換二十張嗎",
            "can i redeem 20 of the 50 vouchers at once",
        ],
    )
    async def test_a_number_of_pieces_is_no_worth(self, sam: Customer, text: str) -> None:
        ran = await sam.run(ActionVouchers, text, "ask_vouchers", entities={"choice": RULES})
        assert ran.responses == ["reply_redeem_at_once_own", "reply_voucher_rules"]
        assert ran.said[0].values["cost"] == "1,000"

    async def test_so_many_that_can_be_had_are_worked_out(self, sam: Customer) -> None:
        text = "the 50 voucher thing, can i take 3 of those and use them all on one order"
        ran = await sam.run(ActionVouchers, text, "ask_vouchers")
        assert ran.said[0].response == "reply_redeem_at_once_can"
        assert ran.said[0].values["total"] == "3,000"
        assert "One voucher per order" in ran.said[1].text


class TestSum:
    @pytest.mark.parametrize("text", ["茶叶罐 手冲咖啡套装各来一个 一共多少分", "茶葉罐和手沖咖啡組一共要幾點"])
    async def test_what_several_come_to(self, sam: Customer, text: str) -> None:
        ran = await sam.run(ActionRewards, text, "ask_rewards")
        assert ran.only.response == "reply_rewards_sum_own"
        assert (ran.only.values["total"], ran.only.values["left"]) == ("2,300", "7,700")

    async def test_one_alone_is_told_as_before(self, sam: Customer) -> None:
        ran = await sam.run(ActionRewards, "how many points is the tea tin in total", "ask_rewards")
        assert ran.only.response == "reply_reward_cost_own"

    @pytest.mark.parametrize("text", ["有没有两万分的大件", "有沒有20000點以上的", "anything bigger, for 20000"])
    async def test_nothing_is_dearer_than_the_dearest(self, sam: Customer, text: str) -> None:
        ran = await sam.run(ActionRewards, text, "ask_rewards", entities={"points_amount": 20_000})
        assert ran.only.response == "reply_rewards_nothing_dearer"


class TestWhetherDone:
    async def test_yes_with_the_code_or_not_yet_with_the_offer(self, sam: Customer) -> None:
        asks = {"choice": WHETHER_DONE}
        ran = await sam.run(ActionVouchers, "那茶叶罐换上了没", "ask_vouchers", entities=asks, language="zh-Hans")
        assert ran.only.response == "reply_reward_not_redeemed"
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        await play(sam, RedeemForm, "yes", "affirm")
        ran = await sam.run(ActionVouchers, "did the tea tin go through", "ask_vouchers", entities=asks)
        assert ran.only.response == "reply_reward_is_redeemed"


class TestExpiring:
    def test_what_expires_first_is_used_first(self) -> None:
        soon, late = date(2026, 12, 31), date(2027, 12, 31)
        assert after({late: 500, soon: 600}, 100) == {soon: 500, late: 500}
        assert after({soon: 600, late: 500}, 700) == {late: 400}
        assert after({soon: 600}, 600) == {}

    @pytest.mark.parametrize(
        "text",
        [
            "so if i spend 1000 now whats left to expire",
            "要是现在花掉1000分，年底还剩多少会过期",
            "用掉1000點之後還剩多少會過期",
        ],
    )
    async def test_what_is_left_to_expire_is_worked_out(self, sam: Customer, text: str) -> None:
        ran = await sam.run(ActionPointsExpiring, text, "ask_points_expiring")
        assert ran.only.response == "reply_points_left_after"
        assert ran.only.values["left"] == "9,000"
        assert "9,000" in ran.only.values["lines"]

    @pytest.mark.parametrize(
        "text", ["do the ones that expire get used first?", "会先用快到期的吗", "會先扣快到期的嗎"]
    )
    async def test_which_are_used_first_is_told_alone(self, sam: Customer, text: str) -> None:
        ran = await sam.run(ActionPointsExpiring, text, "ask_points_expiring")
        assert ran.responses == ["reply_points_used_first"]

    @pytest.mark.parametrize("text", ["积分能抵钱么", "點數可以直接付款嗎", "can I pay with points"])
    async def test_points_pay_nothing_but_vouchers_do(self, sam: Customer, text: str) -> None:
        ran = await sam.run(ActionPointsRules, text, "ask_points_rules")
        assert ran.only.response == "reply_points_no_payment"
