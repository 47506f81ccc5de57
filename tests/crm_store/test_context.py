"""What is kept of a conversation for the next message, as it stands in the store."""

from crm_store.conversations import Context
from crm_store.conversations.context import LastAnswer

ANSWERED = Context(answered=LastAnswer(answer="a1", to="q1", times=2, asked=True))


def test_the_last_answer_is_read_as_it_was_written() -> None:
    assert Context.read(ANSWERED.stored()) == ANSWERED


def test_what_a_newer_release_has_written_beside_it_is_left_out() -> None:
    stored = ANSWERED.stored() or {}
    stored["answered"]["mood"] = "curious"
    assert Context.read(stored) == ANSWERED


def test_what_an_older_release_did_not_write_is_as_if_nothing_was_asked() -> None:
    assert Context.read({"answered": {"answer": "a1", "to": "q1"}}).answered == LastAnswer("a1", "q1")
