"""Known faults of the pinned packages: `make audit` asks pip-audit, or a file of advisories where there is no way out.

    python -m tests.audit [--advisories FILE] requirements/app.txt requirements/rasa.txt

FILE: advisories in the OSV format, as one JSON list, or as the zip of an ecosystem with one JSON file each. Ends with 0
when nothing is known, 1 when something is, 2 when nothing could be found out, which is never the same as nothing.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
PATIENCE_SECONDS = 600


class Finding(NamedTuple):
    """A pinned package with a known fault."""

    package: str
    version: str
    advisory: str
    summary: str


class NothingFoundOut(Exception):
    """The check itself did not work; the text says why."""


def pins(file: Path) -> dict[str, str]:
    """Packages and versions of a compiled requirement file."""
    lines = file.read_text(encoding="utf-8").splitlines()
    found = {canonicalize_name(match[1]): match[2] for line in lines if (match := _PIN.match(line))}
    if not found:
        raise NothingFoundOut(f"{file} pins nothing")
    return found


def advisories(file: Path) -> Iterator[dict[str, Any]]:
    """Raises NothingFoundOut."""
    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                yield from (json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json"))
        else:
            yield from json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NothingFoundOut(f"{file} cannot be read: {error}") from error


def findings(pinned: dict[str, str], known: Iterator[dict[str, Any]]) -> list[Finding]:
    """What of the advisories concerns these versions. Raises NothingFoundOut when there was none to compare with."""
    found, looked_at = [], 0
    for advisory in known:
        looked_at += 1
        if advisory.get("withdrawn"):
            continue
        for affected in advisory.get("affected", ()):
            package = affected.get("package", {})
            name = canonicalize_name(str(package.get("name", "")))
            if package.get("ecosystem") == "PyPI" and name in pinned and _affects(affected, pinned[name]):
                found.append(Finding(name, pinned[name], str(advisory["id"]), str(advisory.get("summary", ""))))
    if not looked_at:
        raise NothingFoundOut("the file holds no advisories")
    return sorted(set(found))


def _affects(affected: dict[str, Any], version: str) -> bool:
    if version in affected.get("versions", ()):
        return True
    ranges = [each for each in affected.get("ranges", ()) if each.get("type") == "ECOSYSTEM"]
    return any(_in_range(each.get("events", ()), Version(version)) for each in ranges)


def _in_range(events: Sequence[dict[str, str]], version: Version) -> bool:
    """OSV's events, in order: affected from `introduced` on, before `fixed`, up to and with `last_affected`."""
    is_affected = False
    for event in events:
        try:
            if "introduced" in event and version >= Version(event["introduced"]):
                is_affected = True
            if "fixed" in event and version >= Version(event["fixed"]):
                is_affected = False
            if "last_affected" in event and version > Version(event["last_affected"]):
                is_affected = False
        except InvalidVersion:
            continue
    return is_affected


def asked_online(file: Path) -> int:
    """What pip-audit says of one file; its own lines go to the terminal. Raises NothingFoundOut."""
    tool = [str(Path(".tools/bin/uv")), "tool", "run"] if Path(".tools/bin/uv").exists() else []
    if not tool and shutil.which("pip-audit") is None:
        raise NothingFoundOut("neither .tools/bin/uv nor pip-audit is here")
    words = [*tool, "pip-audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off", "-r", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    print(done.stdout, done.stderr, sep="\n")
    said = done.stdout + done.stderr
    if done.returncode and "known vulnerabilit" not in said:
        raise NothingFoundOut("pip-audit could not ask; give a file: make audit ADVISORIES=all.zip")
    return 1 if done.returncode else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--advisories", type=Path)
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    status = 0
    for file in options.files:
        try:
            if options.advisories is None:
                status = max(status, asked_online(file))
                continue
            found = findings(pins(file), advisories(options.advisories))
        except (NothingFoundOut, subprocess.TimeoutExpired) as failure:
            print(f"{file}: NOT CHECKED: {failure}", file=sys.stderr)
            return 2
        for each in found:
            print(f"{file}: {each.package} {each.version}: {each.advisory} {each.summary}")
        print(f"{file}: {len(found)} known faults")
        status = max(status, 1 if found else 0)
    return status


if __name__ == "__main__":
    sys.exit(main())
