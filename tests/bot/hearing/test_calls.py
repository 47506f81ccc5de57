"""Words around a call: a time as the answer to an offer, what goes on with a call just arranged, a time denied."""

from typing import Any

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import wishes
from bot.hearing.message.said import Said
from bot.hearing.steps import Step
from crm_store.conversations import Context, Expectation, Parsed

ARRANGED = {"done": "request_callback", "callback": 7, "topic": "request_callback", "at": {"done": 9, "callback": 9}}


def parsed(text: str, intent: str, confidence: float, *entities: str) -> Parsed:
    found = [{"entity": name, "value": "x", "start": 0, "end": 1} for name in entities]
    return {"text": text, "intent": {"name": intent, "confidence": confidence}, "entities": found}


def said(text: str, intent: str, confidence: float = 0.9, *entities: str, clauses: tuple[str, ...] = ()) -> Said:
    parts = wishes.clauses(text)
    names = clauses or (intent,) * len(parts)
    heard = [parsed(part.text, name, confidence, *entities) for part, name in zip(parts, names, strict=True)]
    return Said(text, parsed(text, intent, confidence, *entities), list(zip(parts, heard, strict=True)))


def step(message: Said, **context: Any) -> Step:
    (only,) = hear(message, Context(**context)).steps
    return only


OFFERED = Expectation(
    options=[{"title": "Call me back", "payload": "/request_callback"}], accepts={"time": "request_callback"}
)


class TestATimeBesideTheQuestion:
    @pytest.mark.parametrize("intent", ["inform", "change_order", "nlu_fallback"])
    def test_it_is_taken_for_the_call_that_was_offered(self, intent: str) -> None:
        assert step(said("thursday after six", intent, 0.7, "time"), expects=OFFERED).intent == "request_callback"

    def test_a_sure_wish_of_its_own_stays_one(self) -> None:
        assert (
            step(said("where is my parcel from monday", "ask_parcel", 0.95, "time"), expects=OFFERED).intent
            == "ask_parcel"
        )

    def test_words_without_a_time_stay_what_they_are(self) -> None:
        assert step(said("hmm", "inform", 0.7), expects=OFFERED).intent == "inform"

    def test_where_no_call_was_offered_a_time_is_no_wish_for_one(self) -> None:
        asked = Expectation(options=OFFERED.options)
        assert step(said("thursday after six", "inform", 0.7, "time"), expects=asked).intent == "inform"

    def test_beside_two_buttons_for_yes_and_no_it_is_another_time(self) -> None:
        options = [
            {"title": "可以", "payload": "/a", "answer": "yes"},
            {"title": "换个时间", "payload": "/b", "answer": "no"},
        ]
        asked = Expectation(options=options, accepts={"time": "change_callback"})
        assert step(said("不行，周五吧", "deny", 0.7, "time"), expects=asked).intent == "change_callback"


class TestAfterACallWasArranged:
    @pytest.mark.parametrize(
        ("text", "heard_as", "entity", "meant"),
        [
            ("那是几点来着", "ask_parcel", None, "ask_callback"),
            ("sorry, when was that?", "ask_order_status", None, "ask_callback"),
            ("改到周五上午", "change_order", "time", "change_callback"),
            ("could we do saturday rather", "inform", "time", "change_callback"),
            ("make it about the broken zip", "return_or_refund", None, "change_callback"),
            ("換個號碼打", "update_profile", None, "change_callback"),
            ("电话不用打了", "cancel_order", None, "cancel_callback"),
        ],
    )
    def test_words_that_go_on_with_it_mean_it(self, text: str, heard_as: str, entity: str | None, meant: str) -> None:
        message = said(text, heard_as, 0.9, *([entity] if entity else []))
        # "别打了" after the call was arranged is a denial of it as well: both lead to the same question.
        assert step(message, focus=ARRANGED).intent in {meant, *(["deny_act"] if meant == "cancel_callback" else [])}

    @pytest.mark.parametrize(
        ("text", "heard_as", "entities"),
        [
            ("把那双鞋换成黑色", "change_order", ["product"]),
            ("换成大一码", "return_or_refund", []),
            ("我的包裹到哪了", "ask_parcel", []),
        ],
    )
    def test_another_matter_stays_one(self, text: str, heard_as: str, entities: list[str]) -> None:
        assert step(said(text, heard_as, 0.9, *entities), focus=ARRANGED).intent == heard_as

    def test_what_was_spoken_of_since_is_nearer(self) -> None:
        focus = {**ARRANGED, "order": "1", "at": {"done": 9, "callback": 9, "order": 11}}
        assert step(said("改到周五上午", "change_order", 0.9, "time"), focus=focus).intent == "change_order"


