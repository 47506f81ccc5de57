"""Complaints: how far they are."""

import re
from collections.abc import Sequence
from typing import ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction

from actions.kit.base import Button, Event, MemberAction, Turn, button
from actions.kit.form_input import CHOICE, choice, words
from actions.kit.replies import Facts, help_buttons, person_button, person_offer, service_button
from actions.kit.rule_first import Rule
from actions.kit.settled import settled_buttons
from actions.kit.words import lexicon
from actions.service.own_complaint import complaints_known
from crm_store import complaints, risk
from crm_store.complaints import Complaint, ComplaintStatus
from crm_store.labels import label
from crm_store.language import format_date, format_moment
from crm_store.members import Member

NOT_YET = "not_yet"
"""The choice of a customer who asks whether the complaint was filed, while it was not."""
_COMPLAINT_NUMBER = re.compile(r"(?<![A-Za-z])C\s?-?\s?(\d{4})\s?-?\s?(\d{4,})", re.IGNORECASE)


class ActionComplaintStatus(MemberAction):
    """How far a complaint is: the named one, or those that are open, or the last one."""

    action_name: ClassVar[str] = "action_complaint_status"

    async def look_up(self, tracker: Tracker) -> Rule | None:
        # Which one is meant, or that there is none so far, was heard: no rule is asked for.
        is_heard = any(each.get("entity") == CHOICE for each in tracker.latest_message.get("entities") or [])
        return None if is_heard else await super().look_up(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        if choice(turn) == NOT_YET:
            # What is open, or was set aside, asks again behind it.
            turn.say("reply_complaint_not_yet")
            return [] if turn.form is None or turn.is_part else [FollowupAction(turn.form)]
        filed_here = await complaints_known(turn) if turn.member is None else []
        if filed_here:
            number = _number_said(turn)
            await tell_complaint(turn, next((each for each in filed_here if each.number == number), filed_here[0]))
            return []
        if turn.member is None and lexicon.mentions("complaint_wish", words(turn)):
            return [FollowupAction("complaint_form")]
        return await super().answer(turn)

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        number = _number_said(turn)
        if number is not None:
            complaint = await complaints.by_number(turn.session, number, member_id=member.id)
            if complaint is None:
                turn.say("reply_complaint_unknown", number=number)
                turn.done("not_found", number=number)
            else:
                await tell_complaint(turn, complaint)
            return []
        running = await complaints.open_for_member(turn.session, member.id)
        known = running or await complaints.for_member(turn.session, member.id, limit=1)
        if not known and lexicon.mentions("complaint_wish", words(turn)):
            # "什么时候到？我要投诉" with nothing on record wants to complain, whatever the classifier says.
            return [FollowupAction("complaint_form")]
        if not known:
            turn.say("reply_no_complaints", buttons=help_buttons(turn))
            turn.done("no_complaints")
        elif len(known) == 1:
            await tell_complaint(turn, known[0])
        else:
            _tell_several(turn, known[:4])
        return []


async def tell_complaint(turn: Turn, complaint: Complaint) -> None:
    """The state of one complaint: answered or when, late or not, how it was settled."""
    facts: Facts = {
        "number": complaint.number,
        "what": label("complaint_category", complaint.category, turn.language),
        "day": format_date(complaint.filed_at, turn.language),
        "status": label("complaint_status", complaint.status, turn.language),
        "due": format_moment(complaint.due_at, turn.language),
    }
    turn.focus(complaint=complaint.number)
    turn.done("answered", f"{complaint.number}: {complaint.status}", complaint=complaint.number)
    if not complaint.is_open:
        settled = format_date(complaint.resolved_at or complaint.filed_at, turn.language)
        turn.say(
            "reply_complaint_resolved",
            settled=settled,
            resolution=complaint.resolution or "",
            buttons=_settled(turn, complaint),
            **facts,
        )
    elif complaint.replied_at is not None:
        turn.say("reply_complaint_in_progress", replied=format_date(complaint.replied_at, turn.language), **facts)
    elif complaints.breached(complaint):
        buttons = [person_button(turn), service_button(turn, "call_back", "request_callback")]
        turn.focus(accepts={"time": "request_callback"})
        turn.say("reply_complaint_overdue", buttons=buttons, offer=person_offer(turn, "call"), **facts)
        turn.done("overdue", f"{complaint.number} is overdue", complaint=complaint.number)
        if complaint.member_id is not None:
            await risk.assess(turn.session, complaint.member_id)
    else:
        turn.say("reply_complaint_waiting", **facts)


def _settled(turn: Turn, complaint: Complaint) -> list[Button]:
    """What the member may say to the solution, while nothing was said yet."""
    if complaint.status == ComplaintStatus.RESOLVED:
        return settled_buttons(complaint.number, turn.language)
    return help_buttons(turn)[-1:]


def _tell_several(turn: Turn, several: Sequence[Complaint]) -> None:
    entries = [
        label(
            "complaint_in_list",
            "entry",
            turn.language,
            number=complaint.number,
            what=label("complaint_category", complaint.category, turn.language),
            day=format_date(complaint.filed_at, turn.language),
            status=label("complaint_status", complaint.status, turn.language),
        )
        for complaint in several
    ]
    buttons = [button(each.number, "ask_complaint_status", choice=each.number) for each in several]
    turn.focus(listed=buttons)
    turn.say("reply_complaints", complaints="\n".join(entries), buttons=buttons)
    turn.done("answered", f"{len(several)} complaints")


def _number_said(turn: Turn) -> str | None:
    found = _COMPLAINT_NUMBER.search(choice(turn) or words(turn))
    return f"C-{found.group(1)}-{found.group(2)}" if found else None
