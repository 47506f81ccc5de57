"""What of an answer that was just told answers the question asked on: "kept for 7 days" of the answer about pick-up.

Who asks on within what was told wants one part of it; the same sentences once more would answer nothing.
"""

import re
from collections.abc import Callable

from actions.kit.words import lexicon
from crm_store.language import Language
from crm_store.text import normalise

_CLAUSE = re.compile(r"[，；：。！？]\s*|[,;:!?]\s+|\.\s+|[.。]$")
_SPAN = re.compile(
    r"\d(?:\s?(?:个|個))?\s?(?:天|日|小时|小時|分钟|分鐘|个工作|個工作|周|週)"
    r"|\d\s(?:working )?(?:days?|hours?|minutes?|weeks?|months?)\b|\bfor \d+$"
)
_MONEY = re.compile(r"¥|\d\s?元|免费|免費|免运|免運|包邮|\bfree\b")
_SHARED = 2
"""So many signs in a row that stand in the question as well make a clause of the answer what is asked about."""
_NAMES_ONLY = 6
"""A question of so few signs says no more than which part it is about."""
_COST = re.compile(
    r"(?:多少|几|几多)(?:钱|块|元|蚊)|要钱|收钱|(?:付|俾|畀|给)钱|收费|免费|运费多少"
    r"|\bhow much\b|\bfree\b|\bcosts?\b|\bpay\b"
)


def narrowed(told: str, asked: str, language: Language) -> str:
    """The clauses of an answer that the question is about; the whole where that is all of it, or none."""
    clauses = _clauses(told)
    holds = _what_is_asked(asked)
    kept = [clause for clause in clauses if holds(clause)]
    if not kept or len(kept) == len(clauses):
        return told
    if language is Language.EN:
        text = ", ".join(kept)
        return f"{text[0].upper()}{text[1:]}."
    return f"{'，'.join(kept)}。"


def names_only(asked: str) -> bool:
    """Whether a question is so short that it says no more than which part it is about: 初一呢."""
    return len(asked) <= _NAMES_ONLY and not asked.isascii()


def names_a_part(told: str, asked: str) -> bool:
    """Whether a question names one part of the answer, and not the others."""
    held = [_shares(asked)(clause) for clause in _clauses(told)]
    return any(held) and not all(held)


def _clauses(told: str) -> list[str]:
    return [clause.strip() for clause in _CLAUSE.split(told) if clause.strip()]


def _what_is_asked(asked: str) -> Callable[[str], bool]:
    how_long, cost = lexicon.mentions("how_long", asked), _COST.search(normalise(asked)) is not None
    if how_long != cost:
        pattern = _SPAN if how_long else _MONEY
        return lambda clause: pattern.search(clause) is not None
    return _shares(asked)


def _shares(asked: str) -> Callable[[str], bool]:
    flat = _joined(asked)
    pairs = {flat[place : place + _SHARED] for place in range(len(flat) - 1) if not flat[place].isascii()}
    return lambda clause: any(pair in _joined(clause) for pair in pairs)


def _joined(text: str) -> str:
    return normalise(text).replace(" ", "")
