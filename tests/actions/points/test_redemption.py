"""Redeeming: wishes in words, too few points, a change of mind, and one code per confirmation."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from actions.kit.parsing import choice_in
from actions.kit.words.pieces import count_said
from actions.points import excluded
from actions.points.redemption import ActionRedeemStart, RedeemForm
from actions.points.vouchers import ActionVouchers
from crm_store import points
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.rewards import Redemption, Reward
from tests.actions.conftest import Customer
from tests.actions.playing import Step, play
from tests.actions.shelf import give, has, stock


@pytest.mark.parametrize(
    ("text", "count"),
    [("换俩", 2), ("要仨二十的券", 3), ("倆茶罐", 2), ("a couple please", 2), ("a pair of tins", 2), ("the tea", None)],
)
def test_numbers_as_they_are_spoken(text: str, count: int | None) -> None:
    assert count_said(text) == count


@pytest_asyncio.fixture
async def sam(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    """A member who writes English and has 1,220 points."""
    assert member.member is not None
    await stock(database)
    await give(database, member.member, 1220)
    member.language = "en"
    return member


async def begin(customer: Customer, text: str, **more: Any) -> Step:
    started = await customer.run(ActionRedeemStart, text, "redeem_points", **more)
    assert started.followup == "redeem_form"
    return await play(customer, RedeemForm, text, "redeem_points", start=True, message_id=started.message_id, **more)


async def redemptions(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Redemption)) or 0


class TestDialogueThree:
    async def test_too_few_points_a_change_of_mind_and_a_code(self, database: Database, sam: Customer) -> None:
        step = await begin(sam, "can i swap my points for the coffee set", entities={"reward": "coffee set"})
        assert step.last.text == (
            "The pour-over coffee set costs 1,500 points. You have 1,220, so you are 280 short. "
            "For what you have: ¥50 voucher (1,000), tea tin (800) or ¥20 voucher (450)."
        )
        assert step.last.titles == ["¥50 voucher", "tea tin", "¥20 voucher", "Not now"]
        assert sam.slots["points_missing"] == 280

        step = await play(
            sam, RedeemForm, "ok the ¥50 voucher then", "redeem_points", entities={"reward": "¥50 voucher"}
        )
        terms = "It works from ¥99, one per order, within 90 days"
        assert step.last.text == f"¥50 voucher for 1,000 points, leaving 220. {terms}. Shall I go ahead?"
        assert await redemptions(database) == 0

        step = await play(sam, RedeemForm, "yes", "affirm")
        assert step.last.response == "reply_redeemed_coupon_from"
        assert "valid until 20 February 2027, for orders from ¥99" in step.last.text
        assert "220 points left" in step.last.text
        assert sam.member is not None
        assert await has(database, sam.member) == 220
        assert (await sam.outcomes())[-1] == "redeemed"

    async def test_a_question_in_between_is_not_taken_as_a_wish(self, sam: Customer) -> None:
        await begin(sam, "the coffee set please", entities={"reward": "coffee set"})
        step = await play(
            sam, RedeemForm, "actually how do i get 280 more", "ask_points_rules", entities={"points_amount": 280}
        )
        assert not step.taken


class TestChoosing:
    async def test_without_a_wish_the_balance_decides_what_is_offered(self, sam: Customer) -> None:
        step = await begin(sam, "what can i get for my points")
        assert step.last.response == "reply_redeem_choose"
        assert "pour-over" not in step.last.text

    async def test_the_second_one_means_the_second_that_was_told(self, sam: Customer) -> None:
        await begin(sam, "what can i get for my points")
        step = await play(sam, RedeemForm, "the second one")
        assert step.last.values["reward"] == "tea tin"

    async def test_a_button_names_the_reward_by_its_code(self, sam: Customer) -> None:
        await begin(sam, "what can i get for my points")
        step = await play(
            sam,
            RedeemForm,
            '/redeem_points{"reward": "voucher_20"}',
            "redeem_points",
            entities={"reward": "voucher_20"},
        )
        assert step.last.values["reward"] == "¥20 voucher"

    async def test_words_that_fit_several_are_asked_back(self, sam: Customer) -> None:
        step = await begin(sam, "a voucher", entities={"reward": "voucher"})
        assert step.last.response == "reply_redeem_choose_several"
        assert step.last.titles == ["¥20 voucher", "¥50 voucher", "Not now"]

    async def test_another_reward_while_confirming_replaces_the_first(self, database: Database, sam: Customer) -> None:
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        step = await play(sam, RedeemForm, "no wait, the ¥20 voucher", "deny")
        assert step.last.values["reward"] == "¥20 voucher"
        await play(sam, RedeemForm, "yes", "affirm")
        assert sam.member is not None
        assert await has(database, sam.member) == 1220 - 450

    async def test_only_the_kind_said_asks_which_of_that_kind(self, sam: Customer) -> None:
        await begin(sam, "积分能换什么", language="zh-Hans")
        step = await play(sam, RedeemForm, "那就换券吧", "redeem_points")
        assert step.last.text == "是哪一个：50 元优惠券（1,000 分）、20 元优惠券（450 分）？"

    async def test_the_value_of_a_voucher_tells_which_one(self, sam: Customer) -> None:
        step = await begin(sam, "那換50元優惠券好了", entities={"reward": "50元優惠券"}, language="zh-Hant")
        assert step.last.values["reward"] == "50 元優惠券"

    async def test_something_that_is_no_reward_is_said_so(self, sam: Customer) -> None:
        await begin(sam, "what can i get for my points")
        step = await play(sam, RedeemForm, "a helicopter", "inform", entities={"reward": "helicopter"})
        assert step.last.response == "reply_redeem_choose_unknown"

    async def test_an_empty_shelf_is_said_and_others_are_offered(self, database: Database, sam: Customer) -> None:
        async with database.transaction() as session:
            tin = (await session.scalars(select(Reward).where(Reward.code == "tea_tin"))).one()
            tin.stock = 0
        step = await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        assert step.last.response == "reply_redeem_choose_gone"

    async def test_chinese_words_find_the_reward_in_either_script(self, sam: Customer) -> None:
        step = await begin(sam, "我想換茶葉罐", entities={"reward": "茶葉罐"}, language="zh-Hant")
        assert step.last.text == (
            "茶葉罐，用 800 點，換完還剩 420。它不單獨寄：換好給您一組碼，2027 年 2 月 20 日前下次下單時填入，"
            "跟那筆訂單寄出。現在就換嗎？"
        )


class TestRuledOut:
    async def test_what_is_not_wanted_is_not_asked_about(self, sam: Customer) -> None:
        await begin(sam, "what can i get for my points")
        step = await play(sam, RedeemForm, "what's the smartest pick, no more tea please", "ask_recommendation")
        assert step.last.response == "reply_redeem_choose_again"
        assert "tea tin" not in step.last.text

    async def test_the_question_for_it_is_dropped_and_what_is_named_counts(
        self, database: Database, sam: Customer
    ) -> None:
        assert sam.member is not None
        await give(database, sam.member, 2000)
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        text = "I said no tin. I don't need things, make it the fifty voucher, two of em"
        step = await play(sam, RedeemForm, text, "redeem_points")
        assert (step.last.values["reward"], step.last.values["count"]) == ("¥50 voucher", 2)

    @pytest.mark.parametrize(
        "text",
        [
            "不要茶，换二十的券",
            "茶不要，給我20的券",
            "唔要茶呀，我要廿蚊券",
            "除了茶都行，就20元券",
            "别给我茶罐 换20的券",
        ],
    )
    async def test_in_chinese(self, sam: Customer, text: str) -> None:
        await begin(sam, "换茶叶罐", entities={"reward": "茶叶罐"}, language="zh-Hans")
        step = await play(sam, RedeemForm, text, "redeem_points", entities={"reward": "茶"})
        assert step.last.values["reward"] == "20 元优惠券"

    async def test_a_thing_ruled_out_is_not_wished_though_it_is_read_as_goods(self, sam: Customer) -> None:
        await begin(sam, "换茶叶罐", entities={"reward": "茶叶罐"}, language="zh-Hans")
        step = await play(sam, RedeemForm, "先不要茶 给我换20的券吧", "redeem_points", entities={"product": "茶"})
        assert step.last.values["reward"] == "20 元优惠券"

    async def test_only_ruled_out_others_are_offered(self, sam: Customer) -> None:
        await begin(sam, "换茶叶罐", entities={"reward": "茶叶罐"}, language="zh-Hans")
        step = await play(sam, RedeemForm, "别老给我茶叶罐", "inform")
        assert step.last.response == "reply_redeem_choose_again"
        assert "茶" not in step.last.text

    async def test_it_is_out_where_the_wish_begins(self, sam: Customer) -> None:
        step = await begin(sam, "swap my points for anything but the tea tin", entities={"reward": "tea tin"})
        assert step.last.response.startswith("reply_redeem_choose")
        assert "tea tin" not in step.last.titles

    async def test_a_no_before_the_name_rules_nothing_out(self, sam: Customer) -> None:
        await begin(sam, "the 20 voucher", entities={"reward": "20 voucher"})
        step = await play(sam, RedeemForm, "no the tea tin", "deny")
        assert step.last.values["reward"] == "tea tin"


class TestComingBack:
    async def test_after_another_question_the_shortfall_is_not_told_again(self, sam: Customer) -> None:
        await begin(sam, "the coffee set please", entities={"reward": "coffee set"})
        step = await play(sam, RedeemForm, "how do i earn more", "ask_points_rules")
        # Rasa answers the question by its rule, and the form then asks again.
        assert step.last.text.startswith("Which one would you like: ¥50 voucher (1,000)")

    async def test_none_of_them_ends_it(self, sam: Customer) -> None:
        await begin(sam, "what can i get for my points")
        step = await play(sam, RedeemForm, "none of them", "deny")
        assert step.responses == ["reply_redeem_not_done"]


class TestBesideTheQuestion:
    async def test_a_question_that_names_another_reward_wishes_none(self, database: Database, sam: Customer) -> None:
        await begin(sam, "the 50 voucher", entities={"reward": "50 voucher"})
        asked = "wait can i stack it with the 20 one"
        await play(sam, RedeemForm, asked, "ask_vouchers", entities={"reward": "20"})
        assert sam.slots["redeem_reward"] == "voucher_50"
        assert await redemptions(database) == 0

    async def test_a_yes_that_names_another_reward_has_that_one_asked(self, database: Database, sam: Customer) -> None:
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        step = await play(sam, RedeemForm, "fine just the 50 voucher then", "affirm")
        assert sam.slots["redeem_reward"] == "voucher_50"
        assert step.responses == ["reply_redeem_confirm"]
        assert await redemptions(database) == 0

    async def test_whether_it_is_enough_is_told_and_the_question_stays(self, database: Database, sam: Customer) -> None:
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        step = await play(sam, RedeemForm, "do i have enough", "ask_rewards")
        assert step.responses == ["reply_redeem_enough", "reply_redeem_confirm"]
        assert await redemptions(database) == 0

    async def test_what_it_takes_is_told_once_more_and_nothing_is_spent(
        self, database: Database, sam: Customer
    ) -> None:
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        step = await play(sam, RedeemForm, "confirm how many points", "inform", entities={"choice": "yes_but:check"})
        assert step.responses == ["reply_redeem_check", "reply_redeem_confirm"]
        assert await redemptions(database) == 0


class TestRefusals:
    async def test_no_leaves_the_points_alone(self, database: Database, sam: Customer) -> None:
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        step = await play(sam, RedeemForm, "no", "deny")
        assert step.responses == ["reply_redeem_not_done"]
        assert await redemptions(database) == 0
        # Which one it was is kept, for "ok do it then"; the yes is asked for once more.
        assert (sam.slots["redeem_reward"], sam.slots["redeem_confirm"]) == ("tea_tin", None)
        assert sam.slots["focus"]["put_off"] == "redeem_form"

    async def test_nothing_affordable_says_what_is_missing_and_opens_no_form(
        self, database: Database, member: Customer
    ) -> None:
        assert member.member is not None
        await stock(database)
        await give(database, member.member, 100)
        ran = await member.run(ActionRedeemStart, "换礼品", "redeem_points")
        assert ran.followup is None
        assert ran.only.text == "20 元优惠券要 450 积分，您有 100，还差 350。"
        assert ran.slots["points_missing"] == 350
        assert ran.slots["focus"]["reward"] == "voucher_20"

    async def test_points_that_went_meanwhile_are_noticed(self, database: Database, sam: Customer) -> None:
        assert sam.member is not None
        await begin(sam, "the ¥50 voucher", entities={"reward": "¥50 voucher"})
        async with database.transaction() as session:
            await points.spend(session, sam.member.id, points=500, reason="redeem", key="elsewhere")
        step = await play(sam, RedeemForm, "yes", "affirm")
        assert step.responses == ["reply_redeem_changed"]
        assert await redemptions(database) == 0

    async def test_a_stranger_is_asked_to_verify(self, customer: Customer) -> None:
        ran = await customer.run(ActionRedeemStart, "换礼品", "redeem_points")
        assert ran.responses == ["reply_verify_first"]


class TestRepeats:
    async def test_the_same_confirmation_twice_spends_once(self, database: Database, sam: Customer) -> None:
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        slots = {"redeem_reward": "tea_tin", "redeem_confirm": None}
        first = await play(sam, RedeemForm, "yes", "affirm")
        sam.slots.update(slots)
        again = await play(
            sam, RedeemForm, "yes", "affirm", requested_slot="redeem_confirm", message_id=first.form.message_id
        )
        assert again.last.values["code"] == first.last.values["code"]
        assert await redemptions(database) == 1

    async def test_an_abandoned_wish_does_not_come_back(self, sam: Customer) -> None:
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        step = await begin(sam, "积分能换什么", language="en")
        assert step.last.response == "reply_redeem_choose"
        assert sam.slots["redeem_reward"] is None


class TestTermsBeforeThePointsAreSpent:
    """What a reward comes with stands in the question, is told to whoever asks there, and the question stays."""

    @pytest.mark.parametrize(
        ("text", "intent", "told"),
        [
            ("満多少？有门槛吗", "ask_vouchers", "reply_voucher_rules"),
            ("猶豫中，這張能用多久", "hesitate", "reply_voucher_rules"),
            ("hmm, how long do i have to use it?", "ask_vouchers", "reply_voucher_rules"),
            ("换完还能反悔吗", "ask_faq", "reply_redemption_undo_rule"),
            ("換了之後點數要得回來嗎", "ask_vouchers", "reply_redemption_undo_rule"),
            ("could the points come back if I change my mind?", "ask_points_rules", "reply_redemption_undo_rule"),
        ],
    )
    async def test_asked_and_told(self, database: Database, sam: Customer, text: str, intent: str, told: str) -> None:
        step = await begin(sam, "the ¥50 voucher", entities={"reward": "¥50 voucher"})
        assert "from ¥99, one per order, within 90 days" in step.last.text
        for _ in range(3):
            step = await play(sam, RedeemForm, text, intent if intent != "hesitate" else "ask_vouchers")
            assert step.responses == [told, "reply_redeem_confirm"]
        assert await redemptions(database) == 0
        step = await play(sam, RedeemForm, "yes", "affirm")
        assert await redemptions(database) == 1

    async def test_of_a_gift(self, sam: Customer) -> None:
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        step = await play(sam, RedeemForm, "is there a catch? any conditions?", "ask_faq")
        assert step.responses == ["reply_gift_rules", "reply_redeem_confirm"]
        assert "not sent by itself" in step.said[0].text


class TestSeveral:
    async def test_two_are_named_with_their_cost_and_both_come_after_one_yes(
        self, database: Database, sam: Customer
    ) -> None:
        assert sam.member is not None
        step = await begin(sam, "i would like two of the ¥20 vouchers", entities={"reward": "¥20 voucher"})
        assert step.last.text.startswith("2 × ¥20 voucher for 900 points in all, leaving 320. For any amount, one per")
        assert await redemptions(database) == 0
        step = await play(sam, RedeemForm, "yes go ahead", "affirm")
        assert step.last.response == "reply_redeemed_coupon_several"
        assert step.last.values["code"].count("HK-") == 2
        assert (await redemptions(database), await has(database, sam.member)) == (2, 320)

    async def test_played_twice_the_confirmation_spends_once(self, database: Database, sam: Customer) -> None:
        await begin(sam, "两张20元优惠券", entities={"reward": "20元优惠券"}, language="zh-Hans")
        slots = {"redeem_reward": "voucher_20", "redeem_count": 2, "redeem_confirm": None}
        first = await play(sam, RedeemForm, "好的", "affirm")
        sam.slots.update(slots)
        again = await play(
            sam, RedeemForm, "好的", "affirm", requested_slot="redeem_confirm", message_id=first.form.message_id
        )
        assert again.last.values["code"] == first.last.values["code"]
        assert await redemptions(database) == 2

    async def test_the_worth_of_a_voucher_is_no_number_of_pieces(self, sam: Customer) -> None:
        step = await begin(sam, "換50元優惠券", entities={"reward": "50元優惠券"}, language="zh-Hant")
        assert step.last.response == "reply_redeem_confirm"

    async def test_more_than_the_points_are_enough_for_says_how_many_are(self, sam: Customer) -> None:
        step = await begin(sam, "给我三张20元优惠券", entities={"reward": "20元优惠券"}, language="zh-Hans")
        assert step.responses == ["reply_redeem_fewer", "reply_redeem_confirm_several"]
        assert step.said[0].text == "换 3 份的积分不够，您有 1,220，最多换 2 份。"

    async def test_more_than_the_policy_allows_at_once(self, database: Database, sam: Customer) -> None:
        assert sam.member is not None
        await give(database, sam.member, 9000)
        step = await begin(sam, "eight ¥20 vouchers please", entities={"reward": "¥20 voucher"})
        assert step.said[0].text.startswith("5 at a time is the most")
        assert step.last.values["total"] == "2,250"

    async def test_only_as_many_as_are_in_stock(self, database: Database, sam: Customer) -> None:
        assert sam.member is not None
        await give(database, sam.member, 9000)
        async with database.transaction() as session:
            tin = (await session.scalars(select(Reward).where(Reward.code == "tea_tin"))).one()
            tin.stock = 2
        step = await begin(sam, "换三罐茶叶罐", entities={"reward": "茶叶罐"}, language="zh-Hans")
        assert step.responses[0] == "reply_redeem_scarce"
        assert step.last.values["count"] == 2

    async def test_one_first_is_asked_about_anew_where_two_were_named(self, database: Database, sam: Customer) -> None:
        await begin(sam, "two ¥20 vouchers", entities={"reward": "¥20 voucher"})
        step = await play(sam, RedeemForm, "just one for now", "inform")
        assert step.last.text.startswith("¥20 voucher for 450 points, leaving 770. For any amount")
        assert await redemptions(database) == 0

    def test_one_first_chooses_no_place_of_a_list(self) -> None:
        assert choice_in("alright, one first", 2) is None
        assert choice_in("the first one", 2) == 0

    async def test_ok_one_is_a_yes_where_one_was_named(self, database: Database, sam: Customer) -> None:
        await begin(sam, "a ¥20 voucher", entities={"reward": "¥20 voucher"})
        await play(sam, RedeemForm, "ok one then", "affirm")
        assert await redemptions(database) == 1

    @pytest.mark.parametrize("text", ["换换换", "那换吧", "就换", "redeem it"])
    async def test_the_act_and_nothing_else_is_a_yes(self, database: Database, sam: Customer, text: str) -> None:
        await begin(sam, "a ¥20 voucher", entities={"reward": "¥20 voucher"})
        await play(sam, RedeemForm, text, "redeem_points")
        assert await redemptions(database) == 1

    @pytest.mark.parametrize(
        "text", ["hold on, can i stack two on one order", "可以跟20的一起用嗎", "先回答我能不能跟二十的叠用啊"]
    )
    async def test_whether_vouchers_add_up_is_told_and_doubles_nothing(
        self, database: Database, sam: Customer, text: str
    ) -> None:
        await begin(sam, "a ¥20 voucher", entities={"reward": "¥20 voucher"})
        step = await play(sam, RedeemForm, text, "ask_promotion")
        assert "reply_redeem_one_an_order" in step.responses
        assert sam.slots["redeem_count"] in (None, 1)
        assert await redemptions(database) == 0

    async def test_another_one_is_the_one_spoken_of(self, sam: Customer) -> None:
        step = await begin(sam, "and one more", spoken_of={"reward": "voucher_20"})
        assert step.last.values["reward"] == "¥20 voucher"

    async def test_a_shape_that_is_named_beats_what_was_spoken_of(self, sam: Customer) -> None:
        step = await begin(sam, "换那个罐", spoken_of={"reward": "voucher_20"}, language="zh-Hans")
        assert step.last.values["reward"] == "茶叶罐"


class TestNoYes:
    @pytest.mark.parametrize(
        ("text", "intent"),
        [("让我想想", "inform"), ("maybe later on", "inform"), ("现在换划算吗", "affirm"), ("能便宜点吗？", "affirm")],
    )
    async def test_hesitation_and_questions_spend_nothing(
        self, database: Database, sam: Customer, text: str, intent: str
    ) -> None:
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        await play(sam, RedeemForm, text, intent)
        assert await redemptions(database) == 0
        assert sam.active_loop == "redeem_form"


class TestWhereAGiftGoes:
    @pytest.mark.parametrize(
        ("text", "intent", "response"),
        [
            ("寄去哪裡呢", "ask_parcel", "reply_gift_where"),
            ("可以改成寄到公司嗎", "change_order", "reply_gift_redirect"),
        ],
    )
    async def test_it_is_told_and_the_question_stays(
        self, sam: Customer, text: str, intent: str, response: str
    ) -> None:
        await begin(sam, "我想換茶葉罐", entities={"reward": "茶葉罐"}, language="zh-Hant")
        step = await play(sam, RedeemForm, text, intent)
        assert step.responses == [response, "reply_redeem_confirm"]

    async def test_the_address_of_an_order_is_another_matter(self, sam: Customer) -> None:
        await begin(sam, "我想換茶葉罐", entities={"reward": "茶葉罐"}, language="zh-Hant")
        step = await play(
            sam, RedeemForm, "訂單20261119-9004改送到公司", "change_order", entities={"order_number": "20261119-9004"}
        )
        assert not step.taken

    async def test_a_voucher_goes_nowhere(self, sam: Customer) -> None:
        await begin(sam, "我想換20元優惠券", entities={"reward": "20元優惠券"}, language="zh-Hant")
        step = await play(sam, RedeemForm, "要寄到哪裡", "ask_parcel")
        assert step.responses[0] == "reply_voucher_not_sent"


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("换不换得到咖啡", ()),
        ("想唔想換杯", ()),
        ("飲唔飲到茶", ()),
        ("不换咖啡，换杯子", ("咖啡",)),
        ("唔要茶喇", ("茶",)),
    ],
)
def test_whether_it_can_be_had_rules_nothing_out(text: str, out: tuple[str, ...]) -> None:
    assert excluded.read(text).out == out


class TestAGift:
    """It comes with the next order; that is said before the points are spent."""

    @pytest.mark.parametrize(
        ("language", "name", "told"),
        [
            ("zh-Hans", "茶叶罐", ("不单独寄", "下次下单时填上", "2027 年 2 月 20 日前")),
            ("zh-Hant", "茶葉罐", ("不單獨寄", "下次下單時填入", "2027 年 2 月 20 日前")),
            ("en", "tea tin", ("not sent by itself", "your next order", "by 20 February 2027")),
        ],
    )
    async def test_how_it_comes_and_until_when_stands_in_the_question(
        self, sam: Customer, language: str, name: str, told: tuple[str, ...]
    ) -> None:
        sam.language = language
        step = await begin(sam, name, entities={"reward": name})
        assert [each for each in told if each not in step.last.text] == []
        step = await play(sam, RedeemForm, "yes", "affirm")
        assert {"zh-Hans": "可以退回积分", "zh-Hant": "可以退回點數", "en": "back into points"}[
            language
        ] in step.last.text

    @pytest.mark.parametrize("choice", ["along", "code"])
    async def test_what_is_asked_beside_it_leaves_the_question(
        self, database: Database, sam: Customer, choice: str
    ) -> None:
        await begin(sam, "the tea tin", entities={"reward": "tea tin"})
        words = "can you send it with the fan that's on its way"
        step = await play(sam, RedeemForm, words, "ask_vouchers", spoken_of={"choice": choice})
        assert step.last.response == "reply_redeem_confirm"
        assert sam.slots["redeem_reward"] == "tea_tin"
        assert await redemptions(database) == 0


class TestBesideTheReward:
    @pytest.mark.parametrize(
        ("language", "told"),
        [("zh-Hans", "要等您下次下单"), ("zh-Hant", "要等您下次下單"), ("en", "with your next one")],
    )
    async def test_it_cannot_go_with_what_was_ordered(self, sam: Customer, language: str, told: str) -> None:
        ran = await sam.run(
            ActionVouchers, "with the parcel", "ask_vouchers", spoken_of={"choice": "along"}, language=language
        )
        assert told in ran.only.text

    async def test_a_code_is_found_again_by_asking(self, sam: Customer) -> None:
        words = "where do i find the code again if i lose it"
        none = await sam.run(ActionVouchers, words, "ask_vouchers", spoken_of={"choice": "code"})
        assert none.responses == ["reply_code_kept_none"]
        await begin(sam, "the ¥50 voucher", entities={"reward": "¥50 voucher"})
        await play(sam, RedeemForm, "yes", "affirm")
        ran = await sam.run(ActionVouchers, words, "ask_vouchers", spoken_of={"choice": "code"})
        assert ran.responses == ["reply_code_kept"]
        assert "HK-" in ran.only.text
