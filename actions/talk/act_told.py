"""Questions about the act done last are answered from its facts; what no fact tells is said to be unknown."""

from collections.abc import Mapping, Sequence

from actions.kit.asked.act_asked import Asked
from actions.kit.base import Turn
from actions.kit.replies import joined, service_button
from actions.orders.cancellations import tell_revival
from actions.returns.asides import PHOTOS_TAKEN_ON, tell_next, tell_points
from actions.returns.matters_told import tell_when
from actions.talk.acts import Act, last_act
from crm_store import returns
from crm_store.labels import label
from crm_store.returns import PaidBy, ReturnKind, ReturnReason

TOLD_OF_EACH: Mapping[Asked, Mapping[str, str]] = {
    Asked.WHEN: {
        "refund": "when_refund", "case": "when_case", "voucher": "valid", "gift": "valid", "changed": "when_changed",
        "cancelled_paid": "when_cancelled_paid", "cancelled": "when_cancelled", "passed_on": "when_passed_on",
        "resend": "when_resend", "invoice": "when_invoice", "call": "when_call", "complaint": "when_complaint",
        "trace": "when_trace",
        "leaving": "when_leaving", "stopped": "when_stopped",
    },
    Asked.VALID: {"voucher": "valid", "gift": "valid"},
    Asked.COST: {
        "refund": "cost_case", "case": "cost_case", "voucher": "cost_points", "gift": "cost_points",
        "cancelled_paid": "cost_cancelled", "cancelled": "when_cancelled", "changed": "cost_changed",
        "resend": "cost_resend", "invoice": "cost_free", "complaint": "cost_free", "leaving": "cost_free",
        "stopped": "cost_free", "call": "cost_call", "trace": "cost_free",
    },
    Asked.TOLD: {
        "refund": "told_here", "case": "told_here", "voucher": "told_code", "gift": "told_code",
        "cancelled_paid": "told_refund", "passed_on": "told_here", "resend": "told_here", "invoice": "told_invoice",
        "call": "told_call", "complaint": "told_here", "leaving": "told_leaving", "changed": "when_changed",
        "stopped": "when_stopped", "cancelled": "when_cancelled", "trace": "told_here",
    },
    Asked.TODO: {"voucher": "todo_voucher", "gift": "todo_gift", "call": "todo_call"},
    Asked.UNDO: {
        "refund": "undo_case", "case": "undo_case", "voucher": "undo_code", "gift": "undo_code", "call": "undo_call",
        "complaint": "undo_complaint", "leaving": "undo_leaving", "stopped": "undo_stopped",
    },
    Asked.WHO: {
        "refund": "who_case", "case": "who_case", "passed_on": "who", "resend": "who", "invoice": "who",
        "complaint": "who", "leaving": "who", "call": "who_call", "trace": "who",
    },
    Asked.WORTH: {
        "voucher": "worth_code", "gift": "worth_code", "leaving": "worth_leaving", "stopped": "worth_stays",
        "passed_on": "worth_stays", "resend": "worth_stays", "changed": "worth_stays", "invoice": "worth_stays",
        "complaint": "worth_stays", "call": "worth_stays", "trace": "worth_stays",
    },
    Asked.OTHERS: {
        "refund": "others_case", "case": "others_case", "cancelled_paid": "others_order", "cancelled": "others_order",
        "resend": "others_stay", "passed_on": "others_order", "changed": "others_order",
    },
    Asked.MISSED: {"call": "missed"},
    Asked.REFUND: {"complaint": "refund_complaint"},
    Asked.INSTEAD: {"call": "instead_call"},
    Asked.MORE: {"complaint": "more", "refund": "more", "case": "more"},
}  # fmt: skip
"""By the kind of question and the name of the act, the reply that tells it."""
AT_AN_END = {Asked.TODO: "todo_nothing", Asked.WHO: "who_nobody"}
"""What holds of every other act: nothing is left to be done about it."""
WITH_TIME = frozenset({"passed_on", "resend", "invoice", "complaint", "leaving", "cancelled_paid", "trace"})
"""Acts of which nothing is left to do but to wait, and until when."""


