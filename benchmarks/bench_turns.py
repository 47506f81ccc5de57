"""Speed of Huike's Rasa against stock Rasa 3.6.21, in one run on the same training data.

Both are real servers (`rasa run`), trained from the same `nlu_data`, calling the same action server. Stock is what
`rasa init` gives: its default pipeline and policies (DIET, TED), trackers in memory, the REST channel. Measured:
training from nothing and again after one more example, memory, the time of a turn as one conversation grows, and
messages a second with many customers at once.

Stock's default pipeline needs hours for its 100 epochs on these data: it learns for `--stock-epochs` of them, and the
table says so. With `--keep FOLDER` what each stage of a side found is kept in FOLDER/SIDE/figures.json as soon as it
ends.
"""

import asyncio
import hashlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import psutil
import typer
import yaml
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

ROOT = Path(__file__).parent.parent
RASA = ROOT / ".venv-rasa" / "bin" / "rasa"
RASA_DEFAULTS = "rasa/engine/recipes/config_files/default_config.yml"
SECRET = "only for this benchmark"  # noqa: S105 - a server on loopback that lives for minutes
START_SECONDS = 300
TURN_SECONDS = 120
MILESTONES = (1, 10, 100, 300)
DOCUMENT = ROOT / "docs" / "benchmarks.md"
STOCK_EPOCHS = 100
"""What its default pipeline and policies learn for."""
BEGIN, END = "<!-- turns: begin -->", "<!-- turns: end -->"

MIX = (
    "你好",
    "我还有多少积分？",
    "你们几点开门",
    "谢谢",
    "我有个建议",
    "希望你们的门店可以晚一点关门",
    "how many points do I have",
)
"""What a customer says over and over: greeting, balance (a custom action), a question of policy, thanks, a form."""

ONE_MORE = "太谢谢啦你们真贴心"

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


TRAINING, AGAIN, SERVING = "training", "training again", "serving"
"""The stages of a side."""


@dataclass
class Figures:
    """What was measured of one side. Times in seconds, memory in bytes."""

    train_cold: float = 0.0
    train_again: float = 0.0
    memory_idle: int = 0
    memory_after: int = 0
    turns: list[float] = field(default_factory=list)
    messages_per_second: float = 0.0
    answers: list[list[str]] = field(default_factory=list)
    """What each message of the mix was answered in the first run of it."""
    measured: dict[str, str] = field(default_factory=dict)
    """Stage → when and at which commit; only stages that came to their end."""
    load: dict[str, int] = field(default_factory=dict)
    """The `Load` of the serving."""
    config: str = ""
    """`digest` of the configuration all this belongs to."""

    def turn(self, number: int) -> float:
        """Time of the turn `number`: the mean over the run of the mix in which it falls."""
        start = (number - 1) // len(MIX) * len(MIX)
        return statistics.fmean(self.turns[start : start + len(MIX)])


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
    """The content of a configuration in 16 signs."""
    return hashlib.sha256(config.read_bytes()).hexdigest()[:16]


def figures_of(side: Side) -> Figures:
    """What an earlier run with the same configuration kept. What belongs to another one goes, and its model with it."""
    config = digest(side.config)
    if side.figures.exists():
        found = Figures(**json.loads(side.figures.read_text(encoding="utf-8")))
        if found.config == config:
            return found
        for path in (side.figures, side.model):
            path.unlink(missing_ok=True)
    return Figures(config=config)


def keep_stage(side: Side, figures: Figures, stage: str) -> None:
    """The stage has ended: write down all that is known of the side."""
    figures.measured[stage] = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC at {commit()}"
    unfinished = side.figures.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(asdict(figures), ensure_ascii=False, indent=1), encoding="utf-8")
    unfinished.replace(side.figures)


