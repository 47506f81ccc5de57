"""Times as they are spoken, ruled out, said by another clock, or not in any calendar.

It is Monday, 23 November 2026, 10:30 in Shanghai.
"""

from datetime import datetime

import pytest

from bot.nlu.entities.rules import find_rules
from bot.nlu.text.normalizer import normalize
from bot.nlu.times.atoms import ASIA_SHANGHAI
from bot.nlu.times.finder import find_times
from bot.nlu.times.zones import ZoneInfoNotFoundError, named

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ASIA_SHANGHAI)


def times(text):
    known = normalize(text)
    return [(known.text[found.start : found.end], found) for found in find_times(known.text, NOW)]


def ranges(text):
    return [f"{moment.begin:%m-%d %H:%M}-{moment.finish:%H:%M}" for _, moment in times(text)]


def notes(text):
    return [(words, moment.note) for words, moment in times(text)]


class TestHoursSpoken:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("五六点钟方便", "11-23 17:00-18:00"),
            ("后天下午一两点", "11-25 13:00-14:00"),
            ("早上八九點打給我", "11-24 08:00-09:00"),
            ("上午九十点", "11-24 09:00-10:00"),
            ("晚上十一二点", "11-23 23:00-00:00"),
            ("下午四、五点", "11-23 16:00-17:00"),
            ("十一点", "11-23 11:00-12:00"),
            ("差五分四点", "11-23 15:55-16:25"),
            ("六點差一刻", "11-23 17:45-18:15"),
            ("后天10点3刻", "11-25 10:45-11:15"),
            ("晚上二十一点", "11-23 21:00-22:00"),
            ("half past seven tomorrow evening", "11-24 19:30-20:00"),
            ("wednesday at half four", "11-25 16:30-17:00"),
            ("ten past five", "11-23 17:10-17:40"),
            ("twenty to eight this evening", "11-23 19:40-20:10"),
            ("ring me at 1645", "11-23 16:45-17:15"),
            ("tomorrow 13h15", "11-24 13:15-13:45"),
            ("friday 12 noon", "11-27 12:00-13:00"),
            ("tomorrow noonish", "11-24 12:00-13:00"),
            ("in an hour and a half", "11-23 12:00-13:00"),
            ("on wednesday from 2pm-4", "11-25 14:00-16:00"),
            ("tuesday 9am-11", "11-24 09:00-11:00"),
            ("can you do wednesday 11", "11-25 11:00-12:00"),
            ("not before 4pm tomorrow", "11-24 16:00-00:00"),
            ("明天十五点二十分", "11-24 15:20-15:50"),
            ("first thing on wednesday", "11-25 08:00-10:00"),
            ("wednesday eve", "11-25 18:00-22:00"),
            ("9 tonight works", "11-23 21:00-22:00"),
        ],
    )
    def test_hour(self, text, found):
        assert ranges(text) == [found]

    def test_two_hours_beside_each_other_are_two(self):
        assert ranges("十点十一点都可以") == ["11-24 10:00-11:00", "11-23 11:00-12:00"]

    @pytest.mark.parametrize(
        "text", ["两三点意见", "my daughter eve", "sizes 12h", "at 2026 we began", "i bought 5", "打个七八折"]
    )
    def test_no_hour(self, text):
        assert times(text) == []

    @pytest.mark.parametrize(
        ("text", "kind", "value"),
        [
            ("三四点吧", "time", None),
            ("早上九十点", "time", None),
            ("用九十点换", "points_amount", 90),
            ("还差三十四点", "points_amount", 34),
        ],
    )
    def test_hours_and_amounts_of_points(self, text, kind, value):
        (found,) = find_rules(normalize(text).text, NOW)
        assert found.entity == kind
        assert value is None or found.value == value


class TestDaysSpoken:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("廿六號下午", ["11-26 12:00-18:00"]),
            ("十二月卅一號", ["12-31 00:00-00:00"]),
            ("12月8号14点", ["12-08 14:00-15:00"]),
            ("12月18日9點半", ["12-18 09:30-10:00"]),
            ("明后天上午", ["11-24 00:00-00:00", "11-25 08:00-12:00"]),
            ("a week on friday", ["12-04 00:00-00:00"]),
            ("thursday week at 4pm", ["12-03 16:00-17:00"]),
            ("two weeks from wednesday", ["12-09 00:00-00:00"]),
            ("a week tomorrow", ["12-01 00:00-00:00"]),
            ("tuesday the week after next", ["12-08 00:00-00:00"]),
            ("大后天晚上", ["11-26 18:00-00:00"]),
            ("禮拜六中午", ["11-28 11:30-13:30"]),
            ("下週二到週四上午", ["12-01 00:00-12:00"]),
            ("the day after tomorrow, half past nine", ["11-25 09:30-10:00"]),
        ],
    )
    def test_day(self, text, found):
        assert ranges(text) == found

    def test_the_day_after_one_that_was_named(self):
        assert ranges("not tomorrow, the day after") == ["11-24 00:00-00:00", "11-25 00:00-00:00"]
        assert times("the day after it came it broke") == []


