"""Commands of ours that run in Rasa's interpreter, through the real command line."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.__main__ import app
from bot.operate import rasa_commands, training
from bot.operate.interrupt import INTERRUPTED
from bot.settings import settings


@pytest.fixture(autouse=True)
def fresh_settings():
    """Settings are read once a process; other tests shall not see what these set."""
    settings.cache_clear()
    yield
    settings.cache_clear()


def _run(*arguments):
    return CliRunner().invoke(app, arguments)


class TestDoctor:
    def test_alone_it_examines_the_installation(self, tmp_path, monkeypatch):
        monkeypatch.setenv("HUIKE_DEMO", "true")
        monkeypatch.setenv("HUIKE_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")
        result = _run("doctor")
        (database,) = [line for line in result.output.splitlines() if "Database" in line]
        assert "✗" in database
        assert "E-mail" in result.output
        assert result.exit_code == 1

    def test_help_names_what_else_it_examines(self):
        output = _run("doctor", "--help").output
        assert "nlu" in output
        assert "encoder" in output


class TestRun:
    @pytest.mark.rasa
    def test_output_and_status_come_through(self, tmp_path, capfd):
        config = tmp_path / "config.yml"
        config.write_text("pipeline:\n- name: bot.nlu.encoder.featurizer.SentenceEncoder\n  encoder: word2vec\n")
        assert _run("doctor", "encoder", "--config", str(config)).exit_code == 2
        assert "unknown sentence encoder 'word2vec'" in capfd.readouterr().out

    @pytest.mark.rasa
    def test_a_folder_in_use_is_not_overwritten(self, tmp_path, capfd):
        (tmp_path / "mine.txt").write_text("mine")
        assert _run("encoder", "unpack", str(tmp_path)).exit_code == 1
        assert "holds something else" in capfd.readouterr().out

    def test_without_the_interpreter_it_says_how_to_get_it(self, tmp_path, monkeypatch):
        monkeypatch.setattr(training, "RASA_PYTHON", tmp_path / "python")
        console = Console(record=True)
        assert rasa_commands.run("bot.nlu.doctor.nlu", console=console) == rasa_commands.MISSING_ENVIRONMENT
        assert "make train" in console.export_text()


SLOW = """
import sys, time
from pathlib import Path
here = Path(__file__).parent
try:
    (here / "ready").touch()
    time.sleep(60)
finally:
    (here / "tidied").touch()
"""
#: as libraries do that are half loaded
HIDES_THE_INTERRUPT = SLOW.replace("finally:", "except KeyboardInterrupt:") + "    raise ImportError('numpy failed')\n"


def _until_ready(folder: Path) -> None:
    end = time.monotonic() + 30
    while not (folder / "ready").exists():
        assert time.monotonic() < end, "the module never began"
        time.sleep(0.02)


class TestInterrupted:
    """Ctrl-C, at every stage: no traceback, status 130, and what was begun is tidied up."""

    @staticmethod
    def interrupt(folder: Path, *command: str) -> tuple[int, str]:
        """Its status and what it said when SIGINT comes once a module in `folder` has begun."""
        environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{training.ROOT}"}
        process = subprocess.Popen(
            command, cwd=training.ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            _until_ready(folder)
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=30)
        finally:
            process.kill()
        return process.returncode, said

    @pytest.mark.parametrize("source", [SLOW, HIDES_THE_INTERRUPT], ids=["plainly", "hidden by a library"])
    def test_a_module_ends_silently(self, tmp_path, source):
        (tmp_path / "slow_module.py").write_text(source)
        ended = self.interrupt(tmp_path, sys.executable, "-m", "bot.operate.interrupt", "slow_module")
        assert ended == (INTERRUPTED, "")
        assert (tmp_path / "tidied").exists()

    def test_the_launcher_says_so_even_while_libraries_load(self, tmp_path):
        (tmp_path / "typer.py").write_text(SLOW)
        assert self.interrupt(tmp_path, str(training.ROOT / "huike"), "doctor") == (INTERRUPTED, "Stopped.\n")

    @pytest.fixture
    def pressed_soon(self, tmp_path, monkeypatch):
        """This interpreter stands for Rasa's; Ctrl-C comes as soon as the module runs in it."""
        monkeypatch.setattr(training, "RASA_PYTHON", Path(sys.executable))
        monkeypatch.setattr(training, "rasa_environment", lambda **_: {**os.environ, "PYTHONPATH": str(tmp_path)})

        def press() -> None:
            _until_ready(tmp_path)
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=press, daemon=True).start()

    @pytest.mark.usefixtures("pressed_soon")
    def test_the_command_waits_until_the_other_interpreter_has_tidied_up(self, tmp_path, capfd):
        (tmp_path / "slow_module.py").write_text(SLOW)
        assert rasa_commands.run("slow_module", console=Console()) == INTERRUPTED
        assert (tmp_path / "tidied").exists()
        assert capfd.readouterr() == ("", "")

    @pytest.mark.usefixtures("pressed_soon")
    def test_whoever_does_not_stop_is_stopped(self, tmp_path, monkeypatch):
        stubborn = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + SLOW
        (tmp_path / "slow_module.py").write_text(stubborn)
        monkeypatch.setattr(rasa_commands, "STOP_WITHIN_SECONDS", 0.5)
        assert rasa_commands.run("slow_module", console=Console()) == INTERRUPTED
        assert not (tmp_path / "tidied").exists()
