"""The `huike` command line."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from bot.settings import PolicySettings, Settings, settings

# The encoder's OpenMP threads would spin while they wait and starve everything else on a small machine; the library
# reads this when it is loaded, which no import above does.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# The same of NumPy's products of matrices: 2^4 processor cycles and its threads sleep, 2^26 by default.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")

LONGEST_DAYS = 36_500
"""A hundred years: what is asked for in days stays within the calendar."""
LARGEST_NUMBER = 2**31 - 1
"""Of a row: the database counts no further."""
LARGEST_PORT = 65_535


class PlainWords(TyperGroup):
    """Whatever the command: a database that is away or was written with another secret is told, never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if "bot.operate.up" not in sys.modules:  # it takes its time, and what it raises comes from nowhere else
                raise
            from bot.operate.up import StepFailed

            if not isinstance(error, StepFailed):
                raise
            stderr.print(f"[red]{escape(error.what)}[/red]\n{escape(error.advice)}")
            raise typer.Exit(2) from None


app = typer.Typer(
    cls=PlainWords, no_args_is_help=True, add_completion=False, help="Huike 回客: a member-service bot and its CRM."
)
agents_app = typer.Typer(no_args_is_help=True, help="Service agents and their log-ins.")
app.add_typer(agents_app, name="agent")
doctor_app = typer.Typer(help="Check this installation, its training data or its sentence encoder.")
app.add_typer(doctor_app, name="doctor")
risk_app = typer.Typer(no_args_is_help=True, help="Members about to leave.")
app.add_typer(risk_app, name="risk")
policy_app = typer.Typer(no_args_is_help=True, help="The shop's policy.")
app.add_typer(policy_app, name="policy")
jobs_app = typer.Typer(no_args_is_help=True, help="Work that is done by the clock.")
app.add_typer(jobs_app, name="jobs")
keys_app = typer.Typer(no_args_is_help=True, help="The secret the store is written with, and keys of other systems.")
app.add_typer(keys_app, name="keys")
encoder_app = typer.Typer(no_args_is_help=True, help="The sentence encoder.")
app.add_typer(encoder_app, name="encoder")
console = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


@app.callback()
def private() -> None:
    """Huike 回客: a member-service bot and its CRM."""
    # Whatever is written from here on, by children too, is its owner's alone: databases, attachments, logs, reports.
    os.umask(0o077)


def _settings() -> Settings:
    """The settings, or a plain explanation of what is wrong with them and exit status 2."""
    try:
        return settings()
    except ValidationError as error:
        for problem in error.errors():
            name = ".".join(str(part) for part in problem["loc"])
            text = problem["msg"].removeprefix("Value error, ")
            stderr.print(f"[red]Settings:[/red] {f'HUIKE_{name.upper()}: ' if name else ''}{text}")
        raise typer.Exit(2) from None


def _shop() -> Settings:
    """The settings, with the shop's policy in force; or a plain explanation of what is wrong and exit status 2."""
    from crm_store import policy

    config = _settings()
    try:
        policy.use(policy.load(config.policy_file))
    except policy.PolicyRefused as refusal:
        for problem in refusal.problems:
            stderr.print(f"[red]Policy:[/red] {escape(str(problem))}", soft_wrap=True)
        raise typer.Exit(2) from None
    return config


@app.command()
def up() -> None:
    """Start everything: model, database, demo data, app and Rasa; stop with Ctrl-C."""
    from bot.operate.up import run_everything

    raise typer.Exit(asyncio.run(run_everything(_shop(), console)))


