"""Holidays and sale days that customers name instead of a date, on the Gregorian and the lunar calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

#: lunar holidays as month * 100 + day, by year; outside the table they are not understood
_SPRING_FESTIVAL = {
    2024: 210, 2025: 129, 2026: 217, 2027: 206, 2028: 126, 2029: 213, 2030: 203, 2031: 123, 2032: 211, 2033: 131,
    2034: 219, 2035: 208,
}  # fmt: skip
_DRAGON_BOAT = {
    2024: 610, 2025: 531, 2026: 619, 2027: 609, 2028: 528, 2029: 616, 2030: 605, 2031: 624, 2032: 612, 2033: 601,
    2034: 620, 2035: 610,
}  # fmt: skip
_QIXI = {
    2024: 810, 2025: 829, 2026: 819, 2027: 808, 2028: 826, 2029: 816, 2030: 805, 2031: 824, 2032: 812, 2033: 801,
    2034: 820, 2035: 810,
}  # fmt: skip
_MID_AUTUMN = {
    2024: 917, 2025: 1006, 2026: 925, 2027: 915, 2028: 1003, 2029: 922, 2030: 912, 2031: 1001, 2032: 919, 2033: 908,
    2034: 927, 2035: 916,
}  # fmt: skip

Finder = Callable[[int], date | None]


def _fixed(month: int, day: int) -> Finder:
    return lambda year: date(year, month, day)


def _lunar(table: dict[int, int], shift: int = 0) -> Finder:
    def find(year: int) -> date | None:
        packed = table.get(year)
        return date(year, packed // 100, packed % 100) + timedelta(days=shift) if packed else None

    return find


def _nth_weekday(month: int, weekday: int, nth: int) -> Finder:
    """`weekday`: 0 is Monday; `nth`: 1 is the first."""

    def find(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))

    return find


def _black_friday(year: int) -> date:
    thanksgiving = _nth_weekday(11, 3, 4)(year)
    assert thanksgiving is not None
    return thanksgiving + timedelta(days=1)


SPRING_FESTIVAL = r"春节|过年|大年初一|农历新年|chinese new year|lunar new year|spring festival|cny"

#: regular expression on normalised, lower-case text, and how to find the day in a year
HOLIDAYS: dict[str, Finder] = {
    r"元旦|(?<!happy )new year(?:'?s(?: day)?)?": _fixed(1, 1),
    r"跨年夜|new year'?s eve": _fixed(12, 31),
    r"情人节|valentine'?s(?: day)?": _fixed(2, 14),
    r"三八节|妇女节|女神节": _fixed(3, 8),
    r"清明节?": _fixed(4, 5),
    r"五一节?|劳动节|may day|labou?r day": _fixed(5, 1),
    r"母亲节|mother'?s day": _nth_weekday(5, 6, 2),
    r"父亲节|father'?s day": _nth_weekday(6, 6, 3),
    r"六一节?|儿童节|children'?s day": _fixed(6, 1),
    r"六一八|618(?=活动|大促|前|后|期间|那|买|的时候|时| sale)": _fixed(6, 18),
    r"教师节": _fixed(9, 10),
    r"国庆节?|十一(?=前|后|之前|之后|以前|以后|假期|长假|期间|黄金周)|national day": _fixed(10, 1),
    r"双十一|双11|singles'? day": _fixed(11, 11),
    r"双十二|双12": _fixed(12, 12),
    r"平安夜|(?:christmas|x-?mas) eve": _fixed(12, 24),
    r"圣诞节?|christmas(?: day)?|x-?mas": _fixed(12, 25),
    r"除夕|年三十|lunar new year'?s eve": _lunar(_SPRING_FESTIVAL, -1),
    SPRING_FESTIVAL: _lunar(_SPRING_FESTIVAL),
    r"元宵节?|lantern festival": _lunar(_SPRING_FESTIVAL, 14),
    r"端午节?|dragon boat(?: festival)?": _lunar(_DRAGON_BOAT),
    r"七夕节?|qixi": _lunar(_QIXI),
    r"中秋节?|mid-?autumn(?: festival)?|moon festival": _lunar(_MID_AUTUMN),
    r"感恩节|thanksgiving": _nth_weekday(11, 3, 4),
    r"黑五|black friday": _black_friday,
}


def nearest(find: Finder, today: date, *, past: bool) -> date | None:
    """The coming day (today included), or with `past` the latest one gone by; None outside the lunar tables."""
    years = (today.year, today.year - 1) if past else (today.year, today.year + 1)
    for year in years:
        day = find(year)
        if day is not None and (day <= today if past else day >= today):
            return day
    return None
