"""A customer asks for a call: the time, the number, the topic, and the promise that comes of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.service.callbacks import (
    AskCallbackPhone,
    AskCallbackTopic,
    AskCallbackWindow,
    CallbackForm,
    RequestCallback,
)
from crm_store import promises
from crm_store.callbacks import Callback
from crm_store.clock import FrozenClock
from crm_store.promises import PromiseStatus
from tests.actions.conftest import Customer
from tests.crm_store.policy.shop_files import changed

pytestmark = pytest.mark.usefixtures("frozen_clock")

TOMORROW_14 = {"from": "2026-11-23T14:00:00+08:00", "to": "2026-11-23T15:00:00+08:00", "grain": "hour"}
DAY_AFTER_14 = {"from": "2026-11-24T14:00:00+08:00", "to": "2026-11-24T15:00:00+08:00", "grain": "hour"}
TONIGHT_23 = {"from": "2026-11-22T23:00:00+08:00", "to": "2026-11-23T00:00:00+08:00", "grain": "hour"}
TOMORROW = {"from": "2026-11-23T00:00:00+08:00", "to": "2026-11-24T00:00:00+08:00", "grain": "day"}
NOW = {"from": "2026-11-22T10:00:00+08:00", "to": "2026-11-22T11:00:00+08:00", "grain": "now"}


def hour(start: str, end: str) -> dict[str, str]:
    """From one hour of tomorrow to another, as Rasa's parser gives it."""
    return {"from": f"2026-11-23T{start}:00:00+08:00", "to": f"2026-11-23T{end}:00:00+08:00", "grain": "hour"}


OFFICE = """
hours:
  weekly:
    {monday: 10:00-18:00, tuesday: 10:00-18:00, wednesday: 10:00-18:00, thursday: 10:00-18:00, friday: 10:00-18:00,
     saturday: 10:00-18:00, sunday: closed}
callbacks: {usual_window: 30 min, offered_at: [11:00, 16:30, 17:45]}
"""


async def _calls(customer: Customer) -> list[Callback]:
    async with customer.database.reading() as session:
        return list(await session.scalars(select(Callback).order_by(Callback.id)))


class TestShopsOwnRules:
    @pytest.mark.parametrize(
        ("language", "told"),
        [("zh-Hans", "周一至周六 10:00–18:00 都可以"), ("en", "We can call Monday to Saturday from 10:00 to 18:00.")],
    )
    async def test_the_hours_that_are_told_are_the_shops(self, member: Customer, language: str, told: str) -> None:
        with changed(OFFICE):
            asked = await member.run(AskCallbackWindow, "打给我", "request_callback", language=language)
        assert told in asked.only.text

    async def test_times_offered_for_a_day_are_the_shops(self, member: Customer) -> None:
        with changed(OFFICE):
            await member.run(
                CallbackForm, "明天打给我", "request_callback", entities={"time": (TOMORROW, "明天")},
                active_loop="callback_form",
            )  # fmt: skip
            asked = await member.run(AskCallbackWindow, "明天打给我", "request_callback")
        assert asked.only.titles == ["明天 11:00–11:30", "明天 16:30–17:00"]


class TestTriesAnother:
    NINE = ({"from": "2026-11-22T21:00:00+08:00", "to": "2026-11-22T22:00:00+08:00", "grain": "hour"}, "九点")
    LATE = ({"from": "2026-11-22T22:30:00+08:00", "to": "2026-11-22T23:00:00+08:00", "grain": "minute"}, "晚上十点半")

    async def _begun(self, customer: Customer) -> None:
        await customer.run(
            CallbackForm, "晚上给我打电话", "request_callback",
            entities={"time": TONIGHT_23}, active_loop="callback_form",
        )  # fmt: skip

    async def test_the_last_time_counts_where_a_question_of_its_own_tries_it(self, member: Customer) -> None:
        await self._begun(member)
        times = {"time": [self.NINE, self.LATE]}
        form = await member.run(CallbackForm, "九点我都上班了。晚上十点半呢", "request_callback", entities=times)
        assert form.slots["callback_window"] is None
        assert form.slots["callback_problem"] == "outside_hours"

    async def test_of_two_times_in_one_sentence_the_first(self, member: Customer) -> None:
        await self._begun(member)
        times = {"time": [self.NINE, self.LATE]}
        form = await member.run(CallbackForm, "九点或者晚上十点半呢", "request_callback", entities=times)
        assert form.slots["callback_window"] == "2026-11-23T09:00+08:00/2026-11-23T10:00+08:00"


