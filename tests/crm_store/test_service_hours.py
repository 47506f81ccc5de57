from datetime import UTC, datetime, timedelta

import pytest

from crm_store import service_hours
from crm_store.clock import business_zone
from crm_store.language import Language
from tests.crm_store.policy.shop_files import changed


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


OFFICE = """
hours:
  weekly:
    monday: [9:00-12:00, 13:00-18:00]
    tuesday: [9:00-12:00, 13:00-18:00]
    wednesday: [9:00-12:00, 13:00-18:00]
    thursday: [9:00-12:00, 13:00-18:00]
    friday: [9:00-12:00, 13:00-18:00]
    saturday: 10:00-14:00
    sunday: closed
  closed: [2026-11-25 to 2026-11-26, 2026-11-28]
  special: {2026-11-29: 9:00-24:00}
callbacks: {offered_at: [10:00]}
"""
"""22 November 2026 is a Sunday; on the 29th, a Sunday too, the shop makes up for the closed days."""


class TestShopsOwnHours:
    @pytest.mark.parametrize(
        ("moment", "opens"),
        [
            (shop(22, 10), shop(23, 9)),
            (shop(23, 12), shop(23, 13)),
            (shop(24, 18), shop(27, 9)),
            (shop(27, 20), shop(29, 9)),
            (shop(29, 23, 59), shop(29, 23, 59)),
        ],
    )
    def test_somebody_is_there_again(self, moment, opens):
        with changed(OFFICE):
            assert service_hours.is_open(moment) is (moment == opens)
            assert service_hours.next_open(moment) == opens

    @pytest.mark.parametrize(
        ("start", "span", "due"),
        [
            (shop(23, 11), timedelta(hours=2), shop(23, 14)),
            (shop(23, 17), timedelta(hours=2), shop(24, 10)),
            (shop(24, 17), timedelta(hours=2), shop(27, 10)),
            (shop(23, 10), timedelta(hours=8), shop(24, 10)),
        ],
    )
    def test_breaks_nights_weekends_and_holidays_do_not_count(self, start, span, due):
        with changed(OFFICE):
            assert service_hours.after(start, span) == due

    def test_a_due_time_is_never_rounded_past_closing(self):
        with changed("hours: {special: {2026-11-22: 9:00-12:10}}"):
            assert service_hours.after(shop(22, 12), timedelta(minutes=5)) == shop(22, 12, 10)

    def test_a_service_day_is_the_longest_day_of_the_week(self):
        with changed(OFFICE):
            assert service_hours.service_day() == timedelta(hours=8)

    def test_the_hours_are_those_of_the_shops_zone(self):
        with changed("hours: {time_zone: Europe/Berlin}"):
            assert service_hours.next_open(datetime(2026, 11, 22, 2, tzinfo=UTC)) == datetime(
                2026, 11, 22, 8, tzinfo=UTC
            )

    def test_the_clock_on_the_wall_counts_when_summer_time_ends(self):
        with changed("hours: {time_zone: Europe/Berlin}"):
            # Sunday, 25 October 2026: the night is an hour longer.
            assert service_hours.next_open(datetime(2026, 10, 25, 0, tzinfo=UTC)) == datetime(
                2026, 10, 25, 8, tzinfo=UTC
            )


class TestTold:
    @pytest.mark.parametrize(
        ("language", "daily", "office"),
        [
            ("zh-Hans", "每天 9:00–22:00", "周一至周五 9:00–12:00、13:00–18:00、周六 10:00–14:00"),
            ("zh-Hant", "每天 9:00–22:00", "週一至週五 9:00–12:00、13:00–18:00、週六 10:00–14:00"),
            (
                "en",
                "every day from 9:00 to 22:00",
                "Monday to Friday from 9:00 to 12:00 and 13:00 to 18:00 and Saturday from 10:00 to 14:00",
            ),
        ],
    )
    def test_days_with_the_same_hours_are_told_together(self, language, daily, office):
        assert service_hours.told(Language(language)) == daily
        with changed(OFFICE):
            assert service_hours.told(Language(language)) == office
