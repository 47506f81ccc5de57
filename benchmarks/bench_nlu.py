"""How well the project's own pipeline understands public data and our own, beside Rasa's default pipeline.

`make bench-nlu DATA=FOLDER`: the components of config.yml, only the data exchanged, on BANKING77 (all of it, and ten
examples for each intent), on CLINC150 (in scope and out of scope); our own intents by five folds. Rasa's default
pipeline (DIET) learns the same ten examples, last, for it takes longest. Each row is printed as it is measured (and
written, with `--write`); with `--keep FOLDER` a run that was broken off goes on where it stood.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks.document import DOCUMENT, put_between
from benchmarks.nlu_tasks import PROGRESS, DataMissing, Result, Task, banking77, banking77_few, clinc150
from benchmarks.sides import RASA_DEFAULTS, ROOT, commit
from bot.operate.training import RASA_PYTHON, rasa_environment

BEGIN, END = "<!-- understanding: begin -->", "<!-- understanding: end -->"
HEADINGS = ("set", "pipeline", "accuracy", "macro-F1", "calibration error", "training", "a sentence", "memory", "model")
OWN = "own"
OWN_DATA = ROOT / "nlu_data" / "nlu"
FOLDS = 5

#: a set as the table names it, and its figures
Row = tuple[str, Result]

console = Console()


@dataclass(frozen=True)
class Work:
    """One thing to measure. `task` is None for our own intents, which are judged by folds."""

    name: str
    pipeline: str
    task: Task | None

    def digest(self, config: Path) -> str:
        """Changes whenever the configuration, the packages or the data do."""
        given = [config, ROOT / "requirements" / "rasa.txt", *(sorted(OWN_DATA.glob("*.yml")) if not self.task else [])]
        digest = hashlib.sha256(json.dumps([self.name, self.task and asdict(self.task)]).encode())
        for path in given:
            digest.update(b"\0" + path.read_bytes())
        return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Measured:
    """The rows of one work; `kept` is empty, or says from when and which commit they are."""

    rows: list[Row]
    kept: str = ""


class Kept:
    """Finished work in a folder, one JSON file each: `{work, pipeline, at, commit, rows: [[set, figures]]}`."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def _path(self, work: Work, config: Path) -> Path:
        assert self._folder is not None
        return self._folder / f"{work.name}-{work.digest(config)}.json"

    def find(self, work: Work, config: Path) -> Measured | None:
        if self._folder is None or not self._path(work, config).exists():
            return None
        found = json.loads(self._path(work, config).read_text(encoding="utf-8"))
        rows = [(name, Result(**figures)) for name, figures in found["rows"]]
        return Measured(rows, f"{found['at'][:10]} at {found['commit']}")

    def put(self, work: Work, config: Path, rows: Sequence[Row]) -> None:
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        content = {
            "work": work.name,
            "pipeline": work.pipeline,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": commit(),
            "rows": [[name, asdict(result)] for name, result in rows],
        }
        unfinished = self._path(work, config).with_suffix(".unfinished")
        unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        unfinished.replace(self._path(work, config))


#: what can be measured, in the order of the table: its pipeline, and its data from the folder of the public sets
WORKS: dict[str, tuple[str, Callable[[Path], Task] | None]] = {
    "banking77": ("Huike", banking77),
    "banking77-few": ("Huike", banking77_few),
    "clinc150": ("Huike", clinc150),
    OWN: ("Huike", None),
    "stock": ("stock", lambda data: banking77_few(data, seeds=1)),
}


def works(only: Sequence[str], data: Path | None) -> list[Work]:
    """The works of these names, or all. Raises `typer.BadParameter`, and `DataMissing` for a set that is not there."""
    unknown = set(only) - set(WORKS)
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: only {', '.join(WORKS)}")
    found = []
    for name, (pipeline, load) in WORKS.items():
        if only and name not in only:
            continue
        if load is not None and data is None:
            raise typer.BadParameter(f"{name} needs the public sets: --data FOLDER")
        found.append(Work(name, pipeline, load(data) if load is not None and data is not None else None))
    return found


def stock_config(folder: Path) -> Path:
    """Rasa's default pipeline, for English."""
    site = next((ROOT / ".venv-rasa" / "lib").glob("python3*/site-packages"))
    defaults = yaml.safe_load((site / RASA_DEFAULTS).read_text(encoding="utf-8"))
    config = {"recipe": "default.v1", "assistant_id": "stock", "language": "en", "pipeline": defaults["pipeline"]}
    path = folder / "stock.yml"
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return path


def run(work: Work, config: Path, folder: Path, vectors: Path | None, tell: Callable[[str], Any]) -> list[Row]:
    """Train and ask in a process of its own, which `tell`s what it does. Raises `typer.Exit` when that fails."""
    answered = folder / "figures.json"
    command = [str(RASA_PYTHON), "-m"]
    if work.task is None:
        command += ["benchmarks.nlu_crossval", "--folds", str(FOLDS), "--data", str(OWN_DATA), "--config", str(config)]
        command += ["--figures", str(answered)]
    else:
        given = folder / "task.json"
        given.write_text(json.dumps({**asdict(work.task), "config": str(config)}), encoding="utf-8")
        command += ["benchmarks.nlu_run", str(given), str(answered)]
    kept = vectors or Path(tempfile.mkdtemp(dir=folder))
    environment = rasa_environment(HUIKE_DATA_DIR=str(kept), RASA_CACHE_DIRECTORY=str(folder / "cache"))
    follow(command, environment, folder / f"{work.name}.log", tell)
    figures = json.loads(answered.read_text(encoding="utf-8"))
    if work.task is None:
        return [(f"our own intents, {FOLDS} folds: {name}", Result(**each)) for name, each in figures]
    return [(work.task.name, Result(**figures))]


