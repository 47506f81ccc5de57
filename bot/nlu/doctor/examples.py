"""Training examples with the line of the file they stand on, so that a finding can be looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from rasa.shared.nlu.training_data.entities_parser import parse_training_example

from bot.nlu.text.language import detect
from bot.nlu.text.normalizer import normalize

_BULLET = "-"
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Annotation:
    """`text[start:end]` of an example is an `entity`."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True)
class Labelled:
    """`where`: file and line; `normalized`: what the classifier reads; `entities`: ranges of `text`."""

    text: str
    intent: str
    where: str
    language: str
    normalized: str
    entities: tuple[Annotation, ...]

    @property
    def words(self) -> str:
        """The text without script, case, spaces and punctuation; emoji stay when there is nothing else."""
        return _NO_LETTER.sub("", self.normalized.lower()) or self.normalized


def read_folder(folder: Path) -> list[Labelled]:
    """Every intent example of the YAML files in `folder`, in the order of files and lines; repeated ones too.

    Raises OSError when there is no such folder, yaml.YAMLError for a file that is not YAML.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder")
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".yml", ".yaml"})
    return [labelled for file in files for labelled in _read_file(file, folder)]


def _read_file(file: Path, folder: Path) -> Iterator[Labelled]:
    root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for entry in _items(_keys(root).get("nlu")):
        keys = _keys(entry)
        if "intent" not in keys or "examples" not in keys:
            continue
        intent = str(keys["intent"].value).strip()
        for line, text in _examples(keys["examples"]):
            yield _labelled(text, intent, f"{file.relative_to(folder).as_posix()}:{line}")


def _keys(node: yaml.Node | None) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _examples(node: yaml.Node) -> Iterator[tuple[int, str]]:
    """Line number, from 1, and text; both of Rasa's forms: one block of "- " lines, or a list with a text each."""
    if isinstance(node, yaml.ScalarNode):
        for line, text in _lines(node):
            if text.startswith(_BULLET):
                yield line, text[1:].strip()
    for entry in _items(node):
        text_node = _keys(entry).get("text")
        if isinstance(text_node, yaml.ScalarNode):
            yield next(_lines(text_node), (0, ""))[0], text_node.value.strip().removeprefix(_BULLET).strip()


def _lines(node: yaml.ScalarNode) -> Iterator[tuple[int, str]]:
    # A block begins on the line below its "|"; marks count from 0.
    first = node.start_mark.line + (2 if node.style in {"|", ">"} else 1)
    for offset, line in enumerate(node.value.splitlines()):
        yield first + offset, line.strip()


def _labelled(annotated: str, intent: str, where: str) -> Labelled:
    message = parse_training_example(annotated, intent)
    text = str(message.get("text"))
    entities = tuple(
        Annotation(entity["start"], entity["end"], entity["entity"]) for entity in message.get("entities") or []
    )
    return Labelled(text, intent, where, detect(text), normalize(text).text, entities)