def commit() -> str:
    """The commit of this folder, for a reader who wants to measure the same again."""
    with suppress(OSError):
        command = ["git", "rev-parse", "--short", "HEAD"]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - nothing given
        said = ended.stdout.strip()
        return said or "no commit"
    return "no commit"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def process(command: list[str], log: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this benchmark, ended by its own id."""
    with log.open("ab") as output:
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)  # noqa: S603
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def wait_for(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until `url` answers with a loaded model. Ends the benchmark with the log when the server has died."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        try:
            if httpx.get(url, timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise typer.Exit(_complain(f"{url} does not answer", log))


def _complain(what: str, log: Path) -> int:
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
        raise typer.Exit(_complain(f"training of {side.name} failed", log))
    return time.monotonic() - began


def train_and_measure(side: Side, figures: Figures, progress: Progress, *, again: bool) -> None:
    """Train from nothing, and `again` after a small change; not what was measured before.

    A model without figures was made by somebody else: it is used, and its training has no time.
    """
    data = side.folder / "training"
    if not side.model.exists():
        # What a training that was broken off left would make this one faster.
        for made in (data, side.folder / "cache", side.folder / "data"):
            shutil.rmtree(made, ignore_errors=True)
        shutil.copytree(ROOT / "nlu_data", data)
        task = progress.add_task(f"{side.name}: training", total=1)
        figures.measured.clear()
        figures.train_cold = train(side, data)
        keep_stage(side, figures, TRAINING)
        progress.advance(task)
    if again and TRAINING in figures.measured and AGAIN not in figures.measured:
        task = progress.add_task(f"{side.name}: training again", total=1)
        with_one_more_example(data)
        figures.train_again = train(side, data)
        keep_stage(side, figures, AGAIN)
        progress.advance(task)


def with_one_more_example(data: Path) -> None:
    """A small change, as when somebody adds a sentence that was not understood; once."""
    path = data / "nlu" / "thank.yml"
    text = path.read_text(encoding="utf-8").rstrip("\n")
    if text.endswith(ONE_MORE):
        return
    indent = text.splitlines()[-1].partition("-")[0]
    path.write_text(f"{text}\n{indent}- {ONE_MORE}\n", encoding="utf-8")


class Customer:
    """Talks to one of the servers; each message waits for the answer to the one before."""

    def __init__(self, client: httpx.AsyncClient, side: Side, name: str) -> None:
        self._client, self._side, self._name = client, side, name
        self._number = 0
        self.heard: list[str] = []
        """The texts of the latest answer."""

    async def say(self) -> float:
        """Say the next of the mix; seconds until the whole answer is there. Raises `httpx.HTTPError` when refused."""
        text, self._number = MIX[self._number % len(MIX)], self._number + 1
        body: dict[str, Any] = {"sender": self._name}
        if self._side.name == "huike":
            path, extra = "huike", {"message_id": str(self._number), "text": text, "language": "zh-Hans"}
        else:
            path, extra = "rest", {"message": text}
        began = time.perf_counter()
        answer = await self._client.post(f"/webhooks/{path}/webhook", json=body | extra)
        answer.raise_for_status()
        seconds = time.perf_counter() - began
        content = answer.json()
        self.heard = [
            str(message.get("text") or "") for message in (content["messages"] if path == "huike" else content)
        ]
        return seconds


async def first_answers(client: httpx.AsyncClient, side: Side) -> list[list[str]]:
    """What each message of the mix is answered; it warms the server up, too."""
    customer, answers = Customer(client, side, "warming up"), []
    for _ in MIX:
        await customer.say()
        answers.append(customer.heard)
    return answers


async def one_conversation(client: httpx.AsyncClient, side: Side, turns: int, tick: Any) -> list[float]:
    customer = Customer(client, side, "one")
    times = []
    for _ in range(turns):
        times.append(await customer.say())
        tick()
    return times


async def many_customers(client: httpx.AsyncClient, side: Side, customers: int, turns: int, tick: Any) -> float:
    """Messages a second, all customers talking at once."""

    async def talk(number: int) -> None:
        customer = Customer(client, side, f"customer {number}")
        for _ in range(turns):
            await customer.say()
            tick()

    began = time.perf_counter()
    await asyncio.gather(*(talk(number) for number in range(customers)))
    return customers * turns / (time.perf_counter() - began)


def memory(running: subprocess.Popen[bytes]) -> int:
    """Resident bytes of the server and what it started."""
    process = psutil.Process(running.pid)
    return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])


@dataclass(frozen=True)
class Load:
    """How much is said: turns of the one conversation, number of customers at once, turns of each."""

    turns: int
    customers: int
    each: int


def serve_and_measure(side: Side, load: Load, figures: Figures, progress: Progress) -> None:
    """Start both servers of a side, talk to them, end them."""
    port, actions_port = free_port(), free_port()
    actions = f"http://127.0.0.1:{actions_port}/webhook"
    environment = side.environment(actions)
    rasa = [str(RASA), "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port)]
    rasa += ["-m", str(side.folder / "model.tar.gz")]
    rasa += ["--endpoints", str(side.endpoints), "--credentials", str(side.credentials)]
    # Conversations of an earlier run would be answered from memory.
    shutil.rmtree(side.folder / "data", ignore_errors=True)
    log, actions_log = side.folder / "rasa.log", side.folder / "actions.log"
    served = [sys.executable, "-m", "benchmarks.bench_actions", str(actions_port)]
    with process(served, actions_log, environment) as action_server, process(rasa, log, environment) as server:
        wait_for(f"http://127.0.0.1:{actions_port}/openapi.json", action_server, actions_log)
        wait_for(f"http://127.0.0.1:{port}/status", server, log)
        figures.memory_idle = memory(server)
        total = load.turns + load.customers * load.each
        task = progress.add_task(f"{side.name}: {total} messages", total=total)
        asyncio.run(_talk(f"http://127.0.0.1:{port}", side, load, figures, lambda: progress.advance(task)))
        figures.memory_after = memory(server)
    figures.load = asdict(load)
    keep_stage(side, figures, SERVING)


async def _talk(url: str, side: Side, load: Load, figures: Figures, tick: Any) -> None:
    headers = {"X-Huike-Secret": SECRET}
    limits = httpx.Limits(max_connections=load.customers)
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=TURN_SECONDS, limits=limits) as client:
        figures.answers = await first_answers(client, side)
        figures.turns = await one_conversation(client, side, load.turns, tick)
        figures.messages_per_second = await many_customers(client, side, load.customers, load.each, tick)


def rows(huike: Figures, stock: Figures, load: Load, epochs: int) -> list[tuple[str, str, str, str]]:
    """What is printed: measure, stock, Huike, how many times better Huike is. Stock learned for `epochs`."""
    short = f" (stock: {epochs} of its {STOCK_EPOCHS} epochs)" if epochs < STOCK_EPOCHS else ""

    def line(what: str, theirs: float, ours: float, unit: str, better: float) -> tuple[str, str, str, str]:
        digits = 0 if max(theirs, ours) >= 100 else 1
        return what, f"{theirs:.{digits}f} {unit}", f"{ours:.{digits}f} {unit}", f"{better:.1f} ×"

    found = []
    for what, theirs, ours in (
        (f"training from nothing{short}", stock.train_cold, huike.train_cold),
        (f"training again, one example more{short}", stock.train_again, huike.train_again),
    ):
        if theirs and ours:
            found.append(line(what, theirs, ours, "s", theirs / ours))
    for number in (milestone for milestone in MILESTONES if milestone <= load.turns):
        theirs, ours = stock.turn(number) * 1000, huike.turn(number) * 1000
        found.append(line(f"a turn, around turn {number}", theirs, ours, "ms", theirs / ours))
    found.append(
        line(
            f"messages a second, {load.customers} customers, {load.each} turns each",
            stock.messages_per_second,
            huike.messages_per_second,
            "/s",
            huike.messages_per_second / stock.messages_per_second,
        )
    )
    for what, theirs_bytes, ours_bytes in (
        ("memory after the start", stock.memory_idle, huike.memory_idle),
        ("memory after all that talk", stock.memory_after, huike.memory_after),
    ):
        found.append(line(what, theirs_bytes / 2**20, ours_bytes / 2**20, "MB", theirs_bytes / ours_bytes))
    return found


def report(found: list[tuple[str, str, str, str]], facts: list[str]) -> str:
    """The section of the document, as Markdown."""
    lines = [*(f"- {fact}" for fact in facts), ""]
    lines += ["| measure | stock Rasa 3.6.21 | Huike | better by |", "|---|---:|---:|---:|"]
    lines += [f"| {' | '.join(row)} |" for row in found]
    return "\n".join(lines)


def put_between(document: Path, begin: str, end: str, section: str) -> None:
    """Put a section between its marks in a document, at the end when it is new."""
    text = document.read_text(encoding="utf-8") if document.exists() else "# Benchmarks\n"
    if begin in text and end in text:
        before, after = text.partition(begin)[0], text.partition(end)[2]
    else:
        before, after = text.rstrip("\n") + "\n\n", "\n"
    document.write_text(f"{before}{begin}\n{section}\n{end}{after}", encoding="utf-8")


def kept_facts(before: dict[str, dict[str, str]]) -> list[str]:
    """Which stages of which side an earlier run measured, and when."""
    return [
        f"{side}: measured in an earlier run: " + ", ".join(f"{stage} ({when})" for stage, when in stages.items())
        for side, stages in before.items()
        if stages
    ]


def answers_fact(huike: Figures, stock: Figures) -> list[str]:
    """How many messages of the mix the two answer in other words; the actions say their own names, so the words tell
    which action answered."""
    pairs = list(zip(MIX, huike.answers, stock.answers, strict=False))
    if not pairs:
        return []
    other = [text for text, ours, theirs in pairs if ours != theirs]
    silent = sum(not "".join(theirs) for _, _, theirs in pairs)
    named = f" ({'; '.join(other)})" if other else ""
    return [
        f"of the {len(pairs)} messages of the mix, said for the first time, stock answers {len(other)} otherwise than "
        f"Huike{named}, {silent} with nothing"
    ]


def facts_of_the_run(stock_pipeline: str, epochs: int) -> list[str]:
    """What a reader must know to judge the figures."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "unknown processor",
    )
    kinds = {
        "diet": "its default pipeline and policies, with JiebaTokenizer as its documentation asks for Chinese",
        "linear": "a linear pipeline with rules",
    }
    short = f"stock learned for {epochs} of its {STOCK_EPOCHS} epochs; its turns cost the same after all of them"
    return [
        f"{os.cpu_count()} cores ({model}), load {os.getloadavg()[0]:.1f} at the start, {datetime.now(UTC):%Y-%m-%d}",
        f"stock: {kinds[stock_pipeline]}, trackers in memory, REST channel; Huike: its config.yml and endpoints.yml",
        "the same training data, the same action server, one Rasa process each, one side after the other",
        f"a turn is the mean over the {len(MIX)} messages of the mix in which it falls: greeting, balance in two "
        "languages, a question of policy, thanks, a form",
        *([short] if epochs < STOCK_EPOCHS else []),
    ]