def follow(command: list[str], environment: dict[str, str], log: Path, tell: Callable[[str], Any]) -> None:
    """Run a command to its end and pass on each line in which it says what it does. Its other words go to `log`, whose
    last ones are printed when it fails; then `typer.Exit`."""
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(  # noqa: S603 - a command of our own
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=output, text=True
        ) as running,
    ):
        assert running.stdout is not None
        try:
            for line in running.stdout:
                if line.startswith(PROGRESS):
                    tell(line.removeprefix(PROGRESS).strip())
        except BaseException:  # Ctrl-C, too: nothing shall go on training
            running.terminate()
            raise
    if running.returncode:
        console.print(f"[red]{log.stem} failed[/red]\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
        raise typer.Exit(1)


def row(task: str, pipeline: str, result: Result) -> tuple[str, ...]:
    """One line of the table, a dash where a column does not apply."""

    def cell(value: float | None, form: str, unit: str, size: int = 1) -> str:
        return "–" if value is None else f"{value / size:{form}} {unit}"

    return (
        task,
        pipeline,
        f"{result.accuracy:.1%}",
        f"{result.macro_f1:.1%}",
        f"{result.calibration_error:.3f}",
        cell(result.train_s, ".0f", "s"),
        cell(result.parse_ms, ".0f", "ms"),
        cell(result.peak_bytes, ".0f", "MB", 2**20),
        cell(result.model_bytes, ".1f", "MB", 2**20),
    )


def out_of_scope_line(result: Result) -> str:
    return (
        f"CLINC150 out of scope: AUROC {result.auroc:.3f}; at the shipped thresholds {result.foreign_refused:.1%} of "
        f"the foreign queries are refused or asked back, and {result.own_refused:.1%} of the others"
    )


def facts(vectors: Path | None) -> list[str]:
    """What a reader must know to judge the figures."""
    kept = ", sentence vectors kept from an earlier run" if vectors else ""
    return [
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start, {datetime.now(UTC):%Y-%m-%d}{kept}",
        "a sentence is the whole pipeline, entities and sentiment included; memory is the peak of training and asking",
        "ten examples: the mean over the seeds; stock is Rasa's default pipeline (DIET, 100 epochs), one seed",
        "our own intents: the intent classifier alone, each example judged by a model that had not seen it",
    ]


def kept_line(kept: Sequence[tuple[str, str]]) -> str:
    return "measured in an earlier run: " + "; ".join(f"{name} ({when})" for name, when in kept)


def report(rows: Sequence[tuple[str, ...]], notes: Sequence[str]) -> str:
    """The section of the document, as Markdown."""
    lines = [*(f"- {note}" for note in notes), "", f"| {' | '.join(HEADINGS)} |", "|---|---" + "|---:" * 7 + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(cells)} |" for cells in rows)])


class Findings:
    """What has been found so far."""

    def __init__(self, notes: Sequence[str]) -> None:
        self.rows: list[tuple[str, ...]] = []
        self._notes = list(notes)
        self._kept: list[tuple[str, str]] = []

    def add(self, work: Work, measured: Measured) -> list[tuple[str, ...]]:
        """The new lines of the table."""
        lines = [row(name, work.pipeline, result) for name, result in measured.rows]
        self.rows += lines
        self._notes += [out_of_scope_line(result) for _, result in measured.rows if result.auroc is not None]
        if measured.kept:
            self._kept.append((work.name, measured.kept))
        return lines

    @property
    def notes(self) -> list[str]:
        return [*self._notes, *([kept_line(self._kept)] if self._kept else [])]


def main(
    data: Annotated[Path | None, typer.Option(help="folder with nlu/banking77_*.csv and nlu/clinc150.json")] = None,
    vectors: Annotated[Path | None, typer.Option(help="keep sentence vectors in this folder between runs")] = None,
    keep: Annotated[
        Path | None,
        typer.Option(help="keep what is finished here; with the same configuration and data it is used again"),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help=f"measure only this, repeatable: {', '.join(WORKS)}")] = None,
    write: Annotated[bool, typer.Option(help="write the section of docs/benchmarks.md, anew after each row")] = False,
) -> None:
    """Measure, print each row as it is found, and the table."""
    try:
        todo = works(only or (), data)
    except DataMissing as missing:
        console.print(f"[red]{missing}[/red]")
        raise typer.Exit(2) from missing
    findings, kept = Findings(facts(vectors)), Kept(keep)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with tempfile.TemporaryDirectory() as name, Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        folder = Path(name)
        configs = {"Huike": ROOT / "config.yml", "stock": stock_config(folder)}
        bar = progress.add_task("", total=len(todo))
        for work in todo:
            config = configs[work.pipeline]

            def tell(what: str, called: str = work.name) -> None:
                progress.update(bar, description=f"{called}: {what}")
                if not console.is_terminal:
                    console.print(f"  {called}: {what}")

            tell("begun")
            measured = kept.find(work, config)
            if measured is None:
                measured = Measured(run(work, config, folder, vectors, tell))
                kept.put(work, config, measured.rows)
            for line in findings.add(work, measured):
                console.print(" | ".join(line), soft_wrap=True, highlight=False)
            if write:
                put_between(DOCUMENT, BEGIN, END, report(findings.rows, findings.notes))
            progress.advance(bar)
    table = Table(*HEADINGS)
    for line in findings.rows:
        table.add_row(*line)
    console.print(table)
    for note in findings.notes:
        console.print(f"  {note}")


if __name__ == "__main__":
    typer.run(main)
