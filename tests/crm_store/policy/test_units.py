"""How values are written in the policy file, and what is said of a wrong one."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm_store.policy import OpenSpan, ServiceTime, units
from crm_store.policy.units import Term


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2 min", timedelta(minutes=2)),
        ("60 s", timedelta(minutes=1)),
        ("24 h", timedelta(hours=24)),
        ("1.5 hours", timedelta(minutes=90)),
        ("30days", timedelta(days=30)),
        (" 2 Weeks ", timedelta(days=14)),
        ("0 min", timedelta(0)),
    ],
)
def test_a_length_of_time_carries_its_unit(text, span):
    assert units.read_span(text) == span


@pytest.mark.parametrize("wrong", [30, 1.5, True, None, "30", "min", "-2 min", "2 moons", "2 service days", [], {}])
def test_without_a_known_unit_it_is_none(wrong):
    with pytest.raises(ValueError, match="no length of time; write for example 30 min, 24 h or 7 days"):
        units.read_span(wrong)


def test_it_is_one_that_can_be_counted():
    with pytest.raises(ValueError, match="longer than a hundred years"):
        units.read_span("99999999999999 days")


def test_whole_days_may_be_written_in_hours_but_not_in_parts():
    assert units.read_days("48 h") == timedelta(days=2)
    with pytest.raises(ValueError, match="“30 h” must be whole days"):
        units.read_days("30 h")


def test_service_time_is_whole_service_days_or_a_length_of_time():
    assert units.read_service_time("2 service days") == ServiceTime(days=2)
    assert units.read_service_time("1 service day").length(timedelta(hours=13)) == timedelta(hours=13)
    assert units.read_service_time("4 h") == ServiceTime(time=timedelta(hours=4))


@pytest.mark.parametrize("wrong", ["1.5 service days", "2 days", "1 week", 4, None])
def test_plain_days_are_no_service_time(wrong):
    with pytest.raises(ValueError, match="service"):
        units.read_service_time(wrong)


@pytest.mark.parametrize(
    ("read", "right", "wrong", "reason"),
    [
        (units.read_share, [(0, 0.0), (1, 1.0), (0.35, 0.35)], [-0.1, 1.1, "0.5", True, None], "from 0 to 1"),
        (units.read_whole, [(0, 0), (40, 40)], [-1, 2.5, "3", False, 1_000_000_000], "whole number"),
        (units.read_number, [(45, 45.0), (0.5, 0.5)], [-1, float("inf"), "3", True], "a number, 0 or more"),
        (units.read_money, [("¥99", 9900), ("¥8.50", 850), ("¥ 0", 0)], [99, "99", "¥9.5", "$8", "¥-1"], "of money"),
        (units.read_clock, [("9:00", 540), ("24:00", 1440)], ["9", 540, "24:01", "9:60", "25:00", "9 am"], "9:00"),
        (
            units.read_term,
            [("12 months", Term(months=12)), ("90 days", Term(days=90)), ("none", Term())],
            ["1 year", "1.5 months", 12, None],
            "no warranty",
        ),
        (units.read_day, [("2027-02-06", date(2027, 2, 6))], ["2027-02-30", "6.2.2027", 20270206, None], "no day"),
    ],
)
def test_what_else_is_written(read, right, wrong, reason):
    assert [read(text) for text, _ in right] == [value for _, value in right]
    for value in wrong:
        with pytest.raises(ValueError, match=reason):
            read(value)


def test_opening_hours_are_one_span_several_or_none():
    assert units.read_hours("9:00-22:00") == (OpenSpan(540, 1320),)
    assert units.read_hours(["9:00-12:00", "13:00–18:00"]) == (OpenSpan(540, 720), OpenSpan(780, 1080))
    assert units.read_hours("closed") == ()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (["9:00-12:00", "11:30-18:00"], "11:30–18:00 begins before 9:00–12:00 has ended"),
        (["13:00-18:00", "9:00-12:00"], "must not overlap"),
        ("22:00-6:00", "a night has to be written as two days"),
        ("9:00-9:00", "ends before it begins"),
        ("always", "no opening hours"),
        (9, "no opening hours"),
        ("9:00-25:00", "no time of day"),
    ],
)
def test_opening_hours_that_cannot_be(wrong, reason):
    with pytest.raises(ValueError, match=reason):
        units.read_hours(wrong)


def test_a_holiday_is_a_day_or_all_days_of_a_range():
    feast = units.read_day_range("2027-02-05 to 2027-02-07")
    assert [day in feast for day in (date(2027, 2, 4), date(2027, 2, 5), date(2027, 2, 7), date(2027, 2, 8))] == [
        False, True, True, False,
    ]  # fmt: skip
    assert date(2027, 5, 1) in units.read_day_range("2027-05-01")
    for wrong, reason in (("2027-02-07 to 2027-02-05", "ends before"), ("2026-01-01 to 2028-01-01", "than a year")):
        with pytest.raises(ValueError, match=reason):
            units.read_day_range(wrong)


def test_a_time_zone_is_one_that_exists():
    assert units.read_zone("Asia/Taipei") == ZoneInfo("Asia/Taipei")
    for wrong in ("Asia", "../etc/passwd", "", 8, None):
        with pytest.raises(ValueError, match="no time zone"):
            units.read_zone(wrong)
    with pytest.raises(ValueError, match="did you mean Asia/Shanghai"):
        units.read_zone("Asia/Shangai")


def test_words_are_given_in_all_three_languages():
    texts = {"zh-Hans": "银卡", "zh-Hant": "銀卡", "en": "Silver"}
    assert units.read_texts(texts) == texts
    for wrong in ({"en": "Silver"}, {**texts, "fr": "Argent"}, {**texts, "en": 3}, "Silver", None):
        with pytest.raises(ValueError, match="zh-Hans, zh-Hant, en"):
            units.read_texts(wrong)
