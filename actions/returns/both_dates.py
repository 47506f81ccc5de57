"""Why a refund has two dates: so many days from the warehouse, and the day by which it is paid whatever happens."""

from actions.kit.base import Turn
from actions.kit.form_input import choice
from crm_store import returns
from crm_store.language import format_date
from crm_store.members import Member
from crm_store.returns import ReturnKind, ReturnStatus

BOTH_DATES = "both_dates"
"""The choice of a customer who holds the two against each other."""
NOT_WITH_US = frozenset({ReturnStatus.REQUESTED, ReturnStatus.APPROVED, ReturnStatus.IN_TRANSIT})


async def told_both_dates(turn: Turn, member: Member) -> bool:
    """Explain both, of the return that was spoken of; False where that is not asked, or the goods are here already."""
    number = str(turn.spoken_of.get("return") or "")
    if choice(turn) != BOTH_DATES or not number:
        return False
    request = await returns.by_number(turn.session, number, member_id=member.id)
    if request is None or request.kind != ReturnKind.RETURN or request.status not in NOT_WITH_US:
        return False
    if request.refund_due_at is None:
        return False
    turn.say("reply_refund_both_dates", due=format_date(request.refund_due_at, turn.language))
    turn.done("answered", request.number, request=request.number)
    return True
