"""Do the tests notice a fault? Puts one small fault after the other into the store's and the desk's rules.

`make mutants`: Cosmic Ray makes the faults (a comparison turned round, a number one off, a condition negated …), each
in a copy of the tree, and the tests of that module run on SQLite until the first one fails. A fault that no test
notices has survived and is shown with its place. `make mutants SAMPLE=40` takes so many of each module, always the
same ones; `MODULES="points risk"` only those. The whole takes hours.

Left out is what no test should look at: type hints, log lines, `__repr__`, the definitions of tables and classes, and
what only PostgreSQL does with a locked row.
"""

import ast
import compileall
import os
import py_compile
import queue
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_item import MutationSpec, WorkerOutcome
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from benchmarks.sides import ROOT

SEED = 20_261_122
WORKERS = 2
PATIENCE_TIMES = 5
"""A mutant whose tests take so many times as long as without it hangs, and counts as noticed."""
PATIENCE_LEAST_S = 60

OPERATORS = tuple(
    f"core/{name}"
    for name in (
        *(f"ReplaceComparisonOperator_{change}" for change in (
            "Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE",
            "GtE_Gt", "GtE_Lt",
        )),
        *(f"ReplaceBinaryOperator_{change}" for change in (
            "Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_Mul", "BitOr_BitAnd", "BitAnd_BitOr",
            "BitXor_BitAnd",
        )),
        "ReplaceUnaryOperator_Delete_USub", "ReplaceUnaryOperator_Delete_Not", "AddNot", "ReplaceTrueWithFalse",
        "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceBreakWithContinue",
        "ReplaceContinueWithBreak", "ExceptionReplacer", "NumberReplacer", "ZeroIterationForLoop",
    )
)  # fmt: skip

NOT_LOOKED_AT = frozenset({"mapped_column", "relationship", "with_for_update", "Index", "CheckConstraint", "field"})
"""Calls that define tables and classes, or say how PostgreSQL locks: no rule of the business stands in them."""


@dataclass(frozen=True)
class Module:
    """What is mutated, as globs from the root, and the test files that should notice."""

    name: str
    sources: tuple[str, ...]
    tests: tuple[str, ...]


_STORE_TESTS = "tests/crm_store/test_{}.py"
_DESK_TESTS = tuple(
    f"tests/bot/desk/test_{name}.py"
    for name in ("desk", "when_a_person_comes", "answering", "in_line", "heard_in_line", "merged", "road")
)
_WEB_TESTS = tuple(
    f"tests/bot/channels/test_web_{name}.py" for name in ("socket", "screen", "visitors", "lookout", "running")
)

MODULES = (
    Module(
        "points",
        ("crm_store/points/*.py",),
        tuple(
            _STORE_TESTS.format(name)
            for name in ("points", "points_given_together", "tiers", "order_points", "corrections")
        ),
    ),
    Module(
        "risk",
        ("crm_store/risk/*.py",),
        tuple(
            _STORE_TESTS.format(f"risk{part}")
            for part in ("", "_beside_others", "_glance", "_judging", "_report", "_sweep")
        ),
    ),
    Module("promises", ("crm_store/promises.py",), (_STORE_TESTS.format("promises"),)),
    Module(
        "complaints",
        ("crm_store/complaints/*.py",),
        (_STORE_TESTS.format("complaints"), _STORE_TESTS.format("complaint_terms")),
    ),
    Module("followups", ("crm_store/followups.py",), (_STORE_TESTS.format("followups"),)),
    Module(
        "verification",
        ("crm_store/verification.py",),
        (_STORE_TESTS.format("verification"), _STORE_TESTS.format("address_codes")),
    ),
    Module("turns", ("crm_store/turns.py",), (_STORE_TESTS.format("turns"), *_DESK_TESTS)),
    Module("desk", ("bot/desk/desk.py", "bot/desk/handover.py"), _DESK_TESTS),
    Module("socket", tuple(f"bot/channels/web/{name}.py" for name in ("socket", "screen", "lookout")), _WEB_TESTS),
    Module("visitors", ("bot/channels/web/visitors.py",), _WEB_TESTS),
)

console = Console()


class SuiteFails(Exception):
    """Without any fault the tests of a module do not pass, so that they can show nothing."""


@dataclass(frozen=True)
class Survivor:
    """A fault that no test noticed. `change`: the lines before and after."""

    path: str
    line: int
    change: str


