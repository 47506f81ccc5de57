"""The small pieces of which customers build dates and times, in Chinese and English, on normalised lower-case text.

Each piece found becomes an `Atom`; `bot.nlu.times.finder` puts neighbouring atoms together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from re import Match

from bot.nlu.text import numerals
from bot.nlu.times.holidays import HOLIDAYS, SPRING_FESTIVAL, nearest
from bot.nlu.times.sizes import is_size

#: no daylight saving since 1991: a fixed offset says the same as the zone's name
ASIA_SHANGHAI = timezone(timedelta(hours=8))

DAY, PART, CLOCK, SPAN, BEFORE, AFTER, SINCE, ABOUT, AROUND, UNTIL, ZONE = (
    "day", "part", "clock", "span", "before", "after", "since", "about", "around", "until", "zone",
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
    half: str | None
    exact: bool


@dataclass(frozen=True)
class Atom:
    """`text[start:end]` means `kind`; which of the other fields is set depends on it."""

    kind: str
    start: int
    end: int
    first: datetime | None = None
    last: datetime | None = None
    grain: str = "day"
    hours: tuple[float, float] | None = None
    clock: Clock | None = None
    #: the other end of "2-4pm"
    until: Clock | None = None


Maker = Callable[[Match[str], Frame], Atom | None]

_SHORTEST_MONTH, _LONGEST_MONTH = 28, 31
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_YEARS_NAMED = {"前年": -2, "去年": -1, "上年": -1, "今年": 0, "明年": 1, "后年": 2, "last": -1, "this": 0, "next": 1}
#: a day beyond this is no slip about the calendar
_DAYS_SAID = 39

NUMBER = rf"(?:\d{{1,3}}|{numerals.CHINESE})"
EN_NUMBER = rf"(?:\d{{1,3}}|{numerals.ENGLISH}|an?|a couple of|couple of)"
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_WEEKDAYS.update({str(number): number - 1 for number in range(1, 8)})
EN_WEEKDAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday|nsday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?)"
)
_EN_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
EN_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_EN_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

ZH_DAYS = {
    "大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "昨儿": -1, "琴日": -1, "寻日": -1, "今天": 0,
    "今日": 0, "今儿": 0, "明天": 1, "明日": 1, "明儿": 1, "听日": 1, "后天": 2, "后日": 2, "大后天": 3,
}  # fmt: skip
_ZH_GLUED_DAYS = {"前": -2, "昨": -1, "琴": -1, "寻": -1, "今": 0, "当": 0, "明": 1, "听": 1, "后": 2}
EN_RELATIVE_DAYS = {
    "the day before yesterday": -2, "yesterday": -1, "today": 0, "tday": 0, "tonight": 0, "tonite": 0, "tomorrow": 1,
    "tmrw": 1, "tmr": 1, "tomorow": 1, "tommorow": 1, "tommorrow": 1, "2moro": 1, "the day after tomorrow": 2,
    "day after tomorrow": 2,
}  # fmt: skip
_ZH_UNITS = {"分钟": "minutes", "分": "minutes", "小时": "hours", "钟头": "hours", "个钟": "hours", "钟": "hours"}
_ZH_UNITS.update(
    {"天": "days", "日": "days", "周": "weeks", "星期": "weeks", "礼拜": "weeks", "月": "months", "年": "years"}
)


def at(day: date, hours: float = 0) -> datetime:
    return datetime.combine(day, time(), ASIA_SHANGHAI) + timedelta(hours=hours)


def read_number(text: str) -> int | None:
    if text in {"a", "an"}:
        return 1
    if text.endswith("couple of"):
        return 2
    return numerals.parse(text)


def days(match: Match[str], day: date, length: int = 1, grain: str = "day") -> Atom:
    return Atom(DAY, match.start(), match.end(), at(day), at(day + timedelta(days=length)), grain)


def zh_day(match: Match[str], frame: Frame) -> Atom | None:
    return days(match, frame.today + timedelta(days=ZH_DAYS[match.group()]))


def zh_glued_day(match: Match[str], frame: Frame) -> Atom | None:
    return days(match, frame.today + timedelta(days=_ZH_GLUED_DAYS[match.group()]))


def zh_weekday(match: Match[str], frame: Frame) -> Atom | None:
    return weekday_of(match, frame, _zh_week_shift(match.group(1) or ""), _WEEKDAYS[match.group(2)])


def _zh_week_shift(prefix: str) -> int | None:
    """下下周 2, 下周 1, 这周 0, 上周 -1; None when the customer named no week."""
    if not prefix:
        return None
    return prefix.count("下") - prefix.count("上")


def weekday_of(match: Match[str], frame: Frame, weeks: int | None, weekday: int) -> Atom:
    today = frame.today
    if weeks is None:
        ahead = (weekday - today.weekday()) % 7
        day = today + timedelta(days=ahead - (7 if frame.past and ahead else 0))
    else:
        day = today - timedelta(days=today.weekday()) + timedelta(days=weekday, weeks=weeks)
    return days(match, day)


def zh_week(match: Match[str], frame: Frame) -> Atom | None:
    weeks = _zh_week_shift(match.group(1) or "") or 0
    monday = frame.today - timedelta(days=frame.today.weekday()) + timedelta(weeks=weeks)
    if match.group(2) == "末":
        return days(match, monday + timedelta(days=5), 2, "weekend")
    return days(match, monday, 7, "week")


def _years_around(frame: Frame) -> tuple[int, ...]:
    return frame.today.year - 1, frame.today.year, frame.today.year + 1


def month_day(match: Match[str], frame: Frame, year: int | None, month: int, day: int) -> Atom | None:
    """Without a year: the occurrence nearest to today, so that 12月14日 in November is to come and 11月15日 is past.

    A day that no calendar has (2月30日, "31 November") has no first and no last moment.
    """
    found = []
    for candidate in [year] if year else _years_around(frame):
        try:
            found.append(date(candidate, month, day))
        except ValueError:
            continue
    if not found:
        is_date = 1 <= month <= 12 and _SHORTEST_MONTH < day <= _DAYS_SAID
        return Atom(DAY, match.start(), match.end()) if is_date else None
    return days(match, min(found, key=lambda choice: (abs((choice - frame.today).days), choice < frame.today)))


def zh_month_day(match: Match[str], frame: Frame) -> Atom | None:
    month, day = read_number(match.group("month")), read_number(match.group("day"))
    return month_day(match, frame, _year_said(match, frame), month, day) if month and day else None


def _year_said(match: Match[str], frame: Frame) -> int | None:
    """The year that stands before a month; None when none does, or one of another calendar's end."""
    year = _year_named(match, frame)
    if digits := match.group("year"):
        year = (read_number(digits) or 0) + (2000 if len(digits) == 2 else 0)
    if match.group("roc"):
        # the Republic of China's calendar, used in Taiwan: its year 1 is 1912
        year = (read_number(match.group("roc")) or 0) + 1911
    return year if year and _FIRST_YEAR <= year <= _LAST_YEAR else None


