"""Binding a visitor to a member: a one-time code by e-mail, or the shop's own sign-in; and undoing it."""

import copy
import re
from abc import ABC
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.endpoint import action_classes
from actions.kit import proof
from actions.kit.asking_who import NO_MAIL, other_ways
from actions.kit.base import BIND_FORM, PENDING, PENDING_ACTION_SLOT, Button, CrmAction, Event, MemberAction, Turn
from actions.kit.codes import CODE_SLOTS, WEB_CHANNEL, AskCode, again, resend, sign_in_button, tried
from actions.kit.form_input import choice
from actions.kit.forms import CrmForm, FixedQuestion, requested, yes_or_no
from actions.kit.mail import mail_arrives
from actions.kit.mentions import names_another_member
from actions.kit.parsing import code_in, email_in, is_aside
from actions.kit.proof import BY_PHONE, SIGN_IN_HOW
from actions.kit.words import lexicon
from actions.member import no_account
from crm_store import conversations, identities, interactions, members, verification
from crm_store.identities import Identity
from crm_store.language import mask_email, mask_phone
from crm_store.members import Member
from crm_store.verification import StartedCode

UNBIND, SIGNED_IN = "unbind", "signed_in"
"""The `reason` of the button that undoes the binding, and of what the website sends when the shop has vouched."""
_UNBIND = re.compile(
    r"解绑|解除绑定|取消绑定|绑错|解綁|解除綁定|取消綁定|綁錯|退出登录|登出|不是我"
    r"|unlink|unbind|disconnect|log ?out|sign ?out|wrong account|not me",
    re.IGNORECASE,
)


class BindForm(CrmForm):
    form_name: ClassVar[str] = BIND_FORM
    writes: ClassVar[bool] = True
    slots: ClassVar[tuple[str, ...]] = ("bind_email", "bind_code", *CODE_SLOTS)

    async def required(self, turn: Turn) -> list[str]:
        if turn.slot("bind_code"):
            return []
        return [] if turn.member else ["bind_email", "bind_code"]

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if choice(turn) in proof.ASIDES:
            return {}
        address = email_in(turn)
        if address is not None:
            return {"bind_email": address, **again("bind_code")} if address != turn.slot("bind_email") else {}
        code = code_in(turn)
        if requested(turn, "bind_code") and code is not None:
            return await tried(turn, "bind_code", code)
        if requested(turn, "bind_code") and turn.intent == "bind_account":
            return resend("bind_code")
        if requested(turn, "bind_email") and not turn.pressed and turn.text:
            if no_account.is_said(turn):
                return {}
            if is_aside(turn, but=("bind_account",)):
                return {}
            if "@" in turn.text or turn.intent == "inform":
                turn.say("reply_email_unreadable")
                return {"bind_email": None}
        return {}


