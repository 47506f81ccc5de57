"""Somebody else's orders and data are asked for, or whoever asks says they are staff: a plain no, whatever a classifier
makes of the words."""

import re
from enum import StrEnum
from functools import cache
from importlib.resources import files

from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

_SHORT_CLAIM = 14
"""A claim to be staff that is no longer than so many characters, or words of English by three, says nothing else."""


class OthersData(StrEnum):
    """The `choice` that the answer is found by."""

    OTHERS = "others_data"
    STAFF = "staff_claim"


def heard(text: str) -> OthersData | None:
    """What the words ask for; None where they ask for nothing of others."""
    flat = normalise(text)
    if _says("staff", flat) and (_says("staff_wants", flat) or _is_short(flat)):
        return OthersData.STAFF
    squeezed = flat if flat.isascii() else flat.replace(" ", "")
    if _says("many", squeezed):
        return OthersData.OTHERS
    if _says("not_theirs", flat):
        return None
    return OthersData.OTHERS if _asks_in_chinese().search(squeezed) or _says("asks_in_english", flat) else None


def _is_short(flat: str) -> bool:
    return len(flat.split()) <= _SHORT_CLAIM // 3 + 1 if flat.isascii() else len(flat) <= _SHORT_CLAIM


def _says(name: str, flat: str) -> bool:
    return any(pattern.search(flat) for pattern in _patterns()[name])


@cache
def _asks_in_chinese() -> re.Pattern[str]:
    """Looking up before or after what belongs to somebody: 查我朋友的订单, 她的电话是多少."""
    person, theirs, look = ("|".join(_words()[name]) for name in ("person", "theirs", "look"))
    whose = f"(?:{person})(?:(?:的|嘅|啲).{{0,4}}|(?:那个|这个|嗰个|最近的?|上次的?)?)(?:{theirs})"
    tells = r"是多少|是什么|是啥|系咩|系几多|几多|多少|在哪|喺边|有哪些|告诉我|话我知|发给?我|给我|俾我|列出来|查|睇"
    return re.compile(f"(?:{look})(?:一?下|吓)?[^。]{{0,6}}{whose}|{whose}[^。]{{0,4}}(?:{tells})")


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    return {name: [re.compile(each) for each in patterns] for name, patterns in _words().items()}


@cache
def _words() -> dict[str, list[str]]:
    content = read_yaml(files("bot.hearing.member").joinpath("others_data.yml"))
    return {name: list(patterns) for name, patterns in content.items()}
