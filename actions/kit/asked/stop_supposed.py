"""What stopping our messages alone would change is asked or supposed: "if I only stop the texts are my points safe?",
万一退订了积分还在吗. A supposed act is never done."""

import re

from actions.kit import slot_text
from actions.kit.words import lexicon
from crm_store.text import normalise

_SENTENCE_END = re.compile(r"[。！!？?；;\n]+|\.(?!\d)")
_OTHERS_DEED = re.compile(r"你们?|您|就(?!是|算)|\b(?:you|u|ll|will|then|gonna|going to)\b")
"""Between a supposing word and the stop it supposes something else: "if you text me again I'll unsubscribe"."""
_THEN = re.compile(r"\s?(?:了|掉)?(?:的话|既话|嘅话)")
_ASKS_WHY = re.compile(r"为什么|为啥|怎么没|怎么少|点解|\bwhy\b")
KEPT = ("what_ends", "account_word", "level_word")
"""What somebody may fear for."""
FATE = ("becomes", "stays_as_it_is", "kept_safe")


def is_asked(text: str) -> bool:
    """Whether a sentence asks what becomes of points, level or membership once our messages are stopped, or supposes
    that they are and asks something."""
    return any(_supposes(each) or _fears(each) for each in sentences(text))


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the question marks that ended them."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def says_stop(text: str) -> bool:
    """Whether words for stopping our messages stand in a text, and no mere "too many texts"."""
    return bool(_stops(normalise(text))) or lexicon.mentions("bare_stop", text) or lexicon.mentions("news_stop", text)


def _supposes(sentence: str) -> bool:
    flat = normalise(sentence)
    supposed = [place.end for place in lexicon.heard("supposing", flat) if place.value == "begins"]
    return any(
        _THEN.match(flat, end) or any(not _OTHERS_DEED.search(flat, at, start) for at in supposed if at <= start)
        for start, end in _stops(flat)
    ) and (slot_text.is_question(sentence) or _is_feared_for(flat))


def _fears(sentence: str) -> bool:
    flat = normalise(sentence)
    asks = slot_text.is_question(sentence) and _is_feared_for(flat)
    return asks and bool(_stops(flat)) and _ASKS_WHY.search(flat) is None


def _is_feared_for(flat: str) -> bool:
    return all(any(lexicon.mentions(group, flat) for group in groups) for groups in (KEPT, FATE))


def _stops(flat: str) -> list[tuple[int, int]]:
    """Where messages are said to be stopped: by words that mean nothing else, or by a verb beside what we send."""
    places = [(each.start, each.end) for each in lexicon.heard("act", flat) if each.value == "opt_out"]
    if lexicon.mentions("our_news", flat):
        places += [(each.start, each.end) for each in lexicon.heard("news_stop", flat)]
    return places + [(each.start, each.end) for each in lexicon.heard("mailing_list", flat)]
