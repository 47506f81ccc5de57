"""Points for an amount held against a rate: "I got 600 points for 300 yuan, two a yuan then", 450块给900分，每块2分."""

import re
from dataclasses import dataclass

from actions.kit.words import lexicon
from crm_store.numerals import CHINESE, value
from crm_store.text import normalise

_POINTS = re.compile(r"(?<![\d.])(?P<n>\d{2,7}) ?(?:个)?(?:points?\b|积分|点数|分(?![期钟])|点(?![钟半]))")
_MONEY = re.compile(r"¥ ?(?P<before>\d{2,6})|(?<![\d.])(?P<after>\d{2,6}) ?(?:yuan\b|rmb\b|kuai\b|元|块)")
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_PER = re.compile(
    rf"(?:每|一)(?:花|消费)?(?:1|一)?(?:块钱|块|元)(?:钱)?(?:是|就是|等于|给|得|送|有|才|算|攒|拿)*(?P<zh>\d|{CHINESE})?"
    rf"|(?P<times>\d|{CHINESE})倍"
    rf"|(?:\b(?P<en>\d|{'|'.join(_WORDS)}) (?:points? )?)?\b(?:per|an?|each|every|to the|to a|for each|for every) "
    r"(?:yuan|rmb|kuai|¥ ?1\b)"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many `points` for so much `money` (whole units); `claimed`: points per unit, as it was put."""

    points: int
    money: int
    claimed: int | None = None

    @property
    def per_unit(self) -> float:
        """Points for each unit of money."""
        return self.points / self.money


def read(text: str) -> Rate | None:
    """The figures where a text holds points and money against a rate; None where one of the three is not said."""
    flat = normalise(text.replace(",", "").replace("，", " "))
    per = _PER.search(flat)
    points, money = _POINTS.search(flat), _MONEY.search(_POINTS.sub(" ", flat))
    if per is None or points is None or money is None or lexicon.mentions("redemption", text):
        return None
    said = per["zh"] or per["times"] or per["en"]
    claimed = None if said is None else _WORDS.get(said) or value(said)
    return Rate(int(points["n"]), int(money["before"] or money["after"]), claimed)
