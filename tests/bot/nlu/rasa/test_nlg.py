"""Responses come in the language of the turn."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig, read_endpoint_config

from bot.nlu.rasa.nlg import LocalizedResponses
from bot.nlu.rasa.replies import ReplyTwice, replies_in

ROOT = Path(__file__).parents[4]

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
        with caplog.at_level(logging.WARNING, "bot.nlu.rasa.nlg"):
            for _ in range(3):
                await nlg.generate("utter_en", after("zh-Hant", hint=None), "huike")
        assert [record.getMessage() for record in caplog.records] == ["Response utter_en has no text for zh-Hant"]

    async def test_a_response_for_all_languages_is_fine(self, caplog: pytest.LogCaptureFixture) -> None:
        assert await words(after("en", hint=None), "utter_any") == "for all"
        assert not caplog.records

    async def test_an_unknown_response_gives_nothing(self) -> None:
        assert await LocalizedResponses(domain=DOMAIN).generate("utter_none", after("en", None), "huike") is None


class TestSpaces:
    async def test_between_two_chinese_characters_go_and_beside_digits_stay(self) -> None:
        generator = LocalizedResponses(domain=DOMAIN)
        tracker = after("zh-Hans", hint=None)
        texts = []
        for points in ("昨天 18:40", "11 月 21 日"):
            generated = await generator.generate("utter_all", tracker, "huike", points=points)
            texts.append(generated["text"] if generated else None)
        assert texts == ["积分昨天 18:40", "积分 11 月 21 日"]

    @pytest.mark.parametrize(
        ("language", "rewards", "expected"),
        [
            ("zh-Hans", "100 元券（1,900 分）", "您有 2,380 积分，可以换 100 元券（1,900 分）。想换哪个？"),
            ("zh-Hans", "茶叶罐（800 分）", "您有 2,380 积分，可以换茶叶罐（800 分）。想换哪个？"),
            ("zh-Hant", "100 元優惠券（1,900 分）", "您有 2,380 點，可以換 100 元優惠券（1,900 分）。想換哪一個？"),
        ],
    )
    async def test_a_reward_that_begins_with_a_digit_stands_apart(
        self, language: str, rewards: str, expected: str
    ) -> None:
        endpoint = EndpointConfig(replies=str(ROOT / "nlu_data" / "responses"))
        said = await LocalizedResponses(endpoint, DOMAIN).generate(
            "reply_redeem_choose", after(language, hint=None), "huike", balance="2,380", rewards=rewards
        )
        assert said is not None
        assert said["text"] == expected


class TestReplies:
    """What custom actions say stands beside the domain."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "a.yml").write_text("reply_hello:\n  en: Hello {name}\n")
        (tmp_path / "b.yml").write_text("reply_bye:\n  en: Bye\n")
        return tmp_path

    async def test_are_said_from_the_folder_that_endpoints_name(self, folder: Path) -> None:
        generator = LocalizedResponses(EndpointConfig(replies=str(folder)), DOMAIN)
        generator.responses = DOMAIN.responses  # as Rasa does whenever it loads a model
        said = await generator.generate("reply_hello", after("en", None), "huike", name="Lin")
        assert said is not None
        assert said["text"] == "Hello Lin"
        assert "utter_all" in generator.responses

    def test_one_name_in_two_files_is_refused(self, folder: Path) -> None:
        (folder / "c.yml").write_text("reply_bye:\n  en: Goodbye\n")
        with pytest.raises(ReplyTwice, match="reply_bye"):
            replies_in(folder)

    def test_a_folder_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="nowhere"):
            LocalizedResponses(EndpointConfig(replies=str(tmp_path / "nowhere")))

    def test_endpoints_of_the_project_name_the_project_s(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("URL", "SECRET"):
            monkeypatch.setenv(f"HUIKE_ACTIONS_{name}", "set")
        endpoint = read_endpoint_config(str(ROOT / "endpoints.yml"), "nlg")
        assert endpoint is not None
        assert len(replies_in(ROOT / endpoint.kwargs["replies"])) > 200

    def test_are_read_into_what_rasa_s_responses_are(self) -> None:
        replies = replies_in(ROOT / "nlu_data" / "responses")
        domain = Domain.from_yaml(json.dumps({"version": "3.1", "responses": replies}))
        assert domain.responses == replies

    async def test_their_buttons_and_variations_are_those_of_the_language(self, tmp_path: Path) -> None:
        (tmp_path / "a.yml").write_text(
            """reply_more:
  zh-Hans: [还要吗？, 还需要吗？]
  zh-Hant: [還要嗎？, 還需要嗎？]
  en: [More?, Anything else?]
  buttons: [{payload: /affirm, zh-Hans: 要, zh-Hant: 要！, en: Please}]
""",
            encoding="utf-8",
        )
        generator = LocalizedResponses(EndpointConfig(replies=str(tmp_path)), DOMAIN)
        said = [await generator.generate("reply_more", after("zh-Hant", None), "huike") for _ in range(40)]
        assert {each["text"] for each in said if each} == {"還要嗎？", "還需要嗎？"}
        assert {str(each["buttons"]) for each in said if each} == {"[{'title': '要！', 'payload': '/affirm'}]"}
