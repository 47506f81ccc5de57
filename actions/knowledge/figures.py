"""Figures in a question: amounts of money, numbers of instalments, weights, places, how long ago."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from actions.kit.words import lexicon
from actions.knowledge.vectors import plain
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

WORDS = Path(__file__).with_name("figures.yml")
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}

MORE_THAN_HALF = 0.7
"""大半年."""

_NUMBER = r"(\d[\d,]*(?:\.\d+)?|[零一二两三四五六七八九十百千万]+)"
_NOT_MONEY = (
    r"(?!\s*(?:[码黑白红蓝绿灰粉]|期|个|天|日|号|月|年|周|kg|公斤|斤|克|g\b|%|件|双|次|点|级"
    r"|months?|days?|weeks?|parts?|instal|payments?))"
)
_MONEY = (
    re.compile(rf"(?:¥|￥|\brmb|\bcny)\s*{_NUMBER}"),
    re.compile(rf"{_NUMBER}\s*(?:元|块|塊|蚊|yuan\b|rmb\b|cny\b|kuai\b)"),
)
_BARE = re.compile(rf"(?<![\d.,月])(\d{{2,6}}(?:\.\d{{1,2}})?)(?![\d.,]){_NOT_MONEY}")
_BARE_CHINESE = re.compile(rf"([一二两三四五六七八九]+[百千万][零一二三四五六七八九十百千]*){_NOT_MONEY}")
_PARTS = (
    re.compile(rf"{_NUMBER}\s*期"),
    re.compile(rf"分(?:成|开)?\s*{_NUMBER}\s*(?:个月|个)?(?=$|[^\d元块年])"),
    re.compile(r"(\d+)[\s-]*(?:monthly\s+)?(?:instal+ments?|payments?|parts|months?)\b"),
    re.compile(r"\b(?:in|into|over)\s+(\d+)\b(?!\s*(?:yuan|kuai|rmb|years?))"),
)
_PARTS_YEARS = (re.compile(rf"分{_NUMBER}年"), re.compile(r"(\d+)\s*years?\b"))
_SPAN = re.compile(
    rf"{_NUMBER}\s*(?:个)?\s*(天|日(?!期)|周|星期|礼拜|月|年|day|week|month|year)(?:s\b|\b|(?=[^a-z]|$))(半)?"
)
_DAY_OF_YEAR = re.compile(
    r"(?:(?P<year>20\d\d)\s*[年/.-]\s*|(?P<back>[去前])年\s*)?(?<![\d.])(?P<month>1[0-2]|0?[1-9])\s*月\s*(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)\s*[日号]?"
)
"""A day as it is written: 10月28 names no ten months, and 28日 of it no 28 days."""
DAY_IN_SHORT = re.compile(r"(?<![\d./])(?P<month>1[0-2]|0?[1-9])/(?P<day>3[01]|[12]\d|0?[1-9])(?![\d./%])")
"""11/3, month and day."""
_YEARS_BACK = {"去": 1, "前": 2}
_MONTH_OF_YEAR = re.compile(
    r"(?<![了过满有\d零一二三四五六七八九十])(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])\s*月(?!饼)"
)
"""去年 12 月 names a month and not twelve of them, which are 12 个月."""
_WINDOW = re.compile(
    rf"{_NUMBER}[\s-]*(?:个\s*)?(?:天|日|周|星期|月|days?\b|weeks?\b|months?\b)"
    r"(?=\s*(?:之?内|以内|无理由|鉴赏|犹豫|包退|包换|免费退"
    r"|(?:no[\s-]?questions?|free|returns?|refunds?|money back)\b))"
    rf"|\b(?:within|inside)\s+(?:the\s+)?(?:first\s+)?{_NUMBER}\s*(?:days?|weeks?|months?)\b"
)
"""A length that is a rule's own name, and nothing that has passed: 七日无理由, 7 天内, "within 14 days"."""
_HALF = re.compile(r"(大?半)\s*个?(月|年)|half an? (month|year)")
_ASKS_TODAY = re.compile(
    r"今[天日]是?系?(?:几月几?|几|多少|星期几|周几|礼拜几|什么)[号日]?"
    r"|\b(?:what|which) (?:day|date) (?:is|was) (?:it )?today\b|\btoday'?s date\b"
)
"""Today, asked for: it tells of nothing that happened today."""
_AGO = tuple(
    (re.compile(words), days)
    for words, days in (
        (r"今天|今日|刚刚|\btoday\b", 0),
        (r"昨天|昨日|噚日|\byesterday\b", 1),
        (r"前天|前日|\bday before yesterday\b", 2),
        (r"大前天|大前日", 3),
        (r"上周|上个?星期|上个?礼拜|\blast week\b", 7),
        (r"上个?月|\blast month\b", 30),
    )
)


@dataclass(frozen=True)
class Words:
    """Words for figures: `days` and `kilograms` of one unit, and English numbers."""

    days: dict[str, float]
    kilograms: dict[str, float]
    numbers: dict[str, int]


def flat(text: str) -> str:
    """One script, width and case; numbers in English words become digits."""
    text = plain(unicodedata.normalize("NFKC", text)).replace("塊", "块")
    return _english().sub(lambda found: str(words().numbers[found.group()]), text)


