"""The small pieces of which customers build dates and times, in Chinese and English, on normalised lower-case text.

Each piece found becomes an `Atom`; `bot.nlu.times` puts neighbouring atoms together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Callable, Dict, List, Match, Optional, Pattern, Tuple

from bot.nlu import numerals
from bot.nlu.holidays import HOLIDAYS, nearest

#: no daylight saving since 1991: a fixed offset says the same as the zone's name
ASIA_SHANGHAI = timezone(timedelta(hours=8))

DAY, PART, CLOCK, SPAN, BEFORE, AFTER, SINCE, AROUND, UNTIL = (
    "day", "part", "clock", "span", "before", "after", "since", "around", "until",
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """When the message was sent, and whether it speaks of the past ("the order of the 15th") or of what is to come."""

    now: datetime
    past: bool = False

    @property
    def today(self) -> date:
        return self.now.date()


@dataclass(frozen=True)
class Clock:
    """A time of day; `half` is "am", "pm" or None when the customer left it open."""

    hour: int
    minute: int
    half: Optional[str]
    exact: bool


@dataclass(frozen=True)
class Atom:
    """`text[start:end]` means `kind`; which of the other fields is set depends on it."""

    kind: str
    start: int
    end: int
    first: Optional[datetime] = None
    last: Optional[datetime] = None
    grain: str = "day"
    hours: Optional[Tuple[float, float]] = None
    clock: Optional[Clock] = None
    #: the other end of "2-4pm"
    until: Optional[Clock] = None


Maker = Callable[[Match[str], Frame], Optional[Atom]]

_N = rf"(?:\d{{1,3}}|{numerals.CHINESE})"
_EN = rf"(?:\d{{1,3}}|{numerals.ENGLISH}|an?|a couple of|couple of)"
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_WEEKDAYS.update({str(number): number - 1 for number in range(1, 8)})
_EN_WEEKDAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday|nsday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?)"
)
_EN_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EN_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_EN_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_PARTS: Dict[str, Tuple[float, float]] = {
    "凌晨": (0, 6), "清晨": (6, 9), "早上": (6, 12), "早晨": (6, 12), "一早": (6, 10), "上午": (8, 12), "早": (6, 12),
    "中午": (11.5, 13.5), "午饭": (11.5, 13.5), "午休": (12, 14), "下午": (12, 18), "下昼": (12, 18), "傍晚": (17, 19),
    "晚上": (18, 24), "晚间": (18, 24), "夜里": (20, 24), "半夜": (0, 5), "深夜": (22, 24), "晚": (18, 24),
    "early morning": (6, 9), "morning": (6, 12), "lunchtime": (11.5, 13.5), "lunch time": (11.5, 13.5), "lunch": (11.5, 13.5), "early afternoon": (12, 15),
    "late afternoon": (15, 18), "afternoon": (12, 18), "evening": (18, 22), "night": (18, 24),
}  # fmt: skip

_ZH_DAYS = {
    "大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "昨儿": -1, "琴日": -1, "寻日": -1, "今天": 0, "今日": 0,
    "今儿": 0, "明天": 1, "明日": 1, "明儿": 1, "听日": 1, "后天": 2, "后日": 2, "大后天": 3,
}  # fmt: skip
_ZH_GLUED_DAYS = {"昨": -1, "今": 0, "明": 1, "听": 1, "当": 0}
_EN_RELATIVE_DAYS = {
    "the day before yesterday": -2, "yesterday": -1, "today": 0, "tday": 0, "tonight": 0, "tonite": 0, "tomorrow": 1,
    "tmrw": 1, "tmr": 1, "tomorow": 1, "tommorow": 1, "tommorrow": 1, "2moro": 1, "the day after tomorrow": 2,
    "day after tomorrow": 2,
}  # fmt: skip
_ZH_UNITS = {"分钟": "minutes", "分": "minutes", "小时": "hours", "钟头": "hours", "个钟": "hours", "钟": "hours"}
_ZH_UNITS.update({"天": "days", "日": "days", "周": "weeks", "星期": "weeks", "礼拜": "weeks", "月": "months", "年": "years"})


def at(day: date, hours: float = 0) -> datetime:
    return datetime.combine(day, time(), ASIA_SHANGHAI) + timedelta(hours=hours)


def _number(text: str) -> Optional[int]:
    if text in {"a", "an"}:
        return 1
    if text.endswith("couple of"):
        return 2
    return numerals.parse(text)


def _days(match: Match[str], day: date, length: int = 1, grain: str = "day") -> Atom:
    return Atom(DAY, match.start(), match.end(), at(day), at(day + timedelta(days=length)), grain)


def _zh_day(match: Match[str], frame: Frame) -> Optional[Atom]:
    return _days(match, frame.today + timedelta(days=_ZH_DAYS[match.group()]))


def _zh_glued_day(match: Match[str], frame: Frame) -> Optional[Atom]:
    return _days(match, frame.today + timedelta(days=_ZH_GLUED_DAYS[match.group()]))


def _zh_weekday(match: Match[str], frame: Frame) -> Optional[Atom]:
    return _weekday(match, frame, _zh_week_shift(match.group(1) or ""), _WEEKDAYS[match.group(2)])


def _zh_week_shift(prefix: str) -> Optional[int]:
    """下下周 2, 下周 1, 这周 0, 上周 -1; None when the customer named no week."""
    if not prefix:
        return None
    return prefix.count("下") - prefix.count("上")


def _weekday(match: Match[str], frame: Frame, weeks: Optional[int], weekday: int) -> Atom:
    today = frame.today
    if weeks is None:
        ahead = (weekday - today.weekday()) % 7
        day = today + timedelta(days=ahead - (7 if frame.past and ahead else 0))
    else:
        day = today - timedelta(days=today.weekday()) + timedelta(days=weekday, weeks=weeks)
    return _days(match, day)


def _zh_week(match: Match[str], frame: Frame) -> Optional[Atom]:
    weeks = _zh_week_shift(match.group(1) or "") or 0
    monday = frame.today - timedelta(days=frame.today.weekday()) + timedelta(weeks=weeks)
    if match.group(2) == "末":
        return _days(match, monday + timedelta(days=5), 2, "weekend")
    return _days(match, monday, 7, "week")


def _month_day(match: Match[str], frame: Frame, year: Optional[int], month: int, day: int) -> Optional[Atom]:
    """Without a year: the occurrence nearest to today, so that 12月14日 in November is to come and 11月15日 is past."""
    found = []
    for candidate in [year] if year else [frame.today.year - 1, frame.today.year, frame.today.year + 1]:
        try:
            found.append(date(candidate, month, day))
        except ValueError:
            continue
    if not found:
        return None
    return _days(match, min(found, key=lambda choice: (abs((choice - frame.today).days), choice < frame.today)))


def _zh_month_day(match: Match[str], frame: Frame) -> Optional[Atom]:
    named, digits = match.group("named"), match.group("year")
    year = frame.today.year + {"去": -1, "今": 0, "明": 1, "前": -2}[named[0]] if named else None
    if digits:
        year = (_number(digits) or 0) + (2000 if len(digits) == 2 else 0)
    if match.group("roc"):
        # the Republic of China's calendar, used in Taiwan: its year 1 is 1912
        year = (_number(match.group("roc")) or 0) + 1911
    month, day = _number(match.group("month")), _number(match.group("day"))
    return _month_day(match, frame, year, month, day) if month and day else None


def _iso_day(match: Match[str], frame: Frame) -> Optional[Atom]:
    return _month_day(match, frame, int(match.group(1)), int(match.group(2)), int(match.group(3)))


def _slash_day(match: Match[str], frame: Frame) -> Optional[Atom]:
    return _month_day(match, frame, None, int(match.group(1)), int(match.group(2)))


def _zh_day_of_month(match: Match[str], frame: Frame) -> Optional[Atom]:
    prefix, number = match.group(1) or "", _number(match.group(2))
    if not number:
        return None
    if prefix:
        month = _shift_month(frame.today, prefix.count("下") - prefix.count("上"))
        return _month_day(match, frame, month.year, month.month, number)
    return _nearest_day_of_month(match, frame, number)


def _nearest_day_of_month(match: Match[str], frame: Frame, number: int) -> Optional[Atom]:
    for months in (0, -1, -2) if frame.past else (0, 1, 2):
        month = _shift_month(frame.today, months)
        try:
            day = month.replace(day=number)
        except ValueError:
            continue
        if day <= frame.today if frame.past else day >= frame.today:
            return _days(match, day)
    return None


def _shift_month(day: date, months: int) -> date:
    """The first of the month so many months away."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _zh_month(match: Match[str], frame: Frame) -> Optional[Atom]:
    prefix, number, place = match.group("prefix"), match.group("month"), match.group("place") or ""
    if number:
        value = _number(number)
        if not value or value > 12:
            return None
        first = min(
            (date(year, value, 1) for year in (frame.today.year - 1, frame.today.year, frame.today.year + 1)),
            key=lambda choice: abs((choice - frame.today).days),
        )
    else:
        first = _shift_month(frame.today, (prefix or "").count("下") - (prefix or "").count("上"))
    length = (_shift_month(first, 1) - first).days
    starts = {"初": (0, 10), "上旬": (0, 10), "中": (10, 10), "中旬": (10, 10), "下旬": (20, length - 20)}
    offset, size = starts.get(place, (length - 5, 5) if place in {"底", "末"} else (0, length))
    return _days(match, first + timedelta(days=offset), size, "days" if place else "month")


