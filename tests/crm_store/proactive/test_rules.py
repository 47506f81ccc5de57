"""Quiet hours on the member's own clock, and how much is enough."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm_store.policy import policy
from crm_store.proactive import Topic
from crm_store.proactive.rules import is_enough, is_quiet, week_of
from tests.crm_store.policy.shop_files import changed

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai, 21:00 in New York the day before
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "hour", "quiet"),
    [
        ("Asia/Shanghai", 2, False),
        ("America/New_York", 2, True),
        ("Asia/Shanghai", 13, True),
        ("Asia/Shanghai", 12, False),
        ("Asia/Shanghai", 0, True),
        ("Asia/Shanghai", 1, False),
        ("Europe/London", 8, True),
        ("Europe/London", 9, False),
    ],
)
def test_it_is_quiet_from_nine_to_nine_where_the_member_is(zone: str, hour: int, quiet: bool) -> None:
    assert is_quiet(AT.replace(hour=hour), ZoneInfo(zone), policy().proactive) is quiet


def test_the_shop_chooses_the_hours() -> None:
    with changed("proactive: {quiet_from: 13:00, quiet_until: 15:00}"):
        assert [is_quiet(AT.replace(hour=hour), ZoneInfo("UTC"), policy().proactive) for hour in (12, 13, 14, 15)] == [
            False, True, True, False,
        ]  # fmt: skip
    with changed("proactive: {quiet_from: 0:00, quiet_until: 0:00}"):
        assert not any(is_quiet(AT.replace(hour=hour), ZoneInfo("UTC"), policy().proactive) for hour in range(24))


def test_three_a_day_over_all_topics() -> None:
    rules = policy().proactive
    two = [(Topic.PARCELS, AT - DAY / 4), (Topic.REFUNDS, AT - DAY / 2)]
    assert not is_enough(Topic.POINTS, two, AT, rules)
    assert is_enough(Topic.POINTS, [*two, (Topic.OFFERS, AT - DAY / 3)], AT, rules)
    assert not is_enough(Topic.POINTS, [*two, (Topic.OFFERS, AT - DAY)], AT, rules)


def test_marketing_rests_and_has_a_cap_of_its_own() -> None:
    rules = policy().proactive
    assert is_enough(Topic.OFFERS, [(Topic.NEW_GOODS, AT - rules.marketing_rest + DAY / 24)], AT, rules)
    assert not is_enough(Topic.OFFERS, [(Topic.NEW_GOODS, AT - rules.marketing_rest)], AT, rules)
    assert not is_enough(Topic.PARCELS, [(Topic.NEW_GOODS, AT - DAY / 24)], AT, rules)
    month = [(Topic.NEW_GOODS, AT - days * DAY) for days in (4, 10, 20, 29)]
    assert is_enough(Topic.OFFERS, month, AT, rules)
    assert not is_enough(Topic.OFFERS, month[:3], AT, rules)


def test_a_week_begins_on_monday_at_the_shop() -> None:
    sunday_night = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
    assert week_of(sunday_night, ZoneInfo("Asia/Shanghai")).isoformat() == "2026-11-16"
    assert week_of(sunday_night + timedelta(hours=1), ZoneInfo("Asia/Shanghai")).isoformat() == "2026-11-23"
