"""One thing more that goes back beside the one in hand: 外套也想退, "the jacket goes back too". The first goes on;
the other comes up by itself once that is done, and neither takes the other's place."""

import re

from actions.kit import alternatives, consent, lexicon, slot_text
from actions.kit.return_details import ONE_MORE
from bot.hearing import denial
from bot.hearing.said import CHOICE, Said
from bot.hearing.steps import FROM_FOCUS, Heard, Step, entities_of, with_intent
from bot.hearing.waiting import BESIDE
from crm_store.conversations import Context, Parsed
from crm_store.text import closed_up

RETURN, RETURN_FORM, INFORM = "return_or_refund", "return_form", "inform"
_OF_ONE_IN_HAND = frozenset({
    "return_line_confirmed", "return_reason", "return_kind", "return_new_size", "return_new_colour", "return_confirmed",
})  # fmt: skip
"""Slots that are asked once it is known which thing the return is about."""
_GO_BACK = r"(?:退|换|修|寄回)"
_TOO = re.compile(
    rf"(?:也|都)(?:是|想|要|得|需要|一起|一并|一齐|帮我|给我|麻烦|请|可以|顺便|打算|唔该)*{_GO_BACK}"
    rf"|(?:还有|另外|还想|还要|再|顺便|同时|一起|仲想|仲要|同埋)\S{{0,14}}?{_GO_BACK}"
    r"|\b(?:return|send back|exchange|swap|refund|repair|back)\b.{0,40}\b(?:too|as well|also)\b"
    r"|\b(?:too|also|as well)\b.{0,30}\b(?:return|send|exchange|swap|refund|repair|back)\b"
    r"|\b(?:another|one more) (?:thing|item)\b.{0,30}\b(?:return|send|exchange|swap|refund|back)\b"
)
"""That something goes back as well."""


def heard(said: Said, context: Context) -> Heard | None:
    """The form goes on with what was said before the other thing was named; that waits. None where no other is."""
    expects = context.expects
    if expects.form != RETURN_FORM or expects.slot not in _OF_ONE_IN_HAND:
        return None
    if consent.read(said.text).answer is not None or (at := _where_it_is_told(said)) is None:
        return None
    named = [each for each in entities_of(said.whole) if int(each.get("end") or 0) <= at]
    before: Parsed = {**said.whole, "text": said.text[:at].strip() or said.text, "entities": named}
    goes_on = Step(text=str(before["text"]), heard=with_intent(before, INFORM, {} if at else {CHOICE: ONE_MORE}))
    other: Parsed = {**said.whole, "text": said.text[at:].strip(), BESIDE: True}
    return Heard.of(goes_on, kept=[with_intent(other, RETURN)])


def _where_it_is_told(said: Said) -> int | None:
    """Where the words about the other thing begin; None where none is named, or it is asked about, denied or put in
    the place of the one in hand."""
    if slot_text.is_question(said.text) or lexicon.corrects(said.text) or denial.denied(said.text) is not None:
        return None
    things = [
        str(each.get("value") or "").casefold()
        for each in entities_of(said.whole)
        if each.get("entity") == "product" and each.get("extractor") != FROM_FOCUS
    ]
    at = 0
    for piece in consent.clauses(said.text):
        at = said.text.index(piece, at)
        names_one = any(thing and thing in piece.casefold() for thing in things)
        if names_one and _TOO.search(closed_up(piece)) and not _is_refused(piece):
            return at
    return None


def _is_refused(piece: str) -> bool:
    return any(each.denied for each in alternatives.wished(alternatives.WAYS, piece))
