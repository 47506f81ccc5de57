"""Messages that come while others are being understood are understood in one list, each as if it were alone."""

import asyncio
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from bot.nlu.rasa import parsing
from tests.bot.nlu.shop import Shop

TEXTS = ["hello there", "how many points do I have", "/greet", "20260110-0044 please", "brumm", "!!", "thank you"]


class Watched:
    """The shop's graph runner; notes the texts of every list and cannot read what is "unreadable"."""

    def __init__(self, shop: Shop) -> None:
        self._run = shop.agent.processor.graph_runner.run  # type: ignore[union-attr]
        self.lists: list[list[str]] = []

    def run(self, inputs: dict[str, Any], targets: list[str]) -> dict[str, Any]:
        texts = [message.text for message in inputs["__message__"]]
        self.lists.append(texts)
        if "unreadable" in texts:
            raise ValueError("unreadable")
        found: dict[str, Any] = self._run(inputs, targets)
        return found


def parser(shop: Shop) -> tuple[parsing.Parser, Watched]:
    runner = Watched(shop)
    return parsing.Parser(runner, shop.agent.processor.model_metadata.nlu_target), runner  # type: ignore


async def test_each_is_understood_as_alone(shop: Shop) -> None:
    processor: Any = shop.agent.processor
    messages = [UserMessage(text, message_id=text) for text in TEXTS]
    together = await asyncio.gather(*(processor.parse_message(message) for message in messages))
    for message, ours in zip(messages, together, strict=True):
        alone = await parsing._stock_parse(processor, message)
        assert ours.keys() == alone.keys()
        assert ours["intent"]["name"] == alone["intent"]["name"]
        assert ours["intent"]["confidence"] == pytest.approx(alone["intent"]["confidence"], abs=1e-5)
        for part in ("text", "entities", "text_tokens"):
            assert ours.get(part) == alone.get(part)


async def test_the_first_goes_at_once_and_the_others_together(shop: Shop) -> None:
    watched_parser, runner = parser(shop)
    await asyncio.gather(*(watched_parser.parse(UserMessage(text)) for text in TEXTS))
    assert runner.lists == [TEXTS[:1], TEXTS[1:]] or runner.lists == [TEXTS]
    await watched_parser.parse(UserMessage("hello"))
    assert runner.lists[-1] == ["hello"]


async def test_a_list_is_no_longer_than_set(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "AT_ONCE", 3)
    watched_parser, runner = parser(shop)
    await asyncio.gather(*(watched_parser.parse(UserMessage(text)) for text in TEXTS))
    assert [text for texts in runner.lists for text in texts] == TEXTS
    assert max(map(len, runner.lists)) == 3


async def test_what_cannot_be_read_fails_alone(shop: Shop) -> None:
    watched_parser, _ = parser(shop)
    texts = ["hello there", "thank you", "unreadable", "brumm"]
    found = await asyncio.gather(*(watched_parser.parse(UserMessage(text)) for text in texts), return_exceptions=True)
    assert [isinstance(each, ValueError) for each in found] == [False, False, True, False]
    assert [each.get("text") for each in found if not isinstance(each, BaseException)] == [
        "hello there",
        "thank you",
        "brumm",
    ]


async def test_who_hangs_up_takes_nobody_along(shop: Shop) -> None:
    watched_parser, _ = parser(shop)
    asked = [asyncio.create_task(watched_parser.parse(UserMessage(text))) for text in TEXTS]
    await asyncio.sleep(0)
    asked[0].cancel()
    asked[2].cancel()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(each, asyncio.CancelledError) for each in found] == [at in {0, 2} for at in range(len(TEXTS))]
