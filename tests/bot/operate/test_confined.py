"""What the supervisor starts may do no more than it must."""

import json
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from bot.operate import landlock, processes, rasas_sandbox, training
from bot.operate.landlock import Confinement
from bot.operate.supervisor import Child
from bot.settings import Settings
from crm_store import crypto

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what confines is Linux's")
LANDLOCK = pytest.mark.skipif(landlock.version() < landlock.PORTS_SINCE, reason="the kernel is older than 6.7")
TRY = """
import json, socket, sys
def tried(deed):
    try:
        deed()
    except OSError as refused:
        return type(refused).__name__
    return "done"
secret, own, known, other = sys.argv[1:]
connect = lambda port: socket.create_connection(("127.0.0.1", int(port)), 5).close()
print(json.dumps({
    "read a secret": tried(lambda: open(secret).read()),
    "write beside it": tried(lambda: open(secret + ".new", "w").close()),
    "write its own": tried(lambda: open(own + "/file", "w").write("x")),
    "read its own": tried(lambda: open(own + "/file").read()),
    "connect to the app": tried(lambda: connect(known)),
    "connect elsewhere": tried(lambda: connect(other)),
    "listen": tried(lambda: socket.create_server(("127.0.0.1", 0))),
}))
"""


def settings_in(folder: Path, **told: str) -> Settings:
    return Settings(demo=True, data_dir=folder / "data", **told)


def child(folder: Path, *command: str, confinement: Confinement | None = None) -> Child:
    return Child(
        name="A child",
        command=[sys.executable, *command],
        environment=training.engine_environment(),
        folder=folder,
        log_file=folder / "child.log",
        ready_url="http://127.0.0.1:9/",
        confinement=confinement,
    )


async def told_by(started: Child) -> str:
    await started.start()
    assert started.process is not None
    assert await started.process.wait() == 0, started.last_lines()
    return "\n".join(started.last_lines(200))


@LINUX
async def test_a_child_gains_no_rights_and_leaves_no_image_of_its_memory(tmp_path: Path) -> None:
    look = "print(open('/proc/self/status').read(), open('/proc/self/limits').read())"
    told = await told_by(child(tmp_path, "-c", look))
    assert "NoNewPrivs:\t1" in told
    assert "Max core file size        0                    0" in told


@LANDLOCK
async def test_a_confined_child_finds_its_own_and_the_app_and_nothing_else(tmp_path: Path) -> None:
    own, secret = tmp_path / "own", tmp_path / "secret"
    own.mkdir()
    secret.write_text("the shop's data")
    with socket.create_server(("127.0.0.1", 0)) as app, socket.create_server(("127.0.0.1", 0)) as other:
        ports = [str(each.getsockname()[1]) for each in (app, other)]
        allowed = Confinement(
            reads=tuple(
                Path(each) for each in (sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/etc", "/proc")
            ),
            writes=(own,),
            connects=(int(ports[0]),),
        )
        told = await told_by(child(tmp_path, "-c", TRY, str(secret), str(own), *ports, confinement=allowed))
    assert json.loads(told) == {
        "read a secret": "PermissionError",
        "write beside it": "PermissionError",
        "write its own": "done",
        "read its own": "done",
        "connect to the app": "done",
        "connect elsewhere": "PermissionError",
        "listen": "PermissionError",
    }


def test_rasa_may_neither_read_the_shops_data_nor_connect_to_its_database(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, database_url="postgresql+asyncpg://huike@127.0.0.1:5432/huike")
    allowed = rasas_sandbox.confinement(settings, port=5005, actions_url="http://127.0.0.1:8000/actions/webhook")
    store = (settings.data_dir / "huike.db").absolute()
    assert not [each for each in allowed.reads + allowed.writes if store.is_relative_to(each)]
    assert allowed.listens == (5005,)
    assert allowed.connects == (8000,)


def test_it_reads_the_model_that_is_trained_only_after_its_place_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "ROOT", tmp_path)
    monkeypatch.setattr(training, "MODELS", tmp_path / "models")
    settings = settings_in(tmp_path / "data")
    allowed = rasas_sandbox.confinement(settings, port=5005, actions_url="http://127.0.0.1:8000/actions/webhook")
    assert (tmp_path / "models").resolve() in allowed.reads


def test_where_its_trackers_lie_in_postgresql_it_reaches_that(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, tracker_url="postgresql://huike@127.0.0.1:5433/huike")
    allowed = rasas_sandbox.confinement(settings, port=5005, actions_url="http://127.0.0.1:8000/actions/webhook")
    assert allowed.connects == (8000, 5433)


def test_trackers_of_an_earlier_version_move_to_its_own_folder(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(settings.data_dir / "trackers.sqlite3")) as before:
        before.execute("CREATE TABLE rasa_turns (sender_id TEXT)")
    folder = rasas_sandbox.own_folder(settings)
    assert not (settings.data_dir / "trackers.sqlite3").exists()
    with closing(sqlite3.connect(folder / "trackers.sqlite3")) as now:
        assert now.execute("SELECT count(*) FROM rasa_turns").fetchone() == (0,)


def test_rasa_is_given_none_of_the_apps_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HUIKE_SECRET_KEY", "HUIKE_SMTP_URL", "HUIKE_TELEGRAM_TOKEN", "HUIKE_DATABASE_URL"):
        monkeypatch.setenv(name, "what Rasa has no use for")
    monkeypatch.setenv("PATH", "/usr/bin")
    environment = training.engine_environment(HUIKE_ACTIONS_SECRET="the one it needs")
    assert {name for name in environment if name.startswith("HUIKE_")} == {"HUIKE_ACTIONS_SECRET"}
    assert environment["PATH"] == "/usr/bin"


def test_rasas_key_for_its_own_table_opens_nothing_of_the_shop(tmp_path: Path) -> None:
    secret = "an application secret that only this test knows"
    chosen = Settings(_env_file=None, data_dir=tmp_path, secret_key=secret, actions_secret=secret, encrypt_at_rest=True)
    environment = processes.rasa(chosen, actions_url="http://127.0.0.1:9").environment
    assert environment["HUIKE_ENCRYPT_AT_REST"] == "true"
    kept = crypto.Keys(secret).encrypt("13800138000")
    with pytest.raises(InvalidTag):
        crypto.Keys(environment["HUIKE_TRACKER_KEY"]).decrypt(kept)
    assert secret not in environment["HUIKE_TRACKER_KEY"]
