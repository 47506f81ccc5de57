"""How near each published article, and each of its answers, is to a question; pure, over what is encoded.

An answer is near by its ways to ask it and by its text, as vectors (what it is about) and in its letters (which words),
and by how near its article is as a whole. What stands beside the answers, titles, ways to ask and the body's sentences,
ranks among them, so that a short article without answers is found as well.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import exp

import numpy as np
from numpy.typing import NDArray

from actions.knowledge.compared import Compared, Phrases
from actions.knowledge.contrasts import sides_of, taken_off
from actions.knowledge.vectors import Vectors, is_latin, plain
from actions.knowledge.wordings import Wordings
from crm_store.knowledge import Answer, CurrentArticle
from crm_store.language import Language

WEIGHT_UNANSWERED, LEAST_UNANSWERED = 0.8, 0.25
"""How much it counts against every article that the question is near to what no article answers; nothing is less near
to that than the second."""
IS_ANSWERED, ASKS_THE_SAME = 0.76, 0.45
"""An unanswered sentence so near to a phrase of some article is answered by this shop after all; and so are those that
ask the same as that sentence in other words or another language."""
EVEN_CHANCE, SLOPE = 0.225, 20.0
"""Closeness becomes a score: at `EVEN_CHANCE` the best article is as often right as wrong. These and the weights above
were chosen on the tuning halves of `python -m benchmarks.knowledge`."""
SURE, SURELY_NEAR = 0.8, 0.62
"""From this score on, and with an answer so near, an article is told where something else would be answered else."""
ANSWER_TOLD = 0.4
"""From this nearness on one of an article's answers is told; below, what its body says."""
ANSWERS_BESIDE, RANK_BESIDE = 2, 0.15
"""So many other answers of the article that rank so little lower may be meant as well."""
SENTENCE_BESIDE = 0.06
"""A second sentence of the body that is so little less near is told as well."""
OTHER_LANGUAGE = 0.25
"""So much less near are a question and the article that answers it when one is Chinese and the other English."""

