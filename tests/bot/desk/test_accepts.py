"""What a question takes beside its buttons holds for that question only, though the slot that carries it stays."""

from typing import Any

from bot.desk.answering import answer
from bot.desk.dialogue import TurnResult
from crm_store.conversations import Context, Conversation
from crm_store.messages import Reply, Understanding

ASKED_AT = 5


class Rasa:
    """Tells the focus of its slot with every turn, as the real one does."""

    def __init__(self) -> None:
        self.focus: dict[str, Any] = {}

    async def turn(self, conversation_id: str, **_: Any) -> TurnResult:
        return TurnResult([Reply(text="…")], Understanding(intent="inform"), focus=dict(self.focus))


async def accepted(rasa: Rasa, *, at: int) -> dict[str, str]:
    conversation = Conversation(id="c", channel="test", last_seq=at, context=None)
    answered = await answer(rasa, conversation, 1, said=None, payload="/inform")  # type: ignore[arg-type]
    return Context.read(answered.context.stored()).expects.accepts


async def test_the_question_that_was_just_asked_takes_a_time() -> None:
    rasa = Rasa()
    rasa.focus = {"accepts": {"time": "request_callback"}, "at": {"accepts": ASKED_AT}}
    assert await accepted(rasa, at=ASKED_AT) == {"time": "request_callback"}


async def test_the_next_answer_takes_none() -> None:
    rasa = Rasa()
    rasa.focus = {"accepts": {"time": "request_callback"}, "at": {"accepts": ASKED_AT}}
    assert await accepted(rasa, at=ASKED_AT + 2) == {}
