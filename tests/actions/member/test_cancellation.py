"""Leaving: numbers, one question, one offer, and a person put in front of the member."""

import json

import pytest
import pytest_asyncio

from actions.member.cancellation import (
    ActionCancellationStart,
    ActionWithdrawLeaving,
    CancellationForm,
    cancellation_reason,
)
from actions.member.exit_causes import causes_of
from crm_store import departures, followups, members, promises, rewards, risk
from crm_store.clock import FrozenClock
from crm_store.db import Database
from crm_store.departures import ExitInterview
from tests.actions.conftest import Customer, Ran
from tests.actions.playing import Step, play
from tests.actions.shelf import give, stock


@pytest_asyncio.fixture
async def lin(database: Database, member: Customer, frozen_clock: FrozenClock) -> Customer:
    """A silver member with 680 points and one voucher not yet used."""
    assert member.member is not None
    await stock(database)
    await give(database, member.member, 1130)
    async with database.transaction() as session:
        (await members.get(session, member.member.id)).tier_code = "silver"
        await rewards.redeem(session, member.member.id, "voucher_20", key="v")
    return member


async def begin(customer: Customer, text: str = "我要退会") -> Step:
    started = await customer.run(ActionCancellationStart, text, "cancel_membership")
    assert started.followup == "leave_form"
    step = await play(customer, CancellationForm, text, "cancel_membership", start=True, message_id=started.message_id)
    return Step(started, step.reply)


async def press(customer: Customer, **entities: str) -> Ran:
    payload = "/cancel_membership" + json.dumps(entities, separators=(",", ":"))
    return await customer.run(ActionCancellationStart, payload, "cancel_membership", entities=entities)


async def interviews(database: Database, customer: Customer) -> list[ExitInterview]:
    assert customer.member is not None
    async with database.reading() as session:
        return list(await departures.interviews(session, customer.member.id))


