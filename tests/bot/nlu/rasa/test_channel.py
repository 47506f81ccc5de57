"""The input channel: one answer per message, words are words, and nothing of a turn that failed."""

import asyncio
import time
from typing import Any

import pytest
from rasa.shared.core.events import UserUttered
from rasa.shared.exceptions import RasaException

from bot.nlu.rasa.channel import SLASH, TEXT_LENGTH, BadRequest, HuikeInput, Inbound, as_words
from bot.nlu.rasa.turn import TurnFailed
from tests.bot.nlu.shop import Shop


def body(**changes: Any) -> dict[str, Any]:
    return {"sender": "a", "message_id": "1", "text": "hello there", **changes}


async def user_turns(shop: Shop, sender: str = "a") -> int:
    tracker = await shop.store.retrieve(sender)
    return sum(isinstance(event, UserUttered) for event in tracker.events) if tracker else 0


class TestAnswer:
    async def test_gives_messages_and_understanding(self, shop: Shop) -> None:
        answer = await shop.say("hello there")
        assert answer == {
            "messages": [
                {
                    "text": "Hello.\n\nHow can we help?",
                    "buttons": [{"title": "My points", "payload": "/ask_points_balance"}],
                }
            ],
            "understanding": {
                "intent": "greet",
                "confidence": 1.0,
                "ranking": [],
                "entities": [],
                "sentiment": None,
                "language": "en",
            },
            "active_form": None,
            "requested_slot": None,
            "fallbacks": 0,
            "focus": {},
        }

    async def test_tells_the_open_form_and_what_it_asks(self, shop: Shop) -> None:
        answer = await shop.say("I have to complain")
        assert (answer["active_form"], answer["requested_slot"]) == ("complaint_form", "order_number")
        answer = await shop.say("It was 20260110-0044, I think")
        assert (answer["active_form"], answer["requested_slot"]) == ("complaint_form", "description")
        assert [entity["value"] for entity in answer["understanding"]["entities"]] == ["20260110-0044"]
        answer = await shop.say("Both cups arrived broken")
        assert answer["messages"][0]["text"] == "Noted: 20260110-0044, Both cups arrived broken"
        assert (answer["active_form"], answer["requested_slot"]) == (None, None)

    async def test_actions_see_the_message_id_and_the_language(self, shop: Shop) -> None:
        await shop.say("多少积分", message_id="m-7", language="zh-Hant", channel="telegram")
        message = shop.actions.calls[-1]["tracker"]["latest_message"]
        assert message["metadata"] == {
            "message_id": "m-7",
            "language": "zh-Hant",
            "locale": None,
            "channel": "telegram",
            "sent_at": None,
            "resumes": True,
            "follows": False,
        }
        assert message["language"] == "zh-Hans"

    async def test_a_button_is_answered_in_the_language_of_the_conversation(self, shop: Shop) -> None:
        answer = await shop.say(payload="/greet", language="zh-Hant")
        assert answer["messages"][0]["text"] == "您好，請問有什麼可以幫您？"
        assert answer["understanding"]["language"] == "zh-Hant"
        assert answer["understanding"]["sentiment"] == {"label": "neutral", "confidence": 1.0, "anger": 0.0}

    async def test_a_button_carries_its_entities(self, shop: Shop) -> None:
        await shop.say(payload="/make_complaint")
        answer = await shop.say(payload='/greet{"order_number": "20260110-0044"}')
        assert answer["requested_slot"] == "description"

    async def test_a_button_of_an_older_model_is_not_understood(self, shop: Shop) -> None:
        answer = await shop.say(payload="/win_a_car")
        assert answer["understanding"]["intent"] == "nlu_fallback"
        assert answer["messages"][0]["text"] == "Could you put that differently?"

    async def test_counts_misunderstandings_in_a_row(self, shop: Shop) -> None:
        said = ("brumm", "hrrm", "thank you", "brumm", "weather on Mars")
        counts = [(await shop.say(text))["fallbacks"] for text in said]
        assert counts == [1, 2, 0, 1, 0]  # out of scope was understood

    async def test_words_a_form_asked_for_are_not_misunderstood(self, shop: Shop) -> None:
        await shop.said("I have to complain", "20260110-0044")
        answer = await shop.say("Zwei Tassen kaputt")
        assert answer["understanding"]["intent"] == "nlu_fallback"
        assert answer["fallbacks"] == 0


