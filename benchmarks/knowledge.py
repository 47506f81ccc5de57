"""How well questions find their article, and how well what no article answers is refused.

Run in the app's environment: `python -m benchmarks.knowledge [--misses]`. The demo shop's articles are searched with
the questions of `data/knowledge_questions.csv`: paraphrases in three scripts, written before their author had read the
articles, and questions and small talk that no article answers. Every second row is held out: nothing is tuned on it.
All are asked again of the same articles in Simplified Chinese alone, as a shop might have them.
The questions of `data/gap_questions.csv` have no answer; those on one subject should come together.

`data/knowledge_strangers.csv` was written from titles and bodies alone, before there were answers, and nothing is tuned
on it: 40 questions a script with the article and, where apt, what the answer has to say (yes, no, a number), and 15 a
script that no article answers. Who wrote it wrote the answers afterwards, so it is no proof against one hand's habits.
`data/knowledge_strangers_2.csv` is another hand's, who wrote no answer: 50 and 20 a script. Every second row is held
out, its misses are never printed.
`data/knowledge_strangers_3.csv` was written before its author read any way to ask, by whom more ways to ask were added
afterwards: 40 questions a script and 40 that no article answers. Nothing is fitted to it; its misses are never printed.
`data/knowledge_strangers_5.csv`: 155 questions of what every shop is asked (ordering, lockers, care, bulk), written by
the hand that then wrote the articles on it, before them; every second row was kept apart, its misses not looked at.
`data/knowledge_strangers_4.csv`: 61 questions of the kinds that two strangers had asked in vain, written before the
words of `actions/kit/words/plainly.yml` by their author, who then looked at what they found. `desk`: no article answers
it, the desk does.
`data/knowledge_strangers_cantonese.csv`: 36 questions in Cantonese, written before `cantonese/` by its author, who saw
a few of its second rows as well while it was made.
"""

import asyncio
import csv
import logging
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import structlog
import typer
from rasa_sdk import Tracker
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.base import use_database
from actions.kit.policy_facts import facts, filled
from actions.knowledge.found import OFFERED_AT_ONCE, Found, look_up
from actions.knowledge.gaps import SAME, alike
from actions.knowledge.index import OFFERED, THRESHOLD, KnowledgeIndex, use_index
from actions.knowledge.ranking import Hit
from bot.demo.seed import write_articles
from bot.sentences import encode
from crm_store import knowledge, migrate
from crm_store.db import Database
from crm_store.language import Language
from crm_store.wording import read_folder

DATA = Path(__file__).parent / "data"
_SETS = ("", "_2", "_3", "_4", "_5", "_cantonese")
STRANGERS = tuple(DATA / f"knowledge_strangers{each}.csv" for each in _SETS)
TUNED_ON = STRANGERS[1]
KEPT_APART = STRANGERS[4]
RESPONSES = Path(__file__).parents[1] / "nlu_data" / "responses"
DESK = "desk"
_NEGATIVE = re.compile(r"^[^，。,.:：；]{0,8}?(?:不|没|沒|无|無|抱歉|过保|過保)|^(?:no|not|none|only)\b", re.IGNORECASE)
QUESTIONS, SUBJECTS = DATA / "knowledge_questions.csv", DATA / "gap_questions.csv"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
ALL_ARTICLES = 1000


@dataclass(frozen=True)
class Asked:
    """A question, the slug of the article that answers it (or nothing), and what was found, best first."""

    question: str
    language: str
    slug: str
    held_out: bool
    hits: Sequence[Hit]

    @property
    def score(self) -> float:
        return self.hits[0].score

    @property
    def shown(self) -> bool:
        return self.score >= THRESHOLD

    def among(self, first: int) -> bool:
        return self.slug in [hit.slug for hit in self.hits[:first]]


async def ask_all(index: KnowledgeIndex) -> tuple[list[Asked], float]:
    """Every question asked, and the seconds that one took."""
    with QUESTIONS.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    asked, started = [], time.perf_counter()
    for row in track(rows, "questions"):
        hits = await index.nearest(row["question"], row["language"], ALL_ARTICLES)
        asked.append(Asked(row["question"], row["language"], row["slug"], row["held_out"] == "1", hits))
    return asked, (time.perf_counter() - started) / len(rows)


