"""Traditional characters to Simplified ones, as OpenCC's conversion `t2s` does it and some thirty times as fast.

OpenCC for Python looks for its phrases in every part of a text. Hardly a text holds one: where none begins, each
character stands for itself, which one translation table does. The tables are OpenCC's own.
"""

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from opencc import OpenCC

REMEMBERED = 32_768
"""Texts kept with what became of them: whoever compares texts converts the same ones again and again."""


class _Tables(NamedTuple):
    """`characters`: for `str.translate`. `beginnings`: finds the first character of a phrase. `phrases`: by the first
    character, those that begin with it."""

    characters: dict[int, str]
    beginnings: re.Pattern[str]
    phrases: dict[str, tuple[str, ...]]


@lru_cache(maxsize=REMEMBERED)
def simplified(text: str) -> str:
    """The text in Simplified characters; everything else stays as it is."""
    if text.isascii():
        return text
    tables = _tables()
    if any(text.startswith(tables.phrases[found.group()], found.start()) for found in tables.beginnings.finditer(text)):
        converted: str = _converter().convert(text)
        return converted
    return text.translate(tables.characters)


@cache
def _tables() -> _Tables:
    # Of several ways to write a character the first is OpenCC's choice.
    characters = {ord(key): value.split(" ")[0] for key, value in _pairs("TSCharacters.txt")}
    phrases: dict[str, tuple[str, ...]] = {}
    for phrase, _ in _pairs("TSPhrases.txt"):
        phrases[phrase[0]] = (*phrases.get(phrase[0], ()), phrase)
    return _Tables(characters, re.compile(f"[{re.escape(''.join(phrases))}]"), phrases)


def _pairs(name: str) -> list[tuple[str, str]]:
    lines = files("opencc").joinpath("dictionary", name).read_text(encoding="utf-8").splitlines()
    return [(key, value) for key, _, value in (line.strip().partition("\t") for line in lines)]


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")
