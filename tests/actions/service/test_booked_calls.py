"""A call is arranged: the member asks when it comes, moves it, changes its topic or number, calls it off."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from actions.service.booked_calls import ActionAskCallback, ActionCancelCallback, ActionChangeCallback
from actions.service.callbacks import CallbackForm
from actions.talk.taken_back import ActionDenyAct, ActionUndo
from crm_store import callbacks, promises
from crm_store.callbacks import Callback, CallbackStatus
from crm_store.clock import FrozenClock, business_zone
from crm_store.promises import PromiseStatus
from tests.actions.conftest import Customer
from tests.actions.playing import play
from tests.crm_store.inbox import make_agent

pytestmark = pytest.mark.usefixtures("frozen_clock")

NEXT_FRIDAY = "2026-11-27"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=business_zone())


def time(day: int, start: float, end: float, grain: str = "hour", note: str = "") -> dict[str, str]:
    begin, finish = (at(day, 0) + timedelta(hours=hours) for hours in (start, end))
    said = {"from": begin.isoformat(), "to": finish.isoformat(), "grain": grain}
    return said | ({"note": note} if note else {})


async def booked(customer: Customer, start: datetime, *, topic: str = "退款", key: str = "c1") -> Callback:
    async with customer.database.transaction() as session:
        return await callbacks.request(
            session,
            member_id=customer.member.id if customer.member else None,
            identity_id=customer.identity_id,
            conversation_id=customer.conversation_id,
            phone="13812345678",
            window_start=start,
            window_end=start + timedelta(hours=1),
            topic=topic,
            key=key,
        )


async def the_call(customer: Customer) -> Callback:
    async with customer.database.reading() as session:
        (call,) = await session.scalars(select(Callback))
        return call


async def promised(customer: Customer) -> list[tuple[datetime, str]]:
    assert customer.member is not None
    async with customer.database.reading() as session:
        found = await promises.for_member(session, customer.member.id)
        return [(promise.due_at.astimezone(business_zone()), promise.status) for promise in found]


class TestWhenItComes:
    async def test_the_time_the_number_and_the_topic(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        told = await member.run(ActionAskCallback, "我那个电话约的几点", "ask_callback")
        assert told.responses == ["reply_callback_booked_about"]
        assert "14:00–15:00" in told.only.text
        assert "退款" in told.only.text
        assert "13812345678" not in told.only.text
        assert told.only.payloads == ["/change_callback", "/cancel_callback"]

    async def test_none_is_arranged(self, member: Customer) -> None:
        told = await member.run(ActionAskCallback, "when do you ring", "ask_callback", language="en")
        assert told.responses == ["reply_callback_none"]

    async def test_one_that_was_made_is_told_of_for_a_week(self, member: Customer, frozen_clock: FrozenClock) -> None:
        call = await booked(member, at(24, 14))
        frozen_clock.to(at(24, 14, 20))
        async with member.database.transaction() as session:
            agent_id = await make_agent(session)
            await callbacks.mark_done(session, await callbacks.get(session, call.id), agent_id=agent_id)
        told = await member.run(ActionAskCallback, "电话打了吗", "ask_callback")
        assert told.responses == ["reply_callback_made_about"]
        assert "今天 14:20" in told.only.text
        assert "退款" in told.only.text
        frozen_clock.to(at(30, 14) + timedelta(days=2))
        told = await member.run(ActionAskCallback, "电话打了吗", "ask_callback")
        assert told.responses == ["reply_callback_none_made"]

    async def test_a_missed_one_is_owned_up_to_and_its_promise_counts_as_broken(
        self, member: Customer, frozen_clock: FrozenClock
    ) -> None:
        await booked(member, at(23, 14))
        frozen_clock.to(at(24, 10))
        told = await member.run(ActionAskCallback, "电话什么时候打", "ask_callback")
        assert told.responses == ["reply_promise_broken_call"]
        assert await promised(member) == [(at(23, 15), PromiseStatus.BROKEN)]

    async def test_a_visitor_sees_the_call_of_the_own_browser_and_nobody_elses(
        self, customer: Customer, member: Customer
    ) -> None:
        await booked(member, at(24, 14))
        told = await customer.run(ActionAskCallback, "几点打给我", "ask_callback")
        assert told.responses == ["reply_verify_first"]
        await booked(customer, at(24, 16), topic="", key="c2")
        told = await customer.run(ActionAskCallback, "几点打给我", "ask_callback")
        assert told.responses == ["reply_callback_booked"]
        assert "16:00" in told.only.text

    async def test_in_the_midst_of_arranging_the_time_so_far(self, member: Customer) -> None:
        slots = {"callback_window": "2026-11-24T14:00+08:00/2026-11-24T15:00+08:00"}
        told = await member.run(
            ActionAskCallback, "是几点来着", "ask_callback", slots=slots, active_loop="callback_form",
            requested_slot="callback_topic",
        )  # fmt: skip
        assert told.responses == ["reply_callback_planned"]


class TestItIsMoved:
    async def test_to_another_time_and_the_promise_moves_with_it(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        said = await member.run(
            ActionChangeCallback,
            "挪到周三下午四点",
            "change_callback",
            entities={"time": (time(25, 16, 17), "周三下午四点")},
        )
        assert said.responses == ["reply_callback_moved"]
        assert (await the_call(member)).window_start == at(25, 16)
        assert sorted(await promised(member)) == [
            (at(24, 15), PromiseStatus.CANCELLED),
            (at(25, 17), PromiseStatus.OPEN),
        ]

    async def test_to_a_morning_which_means_the_hours_of_the_shop(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        said = await member.run(
            ActionChangeCallback, "rather thursday morning", "change_callback", language="en",
            entities={"time": (time(26, 6, 12, "part"), "thursday morning")},
        )  # fmt: skip
        assert said.responses == ["reply_callback_moved"]
        call = await the_call(member)
        assert (call.window_start, call.window_end) == (at(26, 9), at(26, 12))

    async def test_a_day_alone_is_asked_for_the_hour_which_is_of_that_day(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        asked = await member.run(
            ActionChangeCallback, "改到后天", "change_callback", entities={"time": (time(25, 0, 24, "day"), "后天")}
        )
        assert asked.responses == ["reply_callback_hour"]
        assert all(payload.startswith("/change_callback") for payload in asked.only.payloads)
        await member.run(
            ActionChangeCallback,
            "三点半吧",
            "change_callback",
            entities={"time": (time(22, 15.5, 16, "minute"), "三点半")},
        )
        assert (await the_call(member)).window_start == at(25, 15, 30)

    async def test_an_hour_alone_is_of_the_day_agreed_on_and_of_its_half(self, member: Customer) -> None:
        await booked(member, at(24, 19))
        async with member.database.transaction() as session:
            call = await callbacks.get(session, (await the_call(member)).id)
            call.window_end = at(24, 22)
        await member.run(
            ActionChangeCallback, "make it 8ish", "change_callback", language="en",
            entities={"time": (time(23, 8, 9), "8ish")},
        )  # fmt: skip
        assert (await the_call(member)).window_start == at(24, 20)

    async def test_an_hour_after_the_one_agreed_on_stays_in_its_half_of_the_day(self, member: Customer) -> None:
        await booked(member, at(24, 18))
        await member.run(
            ActionChangeCallback, "还是九点以前，八点吧", "change_callback", entities={"time": (time(24, 8, 9), "八点")}
        )
        assert (await the_call(member)).window_start == at(24, 20)

    async def test_out_of_hours_the_nearest_is_offered_and_only_a_yes_moves_it(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        asked = await member.run(
            ActionChangeCallback, "改到早上七点", "change_callback", entities={"time": (time(24, 7, 8), "早上七点")}
        )
        assert asked.responses == ["reply_callback_offer"]
        assert (await the_call(member)).window_start == at(24, 14)
        yes, no = asked.only.buttons
        assert (yes["answer"], no["answer"]) == ("yes", "no")
        value = yes["payload"].split('"')[3]
        await member.run(ActionChangeCallback, yes["payload"], "change_callback", entities={"time": value})
        assert (await the_call(member)).window_start == at(24, 9)

    async def test_by_another_clock_it_is_asked_back_in_the_shops_time(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        asked = await member.run(
            ActionChangeCallback, "8pm Tokyo time", "change_callback", language="en",
            entities={"time": (time(24, 19, 20, note="elsewhere"), "8pm Tokyo time")},
        )  # fmt: skip
        assert asked.responses == ["reply_callback_elsewhere"]
        assert "19:00–20:00" in asked.only.text
        assert (await the_call(member)).window_start == at(24, 14)

    async def test_by_another_clock_and_out_of_hours_both_times_are_told(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        asked = await member.run(
            ActionChangeCallback, "10am EST", "change_callback", language="en",
            entities={"time": (time(24, 23, 24, note="elsewhere"), "10am EST")},
        )  # fmt: skip
        assert asked.responses == ["reply_callback_elsewhere_closed"]
        assert "24 November 23:00–00:00" in asked.only.text
        assert "25 November 09:00–10:00" in asked.only.text

    async def test_no_time_is_asked_for_without_what_was_ruled_out(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        asked = await member.run(
            ActionChangeCallback, "能换个时间吗，明天不行", "change_callback",
            entities={"time": (time(23, 0, 24, "day", "refused"), "明天")},
        )  # fmt: skip
        assert asked.responses == ["reply_callback_move_when"]
        assert asked.only.payloads
        assert not any("2026-11-23" in payload for payload in asked.only.payloads)

    async def test_a_day_of_no_calendar_is_asked_back_with_its_words(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        asked = await member.run(
            ActionChangeCallback, "改到11月31号", "change_callback",
            entities={"time": ({"grain": "day", "note": "no_such_day"}, "11月31号")},
        )  # fmt: skip
        assert asked.responses == ["reply_callback_no_such_day"]
        assert "11月31号" in asked.only.text

    async def test_topic_and_number_change_and_the_time_stays(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        said = await member.run(ActionChangeCallback, "改成聊积分的事", "change_callback")
        assert said.responses == ["reply_callback_changed"]
        await member.run(ActionChangeCallback, "打13900001111", "change_callback", entities={"phone": "13900001111"})
        call = await the_call(member)
        assert (call.topic, call.phone, call.window_start) == ("积分", "13900001111", at(24, 14))
        assert len(await promised(member)) == 1

    async def test_the_same_message_twice_moves_once(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        entities = {"time": (time(25, 16, 17), "周三四点")}
        ran = await member.run(ActionChangeCallback, "改周三四点", "change_callback", entities=entities)
        await member.run(
            ActionChangeCallback, "改周三四点", "change_callback", entities=entities, message_id=ran.message_id
        )
        assert len(await promised(member)) == 2

    async def test_of_two_calls_it_is_asked_which(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        await booked(member, at(25, 14), key="c2")
        asked = await member.run(ActionChangeCallback, "电话改个时间", "change_callback")
        assert asked.responses == ["reply_callback_which"]
        assert len(asked.only.buttons) == 2


class TestItIsCalledOff:
    async def test_only_after_a_yes_and_the_promise_is_withdrawn(self, member: Customer) -> None:
        call = await booked(member, at(24, 14))
        asked = await member.run(ActionCancelCallback, "电话不用打了", "cancel_callback")
        assert asked.responses == ["reply_callback_cancel_sure"]
        assert (await the_call(member)).status == CallbackStatus.REQUESTED
        yes = asked.only.buttons[0]
        assert (yes["payload"], yes["answer"]) == (f'/cancel_callback{{"choice":"{call.id}"}}', "yes")
        for _ in range(2):
            said = await member.run(
                ActionCancelCallback, yes["payload"], "cancel_callback", entities={"choice": str(call.id)}
            )
            assert said.responses == ["reply_callback_cancelled"]
        assert await promised(member) == [(at(24, 15), PromiseStatus.CANCELLED)]
        assert (await the_call(member)).status == CallbackStatus.CANCELLED

    async def test_a_no_keeps_it(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        await member.run(ActionCancelCallback, "/cancel_callback", "cancel_callback", entities={"choice": "keep"})
        assert (await the_call(member)).status == CallbackStatus.REQUESTED

    async def test_anothers_call_is_not_touched(self, member: Customer, customer: Customer) -> None:
        call = await booked(member, at(24, 14))
        await customer.run(
            ActionCancelCallback, "/cancel_callback", "cancel_callback", entities={"choice": str(call.id)}
        )
        assert (await the_call(member)).status == CallbackStatus.REQUESTED

    async def test_one_that_was_made_is_said_to_be(self, member: Customer) -> None:
        call = await booked(member, at(24, 14))
        async with member.database.transaction() as session:
            await callbacks.mark_done(session, await callbacks.get(session, call.id))
        said = await member.run(
            ActionCancelCallback, "/cancel_callback", "cancel_callback", entities={"choice": str(call.id)}
        )
        assert said.responses == ["reply_callback_was_made"]

    async def test_please_do_not_call_asks_about_a_call_of_another_day(self, member: Customer) -> None:
        await booked(member, at(24, 14))
        asked = await member.run(
            ActionDenyAct, "please don't ring me", "deny_act", language="en", entities={"act": "request_callback"}
        )
        assert asked.responses == ["reply_callback_cancel_sure"]

    async def test_please_do_not_call_without_a_call_is_just_noted(self, member: Customer) -> None:
        said = await member.run(ActionDenyAct, "别打电话", "deny_act", entities={"act": "request_callback"})
        assert said.responses == ["reply_act_not_done"]

    async def test_undo_after_arranging_asks_to_call_it_off(self, member: Customer) -> None:
        call = await booked(member, at(24, 14))
        asked = await member.run(
            ActionUndo, "撤回刚才那个", "undo", slots={"focus": {"done": "request_callback", "callback": call.id}}
        )
        assert asked.responses == ["reply_callback_cancel_sure"]

    async def test_in_the_midst_of_arranging_it_the_form_is_left(self, member: Customer) -> None:
        said = await member.run(
            ActionCancelCallback, "cancel that call please", "cancel_callback", language="en",
            active_loop="callback_form", requested_slot="callback_topic",
        )  # fmt: skip
        assert said.responses == ["reply_callback_not_noted"]
        assert member.active_loop is None


class TestTheFormListens:
    async def asked_for_the_number(self, member: Customer, **window: dict[str, str]) -> None:
        said = window.get("window") or time(23, 14, 15)
        await member.run(
            CallbackForm, "回个电话", "request_callback", entities={"time": (said, "x")}, active_loop="callback_form"
        )
        assert member.slots["requested_slot"] == "callback_phone_confirmed"

    @pytest.mark.parametrize(
        ("text", "intent", "topic"),
        [
            ("是关于开票抬头的事", "ask_invoice", "开票抬头"),
            ("it's about the kettle that leaks", "ask_product", "the kettle that leaks"),
        ],
    )
    async def test_a_topic_said_early_is_noted_and_opens_nothing(
        self, member: Customer, text: str, intent: str, topic: str
    ) -> None:
        await self.asked_for_the_number(member)
        form = await member.run(CallbackForm, text, intent)
        assert form.slots["callback_topic"] == topic
        assert form.asks == "callback_phone_confirmed"
        assert (await member.run(CallbackForm, "可以", "affirm")).asks is None

    @pytest.mark.parametrize("slot", ["callback_window", "callback_phone_confirmed", "callback_topic"])
    @pytest.mark.parametrize("text", ["电话不用打了", "cancel that call please"])
    async def test_calling_off_ends_it_whatever_it_was_understood_as(
        self, member: Customer, slot: str, text: str
    ) -> None:
        await self.asked_for_the_number(member)
        form = await member.run(CallbackForm, text, "cancel_order", requested_slot=slot)
        assert form.asks is None
        assert form.slots["callback_window"] is None

    async def test_the_wish_to_stop_arranges_nothing(self, member: Customer) -> None:
        await self.asked_for_the_number(member)
        form = await member.run(CallbackForm, "别打了", "cancel")
        assert form.asks == "callback_phone_confirmed"

    @pytest.mark.parametrize("intent", ["deny_act", "undo", "hesitate", "cancel_callback"])
    async def test_what_hearing_found_is_no_topic(self, member: Customer, intent: str) -> None:
        await self.asked_for_the_number(member)
        form = await member.run(CallbackForm, "别打了", intent, requested_slot="callback_topic")
        assert form.slots == {"requested_slot": "callback_phone_confirmed"}

    async def test_a_time_inside_the_topic_moves_nothing(self, member: Customer) -> None:
        await self.asked_for_the_number(member)
        await member.run(CallbackForm, "可以", "affirm")
        text = "周五要送的那台洗衣机装不装"
        form = await member.run(CallbackForm, text, "inform", entities={"time": (time(27, 0, 24, "day"), "周五")})
        assert form.slots["callback_topic"] == text
        assert "callback_window" not in form.slots

    async def test_eight_ish_of_an_evening_is_eight_in_the_evening(self, member: Customer) -> None:
        await self.asked_for_the_number(member, window=time(23, 18, 22, "part"))
        form = await member.run(
            CallbackForm, "8ish", "inform", entities={"time": (time(23, 8, 9), "8ish")}, language="en"
        )
        assert form.slots["callback_window"] == "2026-11-23T20:00+08:00/2026-11-23T21:00+08:00"

    async def test_after_half_past_three_means_the_afternoon(self, member: Customer) -> None:
        form = await member.run(
            CallbackForm, "明天三点半以后打", "request_callback", active_loop="callback_form",
            entities={"time": (time(23, 15.5, 24, "minute"), "明天三点半以后")},
        )  # fmt: skip
        assert form.slots["callback_window"] == "2026-11-23T15:30+08:00/2026-11-23T18:00+08:00"

    async def test_a_day_and_an_hour_said_apart_are_one(self, member: Customer) -> None:
        form = await member.run(
            CallbackForm, "周五方便，三点吧", "request_callback", active_loop="callback_form",
            entities={"time": [(time(27, 0, 24, "day"), "周五"), (time(22, 15, 16), "三点")]},
        )  # fmt: skip
        assert form.slots["callback_window"].startswith(f"{NEXT_FRIDAY}T15:00")

    async def test_of_two_days_with_an_afternoon_the_first_possible_one_is_taken(self, member: Customer) -> None:
        form = await member.run(
            CallbackForm, "明后天下午", "request_callback", active_loop="callback_form",
            entities={"time": [(time(23, 0, 24, "day"), "明"), (time(24, 12, 18, "part"), "后天下午")]},
        )  # fmt: skip
        assert form.slots["callback_window"] == "2026-11-23T12:00+08:00/2026-11-23T18:00+08:00"

    async def test_a_day_ruled_out_is_not_the_one_agreed_on(self, member: Customer) -> None:
        form = await member.run(
            CallbackForm, "周三没空，周四下午", "request_callback", active_loop="callback_form",
            entities={"time": [(time(25, 0, 24, "day", "refused"), "周三"), (time(26, 12, 18, "part"), "周四下午")]},
        )  # fmt: skip
        assert form.slots["callback_window"].startswith("2026-11-26T12:00")

    async def test_the_time_agreed_on_and_then_ruled_out_is_asked_again(self, member: Customer) -> None:
        await self.asked_for_the_number(member)
        form = await member.run(
            CallbackForm, "啊明天不行", "inform", entities={"time": (time(23, 0, 24, "day", "refused"), "明天")}
        )
        assert form.asks == "callback_window"

    async def test_maybe_is_no_yes_to_the_number(self, member: Customer) -> None:
        await self.asked_for_the_number(member)
        form = await member.run(CallbackForm, "maybe, hold on", "affirm", language="en")
        assert form.asks == "callback_phone_confirmed"


class TestAsides:
    @pytest.mark.parametrize(
        ("text", "language", "response"),
        [
            ("那个电话要钱吗", "zh-Hans", "reply_callback_free"),
            ("接聽會扣費嗎", "zh-Hant", "reply_callback_free"),
            ("does it cost me anything", "en", "reply_callback_free"),
            ("到时候哪个号码打来", "zh-Hans", "reply_callback_not_known"),
            ("係邊個打嚟", "zh-Hant", "reply_callback_not_known"),
            ("who will call me", "en", "reply_callback_not_known"),
        ],
    )
    async def test_what_is_asked_beside_the_time(
        self, member: Customer, text: str, language: str, response: str
    ) -> None:
        await booked(member, at(25, 10))
        ran = await member.run(ActionAskCallback, text, "ask_callback", language=language)
        assert ran.responses == [response]

    async def test_amid_the_form_as_well_and_another_time_is_no_topic(self, member: Customer) -> None:
        await play(
            member, CallbackForm, "打电话给我", "request_callback", start=True, entities={"time": time(25, 10, 11)}
        )
        await play(member, CallbackForm, "可以", "affirm")
        ran = await member.run(ActionAskCallback, "要钱吗", "ask_callback")
        assert ran.responses == ["reply_callback_free"]
        moved = await play(
            member,
            CallbackForm,
            "move it to 4 pm",
            "change_callback",
            entities={"time": time(25, 16, 17)},
            language="en",
        )
        assert moved.form.slots.get("callback_topic") is None
        assert moved.form.asks == "callback_topic"
