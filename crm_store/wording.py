"""Texts that people read, as they stand in YAML: one format for labels, messages and the bot's replies.

    reply_thank:                    # a key
      zh-Hans: [不客气。, 应该的。]     # language → text, or a list of variations to choose from
      zh-Hant: [不客氣。, 應該的。]
      en: [You are welcome., My pleasure.]
      buttons:                      # of replies
        - {payload: /help, zh-Hans: 我能问什么, zh-Hant: 我能問什麼, en: What can I ask?}
    order_status:                   # a group; the key in it is `order_status.paid`
      paid: {zh-Hans: 已付款, zh-Hant: 已付款, en: paid}

`{name}` in a text is a placeholder; every text of a key has the same ones, unless `facts: [year, years]` beside the
languages names those there are. Rasa's interpreter reads the same format in `bot/nlu/rasa/replies.py`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from crm_store.language import Language
from crm_store.yaml_files import LOADER

BUTTONS = "buttons"
FACTS = "facts"
PAYLOAD = "payload"

_PLACEHOLDER = re.compile(r"(?<!{){([^\s{}]+)}(?!})")
_TEXT = "tag:yaml.org,2002:str"


class WordingRefused(ValueError):
    """A catalogue cannot be used. `line` counts from 1; `key` is empty for the whole file."""

    def __init__(self, path: Path, line: int, key: str, reason: str) -> None:
        self.path, self.line, self.key, self.reason = path, line, key, reason
        super().__init__(f"{path}:{line}: " + (f"{key}: " if key else "") + reason)


class PlaceholderUnfilled(KeyError):
    """A text has a placeholder that nothing was given for."""

    def __init__(self, wording: "Wording", name: str) -> None:
        self.wording, self.name = wording, name
        super().__init__(f"{wording.path}:{wording.line}: {wording.key}: nothing fills {{{name}}}")


@dataclass(frozen=True)
class Button:
    """`payload`: what pressing it sends."""

    payload: str
    titles: Mapping[Language, str]


@dataclass(frozen=True)
class Wording:
    """The texts of one key in every language, at least one variation in each, and where they stand."""

    key: str
    path: Path
    line: int
    variations: Mapping[Language, tuple[str, ...]]
    buttons: tuple[Button, ...] = ()

    def text(self, language: Language) -> str:
        """As it is written; the first, where there are variations."""
        return self.variations[language][0]

    def filled(self, language: Language, facts: Mapping[str, object]) -> str:
        """With `facts` in the places of its placeholders. Raises PlaceholderUnfilled."""
        try:
            return self.text(language).format(**facts)
        except KeyError as error:
            raise PlaceholderUnfilled(self, str(error.args[0])) from None


Catalogue = dict[str, Wording]


def read(path: Path) -> Catalogue:
    """The wordings of one file, in its order.

    Raises WordingRefused for a language that is missing or unknown, a text that is empty or no text, a key that stands
    there twice, and a placeholder that only some of a key's texts have; FileNotFoundError.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise WordingRefused(path, mark.line + 1 if mark else 1, "", f"is no valid YAML ({error})") from error
    found: Catalogue = {}
    for wording in _File(path).wordings(root) if root is not None else ():
        found[wording.key] = wording
    return found


def read_folder(folder: Path) -> Catalogue:
    """The wordings of all files of a folder. Raises as `read` does, also for a key that stands in two of them."""
    merged: Catalogue = {}
    for path in sorted(folder.glob("*.yml")):
        for key, wording in read(path).items():
            if key in merged:
                raise WordingRefused(path, wording.line, key, f"stands in {merged[key].path.name} already")
            merged[key] = wording
    return merged


def placeholders(text: str) -> set[str]:
    """The names in braces."""
    return set(_PLACEHOLDER.findall(text))


