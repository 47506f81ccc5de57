"""Tokens for mixed Chinese and English text: Jieba with the domain's own words, no white-space tokens.

Rasa's JiebaTokenizer makes tokens of white space (RasaHQ/rasa issue 7910), and entities in mixed text then miss their
tokens. Here Jieba only ever sees runs of Chinese characters; Latin words, numbers and signs are cut by a rule.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import jieba
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.text.normalizer import normalize, normalized_of, to_simplified

jieba.setLogLevel(logging.WARNING)

# Jieba's search for unknown words costs the square of a run without a sign: it sees so many characters at a time.
_SEGMENT = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]{1,200}"
    r"|[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)?"
    r"|\d+"
    r"|[^\s]"
)
_HAN_START = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD_FREQUENCY = 20_000


@lru_cache(maxsize=4)
def _segmenter(words_directory: str) -> jieba.Tokenizer:
    segmenter = jieba.Tokenizer()
    segmenter.initialize()
    for word in domain_words(words_directory):
        segmenter.add_word(word, freq=_WORD_FREQUENCY)
    return segmenter


def domain_words(words_directory: str) -> list[str]:
    """The words of every `*.txt` in the folder, Simplified, one a line, `#` begins a comment; [] without the folder."""
    words: list[str] = []
    for path in sorted(Path(words_directory).glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            word = to_simplified(line.partition("#")[0].strip())
            if word:
                words.append(word)
    return words


@lru_cache(maxsize=64)
def spans(text: str, words_directory: str) -> tuple[tuple[int, int], ...]:
    """Half-open ranges of the words of normalised `text`, in order, white space left out.

    Kept for the latest texts: the tokenizer and the entity extractor ask for those of one message.
    """
    segmenter = _segmenter(words_directory)
    found: list[tuple[int, int]] = []
    for match in _SEGMENT.finditer(text):
        if not _HAN_START.match(match.group()):
            found.append(match.span())
            continue
        position = match.start()
        for word in segmenter.cut(match.group(), HMM=True):
            found.append((position, position + len(word)))
            position += len(word)
    return tuple(found)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class MixedScriptTokenizer(Tokenizer):
    """Tokens carry the normalised word; `start` and `end` point into the text as the customer wrote it."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            # folder of word lists, relative to the project root
            "words": "nlu_data/words",
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["jieba"]

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        # Jieba's dictionary takes a second: read now, not under the first customer's message.
        _segmenter(config["words"])

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        known = normalized_of(message, attribute) if attribute == TEXT else normalize(message.get(attribute))
        tokens = []
        for start, end in spans(known.text, self._config["words"]):
            first, last = known.to_original(start, end)
            tokens.append(Token(known.text[start:end], first, last))
        return tokens