async def keep_only(session: AsyncSession, language: Language) -> None:
    """The articles as a shop has them that writes in one language."""
    for article in await knowledge.listing(session):
        await knowledge.upsert(
            session,
            slug=article.slug,
            titles={language: article.title(language)},
            bodies={language: article.body(language)},
            keywords={language: article.keywords(language)},
        )


@dataclass(frozen=True)
class Met:
    """A stranger's question: its article (or none), what the answer has to say, and what was found and told."""

    question: str
    language: str
    slug: str
    says: str
    found: Found
    told: str

    @property
    def right(self) -> bool:
        """Answered at once, from the right article, saying what it has to."""
        return self.found.answers and (self.found.slug or DESK) == self.slug and says(self.told, self.says)

    @property
    def offered(self) -> bool:
        """Answered rightly, or what answers is among the buttons: the article, or the answer beside the one told."""
        if self.found.answers and self.found.slug == self.slug and self.found.best:
            return self.right or any(
                says(filled(each.told, Language.of(self.language)), self.says) for each in self.found.best.beside
            )
        near = [hit.slug for hit in self.found.hits if hit.score >= OFFERED][:OFFERED_AT_ONCE]
        return self.right or (not self.found.answers and self.slug in near)


def says(told: str, wanted: str) -> bool:
    """Whether an answer says yes, no, or the words wanted; one of several that | parts is enough."""
    if "|" in wanted:
        return any(says(told, each) for each in wanted.split("|"))
    if wanted in ("yes", "no"):
        return bool(_NEGATIVE.search(told)) == (wanted == "no")
    return wanted in told


async def meet_strangers(file: Path) -> list[Met]:
    """Every stranger's question looked up as the actions do it."""
    responses = read_folder(RESPONSES)
    met = []
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    for row in track(rows, file.stem):
        language = Language.of(row["language"])
        message = {"text": row["question"], "language": language}
        found = await look_up(Tracker("stranger", {}, message, [], False, None, {}, "action_listen"))
        if found.reckoned is not None:
            told = responses[found.reckoned.response].filled(language, {**facts(language), **found.reckoned.values})
        else:
            told = filled(found.best.told, language) if found.best else ""
        met.append(Met(row["question"], row["language"], row["slug"], row["says"], found, told))
    return met


def strangers_table(met: Sequence[Met], title: str) -> Table:
    """Per script: answered rightly at once, with the offer; and what is done with what no article answers."""
    table = Table(
        "", "answerable", "right at once", "with the offer", "unanswerable", "refused", "offered", "answered wrongly",
        title=title,
    )  # fmt: skip
    for language in (*LANGUAGES, "all"):
        rows = [each for each in met if language in (each.language, "all")]
        known, unknown = [each for each in rows if each.slug], [each for each in rows if not each.slug]
        offers = [not each.found.answers and bool(each.found.offered()) for each in unknown]
        wrongly = [each.found.answers and not each.found.unwritten for each in unknown]
        refused = [not wrong and not offer for wrong, offer in zip(wrongly, offers, strict=True)]
        shares = [[each.right for each in known], [each.offered for each in known]]
        cells = [f"{np.mean(share):.1%}" for share in (*shares, refused, offers, wrongly)]
        table.add_row(language, str(len(known)), *cells[:2], str(len(unknown)), *cells[2:])
    return table


