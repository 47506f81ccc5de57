"""Points: balance, where they came from, what expires, how to earn, and a balance the member disputes."""

from datetime import timedelta
from typing import ClassVar

from actions.base import Event, MemberAction, Turn
from crm_store import points
from crm_store.language import format_date, format_number
from crm_store.members import Member

EXPIRY_NOTICE = timedelta(days=60)


class ActionPointsBalance(MemberAction):
    action_name: ClassVar[str] = "action_points_balance"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        balance = await points.balance(turn.session, member.id)
        expiring = await points.expiring(turn.session, member.id, within=EXPIRY_NOTICE)
        turn.done("answered", balance=balance)
        if expiring:
            day, soon = expiring[0]
            turn.say(
                "utter_points_balance_expiring",
                balance=format_number(balance),
                soon=format_number(soon),
                day=format_date(day, turn.language),
            )
        else:
            turn.say("utter_points_balance", balance=format_number(balance))
        return []