class TestRuledOut:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("周四没空，周五上午可以", [("周四", "refused"), ("周五上午", "")]),
            ("除了礼拜天都行", [("礼拜天", "refused")]),
            ("周末除外", [("周末", "refused")]),
            ("两点以前别打", [("两点以前", "refused")]),
            ("明天下午我要开会，晚上吧", [("明天下午", "refused"), ("晚上", "")]),
            ("不要今晚", [("今晚", "refused")]),
            ("聽日冇空，後日得", [("明天", "refused"), ("后日", "")]),
            ("any day but thursday", [("thursday", "refused")]),
            ("i can't do tuesday, wednesday is fine", [("tuesday", "refused"), ("wednesday", "")]),
            ("tomorrow, not wednesday", [("tomorrow", ""), ("wednesday", "refused")]),
            ("friday doesn't suit, saturday does", [("friday", "refused"), ("saturday", "")]),
            ("tuesday i'm busy", [("tuesday", "refused")]),
        ],
    )
    def test_refused(self, text, found):
        assert notes(text) == found

    @pytest.mark.parametrize(
        "text",
        ["周三不行吗", "明天行不行", "为什么不能周六送", "why not tomorrow", "明天不方便吗？", "昨天不在家没收到"],
    )
    def test_asked_for_or_gone_by(self, text):
        assert all(note == "" for _, note in notes(text))

    def test_the_value_says_so(self):
        assert times("not friday")[0][1].value["note"] == "refused"
        assert "note" not in times("friday")[0][1].value


class TestOtherClocks:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("tomorrow at 9am EST", "11-23 22:00-23:00"),
            ("wednesday 6pm Pacific time", "11-26 10:00-11:00"),
            ("ring me at 8am UK time", "11-23 16:00-17:00"),
            ("东京时间明天下午三点", "11-24 14:00-15:00"),
            ("我在纽约，早上八点打", "11-23 21:00-22:00"),
            ("7:30 pm IST", "11-23 22:00-22:30"),
            ("tomorrow around half past nine, UK number", "11-24 17:30-18:00"),
            ("10am in Scotland please", "11-23 18:00-19:00"),
            ("ten in the morning in London tomorrow", "11-24 18:00-19:00"),
            ("make it nine in the morning UK time", "11-23 17:00-18:00"),
            ("tomorrow 10am, I'm in Manchester", "11-24 18:00-19:00"),
            ("17:00 uk?", "11-24 01:00-01:30"),
            ("英国手机，明天上午十点打", "11-24 18:00-19:00"),
        ],
    )
    def test_it_is_turned_to_the_shops(self, text, found):
        assert ranges(text) == [found]
        assert [note for _, note in notes(text)] == ["elsewhere"]

    def test_the_value_names_the_zone(self):
        assert times("tomorrow 9am UK time")[0][1].value["zone"] == "Europe/London"
        assert "zone" not in times("tomorrow 9am")[0][1].value

    @pytest.mark.parametrize(
        "text",
        [
            "deliver my english book tomorrow 3pm",
            "tomorrow 3pm, it is about the uk plug",
            "明天下午三点 我要问英国转换插头",
        ],
    )
    def test_a_place_beside_the_time_changes_no_clock(self, text):
        assert ranges(text) == ["11-24 15:00-16:00"]

    @pytest.mark.parametrize("text", ["北京时间明天下午三点", "tomorrow 3pm Taipei time", "3pm CST tomorrow"])
    def test_the_shops_own_clock_needs_no_turning(self, text):
        assert ranges(text) == ["11-24 15:00-16:00"]
        assert [note for _, note in notes(text)] == [""]

    def test_a_whole_day_is_the_same_day(self):
        assert notes("我在日本，明天能送到吗")[0][1] == ""

    def test_a_machine_without_the_zones_knows_the_winter_hours(self, monkeypatch):
        def missing(name):
            raise ZoneInfoNotFoundError(name)

        monkeypatch.setattr("bot.nlu.times.zones.ZoneInfo", missing)
        zone = named("10am est")
        assert zone is not None
        assert zone.utcoffset(NOW).total_seconds() == -5 * 3600


class TestNoSuchDay:
    @pytest.mark.parametrize(
        "text",
        [
            "2月30日",
            "4月31號下午三點",
            "June 31 at 3pm",
            "the 30th of February",
            "11/31",
            "29 Feb 2027",
            "五月三十二号",
        ],
    )
    def test_it_is_said_with_the_words(self, text):
        ((words, moment),) = times(text)
        assert words == normalize(text).text.replace("the ", "", 1 if words.startswith("30th") else 0)
        assert moment.value == {"grain": "day", "note": "no_such_day"}

    @pytest.mark.parametrize("text", ["2月29日", "29 Feb 2028", "2028-02-29"])
    def test_a_leap_day(self, text):
        (found,) = [moment for _, moment in times(text)]
        assert found.note == ("no_such_day" if text == "2月29日" else "")
