"""What can be wrong with training data, check by check. Free of Rasa's types."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlu.doctor.examples import Labelled
from bot.nlu.text.language import EN, LANGUAGES, ZH_HANS, ZH_HANT

#: examples an intent needs in every script
NEEDED = {ZH_HANS: 40, ZH_HANT: 20, EN: 30}
#: cosine of the classifier's own (centred) sentence vectors from which two examples say the same
ALIKE = 0.9
#: a label is doubted when a model that had not seen the example is this sure of another intent,
SURE = 0.8
#: and at least so many of the nearest examples carry that other one
NEIGHBOURS, AGREEING_NEIGHBOURS = 5, 4
#: two intents confuse each other from so many examples, and so large a share of both, on
CONFUSED_EXAMPLES, CONFUSED_SHARE = 3, 0.02
_SHORTEST_VALUE = 2
_ROWS_AT_ONCE = 512


@dataclass(frozen=True)
class Pair:
    """Two examples and the cosine of their vectors; 1.0 when only script, case or punctuation tells them apart."""

    likeness: float
    first: Labelled
    second: Labelled


@dataclass(frozen=True)
class Guess:
    """What a model that had not seen `example` took it for, and with which probability."""

    example: Labelled
    intent: str
    probability: float


@dataclass(frozen=True)
class Doubt:
    """A label that model and neighbours contradict; `neighbour`: the nearest example with the intent they say."""

    guess: Guess
    neighbours: int
    neighbour: Labelled


@dataclass(frozen=True)
class Confusion:
    """Examples of `first` taken for `second` and the other way round; `share`: of all examples of both."""

    first: str
    second: str
    first_as_second: int
    second_as_first: int
    share: float
    examples: tuple[Labelled, ...]


@dataclass(frozen=True)
class Thin:
    intent: str
    language: str
    found: int
    needed: int


@dataclass(frozen=True)
class Plain:
    """A value left plain in `example`, though `annotated` examples mark it as `entity`; `plain` leave it like this one.

    `usual`: other examples of the same intent hold that entity, so it is more likely forgotten than meant.
    """

    value: str
    entity: str
    annotated: int
    plain: int
    usual: bool
    example: Labelled


def same_words(examples: Sequence[Labelled]) -> tuple[list[Pair], list[Pair]]:
    """Examples of the same words: those under one intent (waste) and those under two (contradictions)."""
    by_words: dict[str, list[Labelled]] = defaultdict(list)
    for example in examples:
        by_words[example.words].append(example)
    waste, contradictions = [], []
    for group in by_words.values():
        firsts: dict[str, Labelled] = {}
        for example in group:
            if example.intent in firsts:
                waste.append(Pair(1.0, firsts[example.intent], example))
            firsts.setdefault(example.intent, example)
        first, *others = firsts.values()
        contradictions += [Pair(1.0, first, other) for other in others]
    return waste, contradictions


def alike(examples: Sequence[Labelled], rows: np.ndarray) -> tuple[list[Pair], list[Pair]]:
    """Examples of other words that say the same, under one intent and under two; most alike first.

    `rows`: the examples' vectors, of length 1.
    """
    within, across = [], []
    for i, j, likeness in _close_rows(rows):
        first, second = examples[i], examples[j]
        if first.words != second.words:
            (within if first.intent == second.intent else across).append(Pair(likeness, first, second))
    for pairs in (within, across):
        pairs.sort(key=lambda pair: -pair.likeness)
    return within, across


def _close_rows(rows: np.ndarray) -> Iterator[tuple[int, int, float]]:
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        cosines = rows[start : start + _ROWS_AT_ONCE] @ rows.T
        for i, j in zip(*np.nonzero(cosines >= ALIKE), strict=True):
            if start + i < j:
                yield start + int(i), int(j), float(cosines[i, j])


def doubts(examples: Sequence[Labelled], rows: np.ndarray, guesses: Sequence[Guess]) -> list[Doubt]:
    """Labels to look at again, the surest first. `rows`: the examples' vectors, of length 1."""
    place = {example: i for i, example in enumerate(examples)}
    found = []
    for guess in guesses:
        if guess.intent == guess.example.intent or guess.probability < SURE:
            continue
        cosines = rows @ rows[place[guess.example]]
        cosines[place[guess.example]] = -1.0
        nearest = [examples[i] for i in np.argsort(-cosines)[:NEIGHBOURS]]
        agreeing = [example for example in nearest if example.intent == guess.intent]
        if len(agreeing) >= AGREEING_NEIGHBOURS:
            found.append(Doubt(guess, len(agreeing), agreeing[0]))
    return sorted(found, key=lambda doubt: -doubt.guess.probability)


