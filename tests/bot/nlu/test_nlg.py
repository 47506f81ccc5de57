"""Responses come in the language of the turn."""

import logging
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.nlu.nlg import LocalizedResponses

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
slots:
  language: {type: text, influence_conversation: false, mappings: [{type: custom}]}
responses:
  utter_all:
    - {condition: [{type: slot, name: language, value: zh-Hans}], text: "积分 {points}"}
    - {condition: [{type: slot, name: language, value: zh-Hant}], text: "積分 {points}"}
    - {condition: [{type: slot, name: language, value: en}], text: "points {points}"}
    - {text: nobody}
  utter_hans_and_en:
    - {condition: [{type: slot, name: language, value: zh-Hans}], text: 简体}
    - {condition: [{type: slot, name: language, value: en}], text: English}
    - {text: nobody}
  utter_en:
    - {condition: [{type: slot, name: language, value: en}], text: English}
  utter_any:
    - {text: for all}
"""
)


def after(parsed: str | None, hint: str | None, text: str = "ok", slot: str | None = None) -> DialogueStateTracker:
    """A tracker whose latest message was recognised as `parsed`, in a conversation in `hint`."""
    parse_data: dict[str, Any] = {"text": text, "intent": {"name": "greet"}, "entities": []}
    if parsed:
        parse_data["language"] = parsed
    message = UserUttered(text, parse_data["intent"], [], parse_data, metadata={"language": hint})
    return DialogueStateTracker.from_events("a", [SlotSet("language", slot), message], DOMAIN.slots)


async def words(tracker: DialogueStateTracker, response: str = "utter_all") -> str:
    generated = await LocalizedResponses(domain=DOMAIN).generate(response, tracker, "huike", points="1,220")
    assert generated is not None
    return str(generated["text"])


class TestLanguageOfTheTurn:
    @pytest.mark.parametrize(("language", "expected"), [("zh-Hans", "积分"), ("zh-Hant", "積分"), ("en", "points")])
    async def test_is_that_of_the_message(self, language: str, expected: str) -> None:
        assert await words(after(language, hint="en")) == f"{expected} 1,220"

    async def test_of_a_button_is_that_of_the_conversation(self) -> None:
        assert await words(after("zh-Hans", hint="en", text="/greet")) == "points 1,220"

    async def test_without_one_of_its_own_is_that_of_the_conversation_then_of_the_slot(self) -> None:
        assert await words(after(None, hint="zh-Hant", slot="en")) == "積分 1,220"
        assert await words(after(None, hint=None, slot="en")) == "points 1,220"

    async def test_is_simplified_chinese_when_nothing_is_known(self) -> None:
        assert await words(after(None, hint=None)) == "积分 1,220"

    async def test_holds_before_anyone_has_spoken(self) -> None:
        assert await words(DialogueStateTracker("a", DOMAIN.slots)) == "积分 1,220"


class TestMissingVariation:
    async def test_traditional_falls_back_to_simplified(self) -> None:
        assert await words(after("zh-Hant", hint=None), "utter_hans_and_en") == "简体"

    async def test_then_to_english(self) -> None:
        assert await words(after("zh-Hant", hint=None), "utter_en") == "English"

    async def test_is_told_once(self, caplog: pytest.LogCaptureFixture) -> None:
        nlg = LocalizedResponses(domain=DOMAIN)
        with caplog.at_level(logging.WARNING, "bot.nlu.nlg"):
            for _ in range(3):
                await nlg.generate("utter_en", after("zh-Hant", hint=None), "huike")
        assert [record.getMessage() for record in caplog.records] == ["Response utter_en has no text for zh-Hant"]

    async def test_a_response_for_all_languages_is_fine(self, caplog: pytest.LogCaptureFixture) -> None:
        assert await words(after("en", hint=None), "utter_any") == "for all"
        assert not caplog.records

    async def test_an_unknown_response_gives_nothing(self) -> None:
        assert await LocalizedResponses(domain=DOMAIN).generate("utter_none", after("en", None), "huike") is None


class TestSpaces:
    async def test_between_two_chinese_signs_go_and_beside_digits_stay(self) -> None:
        generator = LocalizedResponses(domain=DOMAIN)
        tracker = after("zh-Hans", hint=None)
        texts = []
        for points in ("昨天 18:40", "11 月 21 日"):
            generated = await generator.generate("utter_all", tracker, "huike", points=points)
            texts.append(generated["text"] if generated else None)
        assert texts == ["积分昨天 18:40", "积分 11 月 21 日"]