def _year_end(match: Match[str], frame: Frame) -> Optional[Atom]:
    return _days(match, date(frame.today.year, 12, 25), 7, "days")


def _holiday(find: str) -> Maker:
    def make(match: Match[str], frame: Frame) -> Optional[Atom]:
        day = nearest(HOLIDAYS[find], frame.today, past=frame.past)
        return _days(match, day) if day else None

    return make


def _en_relative_day(match: Match[str], frame: Frame) -> Optional[Atom]:
    day = frame.today + timedelta(days=_EN_RELATIVE_DAYS[match.group()])
    atom = _days(match, day)
    if match.group().startswith("toni"):
        return Atom(DAY, atom.start, atom.end, at(day), at(day, 24), "day", hours=(18, 24))
    return atom


def _en_weekday(match: Match[str], frame: Frame) -> Optional[Atom]:
    which, weekday = (match.group(1) or "").split(), _EN_DAYS.index(match.group(2)[:3])
    if "next" in which:
        return _weekday(match, frame, 1, weekday)
    if "this" in which:
        return _weekday(match, frame, 0, weekday)
    if "last" in which:
        behind = (frame.today.weekday() - weekday) % 7 or 7
        return _days(match, frame.today - timedelta(days=behind))
    return _weekday(match, frame, None, weekday)


