"""What a message is about by its words, where the intent alone does not tell: lists of words, one form for all scripts.

The words stand in lexicon.yml: a group is a plain list, or maps a value to its words.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from actions.kit.words.vocabulary import Vocabulary
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

FILE = Path(__file__).with_suffix(".yml")
REACH_OF_NEGATION = 2
"""Characters or spaces that may stand between a negation and what it takes back."""


@dataclass(frozen=True)
class Heard:
    """Words of one value, at `start` to `end` of the normalised text."""

    value: str
    start: int
    end: int


def mentions(group: str, text: str) -> bool:
    """Whether any word of the group stands in the text."""
    return _stands_in(normalise(text), group)


def said(group: str, text: str) -> list[str]:
    """The words of the group that stand in the text, normalised, in their order."""
    flat = normalise(text)
    return [found.group() for pattern in _said(group, flat).values() for found in pattern.finditer(flat)]


def meant(group: str, text: str) -> str | None:
    """The value a customer means: the first one said and not taken back, or after a correction the one that follows."""
    flat = normalise(text)
    heard = [place for place in _heard(group, flat) if not _taken_back(flat, place)]
    if not heard:
        return None
    corrections = [found.end() for found in _patterns("correction")[""].finditer(flat)]
    for corrected_at in reversed(corrections):
        after = [place for place in heard if place.start >= corrected_at]
        if after:
            return after[0].value
    return heard[0].value


def heard(group: str, text: str) -> list[Heard]:
    """Every place where words of the group stand in the normalised text, with the value they stand for."""
    return _heard(group, normalise(text))


def each(group: str, text: str) -> list[Heard]:
    """The words of every value by themselves, where words of two values may share a place: 运费 of two rules."""
    flat = normalise(text)
    return [
        Heard(value, match.start(), match.end())
        for value, pattern in _said(group, flat).items()
        for match in pattern.finditer(flat)
    ]


def corrects(text: str) -> bool:
    """Whether the message takes something back that was said before."""
    return mentions("correction", text) or mentions("negation", text)


def yes_or_no_said(text: str) -> bool | None:
    """True or False when a text begins with yes or no, whatever follows ("是 运费谁出"); None otherwise."""
    flat = normalise(text)
    if _begins("answer", "no", flat):
        return False
    return True if _begins("answer", "yes", flat) else None


def words(group: str, value: str = "") -> list[str]:
    """The words of a group, or of one of its values, as they are written."""
    return _groups()[group][value]


def groups() -> frozenset[str]:
    """All that words may be about."""
    return frozenset(_groups())


def values(group: str) -> frozenset[str]:
    """What the words of a group may stand for."""
    return frozenset(_groups()[group])


def without(group: str, text: str, value: str | None = None) -> str:
    """The normalised text without the words of the group, or of one of its values: what is left says something."""
    flat = normalise(text)
    if not _stands_in(flat, group):
        return flat
    patterns = _patterns(group)
    for pattern in patterns.values() if value is None else (patterns[value],):
        flat = pattern.sub(" ", flat)
    return " ".join(flat.split())


def in_one_form(group: str, text: str) -> str:
    """The normalised text with every word of the group replaced by the value it stands for."""
    flat = normalise(text)
    if _stands_in(flat, group):
        for value, pattern in _patterns(group).items():
            flat = pattern.sub(value, flat)
    return flat


def _begins(group: str, value: str, flat: str) -> bool:
    found = _patterns(group)[value].match(flat)
    if found is None:
        return False
    rest = flat[found.end() :]
    # 是 is yes and 是不是 is a question; 好 is yes and 好慢 is a complaint: a short answer stands alone.
    return not rest or rest[0] == " " or len(found.group()) > 1


def _heard(group: str, flat: str) -> list[Heard]:
    # At one place the longer words win: 收到时已损坏 is no 损坏 of another list.
    found = sorted(each(group, flat), key=lambda place: (place.start, place.start - place.end))
    kept: list[Heard] = []
    for place in found:
        if not kept or place.start >= kept[-1].end:
            kept.append(place)
    return kept


def _taken_back(flat: str, heard: Heard) -> bool:
    before = [match.end() for match in _patterns("negation")[""].finditer(flat, 0, heard.start)]
    return bool(before) and heard.start - before[-1] <= REACH_OF_NEGATION


@cache
def _groups() -> dict[str, dict[str, list[str]]]:
    content = read_yaml(FILE)
    return {group: words if isinstance(words, dict) else {"": words} for group, words in content.items()}


@cache
def _patterns(group: str) -> dict[str, re.Pattern[str]]:
    return {value: pattern(tuple(words)) for value, words in _groups()[group].items()}


def _said(group: str, flat: str) -> dict[str, re.Pattern[str]]:
    """The patterns of those values of a group of which a word stands in the text: to search it for all takes longer."""
    if not _stands_in(flat, group):
        return {}
    within, its = _vocabulary().within(flat), _words(group)
    return {value: pattern for value, pattern in _patterns(group).items() if not its[value].isdisjoint(within)}


def _stands_in(flat: str, group: str) -> bool:
    return not _all_words(group).isdisjoint(_vocabulary().within(flat))


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(word for group in _groups() for word in _all_words(group))


@cache
def _words(group: str) -> dict[str, frozenset[str]]:
    return {value: frozenset(map(normalise, words)) for value, words in _groups()[group].items()}


@cache
def _all_words(group: str) -> frozenset[str]:
    return frozenset[str]().union(*_words(group).values())


def pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Finds any of the words in normalised text, English ones as whole words."""
    longest_first = sorted({normalise(word) for word in words}, key=len, reverse=True)
    return re.compile(
        "|".join(rf"(?<![a-z0-9]){re.escape(w)}(?![a-z0-9])" if w.isascii() else w for w in longest_first)
    )
