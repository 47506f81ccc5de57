"""Somebody is at risk: what to do now, the case written down as urgent, and a person at once."""

from typing import ClassVar

from actions.kit.base import CrmAction, Event, Turn
from actions.kit.form_input import choice, words
from actions.service.complaint_subject import order_of_goods
from actions.talk.courtesies import forms
from crm_store import complaints, conversations, risk
from crm_store.complaints import ComplaintCategory, Severity
from crm_store.conversations import ConversationState, QueueReason, Urgency

FILED: dict[str, ComplaintCategory] = {
    "child": ComplaintCategory.QUALITY,
    "injury": ComplaintCategory.QUALITY,
    "fire": ComplaintCategory.QUALITY,
    "fraud": ComplaintCategory.OTHER,
}
"""Dangers that the shop has to look into: written down as a complaint at once. The others are talked about first."""
NEXT = "next"
"""What to do now, asked after a danger was told: answered, nothing more is written down."""
SPOKEN_TO = frozenset({*FILED, "self_harm", "violence", "threat"})


class ActionReportDanger(CrmAction):
    """The right words first. Nothing is asked, no contact, no consent; an open form is left."""

    action_name: ClassVar[str] = "action_report_danger"
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        kind = choice(turn) or ""
        if kind == NEXT:
            turn.say("reply_danger_next")
            turn.done("answered")
            return []
        turn.say(f"reply_danger_{kind}" if kind in SPOKEN_TO else "reply_danger_other")
        if kind in FILED:
            await self._file(turn, FILED[kind])
        waits = turn.conversation.state == ConversationState.QUEUE and turn.conversation.queue_announced_at is not None
        await conversations.request_human(
            turn.session, turn.conversation.id, reason=QueueReason.DELICATE, urgency=Urgency.CRITICAL
        )
        if waits:
            turn.say("reply_danger_in_line")
        turn.done("handed_over", turn.text)
        left = forms().get(turn.form or "")
        return left.left() if left is not None else []

    async def _file(self, turn: Turn, category: ComplaintCategory) -> None:
        about_goods = turn.member is not None and category == ComplaintCategory.QUALITY
        order = await order_of_goods(turn, turn.member) if turn.member is not None and about_goods else None
        complaint = await complaints.file(
            turn.session,
            member_id=turn.member.id if turn.member else None,
            identity_id=turn.identity.id,
            conversation_id=turn.conversation.id,
            category=category,
            severity=Severity.CRITICAL,
            description=words(turn) or turn.intent,
            anger=turn.anger,
            order_id=order.id if order is not None else None,
            message_id=turn.stored_message,
            language=turn.language,
            key=turn.key("complaint"),
        )
        turn.focus(complaint=complaint.number, done="make_complaint")
        turn.say("reply_danger_filed", number=complaint.number)
        if turn.member is not None:
            await risk.assess(turn.session, turn.member.id)