def _en_span_of_days(match: Match[str], frame: Frame) -> Optional[Atom]:
    """"next week", "this weekend", "last month"."""
    shift = {"next": 1, "last": -1, "past": -1}.get((match.group(1) or "this").split()[-1], 0)
    if match.group(2) == "month":
        first = _shift_month(frame.today, shift)
        return _days(match, first, (_shift_month(first, 1) - first).days, "month")
    monday = frame.today - timedelta(days=frame.today.weekday()) + timedelta(weeks=shift)
    if match.group(2) == "weekend":
        return _days(match, monday + timedelta(days=5), 2, "weekend")
    return _days(match, monday, 7, "week")


def _en_month_day(match: Match[str], frame: Frame) -> Optional[Atom]:
    month = _EN_MONTHS.index((match.group("m1") or match.group("m2"))[:3]) + 1
    year = match.group("y1") or match.group("y2")
    day = int(match.group("d1") or match.group("d2"))
    return _month_day(match, frame, int(year) if year else None, month, day)


def _en_day_of_month(match: Match[str], frame: Frame) -> Optional[Atom]:
    return _nearest_day_of_month(match, frame, int(match.group(1)))


def _end_of(match: Match[str], frame: Frame) -> Optional[Atom]:
    unit = match.group(2)
    if unit == "day":
        return Atom(SPAN, match.start(), match.end(), frame.now, at(frame.today, 24), "part")
    if unit == "week":
        friday = frame.today + timedelta(days=(4 - frame.today.weekday()) % 7)
        return _days(match, friday)
    first = _shift_month(frame.today, 1 if "next" in match.group(1) else 0)
    return _days(match, _shift_month(first, 1) - timedelta(days=5), 5, "days")


