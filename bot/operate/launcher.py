"""What `huike` starts: the command line, and a short word instead of a traceback when Ctrl-C ends it.

Unlike under `bot.operate.interrupt`, SIGINT keeps the handler it has, which asyncio and uvicorn replace by their own.
"""

import runpy
import sys

from bot.operate.interrupt import INTERRUPTED


def main() -> None:
    try:
        runpy.run_module("bot", run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        pass
    except SystemExit as end:
        if end.code != INTERRUPTED:
            raise
    else:
        return
    print("Stopped.", file=sys.stderr)
    sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
