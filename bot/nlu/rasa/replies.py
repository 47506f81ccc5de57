"""The bot's replies, read into the form that Rasa's responses have.

They are written as all texts of the house: `crm_store/wording.py` says how, and checks them. This reader stands beside
it because Rasa's interpreter knows nothing of the app. It imports nothing of Rasa, so that one test can hold both to
the same format.
"""

from pathlib import Path
from typing import Any

import yaml

NO_LANGUAGES = ("buttons", "facts")
"""What may stand beside the texts of a reply."""

#: ten times as fast where PyYAML has it
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ReplyTwice(ValueError):
    """Two files give a reply of the same name."""

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path
        super().__init__(f"{name} in {path} stands in another file as well")


def replies_in(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every reply of the folder's files by its name, with its variations.

    Raises `ReplyTwice`, and `FileNotFoundError` for no folder: the bot would be silent, and nothing else would tell.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}, where endpoints.yml says that the replies are (nlg.replies), is no folder")
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.yml")):
        for name, reply in yaml.load(path.read_text(encoding="utf-8"), _LOADER).items():  # noqa: S506 - a safe one
            if name in found:
                raise ReplyTwice(name, path)
            found[name] = [
                _variation(language, text, reply.get("buttons", []))
                for language, texts in reply.items()
                if language not in NO_LANGUAGES
                for text in (texts if isinstance(texts, list) else [texts])
            ]
    return found


def _variation(language: str, text: str, buttons: list[dict[str, str]]) -> dict[str, Any]:
    condition = [{"type": "slot", "name": "language", "value": language}]
    titled = [{"title": button[language], "payload": button["payload"]} for button in buttons]
    return {"condition": condition, "text": text, **({"buttons": titled} if titled else {})}
