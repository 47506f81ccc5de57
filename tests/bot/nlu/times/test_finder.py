"""Noon of the clock in these tests: Monday, 23 November 2026, 10:30 in Shanghai."""

from datetime import datetime, timezone

import pytest

from bot.nlu.text.normalizer import normalize
from bot.nlu.times.atoms import ASIA_SHANGHAI
from bot.nlu.times.finder import find_times
from tests.bot.nlu.awkward import AWKWARD

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ASIA_SHANGHAI)


def times(text):
    known = normalize(text)
    return [(known.text[found.start : found.end], found) for found in find_times(known.text, NOW)]


def only(text):
    found = times(text)
    assert len(found) == 1, found
    words, moment = found[0]
    return words, f"{moment.begin:%m-%d %H:%M}", f"{moment.finish:%m-%d %H:%M}", moment.grain


class TestChinese:
    @pytest.mark.parametrize(
        ("text", "words", "begin", "finish", "grain"),
        [
            ("明天下午三点打给我", "明天下午三点", "11-24 15:00", "11-24 16:00", "hour"),
            ("下周二可以", "下周二", "12-01 00:00", "12-02 00:00", "day"),
            ("今晚8点以后", "今晚8点以后", "11-23 20:00", "11-24 00:00", "hour"),
            ("五一前能到吗", "五一前", "11-23 10:30", "05-01 00:00", "day"),
            ("明早十点半", "明早十点半", "11-24 10:30", "11-24 11:00", "minute"),
            ("后天中午12点到1点之间", "后天中午12点到1点", "11-25 12:00", "11-25 13:00", "hour"),
            ("晚上8-10点", "晚上8-10点", "11-23 20:00", "11-23 22:00", "hour"),
            ("周一到周五", "周一到周五", "11-23 00:00", "11-28 00:00", "day"),
            ("禮拜天下午", "礼拜天下午", "11-29 12:00", "11-29 18:00", "part"),
            ("聽日下晝三點", "明天下午三点", "11-24 15:00", "11-24 16:00", "hour"),
            ("下个月5号", "下个月5号", "12-05 00:00", "12-06 00:00", "day"),
            ("半小时后", "半小时后", "11-23 11:00", "11-23 11:30", "minute"),
            ("三天内", "三天内", "11-23 10:30", "11-26 10:30", "day"),
            ("3天前下的单", "3天前", "11-20 00:00", "11-21 00:00", "day"),
            ("上个月15号", "上个月15号", "10-15 00:00", "10-16 00:00", "day"),
            ("12月14日", "12月14日", "12-14 00:00", "12-15 00:00", "day"),
            ("晚上十二点", "晚上十二点", "11-24 00:00", "11-24 01:00", "hour"),
            ("周末都行", "周末", "11-28 00:00", "11-30 00:00", "weekend"),
            ("中秋节前", "中秋节前", "11-23 10:30", "09-15 00:00", "day"),
            ("下午一点", "下午一点", "11-23 13:00", "11-23 14:00", "hour"),
            ("今晚一点", "今晚一点", "11-24 01:00", "11-24 02:00", "hour"),
            ("半夜12点", "半夜12点", "11-24 00:00", "11-24 01:00", "hour"),
            ("早8点", "早8点", "11-24 08:00", "11-24 09:00", "hour"),
            ("聽日朝早九點", "明天早上九点", "11-24 09:00", "11-24 10:00", "hour"),
            ("琴晚八點打過", "昨晚八点", "11-22 20:00", "11-22 21:00", "hour"),
            ("聽朝", "明早", "11-24 06:00", "11-24 12:00", "part"),
            ("前晚收到", "前晚", "11-21 18:00", "11-22 00:00", "part"),
            ("12/5下午", "12/5下午", "12-05 12:00", "12-05 18:00", "part"),
            ("12.5号", "12.5号", "12-05 00:00", "12-06 00:00", "day"),
            ("12月5号（周六）下午", "12月5号(周六)下午", "12-05 12:00", "12-05 18:00", "part"),
            ("月底前", "月底前", "11-23 10:30", "12-01 00:00", "days"),
            ("今天之内", "今天之内", "11-23 00:00", "11-24 00:00", "day"),
            ("年前能到吗", "年前", "11-23 10:30", "02-06 00:00", "day"),
            ("聽日放工後", "明天下班后", "11-24 18:00", "11-25 00:00", "part"),
            ("周一上午", "周一上午", "11-23 08:00", "11-23 12:00", "part"),
            ("明天下班后", "明天下班后", "11-24 18:00", "11-25 00:00", "part"),
            ("午饭后", "午饭后", "11-23 13:30", "11-24 00:00", "part"),
        ],
    )
    def test_time(self, text, words, begin, finish, grain):
        assert only(text) == (words, begin, finish, grain)

    def test_the_minguo_calendar_is_understood(self):
        assert times("民國八十一年五月三日")[0][1].begin.year == 1992

    def test_an_order_of_the_past_takes_the_day_gone_by(self):
        assert only("15号买的那双鞋")[1] == "11-15 00:00"
        assert only("15号送可以吗")[1] == "12-15 00:00"

    @pytest.mark.parametrize(
        ("text", "begin"),
        [
            ("那单说好周六下午送的", "11-21 12:00"),
            ("那单改到周六下午送", "11-28 12:00"),
            ("那单能不能周六下午送", "11-28 12:00"),
            ("我周六下午买的那单能不能退", "11-21 12:00"),
            ("周六下午的那單可以取消嗎", "11-21 12:00"),
            ("the order from saturday, can you cancel it", "11-21 00:00"),
        ],
    )
    def test_what_was_and_what_is_asked_for(self, text, begin):
        assert only(text)[1] == begin

    def test_both_tenses_in_one_message(self):
        assert [f"{moment.begin:%m-%d}" for _, moment in times("11号下单的，周六能到吗")] == ["11-11", "11-28"]
        ordered, wished = times("i ordered on friday, can it come on wednesday")
        assert (f"{ordered[1].begin:%m-%d}", f"{wished[1].begin:%m-%d}") == ("11-20", "11-25")

    @pytest.mark.parametrize(
        "text",
        [
            "便宜一点",
            "快一点好吗",
            "有点慢",
            "我等了三天了",
            "第3点说得不对",
            "我有20点",
            "20251214-0037",
            "早上好",
            "晚安",
            "三点建议",
            "5号电池有吗",
            "换大一号",
            "文化路188巷5号",
            "1号店",
            "我在意这一点",
            "晚一点",
            "哭了一晚上",
            "在家等一上午了",
            "12.5折",
            "内衣有货吗",
        ],
    )
    def test_no_time(self, text):
        assert times(text) == []

    @pytest.mark.parametrize(
        "text",
        [
            "尺码18号",
            "穿18號的",
            "18号的鞋有吗",
            "有18號的白色運動鞋嗎",
            "鞋子太小了，换成18号的",
            "太大了，換成18號的寄給我",
            "这双鞋改成18号",
            "口红换18号色",
            "换成38号",
            "裤子换成38号的",
        ],
    )
    def test_a_size_is_no_day(self, text):
        assert times(text) == []

    @pytest.mark.parametrize(
        "text",
        [
            "改成18号",
            "换成18号的",
            "改成18号送",
            "18号来",
            "这双鞋改成18号送",
            "鞋子的配送改成18号",
            "尺码不对，18号来换",
            "电话号码换了，18号打给我",
            "18号的鞋到哪了",
            "鞋太大，要18号的那双",
            "18日的鞋",
        ],
    )
    def test_what_is_done_on_a_day_or_left_open_is_no_size(self, text):
        assert [words for words, _ in times(text)] in (["18号"], ["18日"])

    def test_arriving_is_no_range(self):
        assert [words for words, _ in times("说好昨天到 今天还没影")] == ["昨天", "今天"]


