"""Text normalisation that remembers where every character came from.

Customers type full-width digits, Traditional and Simplified Chinese, Cantonese, zero-width characters and "！！！！！".
The encoder and the rules see one tidy form; everything that points into the text (entities) points into what the
customer wrote.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from opencc import OpenCC
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.text.script import CONVERTIBLE_CHARACTERS, is_han
from cantonese import changes

#: message property holding the `NormalizedText`; never part of the parse result
NORMALIZED = "normalized"

#: categories that carry no meaning for us: control, format, private use, unassigned, lone surrogates
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})
_MAX_LETTER_RUN = 2
#: combining marks read on one character; a pile of thousands ("zalgo") is decoration, and sorting it costs its square
_MAX_MARKS = 30


@dataclass(frozen=True)
class NormalizedText:
    """A normalised text beside its original.

    `starts[i]` and `ends[i]` are the half-open range of `original` that character `i` of `text` stands for; neither
    falls with `i`: of 什么时候, written for 幾時, each stands for both. An empty or unprintable original gives an
    empty `text`.
    """

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """Range of the original for `text[start:end]`. The range must hold at least one character."""
        return self.starts[start], self.ends[end - 1]

    def from_original(self, start: int, end: int) -> tuple[int, int]:
        """Range of `text` that overlaps `original[start:end]`; empty (n, n) when nothing of it survived."""
        inside = [i for i in range(len(self.text)) if self.starts[i] < end and self.ends[i] > start]
        if not inside:
            return len(self.text), len(self.text)
        return inside[0], inside[-1] + 1


Piece = tuple[str, int, int]


class _Forms:
    """Forms by text, while a training asks for each example's form again and again. None: nothing is remembered."""

    known: dict[str, NormalizedText] | None = None


def remember_forms() -> None:
    """From now on keep every form made. For a training: its examples are few, and each component reads them all."""
    _Forms.known = {}


def normalize(text: str) -> NormalizedText:
    """Normalise `text`: NFKC, half-width, Cantonese as written Chinese, Simplified, repeated characters squeezed,
    control characters dropped."""
    if _Forms.known is None:
        return _normalize(text)
    if text not in _Forms.known:
        _Forms.known[text] = _normalize(text)
    return _Forms.known[text]


@lru_cache(maxsize=64)
def _normalize(text: str) -> NormalizedText:
    """Kept for the latest texts: three components ask for the form of one message."""
    pieces = _written_chinese(_squeeze(_strip(_collapse_spaces(_compatible_pieces(text)))))
    tidy = "".join(piece[0] for piece in pieces)
    return NormalizedText(
        original=text,
        text=to_simplified(tidy),
        starts=tuple(piece[1] for piece in pieces),
        ends=tuple(piece[2] for piece in pieces),
    )


def to_simplified(text: str) -> str:
    """Traditional to Simplified, character for character: the length never changes."""
    if not any(character in CONVERTIBLE_CHARACTERS for character in text):
        return text
    converter = _converter()
    converted = str(converter.convert(text))
    if len(converted) == len(text):
        return converted
    # A phrase rule changed the length; single characters cannot.
    return "".join(str(converter.convert(character))[:1] or character for character in text)


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _compatible_pieces(text: str) -> list[Piece]:
    """NFKC by cluster (a base character with its combining marks), unprintable characters dropped."""
    pieces: list[Piece] = []
    position = 0
    while position < len(text):
        end = position + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        read = min(end, position + 1 + _MAX_MARKS)
        for character in unicodedata.normalize("NFKC", text[position:read]):
            if character.isspace():
                pieces.append((" ", position, end))
            elif _is_variation_selector(character):
                if pieces and pieces[-1][2] == position:
                    # It is part of the sign before it ("⭐️" are two characters), so a span covers both.
                    pieces[-1] = (*pieces[-1][:2], end)
            elif unicodedata.category(character) not in _DROPPED_CATEGORIES:
                pieces.append((character, position, end))
        position = end
    return pieces


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _collapse_spaces(pieces: list[Piece]) -> list[Piece]:
    return [piece for i, piece in enumerate(pieces) if piece[0] != " " or i == 0 or pieces[i - 1][0] != " "]


def _strip(pieces: list[Piece]) -> list[Piece]:
    first = 1 if pieces and pieces[0][0] == " " else 0
    last = len(pieces) - 1 if len(pieces) > first and pieces[-1][0] == " " else len(pieces)
    return pieces[first:last]


def _squeeze(pieces: list[Piece]) -> list[Piece]:
    """Shorten runs: "soooo" to "soo", "急急急急" to "急急", "!!!!" to "!". Digits and spaces stay as they are."""
    result: list[Piece] = []
    position = 0
    while position < len(pieces):
        character = pieces[position][0]
        end = position
        while end < len(pieces) and pieces[end][0] == character:
            end += 1
        kept = min(end - position, _longest_run(character))
        result.extend(pieces[position : position + kept - 1])
        # The last kept character answers for the rest of its run, so spans still cover all of it.
        result.append((character, pieces[position + kept - 1][1], pieces[end - 1][2]))
        position = end
    return result


def _written_chinese(pieces: list[Piece]) -> list[Piece]:
    """What is Cantonese in written Chinese. Sign by sign where the words are of one length, else each new sign
    stands for the whole word."""
    found = changes("".join(piece[0] for piece in pieces))
    result: list[Piece] = []
    position = 0
    for change in found:
        result += pieces[position : change.start]
        said = pieces[change.start : change.end]
        if len(said) == len(change.written):
            result += [(sign, start, end) for sign, (_, start, end) in zip(change.written, said, strict=True)]
        else:
            result += [(sign, said[0][1], said[-1][2]) for sign in change.written]
        position = change.end
    return [*result, *pieces[position:]] if found else pieces


def _longest_run(character: str) -> int:
    if character.isdigit():
        return 1_000_000
    if character.isalpha() or is_han(character):
        return _MAX_LETTER_RUN
    return 1


def normalized_of(message: Message, attribute: str = TEXT) -> NormalizedText:
    """The message's `NormalizedText`, made on demand when the normaliser has not seen the message."""
    known = message.get(NORMALIZED)
    text = message.get(attribute) or ""
    if isinstance(known, NormalizedText) and known.original == text:
        return known
    return normalize(text)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class TextNormalizer(GraphComponent):
    """First step of the pipeline: keeps the original text and puts its normalised form beside it."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TextNormalizer:
        # OpenCC reads its dictionaries at the first use: now, not under the first customer's message.
        to_simplified("訂單")
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(NORMALIZED, normalize(message.get(TEXT) or ""))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        # Training messages are fingerprinted and cached as plain data: the form is made again where it is needed.
        return training_data
