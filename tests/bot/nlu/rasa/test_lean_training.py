"""Training with less work must read what stock Rasa reads and refuse what stock Rasa refuses."""

import numpy as np
import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import YamlException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.formats.rasa_yaml import NLU_SCHEMA_FILE
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.rasa import lean_training

DOMAIN = "version: '3.1'\nintents: [greet, 'no']\nresponses:\n  utter_hi:\n  - text: \"好 😀 <b>\"\n"
NLU = "version: '3.1'\nnlu:\n- intent: greet\n  examples: |\n    - 你好\n    - [明天](time) 见\n"


@pytest.mark.parametrize("content", [DOMAIN, NLU, "", "a: 1", "- x\n- y: [1, 2.5, true, null]\n"])
def test_a_text_reads_the_same_as_with_stock_rasa(content):
    assert lean_training.read_yaml(content) == lean_training._stock_read_yaml(content)
    assert lean_training.read_yaml(content) == lean_training._stock_read_yaml(content)


def test_each_reader_may_change_its_copy():
    lean_training.read_yaml(DOMAIN)["intents"].append("goodbye")
    assert lean_training.read_yaml(DOMAIN)["intents"] == ["greet", "no"]


def test_a_text_with_line_numbers_keeps_them():
    read = lean_training.read_yaml(NLU, ["safe", "rt"])
    assert read.lc.line == 0
    assert read["nlu"].lc.line == 2


def test_a_broken_file_is_refused_every_time_and_not_only_the_first():
    for _ in range(2):
        with pytest.raises(YamlException):
            lean_training.validate_yaml_schema(NLU.replace("examples", "exampels"), NLU_SCHEMA_FILE)


def test_the_check_and_the_training_share_one_reading_of_the_files(tmp_path):
    (tmp_path / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    (tmp_path / "nlu.yml").write_text(NLU, encoding="utf-8")
    (tmp_path / "config.yml").write_text("recipe: default.v1\nlanguage: zh\n", encoding="utf-8")
    names = [str(tmp_path / name) for name in ("config.yml", "domain.yml")]
    first = lean_training.load_once(*names, [str(tmp_path / "nlu.yml")])
    second = lean_training.load_once(*names, [str(tmp_path / "nlu.yml")])
    assert first is second
    assert [example.get("text") for example in first.get_nlu_data().intent_examples] == ["你好", "明天 见"]


@pytest.fixture
def lean(monkeypatch):
    """The changes in place, and out of it again afterwards."""
    for owner, name in ((Message, "__hash__"), (Message, "__eq__"), (TrainingData, "merge"), (Domain, "as_yaml")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    for owner, name, value in (
        (Message, "__hash__", lean_training.hash_of_message),
        (Message, "__eq__", lean_training.same_message),
        (TrainingData, "merge", lean_training.merge),
        (Domain, "as_yaml", lean_training.domain_as_json),
    ):
        monkeypatch.setattr(owner, name, value)


def _data(*pairs, **more):
    return TrainingData([Message({TEXT: text, INTENT: intent}) for text, intent in pairs], **more)


def test_merged_data_hold_each_example_once_and_everything_else(lean):
    first = _data(("hi", "greet"), ("bye", "goodbye"), entity_synonyms={"咖啡": "coffee"}, responses={"utter_a": []})
    second = _data(("hi", "greet"), ("hi", "goodbye"), lookup_tables=[{"name": "x", "elements": ["y"]}])
    merged = first.merge(second, None)
    assert [(example.get(TEXT), example.get(INTENT)) for example in merged.training_examples] == [
        ("hi", "greet"),
        ("bye", "goodbye"),
        ("hi", "goodbye"),
    ]
    assert merged.entity_synonyms == {"咖啡": "coffee"}
    assert merged.lookup_tables == [{"name": "x", "elements": ["y"]}]
    assert merged.responses == {"utter_a": []}


def test_examples_with_other_entities_or_other_features_are_not_the_same(lean):
    plain, marked = Message({TEXT: "a", INTENT: "i"}), Message({TEXT: "a", INTENT: "i", "entities": [{"start": 0}]})
    assert plain != marked
    assert plain == Message({TEXT: "a", INTENT: "i"})
    seen = Message({TEXT: "a", INTENT: "i"}, features=[Features(np.ones((1, 2)), "sentence", TEXT, "x")])
    assert plain != seen


def test_a_domain_written_as_json_reads_back_as_it_was(lean):
    domain = Domain.from_yaml(DOMAIN)
    again = Domain.from_yaml(domain.as_yaml())
    assert again.as_dict() == domain.as_dict()
