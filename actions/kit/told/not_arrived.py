"""What the record calls delivered and the customer does not have: the words for it, for the wish to have it traced, for
what that brings, and for a thing that turned up after all. A parcel on its way, and a refund, points or a code that
never came, are other matters. The words stand in not_arrived.yml."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from actions.kit import slot_text
from actions.kit.words import lexicon
from crm_store.text import closed_up
from crm_store.yaml_files import read_yaml

NOT_RECEIVED = "not_received"
"""The `choice` of who does not have what the record calls delivered."""
CHOICE = "trace"
"""What a `choice` about tracing begins with: trace:yes."""
YES, NO, TOLD, FOUND, BRINGS = "yes", "no", "told", "found", "brings"
WHETHER = "whether_delivered"
"""The `choice` of who asks if something was delivered: how it stands is told, and no rule."""
FOCUS = "trace"
"""In the focus: `{"of", "state"}`, the parcel or order and how far tracing it is."""
DELIVERED = "delivered"
"""In the focus: the number of the parcel or order that was told as delivered."""
OFFERED, ASKED, FILED = "offered", "asked", "filed"
"""States: told that a word is enough, asked whether it shall be, on record."""
DONE = "trace"
"""In the focus, as the last act."""

FILE = Path(__file__).with_suffix(".yml")


def denies(text: str) -> bool:
    """Whether it is told, and not only supposed, that goods did not reach the customer or somebody else signed."""
    flat = closed_up(text)
    if any(_pattern(name).search(flat) for name in ("of_else", "supposed")):
        return False
    signed = _pattern("signed_by_another").search(flat) is not None and _pattern("signed_by_me").search(flat) is None
    return signed or lexicon.mentions("not_received", text) or _pattern("goods_not_here").search(flat) is not None


def denies_barely(text: str) -> bool:
    """Whether the words only deny what was just told: "it never did", 哪有啊."""
    return _pattern("barely").fullmatch(closed_up(text)) is not None


def claimed(text: str) -> bool:
    """Whether the words say that the goods are called delivered: 显示已签收, "it says delivered"."""
    return _pattern("claimed").search(closed_up(text)) is not None


def supposed(text: str) -> bool:
    """Whether it is only supposed to happen: then a rule is asked."""
    return _pattern("supposed").search(closed_up(text)) is not None


def wishes_trace(text: str) -> bool:
    """Whether the words ask to have it traced."""
    flat = closed_up(text)
    return _pattern("trace").search(flat) is not None and _pattern("no_trace").search(flat) is None


def surely_wishes_trace(text: str) -> bool:
    """Whether they do in words that mean nothing else."""
    return wishes_trace(text) and _pattern("trace_surely").search(closed_up(text)) is not None


def asks_whether(text: str) -> bool:
    """Whether it is asked if something was delivered: 签收了没, "did that get delivered or what"."""
    flat = closed_up(text)
    return _pattern("whether").search(flat) is not None and _pattern("supposed").search(flat) is None


def has_looked(text: str) -> bool:
    """Whether it is told that it is in none of the places that were named: 都问过了没有, "not at reception"."""
    return _pattern("looked").search(closed_up(text)) is not None and not slot_text.is_question(text)


def turned_up(text: str) -> bool:
    """Whether it is told that it is there after all."""
    flat = closed_up(text)
    told = _pattern("found").search(flat) is not None and _pattern("not_found").search(flat) is None
    return told and not supposed(text) and not slot_text.is_question(text)


def asks_what_it_brings(text: str) -> bool:
    """Whether it is asked, or wished, what comes of it: the money back, or the goods anew."""
    flat = closed_up(text)
    asks = slot_text.is_question(text) or _pattern("asks_brings").search(flat) is not None
    return asks and _pattern("brings").search(flat) is not None


def asks_state(text: str) -> bool:
    """Whether it is asked how far the trace is."""
    return _pattern("state").search(closed_up(text)) is not None


@cache
def _pattern(name: str) -> re.Pattern[str]:
    content: Mapping[str, Sequence[str]] = read_yaml(FILE)
    return re.compile("|".join(content[name]))
