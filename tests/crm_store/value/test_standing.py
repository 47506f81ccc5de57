"""Stages and attitudes, each with the member it describes."""

import numpy as np
import pytest

from crm_store.value import standing, yardstick
from tests.crm_store.value.test_yardstick import AT, DAY, members

NOW = AT.timestamp()


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ({}, "suspect"),
        ({"contacts": [1]}, "prospect"),
        ({"wants_news": [1]}, "prospect"),
        ({"purchases": [1], "recommends": [10]}, "first_buyer"),
        ({"purchases": [2]}, "repeat_buyer"),
        ({"purchases": [2], "recommends": [8]}, "repeat_buyer"),
        ({"purchases": [2], "recommends": [9]}, "advocate"),
    ],
)
def test_stage(facts: dict[str, list[float]], stage: str) -> None:
    assert standing.STAGES[standing.stages(members(1, **facts))[0]] == stage


REGULAR = {
    "purchases": [6],
    "orders": [6],
    "spend": [90_000],
    "last_at": [NOW - 10 * DAY],
    "first_at": [NOW - 300 * DAY],
}
SELDOM = {**REGULAR, "last_at": [NOW - 250 * DAY]}


@pytest.mark.parametrize(
    ("facts", "attitude"),
    [
        ({**REGULAR, "opinion": [0.5]}, "advocate"),
        ({**REGULAR, "opinion": [-0.5]}, "locked_in"),
        ({**SELDOM, "opinion": [-0.5]}, "doubter"),
        ({"opinion": [-0.5]}, "doubter"),
        ({**REGULAR, "reduced": [4]}, "price_driven"),
        ({**REGULAR, "reduced": [4], "opinion": [0.9]}, "price_driven"),
        ({**REGULAR, "reduced": [3]}, None),
        ({**SELDOM, "opinion": [0.5]}, None),
        (REGULAR, None),
        ({}, None),
    ],
)
def test_attitude(facts: dict[str, list[float]], attitude: str | None) -> None:
    found = members(1, **facts)
    marks = yardstick.measured(found, yardstick.of_policy())
    assert standing.ATTITUDES[standing.attitudes(found, marks)[0]] == attitude
    assert np.all(marks.recency >= 1)
