"""The facts of a product, by the aspect that is asked: whether it may go in the dishwasher, what it is made of, for how
many it is enough. All that the shop's data hold is looked through: the details and attributes of the product, the
sentences of its description, its name.

What may be asked stands in the lexicon (`property_topic`), which words of a text tell it in `property_told`, how it is
called in the label `product_aspect`. What a shop knows beyond the description stands in the product's attribute
`details`, under the aspect's name, the answer first: `dishwasher: {zh-Hans: 不能进洗碗机，请手洗, en: "not in the …"}`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.kit.asked.aspects_asked import AGE, PEOPLE, SAFETY
from actions.kit.words import lexicon
from actions.products.texts import fact_lines
from crm_store import products
from crm_store.language import Language
from crm_store.numerals import CHINESE, value
from crm_store.products import Product
from crm_store.text import normalise

LAPTOP = "laptop"
ATTRIBUTES: Mapping[str, tuple[str, ...]] = {"material": ("material",), "origin": ("origin",)}
BESIDE: Mapping[str, tuple[str, ...]] = {
    SAFETY: ("material", AGE), AGE: (SAFETY,), "dishwasher": ("washing",), "washing": ("dishwasher", "material"),
    "gas": ("induction",), "induction": ("gas",), "oven": ("microwave",), "microwave": ("sterilise", "oven"),
    "sterilise": ("dishwasher",), "freezer": ("microwave",), "hot_drinks": ("keeps_hot",),
    "warm": ("windproof", "material"),
    "skin": ("fragrance",), "fragrance": ("skin",), "water": ("windproof",),
    "windproof": ("water",), "breathable": ("material",), "pilling": ("material",), "fading": ("washing",),
    "smell": ("material",), "rust": ("material",), "noise": ("noise_cancelling",),
    "leaks": ("hot_drinks",), "grip": ("material",), "joints": ("grip",), "itchy": ("material",),
}  # fmt: skip
"""What is worth telling in the place of an aspect of which nothing is written."""
MAY = frozenset({
    "dishwasher", "microwave", "induction", "gas", "oven", "freezer", "flight", "sterilise", "oils", "skin", "bulb",
    "hot_drinks", "fizzy", "two_devices",
})  # fmt: skip
"""What is asked as whether it can or may, so that a yes or a no answers it."""
DENIABLE = frozenset({"water", "warm", "sweat", "breathable", "windproof", "width"})
"""What goods are chosen by and a page may deny in the midst of a sentence; 不刺, of an itchy scarf, denies nothing."""

_NOT = re.compile(r"[不勿禁没]|\b(?:not|no|never|don t|isn t|cannot|can t)\b")
_SENTENCE = re.compile(r"[。；;！!\n]+|(?<=[a-z])\.(?:\s|$)")
_CLAUSE = re.compile(r"[，,。；;！!\n]+")
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_NUMBER = rf"(?P<n>\d+|{CHINESE}|\b(?:{'|'.join(_WORDS)})\b)"
_COUNTS: Mapping[str, tuple[re.Pattern[str], ...]] = {
    PEOPLE: (re.compile(rf"{_NUMBER} ?(?:个|位)?(?:大)?(?:人|口)"),
             re.compile(rf"\b(?:for|of|serves) (?:about )?(?:\w+ to )?{_NUMBER}"),
             re.compile(rf"{_NUMBER} (?:people|adults|of us)")),
    LAPTOP: (re.compile(r"(?P<n>\d{2})(?: \d)? ?(?:寸|吋|英寸|inch)"),),
}  # fmt: skip
_MONTHS = (
    (re.compile(rf"{_NUMBER} ?岁|{_NUMBER.replace('?P<n>', '?P<m>')} (?:years?|yrs?)\b"), 12),
    (re.compile(rf"{_NUMBER} ?个月|{_NUMBER.replace('?P<n>', '?P<m>')} months?\b"), 1),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """What is written of an aspect, and whether that is a yes or a no; None where neither is plain."""

    aspect: str
    text: str
    holds: bool | None = None


def fact(product: Product, aspect: str, language: Language, question: str = "") -> Fact | None:
    """What the shop's data say of it; None where they say nothing."""
    text = _detail(product, aspect, language) or _attribute(product, aspect, language)
    if text:
        return Fact(aspect, text, _holds(aspect, text, _CLAUSE.split(text)[0], question))
    text = _sentences(product, aspect, language)
    telling = next((part for part in _CLAUSE.split(text) if _tells(part, aspect)), text)
    return Fact(aspect, text, _holds(aspect, text, telling, question)) if text else None


