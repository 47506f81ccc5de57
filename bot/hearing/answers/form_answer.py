"""An answer beside a question or another wish, amid a form: both count.

What was heard in the whole may have answered the question and left the form where it was (39 码，什么时候能到), or
filled the form and passed the question over. Which of the two happened the form itself tells: it asks the same once
more, or it asks the next thing and says nothing else. Then the part that was lost is heard by itself.
"""

import re
from dataclasses import dataclass

from actions.kit import slot_text
from actions.kit.forms import begun_by
from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer
from bot.hearing.message import agreed
from bot.hearing.message.said import SURE_OF_ANOTHER, Said, waits_for_a_story
from bot.hearing.steps import Heard, Step, is_wish, with_intent
from crm_store.conversations import Context, Expectation, Parsed
from crm_store.messages import Reply

INFORM = "inform"
RETURN_LINE = "return_line_confirmed"
"""Asks whether it is that thing; who tells why, or what is wished instead, goes on with it."""


@dataclass(frozen=True, slots=True)
class Apart:
    """A message amid a form as what it tells the form and what it asks or wishes beside that."""

    told: str
    asked: str


def parted(said: Said, context: Context) -> Apart | None:
    """What is told at the beginning of a message and asked behind it, or the other way round; None where the form
    takes the customer's own sentences, or the message does only one of the two."""
    if context.expects.form is None or waits_for_a_story(context):
        return None
    pieces = _pieces(said)
    asks = [_asks(piece) or _wishes(piece, said, context.expects) for piece in pieces]
    if not any(asks) or all(asks):
        return None
    first = asks.index(True)
    turn = first or asks.index(False)
    at = said.text.find(pieces[turn])
    head, tail = said.text[:at].strip(), said.text[at:].strip()
    told, asked = (head, tail) if first else (tail, head)
    told_pieces = pieces[:turn] if first else pieces[turn:]
    if any(flag for flag in asks[turn:]) and not first:
        # Asked, told and asked once more: which part belongs to which is not plain.
        return None
    return Apart(told.strip(_EDGES), asked) if _tells(told_pieces) else None


_EDGES = " ,，、.。;；—-–"


def _pieces(said: Said) -> list[str]:
    clauses = [clause.text for clause, _ in said.clauses]
    if clauses:
        return clauses
    address = _ADDRESS.match(said.text)
    if address is not None:
        # The dots of an e-mail address end no sentence.
        return [address.group(), *consent.clauses(said.text[address.end() :])]
    return [part for piece in consent.clauses(said.text) for part in _between(piece)]


_ADDRESS = re.compile(r"\S+@[\w.-]+\w")


def _between(piece: str) -> list[str]:
    """A piece in two where a dash stands between the answer and what is asked: "43 — is there a fee"."""
    for dash in (" — ", " – ", " - ", "——"):
        if dash in piece:
            return [part.strip() for part in piece.split(dash) if part.strip()]
    return [piece]


def _asks(piece: str) -> bool:
    return slot_text.is_question(piece) or consent.asks_back(piece)


def _wishes(piece: str, said: Said, expects: Expectation) -> bool:
    """Whether a clause is announced as another matter and surely asks for something else than the form is about."""
    return any(
        clause.text == piece and clause.announced and is_wish(heard, SURE_OF_ANOTHER)
        for clause, heard in said.clauses
        if not agreed.is_of(heard, begun_by(expects.form or ""))
    )


def _tells(pieces: list[str]) -> bool:
    """Whether words may be what a form asks for: more than courtesy, neither yes nor no, no hesitation."""
    text = " ".join(pieces)
    if lexicon.mentions("drop", text) or any(consent.hesitates(piece) for piece in pieces):
        return False
    if consent.read(text).answer in (Answer.YES, Answer.NO, Answer.NOT_YET):
        return False
    return bool(lexicon.without("courtesy", text).strip()) and not slot_text.is_talk(text)


def may_be_lost(expects: Expectation) -> bool:
    """Whether the open question takes something else than a yes or a no, or may be passed by telling more."""
    return expects.slot == RETURN_LINE or not agreed.asks_yes_or_no(expects)


def step(parts: Apart, parsed: Parsed) -> Step:
    """What is told, by itself, as the answer it may be."""
    return Step(parts.told, {**with_intent(parsed, INFORM), "text": parts.told, "intent_ranking": []})


def was_tried(parts: Apart, heard: Heard) -> bool:
    """Whether the answer by itself was put to the form already."""
    return any(parts.told == each.text.strip(_EDGES) and each.intent in (INFORM, "") for each in heard.steps)


def is_same_question(reply: Reply, expects: Expectation) -> bool:
    """Whether a reply offers what the question that was open offered: it is asked once more."""
    return [button["title"] for button in reply.buttons] == [str(option["title"]) for option in expects.options]
