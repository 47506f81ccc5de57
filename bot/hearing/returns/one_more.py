"""One thing more that goes back beside the one in hand: 外套也想退, "the jacket goes back too". The first goes on;
the other comes up by itself once that is done, and neither takes the other's place."""

import re

from actions.kit import slot_text
from actions.kit.told.return_details import ONE_MORE
from actions.kit.words import alternatives, consent, lexicon
from bot.hearing.answers import answer_kept
from bot.hearing.forms.waiting import BESIDE
from bot.hearing.message import denial
from bot.hearing.message.said import CHOICE, Said
from bot.hearing.steps import FROM_FOCUS, Heard, Step, entities_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import closed_up

RETURN, RETURN_FORM, INFORM, AFFIRM = "return_or_refund", "return_form", "inform", "affirm"
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
_THEN = re.compile(
    rf"(?:然后|接着|跟住|至于|那)\S{{0,14}}?{_GO_BACK}"
    r"|\b(?:then|and)\b.{0,40}\b(?:return|send|exchange|swap|refund|money back)\b"
)
"""That something goes back, told behind the yes to the one in hand."""


def heard(said: Said, context: Context) -> Heard | None:
    """The form goes on with what was said before the other thing was named; that waits. None where no other is."""
    expects = context.expects
    if expects.form != RETURN_FORM or expects.slot not in _OF_ONE_IN_HAND:
        return None
    if slot_text.is_question(said.text) or denial.denied(said.text) is not None:
        return None
    pieces = consent.clauses(said.text)
    agreed = next((place for place, piece in enumerate(pieces) if answer_kept.says_yes(piece, expects)), None)
    if agreed is None and consent.read(said.text).answer is not None:
        return None
    names = _TOO if agreed is None else re.compile(f"{_TOO.pattern}|{_THEN.pattern}")
    if (place := _told_in(said, pieces, names, after=agreed)) is None:
        return None
    at = _begins(said.text, pieces, place)
    goes_on = _before(said, at) if agreed is None else _yes(said, pieces[agreed])
    other: Parsed = {**said.whole, "text": said.text[at:].strip(), BESIDE: True}
    return Heard.of(goes_on, kept=[with_intent(other, RETURN)])


def _yes(said: Said, piece: str) -> Step:
    """The clause that agrees to what was asked of the one in hand: 那帮我登记."""
    alone: Parsed = {**said.whole, "text": piece, "entities": [], "intent_ranking": []}
    return Step(text=piece, heard=with_intent(alone, AFFIRM))


def _before(said: Said, at: int) -> Step:
    """What is said before the other thing is named, for the one in hand."""
    named = [each for each in entities_of(said.whole) if int(each.get("end") or 0) <= at]
    before: Parsed = {**said.whole, "text": said.text[:at].strip() or said.text, "entities": named}
    return Step(text=str(before["text"]), heard=with_intent(before, INFORM, {} if at else {CHOICE: ONE_MORE}))


def _told_in(said: Said, pieces: list[str], names: re.Pattern[str], *, after: int | None) -> int | None:
    """The place of the clause that names the other thing to go back; None where none does."""
    things = [
        str(each.get("value") or "").casefold()
        for each in entities_of(said.whole)
        if each.get("entity") == "product" and each.get("extractor") != FROM_FOCUS
    ]
    for place, piece in enumerate(pieces):
        names_one = any(thing and thing in piece.casefold() for thing in things)
        if (after is None or place > after) and names_one and names.search(closed_up(piece)) and not _is_refused(piece):
            return place
    return None


def _begins(text: str, pieces: list[str], place: int) -> int:
    at = 0
    for piece in pieces[: place + 1]:
        at = text.index(piece, at)
    return at


def _is_refused(piece: str) -> bool:
    """Whether a clause refuses the way it names, or puts the thing in the place of the one in hand."""
    return lexicon.corrects(piece) or any(each.denied for each in alternatives.wished(alternatives.WAYS, piece))
