"""The language of a message in its conversation, as hearing decides it."""

from typing import Any

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import language
from bot.hearing.message.said import Said
from bot.hearing.message.wishes import Clause
from bot.hearing.steps import Step
from crm_store.conversations import Context, Conversation, Expectation, Parsed


def parsed(text: str, intent: str = "nlu_fallback", *, told: str = "en", entities: Any = ()) -> Parsed:
    return {
        "text": text,
        "intent": {"name": intent, "confidence": 0.9},
        "intent_ranking": [],
        "entities": list(entities),
        "language": told,
    }


def conversation(speaks: str | None, *, wish: str | None = None) -> Conversation:
    context = {"focus": {"speaks": wish}} if wish else None
    return Conversation(language=speaks, context=context)


class TestSpoken:
    def test_a_wish_overrules_what_the_words_look_like(self) -> None:
        assert language.spoken(parsed("我的订单呢", told="zh-Hans"), conversation("en", wish="en")) == "en"

    def test_words_tell_where_nothing_was_wished(self) -> None:
        assert language.spoken(parsed("我的订单呢", told="zh-Hans"), conversation("en")) == "zh-Hans"

    @pytest.mark.parametrize("text", ["😀", "1024", "…"])
    def test_what_holds_no_letter_says_nothing_of_the_language(self, text: str) -> None:
        assert language.spoken(parsed(text, told="zh-Hans"), conversation("en")) == "en"

    def test_a_product_s_name_by_itself_says_nothing_of_the_language(self) -> None:
        name = {"entity": "product", "value": "保温杯", "start": 0, "end": 3}
        assert language.spoken(parsed("保温杯?", told="zh-Hans", entities=[name]), conversation("en")) == "en"

    def test_before_anything_was_said_the_words_tell(self) -> None:
        name = {"entity": "product", "value": "保温杯", "start": 0, "end": 3}
        assert language.spoken(parsed("保温杯", told="zh-Hans", entities=[name]), conversation(None)) == "zh-Hans"


class TestAskedFor:
    @pytest.mark.parametrize(
        ("text", "speaks", "wished"),
        [
            ("could we do this in English", "zh-Hans", "en"),
            ("麻煩改用英文", "zh-Hant", "en"),
            ("switch to Traditional Chinese", "en", "zh-Hant"),
            ("换成简体字吧", "zh-Hant", "zh-Hans"),
            ("講中文好嗎", "zh-Hant", "zh-Hant"),
            ("Chinese please", "en", "zh-Hans"),
            ("你们会日语吗", "zh-Hans", None),
            ("换一种语言", "zh-Hans", None),
        ],
    )
    def test_in_words(self, text: str, speaks: str, wished: str | None) -> None:
        step = Step(text, parsed(text, "change_language"))
        assert language.asked_for(step, conversation(speaks)) == wished

    def test_by_a_button(self) -> None:
        step = Step(payload='/change_language{"choice":"zh-Hant"}')
        assert language.asked_for(step, conversation("en")) == "zh-Hant"

    def test_only_where_a_language_is_asked_for(self) -> None:
        step = Step("英文书有吗", parsed("英文书有吗", "ask_product"))
        assert language.asked_for(step, conversation("zh-Hans")) is None


class TestForeign:
    @pytest.mark.parametrize("text", ["주문 취소해 주세요", "いつ届きますか", "обмен возможен?", "ขอคืนสินค้า"])
    def test_a_language_of_none_of_ours_is_told_what_we_speak(self, text: str) -> None:
        [step] = hear(Said(text, parsed(text, "greet")), Context()).steps
        assert step.intent == "change_language"
        assert step.heard is not None
        assert step.heard["entities"][0]["value"] == "foreign"

    @pytest.mark.parametrize("text", ["优の良品的杯子", "café crème", "ㄏㄏ", "退货", "hello", "👍"])
    def test_a_sign_in_a_name_is_no_language(self, text: str) -> None:
        assert not language.is_foreign(text)

    def test_a_name_that_a_form_asks_for_may_be_written_in_any_script(self) -> None:
        open_form = Context(expects=Expectation(form="join_form", slot="join_name"))
        [step] = hear(Said("يوسف", parsed("يوسف", "inform")), open_form).steps
        assert step.intent == "inform"


class TestDropped:
    def test_what_is_open_is_left_at_once_and_the_rest_is_answered(self) -> None:
        text = "算了吧，你们几点关门"
        clauses = [
            (Clause("算了吧"), parsed("算了吧", "deny")),
            (Clause("你们几点关门"), parsed("你们几点关门", "ask_faq")),
        ]
        open_form = Context(expects=Expectation(form="bind_form", slot="bind_email"))
        steps = hear(Said(text, parsed(text, "ask_faq"), clauses), open_form).steps
        assert [step.intent for step in steps] == ["cancel", "ask_faq"]

    def test_set_aside_it_is_taken_up_by_a_word(self) -> None:
        set_aside = Context(focus={"set_aside": "complaint_form"})
        [step] = hear(Said("那接着办吧", parsed("那接着办吧")), set_aside).steps
        assert step.payload == '/inform{"choice":"go_on"}'
        assert hear(Said("接着办", parsed("接着办")), Context()).steps[0].payload is None
