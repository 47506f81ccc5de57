"""The shop's own policy file, changed as a text: checked as at the start, then put in its place as a whole.

The text is kept as it was typed, with its comments. What it says is in force from the next start of each process on.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from crm_store.errors import CrmError
from crm_store.policy.errors import PolicyRefused
from crm_store.policy.loading import STANDARD, entries, validated
from crm_store.policy.shop import Policy
from crm_store.policy.source import laid_over, parse, read, text_of

TEXT_CHARACTERS = 200_000


class PolicyChangedMeanwhile(CrmError):
    """The file is not what it was when it was opened."""

    code = "policy_changed_meanwhile"


class PolicyNotWritable(CrmError):
    """The file, or its folder, cannot be written by this process."""

    code = "policy_not_writable"


@dataclass(frozen=True, slots=True)
class Draft:
    """The file as it is, and a mark that tells whether it still is."""

    text: str
    mark: str


def opened(path: Path) -> Draft:
    """Raises PolicyRefused when it is missing or no text."""
    text = text_of(path)
    return Draft(text, hashlib.sha256(text.encode()).hexdigest())


def checked(path: Path, text: str) -> Policy:
    """What the text gives in the place of the file. Raises PolicyRefused: every problem, its line and the reason."""
    return validated(laid_over(read(STANDARD), parse(text, path), Policy))


def save(path: Path, text: str, *, based_on: str) -> list[str]:
    """Write the text; the full names of the entries it changes, by name. `based_on`: the mark it was opened with.

    Raises PolicyRefused, PolicyChangedMeanwhile, PolicyNotWritable, and leaves the file as it was.
    """
    text = text.replace("\r\n", "\n")
    if opened(path).mark != based_on:
        raise PolicyChangedMeanwhile
    checked(path, text)
    changed = _changed(path, text)
    try:
        _replace(path.resolve(), text)
    except OSError as error:
        raise PolicyNotWritable(str(error.strerror)) from error
    return changed


def _changed(path: Path, text: str) -> list[str]:
    try:
        before = dict(_leaves(entries(path).plain()))
    except PolicyRefused:  # somebody broke it by hand: this text mends it
        before = {}
    after = dict(_leaves(laid_over(read(STANDARD), parse(text, path), Policy).plain()))
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every entry by its full name; lists are one."""
    if not isinstance(value, dict) or not value:
        yield name, value
        return
    for key, inner in value.items():
        yield from _leaves(inner, f"{name}.{key}" if name else key)


def _replace(path: Path, text: str) -> None:
    """At every moment the file is the old one or the new one, whoever reads it and whenever the power fails."""
    mode = path.stat().st_mode
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as fresh:
        try:
            fresh.write(text)
            fresh.flush()
            os.fsync(fresh.fileno())
            os.chmod(fresh.name, mode)
            os.replace(fresh.name, path)
        except OSError:
            os.unlink(fresh.name)
            raise
