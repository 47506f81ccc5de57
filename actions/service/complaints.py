"""Complaints: taken by a short form that asks only what is not known."""

from datetime import timedelta
from typing import Any, ClassVar

from actions.kit import lexicon
from actions.kit.base import Button, CrmAction, Event, Turn, button
from actions.kit.form_input import begins, blank, choice, words
from actions.kit.forms import CrmForm, FixedQuestion, requested
from actions.kit.mentions import order_meant
from actions.kit.parsing import email_in, phone_in
from actions.kit.replies import help_buttons, parcel_facts, service_button
from actions.orders.parcels import chase_parcel
from actions.service.promises import overdue_promise
from crm_store import complaints, conversations, messages, orders, parcels, promises, risk
from crm_store.clock import now
from crm_store.complaints import Complaint, ComplaintCategory, Severity
from crm_store.conversations import QueueReason, Urgency
from crm_store.labels import label
from crm_store.language import format_moment
from crm_store.messages import Author
from crm_store.orders import Order
from crm_store.parcels import Parcel
from crm_store.policy import policy

FILE, CHASE, PERSON, NO = "file", "chase", "person", "no"
"""Values of `complaint_consent`."""

SUBSTANCE_CHARACTERS = 4
"""Fewer characters than these, bare words of complaint left out, say nothing of what happened."""
LOOK_BACK = timedelta(minutes=30)
LOOK_BACK_MESSAGES = 8
RECENT_ORDERS = 20
CATEGORIES_OFFERED = (
    ComplaintCategory.LATE_DELIVERY,
    ComplaintCategory.QUALITY,
    ComplaintCategory.STAFF,
    ComplaintCategory.OTHER,
)
URGENCY = {
    Severity.LOW: Urgency.NORMAL,
    Severity.NORMAL: Urgency.RAISED,
    Severity.HIGH: Urgency.HIGH,
    Severity.CRITICAL: Urgency.CRITICAL,
}

_TROUBLE_INTENTS = frozenset(
    {"make_complaint", "ask_parcel", "ask_order_status", "chase_promise", "return_or_refund", "ask_refund_status"}
)
_NOT_A_STORY = frozenset({"cancel", "request_human", "help", "deny", "affirm", "greet", "thank"})


class ComplaintForm(CrmForm):
    form_name: ClassVar[str] = "complaint_form"
    slots: ClassVar[tuple[str, ...]] = (
        "complaint_consent",
        "complaint_description",
        "complaint_category",
        "complaint_contact",
        "complaint_parcel",
        "complaint_order",
        "complaint_anger",
        "complaint_person",
    )

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if begins(self, turn):
            filled = blank(self) | await self._story(turn)
            filled |= await self._subject(turn, filled["complaint_category"])
            if choice(turn) == FILE:
                # The button stood below the facts and said "file a complaint": the consent is given.
                filled["complaint_consent"] = FILE
        elif requested(turn, "complaint_consent"):
            filled = self._consent(turn)
        elif requested(turn, "complaint_description"):
            filled = await self._told(turn)
        elif requested(turn, "complaint_category"):
            filled = self._category(turn)
        else:
            filled = _contact(turn)
        if filled and turn.anger > float(turn.slot("complaint_anger") or 0.0):
            filled["complaint_anger"] = turn.anger
        return filled

    async def required(self, turn: Turn) -> list[str]:
        consent = turn.slot("complaint_consent")
        if consent is None:
            return ["complaint_consent"]
        if consent != FILE:
            return []
        # The parcel that the question named is a description in itself.
        needed = [] if turn.slot("complaint_parcel") else ["complaint_description"]
        needed.append("complaint_category")
        return needed if turn.member is not None else [*needed, "complaint_contact"]

    async def _story(self, turn: Turn) -> dict[str, Any]:
        """What was said already, in this message or shortly before, and what it is about."""
        told = [text for text in await _said_before(turn) if _says_something(text)]
        story = "\n".join(told)
        anger = max(turn.anger, await _anger_before(turn)) if turn.pressed else turn.anger
        return {
            "complaint_description": story or None,
            "complaint_category": lexicon.meant("complaint_category", story),
            "complaint_anger": anger,
            **_contact(turn),
        }

    async def _subject(self, turn: Turn, category: str | None) -> dict[str, Any]:
        """The parcel or order complained about, where the CRM leaves no doubt."""
        if turn.member is None:
            return {}
        if turn.entity("order_number") or turn.entity("parcel_number"):
            named = (await order_meant(turn, turn.member, [])).one
            sent = await parcels.for_order(turn.session, named.id) if named is not None else []
            late = [parcel for parcel in sent if parcels.lateness(parcel)]
            found: dict[str, Any] = {"complaint_order": named.number} if named is not None else {}
            if len(late) == 1 and category in (None, ComplaintCategory.LATE_DELIVERY):
                found |= _about_parcel(late[0])
            return found
        if category in (None, ComplaintCategory.LATE_DELIVERY):
            running = await parcels.open_for_member(turn.session, turn.member.id)
            late = [parcel for parcel in running if parcels.lateness(parcel)]
            only = late or (running if category is not None else [])
            if len(only) == 1:
                return _about_parcel(only[0])
            if category is None and await overdue_promise(turn, turn.member) is not None:
                return {"complaint_category": ComplaintCategory.STAFF.value}
            return {}
        candidates = await orders.recent(turn.session, turn.member.id, limit=RECENT_ORDERS)
        one = (await order_meant(turn, turn.member, candidates)).one
        return {"complaint_order": one.number} if one is not None else {}

    def _consent(self, turn: Turn) -> dict[str, Any]:
        text = words(turn)
        wants_person = turn.intent == "request_human" or lexicon.mentions("person", text)
        begins_with = lexicon.yes_or_no_said(text)
        refuses = turn.intent == "deny" or (begins_with is False and turn.intent != "make_complaint")
        if refuses or lexicon.mentions("drop", text):
            return {"complaint_consent": NO}
        if turn.intent == "chase_promise" and turn.pressed:
            return {"complaint_consent": CHASE}
        agrees = turn.intent in {"affirm", "make_complaint"} or begins_with or lexicon.mentions("file", text)
        if agrees:
            return {"complaint_consent": FILE, "complaint_person": wants_person or None} | self._more(turn)
        if wants_person:
            return {"complaint_consent": PERSON}
        if lexicon.mentions("chase", text) or turn.intent == "chase_promise":
            return {"complaint_consent": CHASE}
        return {}

    def _more(self, turn: Turn) -> dict[str, Any]:
        """Consent given together with what happened."""
        text, told = words(turn), turn.slot("complaint_description")
        if not _says_something(text) or lexicon.meant("complaint_category", text) is None:
            return {}
        more = {"complaint_description": f"{told}\n{text}" if told else text}
        return more | ({} if turn.slot("complaint_category") else self._category(turn))

    async def _told(self, turn: Turn) -> dict[str, Any]:
        text = words(turn).strip()
        if not text or turn.intent in _NOT_A_STORY:
            return {}
        filled: dict[str, Any] = {"complaint_description": text}
        category = turn.slot("complaint_category") or lexicon.meant("complaint_category", text)
        if category:
            filled["complaint_category"] = category
        return filled | (await self._subject(turn, category) if not turn.slot("complaint_order") else {})

    def _category(self, turn: Turn) -> dict[str, Any]:
        if turn.intent in _NOT_A_STORY:
            return {}
        pressed = choice(turn)
        if pressed in set(ComplaintCategory):
            return {"complaint_category": pressed}
        text = words(turn)
        return (
            {"complaint_category": lexicon.meant("complaint_category", text) or ComplaintCategory.OTHER} if text else {}
        )


