"""Which characters tell Simplified from Traditional Chinese, read from OpenCC's own dictionaries."""

from __future__ import annotations

from pathlib import Path

import opencc


def is_han(character: str) -> bool:
    """True for CJK ideographs, the common block and the extensions."""
    return (
        "\u3400" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\U00020000" <= character <= "\U0003ffff"
    )


def is_latin(character: str) -> bool:
    """True for letters of the Latin script, accents included."""
    return ("a" <= character <= "z") or ("A" <= character <= "Z") or ("\u00c0" <= character <= "\u024f")


def lowered(text: str) -> str:
    """Small letters, character for character: "İ" is the one that `lower` would make longer."""
    return text.replace("İ", "i").lower()


def _character_map(name: str) -> dict[str, frozenset[str]]:
    path = Path(opencc.__file__).parent / "dictionary" / name
    table: dict[str, frozenset[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        source, _, targets = line.partition("\t")
        table[source] = frozenset(targets.split())
    return table


_TO_SIMPLIFIED = _character_map("TSCharacters.txt")
_TO_TRADITIONAL = _character_map("STCharacters.txt")

#: characters that a conversion to Simplified may change, those in use in both scripts (乾, 後) included
CONVERTIBLE_CHARACTERS: frozenset[str] = frozenset(_TO_SIMPLIFIED)

#: characters written only in Traditional text ("後" is one; "后" is used in both)
HANT_CHARACTERS: frozenset[str] = frozenset(
    character for character, simplified in _TO_SIMPLIFIED.items() if character not in simplified
)

#: characters written only in Simplified text
HANS_CHARACTERS: frozenset[str] = frozenset(
    character for character, traditional in _TO_TRADITIONAL.items() if character not in traditional
)
