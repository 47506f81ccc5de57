"""Invented people: names, languages, habits, all from one seeded source of chance."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from crm_store import clock
from crm_store.language import Language
from crm_store.yaml_files import read_yaml

SEED = 20260101
LONGEST_MEMBERSHIP_DAYS = 730
_SHARES = {Language.ZH_HANS: 0.6, Language.ZH_HANT: 0.25, Language.EN: 0.15}


@cache
def names() -> dict[str, Any]:
    content: dict[str, Any] = read_yaml(files("bot.demo").joinpath("people.yml"))
    return content


@dataclass(frozen=True)
class Person:
    """Somebody to write a history for. `orders`: days ago of each order, oldest first."""

    index: int
    language: Language
    family_name: str
    given_name: str
    gender: str
    birthday: date
    joined_days_ago: int
    orders: tuple[int, ...]
    luck: float
    """0..1: how often things went wrong for this member; most people are near 0."""
    marketing_consent: bool


class People:
    """`count` people, the same ones every time."""

    def __init__(self, count: int) -> None:
        self._random = random.Random(SEED)
        self._people = [self._person(index) for index in range(count)]

    def batches(self, size: int) -> Iterator[list[Person]]:
        for start in range(0, len(self._people), size):
            yield self._people[start : start + size]

    def _person(self, index: int) -> Person:
        chance = self._random
        language = chance.choices(list(_SHARES), weights=list(_SHARES.values()))[0]
        gender = chance.choice(("female", "male"))
        known = names()[language]
        joined = int(LONGEST_MEMBERSHIP_DAYS * chance.random() ** 0.7)
        return Person(
            index=index,
            language=language,
            family_name=chance.choice(known["family"]),
            given_name=chance.choice(known[gender]),
            gender=gender,
            birthday=clock.today() - timedelta(days=int(365.25 * 20) + chance.randrange(int(365.25 * 40))),
            joined_days_ago=joined,
            orders=self._orders(joined),
            luck=chance.random() ** 4,
            marketing_consent=chance.random() < 0.7,
        )

    def _orders(self, joined_days_ago: int) -> tuple[int, ...]:
        """Days ago of each order: some buy often, most seldom, a third have stopped some time ago."""
        chance = self._random
        pace = chance.choice((18, 30, 45, 70, 110, 160, 260))
        stops = chance.randrange(joined_days_ago + 1) if chance.random() < 0.33 else 0
        day, days = joined_days_ago, []
        while day > stops:
            days.append(day)
            day -= max(2, int(chance.expovariate(1 / pace)))
        return tuple(days[:40])
