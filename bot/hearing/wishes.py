"""Several wishes in one message: its clauses, which of them ask for different things, and their order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.kit import lexicon
from bot.hearing.steps import intent_of, is_wish
from crm_store.conversations import Parsed
from crm_store.text import normalise

CLAUSES = 6
"""More clauses than these are a story, which is read as a whole."""
SURE, QUITE_SURE = 0.55, 0.8
"""Confidence of a clause that a connector announces as another wish, and of one that only a comma sets apart."""
LEAST_CHARACTERS = 2
NOT_BESIDE = frozenset({"cancel", "help", "out_of_scope"})
"""Beside another wish these are none of their own: "先算了，我就想问…"."""

_BREAK = re.compile(r"(?P<stop>[。.！!？?；;\n]+)|(?P<pause>[，,、]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff]))")
_CONNECTOR = re.compile(
    r"顺便|順便|顺带|順帶|另外|(?<![我你您他她里裡])[还還]有(?!多少|几|幾|没|沒|吗|嗎|冇)|然后(?:再)?|然後(?:再)?|再帮我|再幫我|同时|同時|以及|对了|對了|仲有"
    r"|\b(?:and (?:also|then)|also|by the way|btw|plus|oh and|as well as|another thing|one more thing)\b",
    re.IGNORECASE,
)
_JOINT = re.compile(r"(?<=\S)(?:和|跟|与|與|同埋| and )(?=\S)", re.IGNORECASE)

_FAMILIES = (
    frozenset({"ask_parcel", "ask_order_status", "chase_promise", "make_complaint", "report_fault"}),
    frozenset(
        {"ask_points_balance", "ask_points_history", "ask_points_expiring", "ask_points_rules", "dispute_points"}
    ),
    frozenset({"return_or_refund", "ask_refund_status", "report_fault", "undo"}),
    frozenset({"ask_tier", "ask_tier_benefits"}),
    frozenset({"ask_product", "ask_recommendation", "ask_promotion"}),
    frozenset({"redeem_points", "ask_rewards", "ask_vouchers"}),
)
"""Intents that often mean the same matter: side by side they are two wishes only where a connector says so."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a message. `announced`: a connector stands before it ("另外", "also")."""

    text: str
    announced: bool = False


def clauses(text: str) -> list[Clause]:
    """The clauses of a message that say something; empty for a message of one clause, and for a story."""
    found: list[Clause] = []
    for part in _BREAK.split(text):
        if not part or _BREAK.fullmatch(part):
            continue
        pieces = _CONNECTOR.split(part)
        for number, piece in enumerate(pieces):
            announced = number > 0 or bool(_CONNECTOR.match(part.lstrip()))
            halves = _JOINT.split(piece) if len(pieces) == 1 else [piece]
            found += [Clause(half.strip(), announced) for half in halves if _says_something(half)]
    return found if 1 < len(found) <= CLAUSES else []


def before_connector(text: str) -> tuple[str, str]:
    """What stands before the words that announce another matter (顺便, "also"), and after them; empty without such."""
    found = _CONNECTOR.search(text)
    return (text[: found.start()].strip(), text[found.end() :].strip()) if found else ("", "")


def several(whole: Parsed, heard: Sequence[tuple[Clause, Parsed]]) -> list[tuple[str, Parsed]]:
    """The different wishes of a message, each with its words; empty when it holds one.

    What only asks comes first, in the order said; what opens a form or does something comes last.
    """
    found: list[tuple[str, Parsed]] = []
    for clause, parsed in heard:
        least = SURE if clause.announced else QUITE_SURE
        if (
            intent_of(parsed) in NOT_BESIDE
            or not is_wish(parsed, least)
            or any(intent_of(parsed) == intent_of(other) for _, other in found)
        ):
            continue
        if not clause.announced and any(akin(intent_of(parsed), intent_of(other)) for _, other in found):
            continue
        found.append((clause.text, parsed))
    if len(found) < 2:
        return []
    announced = any(clause.announced for clause, _ in heard)
    if not announced and is_wish(whole) and intent_of(whole) not in {intent_of(parsed) for _, parsed in found}:
        # The parts sound like other things than the whole: then they are parts of one matter.
        return []
    return sorted(found, key=lambda each: not asks(intent_of(each[1])))


def asks(intent: str) -> bool:
    """Whether the intent only asks: nothing is opened or done."""
    return intent.startswith("ask_") and intent not in {"ask_invoice"}


def akin(one: str, other: str) -> bool:
    return any(one in family and other in family for family in _FAMILIES)


def _says_something(text: str) -> bool:
    left = lexicon.without("courtesy", normalise(text)).replace(" ", "")
    return len(left) >= LEAST_CHARACTERS
