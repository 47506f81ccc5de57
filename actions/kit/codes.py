"""One-time codes by e-mail inside forms: sending one when it is asked for, and reading the answer."""

from abc import ABC, abstractmethod
from datetime import timedelta
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.kit.asking_who import other_ways
from actions.kit.base import Button, CrmAction, Event, Turn
from actions.kit.mail import mail_arrives, mailer
from crm_store import verification
from crm_store.labels import label
from crm_store.language import format_time, mask_email
from crm_store.policy import policy
from crm_store.verification import (
    CodeExpired,
    CodeWrong,
    NoSuchMember,
    StartedCode,
    TooManyCodes,
    TooManyTries,
)

WRONG, EXPIRED, VOID, RESEND = "wrong", "expired", "void", "resend"
"""Why the last code was not taken, or that another one is wished; see the slot `code_trouble`."""

TROUBLE_SLOT = "code_trouble"
SENT_SLOT = "code_sent_to"
"""The address the current code went to; asking again for the code sends no other one while it stays the same."""

CODE_SLOTS = (TROUBLE_SLOT, SENT_SLOT)

WEB_CHANNEL = "web"
SIGN_IN_PAYLOAD = "action:sign_in"
"""Handled by the widget itself: it opens the shop's sign-in. Other channels leave such buttons out."""


def sign_in_button(turn: Turn) -> Button:
    return {"title": label("form_button", "sign_in", turn.language), "payload": SIGN_IN_PAYLOAD}


async def tried(turn: Turn, slot: str, code: str, *, new_address: str | None = None) -> dict[str, Any]:
    """Slots after the customer typed `code`: `slot` is True when it is right.

    `new_address`: prove this address only; else the code binds the visitor to the member who owns the address.
    """
    try:
        if new_address is not None:
            await verification.check_address_code(turn.session, turn.identity, code, email=new_address)
        else:
            await verification.check_code(turn.session, turn.identity, code)
    except CodeWrong as refusal:
        return {slot: None, TROUBLE_SLOT: {"kind": WRONG, "left": refusal.tries_left}}
    except TooManyTries:
        return {slot: None, TROUBLE_SLOT: {"kind": VOID}}
    except (CodeExpired, NoSuchMember):
        return {slot: None, TROUBLE_SLOT: {"kind": EXPIRED}}
    return {slot: True, TROUBLE_SLOT: None}


def again(slot: str) -> dict[str, Any]:
    """Slots that make the form send a code to an address it has just learned."""
    return {slot: None, SENT_SLOT: None, TROUBLE_SLOT: None}


def resend(slot: str) -> dict[str, Any]:
    """Slots that make the form send another code to the same address."""
    return {slot: None, SENT_SLOT: None, TROUBLE_SLOT: {"kind": RESEND}}


class AskCode(CrmAction, ABC):
    """Asks for a code; sends one first when none went to this address yet.

    The code is stored in a transaction of its own and the mail handed over only after it, so that a mail is never
    sent for a code that was undone.
    """

    resumes_form: ClassVar[bool] = False
    address_slot: ClassVar[str]
    sent_response: ClassVar[str] = "reply_code_sent"
    """Said when the code went out; for an address that may be nobody's it must not say that it is known."""

    @abstractmethod
    async def start(self, turn: Turn, address: str) -> StartedCode:
        """Make the code. Raises TooManyCodes."""

    async def answer(self, turn: Turn) -> list[Event] | None:
        trouble = turn.slot(TROUBLE_SLOT) or {}
        kind = trouble.get("kind")
        if not mail_arrives():
            # None was sent, so none is asked for.
            turn.say("reply_code_not_sent", buttons=other_ways(turn))
            return []
        values = {"left": trouble.get("left") or 0, "address": mask_email(str(turn.slot(self.address_slot)))}
        turn.say(f"reply_code_{kind}" if kind else "reply_code_still_asked", buttons=[_resend_button(turn)], **values)
        return []

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[Event]:
        address = str(tracker.get_slot(self.address_slot))
        sender = mailer()
        if tracker.get_slot(SENT_SLOT) == address or sender is None or not sender.delivers:
            return await super().run(dispatcher, tracker, domain)
        async with Turn.opened(dispatcher, tracker, self.action_name) as turn:
            valid = policy().verification.code_valid
            values: dict[str, Any] = {"address": mask_email(address), "minutes": valid // timedelta(minutes=1)}
            try:
                code, _ = await self.start(turn, address)
            except TooManyCodes as refusal:
                another = (turn.slot(TROUBLE_SLOT) or {}).get("kind") == RESEND
                response = "reply_code_too_soon" if another else "reply_code_wait"
                turn.say(response, buttons=[_resend_button(turn)], at=format_time(refusal.retry_at), **values)
                return [SlotSet(SENT_SLOT, address), SlotSet(TROUBLE_SLOT, None)]
            turn.say(self.sent_response, **values)
        if code is not None:
            sender.send_code(to=address, code=code, life=valid, language=turn.language)
        else:
            sender.look(life=valid)
        return [SlotSet(SENT_SLOT, address), SlotSet(TROUBLE_SLOT, None)]


def _resend_button(turn: Turn) -> Button:
    return {"title": label("form_button", "resend", turn.language), "payload": "/bind_account"}