def _year_named(match: Match[str], frame: Frame) -> int | None:
    """去年, "last": which year that is; None when none is named."""
    named = match.group("named")
    return frame.today.year + _YEARS_NAMED[named.strip()] if named else None


def iso_day(match: Match[str], frame: Frame) -> Atom | None:
    return month_day(match, frame, int(match.group(1)), int(match.group(2)), int(match.group(3)))


def slash_day(match: Match[str], frame: Frame) -> Atom | None:
    """12/5 is the fifth of December; 28/11 can only be the European order."""
    first, second = int(match.group(1)), int(match.group(2))
    month, day = (second, first) if first > 12 else (first, second)
    if day > _LONGEST_MONTH:
        return None
    return month_day(match, frame, None, month, day)


def zh_day_of_month(match: Match[str], frame: Frame) -> Atom | None:
    prefix, number = match.group(1) or "", read_number(match.group(2))
    if not number or (not prefix and is_size(match)):
        return None
    if prefix:
        month = _shift_month(frame.today, prefix.count("下") - prefix.count("上"))
        return month_day(match, frame, month.year, month.month, number)
    return nearest_day_of_month(match, frame, number)


def nearest_day_of_month(match: Match[str], frame: Frame, number: int) -> Atom | None:
    for months in (0, -1, -2) if frame.past else (0, 1, 2):
        month = _shift_month(frame.today, months)
        try:
            day = month.replace(day=number)
        except ValueError:
            continue
        if day <= frame.today if frame.past else day >= frame.today:
            return days(match, day)
    return None


