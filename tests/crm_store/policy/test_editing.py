"""The shop's own policy file, changed as a text."""

import os
from pathlib import Path

import pytest

from crm_store.policy import PolicyRefused, editing, load
from crm_store.policy.editing import PolicyChangedMeanwhile, PolicyNotWritable

TEXT = "# Ours.\ndesk: {capacity: 3}  # few, but well\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.yml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def left(file: Path) -> list[str]:
    """What lies in the folder."""
    return sorted(each.name for each in file.parent.iterdir())


class TestSave:
    def test_the_text_stands_as_it_was_typed_and_is_read_at_the_next_start(self, file: Path) -> None:
        file.chmod(0o640)
        text = TEXT.replace("3", "5") + "promises: {grace: 10 min}\n"
        changed = editing.save(file, text.replace("\n", "\r\n"), based_on=editing.opened(file).mark)
        assert changed == ["desk.capacity", "promises.grace"]
        assert file.read_text(encoding="utf-8") == text
        assert load(file).desk.capacity == 5
        assert file.stat().st_mode & 0o777 == 0o640
        assert left(file) == ["own.yml"]

    @pytest.mark.parametrize(
        ("text", "line", "field"),
        [
            ("# Ours.\ndesk: {capacity: none}\n", 2, "desk.capacity"),
            ("desk:\n  capacty: 3\n", 2, "desk.capacty"),
            ("desk: [\n", 2, ""),
            ("- desk\n", 1, ""),
        ],
    )
    def test_what_is_wrong_is_told_with_its_line_and_changes_nothing(
        self, file: Path, text: str, line: int, field: str
    ) -> None:
        with pytest.raises(PolicyRefused) as refusal:
            editing.save(file, text, based_on=editing.opened(file).mark)
        assert (refusal.value.path, refusal.value.line, refusal.value.field) == (file, line, field)
        assert file.read_text(encoding="utf-8") == TEXT

    def test_of_two_who_change_it_at_once_the_second_is_told(self, file: Path) -> None:
        mark = editing.opened(file).mark
        editing.save(file, TEXT.replace("3", "5"), based_on=mark)
        with pytest.raises(PolicyChangedMeanwhile):
            editing.save(file, TEXT.replace("3", "6"), based_on=mark)
        assert load(file).desk.capacity == 5

    def test_a_file_that_was_broken_by_hand_can_be_mended(self, file: Path) -> None:
        file.write_text("desk: [", encoding="utf-8")
        assert "desk.capacity" in editing.save(file, TEXT, based_on=editing.opened(file).mark)
        assert load(file).desk.capacity == 3

    def test_a_link_stays_one(self, file: Path, tmp_path: Path) -> None:
        link = tmp_path / "link.yml"
        link.symlink_to(file)
        editing.save(link, TEXT.replace("3", "5"), based_on=editing.opened(link).mark)
        assert link.is_symlink()
        assert load(file).desk.capacity == 5

    def test_what_cannot_be_written_is_said_and_leaves_nothing(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def busy(_source: str, _target: Path) -> None:
            raise OSError(16, "Device or resource busy")

        monkeypatch.setattr(os, "replace", busy)  # as for a file that is mounted by itself
        with pytest.raises(PolicyNotWritable):
            editing.save(file, TEXT.replace("3", "5"), based_on=editing.opened(file).mark)
        assert (file.read_text(encoding="utf-8"), left(file)) == (TEXT, ["own.yml"])