def _step(frame: Frame, unit: str, count: float) -> datetime:
    if unit == "months":
        return frame.now + timedelta(days=30 * count)
    if unit == "years":
        return frame.now + timedelta(days=365 * count)
    return frame.now + timedelta(**{unit: count})


def _relative(match: Match[str], frame: Frame, unit: str, count: float, direction: str) -> Atom:
    """`direction`: "ahead" (in two hours), "ago", or "within" (in the next three days)."""
    if direction == "within":
        return Atom(SPAN, match.start(), match.end(), frame.now, _step(frame, unit, count), unit.rstrip("s"))
    moment = _step(frame, unit, count if direction == "ahead" else -count)
    if unit in {"minutes", "hours"}:
        grain = "minute" if unit == "minutes" or count < 1 else "hour"
        width = timedelta(minutes=30) if grain == "minute" else timedelta(hours=1)
        return Atom(SPAN, match.start(), match.end(), moment, moment + width, grain)
    return _days(match, moment.date())


def _zh_relative(match: Match[str], frame: Frame) -> Optional[Atom]:
    count: Optional[float] = 0.5 if match.group("n") == "半" else _number(match.group("n"))
    if count is None:
        return None
    if match.group("half"):
        count += 0.5
    after = match.group("after") or ""
    direction = "within" if "内" in after else "ago" if "前" in after else "ahead"
    return _relative(match, frame, _ZH_UNITS[match.group("unit")], count, direction)


def _en_relative(match: Match[str], frame: Frame) -> Optional[Atom]:
    words, unit = match.group("n"), match.group("unit")[:2]
    units = {"mi": "minutes", "hr": "hours", "ho": "hours", "da": "days", "we": "weeks", "mo": "months", "ye": "years"}
    count: Optional[float] = 0.5 if words.startswith("half") else _number(words)
    if count is None:
        return None
    before = match.group("before") or ""
    direction = "ago" if match.group("after") == "ago" else "within" if "within" in before or "next" in before else "ahead"
    return _relative(match, frame, units[unit], count, direction)


def _part(match: Match[str], frame: Frame) -> Optional[Atom]:
    return Atom(PART, match.start(), match.end(), grain="part", hours=_PARTS[match.group(1)])


def _zh_clock(match: Match[str], frame: Frame) -> Optional[Atom]:
    clock = _read_clock(match.group("h"), match.group("m") or "", "")
    return _clock(match, clock.hour, clock.minute, None, clock.exact) if clock else None


def _clock(match: Match[str], hour: int, minute: int, half: Optional[str], exact: bool) -> Atom:
    return Atom(CLOCK, match.start(), match.end(), grain="minute" if exact else "hour",
                clock=Clock(hour, minute, half, exact))  # fmt: skip


def _read_clock(hour_words: str, tail: str, half: str) -> Optional[Clock]:
    """`tail`: what stands after the hour — 半, 一刻, 三刻, minutes in digits or words, or nothing."""
    hour = _number(hour_words)
    minute = {"半": 30, "一刻": 15, "三刻": 45, "": 0}.get(tail)
    if minute is None:
        minute = _number(tail.rstrip("分")) or 0
    if hour is None or hour > 24 or minute > 59:
        return None
    return Clock(hour, minute, {"a": "am", "p": "pm"}.get(half[:1]), bool(tail))


