"""A call for somebody who lives by another clock: both clocks are named, and a correction changes only what it says."""

from datetime import datetime, timedelta

import pytest

from actions.service.booked_calls import ActionAskCallback, ActionChangeCallback
from actions.service.callbacks import AskCallbackWindow, CallbackForm
from crm_store.clock import business_zone
from tests.actions.conftest import Customer
from tests.actions.service.test_booked_calls import booked, the_call

pytestmark = pytest.mark.usefixtures("frozen_clock")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=business_zone())


def there(day: int, hour: int, zone: str = "Europe/London") -> dict[str, str]:
    """An hour that was said by another clock, as Rasa's parser turns it to ours."""
    begin = at(day, hour)
    end = begin + timedelta(hours=1)
    said = {"from": begin.isoformat(), "to": end.isoformat(), "grain": "hour"}
    return said | {"note": "elsewhere", "zone": zone}


def plain(day: int, hour: int) -> dict[str, str]:
    begin = at(day, hour)
    return {"from": begin.isoformat(), "to": (begin + timedelta(hours=1)).isoformat(), "grain": "hour"}


class TestItIsArranged:
    async def test_the_offer_names_both_clocks_with_their_days(self, member: Customer) -> None:
        await member.run(
            CallbackForm, "ring me tomorrow at ten, British number", "request_callback", language="en",
            entities={"time": (there(23, 18), "tomorrow at ten")}, active_loop="callback_form",
        )  # fmt: skip
        asked = await member.run(AskCallbackWindow, "ring me tomorrow at ten, British number", "request_callback")
        assert asked.responses == ["reply_callback_two_clocks"]
        assert "18:00–19:00 our time (UTC+8), 23 November 10:00–11:00 UK time" in asked.only.text

    async def test_an_hour_when_nobody_is_here_names_both_as_well(self, member: Customer) -> None:
        await member.run(
            CallbackForm, "明天下午四点打，英国号码", "request_callback",
            entities={"time": (there(24, 0), "明天下午四点")}, active_loop="callback_form",
        )  # fmt: skip
        asked = await member.run(AskCallbackWindow, "明天下午四点打，英国号码", "request_callback")
        assert asked.responses == ["reply_callback_two_clocks_closed"]
        assert "英国时间 11 月 23 日 16:00–17:00" in asked.only.text
        assert "11 月 24 日 09:00" in asked.only.text

    async def test_a_number_abroad_tells_the_clock(self, member: Customer) -> None:
        asked = await member.run(
            CallbackForm, "call +44 161 496 0132 tomorrow at 10", "request_callback", language="en",
            entities={"time": (plain(23, 10), "tomorrow at 10"), "phone": ("+44 161 496 0132", "+44 161 496 0132")},
            active_loop="callback_form",
        )  # fmt: skip
        assert asked.slots["callback_window"] is None
        assert asked.slots["callback_offer"] == "2026-11-23T18:00+08:00/2026-11-23T19:00+08:00"


class TestItIsMoved:
    async def test_an_hour_of_another_clock_stays_on_the_day_that_was_agreed(self, member: Customer) -> None:
        await booked(member, at(26, 14))
        asked = await member.run(
            ActionChangeCallback, "make it eleven in the morning UK time", "change_callback", language="en",
            entities={"time": (there(22, 19), "eleven in the morning")},
        )  # fmt: skip
        assert asked.responses == ["reply_callback_two_clocks"]
        assert "26 November 19:00–20:00 our time (UTC+8), 26 November 11:00–12:00 UK time" in asked.only.text

    async def test_the_day_is_the_one_over_there(self, member: Customer) -> None:
        await booked(member, at(26, 14))
        asked = await member.run(
            ActionChangeCallback, "five in the afternoon in London", "change_callback", language="en",
            entities={"time": (there(23, 1), "five in the afternoon")},
        )  # fmt: skip
        assert asked.responses == ["reply_callback_two_clocks_closed"]
        assert "26 November 17:00–18:00 UK time" in asked.only.text

    async def test_a_day_and_an_hour_said_apart_are_one_time_over_there(self, member: Customer) -> None:
        await booked(member, at(25, 14))
        day = {"from": at(26, 0).isoformat(), "to": at(27, 0).isoformat(), "grain": "day"}
        asked = await member.run(
            ActionChangeCallback, "no, Thursday. 5pm in England", "change_callback", language="en",
            entities={"time": [(day, "Thursday"), (there(23, 1), "5pm in England")]},
        )  # fmt: skip
        assert "26 November 17:00–18:00 UK time" in asked.only.text

    async def test_who_is_known_to_be_there_means_the_clock_there(self, member: Customer) -> None:
        await booked(member, at(26, 14))
        focus = {"focus": {"clock": "Europe/London", "done": "request_callback"}}
        asked = await member.run(
            ActionChangeCallback, "make it 11", "change_callback", language="en", slots=focus,
            entities={"time": (plain(23, 11), "11")},
        )  # fmt: skip
        assert "11:00–12:00 UK time" in asked.only.text
        ours = await member.run(
            ActionChangeCallback, "make it 11 your time", "change_callback", language="en",
            entities={"time": (plain(23, 11), "11")},
        )  # fmt: skip
        assert ours.responses == ["reply_callback_moved"]
        assert (await the_call(member)).window_start == at(26, 11)
        assert "03:00–04:00 UK time" in ours.only.text


class TestWhoseClock:
    async def test_both_are_told_where_the_place_is_named(self, member: Customer) -> None:
        await booked(member, at(26, 14))
        told = await member.run(
            ActionAskCallback, "is that two my time or yours? I'm in Leeds", "ask_callback", language="en",
            entities={"time": (there(23, 22), "two")},
        )  # fmt: skip
        assert told.responses == ["reply_callback_clocks"]
        assert "14:00–15:00 our time (UTC+8), 26 November 06:00–07:00 UK time" in told.only.text

    async def test_ours_is_told_where_none_is_known(self, member: Customer) -> None:
        await booked(member, at(26, 14))
        told = await member.run(ActionAskCallback, "是你们那边的时间还是我这边的", "ask_callback")
        assert told.responses == ["reply_callback_our_clock"]
        assert "UTC+8" in told.only.text

    async def test_somebody_here_hears_of_no_second_clock(self, member: Customer) -> None:
        await booked(member, at(26, 14))
        told = await member.run(ActionAskCallback, "几点打给我", "ask_callback")
        assert "UTC" not in told.only.text
