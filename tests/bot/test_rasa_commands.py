"""Commands of ours that run in Rasa's interpreter, through the real command line."""

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot import rasa_commands, training
from bot.__main__ import app
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
        config.write_text("pipeline:\n- name: bot.nlu.encoder.SentenceEncoder\n  encoder: word2vec\n")
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
        assert rasa_commands.run("bot.nlu.doctor_nlu", console=console) == rasa_commands.MISSING_ENVIRONMENT
        assert "make train" in console.export_text()
