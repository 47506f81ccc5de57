"""A customer who is asked to prove a membership and has none: what is possible without one."""

from rasa_sdk.events import ActiveLoop, SlotSet

from actions.kit.base import BIND_FORM, PENDING_ACTION_SLOT, Event, Turn, button
from actions.kit.forms import REQUESTED_SLOT
from actions.kit.words import lexicon
from actions.member.privacy import DELETE_CHAT, INTENT, ActionPrivacyRequest
from crm_store.labels import label


def is_said(turn: Turn) -> bool:
    """Whether a visitor says that they have no account, or are no member."""
    return turn.member is None and not turn.pressed and lexicon.mentions("no_account", turn.text)


def answered(turn: Turn) -> list[Event]:
    """Say what is possible; the form that asks for the proof is left."""
    pending = turn.slot(PENDING_ACTION_SLOT) or {}
    if pending.get("action") == ActionPrivacyRequest.action_name:
        delete = button(label("dialogue_button", DELETE_CHAT, turn.language), INTENT, choice=DELETE_CHAT)
        turn.say("reply_no_account_privacy", buttons=[delete])
    else:
        turn.say("reply_no_account")
    turn.done("answered")
    # Not None, which says that it is known whose it is and that what waited may run.
    forgotten: list[Event] = [SlotSet(PENDING_ACTION_SLOT, {})]
    return [*forgotten, ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)] if turn.form == BIND_FORM else forgotten
