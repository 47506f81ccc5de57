"""What customers ask of a parcel, or of an order on its way, besides where it is: what is in it, by what hour it comes,
whether the courier calls, where it may be left, and what is to be shown for it. The words stand in parcel_asked.yml."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from actions.kit.words.vocabulary import REMEMBERED
from crm_store.text import closed_up
from crm_store.yaml_files import read_yaml

FILE = Path(__file__).with_suffix(".yml")
_SHARED = re.compile(r"<([a-z_]+)>")

CHOICE = "parcel_asked"
"""What a `choice` about it begins with: parcel_asked:calls."""


WAY_TOLD = "way_told"
"""A further `choice`: the same message asks where it is, and that is told before."""


class Aspect(StrEnum):
    TOGETHER = "together"
    """Whether everything, or these things, are in one parcel."""
    INSIDE = "inside"
    BY_WHEN = "by_when"
    """At what hour, or whether in that part of the day."""
    COURIER_PHONE = "courier_phone"
    CALLS = "calls"
    """Whether the courier calls or writes before coming."""
    LEFT = "left"
    """Whether it may be left somewhere or with somebody."""
    ABSENT = "absent"
    """What happens where nobody is at home."""
    CODE = "code"
    """Whether a code, a signature or a paper is needed."""
    OPENED = "opened"
    """Whether it may be opened before it is signed for."""
    WEEKEND = "weekend"
    LOST = "lost"
    WEIGHT = "weight"
    ADDED = "added"
    """Whether something can be put into it."""
    WHERE_LEFT = "where_left"
    """Where the courier put what was delivered."""
    ANOTHER_DAY = "another_day"
    """Whether it can come on another day: a change, and no question that is only answered."""


BY_RULE = frozenset({Aspect.CALLS, Aspect.ABSENT, Aspect.CODE, Aspect.OPENED, Aspect.WEEKEND})
"""What the shop's articles answer, the same for everybody."""


class Place(StrEnum):
    """Where, or with whom, a parcel shall be left."""

    DOOR = "door"
    LOCKER = "locker"
    DESK = "desk"
    NEIGHBOUR = "neighbour"
    SOMEBODY = "somebody"


_MAYBE_TOLD = frozenset({Aspect.LEFT, Aspect.CALLS, Aspect.TOGETHER, Aspect.INSIDE, Aspect.LOST, Aspect.ABSENT})
"""What may as well be told or wished in so many words."""


@lru_cache(maxsize=REMEMBERED)
def asked(text: str) -> Aspect | None:
    """What of a parcel the words ask; None where they ask none of it, ask what holds in general, or tell something."""
    flat = closed_up(text)
    if _pattern("of_else").search(flat) or _pattern("general").search(flat):
        return None
    aspect = next((Aspect(name) for name, pattern in _patterns("aspects").items() if pattern.search(flat)), None)
    return None if aspect in _MAYBE_TOLD and _pattern("tells").search(flat) else aspect


def names_parcel(text: str) -> bool:
    """Whether the words name a parcel, its order or who brings it."""
    return _pattern("names").search(closed_up(text)) is not None


def places_in(text: str) -> list[Place]:
    """Where it shall be left: each place that is named, in the order said; with whoever is there, where none is."""
    flat = closed_up(text)
    found = {name: at.start() for name, pattern in _patterns("places").items() if (at := pattern.search(flat))}
    return [Place(name) for name in sorted(found, key=lambda each: found[each])] or [Place.SOMEBODY]


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return _compiled(_content()[name])


@cache
def _patterns(name: str) -> Mapping[str, re.Pattern[str]]:
    return {each: _compiled(alternatives) for each, alternatives in _content()[name].items()}


def _compiled(alternatives: Sequence[str]) -> re.Pattern[str]:
    shared: Mapping[str, str] = _content()["shared"]
    return re.compile("|".join(_SHARED.sub(lambda found: shared[found[1]], each) for each in alternatives))


@cache
def _content() -> Mapping[str, Any]:
    content: Mapping[str, Any] = read_yaml(FILE)
    return content
