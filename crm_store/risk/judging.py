"""How right the chances were: what was told of members beside what they did, by tenths of the chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crm_store.risk.rhythm import logistic

STEPS = 10
Rows = Sequence[Sequence[float]]
Fit = Callable[[Rows, Sequence[bool]], Sequence[float]]
"""From features and who stopped to the constant and the weights."""


@dataclass(frozen=True, slots=True)
class Tenth:
    """The members of whom a chance in one tenth (`step` 0: 0 to 10 %) was told. `expected`: its mean; `observed`: the
    share of them who bought nothing."""

    step: int
    members: int
    expected: float
    observed: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the shop's own past says of the chances. `ahead_days`: so long members had to come back in; empty `tenths`:
    the past is too short to tell."""

    ahead_days: int = 0
    tenths: tuple[Tenth, ...] = ()

    @property
    def members(self) -> int:
        return sum(each.members for each in self.tenths)

    @property
    def error(self) -> float:
        """By how much the chances were off on average, 0..1: the expected calibration error over the tenths."""
        off = sum(each.members * abs(each.expected - each.observed) for each in self.tenths)
        return off / self.members if self.members else 0.0

    def as_json(self) -> dict[str, Any]:
        """For the store; empty where nothing is known."""
        if not self.tenths:
            return {}
        tenths = [[each.step, each.members, round(each.expected, 4), round(each.observed, 4)] for each in self.tenths]
        return {"ahead_days": self.ahead_days, "tenths": tenths}

    @classmethod
    def of_json(cls, content: dict[str, Any]) -> "Judgement":
        tenths = tuple(Tenth(*each) for each in content.get("tenths", ()))
        return cls(content.get("ahead_days", 0), tenths)


def crossed(features: Rows, stopped: Sequence[bool], fit: Fit) -> list[float]:
    """The chance of each member, told by what was learned from the other half, so that nobody is judged by what they
    taught."""
    chances = [0.0] * len(features)
    for which in (0, 1):
        constant, *weights = fit(features[1 - which :: 2], stopped[1 - which :: 2])
        for place in range(which, len(features), 2):
            chances[place] = logistic(constant + sum(w * f for w, f in zip(weights, features[place], strict=True)))
    return chances


def tenths(chances: Sequence[float], stopped: Sequence[bool]) -> tuple[Tenth, ...]:
    """The tenths in which there is anybody, the lowest first."""
    inside: dict[int, list[tuple[float, bool]]] = {}
    for each in zip(chances, stopped, strict=True):
        inside.setdefault(min(int(each[0] * STEPS), STEPS - 1), []).append(each)
    return tuple(
        Tenth(step, len(told), sum(chance for chance, _ in told) / len(told), sum(gone for _, gone in told) / len(told))
        for step, told in sorted(inside.items())
    )
