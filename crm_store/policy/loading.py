"""From the file to the policy, and the one in force."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from crm_store.policy.errors import PolicyRefused, Problem
from crm_store.policy.section import Place
from crm_store.policy.shop import Policy
from crm_store.policy.source import Entry, dotted, laid_over, read

STANDARD = Path(__file__).parents[2] / "shop.yml"
"""The demo shop's policy, and the default of every entry that a shop's own file leaves out."""

_REASONS = {
    "missing": "is missing",
    "model_type": "must be a group of entries",
    "dict_type": "must be a group of entries",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "string_type": "must be a text",
}


@dataclass
class _InForce:
    policy: Policy | None = None


_in_force = _InForce()


def load(path: Path | None = None) -> Policy:
    """The policy of the shop's own file laid over the standard one, or the standard one. Raises PolicyRefused."""
    return validated(entries(path))


def entries(path: Path | None = None) -> Entry:
    """What `load` reads, before it is looked at. Raises PolicyRefused for what is no YAML."""
    standard = read(STANDARD)
    return laid_over(standard, read(path), Policy) if path is not None else standard


def validated(found: Entry) -> Policy:
    """The policy these entries give. Raises PolicyRefused with every problem there is."""
    problems = list(found.twice)
    sections: dict[str, Any] = {}
    content = cast(dict[str, Entry], found.content)
    for name in content.keys() - Policy.model_fields.keys():
        problems.append(_problem(found, (name,), _unknown(name, Policy)))
    for name, field in Policy.model_fields.items():
        if name not in content:
            problems.append(_problem(found, (name,), "is missing"))
            continue
        try:
            section: Any = TypeAdapter(field.annotation).validate_python(content[name].plain())
        except ValidationError as error:
            problems += [
                _problem(found, (name, *_place(each)), _reason(each, field.annotation)) for each in error.errors()
            ]
            continue
        sections[name] = section
        if hasattr(section, "problems"):
            problems += [_problem(found, (name, *place), reason) for place, reason in section.problems()]
    if problems:
        raise PolicyRefused(problems)
    whole = Policy.model_construct(**sections)
    if problems := [_problem(found, place, reason) for place, reason in whole.problems()]:
        raise PolicyRefused(problems)
    return whole


def policy() -> Policy:
    """The policy in force in this process: what `use` was given, else the standard one."""
    if _in_force.policy is None:
        _in_force.policy = load()
    return _in_force.policy


def use(chosen: Policy) -> None:
    """Put a policy in force; at the start, before anything is served."""
    _in_force.policy = chosen


@contextmanager
def used(chosen: Policy) -> Iterator[Policy]:
    """Put a policy in force inside this block, for tests."""
    before = _in_force.policy
    use(chosen)
    try:
        yield chosen
    finally:
        _in_force.policy = before


def _problem(found: Entry, place: Place, reason: str) -> Problem:
    way = found.way(place)
    # The standard file is right: where two entries contradict each other, the shop's own one is to be looked at.
    entry = next((each for each in reversed(way[1:]) if each.path == found.path), way[-1])
    return Problem(entry.path, entry.line, dotted(place), reason)


def _place(error: ErrorDetails) -> Place:
    # A wrong key of a mapping is reported at the mapping's value, marked "[key]".
    return tuple(part for part in error["loc"] if part != "[key]")


def _reason(error: ErrorDetails, section: Any) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        *way, name = error["loc"]
        return _unknown(str(name), _inner(section, tuple(way)))
    if kind == "literal_error":
        return f"“{error['input']}” must be one of {error['ctx']['expected'].replace(chr(39), '')}"
    return _REASONS.get(kind) or error["msg"].removeprefix("Value error, ")


def _unknown(name: str, section: type[BaseModel] | None) -> str:
    near = get_close_matches(name, section.model_fields if section is not None else (), n=1)
    return "is not known" + (f"; did you mean {near[0]}?" if near else "")


def _inner(section: Any, way: Place) -> type[BaseModel] | None:
    """The section at the end of `way`, which begins in `section`."""
    for part in way:
        if isinstance(part, int):
            section = _item(section)
        elif isinstance(section, type) and issubclass(section, BaseModel) and part in section.model_fields:
            section = section.model_fields[part].annotation
        else:
            return None
    return section if isinstance(section, type) and issubclass(section, BaseModel) else None


def _item(section: Any) -> Any:
    """What a list holds; a RootModel keeps its list under `root`."""
    if isinstance(section, type) and issubclass(section, BaseModel):
        section = section.model_fields["root"].annotation
    return next(iter(get_args(section)), None)
