"""Whether there is a shop in a district that is named: the articles say where shops are, the map which is near.

"Is there one in Mong Kok?" is nearer to the address of the Hong Kong shop than to any no. The address itself tells
which it is: where the district stands in it, there is one; where it does not, there is none, and that is the nearest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from actions.kit.policy_facts import filled
from actions.kit.words import lexicon
from actions.kit.words.vocabulary import Vocabulary
from actions.knowledge.ranking import Hit
from actions.knowledge.reckoning import Reckoned
from crm_store.language import Language
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

FILE = Path(__file__).parents[1] / "kit" / "districts.yml"
SHOPS = "store_locations"
"""The article that says where the shops are."""


@dataclass(frozen=True, slots=True)
class Area:
    """A city that may have a shop, with the question for its address in standard words; no city far from any."""

    city: tuple[str, ...]
    asked: Mapping[str, str]


def area_asked(text: str, before: str, told: str) -> Area | None:
    """The area of the district in which a shop is asked for; None for any other question. `told`: the article told just
    now, which 旺角呢 goes on with; `before`: its question."""
    named = _named(text)
    area = next((area for area, words in _areas() if named & words), None)
    return area if area is not None and _asks(text, before, told) else None


def case_of(area: Area, text: str, found: Hit, language: Language) -> Reckoned | None:
    """What is told of the shop nearest to the district, which was `found`; None where that is another city's."""
    told = filled(found.told, language)
    flat = normalise(f"{found.asked} {told}")
    if not any(name in flat for name in area.city):
        return None
    in_it = any(name in normalise(told) for name in _named(text))
    return Reckoned(SHOPS, "reply_shop_there" if in_it else "reply_shop_not_there", {"told": told})


def _asks(text: str, before: str, told: str) -> bool:
    """Whether it is asked where a shop is, and nothing else about one: not how long it is open, or what it sends."""
    if lexicon.mentions("shop_but", text):
        return False
    goes_on = told == SHOPS and lexicon.mentions("shop_there", before) and not lexicon.mentions("shop_but", before)
    return lexicon.mentions("shop_there", text) or goes_on


def _named(text: str) -> frozenset[str]:
    found = _vocabulary().within(normalise(text))
    # 九龙塘 is no 九龙: of names within one another the longest is meant.
    return frozenset(name for name in found if not any(name != other and name in other for other in found))


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(word for _, words in _areas() for word in words)


@cache
def _areas() -> list[tuple[Area, frozenset[str]]]:
    content = read_yaml(FILE)
    return [
        (
            Area(tuple(map(normalise, area["city"])), area["asked"]),
            frozenset(map(normalise, area["near"])),
        )
        for area in content.values()
    ]