class TestTheLanguageOfACall:
    @pytest.mark.parametrize(
        "text", ["can someone call me in english?", "能不能让人用英文打电话给我", "可唔可以搵人打電話俾我，講英文"]
    )
    def test_a_call_in_a_language_is_a_call(self, text: str) -> None:
        assert step(said(text, "change_language", 0.95)).intent == "request_callback"

    def test_the_language_alone_is_no_call(self) -> None:
        assert step(said("can someone write in english", "change_language", 0.95)).intent == "change_language"


class TestATimeDenied:
    FORM = Expectation(form="callback_form", slot="callback_window")

    def test_in_the_midst_of_arranging_it_only_rules_out_the_time(self) -> None:
        message = said("don't call me on friday", "request_callback", 0.9, "time")
        assert step(message, expects=self.FORM).intent == "request_callback"

    def test_without_a_time_the_call_itself_is_denied(self) -> None:
        assert step(said("please don't call me", "opt_out"), expects=self.FORM).intent == "deny_act"

    def test_a_call_wished_and_a_time_ruled_out_in_one_breath(self) -> None:
        message = Said(
            "call me back, just don't call me on friday",
            parsed("call me back, just don't call me on friday", "request_callback", 0.9, "time"),
            [
                (wishes.Clause("call me back"), parsed("call me back", "request_callback", 0.9)),
                (wishes.Clause("just don't call me on friday"), parsed("", "request_callback", 0.9, "time")),
            ],
        )
        assert step(message).intent == "request_callback"

    def test_a_call_is_not_to_be_cancelled(self) -> None:
        denied = step(said("别取消电话", "cancel_callback"))
        assert denied.intent == "deny_act"
        assert denied.heard is not None
        assert denied.heard["entities"][-1]["value"] == "cancel_callback"


@pytest.mark.parametrize("text", ["no, I said SUNDAY", "我说的是礼拜天", "礼拜天，同一时间"])
@pytest.mark.parametrize("intent", ["nlu_fallback", "chase_promise", "inform"])
def test_a_day_said_again_after_a_call_was_arranged_moves_it(text: str, intent: str) -> None:
    moved = step(said(text, intent, 0.44, "time", clauses=(intent,) * len(wishes.clauses(text))), focus=ARRANGED)
    assert moved.intent == "change_callback"


class TestByWhoseClock:
    @pytest.mark.parametrize(
        "text",
        ["wait, your time or mine?", "那是按北京时间吗", "是你們那邊的時間還是我這邊的", "what time zone is that in"],
    )
    def test_the_question_is_about_the_call_just_arranged(self, text: str) -> None:
        assert step(said(text, "nlu_fallback", 0.35), focus=ARRANGED).intent == "ask_callback"

    def test_without_a_call_it_is_not(self) -> None:
        assert step(said("your time or mine?", "nlu_fallback", 0.35)).intent == "nlu_fallback"

    def test_an_hour_there_that_is_asked_about_changes_nothing(self) -> None:
        message = said("so is that 9:00 uk?", "out_of_scope", 0.7)
        value = {"from": "2026-11-30T17:00:00+08:00", "to": "2026-11-30T17:30:00+08:00", "grain": "minute"}
        told = {"entity": "time", "value": value | {"note": "elsewhere"}, "start": 11, "end": 15}
        message.whole["entities"] = [told]
        assert step(message, focus=ARRANGED).intent == "ask_callback"