class TestCallback:
    async def test_a_member_confirms_the_masked_number(self, member: Customer) -> None:
        form = await member.run(
            CallbackForm, "明天下午两点打电话给我，聊聊退货的事", "request_callback",
            entities={"time": (TOMORROW_14, "明天下午两点")}, active_loop="callback_form",
        )  # fmt: skip
        assert form.asks == "callback_phone_confirmed"
        asked = await member.run(AskCallbackPhone, "x", "request_callback")
        assert "138****" in asked.only.text
        assert member.member.phone not in asked.only.text
        form = await member.run(CallbackForm, "可以", "affirm")
        assert form.asks is None
        ran = await member.run(RequestCallback, "可以", "affirm")
        assert ran.responses == ["reply_callback_noted"]
        assert "明天 14:00–15:00" in ran.only.text
        (call,) = await _calls(member)
        assert call.phone == member.member.phone
        async with member.database.reading() as session:
            (promise,) = await promises.open_for_member(session, member.member.id)
        assert promise.id == call.promise_id

    async def test_out_of_hours_the_nearest_window_is_offered_and_taken(self, member: Customer) -> None:
        form = await member.run(
            CallbackForm, "call me at 11 tonight about my points", "request_callback", language="en",
            entities={"time": TONIGHT_23}, active_loop="callback_form",
        )  # fmt: skip
        assert form.asks == "callback_window"
        asked = await member.run(AskCallbackWindow, "x", "request_callback")
        assert asked.responses == ["reply_callback_offer"]
        assert "tomorrow 09:00–10:00" in asked.only.text
        form = await member.run(CallbackForm, "that works", "affirm")
        assert form.asks == "callback_phone_confirmed"
        assert form.slots["callback_window"].startswith("2026-11-23T09:00")

    async def test_a_day_alone_is_asked_for_the_hour(self, member: Customer) -> None:
        form = await member.run(
            CallbackForm, "明天给我打电话", "request_callback", entities={"time": TOMORROW}, active_loop="callback_form"
        )
        assert form.asks == "callback_window"
        asked = await member.run(AskCallbackWindow, "x", "request_callback")
        assert asked.responses == ["reply_callback_hour"]
        assert asked.only.titles == ["明天 10:00–11:00", "明天 14:00–15:00", "明天 19:00–20:00"]
        value = asked.only.payloads[1].split('"')[3]
        form = await member.run(CallbackForm, "/request_callback", "request_callback", entities={"time": value})
        assert form.asks == "callback_phone_confirmed"

    async def test_a_bare_hour_belongs_to_the_day_that_was_named(self, member: Customer) -> None:
        await member.run(
            CallbackForm, "call me tomorrow", "request_callback", language="en",
            entities={"time": (TOMORROW, "tomorrow")}, active_loop="callback_form",
        )  # fmt: skip
        today_14 = {"from": "2026-11-22T14:00:00+08:00", "to": "2026-11-22T14:30:00+08:00", "grain": "minute"}
        form = await member.run(CallbackForm, "14:00", "inform", entities={"time": (today_14, "14:00")})
        assert form.slots["callback_window"] == "2026-11-23T14:00+08:00/2026-11-23T14:30+08:00"

    async def test_not_tomorrow_but_the_day_after_is_no_answer_about_the_number(self, member: Customer) -> None:
        await member.run(
            CallbackForm, "回电", "request_callback", entities={"time": TOMORROW_14}, active_loop="callback_form"
        )
        later = {"from": "2026-11-24T10:00:00+08:00", "to": "2026-11-24T11:00:00+08:00", "grain": "hour"}
        form = await member.run(CallbackForm, "不是明天 后天上午十点", "deny", entities={"time": [TOMORROW, later]})
        assert form.slots["callback_window"].startswith("2026-11-24T10:00")
        assert form.asks == "callback_phone_confirmed"

    async def test_a_furious_topic_is_answered_with_more_than_a_time(self, member: Customer) -> None:
        await member.run(
            CallbackForm, "回电", "request_callback", entities={"time": TOMORROW_14}, active_loop="callback_form"
        )
        await member.run(CallbackForm, "可以", "affirm")
        story = "你们店员当着我的面骂人，太过分了"
        form = await member.run(CallbackForm, story, "make_complaint", anger=0.8)
        assert form.slots["callback_topic"] == "你们店员当着我的面骂人"
        ran = await member.run(RequestCallback, story, "make_complaint", anger=0.8)
        assert ran.responses == ["reply_callback_noted_complaint"]
        assert ran.only.titles == ["登记投诉"]

    async def test_now_becomes_the_next_possible_moment(self, member: Customer) -> None:
        form = await member.run(
            CallbackForm, "现在就打给我吧", "request_callback", entities={"time": NOW}, active_loop="callback_form"
        )
        assert form.slots["callback_window"].startswith("2026-11-22T10:15")

    async def test_another_number_and_a_time_taken_back(self, member: Customer) -> None:
        await member.run(
            CallbackForm, "回电", "request_callback", entities={"time": TOMORROW_14}, active_loop="callback_form"
        )
        form = await member.run(CallbackForm, "/deny", "deny")
        assert form.asks == "callback_phone"
        later = {"from": "2026-11-24T16:00:00+08:00", "to": "2026-11-24T17:00:00+08:00", "grain": "hour"}
        form = await member.run(CallbackForm, "啊不对 后天下午四点", "inform", entities={"time": later})
        assert form.slots["callback_window"].startswith("2026-11-24T16:00")
        assert form.asks == "callback_phone"
        form = await member.run(CallbackForm, "13911112222", "inform", entities={"phone": "13911112222"})
        assert form.asks == "callback_topic"
        asked = await member.run(AskCallbackTopic, "x", "inform")
        assert len(asked.only.buttons) == 4
        await member.run(CallbackForm, "/inform", "inform", entities={"choice": "points"})
        await member.run(RequestCallback, "/inform", "inform")
        (call,) = await _calls(member)
        assert (call.phone, call.topic) == ("13911112222", "积分或会员")

    async def test_a_stranger_leaves_a_number(self, customer: Customer) -> None:
        form = await customer.run(
            CallbackForm,
            "明天两点打给我谈谈企业采购",
            "request_callback",
            entities={"time": (TOMORROW_14, "明天两点")},
            active_loop="callback_form",
        )
        assert form.asks == "callback_phone"
        form = await customer.run(CallbackForm, "0912 345 678", "inform", entities={"phone": "0912 345 678"})
        assert form.asks is None
        ran = await customer.run(RequestCallback, "0912 345 678", "inform")
        assert ran.responses == ["reply_callback_noted"]
        (call,) = await _calls(customer)
        assert call.member_id is None
        assert call.identity_id == customer.identity_id

    async def test_a_missed_call_moves_and_its_promise_stays_broken(
        self, member: Customer, frozen_clock: FrozenClock
    ) -> None:
        for text, window in (
            ("回电谈退款", TOMORROW_14),
            ("再约", {**TOMORROW_14, "from": "2026-11-24T14:00:00+08:00", "to": "2026-11-24T15:00:00+08:00"}),
        ):
            await member.run(
                CallbackForm, text, "request_callback", entities={"time": window}, active_loop="callback_form"
            )
            await member.run(CallbackForm, "可以", "affirm")
            await member.run(RequestCallback, "可以", "affirm", slots={"requested_slot": None})
            frozen_clock.move(timedelta(days=1, hours=6))
        (call,) = await _calls(member)
        async with member.database.reading() as session:
            made = await promises.for_member(session, member.member.id)
        assert sorted(promise.status for promise in made) == [PromiseStatus.BROKEN, PromiseStatus.OPEN]
        assert call.rescheduled_at is not None

    async def test_the_same_message_twice_promises_once(self, member: Customer) -> None:
        await member.run(
            CallbackForm, "回电谈退款", "request_callback", entities={"time": TOMORROW_14}, active_loop="callback_form"
        )
        answered = await member.run(CallbackForm, "可以", "affirm")
        slots = dict(member.slots)
        await member.run(RequestCallback, "可以", "affirm", message_id=answered.message_id)
        await member.run(RequestCallback, "可以", "affirm", message_id=answered.message_id, slots=slots)
        assert len(await _calls(member)) == 1


