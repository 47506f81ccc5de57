"""A time for the delivery, said in agreement after a parcel was told of, chased or complained about:
行吧，下午三点以后送, "fine but after 3 please". It is a wish for that parcel, not a detail of what was done."""

import re

from actions.kit import slot_text
from actions.kit.words import consent
from actions.kit.words.consent import Answer
from bot.hearing.message.said import SURE_OF_ANOTHER, Said, parts, words
from bot.hearing.service.call_moved import ARRANGED
from bot.hearing.steps import Heard, entities_of, intent_of, is_wish
from crm_store.conversations import Context
from crm_store.text import normalise

CHANGE_ORDER = "change_order"
ABOUT_PARCELS = frozenset({"ask_parcel", "ask_order_status", "chase_promise", "make_complaint", CHANGE_ORDER})
"""Topics after which a time that is agreed to is one of the delivery."""
MAY_BE_MEANT = frozenset({CHANGE_ORDER, "ask_parcel", "change_callback", "request_callback", "chase_promise"})
"""What such a wish is heard as however surely."""
_DELIVER = re.compile(
    r"送(?!达了|到了|了)|派(?!出|了)|\b(?:deliver(?! ed)\w*|bring (?:it|them)|drop (?:it|them) off)\b"
)
_WAITS = re.compile(r"等(?:多|到|佢|它|他|下去|一)|再等|\bi(?: ll| will| can|m)?(?: \w+)? wait")
_TELLS = re.compile(
    r"说(?:好|是|的|过|了)|答应|承诺|才(?:送|到|来)|没送|没到|还没|一直|昨天|已经|打(?:给|电话)|来电|回电"
    r"|\b(?:said|told|promised|yesterday|already|still|hasn t|didn t|call|ring|phone)\b"
)
"""Words that tell what happened, or speak of a call."""


def heard(said: Said, context: Context) -> Heard | None:
    """The wish, of the parcel or order that is spoken of; None where none is, or something else is wished."""
    focus, flat = context.focus, normalise(said.text)
    thing = next((kind for kind in ("parcel", "order") if focus.get(kind)), None)
    if context.expects.form is not None or thing is None or focus.get("done") in ARRANGED:
        return None
    named = {str(entity.get("entity")) for entity in entities_of(said.whole)}
    is_other = is_wish(said.whole, SURE_OF_ANOTHER) and intent_of(said.whole) not in MAY_BE_MEANT
    asks = any(slot_text.is_question(part) for part in (said.text, *parts(said)))
    if "time" not in named or is_other or asks or _TELLS.search(flat):
        return None
    agrees = consent.read(said.text).answer is Answer.YES and focus.get("topic") in ABOUT_PARCELS
    # Who waits one more day wishes for nothing.
    agrees = agrees and not _WAITS.search(flat)
    if not agrees and not _DELIVER.search(flat):
        return None
    number = {} if {"parcel_number", "order_number"} & named else {f"{thing}_number": str(focus[thing])}
    return Heard.of(words(said, CHANGE_ORDER, number))