def grants(fact: Fact) -> bool:
    """Whether what is written is no denial, for whoever looks for goods that have it."""
    if fact.holds is not None:
        return fact.holds
    return fact.aspect not in DENIABLE or _NOT.search(normalise(fact.text)) is None


def beside(product: Product, aspects: Sequence[str], language: Language) -> list[Fact]:
    """What is written that comes near to aspects of which nothing is."""
    near = [each for aspect in aspects for each in BESIDE.get(aspect, ()) if each not in aspects]
    return [found for each in dict.fromkeys(near) if (found := fact(product, each, language)) is not None]


def texts_of(facts: Iterable[Fact]) -> list[str]:
    """The sentences of several facts, each once."""
    return list(dict.fromkeys(each.text for each in facts))


def _detail(product: Product, aspect: str, language: Language) -> str:
    details = product.attributes.get(products.DETAILS)
    told = details.get(aspect) if isinstance(details, dict) else None
    return _in(told, language)


def _attribute(product: Product, aspect: str, language: Language) -> str:
    known = {name: product.attributes[name] for name in ATTRIBUTES.get(aspect, ()) if name in product.attributes}
    return "，".join(fact_lines(known, language))


def _sentences(product: Product, aspect: str, language: Language) -> str:
    """The sentences of the description that tell it, in whatever language it does; the name, where only that does."""
    if aspect not in lexicon.values("property_told"):
        return ""
    told = [text for text in product.descriptions.values() if _tells(text, aspect)]
    if told:
        own = product.descriptions.get(language) or told[0]
        telling = [part.strip() for part in _SENTENCE.split(own) if _tells(part, aspect)]
        return "；".join(telling) if telling else own
    named = [name for name in product.names.values() if _tells(name, aspect)]
    return product.names.get(language) or named[0] if named else ""


def _tells(text: str, aspect: str) -> bool:
    return any(each.value == aspect for each in lexicon.each("property_told", text))


def _holds(aspect: str, text: str, telling: str, question: str) -> bool | None:
    """Yes or no by a number that question and text name, else by whether the clause that tells it denies it."""
    if (by_number := _by_number(aspect, text, question)) is not None:
        return by_number
    return None if aspect not in MAY else not _NOT.search(normalise(telling))


def _by_number(aspect: str, text: str, question: str) -> bool | None:
    if aspect == AGE:
        wanted, least = _months(question), _months(text)
        return None if wanted is None or least is None else wanted >= least
    wanted, most = _count(aspect, question), _count(aspect, text)
    return None if wanted is None or most is None else wanted <= most


def _months(text: str) -> int | None:
    """The age in months that a text names: 1 岁以上, a two year old, 6 个月."""
    for shape, months in _MONTHS:
        if found := shape.search(normalise(text)):
            number = _number(found["n"] or found["m"])
            return None if number is None else number * months
    return None


def _count(aspect: str, text: str) -> int | None:
    found = [number for shape in _COUNTS.get(aspect, ()) for each in shape.finditer(normalise(text))
             if (number := _number(each["n"])) is not None]  # fmt: skip
    return max(found, default=None)


def _number(said: str) -> int | None:
    return _WORDS.get(said) or value(said)


def _in(told: Any, language: Language) -> str:
    if isinstance(told, dict):
        return str(told.get(language) or next(iter(told.values()), ""))
    return str(told or "")