class BindingAction(CrmAction, ABC):
    """An action that may bind the visitor to a member, and then answers what was asked before that."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        events = await super().run(dispatcher, tracker, domain)
        pending = tracker.get_slot(PENDING_ACTION_SLOT)
        if not pending or not any(event == SlotSet(PENDING_ACTION_SLOT, None) for event in events):
            return events
        # Run here and not as Rasa's follow-up: no rule leads on from an action that does not fit the latest intent.
        asked = copy.copy(tracker)
        asked.active_loop = {}
        asked.latest_message = {**tracker.latest_message, **pending["message"]}
        return [*events, *await action_classes()[pending["action"]]().run(dispatcher, asked, domain)]


class ActionBindStart(BindingAction):
    """Opens the form for a visitor; a member hears as whom they are known, and may undo it. Whom the shop has vouched
    for meanwhile is greeted, and what was asked before that is answered."""

    action_name: ClassVar[str] = "action_bind_start"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is not None and turn.entity("reason") == SIGNED_IN:
            return await _known_now(turn, turn.member)
        if turn.member is not None:
            if turn.entity("reason") == UNBIND or (not turn.pressed and _UNBIND.search(turn.text)):
                return UnbindForm.begun()
            if names_another_member(turn):
                turn.say("reply_of_another_member")
                turn.done("refused")
                return []
            if not turn.pressed and lexicon.mentions("mail_not_found", turn.text):
                contact = mask_email(turn.member.email) if turn.member.email else ""
                turn.say("reply_mail_not_found" if contact else "reply_mail_unknown", contact=contact)
                turn.done("answered")
                return []
            turn.say("reply_already_bound", who=members.addressed_as(turn.member, turn.language) or turn.member.number,
                     contact=_contact(turn.member))  # fmt: skip
            turn.done("answered")
            return []
        if no_account.is_said(turn):
            return no_account.answered(turn)
        on_web = turn.conversation.channel == WEB_CHANNEL
        if choice(turn) == SIGN_IN_HOW:
            turn.say("reply_sign_in_how" if on_web else "reply_bind_by_link", buttons=other_ways(turn))
            turn.done("answered")
            return []
        if choice(turn) == BY_PHONE:
            turn.say(f"reply_bind_by_phone{'' if mail_arrives() else NO_MAIL}", buttons=other_ways(turn))
            turn.done("answered")
            return []
        if not mail_arrives():
            turn.say("reply_bind_by_sign_in" if on_web else "reply_bind_by_link", buttons=other_ways(turn))
            turn.done("mail_not_set_up")
            # What was open still from a time when mail could be sent asks for no code any more.
            return BindForm.left() if turn.form == BIND_FORM else []
        return BindForm.begun()


class ActionAskBindEmail(CrmAction):
    action_name: ClassVar[str] = "action_ask_bind_form_bind_email"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        buttons: list[Button] | None = [sign_in_button(turn)] if turn.conversation.channel == WEB_CHANNEL else None
        turn.say("reply_ask_bind_email", buttons=buttons)
        return []


class ActionAskBindCode(AskCode):
    action_name: ClassVar[str] = "action_ask_bind_form_bind_code"
    address_slot: ClassVar[str] = "bind_email"
    sent_response: ClassVar[str] = "reply_code_sent_if_known"

    async def start(self, turn: Turn, address: str) -> StartedCode:
        return await verification.start_code(turn.session, turn.identity, email=address)


class ActionBindSubmit(BindingAction):
    """Greets the member and answers what was asked before."""

    action_name: ClassVar[str] = "action_bind_form_submit"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is None:
            turn.say("reply_verify_first")
            turn.done("verification_needed")
            return BindForm.cleared()
        return await _known_now(turn, turn.member)


async def _known_now(turn: Turn, member: Member) -> list[Event]:
    """Greet the member by name; what waited for this is answered next (`BindingAction`)."""
    await join_up(turn, turn.identity, member)
    name = members.addressed_as(member, turn.language) or member.number
    turn.say("reply_bound_go_on" if turn.slot(PENDING_ACTION_SLOT) else "reply_bound", name=name)
    turn.done("bound", member=member.number)
    turn.focus(**{PENDING: None})
    return [SlotSet(PENDING_ACTION_SLOT, None), *(BindForm.left() if turn.form == BIND_FORM else BindForm.cleared())]


async def join_up(turn: Turn, identity: Identity, member: Member) -> None:
    """What the visitor said so far in this conversation belongs to the member from now on."""
    await conversations.bind_member(turn.session, identity, member)
    await interactions.adopt(turn.session, identity_id=identity.id, member_id=member.id)


class UnbindForm(CrmForm):
    form_name: ClassVar[str] = "unbind_form"
    slots: ClassVar[tuple[str, ...]] = ("unbind_confirm",)

    async def fill(self, turn: Turn) -> dict[str, Any]:
        return yes_or_no(turn, "unbind_confirm")

    async def required(self, turn: Turn) -> list[str]:
        return ["unbind_confirm"] if turn.member else []


class AskToUnbind(FixedQuestion):
    def name(self) -> str:
        return "action_ask_unbind_form_unbind_confirm"


class ActionUnbindSubmit(MemberAction):
    action_name: ClassVar[str] = "action_unbind_form_submit"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        if not turn.slot("unbind_confirm"):
            turn.say("reply_unbind_not_done")
            turn.done("declined")
            return UnbindForm.cleared()
        await identities.unbind(turn.session, turn.identity, by="member")
        turn.say("reply_unbound")
        turn.done("unbound", member=member.number)
        return UnbindForm.cleared()


def _contact(member: Member) -> str:
    """Enough of the member's contact for its owner to recognise."""
    if member.email:
        return mask_email(member.email)
    return mask_phone(member.phone) if member.phone else member.number
