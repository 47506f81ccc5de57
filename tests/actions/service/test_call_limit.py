"""Until when an hour of a call suits: the hour that is chosen ends there."""

from datetime import UTC, datetime

from actions.service.call_times import _meant, _Said, _within_limit

DAY = datetime(2026, 11, 29, tzinfo=UTC)


def said(words: str, start: float, end: float, grain: str = "hour") -> _Said:
    return _Said((at(start), at(end)), grain, None, words)


def at(hour: float) -> datetime:
    return DAY.replace(hour=int(hour), minute=int(hour % 1 * 60))


def test_a_limit_cuts_the_chosen_hour() -> None:
    cut = _within_limit([said("三點", 15, 16), said("三點半前", 1, 15.5, "minute"), said("四點", 16, 17)], None)
    assert cut is not None
    assert cut.window == (at(15), at(15.5))


def test_a_limit_cuts_the_hour_under_discussion() -> None:
    cut = _within_limit([said("before 3:30", 1, 15.5, "minute")], (at(15), at(16)))
    assert cut is not None
    assert cut.window == (at(15), at(15.5))


def test_a_limit_alone_or_outside_the_hour_cuts_nothing() -> None:
    assert _within_limit([said("三点半前", 1, 15.5, "minute")], None) is None
    assert _within_limit([said("三点", 15, 16), said("五点前", 1, 17, "minute")], None) is None
    assert _within_limit([said("三点", 15, 16)], None) is None


def test_the_hour_within_a_part_of_the_day_is_meant() -> None:
    chosen = _meant([said("下午", 12, 18, "part"), said("大概两点半", 14.5, 15, "minute")], corrected=False)
    assert chosen.window == (at(14.5), at(15))
    other = _meant([said("上午", 6, 12, "part"), said("下午", 12, 18, "part")], corrected=False)
    assert other.window == (at(6), at(12))
