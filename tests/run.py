"""`make test`: the suites of both interpreters side by side, and one closing line that counts them together.

The app's suite is shared out to as many workers as there are processors, four at most, and is seen as it runs; what
Rasa's interpreter says is shown when that suite has ended. The model is trained first, once for all. The exit status is
that of the first suite that did not pass.
"""

import asyncio
import os
import re
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass

from bot.operate.training import RASA_PYTHON, ROOT
from tests.stack import trained_model

WORKERS = min(4, os.cpu_count() or 1)
SLOWEST = "--durations=20"
RASA_SUITE = [
    str(RASA_PYTHON), "-m", "pytest", "tests/bot/nlu", "-c", "tests/bot/nlu/pytest.ini", "-p", "no:cacheprovider",
    SLOWEST,
]  # fmt: skip
APP_SUITE = [
    sys.executable, "-m", "pytest", "-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder", SLOWEST,
]  # fmt: skip

NO_CLOSING_LINE = 70
"""Exit status when a suite ended well without the line that says how many tests passed."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?)")
_ORDER = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warning", "error")


@dataclass(frozen=True)
class Ended:
    """How a suite ended: its exit status and its last line, without the frame; empty when there was none."""

    name: str
    status: int
    closing: str


def closing_line(said: str) -> str:
    """Pytest's last line, "12 passed in 3.45s", or nothing when the run was broken off before it."""
    for line in reversed(_COLOUR.sub("", said).splitlines()):
        bare = line.strip("= ")
        if " in " in bare and _COUNT.match(bare):
            return bare
    return ""


def together(suites: list[Ended]) -> str:
    """The counts of all suites in pytest's words and order."""
    counts: Counter[str] = Counter()
    for suite in suites:
        for count, what in _COUNT.findall(suite.closing):
            counts[what.removesuffix("s") if what != "passed" else what] += int(count)
    words = [(counts[what], what) for what in _ORDER if counts[what]]
    return ", ".join(f"{count} {_plural(what, count)}" for count, what in words) or "no tests ran"


def status(suites: list[Ended]) -> int:
    """The first status that is not 0; a suite without a closing line has not passed, whatever its status says."""
    for suite in suites:
        if suite.status != 0:
            return suite.status if suite.status > 0 else 128 - suite.status
        if not suite.closing:
            return NO_CLOSING_LINE
    return 0


def _plural(what: str, count: int) -> str:
    return f"{what}s" if count != 1 and what in ("warning", "error") else what


async def run(name: str, command: list[str], *, aloud: bool) -> tuple[Ended, str]:
    """Run one suite; how it ended, and all it said. `aloud`: its words are shown as they come."""
    colour = "--color=yes" if sys.stdout.isatty() else "--color=no"
    process = await asyncio.create_subprocess_exec(
        *command, colour, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert process.stdout is not None
    said = bytearray()
    while part := await process.stdout.read(4096):
        said += part
        if aloud:
            sys.stdout.buffer.write(part)
            sys.stdout.flush()
    text = said.decode(errors="replace")
    return Ended(name, await process.wait(), closing_line(text)), text


async def main() -> int:
    began = time.monotonic()
    # A shell's background job ignores Ctrl-C, and so would what the tests of Ctrl-C start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    articles = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.vectors", cwd=ROOT)
    model = await trained_model()
    await articles.wait()
    print(f"The app's tests with {model.name}; those of Rasa's interpreter beside them, told at the end.", flush=True)
    beside = asyncio.create_task(run("Rasa's interpreter", RASA_SUITE, aloud=False))
    app, _ = await run("app", APP_SUITE, aloud=True)
    rasa, said = await beside
    print(f"\n{said}")
    suites = [app, rasa]
    for suite in suites:
        print(f"{suite.name}: {suite.closing or 'ended without a closing line'} (exit status {suite.status})")
    print(f"{f' {together(suites)} in {time.monotonic() - began:.2f}s ':=^100}")
    return status(suites)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
