"""Which aspects of a product a text asks for: whether it may go in the dishwasher, where it is made, for how many it is
enough. Words that stand together are in the lexicon (`property_topic`); shapes of a question stand here."""

import re
from collections.abc import Mapping

from actions.kit.words import airline, lexicon
from crm_store.numerals import CHINESE
from crm_store.text import normalise

PEOPLE, AGE, SAFETY, GOES_WITH, CONTENTS = "people", "age", "safety", "goes_with", "contents"
FLIGHT = "flight"
_SOME = rf"(?:\d+|{CHINESE}|几)"
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "origin": re.compile(
        r"哪[里儿国] ?(?:出?产|生产|制造|造的|做的)|边度(?:出产|整|制造)"
        r"|\bwhere (?:is|are|was|were|s)\b.{1,40}\b(?:made|manufactured|produced)\b"
        r"|\bwhere (?:does|do) .{1,30} come from\b"
    ),
    CONTENTS: re.compile(
        r"\bwhat(?: s| is| comes| all is) in (?:the|your|this|that) [\w ]{0,24}\b(?:set|box|kit|pack)\b"
        r"|\bwhat (?:does|do) .{2,30} (?:include|contain)\b"
    ),
    PEOPLE: re.compile(
        rf"{_SOME}(?:个|口|位)?(?:人|大人|口子|口之家).{{0,5}}(?:够|吃得饱|用得|合适)"
        rf"|{_SOME}口(?:之家)?.{{0,5}}够|够.{{0,4}}{_SOME}(?:个|口|位)?人|几人份|几个人(?:吃|用|喝)"
        r"|\b(?:enough|big enough|large enough|suitable|do|ok|okay) for (?:a family of |the )?(?:\w+ )?"
        r"(?:people|persons|adults|of us|family)\b"
        r"|\benough for (?:\d+|two|three|four|five|six|seven|eight)\b(?! ?(?:days?|hours?|weeks?|nights?))"
        r"|\bhow many people\b|\bserves? how many\b"
    ),
    AGE: re.compile(
        rf"(?:\d+|{CHINESE}) ?(?:岁|个月)(?:大)?(?:的)?(?:孩|小|宝|娃|bb|细路|能|可以|会|用|玩)"
        r"|\b(?:\d+|one|two|three|four|five|six) (?:year|yr|month)s? olds?\b"
    ),
    GOES_WITH: re.compile(
        r"配不配|搭不搭|配得上|搭得上|(?:能|可以|跟|和|同).{0,14}(?:我买的|我之前买|之前那|上次买的|我那).{0,14}(?:配|搭|一套|通用|一起用)"
        r"|\b(?:go|goes|match|matches|fit|fits|work|works) (?:well )?with (?:the |my |that )?[\w ]{1,30}"
        r"\bi (?:bought|ordered|have|got|already)\b"
    ),
}
"""Aspects asked in words that do not stand together."""


def asked(text: str) -> list[str]:
    """The aspects that a text asks of a product, in their order. Whether it is safe means another one that is named
    beside it ("safe in the microwave")."""
    flat = normalise(text)
    found = [(each.start, each.value) for each in lexicon.heard("property_topic", text)]
    found += [(match.start(), aspect) for aspect, shape in _SHAPES.items() if (match := shape.search(flat))]
    if not any(aspect == FLIGHT for _, aspect in found) and airline.asked(text):
        # Whoever names an airline asks whether it may come along.
        found.append((len(flat), FLIGHT))
    aspects = list(dict.fromkeys(aspect for _, aspect in sorted(found)))
    if GOES_WITH in aspects:
        return [GOES_WITH]
    return [each for each in aspects if each != SAFETY or set(aspects) <= {SAFETY, AGE, "material"}]


def without(text: str) -> str:
    """The words of a text that ask for no aspect: what may name the product."""
    return lexicon.without("property_topic", text)
