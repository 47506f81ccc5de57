"""Feeling without a wish: bare anger, tears or laughter, an insult, praise that is meant the other way round."""

import re
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from actions.kit import slot_text
from actions.kit.words import consent, lexicon
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

VENT = "vent"
SHORT_CHARACTERS, SHORT_WORDS = 14, 9
"""A longer message with an insult in it also tells something, which the classifier reads."""
PRESSES_CHARACTERS, PRESSES_WORDS = 26, 18
"""A longer message tells something beside its question."""
_SHOUTS = re.compile(r"[!！]{2,}|[?？]{3,}|(?:\b[A-Z]{2,}\b\W+){2,}")
_PARTS = re.compile(r"[，,。.;；!！?？\n]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_WHAT_WE_SAID = (
    r"(?:你|您|你们|您们|你哋|刚才|上面|之前)(?:刚才|又|还|明明)?(?:说|讲|写|话)(?:的)?(?:是)?"
    r"(?:[\d一二两三四五六七八九十]+个?(?:工作)?[天日])(?:内|以内)?"
    r"|\b(?:u|you|it)(?: just| also)? (?:said|say|says|wrote|told me) (?:it s |its |within |in )?"
    r"(?:\d+|two|three|five|seven) (?:working )?days?\b"
)
"""A term that is quoted is no time that passed in vain."""
_NO_SIGNS = re.compile("[\\s\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff!！?？.。…~～,，]+")
_OF_OTHERS = re.compile(r"他|她|老板|老公|老婆|同事|朋友|老师|男友|女友|我妈|我爸|\b(?:he|she|they|him|her|my \w+)\b")
"""Somebody else is called names, not we."""


class Mood(StrEnum):
    """What a message without a wish shows."""

    LIGHT = "light"
    TEARS = "tears"
    ANGER = "anger"
    INSULT = "insult"
    SARCASM = "sarcasm"
    GRIEF = "grief"
    """Somebody died."""
    GRIEF_FOR_ANIMAL = "grief_animal"
    WHAT_NOW = "what_now"
    """The customer has had enough and asks what can be done."""


def bare(text: str) -> Mood | None:
    """The feeling that is all a message shows, in signs or in words."""
    signs = _NO_SIGNS.sub("", text)
    if signs and not any(sign.isalnum() for sign in signs):
        return _of_signs(signs)
    flat = lexicon.without("courtesy", text) or normalise(text)
    joined = flat if flat.isascii() else flat.replace(" ", "")
    for mood in (Mood.LIGHT, Mood.TEARS, Mood.ANGER):
        if re.fullmatch(_content()["whole"][mood], joined):
            return mood
    if re.fullmatch(_content()["what_now"], normalise(text) if flat.isascii() else normalise(text).replace(" ", "")):
        return Mood.WHAT_NOW
    return None


def grieves(text: str) -> Mood | None:
    """Whether a message tells that somebody died, a person or an animal that the customer lived with."""
    flat, grief = normalise(text), _content()["grief"]
    if re.search(grief["animal"], flat):
        return Mood.GRIEF_FOR_ANIMAL
    return Mood.GRIEF if re.search(grief["person"], flat) else None


def insults(text: str) -> bool:
    """Whether a short message calls names and says little else; "useless, what can you do?" asks something."""
    if lexicon.mentions("what_can_you_do", text):
        return False
    flat = normalise(text)
    is_short = len(flat.split()) <= SHORT_WORDS if flat.isascii() else len(flat.replace(" ", "")) <= SHORT_CHARACTERS
    found = re.search(_content()["insult"], flat)
    return is_short and found is not None and not _is_denied(flat, found.start()) and not _OF_OTHERS.search(flat)


def means_the_opposite(text: str) -> bool:
    """Whether words of praise or thanks stand beside trouble ("真快啊，四天了还在路上"), or are plain irony."""
    flat = re.sub(_content()["no_trouble"], " ", normalise(text))
    if re.search(_content()["irony"], flat):
        return True
    return bool(re.search(_content()["praise"], normalise(text)) and re.search(_content()["trouble"], flat))


def only_presses(text: str) -> bool:
    """Whether a short message only answers or asks, pushing a little, and shows no trouble: "file it. and why 14 Dec if
    you said 3 days??". A classifier takes its bluntness for anger."""
    flat = normalise(text)
    is_short = (
        len(flat.split()) <= PRESSES_WORDS if flat.isascii() else len(flat.replace(" ", "")) <= PRESSES_CHARACTERS
    )
    if not is_short or not (slot_text.is_question(text) or consent.asks_back(text)):
        return False
    if _SHOUTS.search(text) or any(bare(part) is not None for part in _PARTS.split(text) if part.strip()):
        return False
    joined = re.sub(
        f"{_WHAT_WE_SAID}|{_content()['no_trouble']}", " ", flat if flat.isascii() else flat.replace(" ", "")
    )
    return not any(re.search(_content()[kind], joined) for kind in ("trouble", "insult", "irony", "outrage"))


def _of_signs(signs: str) -> Mood | None:
    shown = [mood for mood in (Mood.ANGER, Mood.TEARS, Mood.LIGHT) if set(signs) & set(_content()["emoji"][mood])]
    known = set("".join(_content()["emoji"].values()))
    return shown[0] if shown and set(signs) <= known else None


def _is_denied(flat: str, at: int) -> bool:
    return bool(re.search(r"(?:不|没|别|唔|not |isn t |aren t )$", flat[:at]))


@cache
def _content() -> dict[str, Any]:
    return dict(read_yaml(files("bot.hearing.message").joinpath("mood.yml")))
