"""Joining: a name, one way to be reached, and a separate question whether news are wanted."""

from typing import Any, ClassVar

from rasa_sdk.events import SlotSet

from actions.kit import slot_text
from actions.kit.base import PENDING_ACTION_SLOT, CrmAction, Event, Turn
from actions.kit.codes import CODE_SLOTS, AskCode, again, resend, tried
from actions.kit.forms import CrmForm, FixedQuestion, requested, yes_or_no
from actions.kit.mail import mailer
from actions.kit.parsing import code_in, email_in, is_aside, phone_in
from actions.kit.words import lexicon, plainly
from actions.member import names, no_account
from actions.member.binding import BindingAction, join_up
from crm_store import identities, members, verification
from crm_store.identities import VerifiedBy
from crm_store.members import ContactTaken, Member
from crm_store.verification import StartedCode


class JoinForm(CrmForm):
    """`join_email` or `join_phone` is the contact; `join_contact` only names the question for one of them."""

    form_name: ClassVar[str] = "join_form"
    writes: ClassVar[bool] = True
    slots: ClassVar[tuple[str, ...]] = (
        "join_name", "join_contact", "join_code", "join_consent", "join_email", "join_phone", *CODE_SLOTS,
    )  # fmt: skip

    async def required(self, turn: Turn) -> list[str]:
        if turn.member is not None:
            return []
        proof = ["join_code"] if turn.slot("join_email") and _mail_proves() else []
        return ["join_name", "join_contact", *proof, "join_consent"]

    async def fill(self, turn: Turn) -> dict[str, Any]:
        address, phone, code = email_in(turn), phone_in(turn), code_in(turn)
        if requested(turn, "join_code") and code is not None and address is None:
            return await tried(turn, "join_code", code, new_address=str(turn.slot("join_email")))
        if requested(turn, "join_code") and turn.intent == "bind_account" and address is None:
            return resend("join_code")
        if (asked := _question_in(turn)) is not None:
            turn.say(asked)
            return {"join_name": turn.slot("join_name")}
        filled: dict[str, Any] = {}
        if address is not None and address != turn.slot("join_email"):
            filled |= {"join_contact": address, "join_email": address, "join_phone": None, **again("join_code")}
        elif phone is not None and phone != turn.slot("join_phone"):
            filled |= {"join_contact": phone, "join_phone": phone, "join_email": None, **again("join_code")}
        name = _name_in(turn, contact=bool(filled))
        if name is not None:
            filled["join_name"] = name
        if filled:
            return filled
        if requested(turn, "join_contact") and turn.intent == "inform" and not turn.pressed:
            turn.say("reply_join_contact_unreadable")
            return {"join_contact": None}
        return yes_or_no(turn, "join_consent")


class ActionJoinStart(CrmAction):
    action_name: ClassVar[str] = "action_join_start"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is not None:
            name = members.addressed_as(turn.member, turn.language) or turn.member.number
            turn.say("reply_already_member", name=name, number=turn.member.number)
            turn.done("already_member")
            return []
        if no_account.is_said(turn):
            return no_account.answered(turn)
        turn.say("reply_join_intro")
        return JoinForm.begun()


class AskJoinName(FixedQuestion):
    def name(self) -> str:
        return "action_ask_join_form_join_name"


class AskJoinContact(FixedQuestion):
    def name(self) -> str:
        return "action_ask_join_form_join_contact"


class ActionAskJoinCode(AskCode):
    action_name: ClassVar[str] = "action_ask_join_form_join_code"
    address_slot: ClassVar[str] = "join_email"

    async def start(self, turn: Turn, address: str) -> StartedCode:
        return await verification.start_address_code(turn.session, turn.identity, email=address)


class AskJoinConsent(FixedQuestion):
    def name(self) -> str:
        return "action_ask_join_form_join_consent"


class ActionJoinSubmit(BindingAction):
    """Makes the member; an address that is proved to be a member's already binds to that member instead."""

    action_name: ClassVar[str] = "action_join_form_submit"

    async def answer(self, turn: Turn) -> list[Event] | None:
        name, email, phone = turn.slot("join_name"), turn.slot("join_email"), turn.slot("join_phone")
        if turn.member is not None:
            # The same message played once more: the membership stands already.
            turn.say("reply_joined", name=members.addressed_as(turn.member, turn.language), number=turn.member.number)
            return JoinForm.cleared()
        if not name or not (email or phone):
            return JoinForm.cleared()
        proved = bool(email and turn.slot("join_code"))
        known = await members.by_email(turn.session, email) if proved else None
        if known is not None:
            await identities.bind(turn.session, turn.identity, known, by=VerifiedBy.EMAIL_CODE)
            await join_up(turn, turn.identity, known)
            shown = members.addressed_as(known, turn.language) or known.number
            turn.say("reply_join_known_after_all", name=shown, number=known.number)
            turn.done("bound", member=known.number)
        else:
            member = await self._create(turn, name, email, phone)
            proof = VerifiedBy.EMAIL_CODE if proved else VerifiedBy.JOINED
            await identities.bind(turn.session, turn.identity, member, by=proof)
            await join_up(turn, turn.identity, member)
            turn.say("reply_joined" if proved else "reply_joined_unproved", name=name, number=member.number)
        return [*JoinForm.cleared(), SlotSet(PENDING_ACTION_SLOT, None)]

    @staticmethod
    async def _create(turn: Turn, name: str, email: str | None, phone: str | None) -> Member:
        """The new member. A contact that is another member's is left out without a word to the visitor, who has not
        proved to be that member; staff see it on the timeline."""
        profile: dict[str, Any] = {
            "preferred_name": name,
            "language": turn.language,
            "marketing_consent": bool(turn.slot("join_consent")),
            "by": "member",
        }
        try:
            member = await members.create(turn.session, email=email, phone=phone, **profile)
        except ContactTaken as taken:
            member = await members.create(turn.session, **profile)
            owner = await members.find(turn.session, str(email or phone))
            turn.done("joined", member=member.number, contact_taken=taken.field, owner=owner.number if owner else None)
        else:
            turn.done("joined", member=member.number)
        return member


def _mail_proves() -> bool:
    """Whether an address can be proved here: mail really reaches people, or the demo's log stands in for it."""
    return mailer() is not None


def _question_in(turn: Turn) -> str | None:
    """The reply to what people ask while they join: whether it costs anything, whether a phone will do."""
    if turn.pressed or email_in(turn) or phone_in(turn):
        return None
    asks = turn.intent.startswith("ask_") or lexicon.mentions("question", turn.text) or slot_text.is_question(turn.text)
    if plainly.heard_as(turn.text) is not None:
        # "Can I pay with LINE Pay" asks for another rule, and not what joining costs.
        return None
    about = lexicon.meant("join_question", turn.text)
    if about == "free":
        return "reply_join_is_free" if asks else None
    if about in ("gives", "needs"):
        return f"reply_join_{about}"
    return "reply_join_phone_will_do" if about is not None else None


def _name_in(turn: Turn, *, contact: bool) -> str | None:
    """How the visitor wants to be called: said as such anywhere, or the plain answer to the question."""
    named = turn.entity("preferred_name")
    if named:
        return names.said(str(named))
    if not requested(turn, "join_name") or contact or turn.pressed or is_aside(turn):
        return None
    return names.said(turn.text)