class TestEnglish:
    @pytest.mark.parametrize(
        ("text", "words", "begin", "finish", "grain"),
        [
            ("next Friday around 4", "next Friday around 4", "12-04 16:00", "12-04 17:00", "hour"),
            ("call me tomorrow 2-3pm", "tomorrow 2-3pm", "11-24 14:00", "11-24 15:00", "hour"),
            ("in half an hour", "in half an hour", "11-23 11:00", "11-23 11:30", "minute"),
            ("between 2 and 4 pm tomorrow", "between 2 and 4 pm tomorrow", "11-24 14:00", "11-24 16:00", "hour"),
            ("by Friday please", "by Friday", "11-23 10:30", "11-28 00:00", "day"),
            ("Dec 3 at 10:30am", "Dec 3 at 10:30am", "12-03 10:30", "12-03 11:00", "minute"),
            ("10 to 2 tomorrow", "10 to 2 tomorrow", "11-24 10:00", "11-24 14:00", "hour"),
            ("tonight at 8", "tonight at 8", "11-23 20:00", "11-23 21:00", "hour"),
            ("tuesday next week", "tuesday next week", "12-01 00:00", "12-02 00:00", "day"),
            ("3 days ago", "3 days ago", "11-20 00:00", "11-21 00:00", "day"),
            ("last friday", "last friday", "11-20 00:00", "11-21 00:00", "day"),
            ("this weekend", "this weekend", "11-28 00:00", "11-30 00:00", "weekend"),
            ("anytime after 6pm tomorrow", "anytime after 6pm tomorrow", "11-24 18:00", "11-25 00:00", "hour"),
            ("4.30pm", "4.30pm", "11-23 16:30", "11-23 17:00", "minute"),
            ("tmr 3pm", "tmr 3pm", "11-24 15:00", "11-24 16:00", "hour"),
            ("5ish tomorrow", "5ish tomorrow", "11-24 17:00", "11-24 18:00", "hour"),
            ("on friday", "friday", "11-27 00:00", "11-28 00:00", "day"),
            ("last night", "last night", "11-22 18:00", "11-23 00:00", "part"),
            ("this afternoon", "this afternoon", "11-23 12:00", "11-23 18:00", "part"),
            ("after lunch", "after lunch", "11-23 13:30", "11-24 00:00", "part"),
            ("after work tomorrow", "after work tomorrow", "11-24 18:00", "11-25 00:00", "part"),
            ("by EOD", "by EOD", "11-23 10:30", "11-24 00:00", "part"),
            ("any time before 10", "any time before 10", "11-23 10:30", "11-24 10:00", "hour"),
            ("Saturday 5 December at 3pm", "Saturday 5 December at 3pm", "12-05 15:00", "12-05 16:00", "hour"),
            ("28/11", "28/11", "11-28 00:00", "11-29 00:00", "day"),
            ("end of next week", "end of next week", "12-04 00:00", "12-05 00:00", "day"),
            ("last saturday's shop", "last saturday", "11-21 00:00", "11-22 00:00", "day"),
            ("tomorrow arvo", "tomorrow arvo", "11-24 12:00", "11-24 18:00", "part"),
            ("after 6 Eastern", "after 6 Eastern", "11-24 07:00", "11-24 13:00", "hour"),
            ("my order from tuesday", "tuesday", "11-17 00:00", "11-18 00:00", "day"),
            ("early december", "early december", "12-01 00:00", "12-11 00:00", "days"),
            ("late november", "late november", "11-21 00:00", "12-01 00:00", "days"),
            ("before new year", "before new year", "11-23 10:30", "01-01 00:00", "day"),
            ("xmas eve", "xmas eve", "12-24 00:00", "12-25 00:00", "day"),
            ("at 18.30", "18.30", "11-23 18:30", "11-23 19:00", "minute"),
            ("around 10 tomorrow", "around 10 tomorrow", "11-24 10:00", "11-24 11:00", "hour"),
            ("tomorrow about 3", "tomorrow about 3", "11-24 15:00", "11-24 16:00", "hour"),
            ("abt 3 tmr", "abt 3 tmr", "11-24 15:00", "11-24 16:00", "hour"),
            ("ring me next Friday around 4 about it", "next Friday around 4", "12-04 16:00", "12-04 17:00", "hour"),
            ("next Friday around 4 for a chat?", "next Friday around 4", "12-04 16:00", "12-04 17:00", "hour"),
            ("next Friday around 4 \N{THUMBS UP SIGN}", "next Friday around 4", "12-04 16:00", "12-04 17:00", "hour"),
            ("friday afternoon roughly 4 will do", "friday afternoon roughly 4", "11-27 16:00", "11-27 17:00", "hour"),
            ("Dec 5, about 11 we are home", "Dec 5, about 11", "12-05 11:00", "12-05 12:00", "hour"),
            ("tomorrow about 3 pairs", "tomorrow", "11-24 00:00", "11-25 00:00", "day"),
            ("tomorrow about 3.5 kilos", "tomorrow", "11-24 00:00", "11-25 00:00", "day"),
            ("tomorrow about 3 of them", "tomorrow", "11-24 00:00", "11-25 00:00", "day"),
            ("write to me tomorrow about my order", "tomorrow", "11-24 00:00", "11-25 00:00", "day"),
            ("what about tomorrow", "tomorrow", "11-24 00:00", "11-25 00:00", "day"),
        ],
    )
    def test_time(self, text, words, begin, finish, grain):
        assert only(text) == (words, begin, finish, grain)

    @pytest.mark.parametrize(
        "text",
        [
            "good morning",
            "may i ask a question",
            "where is my parcel now",
            "2 to 3 days",
            "after 5 orders",
            "happy new year",
        ],
    )
    def test_no_time(self, text):
        assert times(text) == []


