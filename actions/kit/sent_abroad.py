"""Whether it is asked if goods may go to a place outside mainland China, and where to: 保温杯能寄澳门吗, "can you ship
both to Hong Kong", and what goes on with it, "and the sunscreen?"."""

from actions.kit import lexicon, places

FOCUS = "abroad"
"""In the focus: the place (ISO code) that goods were asked to be sent to."""
ELSEWHERE = ("already_ordered", "picked_up", "refund_wish", "exchange", "repair_wish")
"""Beside these a place is where the customer lives, collects or sends back from."""
SHORT_CHARACTERS, SHORT_WORDS = 12, 8


def place_asked(text: str, known: str | None = None) -> str | None:
    """The place that goods shall go to by these words; None where nothing is to be sent abroad. `known`: where it was
    asked of before, which words that name no place go on with."""
    if any(lexicon.mentions(group, text) for group in ELSEWHERE):
        return None
    sends = any(each.value == "shipping" for each in lexicon.each("rule", text))
    if (named := places.place(text)) is not None:
        return named if sends or known else None
    asks_more = sends or lexicon.mentions("weight_word", text) or lexicon.mentions("sum_question", text)
    return known if asks_more or (_is_short(text) and lexicon.mentions("as_well", text)) else None


def _is_short(text: str) -> bool:
    return len(text.split()) <= SHORT_WORDS if text.isascii() else len(text) <= SHORT_CHARACTERS
