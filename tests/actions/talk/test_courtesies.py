"""Courtesies, words without a context, leaving a form, and what was not understood."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from actions.service.human import ActionRequestHuman
from actions.talk.courtesies import (
    ActionAffirmAlone,
    ActionBotChallenge,
    ActionCancel,
    ActionDenyAlone,
    ActionGoodbye,
    ActionGreet,
    ActionHelp,
    ActionInformAlone,
    ActionThank,
    part_of_day,
)
from actions.talk.misunderstanding import ActionAskRephrase, ActionDefaultFallback, ActionOutOfScope, in_a_row
from crm_store import agents, availability, clock, conversations, members
from crm_store.language import Language
from tests.actions.conftest import Customer, responses
from tests.crm_store.inbox import make_agent
from tests.crm_store.policy.shop_files import changed


def said(intent: str, text: str = "…", message: str | None = None) -> dict[str, Any]:
    """An earlier message of the customer, as Rasa's tracker keeps it."""
    metadata = {"message_id": message} if message else {}
    return {"event": "user", "text": text, "parse_data": {"intent": {"name": intent}}, "metadata": metadata}


def test_the_steps_of_one_message_count_as_one() -> None:
    steps = [said("nlu_fallback", message="12"), said("nlu_fallback", message="12.2")]
    assert in_a_row(steps, "nlu_fallback") == 1
    assert in_a_row([*steps, said("nlu_fallback", message="13")], "nlu_fallback") == 2
    assert in_a_row([said("nlu_fallback"), said("nlu_fallback")], "nlu_fallback") == 2


class TestGreet:
    async def test_a_member_is_greeted_by_name_and_time_of_day(
        self, member: Customer, frozen_clock: clock.FrozenClock
    ) -> None:
        ran = await member.run(ActionGreet, "早呀", "greet")
        assert ran.only.text == "林女士，早上好。今天有什么可以帮您？"
        assert "/ask_points_balance" in ran.only.payloads
        assert len(ran.only.buttons) <= 4

    async def test_a_stranger_learns_what_can_be_asked(
        self, customer: Customer, frozen_clock: clock.FrozenClock
    ) -> None:
        ran = await customer.run(ActionGreet, "hello there", "greet", language="en")
        assert ran.only.text.startswith("Good morning. This is Huike.")
        assert "/bind_account" in ran.only.payloads

    async def test_a_second_hello_is_answered_shortly(self, member: Customer) -> None:
        ran = await member.run(ActionGreet, "在？", "greet", events=[said("greet")])
        assert ran.responses == ["reply_greet_again"]

    async def test_in_a_form_the_form_goes_on(self, customer: Customer) -> None:
        ran = await customer.run(ActionGreet, "hi", "greet", active_loop="suggestion_form")
        assert (ran.responses, ran.followup) == (["reply_greet_again"], "suggestion_form")

    @pytest.mark.parametrize(
        ("utc_hour", "part"), [(21, "morning"), (3, "morning"), (4, "afternoon"), (10, "evening"), (20, "evening")]
    )
    def test_the_shops_clock_decides(self, utc_hour: int, part: str) -> None:
        assert part_of_day(datetime(2026, 11, 22, utc_hour, tzinfo=UTC)) == part


class TestSmallTalk:
    async def test_goodbye_and_thanks(self, member: Customer) -> None:
        ran = await member.run(ActionGoodbye, "拜拜", "goodbye", language="zh-Hant")
        assert ran.only.text == "林女士，再見，有事隨時找我。"
        ran = await member.run(ActionThank, "谢啦", "thank")
        assert ran.responses == ["reply_thank"]
        assert await member.outcomes() == []

    async def test_a_bot_says_that_it_is_one(self, customer: Customer) -> None:
        ran = await customer.run(ActionBotChallenge, "am I talking to a human?", "bot_challenge", language="en")
        assert "bot" in ran.only.text
        assert "/request_human" in [button.payload for button in responses()["reply_bot_challenge"].buttons]

    async def test_help_names_the_subjects_and_a_person(self, customer: Customer) -> None:
        for language in Language:
            ran = await customer.run(ActionHelp, "help", "help", language=language)
            assert ran.only.text
            assert ran.only.payloads[-1] == "/request_human"


