"""What is not to be done after all: an act that is denied, hesitation, and what was done and shall be undone."""

from collections.abc import Mapping
from typing import ClassVar

from actions.endpoint import action_classes
from actions.kit.base import STAYS, CrmAction, Event, Turn
from actions.kit.forms import REQUESTED_SLOT, begun_by
from actions.kit.quick_replies import likely_next, wish
from actions.kit.words import lexicon, yes_but
from actions.service.callbacks import calls_of
from actions.service.feedback import PRAISED, strike_out_praise
from actions.talk.acts import last_act
from actions.talk.courtesies import forms
from crm_store.conversations import Context
from crm_store.labels import label
from crm_store.members import MemberStatus

UNDONE_BY: Mapping[str, str] = {
    "return_or_refund": "action_withdraw_return",
    "request_callback": "action_cancel_callback",
    "cancel_membership": "action_withdraw_leaving",
    "opt_out": "action_opt_in",
    "redeem_points": "action_undo_redemption",
    "make_complaint": "action_withdraw_complaint",
    "cancel_order": "action_undo_cancellation",
    "privacy_request": "action_withdraw_privacy_request",
}
"""The action that undoes what each act has done, or says why that is not possible any more."""

CONSENT_SLOT_ENDINGS = ("_confirm", "_confirmed", "_consent", "_file")
FORMS_OF_ACTS = frozenset({"leave_form", "redeem_form", "cancel_order_form"})
"""Hesitation anywhere in these leaves them: what they do cannot be taken back, or costs."""


class ActionHesitate(CrmAction):
    """The customer wants time. Nothing is done; a question for consent is dropped, another one stays open."""

    action_name: ClassVar[str] = "action_hesitate"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if (beside := yes_but.read(turn.entity("choice"))) and turn.form is None:
            # A yes that was none, to a question of no form: its buttons stand below it once more.
            asked_before = Context.read(turn.conversation.context).expects.options
            turn.say(f"reply_yes_but_{beside}_ask", words=turn.text.strip(), buttons=asked_before)
            return []
        asked = str(turn.slot(REQUESTED_SLOT) or "")
        if turn.form and (turn.form in FORMS_OF_ACTS or asked.endswith(CONSENT_SLOT_ENDINGS)):
            turn.say("reply_hesitate_nothing_done")
            turn.done("postponed", turn.form)
            return forms()[turn.form].put_off(turn)
        turn.say("reply_hesitate_take_your_time")
        return []


class ActionDenyAct(CrmAction):
    """An act is denied: nothing is done, its form is left, and what was done already can be undone."""

    action_name: ClassVar[str] = "action_deny_act"

    async def answer(self, turn: Turn) -> list[Event] | None:
        act = str(turn.entity("act") or lexicon.meant("act", turn.text) or "")
        if not act:
            # Denied in words that name no act we know: whatever it is, nothing more is done.
            await _tell_nothing_more(turn)
            return forms()[turn.form].put_off(turn) if turn.form else []
        if turn.entity("choice") == STAYS:
            turn.say("reply_return_stays")
            return []
        open_form = forms().get(turn.form or "")
        if open_form is not None and act in begun_by(open_form.form_name):
            turn.say("reply_act_dropped", act=label("act_denied", act, turn.language))
            turn.done("abandoned", turn.form or "")
            return open_form.put_off(turn)
        leaving = act == "cancel_membership" and turn.member is not None and turn.member.status == MemberStatus.LEAVING
        if turn.spoken_of.get("done") == act or leaving or await _is_to_come(turn, act):
            return await undone(turn, act)
        turn.say("reply_act_not_done", act=label("act_denied", act, turn.language))
        turn.done("denied", act)
        return []


async def _tell_nothing_more(turn: Turn) -> None:
    """That nothing is done; where something was done just now, what stands."""
    act = None if turn.form else await last_act(turn)
    if act is None:
        turn.say("reply_hesitate_nothing_done")
        return
    turn.say("reply_act_stands", what=label("act_done", act.name, turn.language, **act.facts))
    turn.focus(done=turn.spoken_of["done"])


async def _is_to_come(turn: Turn, act: str) -> bool:
    """Whether the act was done on another day and its effect is still to come: "please don't call me"."""
    return act == "request_callback" and bool(await calls_of(turn))


class ActionUndo(CrmAction):
    """What was done last, or is named, is undone; when nothing is meant, the customer is asked what."""

    action_name: ClassVar[str] = "action_undo"

    async def answer(self, turn: Turn) -> list[Event] | None:
        # An act that was heard, and is not merely a word of the text, is the one that is meant.
        is_heard = turn.pressed or (bool(turn.entity("act")) and not turn.has_entity_said("act"))
        named = str(turn.entity("act") or "") if is_heard else _act_named(turn.text)
        act = named if named in UNDONE_BY else str(turn.spoken_of.get("done") or "")
        if act in UNDONE_BY:
            return await undone(turn, act)
        if PRAISED in (turn.entity("act"), act):
            await strike_out_praise(turn)
            return []
        if turn.form:
            turn.say("reply_cancelled")
            return forms()[turn.form].left()
        turn.say("reply_undo_what", buttons=[wish(turn, "request_human"), *(await likely_next(turn))[:2]])
        return []


def _act_named(text: str) -> str:
    """The act that the words name. To give a voucher back for its points is no return of goods."""
    named = lexicon.meant("act", text)
    if named in (None, "return_or_refund") and lexicon.mentions("redemption", text):
        return "redeem_points"
    return named or ""


async def undone(turn: Turn, act: str) -> list[Event]:
    """Run what undoes the act; an open form stays out of it."""
    action = action_classes()[UNDONE_BY[act]]
    assert issubclass(action, CrmAction)
    return list(await action().answer(turn) or [])
