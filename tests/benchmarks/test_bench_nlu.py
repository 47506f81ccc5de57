"""The benchmark of understanding loses nothing that was measured. Nothing is trained here."""

import json
import os
import sys
from pathlib import Path

import pytest
import typer

from benchmarks import bench_nlu
from benchmarks.bench_nlu import BEGIN, END, Kept, Work, follow, row, works
from benchmarks.nlu_tasks import Result, Task

TINY = Task("tiny", [[("hi", "greet")]], [("hello", "greet")])
FULL = Result(0.9, 0.89, 0.02, train_s=12.0, parse_ms=7.0, peak_bytes=2**30, model_bytes=2**21)


@pytest.fixture
def document(tmp_path, monkeypatch) -> Path:
    path = tmp_path / "benchmarks.md"
    path.write_text(f"# Benchmarks\n\n{BEGIN}\n{END}\n", encoding="utf-8")
    monkeypatch.setattr(bench_nlu, "DOCUMENT", path)
    return path


@pytest.fixture
def measured(tmp_path, monkeypatch) -> list[str]:
    """Names of what was measured instead of kept; stock breaks off."""
    names: list[str] = []

    def fake(work, config, folder, vectors, tell):
        names.append(work.name)
        tell("training 1 of 1")
        if work.name == "stock":
            raise typer.Exit(1)
        return [(f"the set {work.name}", FULL)]

    monkeypatch.setattr(bench_nlu, "run", fake)
    monkeypatch.setattr(bench_nlu, "WORKS", {"few": ("Huike", None), "own": ("Huike", None), "stock": ("stock", None)})
    return names


class TestMain:
    def test_what_was_measured_before_a_failure_is_written_and_not_measured_again(self, tmp_path, document, measured):
        for _ in range(2):
            with pytest.raises(typer.Exit):
                bench_nlu.main(keep=tmp_path / "kept", write=True)
        assert measured == ["few", "own", "stock", "stock"]
        text = document.read_text(encoding="utf-8")
        assert "| the set few | Huike | 90.0% |" in text
        assert "| the set own | Huike | 90.0% |" in text
        assert "measured in an earlier run: few (" in text

    def test_only_what_is_asked_for(self, document, measured):
        bench_nlu.main(only=["own"])
        assert measured == ["own"]
        assert document.read_text(encoding="utf-8").endswith(f"{BEGIN}\n{END}\n")

    def test_each_row_is_printed_as_it_is_found(self, document, measured, capsys):
        with pytest.raises(typer.Exit):
            bench_nlu.main()
        assert "the set own | Huike | 90.0%" in capsys.readouterr().out


class TestWorks:
    def test_stock_comes_last(self):
        assert list(bench_nlu.WORKS)[-1] == "stock"

    def test_our_own_need_no_public_sets(self):
        assert [work.name for work in works(["own"], None)] == ["own"]

    @pytest.mark.parametrize("only", [["bankng77"], ["banking77"]], ids=["unknown", "without its data"])
    def test_what_cannot_be_measured_is_refused(self, only):
        with pytest.raises(typer.BadParameter):
            works(only, None)


class TestKept:
    @pytest.fixture
    def config(self, tmp_path) -> Path:
        path = tmp_path / "config.yml"
        path.write_text("pipeline: []")
        return path

    def test_gives_back_what_was_put(self, tmp_path, config):
        kept, work = Kept(tmp_path / "kept"), Work("few", "Huike", TINY)
        kept.put(work, config, [("tiny", FULL)])
        found = kept.find(work, config)
        assert found is not None
        assert found.rows == [("tiny", FULL)]
        assert " at " in found.kept

    def test_another_configuration_or_other_data_are_measured_anew(self, tmp_path, config):
        kept, work = Kept(tmp_path / "kept"), Work("few", "Huike", TINY)
        kept.put(work, config, [("tiny", FULL)])
        other = Work("few", "Huike", Task("tiny", [[("hey", "greet")]], TINY.test))
        assert kept.find(other, config) is None
        config.write_text("pipeline: [other]")
        assert kept.find(work, config) is None


def test_a_dash_stands_where_a_column_does_not_apply():
    assert row("own", "Huike", Result(0.9, 0.89, 0.02))[2:] == ("90.0%", "89.0%", "0.020", "–", "–", "–", "–")
    assert row("few", "Huike", FULL)[5:] == ("12 s", "7 ms", "1024 MB", "2.0 MB")


class TestFollow:
    def test_passes_on_what_is_being_done_and_nothing_else(self, tmp_path):
        told: list[str] = []
        code = "import sys; print('progress: training 1 of 3'); print('noise'); print('noise', file=sys.stderr)"
        follow([sys.executable, "-c", code], dict(os.environ), tmp_path / "few.log", told.append)
        assert told == ["training 1 of 3"]

    def test_a_failure_ends_the_run_with_its_last_words(self, tmp_path, capsys):
        with pytest.raises(typer.Exit):
            follow([sys.executable, "-c", "raise ValueError(42)"], dict(os.environ), tmp_path / "few.log", print)
        assert "ValueError: 42" in capsys.readouterr().out


def test_a_kept_file_says_from_when_and_which_commit(tmp_path):
    config = tmp_path / "config.yml"
    config.write_text("")
    Kept(tmp_path).put(Work("few", "Huike", TINY), config, [("tiny", FULL)])
    (path,) = tmp_path.glob("few-*.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    assert set(content) == {"work", "pipeline", "at", "commit", "rows"}
    assert content["rows"][0][1]["accuracy"] == 0.9
