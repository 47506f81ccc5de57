"""The processes of an installation, as `huike up` and `huike cluster` start them: the command, its settings, where it
tells that it is ready."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from sqlalchemy.engine import make_url

from bot.operate import landlock, rasas_sandbox, training
from bot.operate.supervisor import Child
from bot.settings import Settings
from crm_store import crypto


def _environment(settings: Settings, **own: str) -> dict[str, str]:
    """What a child is told: what this process was told, and `own`."""
    told = training.rasa_environment(
        HUIKE_DEMO=str(settings.demo).lower(), HUIKE_DATA_DIR=str(settings.data_dir.absolute()), **own
    )
    # Children write to files of their own in the data folder; one file for all would be torn when it is put aside.
    told.pop("HUIKE_LOG_FILE", None)
    return told


def app(
    settings: Settings, *, name: str = "The app", port: int | None = None, worker: bool = True, **own: str
) -> Child:
    """`port`: another than the settings name. `own`: settings of this process alone."""
    port = port or settings.port
    return Child(
        name=name,
        command=[sys.executable, "-m", "bot", "serve", *([] if worker else ["--no-worker"])],
        environment=_environment(settings, HUIKE_PORT=str(port), **own),
        folder=training.ROOT,
        log_file=_log(settings, "app" if worker else name),
        ready_url=f"http://{settings.host}:{port}/healthz",
    )


def worker(settings: Settings, *, name: str, port: int, **own: str) -> Child:
    """Answers at `port` whether it lives and what it has done."""
    return Child(
        name=name,
        command=[sys.executable, "-m", "bot", "worker"],
        environment=_environment(settings, HUIKE_WORKER_PORT=str(port), **own),
        folder=training.ROOT,
        log_file=_log(settings, name),
        ready_url=f"http://{settings.host}:{port}/healthz",
    )


def rasa(settings: Settings, *, name: str = "Rasa", port: int | None = None, actions_url: str) -> Child:
    """`actions_url`: where it reaches the custom actions. `port`: another than HUIKE_RASA_URL names."""
    where = make_url(settings.rasa_url)
    host, port = where.host or "127.0.0.1", port or where.port or 5005
    return Child(
        name=name,
        command=_rasa_command(host, port),
        environment=training.engine_environment(**_rasas_own(settings, actions_url)),
        folder=training.ROOT,
        log_file=_log(settings, name),
        ready_url=f"http://{host}:{port}/webhooks/huike/",
        confinement=rasas_sandbox.confinement(settings, port=port, actions_url=actions_url),
    )


def become_rasa(settings: Settings, *, host: str, port: int, actions_url: str) -> NoReturn:
    """Let this very process go on as the Rasa server: whoever watches it watches Rasa."""
    os.chdir(training.ROOT)
    command = _rasa_command(host, port)
    own = _rasas_own(settings, actions_url)
    if settings.log_file is not None:
        own |= {
            "HUIKE_LOG_FILE": str(settings.log_file),
            "HUIKE_LOG_FILE_MEGABYTES": str(settings.log_file_megabytes),
            "HUIKE_LOG_FILES_KEPT": str(settings.log_files_kept),
        }
    environment = training.engine_environment(**own)
    landlock.restrict(rasas_sandbox.confinement(settings, port=port, actions_url=actions_url))
    os.execve(command[0], command, environment)  # noqa: S606 - our interpreter, our module


def _rasa_command(host: str, port: int) -> list[str]:
    return [str(training.RASA_PYTHON), "-m", "bot.nlu.rasa.serve", str(training.current_model()), host, str(port)]


def _rasas_own(settings: Settings, actions_url: str) -> dict[str, str]:
    """All that Rasa is told of the settings: none of the app's secrets but the one it needs, and a key of its own."""
    return {
        "HUIKE_DATA_DIR": str(settings.rasa_dir.absolute()),
        # Libraries keep their settings at home, and the sandbox shows them no other.
        "HOME": str(settings.rasa_dir.absolute()),
        "TMPDIR": str(settings.rasa_dir.absolute() / "tmp"),
        "HUIKE_ACTIONS_URL": actions_url,
        "HUIKE_ACTIONS_SECRET": settings.actions_secret.get_secret_value(),
        "HUIKE_TRACKER_URL": settings.tracker_url,
        "HUIKE_TRACKER_KEY": crypto.derived(settings.secret_key.get_secret_value(), "tracker").hex(),
        "HUIKE_ENCRYPT_AT_REST": str(settings.encrypt_at_rest).lower(),
        "HUIKE_LOG_JSON": str(settings.log_json).lower(),
    }


def _log(settings: Settings, name: str) -> Path:
    return settings.data_dir.absolute() / "logs" / f"{name.lower()}.log"
