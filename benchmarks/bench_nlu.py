"""How well the project's own pipeline understands public data and our own, beside Rasa's default pipeline.

`make bench-nlu DATA=FOLDER`: the components of config.yml, only the data exchanged, on BANKING77 (all of it, and ten
examples for each intent), on CLINC150 (in scope and out of scope) and on our own intents by five folds. Rasa's default
pipeline (DIET) learns the same ten examples. Training in full needs about a quarter of an hour on two quiet cores.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks.bench_turns import DOCUMENT, RASA_DEFAULTS, ROOT, put_between
from benchmarks.nlu_tasks import DataMissing, Result, Task, banking77, banking77_few, clinc150
from bot.training import RASA_PYTHON, rasa_environment

BEGIN, END = "<!-- understanding: begin -->", "<!-- understanding: end -->"
HEADINGS = ("set", "pipeline", "accuracy", "macro-F1", "calibration error", "training", "a sentence", "memory", "model")

console = Console()


def stock_config(folder: Path) -> Path:
    """Rasa's default pipeline, for English."""
    site = next((ROOT / ".venv-rasa" / "lib").glob("python3*/site-packages"))
    defaults = yaml.safe_load((site / RASA_DEFAULTS).read_text(encoding="utf-8"))
    config = {"recipe": "default.v1", "assistant_id": "stock", "language": "en", "pipeline": defaults["pipeline"]}
    path = folder / "stock.yml"
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return path


def run(task: Task, config: Path, folder: Path, vectors: Path | None) -> Result:
    """Train and ask in a process of its own. Raises `typer.Exit` with its last words when that fails."""
    given, answered = folder / "task.json", folder / "figures.json"
    given.write_text(json.dumps({**asdict(task), "config": str(config)}), encoding="utf-8")
    kept = vectors or Path(tempfile.mkdtemp(dir=folder))
    environment = rasa_environment(HUIKE_DATA_DIR=str(kept), RASA_CACHE_DIRECTORY=str(folder / "cache"))
    command = [str(RASA_PYTHON), "-m", "benchmarks.nlu_run", str(given), str(answered)]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        console.print(f"[red]{task.name} failed[/red]\n{ended.stderr[-3000:]}")
        raise typer.Exit(1)
    return Result(**json.loads(answered.read_text(encoding="utf-8")))


def row(task: str, pipeline: str, result: Result) -> tuple[str, ...]:
    return (
        task,
        pipeline,
        f"{result.accuracy:.1%}",
        f"{result.macro_f1:.1%}",
        f"{result.calibration_error:.3f}",
        f"{result.train_s:.0f} s",
        f"{result.parse_ms:.0f} ms",
        f"{result.peak_bytes / 2**20:.0f} MB",
        f"{result.model_bytes / 2**20:.1f} MB",
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
    ]


def report(rows: Sequence[tuple[str, ...]], notes: Sequence[str]) -> str:
    """The section of the document, as Markdown."""
    lines = [*(f"- {note}" for note in notes), "", f"| {' | '.join(HEADINGS)} |", "|---|---" + "|---:" * 7 + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(cells)} |" for cells in rows)])


def main(
    data: Annotated[Path, typer.Option(help="folder that holds nlu/banking77_*.csv and nlu/clinc150.json")],
    vectors: Annotated[Path | None, typer.Option(help="keep sentence vectors in this folder between runs")] = None,
    stock: Annotated[bool, typer.Option(help="train Rasa's default pipeline, too")] = True,
    write: Annotated[bool, typer.Option(help="write the section of docs/benchmarks.md")] = False,
) -> None:
    """Measure and print the table."""
    try:
        tasks = [("Huike", task) for task in (banking77(data), banking77_few(data), clinc150(data))]
        if stock:
            tasks.append(("stock", banking77_few(data, seeds=1)))
    except DataMissing as missing:
        console.print(f"[red]{missing}[/red]")
        raise typer.Exit(2) from missing
    notes, rows = facts(vectors), []
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with tempfile.TemporaryDirectory() as name, Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        folder = Path(name)
        configs = {"Huike": ROOT / "config.yml", "stock": stock_config(folder)}
        bar = progress.add_task("", total=len(tasks))
        for pipeline, task in tasks:
            progress.update(bar, description=f"{task.name}, {pipeline}")
            result = run(task, configs[pipeline], folder, vectors)
            rows.append(row(task.name, pipeline, result))
            if result.auroc is not None:
                notes.append(out_of_scope_line(result))
            progress.advance(bar)
    table = Table(*HEADINGS)
    for cells in rows:
        table.add_row(*cells)
    console.print(table)
    for note in notes:
        console.print(f"  {note}")
    if write:
        put_between(DOCUMENT, BEGIN, END, report(rows, notes))
    console.print("  our own intents: `.venv-rasa/bin/python -m benchmarks.nlu_crossval`")


if __name__ == "__main__":
    typer.run(main)
