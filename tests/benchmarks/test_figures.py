"""From what was said to figures: nothing is left out, nothing is counted twice."""

import pytest

from benchmarks.cost import Spent
from benchmarks.customer import Outcome, Said
from benchmarks.figures import figures, growth, percentile
from benchmarks.load import Talk

SPENT = Spent({"app": 0.4, "Rasa": 0.2}, {"statements": 40.0})


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([4.0, 3.0, 1.0, 2.0], 0.5, 2.0),
        ([float(number) for number in range(1, 101)], 0.95, 95.0),
        ([float(number) for number in range(1, 22)], 0.95, 20.0),
        ([7.0], 0.95, 7.0),
        ([7.0, 8.0], 0.0, 7.0),
        ([7.0, 8.0], 1.0, 8.0),
        ([], 0.5, 0.0),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(values, share, expected):
    assert percentile(values, share) == expected


def test_messages_without_a_reply_are_counted_and_have_no_time():
    talk = Talk(
        [
            Said(Outcome.REPLIED, 0.01, 0.1, "bot"),
            Said(Outcome.REPLIED, 0.03, 0.3, "system"),
            Said(Outcome.TIMED_OUT, 0.02, detail="no reply"),
            Said(Outcome.REFUSED, detail="too_fast"),
        ],
        seconds=2.0,
    )
    found = figures(16, "sqlite", talk, SPENT, {"people": 16})
    assert (found.said, found.replied, found.by_system) == (4, 2, 1)
    assert found.outcomes == {"replied": 2, "timed out": 1, "refused": 1}
    assert found.details == {"no reply": 1, "too_fast": 1}
    assert (found.median, found.p95, found.longest) == (0.1, 0.3, 0.3)
    assert (found.ack_median, found.ack_p95) == (0.02, 0.03)
    assert found.per_second == 1.0
    assert found.replies == [0.1, 0.3]


def test_costs_are_those_of_each_message_said_whether_it_was_replied_to_or_not():
    talk = Talk([Said(Outcome.REPLIED, 0.01, 0.1, "bot"), Said(Outcome.TIMED_OUT)], seconds=1.0)
    found = figures(1, "sqlite", talk, SPENT, {})
    assert found.processor == {"app": 0.2, "Rasa": 0.1}
    assert found.counters == {"statements": 20.0}


def test_a_window_in_which_nothing_was_said_divides_by_nothing():
    found = figures(1, "sqlite", Talk(), SPENT, {})
    assert (found.said, found.median, found.per_second) == (0, 0.0, 0.0)


def test_growth_compares_the_two_ends_of_a_conversation():
    replies = [0.1] * 50 + [9.0] * 100 + [0.2] * 50
    assert growth(replies) == (0.1, 0.2)
    assert growth([0.1, 0.1, 0.3, 0.3]) == (0.1, 0.3)
    assert growth([0.1]) == (0.1, 0.1)