class AskComplaintConsent(CrmAction):
    """An apology, the true state where a parcel is in question, and what can be done now."""

    action_name: ClassVar[str] = "action_ask_complaint_form_complaint_consent"
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        parcel = await _own_parcel(turn, turn.slot("complaint_parcel"))
        if parcel is None:
            await self._ask_without_parcel(turn)
            return []
        response = "reply_complaint_consent_late" if parcels.lateness(parcel) else "reply_complaint_consent_parcel"
        turn.say(response, buttons=_consent_buttons(turn, parcel), **parcel_facts(parcel, turn.language))
        return []

    async def _ask_without_parcel(self, turn: Turn) -> None:
        """A promise that was not kept is admitted before anything is asked."""
        buttons = _consent_buttons(turn, None)
        is_about_us = turn.slot("complaint_category") in (None, ComplaintCategory.STAFF)
        promise = await overdue_promise(turn, turn.member) if turn.member is not None and is_about_us else None
        if promise is None:
            turn.say("reply_complaint_consent", buttons=buttons)
            return
        promise = await promises.break_if_overdue(turn.session, promise)
        turn.say("reply_complaint_consent_promise", promise=promise.text, buttons=buttons)


class AskComplaintDescription(FixedQuestion):
    def name(self) -> str:
        return "action_ask_complaint_form_complaint_description"


class AskComplaintCategory(CrmAction):
    action_name: ClassVar[str] = "action_ask_complaint_form_complaint_category"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        buttons = [
            button(label("complaint_category", category, turn.language), "inform", choice=category.value)
            for category in CATEGORIES_OFFERED
        ]
        turn.say("reply_complaint_category", buttons=buttons)
        return []


class AskComplaintContact(FixedQuestion):
    def name(self) -> str:
        return "action_ask_complaint_form_complaint_contact"


