"""Trains the Rasa model when its ingredients changed, and finds the model that fits them."""

import asyncio
import hashlib
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
MODELS = ROOT / "models"
COMPONENTS = ("text", "times", "encoder", "intent", "entities", "sentiment")
"""The rooms of bot/nlu whose code decides what a model learns; `rasa` and `doctor` only run one."""

LESSONS = ("domain", "nlu", "rules", "words")
"""The folders of nlu_data that a model is made of; what the bot says (`responses`) is read as it runs."""

INGREDIENTS = (
    "config.yml",
    "requirements/rasa.txt",
    *(f"nlu_data/{folder}/**/*" for folder in LESSONS),
    *(f"bot/nlu/{room}/**/*" for room in COMPONENTS),
    "cantonese/**/*",
)
KEPT_MODELS = 3


class TrainingFailed(Exception):
    """The training ended with an error; `output` holds its last lines."""

    def __init__(self, code: int, output: list[str]) -> None:
        self.code, self.output = code, output
        super().__init__(f"the training ended with status {code}")


def ingredients_hash() -> str:
    """A hash over the content of everything a model is made of: data, configuration, components, their versions."""
    digest = hashlib.sha256()
    for pattern in INGREDIENTS:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def current_model() -> Path:
    """Where the model for the present ingredients is, or would be."""
    return MODELS / f"huike-{ingredients_hash()}.tar.gz"


def rasa_environment(**extra: str) -> dict[str, str]:
    """The environment for a process in Rasa's interpreter: quiet, and never calling home."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        # OpenMP's threads would spin while they wait, beside other work many times the processor. It reads this when
        # the interpreter loads it (with scikit-learn, before any code of ours).
        "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "passive"),
        # The same of NumPy's products of matrices: 2^4 processor cycles and its threads sleep, 2^26 by default. A
        # message that nobody sent before: 40 ms of processor time instead of 52.
        "OPENBLAS_THREAD_TIMEOUT": os.environ.get("OPENBLAS_THREAD_TIMEOUT", "4"),
        **extra,
    }


def engine_environment(**extra: str) -> dict[str, str]:
    """The same for what only understands and talks: none of the app's settings and secrets but those given."""
    return {name: value for name, value in rasa_environment().items() if not name.startswith("HUIKE_")} | extra


async def train(*, force: bool = False) -> AsyncIterator[str]:
    """Train unless a model for the present ingredients exists; yields what Rasa says, line by line.

    Raises TrainingFailed. An interrupted or failed training leaves no model behind.
    """
    model = current_model()
    if model.exists() and not force:
        return
    MODELS.mkdir(exist_ok=True)
    unfinished = MODELS / f"unfinished-{os.getpid()}"
    process = await asyncio.create_subprocess_exec(
        str(RASA_PYTHON), "-m", "bot.nlu.rasa.train", str(unfinished), "model",
        cwd=ROOT, env=rasa_environment(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, limit=2**20,
    )  # fmt: skip
    output: list[str] = []
    try:
        assert process.stdout is not None
        async for raw in process.stdout:
            line = raw.decode(errors="replace").strip()
            if line:
                output.append(line)
                yield line
        code = await process.wait()
        trained = unfinished / "model.tar.gz"
        if code != 0 or not trained.exists():
            raise TrainingFailed(code, output[-25:])
        trained.replace(model)
        _forget_old_models()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        shutil.rmtree(unfinished, ignore_errors=True)


def _forget_old_models() -> None:
    models = sorted(MODELS.glob("huike-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in models[KEPT_MODELS:]:
        old.unlink()


def rasa_installed() -> bool:
    return RASA_PYTHON.exists() or sys.platform == "win32"
