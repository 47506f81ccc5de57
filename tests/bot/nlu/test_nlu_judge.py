"""The figures of the public benchmarks, on answers small enough to reckon by hand."""

import pytest

from benchmarks.nlu_judge import judge, refused, strangeness
from benchmarks.nlu_tasks import OUT_OF_SCOPE, DataMissing, banking77, few


def answer(*ranking, asked_back=False):
    return {"ranking": list(ranking), "asked_back": asked_back}


def test_two_of_three_right_is_two_thirds():
    said = [answer(("a", 0.9), ("b", 0.1)), answer(("b", 0.8)), answer(("a", 0.6), ("b", 0.4))]
    figures = judge(["a", "b", "b"], said)
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert "auroc" not in figures


def test_foreign_texts_told_apart_by_their_confidence_give_an_area_of_one():
    inside = [answer(("a", 0.9), (OUT_OF_SCOPE, 0.1)), answer(("b", 0.6), (OUT_OF_SCOPE, 0.3))]
    outside = [answer((OUT_OF_SCOPE, 0.7), ("a", 0.2)), answer(("a", 0.4), (OUT_OF_SCOPE, 0.38), asked_back=True)]
    figures = judge(["a", "b"], [*inside, *outside])
    assert figures["auroc"] == 1.0
    assert figures["foreign_refused"] == 1.0
    assert figures["own_refused"] == 0.0


def test_no_guess_at_all_is_the_strangest_answer():
    assert strangeness(answer()) > strangeness(answer((OUT_OF_SCOPE, 0.99), ("a", 0.01)))
    assert refused(answer())


def test_ten_of_each_are_drawn_and_the_same_again():
    pairs = [(f"{intent} {number}", intent) for intent in "abc" for number in range(25)]
    drawn = few(pairs, seed=1)
    assert len(drawn) == 30
    assert {intent for _, intent in drawn} == {"a", "b", "c"}
    assert drawn == few(pairs, seed=1)
    assert drawn != few(pairs, seed=2)


def test_a_folder_without_the_sets_is_told_what_is_missing(tmp_path):
    with pytest.raises(DataMissing, match=r"banking77_train\.csv"):
        banking77(tmp_path)