def _clock_range(match: Match[str], frame: Frame) -> Optional[Atom]:
    named = {name: value or "" for name, value in match.groupdict().items()}
    first = _read_clock(named["h1"], named["m1"] or named["t1"], named["a1"])
    last = _read_clock(named["h2"], named["m2"] or named["t2"], named["a2"])
    if first is None or last is None:
        return None
    grain = "minute" if first.exact or last.exact else "hour"
    return Atom(CLOCK, match.start(), match.end(), grain=grain, clock=first, until=last)


def _colon_clock(match: Match[str], frame: Frame) -> Optional[Atom]:
    hour, minute = int(match.group(1)), int(match.group(2))
    half = (match.group(3) or "").replace(".", "").strip() or None
    return _clock(match, hour, minute, half, True) if hour <= 24 and minute < 60 else None


def _en_clock(match: Match[str], frame: Frame) -> Optional[Atom]:
    hour = _number(match.group(1))
    half = match.group(2).replace(".", "").replace("'", "").replace(" ", "")
    return _clock(match, hour, 0, {"am": "am", "pm": "pm"}.get(half), False) if hour and hour <= 24 else None


def _en_bare_clock(match: Match[str], frame: Frame) -> Optional[Atom]:
    hour = _number(match.group(1))
    return _clock(match, hour, 0, None, False) if hour and 1 <= hour <= 24 else None


def _en_spoken_clock(match: Match[str], frame: Frame) -> Optional[Atom]:
    hour = _number(match.group(2))
    if not hour or hour > 12:
        return None
    words = match.group(1)
    if words.endswith("to"):
        return _clock(match, hour - 1 or 12, 45, None, True)
    return _clock(match, hour, 30 if words.startswith("half") else 15, None, True)


def _modifier(kind: str) -> Maker:
    return lambda match, frame: Atom(kind, match.start(), match.end())


def _named_hour(match: Match[str], frame: Frame) -> Optional[Atom]:
    return _clock(match, 24 if match.group() == "midnight" else 12, 0, None, False)


def _en_month(match: Match[str], frame: Frame) -> Optional[Atom]:
    month = _EN_MONTHS.index(match.group(1)[:3]) + 1
    years = (frame.today.year - 1, frame.today.year, frame.today.year + 1)
    first = min((date(year, month, 1) for year in years), key=lambda choice: abs((choice - frame.today).days))
    return _days(match, first, (_shift_month(first, 1) - first).days, "month")


def _en_weekday_of_next_week(match: Match[str], frame: Frame) -> Optional[Atom]:
    return _weekday(match, frame, 1, _EN_DAYS.index((match.group(1) or match.group(2))[:3]))


_YEAR = (
    rf"(?:(?P<named>去年|今年|明年|前年)|民国(?P<roc>{_N})年|(?P<year>(?:19|20)\d\d|\d\d|[零〇一二三四五六七八九]{{4}})年)"
)
_ZH_AFTER = r"(?:以?之?后|过后|以?之?前|以?之?内)"
#: 三点建议, 第三点, 还差三点, 有20点 (points): no times of day
_NOT_A_CLOCK_BEFORE = r"(?<![有差第几用扣送换欠得满\d.])"
_HALF = r"(?:[ap]\.?m\b\.?)"
_TAIL = rf"(?:半|一刻|三刻|{numerals.CHINESE}分?|\d{{1,2}}分?)"
_HOUR = rf"(?:\d{{1,2}}|{numerals.CHINESE}|{numerals.ENGLISH})"
_RANGE_SIGN = r"\s*(?:-|~|–|—|到|至|to|and|till|until)\s*"
_EN_DAY_FOLLOWS = rf"(?=\s+(?:today|tomorrow|tmr|tonight|on\b|in the\b|this\b|next\b|{_EN_WEEKDAY}\b))"
_EN_CLOCK_FOLLOWS = (
    r"(?=\s*(?:$|[.,!?;)\u3400-\u9fff]|-|please|pls|thx|thanks|or\b|and\b|to\b|till\b|until\b|on\b|in the\b|today|tonight"
    r"|tomorrow|tmr|next\b|this\b|mon|tue|wed|thu|fri|sat|sun|though|if\b|is\b|works|would|ish|cst|beijing|bj|when\b|sharp"
    r"|because|so\b|but\b|i'|my\b))"
)