@app.command()
def cluster(
    apps: Annotated[int, typer.Option(min=1)] = 2,
    workers: Annotated[int, typer.Option(min=1)] = 2,
    rasas: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Start several apps, workers and Rasas behind nginx on this machine; stop with Ctrl-C."""
    from bot.operate import cluster

    raise typer.Exit(asyncio.run(cluster.run(_shop(), console, apps=apps, workers=workers, rasas=rasas)))


@app.command()
def serve(
    worker: Annotated[bool, typer.Option(help="Also do the background work in this process.")] = True,
) -> None:
    """Run the app: gateway, console, API and action endpoint."""
    import uvicorn

    from bot.app import build_app
    from bot.operate import serving

    config = _shop()
    if not worker:
        _signals_needed(config)
    _usable_database(config)
    uvicorn.run(build_app(config, with_worker=worker), **serving.options(config))


@app.command()
def worker() -> None:
    """Do only the background work: inbox, outbox, scheduled jobs."""
    from bot.app import run_worker_only

    config = _shop()
    _signals_needed(config)
    _usable_database(config)
    asyncio.run(run_worker_only(config))


def _usable_database(config: Settings) -> None:
    """Raises StepFailed where the database is away or was written with another secret, before anything is started."""
    from bot.operate.up import look_at_database

    asyncio.run(look_at_database(config))


def _signals_needed(config: Settings) -> None:
    """Exit with status 2 where app and worker in processes of their own could not tell each other anything."""
    if config.database_url.startswith("sqlite") and not config.redis_url:
        stderr.print(
            "App and worker apart need something that carries their signals: on SQLite every answer would come late.\n"
            "Set HUIKE_REDIS_URL, or HUIKE_DATABASE_URL to a PostgreSQL database, or run `huike serve` with its worker."
        )
        raise typer.Exit(2)


@app.command()
def actions(port: Annotated[int, typer.Option(min=1, max=LARGEST_PORT)] = 5055, host: str = "127.0.0.1") -> None:
    """Serve only the action endpoint that Rasa calls."""
    import uvicorn

    from bot.app import build_actions_app

    config = _shop()
    _usable_database(config)
    uvicorn.run(build_actions_app(config), host=host, port=port, log_config=None, access_log=False)


@app.command()
def rasa(
    port: Annotated[int, typer.Option(min=1, max=LARGEST_PORT)] = 5005,
    host: Annotated[str | None, typer.Option(help="as HUIKE_HOST unless told")] = None,
) -> None:
    """Run the Rasa server alone, in this process."""
    from bot.operate import processes, training

    config = _shop()
    if not training.rasa_installed() or not training.current_model().exists():
        stderr.print("[red]Rasa's environment or its model is missing.[/red]\nRun `make train`, which makes both.")
        raise typer.Exit(2)
    actions = config.actions_url or f"http://{config.host}:{config.port}/actions/webhook"
    processes.become_rasa(config, host=host or config.host, port=port, actions_url=actions)


@app.command()
def train(force: Annotated[bool, typer.Option(help="Train even if nothing changed.")] = False) -> None:
    """Train the model if the training data changed."""
    from bot.operate.up import train_with_progress

    raise typer.Exit(asyncio.run(train_with_progress(console, force=force)))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from bot.operate.up import migrate_database

    config = _shop()
    _usable_database(config)
    asyncio.run(migrate_database(config))
    console.print("The database has the newest schema.")


@app.command()
def seed() -> None:
    """Fill an empty database with the demo shop."""
    from bot.operate.up import seed_with_progress

    config = _shop()
    _usable_database(config)
    asyncio.run(seed_with_progress(config, console))


@app.command(name="import")
def import_file(
    kind: Annotated[str | None, typer.Argument(help="members, orders, parcels or points")] = None,
    file: Annotated[Path | None, typer.Argument(help="a CSV file or an .xlsx workbook with a header line")] = None,
    *,
    report: Annotated[Path | None, typer.Option(help="write refused rows to this CSV file")] = None,
    encoding: Annotated[str | None, typer.Option(help="of the file, such as big5 or windows-1252")] = None,
    dates: Annotated[
        str | None,
        typer.Option(help="what 05/01/2024 means: day-first in January, month-first in May"),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="of a workbook; by default the first that is not hidden")] = None,
    mapping: Annotated[Path | None, typer.Option(help="a mapping file: what columns and states mean")] = None,
    write_mapping: Annotated[Path | None, typer.Option(help="only write the mapping found to this file")] = None,
    undo: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_NUMBER, help="undo the import of this number; see: huike imports")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="show what would become of the rows and keep nothing")] = False,
) -> None:
    """Import members, orders, parcels or points from CSV or .xlsx, any shop's; safe to repeat. Or undo an import."""
    if undo is not None:
        from bot.operate.import_history import undo_import

        raise typer.Exit(asyncio.run(undo_import(_shop(), console, undo, dry_run=dry_run)))
    if kind is None or file is None:
        raise typer.BadParameter("say what to import and from which file, or --undo and a number")
    from bot.operate.importing import HowToRead
    from bot.operate.importing import import_file as take
    from crm_store.importing import DateOrder

    if dates not in (None, *DateOrder):
        raise typer.BadParameter(f"{dates}: say day-first or month-first", param_hint="--dates")
    how = HowToRead(encoding, DateOrder(dates) if dates else None, sheet, mapping)
    done = take(
        _shop(), console, kind=kind, file=file, report=report, how=how, dry_run=dry_run, write_mapping=write_mapping
    )
    raise typer.Exit(asyncio.run(done))


@app.command()
def imports() -> None:
    """The latest imports, from the console and from here, with their numbers and what became of them."""
    from bot.operate.import_history import list_imports

    raise typer.Exit(asyncio.run(list_imports(_shop(), console)))


@agents_app.command("add")
def agent_add(
    email: str,
    name: str,
    role: Annotated[str, typer.Option(help="agent, supervisor or admin")] = "agent",
    language: Annotated[str, typer.Option(help="zh-Hans, zh-Hant or en")] = "zh-Hans",
) -> None:
    """Add a service agent; asks for the password."""
    from bot.operate.accounts import add_agent

    password = os.environ.get("HUIKE_AGENT_PASSWORD") or typer.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    raise typer.Exit(
        asyncio.run(
            add_agent(_shop(), console, email=email, name=name, role=role, language=language, password=password)
        )
    )


@agents_app.command("reset-factor")
def agent_reset_factor(email: str) -> None:
    """Take an agent's second factor away: for an administrator whose phone is gone, and the recovery codes too."""
    from bot.operate.accounts import reset_second_factor

    raise typer.Exit(asyncio.run(reset_second_factor(_shop(), console, email=email)))


@doctor_app.callback(invoke_without_command=True)
def doctor(context: typer.Context) -> None:
    """Check this installation: settings, ports, database, Redis, Rasa, model, mail."""
    from bot.operate.doctor import examine

    if context.invoked_subcommand is None:
        raise typer.Exit(asyncio.run(examine(_settings(), console)))


@doctor_app.command("nlu")
def doctor_nlu(
    data: Annotated[Path, typer.Option(help="folder with the training examples")] = Path("nlu_data/nlu"),
    quick: Annotated[bool, typer.Option("--quick", help="leave out the cross-validation, which takes minutes")] = False,
    rows: Annotated[int, typer.Option(min=1, help="lines of each table")] = 20,
    json: Annotated[Path | None, typer.Option(help="write everything found to this file")] = None,
) -> None:
    """Check the training data: contradictions, repetitions, confused intents, thin scripts, forgotten entities."""
    from bot.operate import rasa_commands

    arguments = ["--data", str(data.absolute()), "--rows", str(rows)]
    arguments += ["--quick"] if quick else []
    arguments += ["--json", str(json.absolute())] if json else []
    raise typer.Exit(rasa_commands.run("bot.nlu.doctor.nlu", *arguments, console=console))


@doctor_app.command("encoder")
def doctor_encoder(
    config: Annotated[Path | None, typer.Option(help="another config.yml")] = None,
    against: Annotated[Path | None, typer.Option(help="a Hugging Face folder to compare as well")] = None,
) -> None:
    """Check the sentence encoders of config.yml: dimension, speed, agreement with the embedded one."""
    from bot.operate import rasa_commands

    arguments = ["--config", str(config.absolute())] if config else []
    arguments += ["--against", str(against.absolute())] if against else []
    raise typer.Exit(rasa_commands.run("bot.nlu.doctor.encoder", *arguments, console=console))


@policy_app.command("check")
def policy_check(
    file: Annotated[Path | None, typer.Argument(help="another file than the one in force")] = None,
) -> None:
    """Check a policy file and say what is wrong with it."""
    from bot.operate import shop_policy

    raise typer.Exit(shop_policy.check(file or PolicySettings().policy_file, console))


@policy_app.command("show")
def policy_show() -> None:
    """Print the policy in force: the shop's own entries laid over the standard ones."""
    from bot.operate import shop_policy

    raise typer.Exit(shop_policy.show(PolicySettings().policy_file, console))


@policy_app.command("doc")
def policy_doc() -> None:
    """Print the table of all entries, as docs/policy.md has it."""
    from crm_store.policy.document import document

    console.print(document(), markup=False, soft_wrap=True, end="")


@risk_app.command("report")
def risk_report(
    days: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="follow-ups opened in so many days")] = 365,
) -> None:
    """Print what came of follow-ups, beside members who were left alone."""
    from bot.operate import risk_report

    raise typer.Exit(asyncio.run(risk_report.show(_shop(), console, days=days)))


