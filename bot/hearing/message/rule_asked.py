"""A question of the shop's rules by its words, whatever it was heard as: it is answered to everybody, and nobody has to
say who they are for it."""

from actions.kit import rule_first, slot_text
from actions.kit.words import lexicon, plainly
from bot.hearing.steps import confidence_of, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Focus, Parsed

FAQ = "ask_faq"
ACT = "act"
"""The lexicon's group of words that name acts, by the intent that begins each."""
OWN = frozenset({"order_number", "parcel_number"})
INFORM = "inform"
LEFT_AS_HEARD = frozenset({"report_danger", INFORM, "privacy_request"})
"""Intents whose own answers come before a rule."""
UNSURE = 0.6
"""Below this confidence words that seem to tell something may ask it: 把地址发一下."""
ABOUT_ONES_OWN = frozenset(
    {"ask_order_status", "ask_parcel", "ask_invoice", "cancel_order", "change_order", "chase_promise"}
)
"""Intents that look into what is the customer's; asked how it is in general, they do not."""


def heard(text: str, parsed: Parsed, context: Context) -> Parsed | None:
    """The words heard as a question of a rule; None where they are none, amid a form, or name a thing of one's own."""
    if context.expects.form is not None or _wants_a_person(text, parsed):
        return None
    before = rule_first.spoken_before(context.focus)
    told = intent_of(parsed) == INFORM and confidence_of(parsed) < UNSURE
    if intent_of(parsed) in LEFT_AS_HEARD and not told and not (intent_of(parsed) == INFORM and _goes_on(text, before)):
        return None
    if any(entity.get("entity") in OWN for entity in entities_of(parsed)):
        return None
    if lexicon.mentions("own_thing", lexicon.without("not_owned", text)):
        return with_intent(parsed, FAQ) if plainly.is_heard(text, own=True, before=before) else None
    asks = (
        plainly.is_heard(text, before=before)
        or _in_general(text, parsed)
        or lexicon.mentions("whole_text", text)
        or _goes_on_corrected(text, parsed, context.focus)
    )
    return with_intent(parsed, FAQ) if asks else None


def _goes_on(text: str, before: str) -> bool:
    """Whether words that only tell something ask by it, after that question: "she's in Tibet" after "how long"."""
    return bool(before) and plainly.is_heard(text, before=before) and not plainly.is_heard(text)


def _wants_a_person(text: str, parsed: Parsed) -> bool:
    """Whether a person is asked for by words that name one: 收礼的人能换吗 asks for none."""
    named = any(lexicon.mentions(group, text) for group in ("person", "person_wish", "person_demand"))
    return intent_of(parsed) == "request_human" and named


def _in_general(text: str, parsed: Parsed) -> bool:
    """Whether it is asked how the shop does it for everybody: 一般几天发货, "what's your policy on …"."""
    is_question = slot_text.is_question(text) or lexicon.mentions("asks_back", text)
    return intent_of(parsed) in ABOUT_ONES_OWN and is_question and lexicon.mentions("in_general", text)


def _goes_on_corrected(text: str, parsed: Parsed, focus: Focus) -> bool:
    """Whether the words put right what was asked when an article had just been told: 唔係問付款，問自取. Another act
    ("exchange it, not return") is no question."""
    if intent_of(parsed) in lexicon.values(ACT) and not (
        slot_text.is_question(text) or lexicon.mentions("asking", text)
    ):
        return False
    places = focus.get("at") or {}
    told_last = bool(places) and places.get("article") == max(places.values())
    return told_last and int(focus.get("age") or 0) <= 1 and plainly.corrects(text)
