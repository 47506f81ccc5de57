"""The policy file as text: YAML in which every entry knows its file and line."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from crm_store.policy.errors import PolicyRefused, Problem
from crm_store.policy.section import Place
from crm_store.yaml_files import LOADER

TOO_DEEP = "is nested too deeply to be a policy; look at brackets and braces"


@dataclass(frozen=True)
class Entry:
    """A value with the place it was written: a group, a list, or text, number and truth value."""

    content: "dict[str, Entry] | list[Entry] | str | int | float | bool | None"
    path: Path
    line: int
    twice: tuple[Problem, ...] = ()
    """Of a whole file: the entries that stand in it more than once."""

    def plain(self) -> Any:
        """The value as nested dicts and lists."""
        if isinstance(self.content, dict):
            return {name: each.plain() for name, each in self.content.items()}
        if isinstance(self.content, list):
            return [each.plain() for each in self.content]
        return self.content

    def at(self, place: Place) -> "Entry":
        """The entry at `place`, or the innermost one around it that exists."""
        return self.way(place)[-1]

    def way(self, place: Place) -> "list[Entry]":
        """The entries from this one to the one at `place`, as far as they exist."""
        inner: Entry | None = None
        if place and isinstance(self.content, dict):
            inner = self.content.get(str(place[0]))
        elif place and isinstance(self.content, list) and isinstance(place[0], int) and place[0] < len(self.content):
            inner = self.content[place[0]]
        return [self, *inner.way(place[1:])] if inner is not None else [self]


def read(path: Path) -> Entry:
    """The file's entries. Raises PolicyRefused when it is missing or is no YAML."""
    return parse(text_of(path), path)


def text_of(path: Path) -> str:
    """The file as it is written. Raises PolicyRefused."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PolicyRefused([Problem(path, 1, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise PolicyRefused([Problem(path, 1, "", "is no text in UTF-8")]) from error


def parse(text: str, path: Path) -> Entry:
    """The entries of a text that stands in that file, or is to. Raises PolicyRefused when it is no YAML."""
    try:
        root = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = f"is no valid YAML, look at colons and spaces ({getattr(error, 'problem', None) or error})"
        raise PolicyRefused([Problem(path, mark.line + 1 if mark else 1, "", reason)]) from error
    except RecursionError:
        raise PolicyRefused([Problem(path, 1, "", TOO_DEEP)]) from None
    if root is None:
        return Entry({}, path, 1)
    twice: list[Problem] = []
    try:
        _refuse_odd(root, path, [])
        found = _entry(root, path, root.start_mark.line + 1, (), twice)
    except RecursionError:
        raise PolicyRefused([Problem(path, root.start_mark.line + 1, "", TOO_DEEP)]) from None
    if not isinstance(found.content, dict):
        raise PolicyRefused([Problem(path, found.line, "", "must be a group of entries such as “hours:”")])
    return replace(found, twice=tuple(twice))


def laid_over(below: Entry, above: Entry, model: type[BaseModel]) -> Entry:
    """`above` where it says something, `below` elsewhere. Sections of `model` are joined entry by entry; everything
    else, lists and levels too, is taken as a whole."""
    if not isinstance(below.content, dict) or not isinstance(above.content, dict):
        return above
    content = dict(below.content)
    for name, entry in above.content.items():
        field = model.model_fields.get(name)
        inner = field.annotation if field is not None else None
        is_section = isinstance(inner, type) and issubclass(inner, BaseModel)
        joins = is_section and name in content
        content[name] = laid_over(content[name], entry, inner) if joins and inner else entry
    return Entry(content, above.path, above.line, twice=below.twice + above.twice)


def _refuse_odd(node: yaml.Node, path: Path, above: list[yaml.Node]) -> None:
    """Raises PolicyRefused for what YAML allows and no policy means: a group or a list that stands within itself, and
    one that is the name of an entry. `above`: those around the node."""
    if any(node is each for each in above):
        reason = "stands within itself: an alias (*) of a group or a list has no place inside it"
        raise PolicyRefused([Problem(path, node.start_mark.line + 1, "", reason)])
    if not isinstance(node, yaml.CollectionNode):
        return
    inner = node.value
    if isinstance(node, yaml.MappingNode):
        if odd := [key for key, _ in node.value if not isinstance(key, yaml.ScalarNode)]:
            reason = "an entry is named by a word, not by a list or a group; look at “?”, brackets and braces"
            raise PolicyRefused([Problem(path, odd[0].start_mark.line + 1, "", reason)])
        inner = [value for _, value in node.value]
    for each in inner:
        _refuse_odd(each, path, [*above, node])


def _entry(node: yaml.Node, path: Path, line: int, place: Place, twice: list[Problem]) -> Entry:
    if isinstance(node, yaml.MappingNode):
        group: dict[str, Entry] = {}
        for key, value in node.value:
            name, at = str(key.value), key.start_mark.line + 1
            if name in group:
                twice.append(Problem(path, at, dotted((*place, name)), f"stands in line {group[name].line} already"))
            else:
                group[name] = _entry(value, path, at, (*place, name), twice)
        return Entry(group, path, line)
    if isinstance(node, yaml.SequenceNode):
        items = [
            _entry(item, path, item.start_mark.line + 1, (*place, number), twice)
            for number, item in enumerate(node.value)
        ]
        return Entry(items, path, line)
    return Entry(_scalar(node), path, line)


def _scalar(node: yaml.Node) -> str | int | float | bool | None:
    """Numbers, truth values and nothing as YAML means them; all else as written: 9:00 and 2027-02-06 stay text."""
    kind, text = node.tag.rpartition(":")[2], str(node.value)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in ("yes", "true", "on")
    try:
        return int(text) if kind == "int" else float(text) if kind == "float" else text
    except ValueError:
        return text


def dotted(place: Place) -> str:
    """`tiers[2].needs`."""
    name = ""
    for part in place:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else part
    return name
