"""One entry of the points by its place: the latest, with what was bought for it; the one before the one just told."""

from collections.abc import Sequence

from actions.kit.base import Turn
from actions.kit.phrases import RewardNames, statement_line
from actions.kit.replies import items_text
from actions.kit.words import lexicon
from crm_store import orders
from crm_store.members import Member
from crm_store.points import EarnReason, Entry

TOLD = "points_entry"
"""In the focus: the place, from 0, of the entry that was told last."""
OF_ORDERS = frozenset({EarnReason.PURCHASE, EarnReason.REVIEW, EarnReason.BIRTHDAY})


async def tell(turn: Turn, member: Member, entries: Sequence[Entry], names: RewardNames) -> bool:
    """Tell the entry that is asked for; False where the words ask for none by its place, or there is none before."""
    place = _place(turn)
    if place is None or place >= len(entries):
        return False
    entry = entries[place]
    order = None
    if entry.reason in OF_ORDERS and entry.reference:
        order = await orders.by_number(turn.session, entry.reference, member_id=member.id)
    line = statement_line(entry, turn.language, names)
    if order is not None:
        turn.say("reply_points_entry_bought", line=line, items=items_text(order, turn.language))
        turn.focus(order=order.number)
    else:
        turn.say("reply_points_entry", line=line)
    turn.focus(**{TOLD: place})
    turn.done("answered", points=entry.points)
    return True


def _place(turn: Turn) -> int | None:
    asked = None if turn.pressed else lexicon.meant("one_entry", turn.text)
    if asked == "before":
        return int(turn.spoken_of.get(TOLD) or 0) + 1
    return 0 if asked == "latest" else None
