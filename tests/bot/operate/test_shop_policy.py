"""`huike policy`, and what a wrong policy file does to the other commands."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.services import build_services
from bot.settings import Settings, settings
from crm_store import policy
from tests.conftest import TEST_SECRET

WRONG = "anger:\n  hand_ovr: 0.7\n  upset: 2\n"


@pytest.fixture(autouse=True)
def fresh_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Settings and policy of the process are as before when a test has ended."""
    monkeypatch.setenv("HUIKE_DEMO", "true")
    monkeypatch.setenv("HUIKE_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    with policy.used(policy.policy()):
        yield
    settings.cache_clear()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file named by HUIKE_POLICY_FILE."""
    file = tmp_path / "own.yml"
    file.write_text("handover: {misunderstandings: 4}\n", encoding="utf-8")
    monkeypatch.setenv("HUIKE_POLICY_FILE", str(file))
    return file


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


class TestCheck:
    def test_the_standard_file_is_right(self) -> None:
        result = run("policy", "check")
        assert (result.exit_code, result.output) == (0, f"{policy.STANDARD}: all entries are right.\n")

    def test_the_shops_own_file_and_any_other(self, own: Path, tmp_path: Path) -> None:
        assert run("policy", "check").output == f"{own}: all entries are right.\n"
        other = tmp_path / "other.yml"
        other.write_text(WRONG, encoding="utf-8")
        result = run("policy", "check", str(other))
        assert result.exit_code == 2
        assert result.output.splitlines() == [
            f"{other}:2: anger.hand_ovr: is not known; did you mean hand_over?",
            f"{other}:3: anger.upset: “2” must be a number from 0 to 1",
        ]

    @pytest.mark.parametrize(
        ("text", "line", "words"),
        [
            ("handover:\n  levels: &all [1, *all]\n", 2, "stands within itself"),
            ("anger: &all\n  upset: {more: *all}\n", 1, "stands within itself"),
            ("handover: {}\n? [hand, over]\n: 3\n", 2, "named by a word"),
            ("handover:\n  {a: 1}: 3\n", 2, "named by a word"),
            ("handover: " + "[" * 3000 + "]" * 3000, 1, ""),
        ],
    )
    def test_what_yaml_allows_and_no_policy_means(self, tmp_path: Path, text: str, line: int, words: str) -> None:
        file = tmp_path / "odd.yml"
        file.write_text(text, encoding="utf-8")
        result = run("policy", "check", str(file))
        assert result.exit_code == 2
        assert result.output.startswith(f"{file}:{line}: ")
        assert words in result.output
        assert "Node(" not in result.output

    def test_a_list_that_is_told_once_and_meant_twice(self, tmp_path: Path) -> None:
        file = tmp_path / "twice.yml"
        file.write_text("anger: {upset: &at 0.6, hand_over: *at}\n", encoding="utf-8")
        assert "itself" not in run("policy", "check", str(file)).output


class TestShow:
    def test_what_is_in_force_in_the_form_of_the_file(self, own: Path) -> None:
        result = run("policy", "show")
        assert result.exit_code == 0
        assert result.output.startswith(f"# {policy.STANDARD}\n# {own}\n")
        shown = yaml.safe_load(result.output)
        assert shown["handover"]["misunderstandings"] == 4
        assert shown["returns"]["window"] == "7 days"

    def test_of_a_wrong_file_what_is_wrong(self, own: Path) -> None:
        own.write_text(WRONG, encoding="utf-8")
        result = run("policy", "show")
        assert result.exit_code == 2
        assert f"{own}:3: anger.upset" in result.output


def test_doc_prints_the_page_of_the_docs() -> None:
    page = Path(__file__).parents[3] / "docs" / "policy.md"
    assert run("policy", "doc").output == page.read_text(encoding="utf-8")


class TestStart:
    @pytest.mark.parametrize(
        "command", [["up"], ["serve"], ["worker"], ["actions"], ["migrate"], ["seed"], ["import", "members", "x.csv"]]
    )
    def test_a_wrong_file_is_refused_in_words(self, own: Path, command: list[str]) -> None:
        own.write_text(WRONG, encoding="utf-8")
        result = run(*command)
        assert result.exit_code == 2
        assert f"Policy: {own}:2: anger.hand_ovr: is not known; did you mean hand_over?" in result.output
        assert "Traceback" not in result.output
        assert isinstance(result.exception, SystemExit)

    def test_a_right_one_is_in_force(self, own: Path) -> None:
        assert run("migrate").exit_code == 0
        assert policy.policy().handover.misunderstandings == 4

    def test_an_app_built_in_another_way_reads_it_too(self, own: Path, tmp_path: Path) -> None:
        build_services(Settings(demo=True, data_dir=tmp_path, secret_key=TEST_SECRET, policy_file=own))
        assert policy.policy().handover.misunderstandings == 4

    def test_the_doctor_says_what_is_wrong_and_looks_at_the_rest(self, own: Path) -> None:
        own.write_text(WRONG, encoding="utf-8")
        told = json.dumps(run("doctor").output, ensure_ascii=False)
        assert "✗" in told
        assert "hand_ovr" in told
        assert "Database" in told
