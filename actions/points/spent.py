"""What is left of the points that expire, once some are spent: those that expire first are used first."""

from datetime import date

from actions.kit.asked import rewards_asked
from actions.kit.asked.rewards_asked import SPENT, RewardAsked
from actions.kit.base import Turn
from actions.kit.phrases import listed
from actions.kit.words import pieces
from actions.points import together
from actions.points.at_once import meant
from crm_store import points
from crm_store.labels import label
from crm_store.language import format_date, format_number
from crm_store.members import Member
from crm_store.numerals import numbers
from crm_store.text import normalise

DAYS_TOLD = 3
_THOUSAND = 1000


async def tell(turn: Turn, member: Member) -> bool:
    """Reckon it for the points, or the rewards, that are named; False where that is not asked or neither is."""
    if turn.pressed or rewards_asked.asked(turn.text, of_points=True) is not RewardAsked.LEFT:
        return False
    spent = await _spent(turn)
    if not spent:
        return False
    balance = await points.balance(turn.session, member.id)
    if spent > balance:
        turn.say("reply_points_spend_too_many", spent=format_number(spent), balance=format_number(balance))
        turn.done("answered")
        return True
    lots = await points.expiring_lots(turn.session, member.id)
    sums: dict[date, int] = {}
    for lot in lots:
        sums[lot.day] = sums.get(lot.day, 0) + lot.points
    left = after(sums, spent)
    first, soon = min(sums.items())
    lines = [
        label("points_line", "expiring", turn.language, day=format_date(day, turn.language), points=f"{amount:,}")
        for day, amount in sorted(left.items())[:DAYS_TOLD]
    ]
    turn.say(
        f"reply_points_left_{'after' if first in left else 'none_soon' if left else 'nothing'}",
        spent=format_number(spent),
        soon=format_number(soon),
        day=format_date(first, turn.language),
        lines=listed(lines, turn.language),
        left=format_number(balance - spent),
    )
    turn.done("answered", spent=spent)
    return True


def after(sums: dict[date, int], spent: int) -> dict[date, int]:
    """What is left of each day's points once so many are spent, the soonest first; days with nothing left are out."""
    left = {}
    for day, amount in sorted(sums.items()):
        taken = min(amount, spent)
        spent -= taken
        if amount > taken:
            left[day] = amount - taken
    return left


async def _spent(turn: Turn) -> int:
    """The points that somebody supposes to spend: said, or the cost of the rewards named."""
    if found := SPENT.search(normalise(turn.text)):
        said = next(iter(numbers(found["zh"] or found["en"])), 0)
        amount = said * (_THOUSAND if found["k"] else 1)
        if amount >= 100:
            return amount
    if several := await together.wished_together(turn):
        return sum(piece.cost for piece in several)
    reward = await meant(turn)
    count = pieces.count_said(turn.text, but={reward.value_minor // 100}) if reward else None
    return reward.cost * (count or 1) if reward else 0
