"""What is said in a measurement is said once, and was never said before."""

import pytest

from benchmarks.messages import Deck, DeckEmpty, distinct, strangers_messages, warming_up_messages


def drawn(deck: Deck) -> list[str]:
    found = []
    while (text := deck.draw()) is not None:
        found.append(text)
    return found


class TestDeck:
    def test_every_message_is_given_out_once_in_the_same_order_every_time(self):
        texts = [f"message {number}" for number in range(50)]
        first, second = drawn(Deck(texts)), drawn(Deck(texts))
        assert first == second
        assert sorted(first) == sorted(texts)
        assert first != texts

    def test_a_limit_bounds_what_is_given_out(self):
        deck = Deck(["a", "b", "c"], limit=2)
        assert deck.size == 2
        assert len(drawn(deck)) == 2

    def test_more_than_there_are_is_refused_rather_than_said_twice(self):
        with pytest.raises(DeckEmpty) as refused:
            Deck(["a", "A", "ａ"], limit=2)
        assert refused.value.size == 1


def test_a_text_in_other_widths_capitals_or_spaces_is_the_same_and_an_empty_one_is_none():
    assert distinct([" 在吗? ", "在吗？", "OK", "ok", "", "  "]) == ["在吗?", "OK"]


class TestFiles:
    def test_a_csv_has_a_column_text(self, tmp_path):
        file = tmp_path / "said.csv"
        file.write_text('intent,text\ngreet,你好\nask,"a, b"\n', encoding="utf-8")
        assert strangers_messages(file) == ["你好", "a, b"]

    def test_any_other_file_has_one_message_a_line(self, tmp_path):
        file = tmp_path / "said.txt"
        file.write_text("你好\na, b\n", encoding="utf-8")
        assert strangers_messages(file) == ["你好", "a, b"]


def test_the_strangers_wrote_enough_for_sixteen_conversations_of_a_hundred_turns():
    assert len(distinct(strangers_messages())) >= 1600


def test_what_warms_up_is_nothing_that_is_measured_and_bears_no_marks():
    warming = warming_up_messages()
    assert len(distinct(warming)) >= 300
    assert "麻烦查一下20261108-0312发货没有" in warming
    assert not [text for text in warming if "](" in text]
    together = distinct([*warming, *strangers_messages()])
    assert len(together) == len(distinct(warming)) + len(distinct(strangers_messages()))