def mutants_of(path: Path) -> list[MutationSpec]:
    """Every fault that could be put into one file, in the order of their places."""
    tree = get_ast_from_path(path)
    kept_out = _not_looked_at(path.read_text(encoding="utf-8"))
    found = []
    for name in OPERATORS:
        operator = get_operator(name)()
        places = (place for node in ast_nodes(tree) for place in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(places):
            if not any(first <= start and end <= last for first, last in kept_out):
                found.append(MutationSpec(path, name, occurrence, start, end))
    return sorted(found, key=lambda mutant: (mutant.start_pos, mutant.operator_name, mutant.occurrence))


def sampled(mutants: Sequence[MutationSpec], size: int | None, *, seed: int) -> list[MutationSpec]:
    """`size` of them, the same ones for the same seed; all when there are fewer, or no size is given."""
    if size is None or size >= len(mutants):
        return list(mutants)
    chosen = set(random.Random(seed).sample(range(len(mutants)), size))
    return [mutant for place, mutant in enumerate(mutants) if place in chosen]


Place = tuple[int, int]


def _not_looked_at(source: str) -> list[tuple[Place, Place]]:
    """From where to where no fault is put in, as (line, column)."""
    found: list[tuple[Place, Place]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found += [_span(node)] if node.name == "__repr__" else _signature(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found += [_span(decorator) for decorator in node.decorator_list]
        elif isinstance(node, ast.AnnAssign):
            found.append(_span(node.annotation))
        elif isinstance(node, ast.Call) and _is_left_out(node.func):
            found.append(_span(node))
    return found


def _span(node: ast.expr | ast.stmt) -> tuple[Place, Place]:
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)


def _signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[Place, Place]]:
    """The signature but for its defaults: its types, the star that is no multiplication, and how many rows are read at
    most when nobody says."""
    given = function.args
    with_defaults = [
        *zip(reversed(given.args), reversed(given.defaults), strict=False),
        *zip(given.kwonlyargs, given.kw_defaults, strict=True),
    ]
    kept = sorted(_span(default) for name, default in with_defaults if default is not None and name.arg != "limit")
    body, _ = _span(function.body[0])
    begins = [_span(function)[0], *(end for _, end in kept)]
    return list(zip(begins, [*(start for start, _ in kept), body], strict=True))


def _is_left_out(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        is_log = isinstance(function.value, ast.Name) and function.value.id == "log"
        return is_log or function.attr in NOT_LOOKED_AT
    return isinstance(function, ast.Name) and function.id in NOT_LOOKED_AT


def copy_of_tree(target: Path) -> Path:
    """The tree as it is now, committed or not, without what git ignores; compiled, so that a run begins sooner."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    named = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout  # noqa: S603 - nothing given
    for name in filter(None, os.fsdecode(named).split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    for folder in ("cantonese", "crm_store", "actions", "bot"):
        # By hash, not by time: a mutant of the same length in the same second must not be taken for what was there.
        mode = py_compile.PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(target / folder, quiet=2, invalidation_mode=mode)
    return target


def _command(tree: Path, module: Module) -> str:
    # Only the plugins these tests need: schemathesis and others take longer to load than the tests to run.
    settings = ["HUIKE_TEST_DATABASES=sqlite", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1"]
    plugins = ["-p", "pytest_asyncio.plugin", "-p", "pytest_timeout", "-p", "no:cacheprovider"]
    run = [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not rasa and not browser", *plugins, *module.tests]
    return shlex.join(["env", "-C", str(tree), *settings, *run])


def _seconds_without_fault(tree: Path, module: Module) -> float:
    """How long the module's tests take. Raises SuiteFails."""
    began = time.monotonic()
    command = shlex.split(_command(tree, module))
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if ran.returncode != 0:
        raise SuiteFails(f"{module.name}: the tests fail without a fault\n{ran.stdout[-3000:]}")
    return time.monotonic() - began


class Workshop:
    """Copies of the tree, each lent to one worker at a time, so that the tree itself never holds a fault."""

    def __init__(self, trees: Sequence[Path]) -> None:
        self._free: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for tree in trees:
            self._free.put(tree)

    def is_noticed(self, module: Module, mutant: MutationSpec, *, patience_s: float) -> tuple[bool | None, str]:
        """Whether a test fails with the fault, and the change. None: Cosmic Ray could not put it in."""
        tree = self._free.get()
        try:
            place = replace_path(mutant, tree)
            result = mutate_and_test([place], _command(tree, module), patience_s)
        finally:
            self._free.put(tree)
        if result.worker_outcome != WorkerOutcome.NORMAL:
            return None, result.output or ""
        return result.is_killed, _change(result.diff or "")

    def seconds_without_fault(self, module: Module) -> float:
        tree = self._free.get()
        try:
            return _seconds_without_fault(tree, module)
        finally:
            self._free.put(tree)


def replace_path(mutant: MutationSpec, tree: Path) -> MutationSpec:
    """The same fault in another copy of the tree."""
    path = tree / mutant.module_path.relative_to(ROOT)
    return MutationSpec(path, mutant.operator_name, mutant.occurrence, mutant.start_pos, mutant.end_pos)


def _change(diff: str) -> str:
    lines = diff.splitlines()
    return "\n".join(line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---"))


@dataclass(frozen=True)
class Judged:
    """What came of one module. `share` is 1 where there was nothing to judge."""

    module: Module
    counted: Counter[bool | None]
    survivors: list[Survivor]

    @property
    def mutants(self) -> int:
        return self.counted[True] + self.counted[False]

    @property
    def share(self) -> float:
        return self.counted[True] / self.mutants if self.mutants else 1.0


def judge(workshop: Workshop, module: Module, mutants: Sequence[MutationSpec], progress: Progress) -> Judged:
    """Try the faults of one module, as many at once as there are copies. Raises SuiteFails."""
    task = progress.add_task(module.name, total=len(mutants))
    patience_s = max(PATIENCE_LEAST_S, PATIENCE_TIMES * workshop.seconds_without_fault(module))
    judged = Judged(module, Counter(), [])
    with ThreadPoolExecutor(WORKERS) as pool:
        running = {
            pool.submit(workshop.is_noticed, module, mutant, patience_s=patience_s): mutant for mutant in mutants
        }
        for done in as_completed(running):
            noticed, change = done.result()
            judged.counted[noticed] += 1
            if noticed is False:
                mutant = running[done]
                path = str(mutant.module_path.relative_to(ROOT))
                judged.survivors.append(Survivor(path, mutant.start_pos[0], change))
            progress.advance(task)
    return replace(judged, survivors=sorted(judged.survivors, key=lambda each: (each.path, each.line, each.change)))


def show_survivors(judged: Judged) -> None:
    """Each with its place, as soon as a module is done: the next ones take long."""
    console.print(f"{judged.module.name}: {judged.counted[True]} of {judged.mutants} noticed")
    for survivor in judged.survivors:
        console.print(f"\n[bold]{survivor.path}:{survivor.line}[/bold]", highlight=False, soft_wrap=True)
        console.print(survivor.change, markup=False, highlight=False, soft_wrap=True)


def show_table(judged: Sequence[Judged]) -> None:
    table = Table("module", "mutants", "noticed", "share")
    for each in judged:
        table.add_row(each.module.name, str(each.mutants), str(each.counted[True]), f"{each.share:.1%}")
    every, noticed = sum(each.mutants for each in judged), sum(each.counted[True] for each in judged)
    table.add_section()
    table.add_row("all", str(every), str(noticed), f"{noticed / max(1, every):.1%}")
    console.print(table)


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Modules; all when none is named.")] = None,
    sample: Annotated[int | None, typer.Option(help="So many mutants of each module.")] = None,
    seed: Annotated[int, typer.Option(help="Which ones the sample takes.")] = SEED,
) -> None:
    """Show which faults the tests would not notice."""
    unknown = set(names or ()) - {module.name for module in MODULES}
    if unknown:
        known = ", ".join(module.name for module in MODULES)
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: there are {known}")
    bar = (TextColumn("{task.description:>12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with tempfile.TemporaryDirectory(prefix="huike-mutants-") as folder:
        workshop = Workshop([copy_of_tree(Path(folder) / str(number)) for number in range(WORKERS)])
        judged: list[Judged] = []
        try:
            with Progress(*bar, TimeRemainingColumn(), console=console) as progress:
                for module in MODULES:
                    if not names or module.name in names:
                        paths = sorted(path for glob in module.sources for path in ROOT.glob(glob))
                        mutants = [mutant for path in paths for mutant in mutants_of(path)]
                        judged.append(judge(workshop, module, sampled(mutants, sample, seed=seed), progress))
                        show_survivors(judged[-1])
        except SuiteFails as failure:
            console.print(failure, style="red", markup=False)
            raise typer.Exit(2) from None
        show_table(judged)


if __name__ == "__main__":
    typer.run(main)
