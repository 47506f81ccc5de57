"""What the supervisor starts may do no more than it must."""

import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from bot.operate import processes, training
from bot.operate.supervisor import Child
from bot.settings import Settings
from crm_store import crypto


@pytest.mark.skipif(sys.platform != "linux", reason="what confines is Linux's")
async def test_a_child_gains_no_rights_and_leaves_no_image_of_its_memory(tmp_path: Path) -> None:
    look = "print(open('/proc/self/status').read(), open('/proc/self/limits').read())"
    child = Child(
        name="A child",
        command=[sys.executable, "-c", look],
        environment=training.engine_environment(),
        folder=tmp_path,
        log_file=tmp_path / "child.log",
        ready_url="http://127.0.0.1:9/",
    )
    await child.start()
    assert child.process is not None
    assert await child.process.wait() == 0
    told = "\n".join(child.last_lines(200))
    assert "NoNewPrivs:\t1" in told
    assert "Max core file size        0                    0" in told


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
