"""What a single word may mean (换, "number"): by the act done last, or by itself where nothing was done. The meanings
are buttons; nothing begins before one is pressed or said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CHOICE = "stray:"
"""What the `choice` of such a message begins with; the word and the act follow: stray:change:request_callback."""
NOTHING = "nothing"
RETURN, CALL, MOVED = "return_or_refund", "request_callback", "change_callback"
COMPLAINT, REDEEM, INVOICE = "make_complaint", "redeem_points", "ask_invoice"
ACTS = frozenset({RETURN, CALL, MOVED, COMPLAINT, REDEEM, INVOICE})
"""Acts whose own matters a word may mean."""


@dataclass(frozen=True)
class Meaning:
    """One thing the word may mean: the title of its button in the labels, and what the button says."""

    title: str
    intent: str
    entities: Mapping[str, str] = field(default_factory=dict)


_REASON = Meaning("reason", "inform", {"choice": "reason:"})
"""No wish for a return by its intent: 換貨 behind the question would press it."""
_WITHDRAW = Meaning("withdraw", "undo", {"act": RETURN})
_WAY_BACK = Meaning("way_back", RETURN, {"choice": "next"})
_MOVE = Meaning("move_call", MOVED)
_NO_CALL = Meaning("no_call", "cancel_callback")
_ADD = Meaning("add_to_it", "inform", {"choice": "asked_of_act:more"})
_DROP = Meaning("drop_complaint", "undo", {"act": COMPLAINT})
_STATE = Meaning("complaint_state", "ask_complaint_status")
_BACK = Meaning("points_back", "undo", {"act": REDEEM})
_ANOTHER = Meaning("another_reward", REDEEM)
_ITS_NUMBER = Meaning("its_number", "inform", {"choice": "asked_of_act:number"})
_INVOICE = Meaning("invoice_wrong", INVOICE, {"choice": "corrected"})
_INVOICE_WHEN = Meaning("invoice_when", "inform", {"choice": "asked_of_act:when"})
_GOODS = Meaning("return_goods", RETURN)
_ORDER = Meaning("change_order", "change_order")
_ORDERS = Meaning("order", "ask_order_status")
_PROFILE = Meaning("my_details", "update_profile")
_FOR_POINTS = Meaning("for_points", REDEEM)
_STOP = Meaning("stop_messages", "opt_out")
_CALL_ME = Meaning("call_me", CALL)
_PARCEL = Meaning("parcel", "ask_parcel")
_PRODUCT = Meaning("product", "ask_product")
_BILL = Meaning("invoice", INVOICE)
_PERSON = Meaning("person", "request_human")

_OF_CALL = {"change": (_MOVE, _NO_CALL), "swap": (_MOVE, _NO_CALL), "wrong": (_MOVE, _NO_CALL, _PERSON)}
_BY_ACT: Mapping[str, Mapping[str, Sequence[Meaning]]] = {
    RETURN: {
        "change": (_REASON, _WITHDRAW, _PERSON),
        "swap": (_REASON, _WITHDRAW, _PERSON),
        "wrong": (_REASON, _WITHDRAW, _PERSON),
        "number": (_ITS_NUMBER, _REASON),
        "address": (_WAY_BACK, _PERSON),
    },
    CALL: _OF_CALL,
    MOVED: _OF_CALL,
    COMPLAINT: {
        "change": (_ADD, _DROP, _PERSON),
        "swap": (_ADD, _DROP, _PERSON),
        "wrong": (_ADD, _DROP, _PERSON),
        "number": (_STATE, _ADD),
        "phone": (_STATE, _CALL_ME),
    },
    REDEEM: {
        "change": (_BACK, _ANOTHER),
        "swap": (_BACK, _ANOTHER),
        "wrong": (_BACK, _PERSON),
        "number": (_ITS_NUMBER, _ANOTHER),
    },
    INVOICE: {
        "change": (_INVOICE, _PERSON),
        "swap": (_INVOICE, _PERSON),
        "wrong": (_INVOICE, _PERSON),
        "mail": (_INVOICE, _INVOICE_WHEN),
        "number": (_INVOICE, _PROFILE),
    },
}
_BY_ITSELF: Mapping[str, Sequence[Meaning]] = {
    "change": (_ORDER, _PROFILE, _GOODS),
    "swap": (_GOODS, _FOR_POINTS, _ORDER),
    "wrong": (_GOODS, _ORDERS, _PERSON),
    "number": (_ORDERS, _STATE, _PROFILE),
    "address": (_ORDER, _PROFILE),
    "phone": (_CALL_ME, _PROFILE),
    "message": (_STOP, _PROFILE, _PERSON),
    "mail": (_PROFILE, _BILL, _STOP),
    "size": (_GOODS, _PRODUCT),
    "time": (_PARCEL, _CALL_ME, _MOVE),
}


def written(word: str, about: str) -> str:
    return f"{CHOICE}{word}:{about}"


def read(choice: object) -> tuple[str, str] | None:
    """The word and the act that such a `choice` names; None where it is none."""
    said = str(choice or "")
    if not said.startswith(CHOICE):
        return None
    word, _, about = said.removeprefix(CHOICE).partition(":")
    return word, about


def meanings(word: str, about: str) -> tuple[Sequence[Meaning], bool]:
    """What the word may mean, and whether that is of the act: where the act gives it no meaning, it means what it means
    by itself; a time after a call was arranged is one of the call."""
    if word == "time" and about in (CALL, MOVED):
        return _OF_CALL["change"], True
    of_act = _BY_ACT.get(about, {}).get(word)
    if word in ("number", "phone") and about in (CALL, MOVED):
        of_act = (Meaning("call_number", "ask_callback"), _MOVE, _PROFILE)
    return (of_act, True) if of_act else (_BY_ITSELF[word], False)
