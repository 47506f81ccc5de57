"""Whether it is asked if goods may go to a place outside mainland China, and where to: 保温杯能寄澳门吗, "can you ship
both to Hong Kong", and what goes on with it, "and the sunscreen?"."""

import re

from actions.kit.words import lexicon, places
from crm_store.text import normalise

FOCUS = "abroad"
"""In the focus: the place (ISO code) that goods were asked to be sent to."""
ELSEWHERE = ("already_ordered", "picked_up", "refund_wish", "exchange", "repair_wish")
"""Beside these a place is where the customer lives, collects or sends back from."""
SHORT_CHARACTERS, SHORT_WORDS = 12, 8
_SENT_BACK = re.compile(
    r"寄(?:得)?(?:回|返)|退(?:回|返)|退(?:货|换)"
    r"|\b(?:send|sends|sending|sent|ship|ships|shipping|shipped|post|posts|posting|posted|mail|get|bring)"
    r"(?: (?!and\b|but\b)\w+){0,4}? back\b|\breturn(?:s|ed|ing)?\b"
)
"""What comes back from there goes nowhere: "sending the suitcase back from the uk"."""
_THERE = re.compile(
    r"(?:从|自|由|喺|响|在)?(?:那边|那里|那儿|当地|嗰边|嗰度|国外|海外|外国)"
    r"|\b(?:from|over|out) (?:there|here|abroad|overseas)\b"
)


def place_asked(text: str, known: str | None = None) -> str | None:
    """The place that goods shall go to by these words; None where nothing is to be sent abroad. `known`: where it was
    asked of before, which words that name no place go on with."""
    if any(lexicon.mentions(group, text) for group in ELSEWHERE) or comes_back(text):
        return None
    sends = any(each.value == "shipping" for each in lexicon.each("rule", text))
    if (named := places.place(text)) is not None:
        return named if sends or known else None
    asks_more = sends or lexicon.mentions("weight_word", text) or lexicon.mentions("sum_question", text)
    return known if asks_more or (_is_short(text) and lexicon.mentions("as_well", text)) else None


def comes_back(text: str) -> bool:
    """Whether something is sent back to the shop."""
    return _SENT_BACK.search(normalise(text)) is not None


def back_from_there(text: str) -> bool:
    """Whether something is asked to be sent back from the place that was spoken of."""
    return comes_back(text) and _THERE.search(normalise(text)) is not None and places.place(text) is None


def _is_short(text: str) -> bool:
    return len(text.split()) <= SHORT_WORDS if text.isascii() else len(text) <= SHORT_CHARACTERS
