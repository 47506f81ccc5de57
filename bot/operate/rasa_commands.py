"""Commands of ours that need Rasa's interpreter: run there, with their output here."""

import signal
import subprocess

from rich.console import Console

from bot.operate import training
from bot.operate.interrupt import INTERRUPTED

MISSING_ENVIRONMENT = 3
STOP_WITHIN_SECONDS = 10


def run(module: str, *arguments: str, console: Console) -> int:
    """Run `python -m module` in Rasa's interpreter from the project's folder; paths must be absolute.

    Returns its exit status, `INTERRUPTED` after Ctrl-C, or `MISSING_ENVIRONMENT` when the interpreter is not installed.
    """
    if not training.rasa_installed():
        console.print("[red]✗[/red] Rasa's environment is missing; `make train` installs it")
        return MISSING_ENVIRONMENT
    # The advice of transformers about other frameworks would stand between the progress bars.
    environment = training.rasa_environment(TRANSFORMERS_VERBOSITY="error")
    command = [str(training.RASA_PYTHON), "-m", "bot.operate.interrupt", module, *arguments]
    process = subprocess.Popen(command, cwd=training.ROOT, env=environment)  # noqa: S603 (our interpreter, our modules)
    try:
        return process.wait()
    except KeyboardInterrupt:
        _stop(process)
        return INTERRUPTED


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process by its own SIGINT, on which it removes what is unfinished; by force when it takes too long or
    Ctrl-C is pressed again."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_WITHIN_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()
