from datetime import UTC, datetime, timedelta

import pytest

from crm_store import service_hours
from crm_store.clock import business_zone


def shop(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=business_zone())


class TestAfter:
    @pytest.mark.parametrize(
        ("start", "span", "due"),
        [
            (shop(22, 10), timedelta(hours=4), shop(22, 14)),
            (shop(22, 10, 10), timedelta(hours=4), shop(22, 14, 30)),
            (shop(22, 20), timedelta(hours=4), shop(23, 11)),
            (shop(22, 3), timedelta(hours=2), shop(22, 11)),
            (shop(22, 23, 30), timedelta(hours=2), shop(23, 11)),
            (shop(22, 18, 30), timedelta(hours=13), shop(23, 18, 30)),
            (shop(22, 9), timedelta(hours=13), shop(22, 22)),
            (shop(22, 21, 50), timedelta(minutes=5), shop(22, 22)),
        ],
    )
    def test_only_service_hours_count_and_the_result_is_easy_to_say(self, start, span, due):
        assert service_hours.after(start, span) == due

    def test_the_answer_is_in_utc_whatever_zone_asked(self):
        due = service_hours.after(datetime(2026, 11, 22, 2, tzinfo=UTC), timedelta(hours=1))
        assert due.tzinfo is UTC
        assert due == shop(22, 11)


class TestNextOpen:
    def test_closing_time_itself_is_already_closed(self):
        assert not service_hours.is_open(shop(22, 22))
        assert service_hours.next_open(shop(22, 22)) == shop(23, 9)

    def test_before_opening_it_is_the_same_day(self):
        assert service_hours.next_open(shop(22, 0, 5)) == shop(22, 9)
