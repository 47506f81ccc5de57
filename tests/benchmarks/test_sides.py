"""The two sides: how they are set up and trained, what is kept of it. Nothing is really trained here."""

import json

import pytest
import yaml
from rich.progress import Progress

from benchmarks import sides as sides_module
from benchmarks.sides import Training, digest, sides, train_and_measure


@pytest.fixture
def trained(monkeypatch) -> list[str]:
    """Names of the sides that were trained."""
    names: list[str] = []

    def train(side, data):
        assert (data / "nlu").is_dir()
        names.append(side.name)
        side.model.write_text("model")
        return 100.0

    monkeypatch.setattr(sides_module, "train", train)
    return names


def test_stock_learns_for_so_many_epochs_and_with_a_tokenizer_for_chinese(tmp_path):
    _, stock = sides(tmp_path, "diet", 5)
    config = yaml.safe_load(stock.config.read_text(encoding="utf-8"))
    components = [*config["pipeline"], *config["policies"]]
    assert {each["name"]: each["epochs"] for each in components if "epochs" in each} == dict.fromkeys(
        ("DIETClassifier", "ResponseSelector", "UnexpecTEDIntentPolicy", "TEDPolicy"), 5
    )
    assert config["pipeline"][0] == {"name": "JiebaTokenizer"}


def test_what_was_trained_is_not_trained_again_and_its_time_is_known(tmp_path, trained):
    for _ in range(2):
        _, stock = sides(tmp_path, "diet", 5)
        found = train_and_measure(stock, Progress())
        assert found.seconds == 100.0
        assert found.config == digest(stock.config)
        assert " at " in found.measured
    assert trained == ["stock"]


def test_another_number_of_epochs_is_another_stock(tmp_path, trained):
    for epochs in (5, 6):
        _, stock = sides(tmp_path, "diet", epochs)
        train_and_measure(stock, Progress())
    assert trained == ["stock", "stock"]


def test_a_model_of_somebody_else_is_used_and_has_no_time(tmp_path, trained):
    _, stock = sides(tmp_path, "linear", 100)
    stock.model.write_text("model")
    assert train_and_measure(stock, Progress()) == Training(config=digest(stock.config))
    assert trained == []


def test_a_time_measured_elsewhere_may_be_written_by_hand(tmp_path, trained):
    _, stock = sides(tmp_path, "diet", 5)
    stock.model.write_text("model")
    stock.figures.write_text(json.dumps({"config": digest(stock.config), "seconds": 1165.0}), encoding="utf-8")
    assert train_and_measure(stock, Progress()).seconds == 1165.0
    assert trained == []
