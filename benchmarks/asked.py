"""How many questions of policy are answered by the whole bot, whatever they are heard as.

`benchmarks.knowledge` asks the articles; here the questions of `data/knowledge_strangers*.csv` are written to the bot,
each in a conversation of its own, by a visitor or a member: heard by Rasa, read by `bot.hearing`, answered by whichever
action it comes to. Run in the app's environment: `python -m benchmarks.asked [--file 3] [--part 0] [--member]`.

Right: what is told says what it has to. Offered: a button leads to the article or one of its answers. Refused, for what
no article answers: nothing of an article is told or offered.
"""

import asyncio
import csv
import logging
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import structlog
import typer
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.knowledge import LANGUAGES, says
from crm_store import crypto
from tests.conversations.stage import SECRET, Stage, stage
from tests.conversations.talk_files import Held, Talk
from tests.stack import trained_model

DATA = Path(__file__).parent / "data"
ARTICLES = Path(__file__).parents[1] / "bot" / "demo" / "articles"
MEMBER = "HK100003"
"""Who asks, where a member does."""
_BUTTON = re.compile("«([^»]*)»")


@dataclass(frozen=True)
class Answered:
    """A question, what it should come to, and what the bot said: words and titles of buttons."""

    row: Mapping[str, str]
    told: str
    buttons: Sequence[str]
    ways: Mapping[str, str]
    """What a button may read, and the slug it leads to."""

    @property
    def right(self) -> bool:
        return says(self.told, self.row["says"])

    @property
    def leads_to(self) -> set[str]:
        return {self.ways[title] for title in self.buttons if title in self.ways}

    @property
    def offered(self) -> bool:
        return self.right or self.row["slug"] in self.leads_to


def ways_of_articles(language: str) -> dict[str, str]:
    """The title of each article and of the button for each of its answers, with its slug."""
    found = {}
    for file in ARTICLES.glob("*.yml"):
        article = yaml.safe_load(file.read_text(encoding="utf-8"))
        titles = [article["titles"][language], *(each["ask"][language][0] for each in article["answers"])]
        found |= dict.fromkeys(titles, article["slug"])
    return found


def answered(row: Mapping[str, str], held: Held, ways: Mapping[str, str]) -> Answered:
    said = "\n".join(line.partition(": ")[2] for line in held.lines[1:])
    return Answered(row, _BUTTON.sub("", said).strip(), _BUTTON.findall(said), ways)


async def ask(place: Stage, rows: Sequence[Mapping[str, str]], who: str | None) -> list[Answered]:
    """Each question in a conversation of its own."""
    ways = {language: ways_of_articles(language) for language in LANGUAGES}
    found = []
    for row in track(rows, "questions"):
        talk = Talk(row["question"], row["language"], [{"say": row["question"]}], {}, who)
        found.append(answered(row, await place.hold(talk), ways[row["language"]]))
    return found


def table_of(found: Sequence[Answered], title: str) -> Table:
    """Per script: answered rightly, with the offer; and what no article answers refused."""
    table = Table("", "answerable", "right", "with the offer", "unanswerable", "refused", title=title)
    for language in (*LANGUAGES, "all"):
        rows = [each for each in found if language in (each.row["language"], "all")]
        known, unknown = [each for each in rows if each.row["slug"]], [each for each in rows if not each.row["slug"]]
        shares = (
            (sum(each.right for each in known), len(known)),
            (sum(each.offered for each in known), len(known)),
            (sum(not each.leads_to for each in unknown), len(unknown)),
        )
        right, offered, refused = (f"{part / max(1, whole):.1%}" for part, whole in shares)
        table.add_row(language, str(len(known)), right, offered, str(len(unknown)), refused)
    return table


def _rows(file: int, part: int | None) -> list[dict[str, str]]:
    name = "knowledge_strangers" + (f"_{file}" if file > 1 else "") + ".csv"
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    return rows if part is None else rows[part::2]


async def measure(rows: Sequence[Mapping[str, str]], who: str | None, *, misses: bool, title: str) -> None:
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        async with stage(await trained_model(), Path(folder)) as place:
            found = await ask(place, rows, who)
    if misses:
        for each in found:
            if not (each.right if each.row["slug"] else not each.leads_to):
                wanted = f"{each.row['slug']} {each.row['says']}"
                console.print(f"{each.row['question']} [{wanted}] {each.told!r} {list(each.buttons)}", markup=False)
    console.print(table_of(found, title))


def main(
    file: Annotated[int, typer.Option(help="Which strangers: 1, 2 or 3.")] = 3,
    part: Annotated[int | None, typer.Option(help="0: the tuning rows of it; 1: those held out; else all.")] = None,
    member: Annotated[bool, typer.Option(help="A member asks, not a visitor.")] = False,
    misses: Annotated[bool, typer.Option(help="Print what went wrong.")] = False,
) -> None:
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    crypto.use_secret(SECRET)
    title = f"Asked of the bot by a {'member' if member else 'visitor'}: strangers {file}"
    asyncio.run(measure(_rows(file, part), MEMBER if member else None, misses=misses, title=title))


if __name__ == "__main__":
    typer.run(main)
