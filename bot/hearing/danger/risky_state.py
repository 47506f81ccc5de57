"""A thing with a battery, or on the mains, in a state that may hurt somebody, told as a fault in plain words.

"It got awfully hot last night, and this morning the side looks a bit puffed up" names no danger, and is one of a power
bank. It takes two things: such a thing, named in the message or just told to be faulty, and a sign in a clause of its
own that is neither denied, supposed nor asked. That it might burst, or is not safe to have at home, is asked of a
thing whose fault was told, and is heard as a danger then.
"""

import re
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from actions.kit import slot_text
from actions.kit.words import lexicon
from actions.kit.words.vocabulary import REMEMBERED
from crm_store.conversations import Focus
from crm_store.text import closed_up, normalise
from crm_store.yaml_files import read_yaml

POWERED = "powered"
"""The group of the lexicon with such things, and in the focus the kind of the one whose fault was told last."""
LATELY = 3
"""Messages without a subject of their own that may have come between."""
_CLAUSE = re.compile(r"[，,。;；!！?？\n~～…:：、]+|(?<=[^a-zA-Z\d]) +(?=[^a-zA-Z\d])|\b(?:but|and this|because)\b")
_POWER_BANK = re.compile(r"\b(?:pow\w{1,3}|portable) ?(?:b\w{2,3}k|charger)\b")
"""Also as it is mistyped."""


class Powered(StrEnum):
    BATTERY = "battery"
    MAINS = "mains"


@lru_cache(maxsize=REMEMBERED)
def told(text: str) -> Powered | None:
    """The thing named in a message that is told to be in such a state; of one that is only faulty, where it is feared
    to burst as well."""
    kind = named(text)
    if kind is None:
        return None
    feared = lexicon.mentions("fault", text) and _fears(text, "bursts")
    return kind if feared or _has_sign(text, kind) else None


def told_of(text: str, focus: Focus) -> Powered | None:
    """The thing whose fault was just told, where a message goes on with such a state, or fears that it bursts or is
    not safe to have near."""
    kind = spoken_of(focus)
    if kind is None or named(text) not in (None, kind):
        return None
    fears = any(_fears(text, what) for what in ("bursts", "safe"))
    return kind if fears or _has_sign(text, kind) else None


def named(text: str) -> Powered | None:
    """The kind of the thing that a text names; a battery before what is plugged in beside it."""
    kinds = {found.value for found in lexicon.heard(POWERED, text)}
    if Powered.BATTERY in kinds or _POWER_BANK.search(normalise(text)):
        return Powered.BATTERY
    return Powered.MAINS if kinds else None


def spoken_of(focus: Focus) -> Powered | None:
    """The kind of the thing whose fault is still spoken of."""
    kind = focus.get(POWERED)
    return Powered(kind) if kind and int(focus.get("age") or 0) <= LATELY else None


def _has_sign(text: str, kind: Powered) -> bool:
    """Whether a clause tells a sign of such a state of the thing, and of nothing else that is hot or round."""
    return any(_tells(clause, kind) for clause in _clauses(text))


def _tells(clause: str, kind: Powered) -> bool:
    if _search("asked", clause) or _search("harmless", clause):
        return False
    if _search("of_another", clause) and named(clause) is None:
        return False
    signs = [found for pattern in _patterns()[kind.value] for found in pattern.finditer(clause)]
    return any(not _search("denied", clause[: found.start()]) for found in signs)


def _fears(text: str, what: str) -> bool:
    """Whether it is asked or feared that the thing bursts, or is not safe."""
    clauses = [clause for clause in _clauses(text) if _search(what, clause)]
    return bool(clauses) and (what == "safe" or slot_text.is_question(text) or _search("denied", text))


def _clauses(text: str) -> list[str]:
    return [closed_up(part) for part in _CLAUSE.split(text) if part and part.strip()]


def _search(name: str, flat: str) -> bool:
    return any(pattern.search(flat) for pattern in _patterns()[name])


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    content = read_yaml(files("bot.hearing.danger").joinpath("risky_state.yml"))
    return {name: [re.compile(each) for each in patterns] for name, patterns in content.items()}
