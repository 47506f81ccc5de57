"""Two questions of rules in one breath: each is answered by itself."""

import re
from collections.abc import Sequence
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.words import plainly
from bot.hearing.message import rule_asked, wishes
from bot.hearing.message.reference import FAQ
from bot.hearing.message.said import Said, single
from bot.hearing.steps import FALLBACK, Heard, Step, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import closed_up, normalise

RULES = frozenset({FAQ, "ask_points_rules"})
"""What questions of rules are heard as."""


_SUPPOSES = re.compile(
    r"\b(?:do|would|will|should) i (?:then |really )?(?:have|need) to\b|\bor (?:do|should|must) i\b"
    r"|是不是(?:要|得)|难道(?:要|得|我)|系咪要|(?:还|那)是(?:要|得)我?先?退|要我?(?:先)?退(?:了|掉)(?:再|重)"
)
_OTHER_HALF = re.compile(
    r"还是(?!想问|说|不)|抑或|定系|or (?:do|should|shall|must|can|is|are|would) (?:i|it|they|we)\b"
)


def only_supposed(text: str) -> bool:
    """Whether a clause asks if an act is needed for what is asked beside it: "or do I have to send it back and buy it
    again". It wishes no such act."""
    return _SUPPOSES.search(normalise(text)) is not None


def is_other_half(part: tuple[wishes.Clause, Parsed], said: Said) -> bool:
    """Whether a clause is only the other half of the question before it: 现在拒收吗，还是收到再退."""
    place = next((at for at, each in enumerate(said.clauses) if each is part), 0)
    before = said.clauses[place - 1][0] if place else None
    is_same = before is not None and not part[0].announced and slot_text.is_question(before.text)
    return is_same and _OTHER_HALF.match(closed_up(part[0].text)) is not None


def without_supposed(said: Said, before: str) -> Said:
    """The message without such clauses and other halves, where its words as a whole ask for a rule; `before`: what they
    go on with."""
    if not plainly.is_heard(said.text, own=True, before=before):
        return said
    return replace(
        said,
        clauses=[part for part in said.clauses if not only_supposed(part[0].text) and not is_other_half(part, said)],
        sentences=[part for part in said.sentences if not only_supposed(part[0].text)],
    )


def heard(said: Said, context: Context) -> Heard | None:
    """Two questions of rules in one breath, of which one is known by its words: each is answered by itself."""
    clauses = [(clause.text, heard, rule_asked.heard(clause.text, heard, context)) for clause, heard in said.clauses]
    asked = [
        each
        for each in clauses
        if each[2] is not None or (slot_text.is_question(each[0]) and not plainly.names_nothing(each[0]))
    ]
    beside = [
        single(text, _taken_for_a_rule(heard), context, beside_another=True)
        for text, heard, rule in asked
        if rule is None and (_may_be_a_rule(heard) or wishes.names_subject(text, heard))
    ]
    plain = [Step(text=text, heard=rule) for text, _, rule in asked if rule is not None]
    if len(plain) == len(clauses) == len({plainly.heard_as(step.text) for step in plain}) == 2:
        return Heard.of(*plain)
    return Heard.of(beside[0], plain[0]) if len(beside) == len(plain) == 1 else None


def only_together(said: Said, several: Sequence[tuple[str, Parsed]], context: Context) -> bool:
    """Whether the words of one question stand in several clauses, of which each by itself only asks for less: the place
    in one, the postage in another."""
    by_themselves = [clause for clause, heard in said.clauses if rule_asked.heard(clause.text, heard, context)]
    return not by_themselves and all(intent_of(heard) == FAQ for _, heard in several)


def of_one_shop(said: Said) -> Heard | None:
    """Two questions of the shop in one city, which only one clause names: "I'll be in Hangzhou. Where is the shop and
    till when is it open"."""
    found: dict[str, Step] = {}
    for clause, heard in said.clauses:
        fresh = [name for name in plainly.of_a_shop(clause.text, beside=said.text) if name not in found]
        if fresh:
            text = plainly.with_place(clause.text, said.text)
            found[fresh[0]] = Step(text=text, heard=with_intent(heard, FAQ) | {"text": text})
    return Heard.of(*found.values()) if len(found) > 1 else None


def _may_be_a_rule(heard: Parsed) -> bool:
    return intent_of(_taken_for_a_rule(heard)) in RULES and is_wish(_taken_for_a_rule(heard), wishes.ASKED_TWICE)


def _taken_for_a_rule(heard: Parsed) -> Parsed:
    """A question that was not surely understood, beside one of a rule, is one as well where that is most likely."""
    if intent_of(heard) != FALLBACK:
        return heard
    others = [each for each in heard.get("intent_ranking") or [] if each.get("name") != FALLBACK]
    return with_intent(heard, FAQ) if others and others[0].get("name") in RULES else heard
