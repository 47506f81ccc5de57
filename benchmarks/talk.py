"""How many whole conversations come to their right end: `make bench-talk`.

Holds the talks of tests/conversations/talks with the real Rasa on copies of the demo shop and prints the share at a
right end by script, the talks that went wrong and why. `--match TEXT` holds only talks whose file or name has it,
`--show` prints them as they went, `--write` puts the table into docs/benchmarks.md.
"""

import argparse
import asyncio
import logging
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import structlog
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.document import DOCUMENT, put_between
from crm_store import crypto
from tests.conversations.stage import SECRET, stage
from tests.conversations.talk_files import TALKS, End, Held, Talk, talks
from tests.stack import trained_model

console = Console()


async def held(chosen: Sequence[Talk]) -> list[Held]:
    """Hold the talks one after the other."""
    model = await trained_model()
    found: list[Held] = []
    with tempfile.TemporaryDirectory() as folder, Progress(console=console, transient=True) as progress:
        task = progress.add_task("the demo shop and Rasa start", total=len(chosen))
        async with stage(model, Path(folder)) as place:
            for talk in chosen:
                progress.update(task, description=talk.name[:40])
                found.append(await place.hold(talk))
                progress.advance(task)
    return found


def table(found: Sequence[Held]) -> list[tuple[str, int, int, int, int]]:
    """A row for each script and all: talks, at a right end, partly, wrong."""
    rows = []
    for lang in [*dict.fromkeys(each.talk.lang for each in found), "all"]:
        ends = Counter(each.end for each in found if lang in (each.talk.lang, "all"))
        rows.append((lang, ends.total(), ends[End.RIGHT], ends[End.PARTLY], ends[End.WRONG]))
    return rows


def document(found: Sequence[Held]) -> str:
    """The section of docs/benchmarks.md."""
    lines = ["| script | conversations | at a right end | partly | wrong |", "|---|---:|---:|---:|---:|"]
    for lang, total, right, partly, wrong in table(found):
        lines.append(f"| {lang} | {total} | {right} ({right / max(total, 1):.0%}) | {partly} | {wrong} |")
    harmful = sum(each.harmful for each in found)
    return "\n".join([*lines, "", f"Something done that was not wanted, or the other way round: {harmful}."])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=TALKS, help="where the talks are")
    parser.add_argument("--match", default="", help="only talks whose file or name has this")
    parser.add_argument("--show", action="store_true", help="print every talk as it went")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    crypto.use_secret(SECRET)
    chosen = [talk for talk in talks(options.folder) if options.match in f"{talk.file} {talk.name}"]
    found = asyncio.run(held(chosen))
    for each in found:
        if options.show or each.end is not End.RIGHT:
            _print(each)
    shown = Table("script", "talks", "right", "partly", "wrong")
    for row in table(found):
        shown.add_row(*map(str, row))
    console.print(shown)
    if options.write:
        put_between(DOCUMENT, "<!-- talks: begin -->", "<!-- talks: end -->", document(found))


def _print(each: Held) -> None:
    console.print(f"\n[bold]{each.end.value}[/bold] {each.talk.file}: {each.talk.name}", highlight=False)
    for line in each.lines:
        console.print(line, highlight=False, markup=False)
    for fault in [*each.faults, *each.end_faults]:
        console.print(f"  [red]✗[/red] {fault}", highlight=False)


if __name__ == "__main__":
    main()