@app.command("measures")
def measures_report(
    span: Annotated[Literal["month", "quarter"], typer.Option(help="how long a period is")] = "month",
    by: Annotated[
        Literal["all", "level", "stage", "attitude", "language", "channel"],
        typer.Option(help="what members are told apart by"),
    ] = "all",
    periods: Annotated[int, typer.Option(min=1, help="so many of the newest")] = 6,
) -> None:
    """Print loyalty in figures, with what each is made of in brackets."""
    from bot.operate import measures_report
    from crm_store.measures import Dimension, Span

    shown = measures_report.show(_shop(), console, span=Span(span), by=Dimension(by), periods=periods)
    raise typer.Exit(asyncio.run(shown))


@jobs_app.command("list")
def jobs_list() -> None:
    """Print the scheduled jobs with their last and next runs."""
    from bot.operate import jobs

    raise typer.Exit(asyncio.run(jobs.show(_shop(), console)))


@jobs_app.command("run")
def jobs_run(name: Annotated[str, typer.Argument(help="as `huike jobs list` tells it")]) -> None:
    """Run one of them now, and wait for it."""
    from bot.operate import jobs

    config = _shop()
    _usable_database(config)
    raise typer.Exit(asyncio.run(jobs.run(config, console, name)))


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Write the store under a new secret; the old one is HUIKE_OLD_SECRET_KEY. Interrupted, it goes on where it was."""
    from bot.operate import key_rotation

    raise typer.Exit(asyncio.run(key_rotation.rotate(_shop(), console)))


@keys_app.command("seal")
def keys_seal() -> None:
    """Encrypt names, birthdays and words from before HUIKE_ENCRYPT_AT_REST was set. Interrupted, run it again."""
    from bot.operate import sealing

    raise typer.Exit(asyncio.run(sealing.seal(_shop(), console)))


@keys_app.command("unseal")
def keys_unseal() -> None:
    """Write them in clear again, after HUIKE_ENCRYPT_AT_REST was taken away. Interrupted, run it again."""
    from bot.operate import sealing

    raise typer.Exit(asyncio.run(sealing.unseal(_shop(), console)))


@keys_app.command("add")
def keys_add(
    name: Annotated[str, typer.Argument(help="of the system that will hold it")],
    scope: Annotated[list[str], typer.Option(help="such as orders:write; give it once for each")],
    days: Annotated[
        int | None, typer.Option(min=1, max=LONGEST_DAYS, help="until the key ends; without it: never")
    ] = None,
) -> None:
    """Make a key for one of the shop's systems; it is shown once."""
    from bot.operate import api_keys

    raise typer.Exit(asyncio.run(api_keys.add(_shop(), console, name=name, scopes=scope, days=days)))