class TestWithoutContext:
    async def test_a_bare_yes_gets_the_likely_next_steps(self, member: Customer) -> None:
        ran = await member.run(ActionAffirmAlone, "好的", "affirm")
        assert ran.responses == ["reply_affirm_alone"]
        assert ran.only.buttons

    async def test_a_bare_no_ends_it(self, member: Customer) -> None:
        assert (await member.run(ActionDenyAlone, "不用了", "deny")).responses == ["reply_deny_alone"]

    async def test_in_a_form_it_is_led_back(self, customer: Customer) -> None:
        ran = await customer.run(ActionAffirmAlone, "嗯", "affirm", active_loop="suggestion_form")
        assert (ran.responses, ran.followup) == (["reply_answer_the_form"], "suggestion_form")

    async def test_an_order_number_asks_for_that_order(self, member: Customer) -> None:
        ran = await member.run(ActionInformAlone, "20250101-0001", "inform", entities={"order_number": "20250101-0001"})
        assert ran.responses == ["reply_number_unknown"]

    async def test_a_strangers_order_number_needs_proof(self, customer: Customer) -> None:
        ran = await customer.run(
            ActionInformAlone, "20250101-0001", "inform", entities={"order_number": "20250101-0001"}
        )
        assert ran.responses == ["reply_verify_first"]

    async def test_a_name_to_be_called_by_is_taken(self, member: Customer) -> None:
        assert member.member is not None
        await member.run(ActionInformAlone, "叫我小鱼", "inform", entities={"preferred_name": "小鱼"})
        async with member.database.reading() as session:
            assert (await members.get(session, member.member.id)).preferred_name == "小鱼"

    async def test_a_reward_is_a_wish_to_redeem_it(self, member: Customer) -> None:
        ran = await member.run(ActionInformAlone, "咖啡套装", "inform", entities={"reward": "咖啡套装"})
        assert ran.responses == ["reply_redeem_catalogue_empty"]

    async def test_anything_else_is_asked_about(self, customer: Customer) -> None:
        assert (await customer.run(ActionInformAlone, "第二个", "inform")).responses == ["reply_inform_alone"]

    async def test_none_of_the_guesses(self, customer: Customer) -> None:
        ran = await customer.run(
            ActionInformAlone, '/inform{"choice":"something_else"}', "inform", entities={"choice": "something_else"}
        )
        assert ran.responses == ["reply_something_else"]


class TestCancel:
    async def test_leaves_the_form_and_forgets_its_answers(self, customer: Customer) -> None:
        ran = await customer.run(
            ActionCancel, "算了", "cancel", active_loop="suggestion_form", slots={"suggestion_text": "多开店"}
        )
        assert ran.responses == ["reply_cancelled"]
        assert ran.leaves_form
        assert ran.followup is None
        assert ran.slots == {"requested_slot": None, "suggestion_text": None}
        assert await customer.outcomes() == ["abandoned"]

    async def test_leaves_any_form_of_the_domain(self, customer: Customer) -> None:
        from actions.endpoint import domain

        for form in domain()["forms"]:
            assert (await customer.run(ActionCancel, "算了", "cancel", active_loop=form)).leaves_form, form

    async def test_nothing_to_leave(self, customer: Customer) -> None:
        ran = await customer.run(ActionCancel, "取消", "cancel")
        assert ran.responses == ["reply_nothing_to_cancel"]
        assert ran.only.payloads == ["/cancel_order", "/opt_out"]


class TestMisunderstood:
    async def test_the_two_best_guesses_are_offered(self, customer: Customer) -> None:
        ran = await customer.run(
            ActionAskRephrase,
            "那个啥",
            "nlu_fallback",
            ranking=[("nlu_fallback", 0.35), ("ask_parcel", 0.3), ("ask_order_status", 0.25), ("ask_tier", 0.1)],
        )
        assert ran.responses == ["reply_ask_rephrase"]
        assert ran.only.titles == ["包裹到哪了", "查订单", "都不是"]
        assert ran.only.payloads[-1] == '/inform{"choice":"something_else"}'
        assert await customer.outcomes() == ["not_understood"]

    async def test_hopeless_guesses_are_not_offered(self, customer: Customer) -> None:
        ran = await customer.run(
            ActionAskRephrase, "哗啦啦", "nlu_fallback", ranking=[("nlu_fallback", 0.35), ("ask_tier", 0.05)]
        )
        assert ran.responses == ["reply_ask_rephrase_open"]

    async def test_the_second_time_a_person_is_called_and_nothing_is_said(self, customer: Customer) -> None:
        ran = await customer.run(ActionAskRephrase, "??", "nlu_fallback", events=[said("nlu_fallback")])
        assert ran.said == []
        async with customer.database.reading() as session:
            conversation = await conversations.get(session, customer.conversation_id)
        assert (conversation.state, conversation.queue_reason) == ("queue", "misunderstood")

    async def test_understood_in_between_it_begins_anew(self, customer: Customer) -> None:
        before = [said("nlu_fallback"), said("thank")]
        ran = await customer.run(ActionAskRephrase, "??", "nlu_fallback", events=before)
        assert ran.responses == ["reply_ask_rephrase_open"]

    async def test_words_a_form_took_do_not_count(self) -> None:
        events = [
            {"event": "slot", "name": "requested_slot", "value": "suggestion_text"},
            said("nlu_fallback"),
            {"event": "slot", "name": "suggestion_text", "value": "…"},
            said("nlu_fallback"),
        ]
        assert in_a_row(events, "nlu_fallback") == 1

    async def test_in_a_form_the_question_is_asked_again(self, customer: Customer) -> None:
        ran = await customer.run(ActionAskRephrase, "??", "nlu_fallback", active_loop="rating_form")
        assert (ran.responses, ran.followup) == (["reply_ask_rephrase_form"], "rating_form")


