"""What was read and found right in files of training data, kept between trainings while they stay as they are."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import tempfile
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.nlu.encoder.vector_cache import default_folder

_NAME = "training-files.json"


class ReadFiles:
    """Texts by their content: as parsed, and which checks they passed. A cache that cannot be read or written costs
    time and nothing else; what this process did not ask for is dropped when it is kept."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = (folder or default_folder().parent) / _NAME
        self._before: dict[str, Any] | None = None
        self._parsed: dict[str, bytes] = {}
        self._checked: set[str] = set()

    def parsed(self, content: str, parse: Callable[[str], Any]) -> bytes:
        """The content as `parse` reads it, pickled, so that each caller can have a copy of its own."""
        key = _key(content, "parsed")
        if key not in self._parsed:
            known = self._known()["parsed"]
            value = known[key] if key in known else parse(content)
            self._parsed[key] = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        return self._parsed[key]

    def was_checked(self, content: str, check: str) -> bool:
        key = _key(content, check)
        if key in self._known()["checked"]:
            self._checked.add(key)
        return key in self._checked

    def checked(self, content: str, check: str) -> None:
        """The content passed `check`."""
        self._checked.add(_key(content, check))

    def keep(self) -> None:
        """Write what this process asked for, for the next one."""
        read = {key: pickle.loads(value) for key, value in self._parsed.items()}  # noqa: S301 - pickled by this process
        state = {"parsed": {key: value for key, value in read.items() if _survives(value)}, "checked": [*self._checked]}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=self._path.parent, delete=False) as file:
                json.dump(state, file, ensure_ascii=False)
            os.replace(file.name, self._path)
        except OSError:
            return

    def _known(self) -> dict[str, Any]:
        if self._before is None:
            self._before = _read(self._path)
        return self._before


def _read(path: Path) -> dict[str, Any]:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        return {"parsed": dict(state["parsed"]), "checked": set(state["checked"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"parsed": {}, "checked": set()}


@lru_cache(maxsize=1)
def _rasa_version() -> str:
    return version("rasa")


def _key(content: str, purpose: str) -> str:
    """Another version of Rasa may read and check otherwise."""
    return hashlib.blake2b(f"{_rasa_version()}\0{purpose}\0{content}".encode(), digest_size=16).hexdigest()


def _survives(value: Any) -> bool:
    """Whether JSON gives the value back as it was: it knows no dates and no keys but strings."""
    try:
        return bool(json.loads(json.dumps(value)) == value)
    except TypeError:
        return False
