"""Whether something comes with a thing that is sold: "does it come with a cable", 送鞋带吗, 有附收納袋嗎."""

import re

from actions.kit.slot_text import is_question
from actions.kit.words import lexicon
from crm_store.text import normalise

_PARTS = "|".join(map(re.escape, sorted(map(normalise, lexicon.words("comes_beside")), key=len, reverse=True)))
_CHINESE = re.compile(
    rf"(?:附|带|送|配|含|连埋|跟)(?:有|送|赠|带|不附|不带|不送|不配|不含|唔带|唔送|了|埋|一|个|条|双|只|副|对|张|根|块|的)*(?P<part>{_PARTS})"
)
_ENGLISH = re.compile(
    r"\b(?:come|comes|supplied|sold|sent|ship|ships) with (?P<part>(?:(?!and\b|or\b|in\b|for\b)\w+ ?){1,4})"
    r"|\b(?:does|do) (?:it|they|that|this|the [\w ]{3,20}) include (?P<included>(?:\w+ ?){1,4})"
    r"|\b(?:is|are) (?:there )?(?:an? |the |any )?(?P<which>\w+(?: \w+)?) included\b"
)
_NOT_OF_IT = re.compile(
    r"\b(?:points?|warranty|guarantee|gift|gifts|cards?|vouchers?|discounts?|invoice|receipt|returns?|delivery|shipping|tax|taxes"
    r"|postage|duty)\b"
)
_FILLERS = re.compile(r"^(?:(?:an?|the|any|some|its|their|own|spare|extra|free|it) )+")
_LACKS = re.compile(
    r"没(?=附|带|送|配)|少了|漏|忘|冇(?=附|带|送)|\b(?:didn t|did not|wasn t|weren t|missing|without)\b"
)
"""What did not come is told of a parcel, and not asked before buying."""


def asked(text: str) -> str | None:
    """What is asked to come with it; None where nothing is."""
    flat = normalise(text)
    if _LACKS.search(flat.replace("有没有", "有")) or not (is_question(text) or _by_its_form(flat)):
        return None
    if found := _CHINESE.search(flat):
        return found["part"]
    if found := _ENGLISH.search(flat):
        thing = next(each for each in found.groups() if each).strip()
        return None if _NOT_OF_IT.search(thing) else _FILLERS.sub("", f"{thing} ").strip() or None
    return None


def _by_its_form(flat: str) -> bool:
    return re.search(r"[附带送配含]不[附带送配含]|有没有|有冇|不$", flat) is not None