async def told(turn: Turn, asked: Sequence[Asked]) -> None:
    """Answer what is asked of the last act."""
    act = await last_act(turn)
    if act is None:
        turn.say("reply_act_gone", buttons=[service_button(turn, "human", "request_human")])
        turn.done("not_found", str(turn.spoken_of.get("done")))
        return
    for kind in asked:
        await _tell(turn, act, kind)
    turn.focus(done=turn.spoken_of["done"])
    turn.done("answered", f"{act.name} {act.number}: {', '.join(asked)}")


async def _tell(turn: Turn, act: Act, kind: Asked) -> None:
    facts = act.facts | {"what": label("act_done", act.name, turn.language, **act.facts)}
    if kind is Asked.DONE:
        several = len(act.alike) > 1
        facts |= {"count": len(act.alike), "list": joined(act.alike, turn.language)}
        turn.say("reply_act_done_several" if several else "reply_act_done", **facts)
    elif kind is Asked.NUMBER:
        turn.say(f"reply_act_{_number(act)}", **facts)
    elif kind is Asked.REACH:
        turn.say("reply_act_reach", buttons=_people(turn), **facts)
    elif kind is Asked.PHOTO:
        taken = turn.conversation.channel in PHOTOS_TAKEN_ON
        turn.say("reply_return_photo_here" if taken else "reply_act_photo_not_here", **facts)
    elif kind is Asked.WRONG:
        turn.say("reply_act_wrong", **facts)
        await _tell(turn, act, Asked.UNDO)
    elif kind is Asked.WHEN and act.name == "case" and act.request is not None and act.request.is_running:
        await tell_when(turn, act.request)
    elif kind is Asked.TODO and act.request is not None:
        tell_next(turn, act.request)
    elif kind is Asked.WORTH and act.request is not None:
        tell_points(turn, act.request)
    elif kind is Asked.UNDO and act.name.startswith("cancelled") and turn.member is not None:
        await tell_revival(turn, turn.member)
    else:
        _say(turn, act, kind, facts)


def _number(act: Act) -> str:
    if act.number:
        return "number"
    return "no_number_order" if act.order is not None else "no_number"


def _say(turn: Turn, act: Act, kind: Asked, facts: Mapping[str, object]) -> None:
    name = TOLD_OF_EACH.get(kind, {}).get(act.name) or AT_AN_END.get(kind)
    if name == "cost_call":
        turn.say("reply_callback_free")
        return
    if name == "cost_resend" and not _shop_pays_for_what_is_missing():
        name = None
    if name == "others_case" and not facts.get("others"):
        name = "others_none"
    if name == "told_invoice" and not facts.get("email"):
        name = "told_invoice_as_given"
    if kind is Asked.UNDO and not act.undo:
        turn.say("reply_act_undo_person", buttons=_people(turn), **facts)
    elif name is None:
        turn.say("reply_act_unknown", buttons=_people(turn), **facts)
    else:
        shown = act.undo if kind in (Asked.UNDO, Asked.INSTEAD) else _of_complaint(turn, kind)
        turn.say(f"reply_act_{name}", buttons=shown, **facts)
    if kind is Asked.TODO and act.name in WITH_TIME:
        _say(turn, act, Asked.WHEN, facts)


def _of_complaint(turn: Turn, kind: Asked) -> list[dict[str, str]]:
    return [service_button(turn, "return", "return_or_refund")] if kind is Asked.REFUND else []


def _shop_pays_for_what_is_missing() -> bool:
    return returns.shipping_paid_by(ReturnKind.EXCHANGE, ReturnReason.MISSING) == PaidBy.SHOP


def _people(turn: Turn) -> list[dict[str, str]]:
    return [service_button(turn, "human", "request_human"), service_button(turn, "call_back", "request_callback")]