def main(  # noqa: PLR0917 - the options of the command
    stock_pipeline: Annotated[str, typer.Option(help="stock's side: diet (Rasa's default) or linear")] = "diet",
    stock_epochs: Annotated[
        int, typer.Option(min=1, max=STOCK_EPOCHS, help="epochs that stock's default pipeline and policies learn for")
    ] = 5,
    turns: Annotated[int, typer.Option(help="turns of the one conversation")] = 301,
    customers: Annotated[int, typer.Option(help="customers at once")] = 16,
    each: Annotated[int, typer.Option(help="turns of each of them")] = 100,
    again: Annotated[bool, typer.Option(help="train a second time, with one example more")] = True,
    keep: Annotated[
        Path | None, typer.Option(help="folder for models and figures; what it holds is not measured again")
    ] = None,
    write: Annotated[bool, typer.Option(help="write the section of docs/benchmarks.md")] = False,
) -> None:
    """Measure both sides and print the table."""
    if stock_pipeline not in {"diet", "linear"}:
        raise typer.BadParameter("diet or linear")
    epochs = stock_epochs if stock_pipeline == "diet" else STOCK_EPOCHS
    load, given = Load(turns, customers, each), facts_of_the_run(stock_pipeline, epochs)
    for fact in given:
        console.print(f"  {fact}")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    figures, before = {}, {}
    with tempfile.TemporaryDirectory(prefix="huike-bench-") as name, Progress(*columns, console=console) as progress:
        for side in sides(keep or Path(name), stock_pipeline, epochs):
            found = figures[side.name] = figures_of(side)
            if SERVING in found.measured and found.load != asdict(load):
                del found.measured[SERVING]
            before[side.name] = dict(found.measured)
            train_and_measure(side, found, progress, again=again)
            if SERVING not in found.measured:
                serve_and_measure(side, load, found, progress)
    growth = figures["huike"].turn(turns) / figures["huike"].turn(10)
    seen = [
        f"Huike's turn {turns} costs {growth:.2f} × its turn 10",
        *answers_fact(figures["huike"], figures["stock"]),
        *kept_facts(before),
    ]
    lines = rows(figures["huike"], figures["stock"], load, epochs)
    table = Table("measure", "stock Rasa 3.6.21", "Huike", "better by")
    for line in lines:
        table.add_row(*line)
    console.print(table)
    for fact in seen:
        console.print(f"  {fact}")
    if write:
        put_between(DOCUMENT, BEGIN, END, report(lines, [*given, *seen]))


if __name__ == "__main__":
    typer.run(main)