def _shift_month(day: date, months: int) -> date:
    """The first of the month so many months away."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def zh_month(match: Match[str], frame: Frame) -> Atom | None:
    prefix, number, place = match.group("prefix"), match.group("month"), match.group("place") or ""
    if number:
        value = read_number(number)
        if not value or value > 12:
            return None
        said = _year_said(match, frame)
        first = min(
            (date(year, value, 1) for year in ([said] if said else _years_around(frame))),
            key=lambda choice: abs((choice - frame.today).days),
        )
    else:
        first = _shift_month(frame.today, (prefix or "").count("下") - (prefix or "").count("上"))
    length = (_shift_month(first, 1) - first).days
    starts = {"初": (0, 10), "上旬": (0, 10), "中": (10, 10), "中旬": (10, 10), "下旬": (20, length - 20)}
    offset, size = starts.get(place, (length - 5, 5) if place in {"底", "末"} else (0, length))
    return days(match, first + timedelta(days=offset), size, "days" if place else "month")


def year_end(match: Match[str], frame: Frame) -> Atom | None:
    year = _year_named(match, frame)
    if year is None:
        begun = date(frame.today.year, 12, 25) <= frame.today
        year = frame.today.year - (frame.past and not begun)
    return days(match, date(year, 12, 25), 7, "days")


def before_new_year(match: Match[str], frame: Frame) -> Atom | None:
    """年前: from now to the Spring Festival."""
    day = nearest(HOLIDAYS[SPRING_FESTIVAL], frame.today, past=False)
    return Atom(SPAN, match.start(), match.end(), frame.now, at(day)) if day else None


def holiday(find: str) -> Maker:
    def make(match: Match[str], frame: Frame) -> Atom | None:
        year = _year_named(match, frame)
        day = HOLIDAYS[find](year) if year else nearest(HOLIDAYS[find], frame.today, past=frame.past)
        return days(match, day) if day else None

    return make


def en_relative_day(match: Match[str], frame: Frame) -> Atom | None:
    day = frame.today + timedelta(days=EN_RELATIVE_DAYS[match.group()])
    atom = days(match, day)
    if match.group().startswith("toni"):
        return Atom(DAY, atom.start, atom.end, at(day), at(day, 24), "day", hours=(18, 24))
    return atom


def en_weekday_number(word: str) -> int:
    """From 0, Monday."""
    return _EN_DAYS.index(word[:3])


def en_weekday(match: Match[str], frame: Frame) -> Atom | None:
    which, weekday = (match.group(1) or "").split(), en_weekday_number(match.group(2))
    if "next" in which:
        return weekday_of(match, frame, 1, weekday)
    if "this" in which:
        return weekday_of(match, frame, 0, weekday)
    if "last" in which:
        behind = (frame.today.weekday() - weekday) % 7 or 7
        return days(match, frame.today - timedelta(days=behind))
    return weekday_of(match, frame, None, weekday)


def en_span_of_days(match: Match[str], frame: Frame) -> Atom | None:
    """ "next week", "this weekend", "last month"."""
    shift = {"next": 1, "last": -1, "past": -1}.get((match.group(1) or "this").split()[-1], 0)
    if match.group(2) == "month":
        first = _shift_month(frame.today, shift)
        return days(match, first, (_shift_month(first, 1) - first).days, "month")
    monday = frame.today - timedelta(days=frame.today.weekday()) + timedelta(weeks=shift)
    if match.group(2) == "weekend":
        return days(match, monday + timedelta(days=5), 2, "weekend")
    return days(match, monday, 7, "week")


def en_month_day(match: Match[str], frame: Frame) -> Atom | None:
    month = _EN_MONTHS.index((match.group("m1") or match.group("m2"))[:3]) + 1
    year = match.group("y1") or match.group("y2")
    day = int(match.group("d1") or match.group("d2"))
    return month_day(match, frame, int(year) if year else None, month, day)


def en_day_of_month(match: Match[str], frame: Frame) -> Atom | None:
    return nearest_day_of_month(match, frame, int(match.group(1)))


def end_of(match: Match[str], frame: Frame) -> Atom | None:
    unit = match.group(2)
    if unit in {"day", "eod"}:
        return Atom(SPAN, match.start(), match.end(), frame.now, at(frame.today, 24), "part")
    if unit == "week":
        friday = frame.today + timedelta(days=(4 - frame.today.weekday()) % 7)
        return days(match, friday + timedelta(weeks="next" in match.group(1)))
    first = _shift_month(frame.today, 1 if "next" in match.group(1) else 0)
    return days(match, _shift_month(first, 1) - timedelta(days=5), 5, "days")


def _step(frame: Frame, unit: str, count: float) -> datetime:
    if unit in {"months", "years"}:
        # whole months as the calendar has them, to its last day where it is shorter; the rest in days
        months, part = divmod(count * (12 if unit == "years" else 1), 1)
        first = _shift_month(frame.today, int(months))
        longest = (_shift_month(first, 1) - first).days
        day = first.replace(day=min(frame.today.day, longest))
        return frame.now + (day - frame.today) + timedelta(days=round(30 * part))
    return frame.now + timedelta(**{unit: count})


def relative(match: Match[str], frame: Frame, unit: str, count: float, direction: str) -> Atom:
    """`direction`: "ahead" (in two hours), "ago", or "within" (in the next three days)."""
    if direction == "within":
        return Atom(SPAN, match.start(), match.end(), frame.now, _step(frame, unit, count), unit.rstrip("s"))
    moment = _step(frame, unit, count if direction == "ahead" else -count)
    if unit in {"minutes", "hours"}:
        grain = "minute" if unit == "minutes" or count < 1 else "hour"
        width = timedelta(minutes=30) if grain == "minute" else timedelta(hours=1)
        return Atom(SPAN, match.start(), match.end(), moment, moment + width, grain)
    return days(match, moment.date())


def zh_relative(match: Match[str], frame: Frame) -> Atom | None:
    count: float | None = 0.5 if match.group("n") == "半" else read_number(match.group("n"))
    if count is None:
        return None
    if match.group("half"):
        count += 0.5
    after = match.group("after") or ""
    direction = "within" if "内" in after else "ago" if "前" in after else "ahead"
    return relative(match, frame, _ZH_UNITS[match.group("unit")], count, direction)


def en_relative(match: Match[str], frame: Frame) -> Atom | None:
    words, unit = match.group("n"), match.group("unit")[:2]
    units = {"mi": "minutes", "hr": "hours", "ho": "hours", "da": "days", "we": "weeks", "mo": "months", "ye": "years"}
    count: float | None = 0.5 if words.startswith("half") else read_number(words)
    if count is None:
        return None
    before = match.group("before") or ""
    direction = (
        "ago" if match.group("after") == "ago" else "within" if "within" in before or "next" in before else "ahead"
    )
    return relative(match, frame, units[unit], count, direction)


def modifier(kind: str) -> Maker:
    return lambda match, frame: Atom(kind, match.start(), match.end())


def en_month(match: Match[str], frame: Frame) -> Atom | None:
    first, last = _en_month(frame, match.group(1))
    return days(match, first, (last - first).days, "month")


def _en_month(frame: Frame, name: str) -> tuple[date, date]:
    """The first of the month so called that is nearest to today, and the first of the one after."""
    month = _EN_MONTHS.index(name[:3]) + 1
    years = (frame.today.year - 1, frame.today.year, frame.today.year + 1)
    first = min((date(year, month, 1) for year in years), key=lambda choice: abs((choice - frame.today).days))
    return first, _shift_month(first, 1)


#: first day and number of days, counted from the first of the month; a negative day from its end
_EN_MONTH_PLACES = {"early": (0, 10), "beginning": (0, 10), "start": (0, 10), "mid": (10, 10), "middle": (10, 10),
                    "late": (-10, 10), "end": (-5, 5)}  # fmt: skip


def en_part_of_month(match: Match[str], frame: Frame) -> Atom | None:
    first, last = _en_month(frame, match.group(2))
    offset, length = _EN_MONTH_PLACES[match.group(1)]
    begin = (last if offset < 0 else first) + timedelta(days=offset)
    return days(match, begin, length, "days")


def en_weekday_of_next_week(match: Match[str], frame: Frame) -> Atom | None:
    return weekday_of(match, frame, 1, en_weekday_number(match.group(1) or match.group(2)))
