"""Whole conversations, held with the real Rasa, the real desk and the demo shop, and judged by where they end.

A file of tests/conversations/talks is a list of talks:

    - talk: what it is about
      lang: zh-Hans            # of the customer's device
      who: HK100004            # a demo member who is signed in; without it a visitor nobody knows
      turns:
        - say: 我要退那双鞋
          has: [轻跑鞋]         # every one of these stands in the replies or on their buttons; a list within: one
          lacks: [已登记]       # none of these does
          offers: [尺码]        # a button whose title holds this
        - press: 尺码不合适     # a button of the latest replies by its title
      ends:                    # what the store holds more than before; what is not named must not have changed
        returns: 1
        form: none

Texts are compared without spaces, case and script. A talk is at its right end when every check of every turn and the
end hold; partly right when only the end does; wrong otherwise.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from crm_store.yaml_files import read_yaml

TALKS = Path(__file__).with_name("talks")

_TURN_KEYS = frozenset({"say", "press", "has", "lacks", "offers", "silent"})
_TALK_KEYS = frozenset({"talk", "lang", "who", "turns", "ends"})
CHANGES = frozenset(
    {
        "complaints", "returns", "callbacks", "redemptions", "privacy", "feedback", "ratings", "cancelled_orders",
        "points", "opted_out", "leaving",
    }
)  # fmt: skip
"""What a talk may change in the store: numbers of new things, `points` more or fewer, and two states of the member."""
PLACES = frozenset({"queue", "form"})


class TalkUnreadable(Exception):
    """A file of talks has an entry nobody understands."""

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        super().__init__(f"{place}: {reason}")


class End(StrEnum):
    """Where a talk ended."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"


@dataclass(frozen=True)
class Talk:
    """A conversation as it is written down."""

    name: str
    lang: str
    turns: list[dict[str, Any]]
    ends: dict[str, Any]
    who: str | None = None
    file: str = ""


@dataclass
class Held:
    """A conversation as it went: `faults` in words, `lines` as said."""

    talk: Talk
    faults: list[str] = field(default_factory=list)
    end_faults: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def end(self) -> End:
        if self.end_faults:
            return End.WRONG
        return End.PARTLY if self.faults else End.RIGHT

    @property
    def harmful(self) -> bool:
        """Whether something was done in the store that the customer did not want."""
        return any(fault.startswith("the store:") for fault in self.end_faults)


def talks(folder: Path = TALKS) -> list[Talk]:
    """Every talk of a folder. Raises TalkUnreadable."""
    return [talk for path in sorted(folder.glob("*.yml")) for talk in _of_file(path)]


def _of_file(path: Path) -> Iterator[Talk]:
    for entry in read_yaml(path) or []:
        place = f"{path.name}: {entry.get('talk')}"
        unknown = set(entry) - _TALK_KEYS
        turns = entry.get("turns") or []
        unknown |= {key for turn in turns for key in set(turn) - _TURN_KEYS}
        unknown |= set(entry.get("ends") or {}) - CHANGES - PLACES
        if unknown:
            raise TalkUnreadable(place, f"nobody knows {', '.join(sorted(unknown))}")
        if not turns or any(("say" in turn) == ("press" in turn) for turn in turns):
            raise TalkUnreadable(place, "each turn says or presses something")
        yield Talk(
            name=str(entry["talk"]),
            lang=str(entry["lang"]),
            who=entry.get("who"),
            turns=turns,
            ends=dict(entry.get("ends") or {}),
            file=path.name,
        )
