"""What the trained entity extractor sees of a text: one unit for each Chinese character, Latin word, number and sign.

Units are finer than the tokens, so that an entity that ends inside a Jieba word is still found whole; the word and the
place within it are features.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.nlu.text.normalizer import normalize
from bot.nlu.text.script import is_han
from bot.nlu.text.tokenizer import spans

_UNIT = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)?|\d+|[^\s]"
)
_LONGEST_PHRASE_UNITS = 12
_PLURAL_ONLY = frozenset({"shorts", "glasses", "goggles"})
#: after these somebody says what to be called
_NAME_CUE = re.compile(
    r"(?:叫|称呼|喊|稱呼)我做?|我叫做?|我的?名[字称]?(?:是|叫|系)|昵称\S{0,3}(?:是|成|叫)|"
    r"(?<=[,，。.、 ])(?:就?叫|改叫)|"
    r"\b(?:calls? me|calling me|name is|name's|known as|go by|refer to me as|addressed as)\b",
    re.I,
)
_NAME_UNITS = 5
#: with these the rest of the clause begins: 叫我小林就行
_NAME_TAIL = frozenset("就吧啦喔哦呀好得即可了咯喇呢")
#: where points are spent, goods are rewards
_REDEEM_CUE = re.compile(r"积分|点数|红利|兑|\d\s*[分点]|[几多][分点]|[分点数]换|points?\b|redeem|claim", re.I)
_PLURALS = (("ies", "y"), ("ses", "s"), ("xes", "x"), ("ches", "ch"), ("s", ""))


class Unit(NamedTuple):
    """`text[start:end]` of the normalised text."""

    text: str
    start: int
    end: int


def units(normalized_text: str) -> list[Unit]:
    return [Unit(match.group().lower(), match.start(), match.end()) for match in _UNIT.finditer(normalized_text)]


class PhraseList:
    """Known phrases by kind (lookup tables, annotated values), found in a sequence of units, longest first."""

    def __init__(self, phrases: dict[str, Iterable[str]]) -> None:
        self._keep({kind: [_phrase_key(phrase) for phrase in entries] for kind, entries in phrases.items()})

    def _keep(self, kinds: Mapping[str, Iterable[tuple[str, ...]]]) -> None:
        """By kind and first word, longest first: hardly any word of a sentence begins a phrase."""
        self._kinds: dict[str, dict[str, list[tuple[str, ...]]]] = {}
        for kind, keys in kinds.items():
            starts = self._kinds[kind] = {}
            for key in sorted({key for key in keys if 0 < len(key) <= _LONGEST_PHRASE_UNITS}, key=len, reverse=True):
                starts.setdefault(key[0], []).append(key)

    def tags(self, sequence: Sequence[Unit]) -> list[list[str]]:
        """For each unit the kinds it belongs to: "B-product" where a phrase begins, "I-product" within."""
        words = [_singular(unit.text) for unit in sequence]
        found: list[list[str]] = [[] for _ in words]
        for kind in self._kinds:
            for first, last in self._places(kind, words):
                for i in range(first, last + 1):
                    found[i].append(("B-" if i == first else "I-") + kind)
        return found

    def occurrences(self, kind: str, sequence: Sequence[Unit]) -> list[tuple[int, int]]:
        """First and last unit of every phrase of that kind."""
        return list(self._places(kind, [_singular(unit.text) for unit in sequence]))

    def _places(self, kind: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        starts = self._kinds.get(kind, {})
        position = 0
        while position < len(words):
            length = 0
            if words[position] in starts:
                length = self._match(words, position, starts[words[position]])
            if length:
                yield position, position + length - 1
            position += max(1, length)

    @staticmethod
    def _match(words: Sequence[str], position: int, longest_first: Sequence[tuple[str, ...]]) -> int:
        for key in longest_first:
            if tuple(words[position : position + len(key)]) == key:
                return len(key)
        return 0

    def to_json(self) -> dict[str, list[str]]:
        return {
            kind: sorted(" ".join(key) for keys in starts.values() for key in keys)
            for kind, starts in self._kinds.items()
        }

    @classmethod
    def from_json(cls, state: dict[str, list[str]]) -> PhraseList:
        phrases = cls({})
        phrases._keep({kind: [tuple(key.split(" ")) for key in keys] for kind, keys in state.items()})
        return phrases


def _phrase_key(phrase: str) -> tuple[str, ...]:
    return tuple(_singular(unit.text) for unit in units(normalize(phrase).text))


def _singular(word: str) -> str:
    """ "shoes" and "shoe" are one word; Chinese and short words stay."""
    if len(word) > 3 and word.isascii() and word.isalpha() and not word.endswith("ss") and word not in _PLURAL_ONLY:
        for ending, replacement in _PLURALS:
            if word.endswith(ending):
                return word[: -len(ending)] + replacement
    return word


def features(normalized_text: str, phrases: PhraseList, words_directory: str) -> tuple[list[Unit], list[list[str]]]:
    """The units of a text and, for each, its features as strings."""
    sequence = units(normalized_text)
    word_of = _words_by_unit(sequence, spans(normalized_text, words_directory), normalized_text)
    known = phrases.tags(sequence)
    shapes = [_shape(unit.text) for unit in sequence]
    place_of_name = _after_cue(sequence, normalized_text)
    goods = "reward" if _REDEEM_CUE.search(normalized_text) else "goods"
    rows = []
    for i, unit in enumerate(sequence):
        word, place = word_of[i]
        row = ["bias", f"u={unit.text}", f"s={shapes[i]}", f"w={word}", f"wp={place}", f"l={_singular(unit.text)}"]
        if shapes[i] == "latin":
            row += [f"p3={unit.text[:3]}", f"e3={unit.text[-3:]}", f"e2={unit.text[-2:]}"]
            row.append("cap" if normalized_text[unit.start].isupper() else "low")
        row += [f"k={tag}" for tag in known[i]]
        row += [f"{goods}:k={tag}" for tag in known[i]]
        row.append(f"g={goods}")
        if i in place_of_name:
            row += _name_features(place_of_name, i, shapes[i], place)
        for offset in (-3, -2, -1, 1, 2, 3):
            j = i + offset
            if not 0 <= j < len(sequence):
                row.append(f"{offset}:end")
                continue
            row.append(f"{offset}:u={sequence[j].text}")
            if abs(offset) <= 2:
                row += [f"{offset}:s={shapes[j]}", f"{offset}:w={word_of[j][0]}"]
                row += [f"{offset}:k={tag}" for tag in known[j]]
        row += _pairs(sequence, i)
        rows.append(row)
    return sequence, rows


def _name_features(place_of_name: Mapping[int, int], i: int, shape: str, place: str) -> list[str]:
    """A name ends where its clause ends: `closes`."""
    distance, closes = place_of_name[i], i + 1 not in place_of_name
    return ["name", f"name:{distance}", f"name:{distance}:{shape}:{closes}", f"name:wp={place}"]


def _pairs(sequence: Sequence[Unit], i: int) -> list[str]:
    """The unit with its neighbours, and the two before and after it."""
    row = []
    if i > 0:
        row.append(f"b-={sequence[i - 1].text}|{sequence[i].text}")
    if i + 1 < len(sequence):
        row.append(f"b+={sequence[i].text}|{sequence[i + 1].text}")
    if i > 1:
        row.append(f"t-={sequence[i - 2].text}|{sequence[i - 1].text}")
    if i + 2 < len(sequence):
        row.append(f"t+={sequence[i + 1].text}|{sequence[i + 2].text}")
    return row


def _after_cue(sequence: Sequence[Unit], text: str) -> dict[int, int]:
    """Of the units that follow a cue for a name within its clause, how far they are from it, 0 the first."""
    found: dict[int, int] = {}
    for cue in _NAME_CUE.finditer(text):
        following = [i for i, unit in enumerate(sequence) if unit.start >= cue.end()][:_NAME_UNITS]
        for distance, i in enumerate(following):
            said = sequence[i].text
            if (_shape(said) == "sign" and said != ".") or (distance and said in _NAME_TAIL):
                break
            found[i] = distance
    return found


def _words_by_unit(sequence: Sequence[Unit], words: Sequence[tuple[int, int]], text: str) -> list[tuple[str, str]]:
    """The Jieba word around each unit, and the unit's place in it: B, M, E, or S when it is the whole word."""
    result, position = [], 0
    for unit in sequence:
        while words[position][1] <= unit.start:
            position += 1
        start, end = words[position]
        first, last = unit.start == start, unit.end == end
        place = "S" if first and last else "B" if first else "E" if last else "M"
        result.append((text[start:end].lower(), place))
    return result


def _shape(unit: str) -> str:
    if is_han(unit[0]):
        return "han"
    if unit[0].isalpha():
        return "latin"
    return "num" if unit[0].isdigit() else "sign"