_SENTENCE_END = re.compile(r"(?<=[。！？；!?;])\s*|(?<=[a-z0-9%]\.)\s+|\n+")
_SHORTEST_SENTENCE = 4
_YES_OR_NO = re.compile(
    r"^(?:(?:yes|no)\s*[,:;.]\s*|(?:可以|能|会|會|有|是的|不能|不会|不會|没有|沒有)[，,：:。]\s*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Beside:
    """Another answer of the article that may be meant: its place, how customers ask it, what it says."""

    answer: int
    asked: str
    told: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that answers a question. `score` in 0..1 is about the chance that it does; texts are in `language`,
    the asker's where the article has it.

    `told`: one or two sentences, an answer's or, where none fits, the body's. `answer`: the place of that answer among
    the article's, None for sentences of the body; `nearness`: of that answer to the question, -1..1.
    """

    slug: str
    title: str
    body: str
    language: Language
    score: float
    told: str = ""
    answer: int | None = None
    nearness: float = 0.0
    asked: str = ""
    """How customers ask the answer, for a button; the title where it is the body that is told."""
    beside: tuple[Beside, ...] = ()

    @property
    def surely(self) -> bool:
        """Whether it may be told where something else would be answered otherwise."""
        return self.score >= SURE and self.answer is not None and self.nearness >= SURELY_NEAR


@dataclass(frozen=True)
class Snapshot:
    """What is searched: the articles as they were at `changed_at` and their phrases. `groups` are, for each article,
    the places of the phrases of each of its answers and, last, of what stands beside them; `letters` and `vectors` know
    the phrases of all. `encoded`: the articles, by their places, whose vectors are known; it fills as they are made.
    `about`: which of two contrary conditions each answer is about (`contrasts.py`), in the order of the groups.
    `unanswered`: what hardly any shop writes about, `answered`: how near each is to an article all the same."""

    changed_at: datetime | None
    articles: list[CurrentArticle]
    phrases: list[list[str]]
    letters: Wordings
    vectors: Phrases
    words: list[frozenset[str]]
    weights: dict[str, float]
    about: list[frozenset[str]]
    unanswered: Vectors
    answered: Vectors
    encoded: dict[int, None] = field(default_factory=dict)
    in_vain: dict[int, NDArray[np.bool_]] = field(default_factory=dict)
    """Which of `unanswered` no article answers, by how many articles were encoded."""


def groups_of(article: CurrentArticle, phrases: Sequence[str]) -> list[list[int]]:
    """The places of the phrases of each answer, each text once, and last of those of no answer."""
    place_of = {phrase: place for place, phrase in enumerate(phrases)}
    groups, taken = [], set[int]()
    for answer in article.answers:
        once = {plain(phrase): place_of[phrase] for phrase in reversed(asked_by(answer))}
        groups.append(sorted(once.values()))
        taken |= {place_of[phrase] for phrase in asked_by(answer)}
    return [*groups, [place for place in range(len(phrases)) if place not in taken]]


def about_of(article: CurrentArticle, groups: Sequence[Sequence[int]]) -> list[frozenset[str]]:
    """What each of the article's groups that has phrases is about; nothing, what stands beside the answers."""
    answers = [sides_of([way for ways in answer.ask.values() for way in ways]) for answer in article.answers]
    return [sides for sides, group in zip([*answers, frozenset[str]()], groups, strict=True) if group]


def compare(snapshot: Snapshot, row: Vectors, question: str) -> Compared:
    """The question beside the phrases of all articles."""
    lost = taken_off(question, snapshot.about)
    return snapshot.vectors.compare(row, snapshot.letters.likeness(question), lost)


def scores(snapshot: Snapshot, row: Vectors, question: str, compared: Compared | None = None) -> dict[int, float]:
    """How well each article that is encoded answers the question, by its place. `compared`: where it was already."""
    compared = compared or compare(snapshot, row, question)
    latin = is_latin(question)
    unanswered = _nearest_unanswered(snapshot, row)
    found = {}
    for at in snapshot.encoded:
        closeness = compared.best(at) + (0.0 if _speaks(snapshot.articles[at], latin) else OTHER_LANGUAGE)
        closeness -= WEIGHT_UNANSWERED * unanswered
        found[at] = 1 / (1 + exp(-SLOPE * (closeness - EVEN_CHANCE)))
    return found


def hit(snapshot: Snapshot, at: int, score: float, compared: Compared, wanted: Language) -> Hit:
    """What an article says to the question: of its answers the first in rank, else what its body says."""
    article = snapshot.articles[at]
    answers = [each for each in compared.ranked(at) if each.place is not None]
    best = answers[0] if answers else None
    place = best.place if best is not None and best.nearness >= ANSWER_TOLD else None
    if place is None:
        near = zip(snapshot.phrases[at], compared.likeness(at), strict=True)
        likeness = {plain(phrase): float(each) for phrase, each in near}
        asked, told = article.title(wanted), _sentences_near(article.body(wanted), likeness)
    else:
        asked, told = article.answers[place].asked(wanted), article.answers[place].told(wanted)
    beside = [
        Beside(each.place, article.answers[each.place].asked(wanted), article.answers[each.place].told(wanted))
        for each in answers[: ANSWERS_BESIDE + 1]
        if each.place is not None and each.place != place and each.rank >= answers[0].rank - RANK_BESIDE
    ]
    return Hit(
        article.slug,
        article.title(wanted),
        article.body(wanted),
        article.language(wanted),
        round(score, 4),
        told=told,
        answer=place,
        nearness=round(best.nearness, 4) if best is not None else -1.0,
        asked=asked,
        beside=tuple(beside[:ANSWERS_BESIDE]),
    )


def phrases_of(article: CurrentArticle) -> list[str]:
    """What an article is known by, each once."""
    version = article.version
    phrases = [*version.titles.values(), *(way for ways in version.keywords.values() for way in ways)]
    for body in version.bodies.values():
        phrases += sentences(body)
    for answer in article.answers:
        phrases += asked_by(answer)
    return list(dict.fromkeys(phrases))


def asked_by(answer: Answer) -> list[str]:
    """What an answer is known by: the ways to ask it, and what it says."""
    return [*(way for ways in answer.ask.values() for way in ways), *answer.say.values()]


def sentences(body: str) -> list[str]:
    """The sentences of a body, in their order."""
    return [part.strip() for part in _SENTENCE_END.split(body) if len(part.strip()) >= _SHORTEST_SENTENCE]


def without_yes(sentence: str) -> str:
    """A sentence of a body without the yes or no it begins with, which answers another question than the one asked."""
    rest = _YES_OR_NO.sub("", sentence)
    return rest[:1].upper() + rest[1:]


def _nearest_unanswered(snapshot: Snapshot, row: Vectors) -> float:
    """How near the question is to what no article of this shop is about."""
    known = len(snapshot.encoded)
    if known not in snapshot.in_vain:
        snapshot.in_vain[known] = _asked_in_vain(snapshot)
    likeness = np.where(snapshot.in_vain[known], snapshot.unanswered @ row, -1.0)
    return float(likeness.max(initial=LEAST_UNANSWERED))


def _asked_in_vain(snapshot: Snapshot) -> NDArray[np.bool_]:
    """Which unanswered sentences no article of this shop answers after all."""
    answered = snapshot.answered >= IS_ANSWERED
    if not answered.any():
        return ~answered
    return ~(answered | ((snapshot.unanswered @ snapshot.unanswered[answered].T).max(axis=1) >= ASKS_THE_SAME))


def _sentences_near(body: str, likeness: Mapping[str, float]) -> str:
    """The sentence of a body nearest to the question, with a second one that is hardly less near; in their order."""
    known = sentences(body)
    if not known:
        return body
    ranked = sorted(range(len(known)), key=lambda at: -likeness[plain(known[at])])[:2]
    least = likeness[plain(known[ranked[0]])] - SENTENCE_BESIDE
    chosen = [known[at] for at in sorted(ranked) if likeness[plain(known[at])] >= least]
    gap = "" if not known[0].isascii() and re.search("[㐀-鿿]", known[0]) else " "
    return gap.join([without_yes(chosen[0]), *chosen[1:]])


def _speaks(article: CurrentArticle, latin: bool) -> bool:
    """Whether an article is written in English (`latin`), or in Chinese."""
    return any((tongue == Language.EN) == latin for tongue in article.version.titles)
