"""Looks at the training data: repeated and contradicting examples, confused intents, thin scripts, forgotten entities.

Run in Rasa's interpreter:  python -m bot.nlu.doctor.nlu [--data FOLDER] [--config FILE] [--quick] [--json FILE]
Status 1 when the same words stand under two intents, 2 when the data cannot be read.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.nlu.doctor import checks
from bot.nlu.doctor.checks import Confusion, Doubt, Guess, Pair, Plain, Thin
from bot.nlu.doctor.examples import Labelled, read_folder
from bot.nlu.encoder.engines import UnknownEncoder
from bot.nlu.intent.crossval import Example, cross_validate, encoders_of, vectors
from bot.nlu.intent.model import Blocks, Centring

FOLDS, _SEED = 5, 1
_EXAMPLES_OF_A_CONFUSION = 3
#: columns of intents' names, which are not to be broken
_NAMES = frozenset({"Intent", "Labelled", "Understood"})

Line = tuple[str, ...]
#: title, headings and lines of a table
Section = tuple[str, Line, list[Line]]


@dataclass(frozen=True)
class Findings:
    """`contradictions`: the same words under two intents. A quick look is not cross-validated and has neither doubts
    nor confusions."""

    examples: int
    intents: int
    cross_validated: bool
    contradictions: list[Pair]
    alike_across: list[Pair]
    doubts: list[Doubt]
    confusions: list[Confusion]
    repeated: list[Pair]
    thin: list[Thin]
    unannotated: list[Plain]


def examine(examples: Sequence[Labelled], encoders: dict[str, str], progress: Progress, *, quick: bool) -> Findings:
    """Run every check; `encoders`: alias and name, as config.yml has them. Raises `UnknownEncoder`."""
    repeated, contradictions = checks.same_words(examples)
    # Everything below looks at each text once.
    firsts = list({(example.text, example.intent): example for example in examples}.values())
    asked = [Example(e.text, e.normalized, e.intent, e.language) for e in firsts]
    task = progress.add_task("Sentence vectors", total=None)
    blocks = vectors(asked, encoders)
    progress.update(task, total=1, completed=1)
    normalized = [example.normalized for example in firsts]
    rows = Centring.fit(normalized, blocks).transform(normalized, blocks)
    within, across = checks.alike(firsts, rows)
    guesses = [] if quick else _guesses(firsts, asked, blocks, progress)
    return Findings(
        examples=len(examples),
        intents=len({example.intent for example in examples}),
        cross_validated=not quick,
        contradictions=contradictions,
        alike_across=across,
        doubts=checks.doubts(firsts, rows, guesses),
        confusions=checks.confusions(guesses),
        repeated=[*repeated, *within],
        thin=checks.thin(examples),
        unannotated=checks.unannotated(examples),
    )


def _guesses(firsts: Sequence[Labelled], asked: Sequence[Example], blocks: Blocks, progress: Progress) -> list[Guess]:
    task = progress.add_task("Cross-validation", total=FOLDS)
    answers = cross_validate(asked, blocks, FOLDS, _SEED, lambda done: progress.update(task, completed=done))
    by_text = {(example.text, example.intent): example for example in firsts}
    return [Guess(by_text[a.example.text, a.example.intent], *a.guesses[0]) for a in answers]


def report(findings: Findings, console: Console, rows: int) -> None:
    """Print one table a check, of at most `rows` lines; checks that found nothing are named at the end."""
    sections = _sections(findings)
    for title, headings, lines in sections:
        if lines:
            console.print(_table(f"{title}: {len(lines)}", headings, lines[:rows]))
        if len(lines) > rows:
            console.print(f"… and {len(lines) - rows} more; --rows or --json shows them\n", style="dim")
    for title, _, lines in sections:
        if not lines:
            console.print(f"[green]✓[/green] {title}: none")


def _sections(findings: Findings) -> list[Section]:
    across = ("Cosine", "Intent", "Example", "Intent", "Example")
    sections: list[Section] = [
        ("Contradictions: the same words under two intents", across, list(map(_across, findings.contradictions))),
        ("Alike, under two intents: is one of them wrong?", across, list(map(_across, findings.alike_across))),
        (
            "Repeated within an intent: examples that teach little new",
            ("Cosine", "Intent", "Example", "Example"),
            list(map(_within, findings.repeated)),
        ),
        (
            "Thin scripts (what fits both Chinese scripts counts as Simplified)",
            ("Intent", "Script", "Examples", "Needed"),
            [(thin.intent, thin.language, str(thin.found), str(thin.needed)) for thin in findings.thin],
        ),
        (
            "Annotated elsewhere, left plain here",
            ("Value", "Entity", "Annotated", "Plain", "Usual", "Example"),
            list(map(_plain, findings.unannotated)),
        ),
    ]
    if findings.cross_validated:
        sections[2:2] = [
            (
                "Labels that model and neighbours contradict",
                ("", "Labelled", "Understood", "Example", "Neighbour"),
                list(map(_doubt, findings.doubts)),
            ),
            (
                "Intents that are taken for each other",
                ("Share", "Intents", "›", "‹", "Examples"),
                list(map(_confusion, findings.confusions)),
            ),
        ]
    return sections


def _table(title: str, headings: Line, lines: Sequence[Line]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading in _NAMES)
    for line in lines:
        table.add_row(*map(escape, line))
    return table


def _shown(example: Labelled) -> str:
    return f"{example.text} ({example.where})"


def _across(pair: Pair) -> Line:
    first, second = pair.first, pair.second
    return f"{pair.likeness:.2f}", first.intent, _shown(first), second.intent, _shown(second)


def _within(pair: Pair) -> Line:
    return f"{pair.likeness:.2f}", pair.first.intent, _shown(pair.first), _shown(pair.second)


def _doubt(doubt: Doubt) -> Line:
    guess = doubt.guess
    return (
        f"{guess.probability:.2f}",
        guess.example.intent,
        guess.intent,
        _shown(guess.example),
        _shown(doubt.neighbour),
    )


def _confusion(confusion: Confusion) -> Line:
    examples = "\n".join(_shown(example) for example in confusion.examples[:_EXAMPLES_OF_A_CONFUSION])
    pair = f"{confusion.first}\n{confusion.second}"
    return f"{confusion.share:.1%}", pair, str(confusion.first_as_second), str(confusion.second_as_first), examples


def _plain(plain: Plain) -> Line:
    counts = str(plain.annotated), str(plain.plain)
    return plain.value, plain.entity, *counts, "yes" if plain.usual else "", _shown(plain.example)


def as_json(value: Any) -> Any:
    """Findings as plain lists and objects; an example keeps its text, intent, language and place."""
    if isinstance(value, Labelled):
        return {"text": value.text, "intent": value.intent, "language": value.language, "where": value.where}
    if dataclasses.is_dataclass(value):
        return {field.name: as_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    return value


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("nlu_data/nlu"))
    parser.add_argument("--config", default="config.yml")
    parser.add_argument("--quick", action="store_true", help="leave the cross-validation out")
    parser.add_argument("--rows", type=int, default=20, help="lines of each table")
    parser.add_argument("--json", type=Path, help="write everything found to this file")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    console = Console(highlight=False)
    columns = (SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"), BarColumn(bar_width=24))
    try:
        examples = read_folder(options.data)
        if not examples:
            console.print(f"[red]✗[/red] {options.data} holds no examples")
            return 2
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            findings = examine(examples, encoders_of(options.config), progress, quick=options.quick)
        if options.json:
            text = json.dumps(as_json(findings), ensure_ascii=False, indent=1)
            options.json.write_text(text + "\n", encoding="utf-8")
    except (OSError, UnknownEncoder, yaml.YAMLError) as error:
        console.print(f"[red]✗[/red] {escape(str(error))}", soft_wrap=True)
        return 2
    console.print(f"{findings.examples} examples, {findings.intents} intents\n")
    report(findings, console, options.rows)
    return 1 if findings.contradictions else 0


if __name__ == "__main__":
    sys.exit(main())
