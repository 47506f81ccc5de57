"""Complaints: taken by a short form that asks only what is not known."""

from datetime import timedelta
from typing import Any, ClassVar

from actions.kit.base import SET_ASIDE, Button, CrmAction, Event, Turn, button, go_on_button
from actions.kit.form_input import begins, blank, choice, words
from actions.kit.forms import CrmForm, FixedQuestion, interrupts, is_sure, requested, wishes_another
from actions.kit.parsing import email_in, phone_in
from actions.kit.replies import Facts, help_buttons, items_text, parcel_facts, service_button
from actions.kit.told.handing_on import WAITING
from actions.kit.words import consent, lexicon
from actions.kit.words.amending import amends, is_question
from actions.kit.words.consent import Answer
from actions.orders.parcels import chase_parcel
from actions.service.complaint_subject import keep_fault, own_order, own_parcel, subject, with_missing
from actions.service.complaint_words import (
    GOODS,
    adds_facts,
    category_said,
    is_outcry,
    orders_filing,
    put_right_by,
    say_who_decides,
    says_something,
)
from actions.service.own_complaint import add_to_complaint
from actions.service.promises import overdue_promise
from crm_store import complaints, conversations, messages, parcels, promises, risk
from crm_store.clock import now
from crm_store.complaints import Complaint, ComplaintCategory, Severity
from crm_store.conversations import QueueReason, Urgency
from crm_store.labels import label
from crm_store.language import format_moment
from crm_store.messages import Author
from crm_store.orders import Order
from crm_store.parcels import Parcel
from crm_store.policy import policy

FILE, CHASE, PERSON, NO, MORE = "file", "chase", "person", "no", "more"
"""Values of `complaint_consent`; MORE: words for the complaint just filed."""
NO_CONTACT = "-"
"""`complaint_contact` of somebody who would rather leave none."""

