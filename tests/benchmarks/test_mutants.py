"""Mutation testing: which faults are made, that a fault is noticed or not, and that the tree itself stays whole."""

from pathlib import Path

import pytest
from rich.progress import Progress

from benchmarks import mutants
from benchmarks.mutants import MODULES, Judged, Module, SuiteFails, Survivor, Workshop, judge, mutants_of, sampled

RULE = '''
"""Docstring with 1 < 2 and True."""
from datetime import timedelta

WAIT = timedelta(days=3)


@dataclass(frozen=True)
class Rule:
    limit: int | None = None

    def __repr__(self) -> str:
        return "many" if self.limit > 1 else "one"


def allowed(count: int, *, limit: int = 20, most=9) -> bool:
    log.info("asked", many=count > 10)
    return count < 5
'''
TESTS = """
from rule import allowed


def test_allowed():
    assert allowed(4)
    assert not allowed(6)
"""


def changed(path: Path) -> list[tuple[int, str]]:
    return [(mutant.start_pos[0], mutant.operator_name.split("_", 1)[-1]) for mutant in mutants_of(path)]


class TestWhichFaults:
    def test_rules_are_mutated_but_neither_types_nor_words_for_people(self, tmp_path: Path) -> None:
        path = tmp_path / "rule.py"
        path.write_text(RULE)
        lines = [line for line, _ in changed(path)]
        texts = {RULE.splitlines()[line - 1].strip() for line in lines}
        assert texts == {
            "WAIT = timedelta(days=3)",
            "def allowed(count: int, *, limit: int = 20, most=9) -> bool:",
            "return count < 5",
        }
        assert [name for line, name in changed(path) if "count" in RULE.splitlines()[line - 1]] == [
            "core/NumberReplacer", "core/NumberReplacer",
            "Lt_GtE", "Lt_LtE", "core/NumberReplacer", "core/NumberReplacer",
        ]  # fmt: skip

    def test_every_module_has_its_files_and_something_to_mutate(self) -> None:
        for module in MODULES:
            sources = [path for glob in module.sources for path in mutants.ROOT.glob(glob)]
            assert any(mutants_of(path) for path in sources), module.name
            assert all((mutants.ROOT / test).is_file() for test in module.tests), module.name

    def test_a_sample_is_the_same_for_the_same_seed(self, tmp_path: Path) -> None:
        path = tmp_path / "rule.py"
        path.write_text("\n".join(f"x{number} = {number} < 7" for number in range(30)))
        every = mutants_of(path)
        first, again, other = (sampled(every, 9, seed=seed) for seed in (1, 1, 2))
        assert first == again != other
        assert len(first) == 9
        assert sampled(every, None, seed=1) == every == sampled(every, 9999, seed=1)


class TestJudging:
    @pytest.fixture
    def tree(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A small project with one rule, its tests, and a copy to spoil."""
        for name in ("own", "copy"):
            folder = tmp_path / name
            folder.mkdir()
            (folder / "rule.py").write_text("def allowed(count):\n    return count < 5\n")
            (folder / "test_rule.py").write_text(TESTS)
            (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    rasa\n    browser\n")
        monkeypatch.setattr(mutants, "ROOT", tmp_path / "own")
        return tmp_path

    def judged(self, tree: Path) -> Judged:
        module = Module("rule", ("rule.py",), ("test_rule.py",))
        with Progress(disable=True) as progress:
            return judge(Workshop([tree / "copy"]), module, mutants_of(tree / "own" / "rule.py"), progress)

    def test_what_no_test_notices_is_named_with_its_place(self, tree: Path) -> None:
        judged = self.judged(tree)
        assert (judged.mutants, judged.counted[True], judged.share) == (4, 2, 0.5)
        assert Survivor("rule.py", 2, "-    return count < 5\n+    return count <= 5") in judged.survivors
        for name in ("own", "copy"):
            assert (tree / name / "rule.py").read_text() == "def allowed(count):\n    return count < 5\n"

    def test_tests_that_fail_anyway_show_nothing(self, tree: Path) -> None:
        (tree / "copy" / "test_rule.py").write_text("def test_it():\n    assert False\n")
        with pytest.raises(SuiteFails, match="rule: the tests fail without a fault"):
            self.judged(tree)


def test_a_copy_holds_the_tree_as_it_is_and_nothing_that_git_ignores(tmp_path: Path) -> None:
    copied = mutants.copy_of_tree(tmp_path)
    for name in ("crm_store/db.py", "tests/conftest.py", "pyproject.toml"):
        assert (copied / name).read_bytes() == (mutants.ROOT / name).read_bytes()
    assert not (copied / ".venv").exists()
