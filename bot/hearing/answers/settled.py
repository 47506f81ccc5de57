"""What a customer says to a solution in their own words: it is solved, or it is not."""

from functools import cache
from pathlib import Path

from actions.kit.settled import SOLVED, UNSOLVED, read_settled
from actions.kit.words import lexicon
from actions.kit.words.amending import is_question
from bot.hearing.message import expectation
from crm_store.conversations import Context
from crm_store.text import closed_up, normalise
from crm_store.yaml_files import read_yaml

LONGEST_CHARACTERS, LONGEST_WORDS = 24, 12
"""A longer message tells a story, of which "not solved" is a part."""


def said(text: str) -> str | None:
    """SOLVED or UNSOLVED; None for anything else, and for a question."""
    flat = closed_up(text)
    if not flat or is_question(text) or _is_long(flat):
        return None
    if any(_holds(flat, words) for words in _words()[UNSOLVED]):
        return UNSOLVED
    bare = closed_up(lexicon.without("courtesy", normalise(text)))
    return SOLVED if {flat, bare} & _words()[SOLVED] else None


def answers(text: str, context: Context) -> tuple[str, str] | None:
    """SOLVED or UNSOLVED and the complaint's number, when that is what was asked last."""
    asked = [
        (option, known)
        for option in (context.expects.options if context.expects.is_open else [])
        if (known := read_settled(str(option.get("payload"))))
    ]
    if not asked:
        return None
    meant = said(text)
    option = expectation.option_said(text, context.expects) if meant is None else None
    for each, (answer, number) in asked:
        if answer == meant or each == option:
            return answer, number
    return None


def _is_long(flat: str) -> bool:
    return len(flat.split()) > LONGEST_WORDS if flat.isascii() else len(flat) > LONGEST_CHARACTERS


def _holds(flat: str, words: str) -> bool:
    return f" {words} " in f" {flat} " if words.isascii() else words in flat


@cache
def _words() -> dict[str, frozenset[str]]:
    written = read_yaml(Path(__file__).with_suffix(".yml"))
    return {answer: frozenset(closed_up(words) for words in written[answer]) for answer in (SOLVED, UNSOLVED)}