class TestMovedWithinTheForm:
    async def test_the_hour_that_is_named_as_taken_is_not_the_one_wished(self, member: Customer) -> None:
        await member.run(
            CallbackForm, "明天下午两点打给我", "request_callback", entities={"time": TOMORROW_14},
            active_loop="callback_form",
        )  # fmt: skip
        taken = {"from": "2026-11-22T14:00:00+08:00", "to": "2026-11-22T15:00:00+08:00", "grain": "hour"}
        wished = {"from": "2026-11-22T16:00:00+08:00", "to": "2026-11-22T17:00:00+08:00", "grain": "hour"}
        form = await member.run(
            CallbackForm, "等等 两点我要开会 改四点行不行", "change_callback",
            entities={"time": [(taken, "两点"), (wished, "四点")]},
        )  # fmt: skip
        assert "2026-11-23T16:00" in form.slots["callback_window"]

    @pytest.mark.parametrize(
        ("text", "times", "window"),
        [
            ("改成 9 點到 10 點可以嗎", [("9 點", "09", "10"), ("10 點", "10", "11")], "09/10"),
            ("after all from 3 pm until 5", [("3 pm", "15", "16"), ("5", "05", "06")], "15/17"),
            ("改 9 點，或者 11 點", [("9 點", "09", "10"), ("11 點", "11", "12")], "11/12"),
        ],
    )  # fmt: skip
    async def test_from_one_hour_to_another_is_one_time(
        self, member: Customer, text: str, times: list[tuple[str, str, str]], window: str
    ) -> None:
        await member.run(
            CallbackForm, "明天十点打给我", "request_callback", entities={"time": hour("10", "11")},
            active_loop="callback_form",
        )  # fmt: skip
        said = [(hour(start, end), words) for words, start, end in times]
        form = await member.run(CallbackForm, text, "change_callback", entities={"time": said})
        start, end = window.split("/")
        assert form.slots["callback_window"] == f"2026-11-23T{start}:00+08:00/2026-11-23T{end}:00+08:00"

    @pytest.mark.parametrize("text", ["改礼拜五，同一时间", "10:30 tomorrow. Actually make it Friday, same time"])
    async def test_another_day_at_the_same_time(self, member: Customer, text: str) -> None:
        half_past_ten = {"from": "2026-11-23T10:30:00+08:00", "to": "2026-11-23T11:00:00+08:00", "grain": "minute"}
        friday = {"from": "2026-11-27T00:00:00+08:00", "to": "2026-11-28T00:00:00+08:00", "grain": "day"}
        await member.run(
            CallbackForm, "10:30", "request_callback", entities={"time": half_past_ten}, active_loop="callback_form"
        )
        times = [(friday, "礼拜五")] if "礼拜五" in text else [(half_past_ten, "10:30 tomorrow"), (friday, "Friday")]
        form = await member.run(CallbackForm, text, "inform", entities={"time": times})
        assert form.slots["callback_window"].startswith("2026-11-27T10:30")

    async def test_a_day_of_the_week_that_is_over_is_the_one_to_come(self, member: Customer) -> None:
        over = {"from": "2026-11-20T15:00:00+08:00", "to": "2026-11-20T16:00:00+08:00", "grain": "hour"}
        form = await member.run(
            CallbackForm, "no, I said friday at 3", "request_callback", entities={"time": (over, "friday at 3")},
            active_loop="callback_form",
        )  # fmt: skip
        assert form.slots["callback_window"].startswith("2026-11-27T15:00")

    @pytest.mark.parametrize("text", ["早上第一個時段", "the first slot in the morning please"])
    async def test_the_first_slot_is_the_first_hour_somebody_is_there(self, member: Customer, text: str) -> None:
        morning = hour("06", "12") | {"grain": "part"}
        times = {"time": (morning, "morning" if "morning" in text else "早上")}
        form = await member.run(CallbackForm, text, "request_callback", entities=times, active_loop="callback_form")
        assert form.slots["callback_window"] == "2026-11-23T09:00+08:00/2026-11-23T10:00+08:00"

    @pytest.mark.parametrize("words", ["same number", "打我登記的那支", "號碼沒變"])
    async def test_the_number_on_file_is_agreed_to_by_its_name(self, member: Customer, words: str) -> None:
        await member.run(
            CallbackForm, "回电", "request_callback", entities={"time": TOMORROW_14}, active_loop="callback_form"
        )
        form = await member.run(CallbackForm, words, "nlu_fallback")
        assert form.slots["callback_phone_confirmed"] is True
