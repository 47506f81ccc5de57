"""How many points there are and when they expire, in one answer; the lines that tell when."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from actions.kit.base import Turn
from actions.kit.phrases import listed
from actions.kit.words import lexicon
from crm_store import points
from crm_store.labels import label
from crm_store.language import format_date, format_number
from crm_store.members import Member
from crm_store.text import normalise

DAYS_TOLD = 3
_WHEN = re.compile(r"^(?:(?:and|so|but|ok) )*when (?:do|does|will|are|is) (?:they|mine|my|those|these)\b")
"""How words begin that ask for a day of one's own: "when do they run out"."""
Expiring = Sequence[tuple[date, int]]


async def tell(turn: Turn, member: Member, expiring: Expiring) -> None:
    """Tells both; the rule first where it is asked whether they expire at all."""
    balance, owed = await points.balance_and_owed(turn.session, member.id)
    turn.done("answered", balance=balance)
    if turn.rule is None and asks_whether(turn):
        turn.say("reply_points_expiry_rule_short")
    if owed:
        turn.say("reply_points_owed", balance=format_number(balance), owed=format_number(owed))
    elif expiring:
        told = listed(lines(turn, expiring), turn.language)
        turn.say("reply_points_balance_dates", balance=format_number(balance), lines=told)
    else:
        turn.say("reply_points_balance", balance=format_number(balance))


def asks_whether(turn: Turn) -> bool:
    """Whether the rule itself is asked for; "which of mine run out soon" is answered by the own points alone."""
    asks_when = _WHEN.search(normalise(turn.text)) is not None
    return not turn.pressed and not asks_when and lexicon.mentions("expiry_whether", turn.text)


def lines(turn: Turn, expiring: Expiring) -> list[str]:
    """How many points expire on each of the next days."""
    return [
        label("points_line", "expiring", turn.language, day=format_date(when, turn.language), points=f"{amount:,}")
        for when, amount in expiring[:DAYS_TOLD]
    ]


def mentioned(expiring: Expiring) -> dict[str, Any] | None:
    """The points last said to expire, for "where did those come from?"."""
    return {"points": expiring[0][1], "day": expiring[0][0].isoformat()} if expiring else None
