"""docs/policy.md lists every entry, and what it says of each is true."""

from importlib import import_module
from inspect import getsource
from pathlib import Path

import pytest

from crm_store.policy import STANDARD
from crm_store.policy.document import Row, document, rows
from crm_store.policy.shop import Policy
from crm_store.policy.source import read

PAGE = Path(__file__).parents[3] / "docs" / "policy.md"
ROWS = [row for name, field in Policy.model_fields.items() for row in rows(name, field, read(STANDARD).at((name,)))]


def test_the_page_is_what_the_command_prints() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run `huike policy doc > docs/policy.md`"


def test_every_entry_has_a_meaning_a_way_to_write_it_and_a_reader() -> None:
    assert len(ROWS) > 100
    assert [row for row in ROWS if not (row.meaning and row.unit and row.read_by)] == []
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_the_defaults_are_those_of_the_file() -> None:
    told = {row.name: row.default for row in ROWS}
    assert told["anger.hand_over"] == "0.8"
    assert told["complaints.reply_share"] == "gold 0.75, platinum 0.5"
    assert told["callbacks.offered_at"] == "10:00, 14:00, 19:00"
    assert told["hours.closed"] == told["hours.special"] == "none"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_whoever_is_said_to_read_an_entry_does(row: Row) -> None:
    """The module names the entry, or the group whose entries are looked up by code."""
    *_, group, entry = row.name.replace("[]", "").split(".") if "." in row.name else ("", row.name)
    for reader in row.read_by.replace("`", "").split(", "):
        source = getsource(import_module(reader))
        assert f".{entry}" in source or f".{group}[" in source or f".{group}.days" in source or ".hours.on(" in source