class TestBoth:
    def test_languages_may_be_mixed(self):
        assert only("明天3pm打给我")[:2] == ("明天3pm", "11-24 15:00")

    def test_the_value_is_iso_with_the_offset_of_shanghai(self):
        assert times("明天下午三点")[0][1].value == {
            "from": "2026-11-24T15:00:00+08:00",
            "to": "2026-11-24T16:00:00+08:00",
            "grain": "hour",
        }

    def test_the_senders_clock_is_turned_to_shanghai(self):
        late_in_london = datetime(2026, 11, 23, 20, 0, tzinfo=timezone.utc)
        assert find_times("明天", late_in_london)[0].value["from"] == "2026-11-25T00:00:00+08:00"

    def test_a_letter_that_grows_when_small_moves_nothing(self):
        assert [words for words, _ in times("İİİ 明天")] == ["明天"]

    def test_now_counts_only_as_an_answer(self):
        assert [words for words, _ in times("現在就可以")] == ["现在"]
        assert times("我的包裹现在到哪了") == []

    def test_a_clock_time_gone_by_is_this_evening_or_tomorrow(self):
        assert only("8点")[1] == "11-23 20:00"
        assert only("10点")[1] == "11-24 10:00"

    @pytest.mark.timeout(20)
    def test_a_long_row_of_digits_is_read_at_once(self):
        assert times("1" * 2000) == []

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
    def test_ranges_are_never_empty(self, text):
        for _, moment in times(text):
            assert moment.begin < moment.finish