LOOK_BACK = timedelta(minutes=30)
LOOK_BACK_MESSAGES = 8
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
_WISHES = frozenset({"return_or_refund", "redeem_points", "cancel_order", "change_order", "request_callback", "affirm"})
"""With the words of such an act they are another wish; without them the message may just tell what happened."""
_NOT_A_STORY = frozenset({"cancel", "request_human", "help", "deny", "affirm", "greet", "thank", "vent"})


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
        if begins(self, turn) and choice(turn) == MORE:
            return blank(self) | {"complaint_consent": MORE, "complaint_description": words(turn)}
        if turn.intent == "ask_complaint_status" and choice(turn) is not None:
            return {}  # "Is it filed" files nothing.
        if begins(self, turn):
            filled = await self._begun(turn)
        elif requested(turn, "complaint_consent"):
            filled = await self._consent(turn)
        elif requested(turn, "complaint_description"):
            filled = await self._told(turn)
        elif requested(turn, "complaint_category"):
            filled = self._category(turn)
        else:
            filled = await self._contact(turn)
        if filled and turn.anger > float(turn.slot("complaint_anger") or 0.0):
            filled["complaint_anger"] = turn.anger
        return filled

    async def required(self, turn: Turn) -> list[str]:
        wanted = turn.slot("complaint_consent")
        if wanted is None:
            return ["complaint_consent"]
        if wanted != FILE:
            return []
        # The parcel that the question named is a description in itself.
        needed = [] if turn.slot("complaint_parcel") else ["complaint_description"]
        needed.append("complaint_category")
        return needed if turn.member is not None else [*needed, "complaint_contact"]

    async def _begun(self, turn: Turn) -> dict[str, Any]:
        filled = blank(self) | await self._story(turn)
        filled |= await subject(turn, filled["complaint_category"])
        if not filled["complaint_description"]:
            filled["complaint_description"] = await with_missing(turn, filled["complaint_category"], "") or None
        if choice(turn) == FILE or orders_filing(words(turn)):
            # The button stood below the facts and said "file a complaint"; or the words say so, with the facts.
            filled["complaint_consent"] = FILE
        return filled

    async def _story(self, turn: Turn) -> dict[str, Any]:
        """What was said already, in this message or shortly before, and what it is about."""
        told = [text for text in await _said_before(turn) if says_something(text)]
        story = "\n".join(told)
        anger = max(turn.anger, await _anger_before(turn)) if turn.pressed else turn.anger
        return {
            "complaint_description": story or None,
            "complaint_category": category_said(story),
            "complaint_anger": anger,
            **_contact_said(turn),
        }

    async def _consent(self, turn: Turn) -> dict[str, Any]:
        """The answer to "shall I file it"; more of what happened is kept, and the question is asked again."""
        text = words(turn)
        if turn.intent == "chase_promise" and turn.pressed:
            return {"complaint_consent": CHASE}
        if amends(text):
            return await self._more(turn)
        answer = consent.read(text).answer
        if turn.intent == "deny" or lexicon.mentions("drop", text) or (answer is Answer.NO and not _tells(turn)):
            return {"complaint_consent": NO}
        wants_person = turn.intent == "request_human" or lexicon.mentions("person", text)
        files = lexicon.mentions("file", text) and not is_question(text) and not is_outcry(text)
        agrees = turn.intent == "affirm" or answer is Answer.YES
        if files or (agrees and not wishes_another(text, self.form_name)):
            more = await self._more(turn) if adds_facts(text) else {}
            return {"complaint_consent": FILE, "complaint_person": wants_person or None} | more
        if wants_person:
            return {"complaint_consent": PERSON}
        if lexicon.mentions("chase", text) and (turn.slot("complaint_parcel") or not _tells(turn)):
            return {"complaint_consent": CHASE}
        return await self._more(turn) if _tells(turn) else {}

    async def _more(self, turn: Turn) -> dict[str, Any]:
        """Further words join the story. A fault of the thing itself is no matter of a parcel's being late."""
        text, told = words(turn).strip(), turn.slot("complaint_description")
        more: dict[str, Any] = {"complaint_description": f"{told}\n{text}" if told else text}
        category = category_said(text)
        if category in GOODS and turn.slot("complaint_category") not in GOODS:
            more |= {"complaint_category": category, "complaint_parcel": None, "complaint_order": None}
            more |= await subject(turn, category)
        elif category is not None and turn.slot("complaint_category") in (None, put_right_by(category)):
            more["complaint_category"] = category
        elif not turn.slot("complaint_order") and turn.slot("complaint_category") in GOODS:
            more |= await subject(turn, turn.slot("complaint_category"))
        return more

    async def _told(self, turn: Turn) -> dict[str, Any]:
        text = words(turn).strip()
        if not text or turn.intent in _NOT_A_STORY or (is_sure(turn) and is_question(text)):
            return {}
        filled: dict[str, Any] = {"complaint_description": text}
        category = turn.slot("complaint_category") or category_said(text)
        if category:
            filled["complaint_category"] = category
        return filled | (await subject(turn, category) if not turn.slot("complaint_order") else {})

    def _category(self, turn: Turn) -> dict[str, Any]:
        if turn.intent in _NOT_A_STORY:
            return {}
        pressed = choice(turn)
        if pressed in set(ComplaintCategory):
            return {"complaint_category": pressed}
        text = words(turn)
        if not text:
            return {}
        meant = category_said(text)
        if meant is None and (interrupts(turn) or is_question(text)):
            return {}
        # Who leaves a contact instead of naming a kind is not asked for it once more.
        meant = meant or ComplaintCategory.OTHER
        return {"complaint_category": meant, **_contact_said(turn)}

    async def _contact(self, turn: Turn) -> dict[str, Any]:
        """The contact; a detail given instead of it is kept, and whoever wants to leave none need not."""
        said = _contact_said(turn)
        if said or turn.pressed:
            return said
        if turn.intent == "deny" or (consent.read(turn.text).answer is Answer.NO and not amends(turn.text)):
            return {"complaint_contact": NO_CONTACT}
        return await self._more(turn) if _tells(turn) else {}


