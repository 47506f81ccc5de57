"""Texts of the system in three languages, from `bot/messages/<section>.yml`."""

from functools import cache
from pathlib import Path

from crm_store.language import Language
from crm_store.wording import Catalogue, read

FOLDER = Path(__file__).parent / "messages"


class WordingMissing(KeyError):
    """No catalogue has that section and key."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"no wording {name!r}")


@cache
def section(name: str) -> Catalogue:
    """One catalogue. Raises as `read` does."""
    return read(FOLDER / f"{name}.yml")


def wording(name: str, language: Language, /, **facts: object) -> str:
    """The text `section.key` with `{name}` fields filled from `facts`. Raises WordingMissing."""
    catalogue, _, key = name.partition(".")
    try:
        found = section(catalogue)[key]
    except (KeyError, FileNotFoundError):
        raise WordingMissing(name) from None
    return found.filled(language, facts)
