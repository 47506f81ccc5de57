"""What the program writes is its owner's alone."""

import os
import subprocess
import sys
from pathlib import Path


def test_a_new_database_and_its_folder_can_be_read_by_nobody_else(tmp_path: Path) -> None:
    home = tmp_path / "data"
    environment = {**os.environ, "HUIKE_DEMO": "true", "HUIKE_DATA_DIR": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "migrate"],
        env=environment,
        capture_output=True,
        check=False,
        text=True,
        umask=0o022,
    )
    assert done.returncode == 0, done.stderr
    assert {oct(path.stat().st_mode & 0o777) for path in home.glob("huike.db*")} == {"0o600"}
    assert oct(home.stat().st_mode & 0o777) == "0o700"