def confusions(guesses: Sequence[Guess]) -> list[Confusion]:
    """Pairs of intents taken for each other, the most confused first."""
    sizes = Counter(guess.example.intent for guess in guesses)
    wrong: dict[tuple[str, str], list[Guess]] = defaultdict(list)
    for guess in guesses:
        if guess.intent != guess.example.intent:
            wrong[guess.example.intent, guess.intent].append(guess)
    found = []
    for first, second in {(min(pair), max(pair)) for pair in wrong}:
        there, back = wrong.get((first, second), []), wrong.get((second, first), [])
        share = (len(there) + len(back)) / (sizes[first] + sizes[second])
        if len(there) + len(back) >= CONFUSED_EXAMPLES and share >= CONFUSED_SHARE:
            surest = sorted(there + back, key=lambda guess: -guess.probability)
            examples = tuple(guess.example for guess in surest)
            found.append(Confusion(first, second, len(there), len(back), share, examples))
    return sorted(found, key=lambda confusion: (-confusion.share, confusion.first))


def thin(examples: Sequence[Labelled]) -> list[Thin]:
    """Intents with too few different examples in a script; what fits both Chinese scripts counts as Simplified."""
    different = {(example.text, example.intent): example.language for example in examples}
    counts = Counter((intent, language) for (_, intent), language in different.items())
    return [
        Thin(intent, language, counts[intent, language], NEEDED[language])
        for intent in sorted({example.intent for example in examples})
        for language in LANGUAGES
        if counts[intent, language] < NEEDED[language]
    ]


def unannotated(examples: Sequence[Labelled]) -> list[Plain]:
    """Values annotated somewhere and left plain elsewhere: the likeliest mistakes first."""
    annotated: dict[str, Counter[str]] = defaultdict(Counter)
    usual = set()
    for example in examples:
        for mark in example.entities:
            annotated[example.text[mark.start : mark.end].lower()][mark.entity] += 1
            usual.add((example.intent, mark.entity))
    values = sorted((value for value in annotated if len(value) >= _SHORTEST_VALUE), key=len, reverse=True)
    found = []
    for value, places in _left_plain(examples, values).items():
        entity, total = annotated[value].most_common(1)[0][0], sum(annotated[value].values())
        for example in places:
            found.append(Plain(value, entity, total, len(places), (example.intent, entity) in usual, example))
    return sorted(found, key=lambda plain: (not plain.usual, -plain.annotated, plain.plain, plain.value))


def _left_plain(examples: Sequence[Labelled], values: Sequence[str]) -> dict[str, list[Labelled]]:
    plain: dict[str, list[Labelled]] = defaultdict(list)
    if not values:
        return plain
    # The longest values come first, so that "running shoes" is not also reported as "shoes".
    pattern = re.compile("|".join(_bounded(value) for value in values))
    for example in examples:
        for match in pattern.finditer(example.text.lower()):
            if all(match.end() <= mark.start or match.start() >= mark.end for mark in example.entities):
                plain[match.group()].append(example)
    return plain


def _bounded(value: str) -> str:
    """Latin words only as a whole; Chinese has no spaces to stop at."""
    before = r"(?<![a-z0-9])" if re.match(r"[a-z0-9]", value) else ""
    after = r"(?![a-z0-9])" if re.search(r"[a-z0-9]$", value) else ""
    return before + re.escape(value) + after
