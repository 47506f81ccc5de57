"""An answer beside a question amid a form: the form tells by what it asks next which of the two it took, and the other
is heard by itself."""

from typing import Any

import pytest

from bot.desk.desk import Desk
from crm_store.conversations import Context
from tests.bot import dialogue_server
from tests.bot.desk.test_answering import understanding
from tests.bot.desk.test_desk import lines, says, told
from tests.bot.dialogue_server import DialogueServer

BOTH = "黑的那双，邮费谁出呢"
WHICH, REASON = "return_line", "return_reason"


class Form:
    """A return that asks which thing, then why. It takes what it is told in `takes`, and answers what is asked."""

    def __init__(self, *takes: str, answers: tuple[str, ...] = ()) -> None:
        self.takes, self.answers, self.taken = takes, answers, False
        self.asked = 0

    def __call__(self, body: dict[str, Any]) -> dict[str, Any]:
        said = body.get("text") or body["payload"]
        self.taken = self.taken or said in self.takes
        slot = REASON if self.taken else WHICH
        answered = [f"答：{said}"] if said in self.answers else []
        asks = [f"问：{slot}"] if body.get("resumes", True) else []
        return {
            "messages": [{"text": text, "buttons": []} for text in (*answered, *asks)],
            "understanding": dialogue_server.understand(said) | {"intent": body["heard"]["intent"]["name"]},
            "active_form": "return_form",
            "requested_slot": slot,
            "fallbacks": 0,
        }


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    # No clause is clear by itself, so that the message is heard as a whole.
    monkeypatch.setattr(
        dialogue_server, "understand", understanding(退="return_or_refund", 邮费="ask_faq", 那="inform")
    )


async def _after(desk: Desk, rasa: DialogueServer, form: Form, text: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(rasa, "_answer", form)
    conversation = await says(desk, "我想退一件东西")
    assert Context.read(conversation.context).expects.slot == WHICH
    conversation = await says(desk, text)
    said = lines(await told(desk, conversation))
    return said[said.index(f"customer: {text}") + 1 :]


class TestAnAnswerThatWasLost:
    async def test_is_put_to_the_form_alone_behind_what_was_answered(
        self, desk: Desk, rasa: DialogueServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form = Form("黑的那双", answers=(BOTH,))
        said = await _after(desk, rasa, form, BOTH, monkeypatch)
        assert said == [f"bot: 答：{BOTH}", f"bot: 问：{REASON}"]
        assert rasa.turns[-1]["text"] == "黑的那双"
        assert rasa.turns[-1]["heard"]["intent"]["name"] == "inform"

    async def test_that_the_form_does_not_take_changes_nothing_of_what_is_said(
        self, desk: Desk, rasa: DialogueServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form = Form(answers=(BOTH,))
        said = await _after(desk, rasa, form, BOTH, monkeypatch)
        assert said == [f"bot: 答：{BOTH}", f"bot: 问：{WHICH}"]

    async def test_a_mere_question_is_put_once(
        self, desk: Desk, rasa: DialogueServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        form = Form(answers=("邮费谁出呢",))
        await _after(desk, rasa, form, "邮费谁出呢", monkeypatch)
        assert [turn["text"] for turn in rasa.turns] == ["我想退一件东西", "邮费谁出呢"]


class TestAQuestionThatWasPassedOver:
    async def test_is_answered_before_what_the_form_asks_next(
        self, desk: Desk, rasa: DialogueServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The form took the whole as its answer, and said nothing to the question.
        monkeypatch.setattr(dialogue_server, "understand", understanding(退="return_or_refund", 那="inform"))
        form = Form("黑的那双 — 邮费谁出呢？", answers=("邮费谁出呢？",))
        said = await _after(desk, rasa, form, "黑的那双 — 邮费谁出呢？", monkeypatch)
        assert said == ["bot: 答：邮费谁出呢？", f"bot: 问：{REASON}"]
