"""Whether a part of a product is asked for by itself: 只买奶嘴可以吗, "can I buy just the lid"."""

import re

from actions.kit.words import lexicon
from crm_store.text import normalise

_PART = "|".join(map(re.escape, sorted(map(normalise, lexicon.words("product_part")), key=len, reverse=True)))
_CHINESE = re.compile(
    rf"(?:只|单|单独|净系|光|另外|再|额外)(?:想|要|可以|能)?(?:买|配|订|换|卖)(?:一?[个条只副对张根块支])?(?:新的?)?(?P<a>{_PART})"
    rf"|(?P<b>{_PART})(?:可以|能不能|能|可唔可以|有没有|有冇|有|会不会)?(?:单独|另外|分开|净系|单)(?:的)?(?:买|卖|订|配|补|换|加购)"
    rf"|(?P<c>{_PART})(?:有没有|有冇|有)(?:得)?(?:单卖|散卖|另卖|零卖|配件卖)"
    rf"|(?:单卖|单独卖|另卖|散卖)(?:的|嘅)(?P<h>{_PART})"
    rf"|(?:单独|另外|分开)(?:可以|能)?(?:买|卖|订)(?:到)?(?:一?[个条只副对张根块支])?(?P<d>{_PART})"
)
_ENGLISH = re.compile(
    rf"\b(?:buy|get|order|sell|purchase|have) (?:only |just )?(?:the |a |an |some |one )?"
    rf"(?:new |spare |replacement |extra )?(?P<e>{_PART})s?\b"
    rf"(?=.{{0,40}}\b(?:separately|alone|on (?:its|their) own|by itself|only)\b)"
    rf"|\b(?:only|just) (?:the |a |an )?(?:new |spare |replacement )?(?P<f>{_PART})s?\b"
    rf"|\b(?:spare|replacement|extra|another) (?P<g>{_PART})s?\b(?! (?:come|comes|included))"
)
_TO_BUY = re.compile(
    r"买|卖|订|配|加购|补|换|\b(?:buy|get|order|sell|sells|sold|purchase|available|do you have|have you)\b"
)
_NOT_TO_BUY = re.compile(
    r"退|坏|断|裂|丢|少了|漏发|没收到|修|\b(?:broke|broken|missing|lost|return|refund|arrived|came|cracked|instead)\b"
)
"""What happened to a part is told of a purchase."""


def asked(text: str) -> str | None:
    """The part that is asked for by itself, as a word of the lexicon; None where none is."""
    flat = normalise(text)
    if _NOT_TO_BUY.search(flat) or not _TO_BUY.search(flat):
        return None
    found = _CHINESE.search(flat.replace(" ", "") if not flat.isascii() else flat) or _ENGLISH.search(flat)
    return next((each for each in found.groups() if each), None) if found else None
