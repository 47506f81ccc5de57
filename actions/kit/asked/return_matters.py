"""What customers ask of a return, exchange or repair that is in hand, mostly in bare words: how long, where to, must I
print anything, is the new one there. The words stand in return_matters.yml; whether a return is in hand, who calls
this knows."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from actions.kit import slot_text
from actions.kit.asked import act_asked
from actions.kit.words import consent, lexicon
from actions.kit.words.vocabulary import REMEMBERED
from crm_store.text import closed_up, normalise
from crm_store.yaml_files import read_yaml

FILE = Path(__file__).with_suffix(".yml")
CHOICE = "return_asked:"
"""What the `choice` of such a message begins with; the matters follow: return_asked:when,stock."""


class Matter(StrEnum):
    """What is asked, in the order in which it is looked for in a clause."""

    MONEY_WHERE = "money_where"
    MONEY_WHEN = "money_when"
    WHERE_TO = "where_to"
    HAND_IN = "hand_in"
    """Whether one of the shops takes it."""
    PAPER = "paper"
    """Whether anything is to be printed, filled in or brought."""
    NO_FAULT = "no_fault"
    """What becomes of it where the check finds nothing wrong."""
    SOLD_OUT = "sold_out"
    """What becomes of it where no new one is left."""
    STOCK = "stock"
    WHEN = "when"
    """Without a word of what: of the new one, the money, or the thing that is mended."""
    OLD_BACK = "old_back"
    """Whether the thing itself has to come back, and before anything else."""
    COST = "cost"
    CHANGE = "change"
    """Whether it can be changed into another kind later on."""
    TRAVEL = "travel"
    """Whether it goes with being away."""
    HOW = "how"


_CLAUSES = re.compile(
    r"[，,、。.;；!！~～\n]+|(?<=[?？])|\b(?:and|but|or) (?=(?:do|can|where|when|how|what|is|must|will)\b)"
)
_COVERED: Mapping[Matter, frozenset[Matter]] = {
    Matter.HOW: frozenset(Matter) - {Matter.HOW},
    Matter.WHEN: frozenset({Matter.MONEY_WHEN, Matter.TRAVEL, Matter.NO_FAULT}),
    Matter.STOCK: frozenset({Matter.SOLD_OUT}),
    Matter.OLD_BACK: frozenset({Matter.WHERE_TO, Matter.HAND_IN}),
    Matter.HAND_IN: frozenset({Matter.WHERE_TO, Matter.PAPER, Matter.MONEY_WHERE}),
    Matter.CHANGE: frozenset({Matter.HAND_IN, Matter.NO_FAULT, Matter.SOLD_OUT}),
    Matter.COST: frozenset({Matter.MONEY_WHERE, Matter.MONEY_WHEN}),
}
"""Matters that are only part of another one of the same clause: 没货怎么换 asks of what is sold out."""
_ASK_BY_THEMSELVES = frozenset(
    {Matter.WHERE_TO, Matter.WHEN, Matter.MONEY_WHEN, Matter.MONEY_WHERE, Matter.HOW, Matter.SOLD_OUT}
)
"""Questions without a mark: 几天能换好. That something is sold out nobody tells us, who were just told so."""
_SUPPOSES = re.compile(r"万一|要是|如果|假如|若|的话|怎么办|点算|\b(?:if|what happens|say|suppose)\b")
_WHETHER = re.compile(r"(?:得唔得|行不行|行唔行|可不可以|可唔可以|好不好|成不成|能不能)")
_LATER = re.compile(
    r"之后|以后|后面|到时|后悔|改主意|反悔|来得及|迟啲|晚点|随时|再改|中途"
    r"|\b(?:later|afterwards|after|still|my mind|along the way|at any point|halfway)\b"
)
_BEGINS = re.compile(
    r"^(?:(?:and|but|so|ok|okay|then|well|also|btw) )*"
    r"(?:do|does|must|can|could|should|shall|will|would|is|are|am|what|which|who|where|when|how)\b"
)
"""How a question without a mark begins."""


@lru_cache(maxsize=REMEMBERED)
def asked(text: str) -> tuple[Matter, ...]:
    """What the clauses of a text ask of a return, each once; none where they ask what holds in general."""
    if lexicon.mentions("in_general", text):
        return ()
    found = [matter for clause in clauses(text) for matter in of_clause(clause, asks=_asks(text))]
    told_with_it = {Matter.HOW} if Matter.SOLD_OUT in found else set()
    return tuple(each for each in dict.fromkeys(found) if each not in told_with_it)


def clauses(text: str) -> list[str]:
    """The clauses of a text, each as a question may stand in it."""
    return [clause.strip() for clause in _CLAUSES.split(text) if clause and normalise(clause)]


def of_clause(clause: str, *, asks: bool) -> list[Matter]:
    """What one clause asks; none where more stands in it than the question, the return and mere form. `asks`: the
    message asks something by a mark or in words."""
    flat = closed_up(clause)
    bare = flat
    matters: list[Matter] = []
    for matter in Matter:
        without = _heart(matter).sub(" ", bare)
        if without != bare:
            matters.append(matter)
            bare = without
    matters = [each for each in matters if not _COVERED.get(each, frozenset()) & set(matters)]
    left = act_asked.without_form(_things().sub(" ", bare))
    if not matters or act_asked.says_more(left):
        return []
    if not asks and not _ASK_BY_THEMSELVES & set(matters):
        return []
    return [each for each in matters if _is_meant(each, flat)]


def beside(text: str) -> str:
    """The clauses of a text that ask none of it: what is wished or told in the same breath."""
    return "，".join(each for each in clauses(text) if not of_clause(each, asks=_asks(text)))


def read(choice: object) -> list[Matter]:
    """What a `choice` says to be asked."""
    told = str(choice or "")
    return [Matter(name) for name in told.removeprefix(CHOICE).split(",")] if told.startswith(CHOICE) else []


def written(matters: Sequence[Matter]) -> str:
    return CHOICE + ",".join(matters)


def _is_meant(matter: Matter, flat: str) -> bool:
    """A fault that is not found is supposed, and another kind wished for later: "change it to a refund" is a wish."""
    if matter is Matter.NO_FAULT:
        return _SUPPOSES.search(flat) is not None
    return matter is not Matter.CHANGE or _LATER.search(flat) is not None


def _asks(text: str) -> bool:
    flat = closed_up(text)
    asks = slot_text.is_question(text) or consent.asks_back(text) or _SUPPOSES.search(flat) is not None
    return asks or _WHETHER.search(flat) is not None or any(_BEGINS.match(normalise(each)) for each in clauses(text))


@cache
def _heart(matter: Matter) -> re.Pattern[str]:
    content = _content()
    alternatives = content["asked"][matter.value]
    return act_asked.any_of([_filled(each, content["shared"]) for each in alternatives])


@cache
def _things() -> re.Pattern[str]:
    return act_asked.any_of(_content()["things"])


def _filled(pattern: str, shared: Mapping[str, str]) -> str:
    for name, words in shared.items():
        pattern = pattern.replace(f"<{name}>", words)
    return pattern


@cache
def _content() -> Mapping[str, Any]:
    content: Mapping[str, Any] = read_yaml(FILE)
    return content
