"""Nothing that was wished is dropped: each clause of a message that wishes something is served by a step, waits, or is
named.

Whoever knows a message first takes its words as a whole (想把积分换成50的券 然后灯那单开个发票); what else is wished in
the same breath would fall away. Questions are `left_over`'s. A clause that only tells why, of what or how somebody
feels is no wish, and is passed over.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.forms import begun_by
from actions.kit.words import alternatives, consent, lexicon
from bot.hearing import left_over
from bot.hearing.danger.danger import REPORT_DANGER
from bot.hearing.forms import waiting
from bot.hearing.member import unproved
from bot.hearing.message import agreed, denial, wishes
from bot.hearing.message.mood import VENT
from bot.hearing.message.said import Said, single, waits_for_a_story
from bot.hearing.message.wishes import Clause
from bot.hearing.steps import FALLBACK, Heard, Step, confidence_of, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import normalise

RETURN = "return_or_refund"
OUT_OF_SCOPE = "out_of_scope"
OF_A_PURCHASE = frozenset({"report_fault", RETURN})
SAID_OF_US = frozenset(
    {"give_praise", "give_suggestion", "rate_service", "chase_promise", "request_human", "change_language", "opt_in"}
)
"""What is told of us, or counts whatever else was said: no wish that could fall away."""
SPEAKS_ALONE = frozenset({REPORT_DANGER, "request_human", "deny_act", "undo", "cancel", "hesitate", VENT})
"""Steps beside which nothing else is taken up: danger, a person, what is taken back or left."""
APART, SURE = 0.85, 0.97
"""Confidence of a wish in a sentence of its own, and of one that only a comma sets apart."""
BY_ITS_WORDS = 0.3
"""Confidence of a return whose way the words name themselves: 外套想换L."""
_TELLS = re.compile(r"[的了]$")
"""How a clause ends that asks and orders nothing: 还有好多的 tells of what there was."""
MOST = 2
Part = tuple[Clause, Parsed]


def served_too(said: Said, heard: Heard, context: Context) -> Heard:
    """The steps of a message, and what of its wishes none of them serves: served as well, kept until what is open is
    done, or named."""
    if not said.clauses or heard.then or waits_for_a_story(context) or _speaks_alone(heard) or _calls_off(said):
        return heard
    left = [part for part in said.clauses if _wishes(part, said, context) and not _is_served(part, said, heard)][:MOST]
    unclear = [clause.text for clause, parsed in said.clauses if _is_unclear(clause, parsed, said, heard, context)]
    heard = replace(heard, steps=_cut(heard.steps, left, said))
    for part in left:
        heard = _with(part, heard, context)
    return replace(heard, named=[*heard.named, *unclear[:1]])


def _speaks_alone(heard: Heard) -> bool:
    return any(step.intent in SPEAKS_ALONE or step.payload is not None for step in heard.steps)


def _calls_off(said: Said) -> bool:
    """Whether a clause leaves something: 先算了. What that is only its reader knows."""
    return any(intent_of(heard) == "cancel" or lexicon.mentions("drop", clause.text) for clause, heard in said.clauses)


def _wishes(part: Part, said: Said, context: Context) -> bool:
    """Whether a clause wishes an act by itself; amid a form only what is announced as another matter, and no more of
    what the form is about."""
    clause, parsed = _by_its_words(part)
    intent = intent_of(parsed)
    form = context.expects.form
    if form is not None and (not clause.announced or intent in begun_by(form)):
        return False
    if unproved.is_passed_over(clause.text, context):
        return False
    asks = slot_text.is_question(clause.text) or consent.asks_back(clause.text)
    asks = asks or (lexicon.mentions("negation", clause.text) and not clause.announced)
    if (
        asks
        or wishes.asks(intent)
        or intent in SAID_OF_US
        or not wishes.is_wish_apart(clause, parsed, _least(part, said))
    ):
        return False
    return (
        not _is_denied(clause.text)
        and not slot_text.supposes(clause.text)
        and not lexicon.heard("supposing", clause.text)
    )


def _least(part: Part, said: Said) -> float:
    clause, parsed = part
    if clause.announced or _by_its_words(part) is not part:
        return wishes.ANNOUNCED
    others = [each for each in said.clauses if each is not part]
    if intent_of(parsed) in OF_A_PURCHASE and any(_other_things(parsed, other) for _, other in others):
        return wishes.PAUSED
    if not agreed.names_act(clause.text, {intent_of(parsed)}):
        # Not by its words: only where it is beyond doubt.
        return SURE
    return APART if any(clause.sentence != other.sentence for other, _ in others) else SURE


def _by_its_words(part: Part) -> Part:
    """A guess at a return that its words name beside a thing, as the wish it is."""
    clause, parsed = part
    is_guess = intent_of(parsed) == RETURN and BY_ITS_WORDS <= confidence_of(parsed) < wishes.PAUSED
    names = any(each.get("entity") == "product" for each in entities_of(parsed))
    if not is_guess or not names or alternatives.way_wished(clause.text) is None:
        return part
    return clause, with_intent(parsed, RETURN, confidence=wishes.PAUSED)


def _is_denied(text: str) -> bool:
    ways = alternatives.wished(alternatives.WAYS, text)
    return denial.denied(text) is not None or (bool(ways) and all(each.denied for each in ways))


def _is_served(part: Part, said: Said, heard: Heard) -> bool:
    """Whether a step, or a wish that waits, is about what a clause wishes."""
    clause, parsed = part
    if any(clause.text in str(kept.get("text") or "") for kept in heard.kept):
        return True
    return any(_serves(step, part, parsed, said) for step in heard.steps)


def _serves(step: Step, part: Part, parsed: Parsed, said: Said) -> bool:
    clause, intent = part[0], intent_of(parsed)
    if clause.text in step.stands_for or (
        clause.text in step.text and step.text != said.text and not _is_long(step, said)
    ):
        return True
    if step.intent == intent or wishes.akin(step.intent, intent):
        both = {step.intent, intent} <= OF_A_PURCHASE
        return not (both and _carrier_is_of_another(step, part, said))
    # Heard by words that no clause carries: all of them are part of it.
    carried = any(intent_of(other) == step.intent for _, other in said.clauses)
    return step.text == said.text and not carried and not clause.announced


def _is_long(step: Step, said: Said) -> bool:
    """Whether a step holds several clauses of the message."""
    return sum(clause.text in step.text for clause, _ in said.clauses) > 1


def _carrier_is_of_another(step: Step, part: Part, said: Said) -> bool:
    """Whether the clause that a step of a purchase comes from names another thing than this one."""
    return any(
        _other_things(part[1], other)
        for each in said.clauses
        if each is not part
        for clause, other in (each,)
        if clause.text in step.text and intent_of(other) == step.intent
    )


def _other_things(one: Parsed, other: Parsed) -> bool:
    """Whether both name goods, and none of the same."""
    named, before = _goods(one), _goods(other)
    return bool(named and before) and not named & before


def _goods(parsed: Parsed) -> set[str]:
    return {str(each.get("value")) for each in entities_of(parsed) if each.get("entity") == "product"}


def _cut(steps: Sequence[Step], left: Sequence[Part], said: Said) -> list[Step]:
    """The steps of the whole message as those of what is left of it."""
    return [left_over.without(step, left, said) for step in steps] if left else list(steps)


def _with(part: Part, heard: Heard, context: Context) -> Heard:
    """The steps with one more wish: behind what only asks; it waits where something else is opened first."""
    clause, parsed = _by_its_words(part)
    step = single(clause.text, parsed, context, beside_another=True)
    unclear = [each for each in heard.steps if each.intent == FALLBACK]
    opens = [each for each in heard.steps if not wishes.asks(each.intent) and each not in unclear]
    if step.intent == FALLBACK or step.heard is None:
        return replace(heard, named=[*heard.named, clause.text])
    if context.expects.form is None and not opens:
        steps = [each for each in heard.steps if each not in unclear]
        return replace(Heard.of(*steps, step, kept=heard.kept), named=heard.named)
    if waiting.may_wait(step):
        waits = step.heard | {"text": clause.text}
        if step.intent in OF_A_PURCHASE:
            # Named by the customer's words, and kept until the other thing is done.
            waits |= {waiting.BESIDE: True}
        return replace(heard, kept=[*heard.kept, waits])
    return replace(heard, named=[*heard.named, clause.text])


def _is_unclear(clause: Clause, parsed: Parsed, said: Said, heard: Heard, context: Context) -> bool:
    """Whether a clause is announced as another matter and nobody understood it, or asks for what is none of ours."""
    if context.expects.form is not None or _held_alone(clause, said, heard):
        return False
    understood = any(step.intent not in (FALLBACK, OUT_OF_SCOPE) for step in heard.steps)
    if slot_text.is_talk(clause.text) or left_over.says_little(clause.text):
        return False
    is_lost = clause.announced and intent_of(parsed) == FALLBACK and not lexicon.mentions("small_talk", clause.text)
    is_lost = is_lost and (is_question(clause.text, said) or _TELLS.search(normalise(clause.text)) is None)
    is_elsewhere = intent_of(parsed) == OUT_OF_SCOPE and is_question(clause.text, said) and _is_sure(parsed)
    return understood and (is_lost or is_elsewhere)


def is_question(text: str, said: Said) -> bool:
    behind = said.text[said.text.find(text) + len(text) :].lstrip()
    return slot_text.is_question(text) or behind[:1] in ("?", "？")


def _is_sure(parsed: Parsed) -> bool:
    return confidence_of(parsed) >= APART


def _held_alone(clause: Clause, said: Said, heard: Heard) -> bool:
    """Whether a step, or a wish that waits, is about this clause."""
    texts = [step.text for step in heard.steps if not _is_long(step, said)]
    texts += [str(kept.get("text") or "") for kept in heard.kept]
    return any(clause.text in text for text in texts)