class TestDefaultFallback:
    async def test_asks_when_nothing_was_answered(self, customer: Customer) -> None:
        ran = await customer.run(ActionDefaultFallback, "??", "nlu_fallback")
        assert (ran.responses, ran.followup) == (["reply_ask_rephrase_open"], "action_listen")


class TestOutOfScope:
    async def test_a_kind_border_and_then_the_offer_of_a_person(self, customer: Customer) -> None:
        ran = await customer.run(ActionOutOfScope, "明天下雨吗", "out_of_scope")
        assert ran.responses == ["reply_out_of_scope"]
        ran = await customer.run(ActionOutOfScope, "那后天呢", "out_of_scope", events=[said("out_of_scope")])
        assert ran.responses == ["reply_out_of_scope_again"]
        first = responses()["reply_out_of_scope_again"].buttons[0]
        assert first.payload == "/request_human"

    @pytest.mark.parametrize(
        ("choice", "language", "says"),
        [
            ("others_data", "zh-Hans", "不管谁来问，我都不能查也不能给"),
            ("others_data", "en", "whoever asks"),
            ("staff_claim", "zh-Hant", "員工編號也打不開別人的資料"),
        ],
    )
    async def test_somebody_else_s_data_is_told_to_nobody(
        self, customer: Customer, choice: str, language: str, says: str
    ) -> None:
        ran = await customer.run(
            ActionOutOfScope, "查一下我老公的订单", "out_of_scope", entities={"choice": choice}, language=language
        )
        assert ran.responses == [f"reply_{choice}"]
        assert says in ran.only.text
        assert ran.only.payloads == ["/request_human"]