def _compile(pattern: str) -> Pattern[str]:
    # ASCII: a Chinese character next to a Latin word or a digit is a border ("明天3pm", "call我at 5").
    return re.compile(pattern, re.ASCII)


#: tried in this order at every place; the longest match wins, the earlier one among equals
RULES: List[Tuple[Pattern[str], Maker]] = [
    (_compile(r"((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?![\d-])"), _iso_day),
    (_compile(rf"(?:{_YEAR}\s*的?)?(?P<month>{_N})\s*月\s*(?P<day>{_N})\s*[日号]?(?!\d)"), _zh_month_day),
    (_compile(rf"(?<![\d./])(\d{{1,2}})/(\d{{1,2}})(?=号|日|前|后|以|之|到|\s|$|[,，。.!?])(?!\s*/)"), _slash_day),
    # 2点到4点, 2-4点, 2:30-4pm, "between 2 and 4", "10 to 2 tomorrow"
    (
        _compile(
            rf"(?<![\w./:-])(?:(?:between|from)\s+)?(?P<h1>\d{{1,2}})(?::(?P<m1>\d\d))?\s*(?P<a1>{_HALF})?(?P<t1>(?!))?{_RANGE_SIGN}"
            rf"(?P<h2>\d{{1,2}})(?::(?P<m2>\d\d))?\s*(?P<a2>{_HALF})(?P<t2>(?!))?"
        ),
        _clock_range,
    ),
    (
        _compile(
            rf"(?:\b(?:between|from)\s+|(?<![\w./:-])(?=\S+\s*\S+\s*\S+{_EN_DAY_FOLLOWS}))"
            rf"(?P<h1>\d{{1,2}}|{numerals.ENGLISH})(?::(?P<m1>\d\d))?(?P<a1>(?!))?(?P<t1>(?!))?"
            rf"{_RANGE_SIGN}(?P<h2>\d{{1,2}}|{numerals.ENGLISH})(?::(?P<m2>\d\d))?(?P<a2>(?!))?(?P<t2>(?!))?(?![\w:%])"
            rf"(?!\s*(?:days?|weeks?|months?|hours?|points?|stars?|yuan|items?|orders?|minutes?|mins?|people))"
        ),
        _clock_range,
    ),
    (
        _compile(r"(?<![\w./:-])(?P<h1>\d{1,2}):(?P<m1>\d\d)(?P<a1>(?!))?(?P<t1>(?!))?\s*(?:-|~|–|—|到|至|to)\s*"
                 r"(?P<h2>\d{1,2}):(?P<m2>\d\d)(?P<a2>(?!))?(?P<t2>(?!))?(?![\d:])"),
        _clock_range,
    ),
    (
        _compile(
            rf"{_NOT_A_CLOCK_BEFORE}(?P<h1>\d{{1,2}}|{numerals.CHINESE})(?P<a1>(?!))?(?P<m1>(?!))?"
            rf"(?:[点时]钟?(?P<t1>{_TAIL})?)?\s*(?:-|~|–|—|到|至)\s*"
            rf"(?P<h2>\d{{1,2}}|{numerals.CHINESE})(?P<a2>(?!))?(?P<m2>(?!))?[点时]钟?(?P<t2>{_TAIL})?"
        ),
        _clock_range,
    ),
    (_compile("|".join(sorted(_ZH_DAYS, key=len, reverse=True))), _zh_day),
    (_compile(r"[昨今明听当](?=[晚早朝](?!点)|(?:上午|下午|中午|凌晨|傍晚))"), _zh_glued_day),
    (_compile(r"((?:[上下]{1,2}|这|本|今)个?)?(?:周|星期|礼拜|拜)([一二三四五六日天]|[1-7](?![\d天周个]))"), _zh_weekday),
    (_compile(r"((?:[上下]{1,2}|这|本)个?)(?:周|星期|礼拜)(末)?"), _zh_week),
    (_compile(r"(这|本)?(?:周|礼拜)(末)"), _zh_week),
    (_compile(rf"((?:[上下]{{1,2}}|这|本)个?月)?(?<![大小第楼巷弄路街道段栋幢座村里\d-])({_N})[号日](?![店楼线门机码电库仓铺桌球院])"), _zh_day_of_month),
    (
        _compile(rf"(?:(?P<prefix>(?:[上下]{{1,2}}|这|本)个?)|(?P<month>{_N}))月份?(?P<place>初|中旬|上旬|下旬|底|末)?"),
        _zh_month,
    ),
    (_compile(r"(?P<prefix>)(?P<month>(?!))?月(?P<place>初|底|末)"), _zh_month),
    (_compile(r"年底|年末|end of (?:the |this )?year"), _year_end),
    (
        _compile(
            rf"(?:再?过\s*)?(?P<n>半|{_N})\s*个?(?P<half>半)?"
            rf"(?P<unit>分钟|小时|钟头|钟|天|日|周|星期|礼拜|月|年)(?P<after>{_ZH_AFTER})"
        ),
        _zh_relative,
    ),
    (
        _compile(
            rf"再?过\s*(?P<n>半|{_N})\s*个?(?P<half>半)?(?P<unit>分钟|小时|钟头|钟|天|日|周|星期|礼拜|月|年)(?P<after>)"
        ),
        _zh_relative,
    ),
    (_compile(r"(凌晨|清晨|早上|早晨|一早|上午|中午|午饭|午休|下午|下昼|傍晚|晚上|晚间|夜里|半夜|深夜)(?:时间?)?(?!好|安)"), _part),
    (_compile(r"(?<=[昨今明听天周一二三四五六日号])([早晚])(?:上|间)?(?!好|安)"), _part),
    (
        _compile(
            rf"{_NOT_A_CLOCK_BEFORE}(?<![:])(?<![有差用扣送换欠得满] )(?P<h>\d{{1,2}})\s*[点时](?!数|击|评|积)钟?整?"
            rf"(?P<m>半|一刻|三刻|{numerals.CHINESE}分?|\d{{1,2}}分?)?(?!\d)"
        ),
        _zh_clock,
    ),
    (
        _compile(
            rf"{_NOT_A_CLOCK_BEFORE}(?P<h>[二两三四五六七八九十]|十[一二])\s*[点时](?!心|评|建议|意见|问题|要求|数|击|子)"
            rf"钟?整?(?P<m>半|一刻|三刻|{numerals.CHINESE}分?|\d{{1,2}}分?)?"
        ),
        _zh_clock,
    ),
    (_compile(r"(?P<h>一)点(?:钟|整|(?=以?之?[前后]|左右|到|至|[-~])|(?P<m>半|一刻|三刻|[零二三四五]十?[五]?分))"), _zh_clock),
    (_compile(r"(?<=[午晚上晨])\s*(?P<h>一)点(?P<m>)"), _zh_clock),
    (_compile(r"(?<![\d:])(\d{1,2})(?::|\.(?=\d\d\s*[ap]m))(\d{2})(?![\d:])\s*([ap]\.?m\b\.?)?"), _colon_clock),
    (_compile(rf"(?<![\w.])(\d{{1,2}}|{numerals.ENGLISH})\s*(a\.?m\b\.?|p\.?m\b\.?|o'? ?clock\b)"), _en_clock),
    (_compile(rf"\b(half past|quarter past|quarter to)\s+(\d{{1,2}}|{numerals.ENGLISH})\b"), _en_spoken_clock),
    (
        _compile(
            rf"(?:(?<=at )|(?<=around )|(?<=about )|(?<=after )|(?<=before )|(?<=by )|(?<=until )|(?<=till )|(?<=between )"
            rf"|(?<=from )|(?<=past ))(\d{{1,2}}|{numerals.ENGLISH})(?:ish)?(?![\d:/%])(?<!\d\d\d){_EN_CLOCK_FOLLOWS}"
        ),
        _en_bare_clock,
    ),
    (_compile(r"\b(?:midnight|noon|midday)\b"), _named_hour),
    (_compile(rf"\b(?:{'|'.join(sorted(_EN_RELATIVE_DAYS, key=len, reverse=True))})\b"), _en_relative_day),
    (_compile(rf"\b((?:this coming|this|next|last|on|coming)\s+)?({_EN_WEEKDAY})\b(?!')"), _en_weekday),
    (
        _compile(rf"\bnext week\s+(?:on\s+)?({_EN_WEEKDAY})\b|\b({_EN_WEEKDAY})\s+(?:of\s+)?next week\b"),
        _en_weekday_of_next_week,
    ),
    (_compile(rf"(?:(?<=in )|(?<=by )|(?<=until )|(?<=before )|(?<=since )|(?<=this )|(?<=last ))({_EN_MONTH})\b"), _en_month),
    (_compile(r"\b((?:this|next|last|past|the|over the)\s+)(week|weekend|month)\b(?!s)"), _en_span_of_days),
    (
        _compile(
            rf"\b(?:(?P<m1>{_EN_MONTH})\.?\s+(?:the\s+)?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y1>(?:19|20)\d\d))?"
            rf"|(?:the\s+)?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<m2>{_EN_MONTH})(?:,?\s+(?P<y2>(?:19|20)\d\d))?)\b"
        ),
        _en_month_day,
    ),
    (_compile(r"\bthe\s+(\d{1,2})(?:st|nd|rd|th)\b"), _en_day_of_month),
    (_compile(r"\b((?:the )?end of (?:the |this |next )?)(day|week|month)\b"), _end_of),
    (
        _compile(
            rf"\b(?P<before>in|within(?: the next)?|(?:over |in )?the next)\s+(?:about\s+|around\s+)?"
            rf"(?P<n>half an|half a|{_EN})\s+(?P<unit>min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?)\b(?P<after>)"
        ),
        _en_relative,
    ),
    (
        _compile(
            rf"\b(?P<before>)(?P<n>half an|half a|{_EN})\s+(?P<unit>min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?|years?)"
            rf"\s+(?P<after>ago|from now|later)\b"
        ),
        _en_relative,
    ),
    (
        _compile(
            r"(?<!good )\b(?:in the |at )?(?<!good )(early morning|early afternoon|late afternoon|morning|lunch ?time|lunch|afternoon"
            r"|evening|night)\b(?!\s+(?:cream|light|lamp|shirt|dress|stand))"
        ),
        _part,
    ),
    *[(_compile(rf"(?<![a-z0-9零一二三四五六七八九十])(?:{pattern})(?![a-z0-9零一二三四五六七八九])"), _holiday(pattern)) for pattern in HOLIDAYS],
    (_compile(r"(?:以前|之前|前(?![台面天年]))"), _modifier(BEFORE)),
    (_compile(r"(?:以后|之后|过后|后(?![台面天年来]))"), _modifier(AFTER)),
    (_compile(r"起(?![来码])|开始"), _modifier(SINCE)),
    (_compile(r"左右|前后|上下"), _modifier(AROUND)),
    (_compile(r"\b(?:before|until|till|no later than)\b"), _modifier(BEFORE)),
    (_compile(r"\bby\b"), _modifier(UNTIL)),
    (_compile(r"\b(?:any ?time after|after|past)\b"), _modifier(AFTER)),
    (_compile(r"\b(?:since|from)\b"), _modifier(SINCE)),
    (_compile(r"\b(?:around|about|approximately|ish)\b|大概|大约|差不多|约"), _modifier(AROUND)),
]
