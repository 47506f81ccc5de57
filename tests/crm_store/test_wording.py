"""Catalogues of texts: what they hold, and what in them is refused, with file, line and key."""

from pathlib import Path

import pytest

from crm_store.language import Language
from crm_store.wording import PlaceholderUnfilled, WordingRefused, read, read_folder

GOOD = """# what is said
hello: {zh-Hans: "{name}，你好", zh-Hant: "{name}，你好", en: "Hello {name}"}
thanks:
  zh-Hans: [谢谢, 多谢]
  zh-Hant: [謝謝, 多謝]
  en: [Thanks, Thank you]
  buttons:
    - {payload: /help, zh-Hans: 帮助, zh-Hant: 說明, en: Help}
order_status:
  paid: {zh-Hans: 已付款, zh-Hant: 已付款, en: paid}
language_name:
  en: {zh-Hans: 英文, zh-Hant: 英文, en: English}
  zh-Hans: {zh-Hans: 简体, zh-Hant: 簡體, en: Simplified}
later: {zh-Hans: "{year} 年", zh-Hant: "{year} 年", en: "{years} later", facts: [year, years]}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "talk.yml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_file_gives_its_wordings_by_key(file: Path) -> None:
    found = read(file)
    assert list(found) == [
        "hello", "thanks", "order_status.paid", "language_name.en", "language_name.zh-Hans", "later",
    ]  # fmt: skip
    assert found["order_status.paid"].text(Language.ZH_HANT) == "已付款"
    assert found["thanks"].variations[Language.EN] == ("Thanks", "Thank you")
    [button] = found["thanks"].buttons
    assert (button.payload, button.titles[Language.ZH_HANT]) == ("/help", "說明")
    assert (found["thanks"].line, found["order_status.paid"].line) == (3, 10)


def test_a_placeholder_is_filled(file: Path) -> None:
    assert read(file)["hello"].filled(Language.EN, {"name": "Lin"}) == "Hello Lin"


def test_a_placeholder_nobody_fills_is_told_with_its_place(file: Path) -> None:
    with pytest.raises(PlaceholderUnfilled, match=r"talk\.yml:2: hello: nothing fills {name}"):
        read(file)["hello"].filled(Language.EN, {"nome": "Lin"})


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "none.yml").write_text("# nothing yet\n", encoding="utf-8")
    assert read(tmp_path / "none.yml") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: {zh-Hans: 好, en: good}", "1: a: has no text in zh-Hant"),
        ("\na:\n  zh-Hans: 好\n  zh-Hant: 好\n  en: good\n  fr: bon", "6: a: 'fr' is no language"),
        ("a: {zh-Hans: '', zh-Hant: 好, en: good}", "1: a: must be a text"),
        ("a:\n  zh-Hans: 好\n  zh-Hant: 好\n  en: Yes", "4: a: must be a text; in quotes"),
        ("a: {zh-Hans: [], zh-Hant: 好, en: good}", "1: a: a list of variations is empty"),
        ("a: {zh-Hans: '{n} 个', zh-Hant: '{n} 個', en: some}", "1: a: not every text has {n}"),
        ("a: {zh-Hans: ['{n} 个', 一些], zh-Hant: '{n} 個', en: '{n}'}", "1: a: not every text has {n}"),
        ("a: {zh-Hans: 好, zh-Hant: 好, en: '{n}', facts: [n, m]}", "1: a: facts and texts differ in m"),
        ("a: good", "1: a: must be a group"),
        ("- a", "1: must be a group"),
        ("g:\n  a: {zh-Hans: 好, en: good, zh-Hant: 好}\n  a: {}", "3: g: 'a' stands there twice"),
        ("a: {zh-Hans: 好, zh-Hans: 好}", "1: a: 'zh-Hans' stands there twice"),
        ("a: [", "is no valid YAML"),
        ("a: {zh-Hans: 好, zh-Hant: 好, en: good, buttons: /help}", "1: a: must be a list"),
        (
            "a:\n  zh-Hans: 好\n  zh-Hant: 好\n  en: good\n  buttons:\n    - {zh-Hans: 好, zh-Hant: 好, en: good}",
            "6: a: a button has no payload",
        ),
        (
            "a:\n  zh-Hans: 好\n  zh-Hant: 好\n  en: good\n  buttons:\n"
            "    - {payload: /affirm, zh-Hans: 好, zh-Hant: 好, en: Good, please}",
            "6: a: 'please' is no language",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "talk.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WordingRefused) as refused:
        read(path)
    assert str(refused.value).startswith(f"{path}:")
    assert told in str(refused.value)


def test_a_key_in_two_files_is_refused(file: Path) -> None:
    file.with_name("words.yml").write_text("\nhello: {zh-Hans: 好, zh-Hant: 好, en: hi}", encoding="utf-8")
    with pytest.raises(WordingRefused, match=r"words\.yml:2: hello: stands in talk\.yml already"):
        read_folder(file.parent)
