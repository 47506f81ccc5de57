"""The table of all entries of the policy: docs/policy.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

from crm_store.policy.loading import STANDARD
from crm_store.policy.shop import Policy
from crm_store.policy.source import Entry, read
from crm_store.policy.units import Unit

HEAD = """# The shop's policy

Every number and rule that a shop may want to change stands in one file. `shop.yml` is the demo shop's, and the
default: name a file of your own in `HUIKE_POLICY_FILE` and write only what differs into it. Lists, levels and tables by
level are taken as a whole. The file is read at the start; a wrong one is refused with every problem, its line and the
reason.

| command | what it does |
|---|---|
| `huike policy check [FILE]` | checks a file |
| `huike policy show` | prints every entry that is in force |
| `huike policy doc` | prints this page |

Sentences that name one of these numbers are built from it. Knowledge articles are the shop's own text: after a change
of the policy look them through (`tests/test_policy_facts.py` does so for the demo's).

"""


@dataclass(frozen=True)
class Row:
    """One entry: its full name, and what is known of it. `default` is as the standard file writes it."""

    name: str
    meaning: str
    unit: str
    default: str
    read_by: str


def document() -> str:
    """The page, in Markdown."""
    standard = read(STANDARD)
    parts = [HEAD]
    for name, field in Policy.model_fields.items():
        found = list(rows(name, field, standard.at((name,))))
        parts.append(f"## {name}\n\n{_told_of(field)}\n\n| entry | meaning | written as | default | read by |\n")
        parts.append("|---|---|---|---|---|\n")
        parts += [f"| `{row.name}` | {row.meaning} | {row.unit} | {row.default} | {row.read_by} |\n" for row in found]
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def rows(name: str, field: FieldInfo, entry: Entry) -> Iterator[Row]:
    """The entries under a field; a section's are told one by one, a list of sections by what each of them has."""
    section, items = _section(field.annotation)
    if section is None:
        yield Row(name, field.description or "", _unit(field), _default(entry.plain()), _read_by(field))
        return
    for inner, its_field in section.model_fields.items():
        if items:
            yield Row(f"{name}[].{inner}", its_field.description or "", _unit(its_field), "", _read_by(its_field))
        else:
            yield from rows(f"{name}.{inner}", its_field, entry.at((inner,)))


def _section(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The section of an entry, and whether it holds a list of them."""
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return None, False
    if issubclass(annotation, RootModel):
        return get_args(annotation.model_fields["root"].annotation)[0], True
    return annotation, False


def _unit(field: FieldInfo) -> str:
    """How the value is written; of lists and tables, how each value in them is."""
    own = [part.text for part in field.metadata if isinstance(part, Unit)]
    if own:
        return own[0]
    texts = list(dict.fromkeys(_units(field.annotation)))
    kind = "list of " if getattr(field.annotation, "__origin__", None) is list else "table of "
    return kind + texts[-1] if texts else " / ".join(map(str, get_args(field.annotation)))


def _units(annotation: Any) -> Iterator[str]:
    yield from (part.text for part in getattr(annotation, "__metadata__", ()) if isinstance(part, Unit))
    for part in get_args(annotation):
        yield from _units(part)


def _default(value: Any) -> str:
    if isinstance(value, dict):
        deep = any(isinstance(each, dict) for each in value.values())
        told = "see the file" if deep else ", ".join(f"{name} {_default(each)}" for name, each in value.items())
        return told or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else str(value)


def _read_by(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    readers = extra["read_by"] if isinstance(extra, dict) else []
    return ", ".join(f"`{reader}`" for reader in readers) if isinstance(readers, list) else ""


def _told_of(field: FieldInfo) -> str:
    section, _ = _section(field.annotation)
    told = (section.__doc__ if section is not None else field.description) or ""
    return " ".join(told.split())
