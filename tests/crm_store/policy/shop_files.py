"""Policies that differ from the standard one in a few entries."""

from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

from crm_store.policy import Policy, load, used


def written(text: str) -> Policy:
    """The standard policy with the entries of `text` laid over it."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "own.yml"
        file.write_text(text, encoding="utf-8")
        return load(file)


def changed(text: str) -> AbstractContextManager[Policy]:
    """Puts the standard policy with the entries of `text` in force inside the block."""
    return used(written(text))
