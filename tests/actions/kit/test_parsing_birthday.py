"""A birthday whose year and day are told apart, beside one that is known, and of the Taiwanese calendar."""

from datetime import date

import pytest

from actions.kit.parsing import birthday_in

FILED = date(1982, 4, 3)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1982 沒錯，可是是 10 月 7 號", date(1982, 10, 7)),
        ("年份对的，应该是10月7日", date(1982, 10, 7)),
        ("1982 is right but it should be 7 October", date(1982, 10, 7)),
        ("71年10月7日", date(1982, 10, 7)),
        ("是民國71年，就是1982", date(1982, 4, 3)),
        ("85年3月1日", date(1985, 3, 1)),
        ("1990-05-20", date(1990, 5, 20)),
        ("10月7号 原来好像登成7月10了", date(1982, 10, 7)),
        ("不是7月10日，是10月7號", date(1982, 10, 7)),
        ("october 7, it says july 10", date(1982, 10, 7)),
    ],
)
def test_beside_a_known_one(text: str, read: date) -> None:
    assert birthday_in(text, [FILED]) == read


@pytest.mark.parametrize("text", ["這樣12月20元券還會給嗎", "我不知道", "12月会有礼物吗", "call me Ann"])
def test_what_names_no_day_is_none(text: str) -> None:
    assert birthday_in(text, [FILED]) is None


def test_by_itself_a_day_without_its_year_is_none() -> None:
    assert birthday_in("10月7日") is None
    assert birthday_in("71年10月7日") == date(1971, 10, 7)
