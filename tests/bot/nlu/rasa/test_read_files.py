"""Files of training data are read once while they stay as they are."""

import datetime
import json
import pickle

import pytest

from bot.nlu.rasa.read_files import ReadFiles


class _Reader:
    """Parses JSON and counts how often."""

    def __init__(self):
        self.times = 0

    def __call__(self, content):
        self.times += 1
        return json.loads(content)


def test_the_next_training_does_not_parse_a_file_that_stayed_as_it_was(tmp_path):
    reader = _Reader()
    first = ReadFiles(tmp_path)
    assert pickle.loads(first.parsed('{"a": [1, true, null]}', reader)) == {"a": [1, True, None]}
    first.keep()
    second = ReadFiles(tmp_path)
    assert pickle.loads(second.parsed('{"a": [1, true, null]}', reader)) == {"a": [1, True, None]}
    assert reader.times == 1
    second.parsed('{"a": 2}', reader)
    assert reader.times == 2


def test_a_check_passed_is_remembered_for_that_content_and_that_check_only(tmp_path):
    first = ReadFiles(tmp_path)
    assert not first.was_checked("intents: []", "domain")
    first.checked("intents: []", "domain")
    first.keep()
    second = ReadFiles(tmp_path)
    assert second.was_checked("intents: []", "domain")
    assert not second.was_checked("intents: []", "stories")
    assert not second.was_checked("intents: [greet]", "domain")


def test_what_a_training_did_not_ask_for_is_forgotten(tmp_path):
    first = ReadFiles(tmp_path)
    first.checked("old", "domain")
    first.keep()
    ReadFiles(tmp_path).keep()
    assert not ReadFiles(tmp_path).was_checked("old", "domain")


def test_a_value_that_json_would_change_is_read_again(tmp_path):
    first = ReadFiles(tmp_path)
    first.parsed("since: 2026-11-23", lambda _: {"since": datetime.date(2026, 11, 23)})
    first.parsed("1: one", lambda _: {1: "one"})
    first.keep()
    second = ReadFiles(tmp_path)
    assert pickle.loads(second.parsed("since: 2026-11-23", lambda _: "read again")) == "read again"
    assert pickle.loads(second.parsed("1: one", lambda _: "read again")) == "read again"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"parsed": 5, "checked": 7}', "\x00"])
def test_a_broken_cache_costs_time_only(tmp_path, content):
    (tmp_path / "training-files.json").write_text(content, encoding="utf-8")
    files = ReadFiles(tmp_path)
    assert not files.was_checked("x", "domain")
    assert pickle.loads(files.parsed("[1]", json.loads)) == [1]
    files.keep()
    assert pickle.loads(ReadFiles(tmp_path).parsed("[1]", lambda _: "read again")) == [1]
