"""The comparison with stock Rasa: what is learned, kept and said of it. Nothing is trained or served here."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer

from benchmarks import bench_turns
from benchmarks import sides as sides_module
from benchmarks.bench_turns import BEGIN, END, first_answers
from benchmarks.sides import AGAIN, MIX, SERVING, TRAINING, Load, digest, sides

LOAD = Load(turns=14, customers=2, each=3)


def served() -> dict[str, Any]:
    return {
        "memory_idle": 2**29,
        "memory_after": 2**30,
        "turns": [0.05] * LOAD.turns,
        "messages_per_second": 20.0,
        "answers": [["yes"]] * len(MIX),
    }


@pytest.fixture
def document(tmp_path, monkeypatch) -> Path:
    path = tmp_path / "benchmarks.md"
    path.write_text(f"# Benchmarks\n\n{BEGIN}\n{END}\n", encoding="utf-8")
    monkeypatch.setattr(bench_turns, "DOCUMENT", path)
    return path


@pytest.fixture
def done(monkeypatch) -> list[str]:
    """What was trained and served; nothing really is."""
    names: list[str] = []

    def train(side, data):
        names.append(f"{side.name} trained")
        side.model.write_text("model")
        return 100.0

    def serve(side, load, figures, progress):
        names.append(f"{side.name} served")
        for name, value in served().items():
            setattr(figures, name, value)
        figures.load = asdict(load)
        sides_module.keep_stage(side, figures, SERVING)

    monkeypatch.setattr(sides_module, "train", train)
    monkeypatch.setattr(bench_turns, "serve_and_measure", serve)
    return names


def run(keep: Path, **more: Any) -> None:
    bench_turns.main(turns=LOAD.turns, customers=LOAD.customers, each=LOAD.each, keep=keep, write=True, **more)


class TestKeep:
    def test_nothing_is_measured_twice_and_the_table_is_whole(self, tmp_path, document, done):
        run(tmp_path / "keep")
        assert done == [
            *["huike trained", "huike trained", "huike served"],
            *["stock trained", "stock trained", "stock served"],
        ]
        done.clear()
        run(tmp_path / "keep")
        assert done == []
        text = document.read_text(encoding="utf-8")
        assert "| training from nothing (stock: 5 of its 100 epochs) | 100 s | 100 s | 1.0 × |" in text
        assert "stock: measured in an earlier run: training (" in text
        assert text.count("training again, one example more (stock: 5 of its 100 epochs)") == 1

    def test_a_run_that_broke_off_goes_on_where_it_stood(self, tmp_path, document, done, monkeypatch):
        def fails(*_):
            raise typer.Exit(1)

        with monkeypatch.context() as broken:
            broken.setattr(bench_turns, "serve_and_measure", fails)
            with pytest.raises(typer.Exit):
                run(tmp_path / "keep")
        kept = json.loads((tmp_path / "keep" / "huike" / "figures.json").read_text(encoding="utf-8"))
        assert list(kept["measured"]) == [TRAINING, AGAIN]
        assert kept["train_cold"] == 100.0
        done.clear()
        run(tmp_path / "keep")
        assert done == ["huike served", "stock trained", "stock trained", "stock served"]

    def test_another_number_of_epochs_is_another_stock(self, tmp_path, document, done):
        run(tmp_path / "keep")
        done.clear()
        run(tmp_path / "keep", stock_epochs=6)
        assert done == ["stock trained", "stock trained", "stock served"]

    def test_another_load_is_served_again(self, tmp_path, document, done):
        run(tmp_path / "keep", again=False)
        done.clear()
        bench_turns.main(turns=LOAD.turns, customers=1, each=3, keep=tmp_path / "keep", again=False)
        assert done == ["huike served", "stock served"]

    def test_a_training_by_hand_needs_three_entries(self, tmp_path, document, done):
        _, stock = sides(tmp_path / "keep", "diet", 5)
        stock.model.write_text("model")
        entries = {"config": digest(stock.config), "train_cold": 1165.0, "measured": {TRAINING: "by hand"}}
        stock.figures.write_text(json.dumps(entries), encoding="utf-8")
        run(tmp_path / "keep", again=False)
        assert done == ["huike trained", "huike served", "stock served"]
        assert "1165 s | 100 s | 11.7 ×" in document.read_text(encoding="utf-8")

    def test_a_model_without_figures_is_used_and_has_no_time(self, tmp_path, document, done):
        for side in sides(tmp_path / "keep", "diet", 5):
            side.model.write_text("model")
        run(tmp_path / "keep")
        run(tmp_path / "keep")
        assert done == ["huike served", "stock served"]
        assert "| training" not in document.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "content"),
    [("huike", {"messages": [{"text": "hi"}, {"buttons": []}]}), ("stock", [{"text": "hi"}, {"image": "x"}])],
)
async def test_answers_of_both_sides_are_read(tmp_path, name, content):
    side = next(side for side in sides(tmp_path, "linear", 100) if side.name == name)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=content))
    async with httpx.AsyncClient(base_url="http://rasa", transport=transport) as client:
        assert await first_answers(client, side) == [["hi", ""]] * len(MIX)