@keys_app.command("list")
def keys_list() -> None:
    """Print the keys of the shop's systems, and when each was used last."""
    from bot.operate import api_keys

    raise typer.Exit(asyncio.run(api_keys.show(_shop(), console)))


@keys_app.command("revoke")
def keys_revoke(
    number: Annotated[int, typer.Argument(min=1, max=LARGEST_NUMBER, help="as `huike keys list` tells it")],
) -> None:
    """Close one of them, at once."""
    from bot.operate import api_keys

    raise typer.Exit(asyncio.run(api_keys.revoke(_shop(), console, number)))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="a new file, such as huike-monday.tar.gz")]) -> None:
    """Write the database and the uploaded files into one archive, while everything runs."""
    from bot.operate import backups

    raise typer.Exit(asyncio.run(backups.write(_shop(), console, file)))


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="what `huike backup` has written")]) -> None:
    """Put an archive into an empty place: a new data folder, or an empty PostgreSQL database."""
    from bot.operate import backups

    raise typer.Exit(asyncio.run(backups.read(_shop(), console, file)))


@encoder_app.command("unpack")
def encoder_unpack(folder: Annotated[Path, typer.Argument(help="new or empty; takes 480 MB")]) -> None:
    """Write the embedded encoder as a Hugging Face folder."""
    from bot.operate import rasa_commands

    raise typer.Exit(rasa_commands.run("bot.nlu.encoder.unpack", str(folder.absolute()), console=console))


if __name__ == "__main__":
    sys.exit(app(prog_name="huike"))
