"""How somebody of ours or of the carrier behaved, told without a wish: the fault is theirs and not the parcel's, so a
complaint is offered (and filed only after a yes), whatever the words about the parcel sound like."""

import re
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.words import lexicon
from bot.hearing.message.said import Said
from bot.hearing.steps import FALLBACK, intent_of, with_intent
from crm_store.conversations import Context
from crm_store.text import normalise

COMPLAINT = "make_complaint"
SOUNDS_LIKE = frozenset({
    FALLBACK, "ask_parcel", "ask_order_status", "vent", "out_of_scope", "inform", "ask_faq", "chase_promise",
    "rate_service",
})  # fmt: skip
"""What such a story is taken for."""
_PEOPLE = re.compile(
    r"快递员|快递小哥|快递师傅|配送员|派送员|送货员|送货的|送货人员|司机|骑手|物流士|外送员|店员|店长|客服|导购|柜姐"
    r"|\b(?:courier|driver|rider|delivery (?:guy|man|person|woman|boy)|agent|staff|clerk|assistant|cashier)s?\b"
)
_DENIED = re.compile(
    r"(?:不算|没有?|冇|并不|唔算)(?:很|那么|什么)?(?:差|凶|没礼貌|恶劣|骂)"
    r"|\b(?:not|wasn t|weren t|isn t) (?:at all )?rude\b"
)


def as_meant(said: Said, context: Context) -> Said:
    """The message as a complaint, where it tells of conduct and asks nothing."""
    flat = normalise(said.text)
    tells = _PEOPLE.search(flat) and lexicon.mentions("conduct", said.text) and not _DENIED.search(flat)
    if context.expects.form is not None or not tells or slot_text.is_question(said.text):
        return said
    if intent_of(said.whole) not in SOUNDS_LIKE:
        return said
    return replace(said, whole=with_intent(said.whole, COMPLAINT), clauses=[], sentences=[])
