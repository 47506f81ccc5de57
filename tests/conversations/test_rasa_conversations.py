"""The stories beside this file, replayed against the trained model: every message understood, every step predicted."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.operate import training
from crm_store.yaml_files import read_yaml
from tests.stack import trained_model

HERE = Path(__file__).parent
FEWEST_STORIES = 60


def stories() -> list[str]:
    return [story["story"] for path in sorted(HERE.glob("test_*.yml")) for story in read_yaml(path)["stories"]]


def trained_examples() -> set[str]:
    """Every training example, without its annotations."""
    import re

    found = set()
    for path in sorted((training.ROOT / "nlu_data" / "nlu").glob("*.yml")):
        for group in read_yaml(path)["nlu"]:
            if "intent" in group:
                lines = group["examples"].splitlines()
                found |= {
                    re.sub(r"\[([^\]]+)\][({][^)}]*[)}]", r"\1", line.removeprefix("- ")).strip() for line in lines
                }
    return found


def test_no_message_is_a_copy_of_a_training_example() -> None:
    import re

    known = {example.casefold() for example in trained_examples()}
    said = [
        re.sub(r"\[([^\]]+)\][({][^)}]*[)}]", r"\1", step["user"]).strip().casefold()
        for path in sorted(HERE.glob("test_*.yml"))
        for story in read_yaml(path)["stories"]
        for step in story["steps"]
        if "user" in step
    ]
    assert len(said) > FEWEST_STORIES
    assert [text for text in said if text in known] == []


@pytest.mark.rasa
@pytest.mark.timeout(900)
async def test_all_conversations_go_as_written(tmp_path: Path) -> None:
    assert len(stories()) >= FEWEST_STORIES
    process = await asyncio.create_subprocess_exec(
        str(training.RASA_PYTHON), "-m", "rasa", "test", "core",
        "--stories", str(HERE), "--e2e", "--model", str(await trained_model()), "--out", str(tmp_path), "--no-plot",
        cwd=training.ROOT,
        env=training.rasa_environment(
            HUIKE_DATA_DIR=str(tmp_path),
            HUIKE_ACTIONS_URL="http://127.0.0.1:9/never-called",
            HUIKE_ACTIONS_SECRET="never used",
        ),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode(errors="replace")[-3000:]
    failed = (tmp_path / "failed_test_stories.yml").read_text(encoding="utf-8")
    assert "None of the test stories failed" in failed, failed
    report = json.loads((tmp_path / "story_report.json").read_text(encoding="utf-8"))
    assert report["conversation_accuracy"] == {
        "accuracy": 1.0,
        "correct": len(stories()),
        "with_warnings": 0,
        "total": len(stories()),
    }
