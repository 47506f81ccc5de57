"""A part of the policy: entries with their meaning, and what has to hold between them."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Place = tuple[str | int, ...]
"""Where an entry stands: the names of the groups it is in, then its own; numbers are places in a list."""


class Section(BaseModel):
    """A group of entries. Nothing has a default here: the shop's file that ships with the program is the default."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    def problems(self) -> Iterator[tuple[Place, str]]:
        """What contradicts itself, with the entry's place within this section and a reason in plain words."""
        yield from ()


class ByCode(Section):
    """A group with one entry for each code of an enumeration."""

    def __getitem__(self, code: str) -> Any:
        return getattr(self, code)


def entry(meaning: str, *, read_by: str | Sequence[str]) -> Any:
    """An entry of a section. `read_by`: the module, or modules, that act on it."""
    readers: list[Any] = [read_by] if isinstance(read_by, str) else list(read_by)
    return Field(description=meaning, json_schema_extra={"read_by": readers})


def group(meaning: str) -> Any:
    """An entry that is a section of its own."""
    return Field(description=meaning)
