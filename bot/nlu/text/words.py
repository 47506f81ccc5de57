"""Identifiers as the words they are made of."""

from __future__ import annotations

import re

_BETWEEN_WORDS = re.compile(r"[\W_]+")


def in_words(intent: str) -> str:
    """The name `ask_points_balance` as "ask points balance"."""
    return _BETWEEN_WORDS.sub(" ", intent).strip().lower()