class TestTurnOfTheYear:
    @pytest.mark.parametrize(
        ("text", "begin"),
        [
            ("去年年底买的", "2025-12-25"),
            ("去年底下的单", "2025-12-25"),
            ("今年年底能到吗", "2026-12-25"),
            ("明年年底再说", "2027-12-25"),
            ("去年元旦买的", "2025-01-01"),
            ("今年元旦買的", "2026-01-01"),
            ("明年春节前后", "2027-02-06"),
            ("去年圣诞节买的", "2025-12-25"),
            ("last christmas i bought a bag", "2025-12-25"),
            ("去年3月买的", "2025-03-01"),
            ("明年3月", "2027-03-01"),
            ("2025年10月买的", "2025-10-01"),
            ("去年11月底买的", "2025-11-26"),
        ],
    )
    def test_the_year_that_is_named_is_meant(self, text, begin):
        eve = datetime(2026, 12, 31, 23, 50, tzinfo=ASIA_SHANGHAI)
        assert find_times(text, eve)[0].value["from"][:10] == begin

    def test_what_was_bought_at_the_end_of_the_year_was_bought_in_the_last_one(self):
        second = datetime(2027, 1, 2, 9, 0, tzinfo=ASIA_SHANGHAI)
        assert find_times("年底买的那单", second)[0].value["from"][:10] == "2026-12-25"
        assert find_times("年底能到吗", second)[0].value["from"][:10] == "2027-12-25"

    @pytest.mark.parametrize(
        ("text", "today", "begin"),
        [
            ("一个月后", (2026, 12, 31), "2027-01-31"),
            ("in a month", (2028, 1, 31), "2028-02-29"),
            ("两个月前", (2026, 12, 31), "2026-10-31"),
            ("半年前", (2026, 12, 31), "2026-06-30"),
            ("一年后", (2028, 2, 28), "2029-02-28"),
            ("一年前", (2028, 2, 29), "2027-02-28"),
            ("一个半月后", (2026, 11, 23), "2027-01-07"),
        ],
    )
    def test_months_and_years_are_those_of_the_calendar(self, text, today, begin):
        noon = datetime(*today, 12, 0, tzinfo=ASIA_SHANGHAI)
        assert find_times(text, noon)[0].value["from"][:10] == begin
