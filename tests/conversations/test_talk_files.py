"""The files of talks: whole conversations in three scripts, read without a doubt."""

from collections import Counter
from pathlib import Path

import pytest

from tests.conversations.talk_files import TalkUnreadable, talks

FEWEST_TALKS = 140
FEWEST_OF_A_SCRIPT = 40


def test_there_are_many_in_each_script_each_under_its_own_name() -> None:
    found = talks()
    scripts = Counter(talk.lang for talk in found)
    assert len(found) >= FEWEST_TALKS
    assert set(scripts) == {"zh-Hans", "zh-Hant", "en"}
    assert min(scripts.values()) >= FEWEST_OF_A_SCRIPT
    assert [name for name, times in Counter(talk.name for talk in found).items() if times > 1] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- {talk: a, lang: en, turns: [{say: hi, hass: [x]}]}", "nobody knows hass"),
        ("- {talk: a, lang: en, turns: [{say: hi}], ends: {refunds: 1}}", "nobody knows refunds"),
        ("- {talk: a, lang: en, turns: [{has: [x]}]}", "each turn says or presses something"),
        ("- {talk: a, lang: en, turns: []}", "each turn says or presses something"),
    ],
)
def test_what_nobody_understands_is_refused_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "wrong.yml").write_text(text, encoding="utf-8")
    with pytest.raises(TalkUnreadable) as refusal:
        talks(tmp_path)
    assert (refusal.value.place, refusal.value.reason) == ("wrong.yml: a", reason)
