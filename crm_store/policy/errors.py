"""What is wrong with a policy file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `line` counts from 1; `field` is the entry's full name, empty for the whole file."""

    path: Path
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: " + (f"{self.field}: " if self.field else "") + self.reason


class PolicyRefused(ValueError):
    """The file cannot be used; every problem of it at once, in the order of the lines. `path`, `line`, `field` and
    `reason` are those of the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda each: (str(each.path), each.line)))
        first = self.problems[0]
        self.path, self.line, self.field, self.reason = first.path, first.line, first.field, first.reason
        super().__init__("\n".join(map(str, self.problems)))