class TestHeardBefore:
    """The app understands first, without a turn, and gives back what it heard in the conversation."""

    async def test_several_texts_are_understood_and_no_turn_is_taken(self, shop: Shop) -> None:
        texts = ["how many points do I have", "hello there", "/greet typed by hand"]
        found = [await shop.channel._heard(shop.agent, shop.channel._unsent({"text": text})) for text in texts]
        assert [each["intent"]["name"] for each in found] == ["ask_points_balance", "greet", "nlu_fallback"]
        assert [each["text"] for each in found[:2]] == texts[:2]
        assert await user_turns(shop) == 0

    async def test_the_turn_goes_by_what_was_heard_not_by_the_words_alone(self, shop: Shop) -> None:
        heard = {"intent": {"name": "ask_points_balance", "confidence": 1.0}, "entities": [], "language": "en"}
        answer = await shop.say("and now?", heard=heard, resumes=False, follows=True)
        assert answer["understanding"]["intent"] == "ask_points_balance"
        message = shop.actions.calls[-1]["tracker"]["latest_message"]
        assert (message["text"], message["intent"]["name"]) == ("and now?", "ask_points_balance")
        assert (message["metadata"]["resumes"], message["metadata"]["follows"]) == (False, True)

    async def test_two_steps_of_one_message_are_two_turns(self, shop: Shop) -> None:
        await shop.say("how many points do I have", message_id="7")
        await shop.say("how many points do I have", message_id="7.2")
        assert await user_turns(shop) == 2

    @pytest.mark.parametrize(
        "heard", ["greet", {}, {"intent": "greet", "entities": []}, {"intent": {"name": "greet"}, "entities": None}]
    )
    async def test_what_is_no_understanding_is_refused(self, heard: Any) -> None:
        with pytest.raises(BadRequest):
            Inbound.read(body(heard=heard))


class TestRepeatedMessage:
    async def test_gets_the_same_answer_without_a_second_turn(self, shop: Shop) -> None:
        first = await shop.say("how many points do I have", message_id="1")
        again = await shop.say("how many points do I have", message_id="1")
        assert again == first
        assert len(shop.actions.calls) == 1
        assert await user_turns(shop) == 1

    async def test_waits_for_the_turn_that_is_under_way(self, shop: Shop) -> None:
        shop.actions.delay = 0.4
        answers = await asyncio.gather(*(shop.say("how many points do I have", message_id="1") for _ in range(5)))
        assert all(answer == answers[0] for answer in answers)
        assert len(shop.actions.calls) == 1

    async def test_a_caller_that_hangs_up_does_not_break_off_the_turn(self, shop: Shop) -> None:
        shop.actions.delay = 0.3
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(shop.say("how many points do I have", message_id="1"), 0.05)
        answer = await shop.say("how many points do I have", message_id="1")
        assert answer["messages"][0]["text"] == "You have 1,220 points."
        assert len(shop.actions.calls) == 1

    async def test_the_same_id_of_another_customer_is_another_message(self, shop: Shop) -> None:
        await shop.say("hello there", message_id="1", sender="a")
        answer = await shop.say("thank you", message_id="1", sender="b")
        assert answer["understanding"]["intent"] == "thank"