class TestLeaving:
    async def test_what_is_at_stake_is_told_in_numbers_before_one_question(self, lin: Customer) -> None:
        step = await begin(lin)
        assert [each.text for each in step.said] == [
            "退会以后，680 积分、1 张没用的兑换券和银卡会员的权益就没有了。",
            "不会拦您。方便说说是为什么吗？",
        ]

    async def test_what_only_stopping_messages_would_change_is_told_with_the_reason_kept(self, lin: Customer) -> None:
        await begin(lin)
        step = await play(lin, CancellationForm, "短信太多。只退订的话积分会没吗", "opt_out")
        assert step.responses == ["reply_opt_out_points_stay", "reply_leave_offer_messages"]

    async def test_confirmed_it_is_recorded_promised_and_a_person_follows_up(
        self, database: Database, lin: Customer
    ) -> None:
        assert lin.member is not None
        await begin(lin)
        step = await play(lin, CancellationForm, "你们天天发短信", "give_suggestion")
        assert step.last.response == "reply_leave_offer_messages"
        step = await play(lin, CancellationForm, "还是退会", "affirm")
        assert step.last.text.startswith(
            "已经替您登记退会。明天 10:00 前会有同事联系您办完，在那之前积分和权益照常能用。"
        )
        async with database.reading() as session:
            assert (await members.get(session, lin.member.id)).status == "leaving"
            [promise] = await promises.open_for_member(session, lin.member.id)
            [follow_up] = await followups.for_member(session, lin.member.id)
            assessment = await risk.latest(session, lin.member.id)
        assert promise.text == "11 月 23 日 10:00 前联系您办理退会"
        assert follow_up.suggested_approach == "ask_why_leaving"
        assert assessment is not None
        assert any(reason["code"] == "leaving" for reason in assessment.reasons)
        [written] = await lin.interactions()
        assert (written.intent, written.outcome, written.summary) == (
            "cancel_membership", "leave_requested", "你们天天发短信",
        )  # fmt: skip

    async def test_the_same_yes_twice_promises_once(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        await begin(lin)
        await play(lin, CancellationForm, "用不上了")
        slots = dict(lin.slots)
        first = await play(lin, CancellationForm, "退", "affirm")
        lin.slots.update({name: value for name, value in slots.items() if name.startswith("leave_")})
        await play(
            lin, CancellationForm, "退", "affirm", requested_slot="leave_confirm", message_id=first.form.message_id
        )
        async with database.reading() as session:
            assert len(await promises.open_for_member(session, lin.member.id)) == 1
            assert len(await followups.for_member(session, lin.member.id)) == 1

    async def test_the_last_question_names_leaving_and_what_is_lost(self, lin: Customer) -> None:
        await begin(lin)
        step = await play(lin, CancellationForm, "用不上了")
        assert "确定退会吗？680 积分、1 张没用的兑换券和银卡会员的权益会一起没有。" in step.last.text
        answers = {each["answer"]: each["payload"] for each in step.last.buttons if "answer" in each}
        assert answers["yes"] == '/cancel_membership{"choice":"yes"}'

    @pytest.mark.parametrize(
        ("words", "intent"), [("我再想想吧", "affirm"), ("讓我考慮幾天", "hesitate"), ("maybe later", "affirm")]
    )
    async def test_hesitation_is_no_yes(self, database: Database, lin: Customer, words: str, intent: str) -> None:
        assert lin.member is not None
        await begin(lin)
        await play(lin, CancellationForm, "用不上了")
        step = await play(lin, CancellationForm, words, intent)
        assert not step.taken or step.form.responses == ["reply_hesitate_nothing_done"]
        async with database.reading() as session:
            assert (await members.get(session, lin.member.id)).status == "active"

    @pytest.mark.parametrize(
        "text",
        [
            "退会会怎么样，我就问问",
            "要是退會了，點數會怎樣",
            "just curious, what happens if I leave",
            "what if I quit, do I lose my points",
            "退会分会清掉不",
            "退會的話點數會清掉嗎",
            "do I lose my points when I close my account?",
        ],
    )
    async def test_who_only_asks_what_leaving_means_is_told_and_asked_nothing(self, lin: Customer, text: str) -> None:
        ran = await lin.run(ActionCancellationStart, text, "cancel_membership")
        assert ran.responses == ["reply_leave_at_stake"]
        assert ran.followup is None
        assert [each["payload"] for each in ran.said[-1].buttons] == ["/cancel_membership"]

    @pytest.mark.parametrize("text", ["我要退会，积分会清掉吗", "close my account. are the points lost?"])
    async def test_who_leaves_and_asks_is_told_and_asked_why(self, lin: Customer, text: str) -> None:
        ran = await lin.run(ActionCancellationStart, text, "cancel_membership")
        assert (ran.responses, ran.followup) == (["reply_leave_at_stake"], "leave_form")

    @pytest.mark.parametrize("text", ["我没要退啊", "誰說要退了", "I never said I'm leaving", "I didn't ask to quit"])
    async def test_who_never_wished_to_leave_stays_at_once(self, lin: Customer, text: str) -> None:
        await begin(lin)
        step = await play(lin, CancellationForm, text, "cancel_membership")
        assert step.last.response == "reply_leave_stays"

    async def test_rather_not_is_no_reason_to_leave(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        await begin(lin)
        step = await play(lin, CancellationForm, "還是先不要", "inform")
        assert step.last.response == "reply_leave_stays"
        async with database.reading() as session:
            assert (await members.get(session, lin.member.id)).status == "active"

    async def test_what_becomes_of_the_points_is_answered_and_the_question_asked_again(self, lin: Customer) -> None:
        await begin(lin)
        await play(lin, CancellationForm, "用不上了")
        step = await play(lin, CancellationForm, "那积分会清零吗", "cancel_membership")
        assert step.said[-2].text == "退会以后，680 积分、1 张没用的兑换券和银卡会员的权益就没有了。"
        assert step.last.response == "reply_leave_offer_unused"

    async def test_leaving_is_withdrawn_while_nobody_has_carried_it_out(
        self, database: Database, lin: Customer
    ) -> None:
        assert lin.member is not None
        await begin(lin)
        await play(lin, CancellationForm, "用不上了")
        step = await play(lin, CancellationForm, "确定", "affirm")
        assert step.last.payloads[-1] == '/cancel_membership{"choice":"stay"}'
        assert lin.slots["focus"]["done"] == "cancel_membership"
        ran = await lin.run(ActionWithdrawLeaving, "撤回吧", "undo")
        assert ran.responses == ["reply_leave_withdrawn"]
        async with database.reading() as session:
            assert (await members.get(session, lin.member.id)).status == "active"
            assert await promises.open_for_member(session, lin.member.id) == []

    async def test_once_carried_out_a_person_is_offered(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        async with database.transaction() as session:
            await members.leave(session, await members.get(session, lin.member.id), by="agent:1")
        assert (await lin.run(ActionWithdrawLeaving, "我不退了", "undo")).responses == ["reply_leave_over"]

    async def test_the_deletion_of_everything_is_more_than_leaving(self, lin: Customer) -> None:
        ran = await lin.run(ActionCancellationStart, "删号，把我所有数据也清掉", "cancel_membership")
        assert ran.responses == ["reply_privacy_sure"]

    async def test_the_button_to_stay_takes_a_registered_leaving_back(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        async with database.transaction() as session:
            await members.request_cancellation(session, await members.get(session, lin.member.id), reason="other")
        pressed = '/cancel_membership{"choice":"stay"}'
        ran = await lin.run(ActionCancellationStart, pressed, "cancel_membership", entities={"choice": "stay"})
        assert ran.responses != []
        async with database.reading() as session:
            assert (await members.get(session, lin.member.id)).status == members.MemberStatus.ACTIVE

    async def test_who_stays_is_thanked_and_nothing_is_written(self, database: Database, lin: Customer) -> None:
        assert lin.member is not None
        await begin(lin)
        await play(lin, CancellationForm, "用不上了")
        step = await play(lin, CancellationForm, "那不退了", "deny")
        assert step.last.text == "林女士，谢谢您留下来，一切照旧。"
        async with database.reading() as session:
            assert (await members.get(session, lin.member.id)).status == "active"
            assert await followups.for_member(session, lin.member.id) == []

    async def test_a_reason_given_at_once_is_not_asked_again(self, lin: Customer) -> None:
        started = await lin.run(ActionCancellationStart, "东西质量太差，我要退会", "cancel_membership")
        assert started.slots["leave_reason"] == "service"

    async def test_nobody_has_to_give_a_reason(self, lin: Customer) -> None:
        await begin(lin)
        step = await play(lin, CancellationForm, "不想说", "deny")
        assert step.last.response == "reply_leave_offer_other"

    async def test_i_will_stay_is_heard_whatever_else_it_sounds_like(self, lin: Customer) -> None:
        await begin(lin)
        await play(lin, CancellationForm, "your service was awful", "make_complaint", language="en")
        step = await play(lin, CancellationForm, "ok i'll stay", "goodbye")
        assert step.last.response == "reply_leave_stays"

    @pytest.mark.parametrize("words", ["I don't want to stay", "不想留下来了"])
    async def test_not_wanting_to_stay_is_no_staying(self, lin: Customer, words: str) -> None:
        await begin(lin)
        await play(lin, CancellationForm, "用不上了")
        step = await play(lin, CancellationForm, words, "inform")
        assert not step.taken

    async def test_leaving_said_twice_is_not_argued_with(self, database: Database, lin: Customer) -> None:
        await begin(lin)
        await play(lin, CancellationForm, "用不上了")
        step = await play(lin, CancellationForm, "我就是要退会", "cancel_membership")
        assert step.last.response == "reply_leave_requested"

    async def test_once_recorded_it_is_said_so(self, lin: Customer) -> None:
        await begin(lin)
        await play(lin, CancellationForm, "用不上了")
        await play(lin, CancellationForm, "退", "affirm")
        ran = await lin.run(ActionCancellationStart, "我要退会", "cancel_membership")
        assert ran.responses == ["reply_leave_known_already"]

    async def test_the_reason_is_kept_as_an_exit_interview_in_finer_causes(
        self, database: Database, lin: Customer
    ) -> None:
        await begin(lin)
        await play(lin, CancellationForm, "快递太慢，客服还不理人", "make_complaint")
        await play(lin, CancellationForm, "还是退会", "affirm")
        [told] = await interviews(database, lin)
        assert (told.causes, told.words, told.by) == (["delivery", "service"], "快递太慢，客服还不理人", "member")
        assert (told.may_contact, told.wish) == (None, "")

    async def test_two_questions_may_follow_and_are_kept_with_it(self, database: Database, lin: Customer) -> None:
        await begin(lin)
        await play(lin, CancellationForm, "太贵了")
        step = await play(lin, CancellationForm, "退", "affirm")
        assert step.last.payloads[:2] == [
            '/cancel_membership{"choice":"may_contact"}', '/cancel_membership{"choice":"leave_alone"}',
        ]  # fmt: skip
        ran = await press(lin, choice="may_contact")
        assert ran.responses == ["reply_exit_wish"]
        assert ran.said[-1].payloads[0] == '/cancel_membership{"choice":"wish","reason":"price"}'
        assert (await press(lin, choice="wish", reason="price")).responses == ["reply_exit_thanks"]
        [told] = await interviews(database, lin)
        assert (told.causes, told.may_contact, told.wish) == (["price"], True, "价格更好")

    async def test_a_no_is_kept_and_nothing_more_is_asked(self, database: Database, lin: Customer) -> None:
        await begin(lin)
        await play(lin, CancellationForm, "不想说", "deny")
        await play(lin, CancellationForm, "退", "affirm")
        ran = await press(lin, choice="leave_alone")
        assert (ran.responses, ran.said[-1].payloads) == (["reply_exit_alone"], [])
        [told] = await interviews(database, lin)
        assert (told.causes, told.may_contact) == (["other"], False)

    async def test_an_answer_after_one_has_stayed_changes_nothing(self, database: Database, lin: Customer) -> None:
        await begin(lin)
        await play(lin, CancellationForm, "太贵了")
        await play(lin, CancellationForm, "退", "affirm")
        await lin.run(ActionWithdrawLeaving, "撤回吧", "undo")
        assert (await press(lin, choice="may_contact")).responses == ["reply_leave_stays"]
        [told] = await interviews(database, lin)
        assert told.may_contact is None

    async def test_a_stranger_is_asked_to_verify(self, customer: Customer) -> None:
        ran = await customer.run(ActionCancellationStart, "我要退会", "cancel_membership")
        assert ran.responses == ["reply_verify_first"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("每天都是廣告簡訊，煩死了", "messages"),
        ("your support was so rude to me", "service"),
        ("我现在很少在你们这儿买东西", "unused"),
        ("沒在用了", "unused"),
        ("cheaper elsewhere", "price"),
        ("不想你们留着我的个人信息", "privacy"),
        ("就是不想待了", None),
    ],
)
def test_the_reason_is_read_from_the_words(words: str, reason: str | None) -> None:
    assert cancellation_reason(words) == reason


@pytest.mark.parametrize(
    ("reason", "words", "causes"),
    [
        ("service", "东西坏了，客服还不理人", ["quality", "service"]),
        ("price", "", ["price"]),
        ("unused", "我要搬到国外去了，用不上", ["moved", "unused"]),
        ("price", "别家便宜多了", ["competitor", "price"]),
        ("other", "it kept arriving late and support was rude", ["delivery", "service"]),
        ("other", "就是不想要了", ["other"]),
        ("messages", "簡訊太多", ["messages"]),
    ],
)
def test_causes_are_read_from_the_words_in_their_order(reason: str, words: str, causes: list[str]) -> None:
    assert causes_of(reason, words) == causes