class FileComplaint(CrmAction):
    """File the complaint, or do what was chosen instead of it."""

    action_name: ClassVar[str] = "action_complaint_form_submit"

    async def answer(self, turn: Turn) -> list[Event] | None:
        consent = turn.slot("complaint_consent")
        parcel = await _own_parcel(turn, turn.slot("complaint_parcel"))
        if consent == FILE:
            await self._file(turn, parcel)
        elif consent == PERSON:
            await call_person(turn, urgency=Urgency.RAISED)
            turn.say("reply_complaint_person")
            turn.done("handed_over", "complaint told to a person")
        elif consent == CHASE and turn.member is not None and parcel is not None:
            await chase_parcel(turn, turn.member, parcel)
        elif consent == CHASE:
            turn.say("reply_complaint_nothing_to_chase", buttons=help_buttons(turn))
            turn.done("nothing_to_chase")
        else:
            turn.say("reply_complaint_not_filed")
            turn.done("complaint_dropped")
        return ComplaintForm.cleared()

    async def _file(self, turn: Turn, parcel: Parcel | None) -> None:
        order = await _own_order(turn, turn.slot("complaint_order"))
        anger = float(turn.slot("complaint_anger") or 0.0)
        complaint = await complaints.file(
            turn.session,
            member_id=turn.member.id if turn.member else None,
            identity_id=turn.identity.id,
            conversation_id=turn.conversation.id,
            category=turn.slot("complaint_category") or ComplaintCategory.OTHER,
            description=turn.slot("complaint_description") or _bare_description(turn, parcel),
            anger=anger,
            order_id=order.id if order is not None else None,
            parcel_id=parcel.id if parcel is not None else None,
            message_id=turn.stored_message,
            language=turn.language,
            key=turn.key("complaint"),
        )
        await _keep_contact(turn, complaint)
        response = "reply_complaint_joined" if complaint.joined else "reply_complaint_filed"
        turn.say(response, number=complaint.number, due=format_moment(complaint.due_at, turn.language))
        turn.done(
            "complaint_filed", complaint.number,
            complaint=complaint.number, severity=complaint.severity, category=complaint.category,
        )  # fmt: skip
        if turn.slot("complaint_person") or anger >= policy().anger.hand_over:
            await call_person(turn, urgency=URGENCY[Severity(complaint.severity)])
        if turn.member is not None:
            await risk.assess(turn.session, turn.member.id)


async def call_person(turn: Turn, *, urgency: Urgency) -> None:
    """Put the conversation into the queue; the desk tells the customer the place in it."""
    await conversations.request_human(turn.session, turn.conversation.id, reason=QueueReason.COMPLAINT, urgency=urgency)


def _consent_buttons(turn: Turn, parcel: Parcel | None) -> list[Button]:
    chase = [service_button(turn, "chase", "chase_promise")] if parcel is not None else []
    return [service_button(turn, "complain", "affirm"), *chase, service_button(turn, "human", "request_human")]


def _about_parcel(parcel: Parcel) -> dict[str, Any]:
    return {
        "complaint_parcel": parcel.number,
        "complaint_order": parcel.order.number,
        "complaint_category": ComplaintCategory.LATE_DELIVERY.value,
    }


def _says_something(text: str) -> bool:
    left = lexicon.without("complaint_bare", text)
    return len(left.replace(" ", "")) >= SUBSTANCE_CHARACTERS


async def _said_before(turn: Turn) -> list[str]:
    """The words that led to the complaint: this message's, or for a bare one or a button the last ones before it."""
    own = words(turn)
    if _says_something(own):
        return [own]
    earlier = []
    for message in await _earlier(turn):
        is_trouble = message.intent in _TROUBLE_INTENTS or message.sentiment == "negative"
        if message.text and is_trouble:
            earlier.append(message.text)
    return [*earlier[-2:], own]


async def _anger_before(turn: Turn) -> float:
    return max((message.anger or 0.0 for message in (await _earlier(turn))[-1:]), default=0.0)


async def _earlier(turn: Turn) -> list[messages.Message]:
    """What the customer wrote shortly before this message, oldest first."""
    found = await messages.history(turn.session, turn.conversation.id, limit=LOOK_BACK_MESSAGES, newest=True)
    return [
        message
        for message in found
        if message.author == Author.CUSTOMER
        and message.text
        and message.id != turn.stored_message
        and now() - message.created_at <= LOOK_BACK
    ]


def _bare_description(turn: Turn, parcel: Parcel | None) -> str:
    said = words(turn)
    return " ".join(part for part in (said, parcel.number if parcel is not None else "") if part) or turn.intent


def _contact(turn: Turn) -> dict[str, Any]:
    """A telephone number or an e-mail address of somebody who is no member."""
    if turn.member is not None:
        return {}
    asked = requested(turn, "complaint_contact")
    phone = phone_in(turn) if asked or turn.entity("phone") else None
    contact = phone or email_in(turn)
    return {"complaint_contact": contact} if contact else {}


async def _keep_contact(turn: Turn, complaint: Complaint) -> None:
    contact = turn.slot("complaint_contact")
    if contact:
        text = label("complaint_note", "contact", turn.language, contact=contact)
        await complaints.add_event(
            turn.session, complaint, text=text, audience=complaints.Audience.STAFF, key=turn.key("contact")
        )


async def _own_parcel(turn: Turn, number: str | None) -> Parcel | None:
    if turn.member is None or number is None:
        return None
    return await parcels.by_number(turn.session, number, member_id=turn.member.id)


async def _own_order(turn: Turn, number: str | None) -> Order | None:
    if turn.member is None or number is None:
        return None
    return await orders.by_number(turn.session, number, member_id=turn.member.id)
