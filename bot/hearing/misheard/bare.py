"""Messages of next to nothing: a mere "？？", the name of a thing of ours, a number of what was just told ("俩呢")."""

import re

from actions.kit.asked import shapes
from actions.kit.asked.shapes import count_only
from actions.kit.words import lexicon
from bot.hearing.message.said import CHOICE, Said, words
from bot.hearing.misheard.beginnings import BEGUN
from bot.hearing.steps import FALLBACK, Heard, confidence_of, entities_of, intent_of
from crm_store.conversations import Context
from crm_store.text import normalise

ASK_PRODUCT, REPORT_FAULT = "ask_product", "report_fault"
UNSURE = 0.75
PUZZLED = "puzzled"
"""The choice of a mere question mark after an answer: it was not what was meant. It is not counted as a
misunderstanding, which would call a person whom nobody asked for: one is offered."""
INFORM = "inform"
NOT_HEARD = frozenset({FALLBACK, "out_of_scope"})
_MARKS = re.compile(r"[?？!！.。…~～\s]*[?？][?？!！.。…~～\s]*")
_TALK = re.compile(
    r"我|你们?|想|要|买|看看?|有没有|有|个|一|件|双|只|款|的|这|那|请问|问下|搵|揾|啊|呀|吗|呢"
    r"|\b(?:the|an?|your|my|some|any|i|d|m|want|need|like|buy|get|to|looking|for|please|hi|hello|you|got|have|do|about|show|me|see)\b"
)
"""Words around the name of a thing that is wished or asked about, and nothing more."""


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a message; None for any other, and amid a form, which may wait for a thing or a number."""
    if _MARKS.fullmatch(said.text):
        told = context.focus.get("topic") and context.expects.form is None
        return puzzled(said) if told else Heard.of(words(said, FALLBACK, {CHOICE: BEGUN}))
    if context.expects.form is not None:
        return None
    if (intent_of(said.whole) in NOT_HEARD or _guessed_a_fault(said)) and _only_names(said):
        return Heard.of(words(said, ASK_PRODUCT))
    if intent_of(said.whole) in NOT_HEARD and _names_shape(said, context):
        return Heard.of(words(said, ASK_PRODUCT))
    goes_on = "product" in context.focus and context.focus.get("topic") == ASK_PRODUCT and not context.focus.get("age")
    return Heard.of(words(said, ASK_PRODUCT)) if goes_on and count_only(said.text) is not None else None


def puzzled(said: Said) -> Heard:
    """The step of words that only say that the last answer was not what was meant, or not understood."""
    return Heard.of(words(said, INFORM, {CHOICE: PUZZLED}))


def _names_shape(said: Said, context: Context) -> bool:
    """Whether a size or a colour is named right after a product was told: "black, 41, yes or no"."""
    asked = shapes.asked(said.text)
    just_told = "product" in context.focus and int(context.focus.get("age") or 0) <= 1
    # "Swap my black one for olive" names what somebody has, and what they want for it.
    swaps = lexicon.mentions("exchange", said.text) and not lexicon.mentions("had_question", said.text)
    return just_told and bool(asked.sizes or asked.colours) and not swaps


def _guessed_a_fault(said: Said) -> bool:
    """Whether a fault was guessed, which the mere name of a thing tells nothing of."""
    return intent_of(said.whole) == REPORT_FAULT and confidence_of(said.whole) < UNSURE


def _only_names(said: Said) -> bool:
    """Whether the text is the name of goods and little else."""
    spans = [
        (int(entity["start"]), int(entity["end"]))
        for entity in entities_of(said.whole)
        if entity.get("entity") == "product" and "start" in entity and "end" in entity
    ]
    left = said.text
    for start, end in sorted(spans, reverse=True):
        left = f"{left[:start]} {left[end:]}"
    return bool(spans) and not _TALK.sub(" ", lexicon.without("courtesy", normalise(left))).strip()
