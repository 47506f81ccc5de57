"""Runs a module as `python -m` does; Ctrl-C ends it with status 130 and without a traceback.

Libraries load for seconds, so the module itself would come too late to catch it. Runs in both interpreters.
"""

import runpy
import signal
import sys
from types import FrameType

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells count."""

_interrupted: list[int] = []


def main() -> None:
    """`python -m bot.operate.interrupt MODULE [ARGUMENT]...`; says nothing itself, for whoever started it does."""
    signal.signal(signal.SIGINT, _stop)
    sys.argv = sys.argv[1:]
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except BaseException:
        # Half-loaded libraries turn KeyboardInterrupt into errors of their own.
        if not _interrupted:
            raise
        sys.exit(INTERRUPTED)


def _stop(number: int, frame: FrameType | None) -> None:
    """The first Ctrl-C unwinds the program, which tidies up; the next ones must not disturb it at that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _interrupted.append(number)
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
