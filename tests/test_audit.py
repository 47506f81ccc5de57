"""The look for known faults finds them, and says when it could not look."""

import json
import zipfile
from pathlib import Path

import pytest

from tests.audit import main

PINS = "sanic==21.12.2 \\\n    --hash=sha256:00\n    # via rasa\nhttpx==0.28.1 \\\n    --hash=sha256:11\n"


def advisory(name: str, *events: dict[str, str], **more: object) -> dict[str, object]:
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}]
    return {
        "id": "PYSEC-1", "summary": "a fault", **more,
        "affected": [{"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges}],
    }  # fmt: skip


def look(tmp_path: Path, *known: dict[str, object]) -> int:
    (tmp_path / "pins.txt").write_text(PINS)
    (tmp_path / "known.json").write_text(json.dumps(known))
    return main(["--advisories", str(tmp_path / "known.json"), str(tmp_path / "pins.txt")])


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([{"introduced": "0"}], 1),
        ([{"introduced": "0"}, {"fixed": "21.12.3"}], 1),
        ([{"introduced": "0"}, {"fixed": "21.12.2"}], 0),
        ([{"introduced": "0"}, {"last_affected": "21.12.2"}], 1),
        ([{"introduced": "0"}, {"last_affected": "21.12.1"}], 0),
        ([{"introduced": "22.0"}], 0),
        ([{"introduced": "0"}, {"fixed": "20.1"}, {"introduced": "21.0"}, {"fixed": "22.0"}], 1),
    ],
)
def test_a_range_is_read_to_its_edges(tmp_path: Path, events: list[dict[str, str]], status: int) -> None:
    assert look(tmp_path, advisory("Sanic", *events)) == status


def test_other_packages_and_withdrawn_advisories_are_no_finding(tmp_path: Path) -> None:
    everything = {"introduced": "0"}
    assert look(tmp_path, advisory("flask", everything), advisory("sanic", everything, withdrawn="2024-01-01")) == 0


def test_what_is_found_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    look(tmp_path, advisory("httpx", {"introduced": "0"}))
    assert "httpx 0.28.1: PYSEC-1 a fault" in capsys.readouterr().out


def test_the_zip_of_an_ecosystem_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "pins.txt").write_text(PINS)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("PYSEC-1.json", json.dumps(advisory("sanic", {"introduced": "0"})))
    assert main(["--advisories", str(tmp_path / "all.zip"), str(tmp_path / "pins.txt")]) == 1


@pytest.mark.parametrize("content", ["", "[]", "no json"])
def test_what_could_not_be_looked_at_is_never_passed_as_clean(tmp_path: Path, content: str) -> None:
    (tmp_path / "pins.txt").write_text(PINS)
    (tmp_path / "known.json").write_text(content)
    assert main(["--advisories", str(tmp_path / "known.json"), str(tmp_path / "pins.txt")]) == 2
    assert main(["--advisories", str(tmp_path / "not there"), str(tmp_path / "pins.txt")]) == 2
    (tmp_path / "pins.txt").write_text("# nothing\n")
    assert look_again(tmp_path) == 2


def look_again(tmp_path: Path) -> int:
    (tmp_path / "known.json").write_text(json.dumps([advisory("sanic", {"introduced": "0"})]))
    return main(["--advisories", str(tmp_path / "known.json"), str(tmp_path / "pins.txt")])
