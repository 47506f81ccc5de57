"""Damage that no warranty covers, told by the customer: water got into a thing, it fell, a child broke it. What the
courier did is none of it, nor is what was only asked before it happened. The words stand in own_damage.yml."""

import re
from functools import cache
from pathlib import Path

from actions.kit.words import lexicon, plainly
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

FILE = Path(__file__).with_suffix(".yml")
OWN_DAMAGE = "own_damage"
"""In the focus: article numbers of things that were told to be damaged so; and the `choice` of words about it."""
WET_BATTERY = "wet_battery"
"""Its name in plainly.yml."""
_CLAUSE_END = re.compile(r"[，,。.;；!！?？\n]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_APPLIANCES = "appliances"


def told(text: str) -> bool:
    """Whether some clause tells of it as of something that has happened. A battery that got wet is a matter of its
    own: it is told what not to do with it."""
    if _says("not_ours", text) and not _says("by_us", text):
        return False
    return plainly.heard_as(text) != WET_BATTERY and any(_happened(clause) for clause in _clauses(text))


def supposed(text: str) -> bool:
    """Whether it is asked what would be if that came out: 检查出来是进水，运费谁出."""
    return names_it(text) and _says("supposed", text) and asks(text)


def names_it(text: str) -> bool:
    """Whether water or a fall is spoken of, told or asked or denied."""
    return _says("water", text) or _says("broken", text)


def denied(text: str) -> bool:
    """Whether the words only say that no such thing happened: 没进过水，就是坏了."""
    naming = [clause for clause in _clauses(text) if names_it(clause)]
    return bool(naming) and not _says("supposed", text) and all(_is_denied(clause) for clause in naming)


def asks(text: str) -> bool:
    """Whether it is asked, or wished, what becomes of it: whether it is covered, what it costs, a repair."""
    return _says("asked", text)


def asks_postage(text: str) -> bool:
    return _says("postage", text)


def asks_money(text: str) -> bool:
    return _says("money", text)


def is_surely(text: str, *names: str) -> bool:
    """Whether what was told of a thing with these `names` is no fault of it: somebody at home did it, or it got wet and
    runs on power. A boot that lets the rain in may be faulty."""
    is_water = _says("water", text)
    runs_on_power = any(lexicon.meant("warranty_kind", each) == _APPLIANCES for each in names)
    return _says("by_us", text) or (is_water and runs_on_power)


def _happened(clause: str) -> bool:
    if _says("supposed", clause) or not names_it(clause) or _is_denied(clause):
        return False
    return _says("water", clause) or _says("by_us", clause) or lexicon.mentions("own_thing", clause)


def _is_denied(clause: str) -> bool:
    flat = _flat(clause)
    found = [match for name in ("water", "broken") for each in _patterns()[name] for match in each.finditer(flat)]
    return bool(found) and all(_ends_in_no(flat[: match.start()].rstrip()) for match in found)


def _ends_in_no(before: str) -> bool:
    return any(pattern.search(before) for pattern in _patterns()["denied"])


def _says(group: str, text: str) -> bool:
    flat = _flat(text)
    return any(pattern.search(flat) for pattern in _patterns()[group])


def _clauses(text: str) -> list[str]:
    return [clause for clause in _CLAUSE_END.split(text) if clause and clause.strip()]


def _flat(text: str) -> str:
    flat = normalise(text)
    return flat if flat.isascii() else re.sub(r"(?<=[^a-z0-9]) | (?=[^a-z0-9])", "", flat)


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    content = read_yaml(FILE)
    return {name: [re.compile(each) for each in patterns] for name, patterns in content.items()}
