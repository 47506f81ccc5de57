"""The client of the Rasa server, against a server on loopback."""

import pytest

from bot.desk.dialogue import Dialogue, DialogueUnavailable, Outage
from tests.bot.dialogue_server import SECRET, DialogueServer


class TestTurn:
    async def test_a_turn_brings_replies_and_understanding(self, rasa: DialogueServer, dialogue: Dialogue) -> None:
        result = await dialogue.turn("c1", message_id=7, text="订单到哪了", language="zh-Hans", locale="zh-CN")

        assert [reply.text for reply in result.replies] == ["回：订单到哪了"]
        assert result.replies[0].buttons == [{"title": "好", "payload": "/affirm"}]
        assert (result.understanding.intent, result.understanding.anger) == ("ask_order_status", 0.1)
        assert result.understanding.ranking[1] == {"name": "greet", "confidence": 0.05}
        assert rasa.turns[0]["sender"] == "c1"
        assert (rasa.turns[0]["message_id"], rasa.turns[0]["locale"]) == ("7", "zh-CN")

    async def test_a_button_goes_as_payload_and_words_as_text(self, rasa: DialogueServer, dialogue: Dialogue) -> None:
        await dialogue.turn("c1", message_id=1, payload="/ask_tier")
        await dialogue.turn("c1", message_id=2, text="/ask_tier")
        assert ("text" in rasa.turns[0], rasa.turns[0]["payload"]) == (False, "/ask_tier")
        assert ("payload" in rasa.turns[1], rasa.turns[1]["text"]) == (False, "/ask_tier")

    async def test_a_payload_nobody_knows_is_put_as_words(self, rasa: DialogueServer, dialogue: Dialogue) -> None:
        result = await dialogue.turn("c1", message_id=1, text="去年的按钮", payload="old:button")
        assert result.replies[0].text == "回：去年的按钮"
        assert len(rasa.turns) == 1

    async def test_the_same_message_again_is_one_turn(self, rasa: DialogueServer, dialogue: Dialogue) -> None:
        first = await dialogue.turn("c1", message_id=1, text="在吗")
        again = await dialogue.turn("c1", message_id=1, text="在吗")
        assert first == again
        assert len(rasa.turns) == 1


class TestOutage:
    async def test_an_error_of_the_server(self, rasa: DialogueServer, dialogue: Dialogue) -> None:
        rasa.broken = True
        with pytest.raises(DialogueUnavailable) as outage:
            await dialogue.turn("c1", message_id=1, text="在吗")
        assert outage.value.reason is Outage.ERROR
        assert not await dialogue.health()

    async def test_a_wrong_secret(self, rasa: DialogueServer) -> None:
        async with Dialogue(rasa.url, secret="another secret") as stranger:
            with pytest.raises(DialogueUnavailable) as outage:
                await stranger.turn("c1", message_id=1, text="在吗")
        assert outage.value.reason is Outage.REFUSED

    async def test_nobody_there(self) -> None:
        async with Dialogue("http://127.0.0.1:9", secret=SECRET) as client:
            with pytest.raises(DialogueUnavailable) as outage:
                await client.turn("c1", message_id=1, text="在吗")
            assert not await client.health()
        assert outage.value.reason is Outage.UNREACHABLE


class TestParse:
    async def test_understanding_without_a_turn(self, rasa: DialogueServer, dialogue: Dialogue) -> None:
        said = await dialogue.parse("气死我了")
        assert (said.intent, said.sentiment, said.anger, said.language) == (
            "ask_order_status", "negative", 0.92, "zh-Hans",
        )  # fmt: skip
        assert rasa.turns == []

    @pytest.mark.parametrize("words", ["/restart", "  /greet", "／greet"])
    async def test_words_that_look_like_a_command_stay_words(
        self, rasa: DialogueServer, dialogue: Dialogue, words: str
    ) -> None:
        await dialogue.parse(words)
        assert rasa.understood[0][0] == "\u2044"

    async def test_health(self, dialogue: Dialogue) -> None:
        assert await dialogue.health()
