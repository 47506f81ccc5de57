"""Somebody is at risk: what to do now, the case written down as urgent, and a person at once."""

from typing import ClassVar

from rasa_sdk import Tracker

from actions.kit.base import CrmAction, Event, Turn, button, consent_buttons
from actions.kit.danger_told import BY_A_THING, TOLD
from actions.kit.form_input import CHOICE, choice, words
from actions.kit.parsing import phone_in
from actions.kit.words.consent import Answer
from actions.service.complaint_subject import order_of_goods
from actions.service.own_complaint import complaint_known
from actions.talk import danger_refund
from actions.talk.courtesies import forms
from crm_store import complaints, conversations, risk, service_hours
from crm_store.clock import now
from crm_store.complaints import Complaint, ComplaintCategory, Severity
from crm_store.conversations import ConversationState, QueueReason, Urgency
from crm_store.labels import label
from crm_store.language import format_moment, mask_phone

FILED: dict[str, ComplaintCategory] = {
    "child": ComplaintCategory.QUALITY,
    "acid": ComplaintCategory.QUALITY,
    "injury": ComplaintCategory.QUALITY,
    "battery": ComplaintCategory.QUALITY,
    "fire": ComplaintCategory.QUALITY,
    "fraud": ComplaintCategory.OTHER,
}
"""Dangers that the shop has to look into: written down as a complaint at once. The others are talked about first."""
NEXT, OFF, CONTACT = "next", "off", "contact"
"""After a danger was told: what to do now is asked; there was none; a visitor gives a telephone number."""
NOW = "now"
"""The guidance for any danger that comes from a thing."""
OTHER = "other"
HEARD_OUT = frozenset({"self_harm", "abuse"})
"""Guidance after which the customer is listened to, not told the same again."""
ADVISED = ("swallowed", "scam", "wet")
"""What is only told what to do: nothing is filed, nobody is called, and an open form goes on."""
ALARMS = frozenset({"burn", "reaction"})
"""Guidance that is an alarm of its own, in place of that of its kind."""
RECALLED = frozenset({"burn", "fire", "fraud", "unwell"})
"""Guidance that is given again in other words."""
SPOKEN_TO = frozenset({*FILED, *ADVISED, "self_harm", "abuse", "violence", "threat"})
CALLED_BACK = frozenset({*FILED, OTHER})
"""After these a visitor of whom nothing is known is asked, once and last, for a telephone number."""
GUIDED, CASE, CONTACT_KEPT = "danger_said", "danger_case", "danger_contact"
"""In the focus: guidance that was given; the case filed unasked; whether a number was asked."""
OFF_ASKED = "danger_off_asked"
"""In the focus: the case of which it was asked whether it shall be taken back with its urgent mark."""
HARM = "danger_harm"
"""In the focus: the harm that was told, where it has guidance of its own: a burn."""
ASKED, GIVEN = "asked", "given"
THING = "thing"
"""How a person is called for whatever comes from a thing."""


