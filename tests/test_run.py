"""The runner of both suites hides nothing: every test is counted, every failure ends in a status."""

import sys

import pytest

from tests.conftest import needs_whole_shop
from tests.run import NO_CLOSING_LINE, Ended, closing_line, run, status, together

GOOD = Ended("app", 0, "12 passed, 1 skipped in 3.45s")


class TestClosingLine:
    @pytest.mark.parametrize(
        ("said", "closing"),
        [
            ("....\n==== 12 passed in 3.45s ====\n", "12 passed in 3.45s"),
            (
                "\x1b[31m=== \x1b[1m2 failed\x1b[0m, 7 passed in 61.00s (0:01:01) ===\x1b[0m",
                "2 failed, 7 passed in 61.00s (0:01:01)",
            ),
            ("1 error in 0.20s", "1 error in 0.20s"),
            ("collected 12 items\n.....", ""),
            ("", ""),
        ],
    )
    def test_is_found_in_colour_and_without(self, said: str, closing: str) -> None:
        assert closing_line(said) == closing


class TestTogether:
    def test_every_test_of_both_counts(self) -> None:
        other = Ended("rasa", 1, "2 failed, 30 passed, 1 skipped, 1 warning, 1 error in 9.00s")
        assert together([GOOD, other]) == "2 failed, 42 passed, 2 skipped, 1 warning, 1 error"

    def test_nothing_ran(self) -> None:
        assert together([Ended("app", 5, "")]) == "no tests ran"


class TestStatus:
    def test_good_when_both_are(self) -> None:
        assert status([GOOD, GOOD]) == 0

    @pytest.mark.parametrize("place", [0, 1])
    def test_one_failure_is_enough(self, place: int) -> None:
        suites = [GOOD, GOOD]
        suites[place] = Ended("rasa", 1, "1 failed in 1.00s")
        assert status(suites) == 1

    def test_killed_by_a_signal(self) -> None:
        assert status([GOOD, Ended("rasa", -9, "")]) == 137

    def test_ended_well_without_having_counted_anything(self) -> None:
        assert status([Ended("app", 0, ""), GOOD]) == NO_CLOSING_LINE


async def test_a_suite_that_fails_is_told_with_its_words() -> None:
    command = [sys.executable, "-c", "import sys; print('=== 1 failed in 0.10s ==='); sys.exit(1)"]
    ended, said = await run("app", command, aloud=False)
    assert (ended, said) == (Ended("app", 1, "1 failed in 0.10s"), "=== 1 failed in 0.10s ===\n")


class TestSharingOut:
    """What two workers must not start at once stays with one of them."""

    @pytest.mark.parametrize(
        ("nodeid", "together"),
        [
            ("tests/e2e/test_web.py::test_a", True),
            ("tests/conversations/test_forms_in_real_rasa.py::test_b[x]", True),
            ("tests/crm_store/test_conversations.py::test_c", False),
            ("tests/bot/test_widget.py::test_e2e", False),
        ],
    )
    def test_the_whole_shop_is_one_group(self, nodeid: str, together: bool) -> None:
        assert needs_whole_shop(nodeid) is together

    def test_it_is_begun_first(self, request: pytest.FixtureRequest) -> None:
        order = [needs_whole_shop(item.nodeid) for item in request.session.items]
        assert order == sorted(order, reverse=True)
