"""Messages that come while others are being understood are understood together, in a thread beside the event loop.

Rasa parses each message alone, on the event loop. Its components take lists, though, and the examples that the
classifier compares with need to come from memory only once for a list. Nobody waits for company: a message that finds
nothing at work goes at once, and what comes meanwhile forms the next list.
"""

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE
from rasa.engine.runner.interface import GraphRunner
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

AT_ONCE = 16
"""Messages of one list; more would wait longer and save nothing."""

_thread = ThreadPoolExecutor(1, "understanding")

_stock_parse = MessageProcessor.parse_message


class _Asked(NamedTuple):
    message: UserMessage
    answer: "asyncio.Future[Message]"


class Parser:
    """Runs the pipeline of one loaded model."""

    def __init__(self, runner: GraphRunner, target: str) -> None:
        self._runner = runner
        self._target = target
        self._waiting: deque[_Asked] = deque()
        self._work: asyncio.Task[None] | None = None

    async def parse(self, message: UserMessage) -> Message:
        """What the pipeline makes of the message; raises what the pipeline raises for it."""
        asked = _Asked(message, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._answer_all())
        return await asked.answer

    async def _answer_all(self) -> None:
        while self._waiting:
            await self._answer([self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))])

    async def _answer(self, asked: list[_Asked]) -> None:
        messages = [each.message for each in asked]
        try:
            parsed = await asyncio.get_running_loop().run_in_executor(_thread, self._run, messages)
        except Exception as error:  # noqa: BLE001 - whatever it is, it goes to whoever asked
            if len(asked) > 1:
                # One of them is at fault; each alone, it is that one's error.
                for each in asked:
                    await self._answer([each])
            elif not asked[0].answer.done():
                asked[0].answer.set_exception(error)
            return
        for each, found in zip(asked, parsed, strict=True):
            if not each.answer.done():
                each.answer.set_result(found)

    def _run(self, messages: list[UserMessage]) -> list[Message]:
        # No component of a pipeline is given the tracker: only policies are.
        parsed: list[Message] = self._runner.run({PLACEHOLDER_MESSAGE: messages}, [self._target])[self._target]
        return parsed


async def parse_message(
    self: MessageProcessor,
    message: UserMessage,
    tracker: DialogueStateTracker | None = None,
    only_output_properties: bool = True,
) -> dict[str, Any]:
    """Rasa's `MessageProcessor.parse_message`, with the pipeline run by `Parser`."""
    if self.http_interpreter:
        parsed_elsewhere: dict[str, Any] = await _stock_parse(self, message, tracker, only_output_properties)
        return parsed_elsewhere
    parser: Parser = self.__dict__.get("_huike_parser") or self.__dict__.setdefault(
        "_huike_parser", Parser(self.graph_runner, self.model_metadata.nlu_target)
    )
    parsed = await parser.parse(message)
    parse_data: dict[str, Any] = {
        TEXT: "",
        INTENT: {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0},
        ENTITIES: [],
        **parsed.as_dict(only_output_properties=only_output_properties),
    }
    self._update_full_retrieval_intent(parse_data)
    self._check_for_unseen_features(parse_data)
    return parse_data
