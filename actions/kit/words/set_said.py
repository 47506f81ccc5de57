"""Whether a text asks for a thing within a set, or for one by itself."""

import re

from crm_store.text import normalise

_ALONE = re.compile(
    r"单独|单卖|单买|另卖|分开卖|另外(?:有)?[卖买]|[有得]卖|卖不卖|卖吗"
    r"|\b(?:separately|by itself|by themselves|on (?:its|their) own|apart|sell|sold)\b"
)
_WITHIN = re.compile(
    r"里面|里头|入面|套装里|套里|组里|组合里|[有含带配附]|包括|包含|送"
    r"|\b(?:in it|in there|in the (?:[\w-]+ ){0,3}(?:set|box|kit)|included?|includes|comes? with|have|has|part of)\b"
)
_INSIDE = re.compile(
    r"(?:套装|套组|组合|组|套)(?:里|里面|里头|入面)|\bin the (?:[\w-]+ ){0,3}(?:set|box|kit)\b"
    r"|\bpart of the (?:[\w-]+ ){0,3}set\b"
)
_PLAINLY_ALONE = re.compile(
    r"(?:单独|分开|另外)(?:有|能|可以)?(?:得)?[卖买]|单卖|另卖"
    r"|\b(?:sold|sell|buy|get|available)\b.{0,24}\b(?:separately|by itself|by themselves|on (?:its|their) own)\b"
)


def asks_alone(text: str) -> bool:
    """Whether it is asked if a thing is sold, by itself or at all."""
    return _ALONE.search(normalise(text)) is not None


def asks_plainly_alone(text: str) -> bool:
    """Whether the words say that it is to be sold by itself."""
    return _PLAINLY_ALONE.search(normalise(text)) is not None


def asks_within(text: str) -> bool:
    """Whether it may be asked if something belongs to a thing."""
    return _WITHIN.search(normalise(text)) is not None


def names_inside(text: str) -> bool:
    """Whether the inside of a set is named."""
    return _INSIDE.search(normalise(text)) is not None
