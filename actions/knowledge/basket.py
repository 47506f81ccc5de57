"""What the goods of an order come to, as a customer reckons it up: one and another, a coupon taken off, what is left.

Amounts are in minor units of the shop's money.
"""

import re
from dataclasses import dataclass

from actions.kit.words import lexicon
from actions.knowledge.figures import flat, is_missing, number
from crm_store.text import normalise

_AMOUNT = re.compile(
    r"(?:¥|￥|\brmb\s*|\bcny\s*)?(?<![\d.])(\d{1,6}(?:\.\d{1,2})?|[零一二两三四五六七八九十百千]+)(?!\d|\.\d)\s*"
    r"(元|块|蚊|yuan\b|rmb\b|cny\b|kuai\b)?(?!\s*(?:期|个|天|日|号|月|年|周|kg|公斤|斤|克|码|件|双|次|点|级|折|%|张|样|份"
    r"|months?|days?|weeks?|items?|parcels?))"
)
_SIZE_BEFORE = re.compile(
    r"\b(?:sizes?|eu|in|(?:swap|swapped|exchange|change) (?:it |them |these )?(?:for|to)(?: an?| the)?)\s*$"
    r"|(?:尺码|鞋码|码数|穿|换|拿)$"
)
SHOE_SIZES = range(34, 49)
"""Whole numbers that are sizes of shoes behind such words: "the trail shoes in 43" names no price."""
_CONNECTS = 20
"""Characters before an amount, or after it, in which stands what becomes of it."""


@dataclass(frozen=True, slots=True)
class _Said:
    amount: int
    before: str
    after: str
    is_money: bool


def goods(text: str, free_from: int) -> int | None:
    """The amount that is left to pay for the goods; None where the words name no amount but that of free shipping.

    What is said to be the sum ("95 altogether", 折完剩 92) counts before what would have to be added up.
    """
    said = [each for each in _amounts(text) if each.amount != free_from]
    if not said:
        return None
    total = next((each for each in reversed(said) if _is_total(each)), None)
    if total is not None:
        return total.amount
    off = [each for each in said if _is_off(each)]
    paid = [each for each in said if each not in off]
    if not paid:
        return None
    added = [each for each in paid[1:] if lexicon.mentions("amount_added", each.before)]
    if not off and not added:
        return max(each.amount for each in paid)
    first = paid[0].amount
    return max(0, first + sum(each.amount for each in added) - sum(each.amount for each in off))


def _amounts(text: str) -> list[_Said]:
    flattened = flat(text)
    found: list[_Said] = []
    end = 0
    matches = list(_AMOUNT.finditer(flattened))
    for place, match in enumerate(matches):
        value = number(match[1])
        is_money = bool(match[2]) or match.group().startswith(("¥", "￥", "rmb", "cny"))
        # One sign alone counts things: 加一件, 两样.
        if (
            value is None
            or is_missing(flattened[: match.start()])
            or (not is_money and len(match[1]) < 2 and match[1] != "十")
            or (not is_money and value in SHOE_SIZES and _SIZE_BEFORE.search(flattened[: match.start()]))
        ):
            continue
        following = matches[place + 1].start() if place + 1 < len(matches) else len(flattened)
        found.append(
            _Said(
                round(value * 100),
                flattened[max(end, match.start() - _CONNECTS) : match.start()],
                flattened[match.end() : min(following, match.end() + _CONNECTS)],
                is_money,
            )
        )
        end = match.end()
    return found


def _is_total(said: _Said) -> bool:
    return lexicon.mentions("amount_total", said.before) or lexicon.mentions("amount_total_after", said.after[:12])


def _is_off(said: _Said) -> bool:
    after = normalise(said.after)
    begins = any(after.startswith(normalise(word)) for word in lexicon.words("amount_off_after"))
    return begins or lexicon.mentions("amount_off", said.before)
