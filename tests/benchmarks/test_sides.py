"""The two sides: how they are set up and trained, what is kept of them. Nothing is trained here."""

import yaml
from rich.progress import Progress

from benchmarks.sides import ONE_MORE, Figures, digest, figures_of, sides, train_and_measure, with_one_more_example


def test_stock_learns_for_so_many_epochs_and_with_a_tokenizer_for_chinese(tmp_path):
    _, stock = sides(tmp_path, "diet", 5)
    config = yaml.safe_load(stock.config.read_text(encoding="utf-8"))
    components = [*config["pipeline"], *config["policies"]]
    assert {each["name"]: each["epochs"] for each in components if "epochs" in each} == dict.fromkeys(
        ("DIETClassifier", "ResponseSelector", "UnexpecTEDIntentPolicy", "TEDPolicy"), 5
    )
    assert config["pipeline"][0] == {"name": "JiebaTokenizer"}


def test_a_side_without_figures_begins_with_none(tmp_path):
    huike, _ = sides(tmp_path, "linear", 100)
    assert figures_of(huike) == Figures(config=digest(huike.config))


def test_one_more_example_comes_once(tmp_path):
    (tmp_path / "nlu").mkdir()
    path = tmp_path / "nlu" / "thank.yml"
    path.write_text("nlu:\n  - intent: thank\n    examples: |\n      - 谢谢\n", encoding="utf-8")
    for _ in range(2):
        with_one_more_example(tmp_path)
    assert path.read_text(encoding="utf-8").splitlines()[3:] == ["      - 谢谢", f"      - {ONE_MORE}"]


def test_a_model_that_is_there_is_not_trained(tmp_path):
    huike, _ = sides(tmp_path, "linear", 100)
    huike.model.write_text("model")
    progress = Progress()
    train_and_measure(huike, Figures(), progress, again=True)
    assert progress.tasks == []
