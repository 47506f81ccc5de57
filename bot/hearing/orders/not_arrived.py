"""What is on record as delivered and the customer does not have: told in their own words, denied in one word right
after it was told, or gone on with (trace it, it turned up, do I get my money back). What is on its way, what is only
supposed, and a refund or code that never came are heard as ever."""

from collections.abc import Mapping

from actions.kit.asked import parcel_asked, still_coming
from actions.kit.told import not_arrived, not_in_parcel
from actions.kit.told.not_arrived import ASKED, CHOICE, DELIVERED, FILED, FOCUS, NOT_RECEIVED
from actions.kit.words import lexicon
from bot.hearing.message.said import CHOICE as SAID_CHOICE
from bot.hearing.message.said import SURE_OF_ANOTHER, Said, parts, single, words
from bot.hearing.steps import FALLBACK, Heard, Step, entities_of, intent_of, is_wish
from crm_store.conversations import Context, Focus

PARCEL, ORDER_STATUS = "ask_parcel", "ask_order_status"
WHERE_IT_IS = frozenset({PARCEL, ORDER_STATUS})
MAY_BE_MEANT = WHERE_IT_IS | {
    FALLBACK, "chase_promise", "out_of_scope", "inform", "deny", "affirm", "vent", "report_fault", "ask_product",
    "help", "ask_recommendation", "return_or_refund", "ask_faq", "ask_callback", "deny_act", "hesitate",
    "dispute_points", "make_complaint", "cancel_order", "ask_refund_status", "ask_rewards", "redeem_points",
    "give_suggestion", "undo",
}  # fmt: skip
"""What such words are heard as however surely, where a delivered parcel is spoken of."""
NAMED = frozenset({"parcel_number", "order_number", "product"})
NUMBERS = NAMED - {"product"}
OF_ELSE = ("product", "reward", "callback", "return", "complaint", "tier", "bill")
"""What may have been told of since: then bare words do not mean the parcel."""
LATELY = 3
"""Messages without a subject of their own that may have come between."""


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a message, and of another wish beside it; None amid a form, or where nothing of it is said."""
    if context.expects.form is not None:
        return None
    if still_coming.asked(said.text) and intent_of(said.whole) in MAY_BE_MEANT:
        return Heard.of(words(said, ORDER_STATUS, {SAID_CHOICE: still_coming.CHOICE}))
    if asked := _whether(said, context.focus):
        return Heard.of(asked)
    choice = _choice(said, context)
    if choice is None:
        return None
    told = choice if choice == NOT_RECEIVED else f"{CHOICE}:{choice}"
    mine = words(said, PARCEL, {SAID_CHOICE: told, **_thing(said, context.focus)})
    beside = _beside(said, context)
    return Heard.of(mine, beside) if beside is not None else Heard.of(mine)


def is_step(step: Step) -> bool:
    """Whether a step is about what did not come, which holds whatever else its words sound like."""
    choices = [str(each.get("value")) for each in entities_of(step.heard or {}) if each.get("entity") == SAID_CHOICE]
    return any(each == NOT_RECEIVED or each.startswith(f"{CHOICE}:") for each in choices)


def _whether(said: Said, focus: Focus) -> Step | None:
    """The question if one's own was delivered: of what is named, of one's last, or of the order spoken of last."""
    if parcel_asked.asked(said.text) is not None:
        return None
    if not not_arrived.asks_whether(said.text) or intent_of(said.whole) not in MAY_BE_MEANT:
        return None
    at: Mapping[str, int] = focus.get("at") or {}
    named = any(each.get("entity") in NAMED for each in entities_of(said.whole))
    of_order = bool(focus.get("order")) and int(at.get("order", 0)) >= _of_else(focus)
    if not (named or of_order or lexicon.mentions("own_thing", said.text) or intent_of(said.whole) in WHERE_IT_IS):
        return None
    thing = {"order_number": str(focus["order"])} if of_order and not named else {}
    return words(said, ORDER_STATUS, {SAID_CHOICE: not_arrived.WHETHER, **thing})


def _choice(said: Said, context: Context) -> str | None:
    text, focus = said.text, context.focus
    if lexicon.mentions("complaint_wish", text) or lexicon.mentions("person", text) or not_in_parcel.told(text):
        return None
    if _is_told(focus):
        return _goes_on(said, focus)
    if not not_arrived.denies(text):
        return None
    names = any(each.get("entity") in NAMED for each in entities_of(said.whole))
    is_named = names and intent_of(said.whole) in MAY_BE_MEANT
    return NOT_RECEIVED if is_named or not_arrived.claimed(text) else None


def _goes_on(said: Said, focus: Focus) -> str | None:
    """What the words say of the parcel that was told as delivered."""
    text, state = said.text, _state(focus)
    is_open = intent_of(said.whole) in MAY_BE_MEANT
    denies = not_arrived.denies(text) or (_was_just_told(focus) and _denies_barely(said))
    if state is not None and not_arrived.turned_up(text):
        return not_arrived.FOUND
    if (state in (ASKED, FILED) or denies) and not_arrived.asks_what_it_brings(text) and is_open:
        return not_arrived.BRINGS
    if state == ASKED and not_arrived.has_looked(text):
        return not_arrived.YES
    if is_open and (not_arrived.surely_wishes_trace(text) or (state is not None and not_arrived.wishes_trace(text))):
        return not_arrived.YES
    if denies:
        return NOT_RECEIVED
    return not_arrived.TOLD if state == FILED and is_open and not_arrived.asks_state(text) else None


def _denies_barely(said: Said) -> bool:
    """Whether all of it denies what was told, or wishes it to be traced."""
    return all(not_arrived.denies_barely(part) or not_arrived.wishes_trace(part) for part in parts(said))


def _is_told(focus: Focus) -> bool:
    """Whether something was told as delivered, and nothing else was spoken of since."""
    return bool(focus.get(DELIVERED)) and int(focus.get("age") or 0) <= LATELY and _place(focus) >= _of_else(focus)


def _was_just_told(focus: Focus) -> bool:
    return int(focus.get("age") or 0) == 0 and _place(focus) >= max((focus.get("at") or {}).values(), default=0)


def _place(focus: Focus) -> int:
    return int((focus.get("at") or {}).get(DELIVERED, 0))


def _of_else(focus: Focus) -> int:
    at: Mapping[str, int] = focus.get("at") or {}
    return max((int(at.get(kind, 0)) for kind in OF_ELSE if focus.get(kind)), default=0)


def _state(focus: Focus) -> str | None:
    kept = focus.get(FOCUS)
    return str(kept.get("state")) if isinstance(kept, Mapping) else None


def _thing(said: Said, focus: Focus) -> Mapping[str, str]:
    """The parcel or order told as delivered, where the words name none; which of both it is stands beside it."""
    if any(each.get("entity") in NAMED for each in entities_of(said.whole)) or not _is_told(focus):
        return {}
    number = str(focus[DELIVERED])
    return {"order_number" if number == focus.get("order") else "parcel_number": number}


def _beside(said: Said, context: Context) -> Step | None:
    """A wish in a clause of its own that is surely another one: "it never came. and change my phone number"."""
    for clause, parsed in said.clauses:
        is_other = is_wish(parsed, SURE_OF_ANOTHER) and intent_of(parsed) not in MAY_BE_MEANT
        if is_other and not (not_arrived.denies(clause.text) or not_arrived.wishes_trace(clause.text)):
            return single(clause.text, parsed, context)
    return None