@dataclass(frozen=True)
class _File:
    path: Path

    def wordings(self, node: yaml.Node, above: str = "", line: int = 1) -> Iterator[Wording]:
        for name, (value, at) in self._entries(node, above, line).items():
            key = f"{above}.{name}" if above else name
            inner = self._entries(value, key, at)
            if inner and all(isinstance(each, yaml.MappingNode) for each, _ in inner.values()):
                yield from self.wordings(value, key, at)
            else:
                yield self._wording(key, inner, at)

    def _wording(self, key: str, entries: "_Entries", line: int) -> Wording:
        buttons, _ = entries.pop(BUTTONS, (None, line))
        named, _ = entries.pop(FACTS, (None, line))
        facts = {self._text(name, key, line) for name in self._items(named, key, line)} if named is not None else None
        variations = {
            language: self._variations(node, key, at) for language, (node, at) in self._spoken(key, entries, line)
        }
        self._check_placeholders([text for texts in variations.values() for text in texts], facts, key, line)
        return Wording(key, self.path, line, variations, tuple(self._buttons(buttons, key, line)))

    def _buttons(self, node: yaml.Node | None, key: str, line: int) -> Iterator[Button]:
        for button in self._items(node, key, line) if node is not None else ():
            at = button.start_mark.line + 1
            entries = self._entries(button, key, at)
            payload, _ = entries.pop(PAYLOAD, (None, at))
            if payload is None:
                raise WordingRefused(self.path, at, key, "a button has no payload")
            titles = {language: self._text(title, key, at) for language, (title, _) in self._spoken(key, entries, at)}
            self._check_placeholders([*titles.values()], None, key, at)
            yield Button(self._text(payload, key, at), titles)

    def _spoken(self, key: str, entries: "_Entries", line: int) -> "list[tuple[Language, tuple[yaml.Node, int]]]":
        if missing := [language.value for language in Language if language not in entries]:
            raise WordingRefused(self.path, line, key, f"has no text in {', '.join(missing)}")
        for name, (_, at) in entries.items():
            if name not in {*Language}:
                raise WordingRefused(self.path, at, key, f"{name!r} is no language")
        return [(language, entries[language]) for language in Language]

    def _variations(self, node: yaml.Node, key: str, line: int) -> tuple[str, ...]:
        texts = self._items(node, key, line) if isinstance(node, yaml.SequenceNode) else [node]
        if not texts:
            raise WordingRefused(self.path, line, key, "a list of variations is empty")
        return tuple(self._text(text, key, line) for text in texts)

    def _text(self, node: yaml.Node, key: str, line: int) -> str:
        if not isinstance(node, yaml.ScalarNode) or node.tag != _TEXT or not node.value:
            raise WordingRefused(self.path, line, key, "must be a text; in quotes, if it looks like Yes or a number")
        return str(node.value)

    def _check_placeholders(self, texts: list[str], facts: set[str] | None, key: str, line: int) -> None:
        """Against a translation that forgets a number, or asks for one nobody gives."""
        has = [placeholders(text) for text in texts]
        named = set[str]().union(*has)
        if facts is None and (some := named - has[0].intersection(*has)):
            raise WordingRefused(self.path, line, key, f"not every text has {{{'}, {'.join(sorted(some))}}}")
        if facts is not None and (differ := named ^ facts):
            raise WordingRefused(self.path, line, key, f"facts and texts differ in {', '.join(sorted(differ))}")

    def _items(self, node: yaml.Node, key: str, line: int) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise WordingRefused(self.path, line, key, "must be a list")
        return list(node.value)

    def _entries(self, node: yaml.Node, key: str, line: int) -> "_Entries":
        if not isinstance(node, yaml.MappingNode):
            raise WordingRefused(self.path, line, key, "must be a group, such as “en: …”")
        found: _Entries = {}
        for name, value in node.value:
            at = name.start_mark.line + 1
            if name.value in found:
                raise WordingRefused(self.path, at, key, f"{name.value!r} stands there twice")
            found[str(name.value)] = (value, at)
        return found


_Entries = dict[str, tuple[yaml.Node, int]]
