"""`huike policy`: checks the shop's policy and shows what is in force."""

from pathlib import Path

import yaml
from rich.console import Console

from crm_store import policy


def check(file: Path | None, console: Console) -> int:
    """Say whether the file can be used, and else every problem with its line. Returns 0 or 2."""
    try:
        policy.load(file)
    except policy.PolicyRefused as refusal:
        return _refused(refusal, console)
    console.print(f"{file or policy.STANDARD}: all entries are right.", soft_wrap=True)
    return 0


def show(file: Path | None, console: Console) -> int:
    """Print every entry that is in force, in the form of the file. Returns 0, or 2 for a file that cannot be used."""
    try:
        found = policy.entries(file)
        policy.validated(found)
    except policy.PolicyRefused as refusal:
        return _refused(refusal, console)
    told = yaml.safe_dump(found.plain(), allow_unicode=True, sort_keys=False, width=120)
    sources = f"# {policy.STANDARD}" + (f"\n# {file}" if file else "")
    console.print(f"{sources}\n{told}", markup=False, soft_wrap=True, end="")
    return 0


def _refused(refusal: policy.PolicyRefused, console: Console) -> int:
    for problem in refusal.problems:
        console.print(str(problem), markup=False, soft_wrap=True)
    return 2