def strangers_misses(met: Sequence[Met]) -> Table:
    """What went wrong in every other row, from the first."""
    table = Table("question", "should be", "should say", "was", "score", "told")
    for each in met[::2]:
        refused = not each.found.answers and not each.found.offered()
        if not (each.right if each.slug else refused):
            was = "reckoned" if each.found.reckoned else "told" if each.found.answers else "offered or refused"
            nearest = f"{each.found.slug} {each.found.score:.2f}"
            table.add_row(each.question, each.slug, each.says, was, nearest, each.told)
    return table


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The chance that one of `higher` lies above one of `lower`."""
    above, below = np.array(higher)[:, None], np.array(lower)[None, :]
    return float(((above > below) + 0.5 * (above == below)).mean())


def row_of(name: str, asked: Sequence[Asked]) -> list[str]:
    known = [each for each in asked if each.slug]
    unknown = [each for each in asked if not each.slug]
    shares = [
        [each.among(1) for each in known],
        [each.among(3) for each in known],
        [each.shown for each in known],
        [each.shown and each.among(1) for each in known],
        [not each.shown for each in unknown],
    ]
    separation = auroc([each.score for each in known], [each.score for each in unknown])
    counts = [str(len(known)), str(len(unknown))]
    return [name, *counts, *(f"{np.mean(share):.1%}" for share in shares), f"{separation:.3f}"]


def table_of(asked: Sequence[Asked], articles: str) -> Table:
    """One line per half and per script."""
    table = Table(
        "", "with an article", "without", "top 1", "top 3", "answered", "answered right", "refused", "AUROC",
        title=f"Knowledge: articles in {articles}, threshold {THRESHOLD}",
    )  # fmt: skip
    for half, held_out in (("tuning half", False), ("held out", True)):
        rows = [each for each in asked if each.held_out is held_out]
        table.add_row(*row_of(half, rows), style="bold")
        for language in LANGUAGES:
            table.add_row(*row_of(f"  {language}", [each for each in rows if each.language == language]))
    table.add_row(*row_of("all", asked), style="bold")
    return table


async def groups_table(index: KnowledgeIndex) -> Table:
    """How well questions without an answer fall into groups by their subject."""
    with SUBJECTS.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    table = Table("", "questions", "subjects", "groups", "pairs right", "pairs found", title=f"Gaps, alike from {SAME}")
    for half, wanted in (("tuning half", "0"), ("held out", "1")):
        chosen = [row for row in rows if row["held_out"] == wanted]
        vectors = await index.vectors([row["question"] for row in chosen])
        groups = alike(vectors)
        group_of = {at: number for number, group in enumerate(groups) for at in group}
        pairs = [(a, b) for a in range(len(chosen)) for b in range(a)]
        same = {pair for pair in pairs if chosen[pair[0]]["subject"] == chosen[pair[1]]["subject"]}
        joined = {pair for pair in pairs if group_of[pair[0]] == group_of[pair[1]]}
        both = len(same & joined)
        subjects = len({row["subject"] for row in chosen})
        counts = [str(number) for number in (len(chosen), subjects, len(groups))]
        table.add_row(half, *counts, f"{both / max(1, len(joined)):.1%}", f"{both / len(same):.1%}")
    return table


def misses_of(asked: Sequence[Asked]) -> Table:
    """What went wrong in the tuning half; the other half stays unseen."""
    table = Table("question", "should be", "nearest", "score")
    for each in asked:
        right = each.shown and each.among(1) if each.slug else not each.shown
        if not right and not each.held_out:
            table.add_row(each.question, each.slug, each.hits[0].slug, f"{each.score:.2f}")
    return table


async def measure(misses: bool, vectors: Path | None) -> None:
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/shop.sqlite")
        await migrate.upgrade(database)
        async with database.transaction() as session:
            await write_articles(session)
        index = KnowledgeIndex(database, using=encode, folder=vectors or Path(folder))
        use_database(database)
        use_index(index)
        with console.status("encoding the articles"):
            started = time.perf_counter()
            articles = await index.warm()
            warm_s = time.perf_counter() - started
        asked, question_s = await ask_all(index)
        console.print(table_of(asked, "three scripts"))
        console.print(f"{articles} articles encoded in {warm_s:.0f} s; {question_s * 1000:.1f} ms a question")
        for file in STRANGERS:
            met = await meet_strangers(file)
            console.print(strangers_table(met, f"Strangers' questions, {file.stem}"))
            if file == KEPT_APART:
                console.print(strangers_table(met[1::2], f"The half kept apart, {file.stem}"))
            if misses and file == TUNED_ON:
                console.print(strangers_misses(met))
        async with database.transaction() as session:
            await keep_only(session, Language.ZH_HANS)
        console.print(table_of((await ask_all(index))[0], "Simplified Chinese only"))
        if misses:
            console.print(misses_of(asked))
        console.print(await groups_table(index))
        await database.close()


def main(
    misses: Annotated[bool, typer.Option(help="Print what went wrong in the tuning half.")] = False,
    vectors: Annotated[Path | None, typer.Option(help="A folder to keep the articles' vectors in.")] = None,
) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(measure(misses, vectors))


if __name__ == "__main__":
    typer.run(main)
