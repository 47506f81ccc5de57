"""Several things and wishes in one message: "repair the bag; for the box, a new one". Each thing gets its own."""

import re
from collections.abc import Mapping

from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.words import lexicon
from actions.returns.heard import kind_wished
from actions.returns.lines import Lines, fitting
from crm_store.orders import OrderLine
from crm_store.returns import ReturnKind

FOCUS = "kinds"
"""In the focus: what is wished for each thing, by article number, until its turn comes."""
_CLAUSE_END = re.compile(
    r"[，,、。.;；:：!！?？\n]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])|\s+and\s+(?=\w+ (?:for )?(?:the|my)\b)"
)

Kinds = dict[str, ReturnKind]


def kinds_told(turn: Turn) -> Kinds:
    """What was wished for each thing in this conversation."""
    stored: Mapping[str, str] = turn.spoken_of.get(FOCUS) or {}
    return {sku: ReturnKind(kind) for sku, kind in stored.items() if kind in set(ReturnKind)}


async def wishes_apart(turn: Turn, everything: Lines, current: OrderLine | None, kind: str | None) -> Kinds:
    """The kind that the message wishes for each of several things; empty when it speaks of one.

    `kind`: what is set down for the current one; "the other way round" exchanges it with that of the other.
    """
    if turn.pressed or current is None:
        return {}
    wished = await _named(turn, everything, current)
    told = kinds_told(turn)
    others = [sku for sku in told if sku != current.sku]
    if not wished and kind and len(others) == 1 and lexicon.mentions("other_way_round", words(turn)):
        wished = {current.sku: told[others[0]], others[0]: ReturnKind(kind)}
    return wished


def keep_kinds(turn: Turn, wished: Kinds) -> None:
    """Remember what is wished for each thing, until its turn comes."""
    kept = {**kinds_told(turn), **wished}
    turn.focus(**{FOCUS: {sku: kind.value for sku, kind in kept.items()}})


async def _named(turn: Turn, everything: Lines, current: OrderLine) -> Kinds:
    """Of each clause the thing and the wish; a thing named alone takes the wish that follows it."""
    wished: Kinds = {}
    waiting = ""
    for clause in filter(None, map(str.strip, _CLAUSE_END.split(words(turn)))):
        skus = {line.sku for _, line in await fitting(turn, clause, everything)}
        thing = skus.pop() if len(skus) == 1 else ""
        kind = kind_wished(clause)
        if kind and (thing or waiting):
            wished[thing or waiting], waiting = kind, ""
        elif kind and not wished:
            wished[current.sku] = kind
        elif thing:
            waiting = thing
    return wished if set(wished) - {current.sku} and len(wished) > 1 else {}
