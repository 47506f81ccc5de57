"""The two sides of the comparison with stock Rasa: their configurations, their training, what is kept of it."""

import hashlib
import json
import os
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
import yaml
from rich.console import Console
from rich.progress import Progress

ROOT = Path(__file__).parent.parent
RASA = ROOT / ".venv-rasa" / "bin" / "rasa"
RASA_DEFAULTS = "rasa/engine/recipes/config_files/default_config.yml"
SECRET = "only for this benchmark"  # noqa: S105 - a server on loopback that lives for minutes
STOCK_EPOCHS = 100
"""What its default pipeline and policies learn for."""

LINEAR = """
pipeline:
  - name: JiebaTokenizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: LogisticRegressionClassifier
  - name: FallbackClassifier
    threshold: 0.3
policies:
  - name: MemoizationPolicy
  - name: RulePolicy
"""

console = Console()


@dataclass
class Training:
    """What a side's training took, in seconds; 0.0 for a model that somebody else made."""

    seconds: float = 0.0
    measured: str = ""
    """When, and at which commit."""
    config: str = ""
    """`digest` of the configuration it belongs to."""


@dataclass(frozen=True)
class Side:
    """One of the two: its configuration, and how its server is reached."""

    name: str
    config: Path
    endpoints: Path
    credentials: Path
    folder: Path

    def environment(self, actions: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HUIKE_")}
        return kept | {
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "PYTHONWARNINGS": "ignore",
            "RASA_CACHE_DIRECTORY": str(self.folder / "cache"),
            "HUIKE_DATA_DIR": str(self.folder / "data"),
            "HUIKE_ACTIONS_URL": actions,
            "HUIKE_ACTIONS_SECRET": SECRET,
        }

    @property
    def model(self) -> Path:
        return self.folder / "model.tar.gz"

    @property
    def figures(self) -> Path:
        return self.folder / "figures.json"


def digest(config: Path) -> str:
    """The content of a configuration in 16 characters."""
    return hashlib.sha256(config.read_bytes()).hexdigest()[:16]


def training_of(side: Side) -> Training:
    """What an earlier run with the same configuration kept. What belongs to another one goes, and its model with it."""
    config = digest(side.config)
    if side.figures.exists():
        found = Training(**json.loads(side.figures.read_text(encoding="utf-8")))
        if found.config == config:
            return found
        for path in (side.figures, side.model):
            path.unlink(missing_ok=True)
    return Training(config=config)


def keep(side: Side, training: Training) -> None:
    """The training has ended: write down what is known of it."""
    training.measured = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC at {commit()}"
    unfinished = side.figures.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(asdict(training), ensure_ascii=False, indent=1), encoding="utf-8")
    unfinished.replace(side.figures)


def commit() -> str:
    """The commit of this folder, for a reader who wants to measure the same again."""
    with suppress(OSError):
        command = ["git", "rev-parse", "--short", "HEAD"]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - nothing given
        said = ended.stdout.strip()
        return said or "no commit"
    return "no commit"


def complain(what: str, log: Path) -> int:
    console.print(f"[red]{what}[/red]\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
    return 1


def in_chinese(defaults: dict[str, Any], epochs: int) -> dict[str, Any]:
    """Rasa's defaults with the tokenizer its documentation names for Chinese (the default one refuses the language),
    learning for at most `epochs` of their 100 epochs."""

    def adapted(component: dict[str, Any]) -> dict[str, Any]:
        if component["name"] == "WhitespaceTokenizer":
            return {"name": "JiebaTokenizer"}
        return component | {"epochs": min(epochs, component["epochs"])} if "epochs" in component else component

    return {part: [adapted(component) for component in defaults[part]] for part in ("pipeline", "policies")}


def sides(folder: Path, stock_pipeline: str, epochs: int) -> tuple[Side, Side]:
    """Huike as it is in this folder, and stock Rasa with the same data."""
    for name in ("huike", "stock"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    stock = folder / "stock"
    site = next((ROOT / ".venv-rasa" / "lib").glob("python3*/site-packages"))
    defaults = yaml.safe_load((site / RASA_DEFAULTS).read_text(encoding="utf-8"))
    chosen = in_chinese(defaults, epochs) if stock_pipeline == "diet" else yaml.safe_load(LINEAR)
    config = {"recipe": "default.v1", "assistant_id": "stock", "language": "zh"}
    config |= {key: chosen[key] for key in ("pipeline", "policies")}
    (stock / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    (stock / "endpoints.yml").write_text("action_endpoint:\n  url: ${HUIKE_ACTIONS_URL}\n", encoding="utf-8")
    (stock / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    return (
        Side("huike", ROOT / "config.yml", ROOT / "endpoints.yml", ROOT / "credentials.yml", folder / "huike"),
        Side("stock", stock / "config.yml", stock / "endpoints.yml", stock / "credentials.yml", stock),
    )


def train(side: Side, data: Path) -> float:
    """Seconds of one `rasa train`, from the start of the command to the model on disk."""
    command = [str(RASA), "train", "--config", str(side.config), "--domain", str(data), "--data", str(data)]
    command += ["--out", str(side.folder), "--fixed-model-name", "model"]
    log = side.folder / "train.log"
    began = time.monotonic()
    with log.open("ab") as output:
        result = subprocess.run(command, cwd=ROOT, env=side.environment(""), stdout=output, stderr=output, check=False)  # noqa: S603
    if result.returncode:
        raise typer.Exit(complain(f"training of {side.name} failed", log))
    return time.monotonic() - began


def train_and_measure(side: Side, progress: Progress) -> Training:
    """Train from nothing, unless there is a model. A model without figures was made by somebody else: it is used, and
    its training has no time."""
    found = training_of(side)
    if side.model.exists():
        return found
    data = side.folder / "training"
    # What a training that was broken off left would make this one faster.
    for made in (data, side.folder / "cache", side.folder / "data"):
        shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(ROOT / "nlu_data", data)
    task = progress.add_task(f"{side.name}: training", total=1)
    found.seconds = train(side, data)
    keep(side, found)
    progress.advance(task)
    return found
