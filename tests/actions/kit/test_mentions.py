"""Times in a message: what is ruled out, or in no calendar, is nobody's wish."""

import pytest

from actions.kit.mentions import window_of
from actions.orders.delivery_times import wish_text
from crm_store.language import Language

TOMORROW = {"from": "2026-11-23T00:00:00+08:00", "to": "2026-11-24T00:00:00+08:00", "grain": "day"}
SATURDAY = {"from": "2026-11-28T00:00:00+08:00", "to": "2026-11-29T00:00:00+08:00", "grain": "day"}


@pytest.mark.usefixtures("frozen_clock")
def test_not_at_home_tomorrow_wishes_no_delivery_tomorrow() -> None:
    said = [TOMORROW | {"note": "refused"}, SATURDAY]
    assert [wish_text(value, Language.EN) for value in said] == [None, "28 November"]


def test_a_day_of_no_calendar_has_no_window() -> None:
    assert window_of({"grain": "day", "note": "no_such_day"}) is None


def test_another_places_clock_is_already_turned_to_ours() -> None:
    window = window_of(TOMORROW | {"note": "elsewhere"})
    assert window is not None
    assert window[0].isoformat() == TOMORROW["from"]