class TestManyCustomers:
    async def test_do_not_wait_for_each_other(self, shop: Shop) -> None:
        await shop.say("hello there", sender="warm up")
        shop.actions.delay = 0.5
        began = time.monotonic()
        senders = [f"customer {number}" for number in range(10)]
        answers = await asyncio.gather(*(shop.say("how many points do I have", sender=sender) for sender in senders))
        assert time.monotonic() - began < 0.5 * 4
        assert all(answer["messages"][0]["text"] == "You have 1,220 points." for answer in answers)

    async def test_messages_of_one_customer_are_answered_in_order(self, shop: Shop) -> None:
        shop.actions.delay = 0.05
        texts = ["I have to complain", "20260110-0044", "Both cups broken", "thank you"]
        answers = await asyncio.gather(*(shop.say(text) for text in texts))
        said = [answer["messages"][0]["text"] for answer in answers]
        assert said == ["Which order?", "What happened?", "Noted: 20260110-0044, Both cups broken", "You are welcome."]


class TestFailedTurn:
    @pytest.mark.parametrize("text", ["how many points do I have", "我要投诉"])
    async def test_leaves_no_trace_and_may_be_sent_again(self, shop: Shop, text: str) -> None:
        await shop.say("hello there")
        shop.actions.status = 500
        with pytest.raises(TurnFailed):
            await shop.say(text, message_id="2")
        assert await user_turns(shop) == 1
        shop.actions.status = None
        answer = await shop.say(text, message_id="2")
        assert len(answer["messages"]) == 1
        assert await user_turns(shop) == 2

    async def test_a_failure_in_the_middle_of_a_form_keeps_the_form(self, shop: Shop) -> None:
        await shop.said("I have to complain", "20260110-0044")
        shop.actions.status = 502
        with pytest.raises(TurnFailed, match="validate_complaint_form"):
            await shop.say("Both cups broken", message_id="x")
        shop.actions.status = None
        answer = await shop.say("Both cups broken", message_id="x")
        assert answer["messages"][0]["text"] == "Noted: 20260110-0044, Both cups broken"

    async def test_of_a_first_message_leaves_nothing_at_all(self, shop: Shop) -> None:
        shop.actions.status = 500
        with pytest.raises(TurnFailed):
            await shop.say("how many points do I have")
        assert list(await shop.store.keys()) == []


class TestAsWords:
    @pytest.mark.parametrize(
        "typed", ["/request_human", "  /request_human", "\u200b/request_human", "／request_human", '\n/greet{"a": "b"}']
    )
    async def test_a_typed_payload_is_only_words(self, shop: Shop, typed: str) -> None:
        answer = await shop.say(typed)
        assert answer["understanding"]["intent"] == "nlu_fallback"
        assert answer["understanding"]["entities"] == []

    def test_keeps_the_width_of_the_text(self) -> None:
        assert as_words("/a 20260110-0044") == f"{SLASH}a 20260110-0044"

    @pytest.mark.parametrize("typed", ["and/or", "24/7?", "1/2", "好/不好", " 7 "])
    def test_leaves_every_other_text_alone(self, typed: str) -> None:
        assert as_words(typed) == typed

    def test_half_a_surrogate_pair_becomes_readable(self) -> None:
        assert as_words("a\ud83db").encode() == "a\ufffdb".encode()


class TestInbound:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"text": None},
            {"payload": "/greet"},
            {"text": "  "},
            {"text": "x" * (TEXT_LENGTH + 1)},
            {"text": 5},
            {"text": None, "payload": "greet"},
            {"sender": ""},
            {"sender": None},
            {"message_id": True},
            {"message_id": "x" * 256},
            {"language": "de"},
        ],
    )
    def test_refuses(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(BadRequest):
            Inbound.read(body(**wrong))

    def test_takes_numbers_as_ids(self) -> None:
        assert Inbound.read(body(message_id=17)).message_id == "17"


class TestSecret:
    @pytest.mark.parametrize("credentials", [None, {}, {"secret": ""}, {"secret": None}])
    def test_without_one_the_channel_does_not_start(self, credentials: Any) -> None:
        with pytest.raises(RasaException):
            HuikeInput.from_credentials(credentials)
