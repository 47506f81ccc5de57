"""The rest of the exit interview, once leaving is recorded: may we write again, and what would bring the member back.

Two questions with buttons, which words can press as well; whoever passes them over is not asked again.
"""

from actions.kit.base import Button, Turn, button
from crm_store import departures, members
from crm_store.departures import ExitCause, InterviewBy
from crm_store.labels import label
from crm_store.members import Member, MemberStatus

INTENT = "cancel_membership"
MAY_CONTACT, LEAVE_ALONE, WISH = "may_contact", "leave_alone", "wish"
CHOICES = frozenset({MAY_CONTACT, LEAVE_ALONE, WISH})
"""The `choice` of the buttons."""
WISHES = (ExitCause.PRICE, ExitCause.QUALITY, ExitCause.DELIVERY, ExitCause.SERVICE)
"""What may bring a member back, as the `reason` of a button."""


def contact_buttons(turn: Turn) -> list[Button]:
    """Whether the member may be written to after they have left."""
    return [
        button(label("exit_answer", choice, turn.language), INTENT, choice=choice)
        for choice in (MAY_CONTACT, LEAVE_ALONE)
    ]


async def answered(turn: Turn, member: Member) -> None:
    """Write an answer down and go on to the next question; a button pressed after the member has stayed does
    nothing."""
    if member.status not in (MemberStatus.LEAVING, MemberStatus.LEFT):
        turn.say("reply_leave_stays", name=members.addressed_as(member, turn.language))
        turn.done("stays")
        return
    choice, wish = turn.entity("choice"), str(turn.entity("reason") or "")
    told = label("exit_wish", wish, turn.language) if choice == WISH and wish in WISHES else None
    await departures.interview(
        turn.session,
        member.id,
        by=InterviewBy.MEMBER,
        key=turn.key("exit"),
        wish=told,
        may_contact={MAY_CONTACT: True, LEAVE_ALONE: False}.get(str(choice)),
        conversation_id=turn.conversation.id,
    )
    if choice == MAY_CONTACT:
        turn.say("reply_exit_wish", buttons=_wish_buttons(turn))
    else:
        turn.say("reply_exit_alone" if choice == LEAVE_ALONE else "reply_exit_thanks")
    turn.done("exit_interview", told or "")


def _wish_buttons(turn: Turn) -> list[Button]:
    return [button(label("exit_wish", each, turn.language), INTENT, choice=WISH, reason=each) for each in WISHES]
