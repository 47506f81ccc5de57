"""Commands of ours that need Rasa's interpreter: run there, with their output here."""

import subprocess

from rich.console import Console

from bot import training

MISSING_ENVIRONMENT = 3


def run(module: str, *arguments: str, console: Console) -> int:
    """Run `python -m module` in Rasa's interpreter from the project's folder; paths must be absolute.

    Returns its exit status, or `MISSING_ENVIRONMENT` when the interpreter is not installed.
    """
    if not training.rasa_installed():
        console.print("[red]✗[/red] Rasa's environment is missing; `make train` installs it")
        return MISSING_ENVIRONMENT
    # The advice of transformers about other frameworks would stand between the progress bars.
    environment = training.rasa_environment(TRANSFORMERS_VERBOSITY="error")
    command = [str(training.RASA_PYTHON), "-m", module, *arguments]
    return subprocess.run(command, cwd=training.ROOT, env=environment, check=False).returncode  # noqa: S603 (our interpreter, our modules)