class AskComplaintConsent(CrmAction):
    """An apology, the true state where a parcel is in question, and what can be done now."""

    action_name: ClassVar[str] = "action_ask_complaint_form_complaint_consent"
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        parcel = await own_parcel(turn, turn.slot("complaint_parcel"))
        say_who_decides(turn)
        if parcel is None:
            await self._ask_without_parcel(turn)
            return []
        response = "reply_complaint_consent_late" if parcels.lateness(parcel) else "reply_complaint_consent_parcel"
        turn.say(response, buttons=_consent_buttons(turn, parcel), **parcel_facts(parcel, turn.language))
        return []

    async def _ask_without_parcel(self, turn: Turn) -> None:
        """A promise that was not kept is admitted before anything is asked."""
        buttons = _consent_buttons(turn, None)
        if "\n" in str(turn.slot("complaint_description") or ""):
            turn.say("reply_complaint_consent_more", buttons=buttons)
            return
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
        wanted = turn.slot("complaint_consent")
        parcel = await own_parcel(turn, turn.slot("complaint_parcel"))
        if wanted in (FILE, MORE):
            say_who_decides(turn)
        if wanted == FILE:
            await self._file(turn, parcel)
        elif wanted == MORE:
            await add_to_complaint(turn, str(turn.slot("complaint_description") or ""))
        elif wanted == PERSON:
            await call_person(turn, urgency=Urgency.RAISED)
            turn.say("reply_complaint_person")
            turn.done("handed_over", "complaint told to a person")
        elif wanted == CHASE and turn.member is not None and parcel is not None:
            await chase_parcel(turn, turn.member, parcel)
        elif wanted == CHASE:
            turn.say("reply_complaint_nothing_to_chase", buttons=help_buttons(turn))
            turn.done("nothing_to_chase")
        else:
            turn.say("reply_complaint_not_filed")
            turn.done("complaint_dropped")
        if turn.spoken_of.get(SET_ASIDE) and wanted in (FILE, NO):
            turn.say("reply_take_up_again", buttons=[go_on_button(turn.language)])
        return ComplaintForm.cleared()

    async def _file(self, turn: Turn, parcel: Parcel | None) -> None:
        order = await own_order(turn, turn.slot("complaint_order"))
        anger = float(turn.slot("complaint_anger") or 0.0)
        category = turn.slot("complaint_category") or ComplaintCategory.OTHER
        told = turn.slot("complaint_description") or _bare_description(turn, parcel)
        complaint = await complaints.file(
            turn.session,
            member_id=turn.member.id if turn.member else None,
            identity_id=turn.identity.id,
            conversation_id=turn.conversation.id,
            category=category,
            description=await with_missing(turn, category, told),
            anger=anger,
            order_id=order.id if order is not None else None,
            parcel_id=parcel.id if parcel is not None else None,
            message_id=turn.stored_message,
            language=turn.language,
            key=turn.key("complaint"),
        )
        await _keep_contact(turn, complaint)
        # The question has named the parcel already; an order found by the words is said, so that it can be put right.
        _say_filed(turn, complaint, order if parcel is None else None)
        turn.focus(complaint=complaint.number, done="make_complaint", order=order.number if order else None)
        turn.focus(**{WAITING: None})
        await keep_fault(turn, order, complaint.category, complaint.description)
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


def _say_filed(turn: Turn, complaint: Complaint, order: Order | None) -> None:
    facts: Facts = {"number": complaint.number, "due": format_moment(complaint.due_at, turn.language)}
    if complaint.joined:
        turn.say("reply_complaint_joined", **facts)
    elif order is not None:
        turn.say("reply_complaint_filed_order", order=order.number, items=items_text(order, turn.language), **facts)
    else:
        turn.say("reply_complaint_filed", **facts)


def _tells(turn: Turn) -> bool:
    """Whether the message tells something that belongs to the complaint."""
    text = words(turn)
    if turn.intent in _NOT_A_STORY - {"deny"} or is_question(text) or not says_something(text):
        return False
    if turn.intent in _WISHES and wishes_another(text, ComplaintForm.form_name):
        return False
    return not (is_sure(turn) and turn.intent.startswith("ask_"))


async def _said_before(turn: Turn) -> list[str]:
    """The words that led to the complaint: this message's, or for a bare one or a button the last ones before it."""
    own = words(turn)
    if says_something(own):
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


def _contact_said(turn: Turn) -> dict[str, Any]:
    """A telephone number or an e-mail address of somebody who is no member."""
    if turn.member is not None:
        return {}
    asked = requested(turn, "complaint_contact")
    phone = phone_in(turn) if asked or turn.entity("phone") else None
    contact = phone or email_in(turn)
    return {"complaint_contact": contact} if contact else {}


async def _keep_contact(turn: Turn, complaint: Complaint) -> None:
    contact = turn.slot("complaint_contact")
    if contact and contact != NO_CONTACT:
        text = label("complaint_note", "contact", turn.language, contact=contact)
        await complaints.add_event(
            turn.session, complaint, text=text, audience=complaints.Audience.STAFF, key=turn.key("contact")
        )
