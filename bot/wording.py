"""Texts of the system in three languages, from `bot/messages/<section>.yml` (key → language → text)."""

from functools import cache
from importlib.resources import files

import yaml

from crm_store.language import Language

Section = dict[str, dict[str, str]]


class WordingMissing(KeyError):
    """No catalogue has that section, key or language."""

    def __init__(self, name: str, language: Language) -> None:
        self.name, self.language = name, language
        super().__init__(f"no wording {name!r} in {language.value}")


@cache
def section(name: str) -> Section:
    """One catalogue. Raises ValueError when a text lacks a language."""
    source = files("bot").joinpath("messages", f"{name}.yml")
    content: Section = yaml.safe_load(source.read_text(encoding="utf-8"))
    for key, texts in content.items():
        missing = [language.value for language in Language if not texts.get(language.value)]
        if missing:
            raise ValueError(f"{name}.{key} has no text in {', '.join(missing)}")
    return content


def wording(name: str, language: Language, /, **facts: object) -> str:
    """The text `section.key` with `{name}` fields filled from `facts`. Raises WordingMissing."""
    catalogue, _, key = name.partition(".")
    try:
        text = section(catalogue)[key][language.value]
    except (KeyError, FileNotFoundError):
        raise WordingMissing(name, language) from None
    return text.format(**facts)