def amounts(text: str, *, bare: bool = False) -> list[int]:
    """Amounts of money in minor units, as said; `bare`: numbers without a currency too. What is missing is left out."""
    text = flat(text)
    patterns = (*_MONEY, _BARE, _BARE_CHINESE) if bare else _MONEY
    found: dict[int, int] = {}
    for pattern in patterns:
        for match in pattern.finditer(text):
            if not is_missing(text[: match.start(1)]) and (value := number(match[1])) is not None:
                found.setdefault(match.start(1), round(value * 100))
    return [found[at] for at in sorted(found)]


def parts(text: str) -> int | None:
    """In how many instalments somebody wants to pay."""
    text = flat(text)
    for pattern, months in (*((each, 1) for each in _PARTS), *((each, 12) for each in _PARTS_YEARS)):
        match = pattern.search(text)
        value = number(match[1]) if match else None
        if value is not None and value == int(value):
            return int(value) * months
    return None


def in_parts(text: str) -> bool:
    """Whether the words themselves count instalments: 3 期."""
    return _PARTS[0].search(flat(text)) is not None


def kilograms(text: str) -> float | None:
    match = _weight().search(flat(text))
    value = number(match[1]) if match else None
    return (value + (0.5 if match[3] else 0)) * words().kilograms[match[2]] if match and value else None


def days_said(text: str) -> float | None:
    """A length of time in days: 八个月, "two weeks", 半年."""
    text = flat(text)
    half = _HALF.search(text)
    if half:
        return words().days[half[2] or half[3]] * (MORE_THAN_HALF if (half[1] or "").startswith("大") else 0.5)
    match = _SPAN.search(text)
    value = number(match[1]) if match else None
    if match is None or value is None:
        return None
    return (value + (0.5 if match[3] else 0)) * words().days[match[2]]


_CAME = re.compile(r"收到|签收|到货|到手|寄到|送到|买了|买的|\b(?:came|arrived|received|got|bought|delivered)\b")
_OF_USE = re.compile(
    r"(?:擦|用|穿|戴|吃|喝|试|敷|睡|背|涂|抹|踩)(?:了|咗|过)?(?:差不多|才|大概|快|有)?(?:[一两二三四五六七八九十几]+|\d+)(?:天|日|个月|周|星期|晚)"
    r"|\b(?:used|using|wore|worn|tried|applied) (?:it |them |this )?(?:on )?(?:for )?(?:about |only |just )?"
    r"(?:\d+|two|three|four|five|a few|a couple of) (?:days|weeks|nights)\b"
)


def days_ago(text: str, time: Any = None, today: date | None = None) -> float | None:
    """How many days have passed since what is told of; `time`: what Rasa made of a day in the message.

    A day that is written counts to `today`; the length by which a rule is called ("7 天无理由") has not passed.
    """
    flattened = flat(text)
    written = _DAY_OF_YEAR.search(flattened) or DAY_IN_SHORT.search(flattened)
    if written is not None and today is not None and (day := _last(written, today)) is not None:
        return (today - day).days
    for named in (_DAY_OF_YEAR, DAY_IN_SHORT, _MONTH_OF_YEAR):
        flattened = named.sub(" ", flattened)
    outside = _WINDOW.sub(" ", flattened)
    said = days_said(outside)
    if said is not None or outside != flattened:
        return said
    # "It came the day before yesterday, can it still go back today": what happened is what is longest ago.
    told = _ASKS_TODAY.sub(" ", flattened)
    ago = max((days for pattern, days in _AGO if pattern.search(told)), default=None)
    if ago is None and isinstance(time, dict) and time.get("from") and today is not None:
        passed = (today - datetime.fromisoformat(time["from"]).date()).days
        return passed if passed >= 0 else None
    return ago


def only_of_use(text: str) -> bool:
    """Whether the days a text tells are those of use (擦了两天, "wore them for two days"), and none since it came."""
    flattened = normalise(text)
    return _OF_USE.search(flattened) is not None and _CAME.search(flattened) is None


def _last(written: re.Match[str], today: date) -> date | None:
    """The day that is written, the last one of its name that is not to come; None where there is no such day."""
    named = written.groupdict()
    years = [int(named["year"])] if named.get("year") else [today.year, today.year - 1]
    if named.get("back"):
        years = [today.year - _YEARS_BACK[named["back"]]]
    for year in years:
        try:
            day = date(year, int(written["month"]), int(written["day"]))
        except ValueError:
            continue
        if day <= today:
            return day
    return None


def number(text: str) -> float | None:
    """1,500 or 一千五."""
    if text[0].isascii():
        return float(text.replace(",", ""))
    total = group = digit = 0
    last = 1
    for character in text:
        if character not in _UNITS:
            digit = _DIGITS[character]
            last = last if digit else 1
        elif character == "万":
            total, group, digit, last = (total + group + digit) * 10_000, 0, 0, 10_000
        else:
            last = _UNITS[character]
            group, digit = group + (digit or 1) * last, 0
    # 一千五 is 1500, 两万四 24,000: a last digit counts in tenths of the unit before it.
    return float(total + group + (digit * last // 10 if last > 10 and digit else digit))


def is_missing(before: str) -> bool:
    """Whether the words right before an amount say that it is what is missing: 还差 7 块."""
    last_words = normalise(before[-12:])
    return any(last_words.endswith(normalise(word)) for word in lexicon.words("missing"))


@cache
def words() -> Words:
    return Words(**read_yaml(WORDS))


@cache
def _english() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted(words().numbers, key=len, reverse=True))})\b")


@cache
def _weight() -> re.Pattern[str]:
    return re.compile(rf"{_NUMBER}\s*({'|'.join(sorted(words().kilograms, key=len, reverse=True))})(?![a-z])(半)?")
