"""Every text of the house is read without a refusal, the same in both interpreters, and said by somebody."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.nlu.rasa.replies import replies_in
from bot.wording import FOLDER as MESSAGES
from crm_store.labels import catalogue
from crm_store.language import Language
from crm_store.wording import Catalogue, read, read_folder

ROOT = Path(__file__).parents[1]
REPLIES = ROOT / "nlu_data" / "responses"
SECTIONS = sorted(path.stem for path in MESSAGES.glob("*.yml"))


def as_rasa_has_them(replies: Catalogue) -> dict[str, list[dict[str, object]]]:
    """What `replies_in` should give for what the app's loader read."""
    return {
        key: [
            {"condition": [{"type": "slot", "name": "language", "value": language.value}], "text": text}
            | ({"buttons": buttons} if buttons else {})
            for language in Language
            for buttons in [[{"title": button.titles[language], "payload": button.payload} for button in reply.buttons]]
            for text in reply.variations[language]
        ]
        for key, reply in replies.items()
    }


def test_rasas_interpreter_reads_the_replies_as_the_app_does() -> None:
    replies = read_folder(REPLIES)
    assert len(replies) > 300
    assert replies_in(REPLIES) == as_rasa_has_them(replies)


def test_no_button_reads_true_or_false() -> None:
    """An unquoted Yes is a truth value to YAML, and «True» no answer to a question."""
    truths = {"True", "False"}
    for key, reply in read_folder(REPLIES).items():
        assert [title for button in reply.buttons for title in button.titles.values() if title in truths] == [], key
    for key, texts in catalogue().items():
        assert not truths & {text for each in texts.variations.values() for text in each}, key


def test_points_are_called_one_thing_in_traditional_chinese() -> None:
    """點數, as Taiwan's shops say; the other word comes from Simplified texts. Customers may say either."""
    catalogues = [catalogue(), read_folder(REPLIES), *(read(MESSAGES / f"{section}.yml") for section in SECTIONS)]
    said = [entry for each in catalogues for entry in each.items()]
    texts = [(key, text) for key, each in said for text in each.variations[Language.ZH_HANT]]
    replies = read_folder(REPLIES).items()
    buttons = [(key, button.titles[Language.ZH_HANT]) for key, reply in replies for button in reply.buttons]
    assert [key for key, text in [*texts, *buttons] if "積分" in text] == []
    for page in ("widget.js", "shop.html"):
        assert "積分" not in (ROOT / "bot" / "widget" / page).read_text(encoding="utf-8"), page


def test_every_label_is_read() -> None:
    assert len(catalogue()) > 600


def literals(folder: str) -> Iterator[str]:
    """Every string in the code, what is filled in as `*`."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@pytest.fixture(scope="module")
def said() -> set[str]:
    """What the code may name a text by."""
    return {text for folder in ("bot", "crm_store") for text in literals(folder) if re.fullmatch(r"[a-z0-9_.*]+", text)}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_message_is_said_by_some_code(section: str, said: set[str]) -> None:
    names = {text.removeprefix(f"{section}.") for text in said} - {"*"}
    patterns = [re.compile(name.replace(".", r"\.").replace("*", ".+")) for name in names if "*" in name]
    prefixes = tuple(name for name in names if name.endswith("_") and len(name) > 3)
    unsaid = [
        key
        for key in read(MESSAGES / f"{section}.yml")
        if key not in names and not key.startswith(prefixes) and not any(each.fullmatch(key) for each in patterns)
    ]
    assert unsaid == []
