"""The training data as `rasa data validate` judges them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_rasa_has_nothing_to_remark() -> None:
    command = [sys.executable, "-m", "rasa", "data", "validate", "--domain", "nlu_data", "--data", "nlu_data"]
    command += ["--config", "config.yml", "--fail-on-warnings"]
    ended = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"RASA_TELEMETRY_ENABLED": "false"}, capture_output=True, text=True,
        check=False, timeout=240,
    )  # fmt: skip
    said = ended.stdout + ended.stderr
    assert "No story structure conflicts found" in said
    # DeprecationWarnings are libraries' of each other.
    remarks = ("UserWarning", "FutureWarning", "WARNING", "ERROR", "not used")
    assert [line for line in said.splitlines() if any(remark in line for remark in remarks)] == []
    assert ended.returncode == 0, said
