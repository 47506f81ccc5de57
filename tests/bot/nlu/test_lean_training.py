"""Training with less work must read what stock Rasa reads and refuse what stock Rasa refuses."""

import pytest
from rasa.shared.exceptions import YamlException
from rasa.shared.nlu.training_data.formats.rasa_yaml import NLU_SCHEMA_FILE

from bot.nlu import lean_training

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