class TestRequestHuman:
    async def test_enters_the_queue_and_leaves_the_words_to_the_desk(self, member: Customer) -> None:
        ran = await member.run(ActionRequestHuman, "叫个人来", "request_human")
        assert ran.said == []
        async with member.database.reading() as session:
            conversation = await conversations.get(session, member.conversation_id)
        assert (conversation.state, conversation.queue_reason, conversation.urgency) == ("queue", "requested", 1)
        assert await member.outcomes() == ["handed_over"]

    async def test_an_upset_customer_is_more_urgent(self, member: Customer) -> None:
        await member.run(ActionRequestHuman, "别废话 找人", "request_human", anger=0.6)
        async with member.database.reading() as session:
            assert (await conversations.get(session, member.conversation_id)).urgency == 2

    async def test_how_upset_is_the_shops_decision(self, member: Customer) -> None:
        with changed("anger: {upset: 0.7}"):
            await member.run(ActionRequestHuman, "别废话 找人", "request_human", anger=0.6)
        async with member.database.reading() as session:
            assert (await conversations.get(session, member.conversation_id)).urgency == 1

    async def test_who_only_asks_whether_somebody_is_there_is_told_and_not_put_in_line(
        self, member: Customer, frozen_clock: clock.FrozenClock
    ) -> None:
        ran = await member.run(ActionRequestHuman, "现在有人吗", "request_human", entities={"choice": "there"})
        assert "同事这会儿都走开了" in ran.only.text
        async with member.database.transaction() as session:
            someone = await agents.get(session, await make_agent(session))
            await availability.set_presence(session, someone, "online")
        ran = await member.run(ActionRequestHuman, "现在有人吗", "request_human", entities={"choice": "there"})
        assert "现在有 1 位同事在" in ran.only.text
        assert ran.only.payloads == ["/request_human", "/request_callback"]
        frozen_clock.move(timedelta(hours=13))  # 23:00
        ran = await member.run(ActionRequestHuman, "现在有人吗", "request_human", entities={"choice": "there"})
        assert "明天 09:00 上班" in ran.only.text
        async with member.database.reading() as session:
            assert (await conversations.get(session, member.conversation_id)).state == "bot"

    @pytest.mark.usefixtures("frozen_clock")
    async def test_who_asks_for_a_day_hears_the_hours_of_the_staff(self, member: Customer) -> None:
        sunday = {"from": "2026-11-29T00:00:00+08:00", "to": "2026-11-30T00:00:00+08:00", "grain": "day"}
        asked: dict[str, object] = {"choice": "hours", "time": sunday}
        ran = await member.run(ActionRequestHuman, "周日有人在不", "request_human", entities=asked)
        assert "11 月 29 日 9:00–22:00 都有同事在" in ran.only.text
        with changed("hours: {closed: [2026-11-29]}"):
            ran = await member.run(ActionRequestHuman, "周日有人在不", "request_human", entities=asked)
        assert "11 月 29 日没有同事上班" in ran.only.text
        ran = await member.run(ActionRequestHuman, "晚上有人吗", "request_human", entities={"choice": "hours"})
        assert "客服的服务时间：每天 9:00–22:00" in ran.only.text

    @pytest.mark.usefixtures("frozen_clock")
    async def test_who_waits_already_is_told_so(self, member: Customer) -> None:
        await member.run(ActionRequestHuman, "找人", "request_human")
        async with member.database.transaction() as session:
            (await conversations.get(session, member.conversation_id)).queue_announced_at = clock.now()
        assert (await member.run(ActionRequestHuman, "人呢", "request_human")).responses == ["reply_human_waiting"]

    @pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
    async def test_who_waits_at_night_hears_when_somebody_is_there(
        self, member: Customer, frozen_clock: clock.FrozenClock, language: str
    ) -> None:
        await member.run(ActionRequestHuman, "找人", "request_human")
        async with member.database.transaction() as session:
            (await conversations.get(session, member.conversation_id)).queue_announced_at = clock.now()
        frozen_clock.move(timedelta(hours=13))  # 23:00
        ran = await member.run(ActionRequestHuman, "人呢", "request_human", language=language)
        assert ran.responses == ["reply_human_waiting_closed"]
        assert "09:00" in ran.only.text
        assert ran.only.payloads == ["/request_callback"]


class TestTalkWithTheBot:
    @pytest.mark.parametrize(
        ("text", "language", "response"),
        [
            ("你们机器人会不会累", "zh-Hans", "reply_small_talk_feels"),
            ("妳會冷嗎？你會冷嗎", "zh-Hant", "reply_small_talk_feels"),
            ("do you get tired of this", "en", "reply_small_talk_feels"),
            ("講個笑話給我聽", "zh-Hant", "reply_small_talk_joke"),
            ("go on, make me laugh", "en", "reply_small_talk_joke"),
            ("你几岁啦", "zh-Hans", "reply_small_talk_about_you"),
            ("chat with me a bit", "en", "reply_small_talk_company"),
            ("你是真人吗", "zh-Hans", "reply_bot_challenge"),
        ],
    )
    async def test_a_light_word(self, customer: Customer, text: str, language: str, response: str) -> None:
        ran = await customer.run(ActionBotChallenge, text, "bot_challenge", language=language)
        assert ran.responses == [response]


async def test_a_mere_question_mark_at_the_beginning_has_the_customer_go_on(customer: Customer) -> None:
    ran = await customer.run(ActionAskRephrase, "？？", "nlu_fallback", entities={"choice": "begun"})
    assert ran.responses == ["reply_please_go_on"]
    assert "接着说" in ran.only.text


@pytest.mark.parametrize(
    ("text", "language", "says", "whole"),
    [
        ("？？", "zh-Hans", "没答到点上", "看全文"),
        ("我聽不懂", "zh-Hant", "沒答到重點", "看全文"),
        ("I don't get it", "en", "not what you meant", "More on this"),
    ],
)
async def test_what_was_not_clear_is_opened_up_and_nobody_is_put_in_line(
    customer: Customer, text: str, language: str, says: str, whole: str
) -> None:
    focus = {"topic": "ask_faq", "article": "delivery_time", "at": {"article": 2}}
    ran = await customer.run(
        ActionInformAlone, text, "inform", entities={"choice": "puzzled"}, language=language, slots={"focus": focus}
    )
    assert ran.responses == ["reply_puzzled"]
    assert says in ran.only.text
    assert whole in [each["title"] for each in ran.only.buttons]