class ActionReportDanger(CrmAction):
    """The right words first. Nothing has to be answered, no consent; an open form is left.

    The choice is the kind of danger; with a colon and the guidance that fits where the alarm was given before.
    """

    action_name: ClassVar[str] = "action_report_danger"

    def _resumes(self, tracker: Tracker) -> bool:
        """An alarm leaves the form; what is only told goes on with it."""
        found = tracker.latest_message.get("entities") or []
        chosen = next((str(each["value"]) for each in found if each.get("entity") == CHOICE), "")
        return chosen.partition(":")[0] in (NEXT, *ADVISED) and super()._resumes(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        kind, _, guidance = (choice(turn) or "").partition(":")
        if kind == NEXT:
            await self._go_on(turn, guidance or NOW)
            if guidance in ALARMS:
                turn.focus(**{HARM: guidance})
                await self._note_harm(turn)
            turn.done("answered")
        elif kind == OFF:
            await self._call_off(turn, guidance)
        elif kind == CONTACT:
            await self._keep_contact(turn)
        else:
            return await self._alarm(turn, kind, guidance)
        return []

    async def _alarm(self, turn: Turn, kind: str, guidance: str) -> list[Event]:
        was_told = bool(guidance) and turn.spoken_of.get(TOLD) in (kind, *(SPOKEN_TO if kind == OTHER else ()))
        if was_told:
            await self._go_on(turn, guidance)
        else:
            self._sound(turn, kind, guidance)
        if kind in ADVISED:
            turn.done("answered", turn.text)
            return []
        if kind in FILED:
            await self._file(turn, FILED[kind])
        waits = turn.conversation.state == ConversationState.QUEUE and turn.conversation.queue_announced_at is not None
        await conversations.request_human(
            turn.session, turn.conversation.id, reason=QueueReason.DELICATE, urgency=Urgency.CRITICAL
        )
        if waits and not was_told:
            _tell_of_the_line(turn)
        if turn.member is None and kind in CALLED_BACK and not turn.spoken_of.get(CONTACT_KEPT):
            turn.say("reply_danger_contact")
            turn.focus(**{CONTACT_KEPT: ASKED})
        turn.done("handed_over", turn.text)
        left = forms().get(turn.form or "")
        return left.left() if left is not None else []

    def _sound(self, turn: Turn, kind: str, guidance: str) -> None:
        """The alarm; a deed that makes it worse is stopped beside it."""
        told = kind if kind in SPOKEN_TO else OTHER
        alarm = guidance if guidance in ALARMS else told
        turn.say(f"reply_danger_{alarm}", called=_called(turn, told))
        turn.focus(**{TOLD: told, HARM: guidance if guidance in ALARMS else None})
        if guidance and guidance not in ALARMS:
            self._guide(turn, guidance)

    async def _go_on(self, turn: Turn, guidance: str) -> None:
        """What to do now; whether it is paid back is told of the very purchase, each time it is asked."""
        if guidance != danger_refund.REFUND:
            self._guide(turn, guidance)
            return
        given = list(turn.spoken_of.get(GUIDED) or [])
        await danger_refund.tell(turn, await self._case(turn), again=guidance in given)
        turn.focus(**{GUIDED: [*given, guidance]})

    def _guide(self, turn: Turn, guidance: str) -> None:
        """What to do now; what was said before is recalled in fewer words."""
        given = list(turn.spoken_of.get(GUIDED) or [])
        if guidance in given:
            if guidance in HEARD_OUT:
                turn.say("reply_danger_here")
            else:
                turn.say(f"reply_danger_again_{guidance}" if guidance in RECALLED else "reply_danger_again")
            return
        turn.say("reply_danger_next" if guidance == NOW else f"reply_danger_next_{guidance}")
        turn.focus(**{GUIDED: [*given, guidance]})

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
            same_category=True,
        )
        if turn.spoken_of.get("complaint") != complaint.number:
            turn.say("reply_danger_filed", number=complaint.number)
        turn.focus(complaint=complaint.number, done="make_complaint")
        if not complaint.joined:
            turn.focus(**{CASE: complaint.number})
        if turn.member is not None:
            await risk.assess(turn.session, turn.member.id)

    async def _note_harm(self, turn: Turn) -> None:
        """Harm that is told after the alarm stands in the case, in the customer's words."""
        complaint = await self._case(turn)
        if complaint is None or not words(turn):
            return
        await complaints.add_event(
            turn.session, complaint, text=words(turn), audience=complaints.Audience.STAFF, key=turn.key("harm")
        )

    async def _call_off(self, turn: Turn, answer: str) -> None:
        """There was no alarm: the usual urgency holds again. A case that was filed is taken back with it, after a clear
        yes to a question that names both."""
        complaint = await self._case(turn)
        turn.focus(**{OFF_ASKED: None})
        if complaint is not None and answer == Answer.NO:
            turn.say("reply_danger_off_kept", number=complaint.number)
            turn.done("declined", complaint.number, complaint=complaint.number)
            return
        if complaint is not None and answer != Answer.YES:
            self._ask_to_call_off(turn, complaint)
            return
        if complaint is not None:
            await complaints.withdraw(
                turn.session,
                complaint,
                resolution=label("complaint_resolution", "withdrawn", turn.language),
                key=turn.key("withdraw"),
                message_id=turn.stored_message,
            )
            turn.say("reply_danger_off_withdrawn", number=complaint.number)
            turn.focus(done=None)
        else:
            turn.say("reply_danger_off")
        await conversations.call_off_alarm(turn.session, turn.conversation.id)
        turn.focus(**dict.fromkeys((TOLD, HARM, GUIDED, CASE, CONTACT_KEPT)))
        turn.done("answered", turn.text)

    def _ask_to_call_off(self, turn: Turn, complaint: Complaint) -> None:
        yes, no = (
            button(label("complaint_withdrawal", wish, turn.language), "report_danger", choice=f"{OFF}:{answer}")
            for wish, answer in (("withdraw", Answer.YES), ("keep", Answer.NO))
        )
        turn.say("reply_danger_off_ask", number=complaint.number, buttons=consent_buttons(yes, no))
        turn.focus(**{OFF_ASKED: complaint.number})
        turn.done("answered", complaint.number, complaint=complaint.number)

    async def _keep_contact(self, turn: Turn) -> None:
        phone = phone_in(turn)
        complaint = await self._case(turn)
        if phone is None:
            turn.say("reply_danger_contact")
            return
        if complaint is not None:
            text = label("complaint_note", "contact", turn.language, contact=phone)
            await complaints.add_event(
                turn.session, complaint, text=text, audience=complaints.Audience.STAFF, key=turn.key("contact")
            )
        turn.say("reply_danger_contact_kept", phone=mask_phone(phone))
        turn.focus(**{CONTACT_KEPT: GIVEN})
        turn.done("recorded")

    async def _case(self, turn: Turn) -> Complaint | None:
        """The case that an alarm filed unasked, while it is open."""
        number = str(turn.spoken_of.get(CASE) or "")
        complaint = await complaint_known(turn, number) if number else None
        return complaint if complaint is not None and complaint.is_open else None


def _called(turn: Turn, kind: str) -> str:
    """That a person is got at once; nothing while nobody is there, which the desk tells with what comes next."""
    if kind in ADVISED or not service_hours.is_open(now()):
        return ""
    return label("danger_called", kind if kind in SPOKEN_TO - BY_A_THING else THING, turn.language)


def _tell_of_the_line(turn: Turn) -> None:
    """To who waits already: the new place, or from when somebody is there."""
    at = now()
    if service_hours.is_open(at):
        turn.say("reply_danger_in_line")
    else:
        turn.say("reply_danger_in_line_closed", opens=format_moment(service_hours.next_open(at), turn.language))
