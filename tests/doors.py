"""No room without a door: a page, a channel, an endpoint, an action or a job reaches every operation of the store.

Run by `make lint`: `python -m tests.doors` prints the operations that nothing outside tests, benchmarks and the demo's
data reaches, and fails when there are any but those of `WAITING`, or when one of these has found its door.
An operation is a public coroutine at the top of a module of `crm_store`; it is reached when code that is itself
reached names it. Two of one name hide each other.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
STORE = ROOT / "crm_store"
OUTSIDE = (ROOT / "bot", ROOT / "actions")
ONLY_DEMO = ROOT / "bot" / "demo"
WAITING = {
    "crm_store.knowledge.set_status": "articles put away from their list",
}
"""Operations whose door is still to be built, and which."""


@dataclass(frozen=True)
class Operation:
    """A public coroutine of the store, and the names its body uses."""

    module: str
    name: str
    uses: frozenset[str]


def names_in(tree: ast.AST) -> frozenset[str]:
    """Every name and attribute that is read."""
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return frozenset(found | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)})


def modules(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(folder.rglob("*.py")):
        yield file, ast.parse(file.read_text(encoding="utf-8"))


def operations() -> list[Operation]:
    """Those of the store, its methods and private functions left out."""
    found = []
    for file, tree in modules(STORE):
        if "migrations" in file.parts:
            continue
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for node in tree.body:
            if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
                found.append(Operation(module, node.name, names_in(node)))
    return found


def first_names() -> set[str]:
    """What is named by code that people or the clock reach: the bot and the actions, and what of the store is no
    operation (classes, private and plain functions)."""
    named: set[str] = set()
    for folder in OUTSIDE:
        for file, tree in modules(folder):
            if ONLY_DEMO not in file.parents:
                named |= names_in(tree)
    for file, tree in modules(STORE):
        if file.name == "__init__.py" or "migrations" in file.parts:
            continue
        for node in tree.body:
            if not isinstance(node, ast.AsyncFunctionDef) or node.name.startswith("_"):
                named |= names_in(node)
    return named


def without_door() -> list[Operation]:
    """The operations that nothing reaches."""
    reached, left = first_names(), operations()
    while opened := [each for each in left if each.name in reached]:
        left = [each for each in left if each not in opened]
        for each in opened:
            reached |= each.uses
    return left


def main() -> None:
    closed = {f"{each.module}.{each.name}" for each in without_door()}
    for name in sorted(closed - WAITING.keys()):
        print(f"{name}: nothing outside tests and the demo's data reaches it")
    for name in sorted(WAITING.keys() - closed):
        print(f"{name}: has its door, or is gone; take it from WAITING")
    sys.exit(closed != WAITING.keys())


if __name__ == "__main__":
    main()
