"""Clocks of other places: "10am EST", 纽约时间早上九点. Such a time is what the clock shows there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: a zone's name in the database, and its winter offset in hours for a machine without that database
_NEW_YORK, _CHICAGO, _DENVER, _LOS_ANGELES = (
    ("America/New_York", -5), ("America/Chicago", -6), ("America/Denver", -7), ("America/Los_Angeles", -8),
)  # fmt: skip
_LONDON, _PARIS, _SYDNEY, _AUCKLAND, _TOKYO, _INDIA, _BANGKOK, _DUBAI, _UTC = (
    ("Europe/London", 0), ("Europe/Paris", 1), ("Australia/Sydney", 10), ("Pacific/Auckland", 12), ("Asia/Tokyo", 9),
    ("Asia/Kolkata", 5.5), ("Asia/Bangkok", 7), ("Asia/Dubai", 4), ("UTC", 0),
)  # fmt: skip
#: no entry for CST, which here is China's; Taiwan, Hong Kong, Singapore and Perth keep the same hours
_ZONES: dict[str, tuple[str, float]] = {
    **dict.fromkeys(
        ("est", "edt", "et", "eastern", "new york", "toronto", "纽约", "多伦多", "美东", "美国东部"), _NEW_YORK
    ),
    **dict.fromkeys(("cdt", "central", "chicago", "芝加哥", "美中"), _CHICAGO),
    **dict.fromkeys(("mst", "mdt", "mountain"), _DENVER),
    **dict.fromkeys(
        ("pst", "pdt", "pt", "pacific", "california", "la", "seattle", "vancouver", "洛杉矶", "旧金山", "加州",
         "西雅图", "温哥华", "美西", "美国西部"), _LOS_ANGELES,
    ),
    **dict.fromkeys(
        ("bst", "uk", "london", "british", "england", "english", "britain", "scotland", "wales", "ireland",
         "manchester", "birmingham", "liverpool", "leeds", "edinburgh", "glasgow", "cardiff", "belfast", "dublin",
         "伦敦", "英国", "英格兰", "苏格兰", "爱尔兰", "曼彻斯特", "伯明翰", "爱丁堡"), _LONDON,
    ),
    **dict.fromkeys(("gmt", "utc", "zulu", "格林尼治", "格林威治"), _UTC),
    **dict.fromkeys(
        ("cet", "cest", "paris", "berlin", "madrid", "rome", "central european", "巴黎", "柏林", "德国", "法国", "欧洲",
         "意大利", "西班牙"), _PARIS,
    ),
    **dict.fromkeys(("aest", "aedt", "sydney", "melbourne", "悉尼", "雪梨", "墨尔本", "澳洲"), _SYDNEY),
    **dict.fromkeys(("nzst", "nzdt", "auckland", "奥克兰", "新西兰", "纽西兰"), _AUCKLAND),
    **dict.fromkeys(("jst", "kst", "tokyo", "japan", "seoul", "korea", "东京", "日本", "首尔", "韩国"), _TOKYO),
    **dict.fromkeys(("ist", "india", "indian", "印度"), _INDIA),
    **dict.fromkeys(("bangkok", "thai", "曼谷", "泰国", "越南"), _BANGKOK),
    **dict.fromkeys(("dubai", "迪拜", "杜拜"), _DUBAI),
}  # fmt: skip
_OURS = ("cst", "china", "beijing", "shanghai", "hong kong", "taipei", "taiwan", "singapore", "sgt", "hkt")
_ZH_OURS = ("中国", "北京", "上海", "香港", "台湾", "台北", "新加坡", "国内", "大陆")
#: what stands behind a clock without the word "time"
_SHORT = ("uk", "est", "edt", "et", "eastern", "cdt", "mst", "mdt", "pst", "pdt", "pt", "pacific", "bst", "gmt", "utc",
          "cet", "cest", "aest", "aedt", "nzst", "nzdt", "jst", "kst", "ist", "cst", "sgt", "hkt")  # fmt: skip


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_EN = [name for name in (*_ZONES, *_OURS) if name.isascii()]
_PLACES = [name for name in _EN if len(name) > 4 and name not in _SHORT]
_ZH = [name for name in (*_ZONES, *_ZH_OURS) if not name.isascii()]
#: where words of an hour end: "half past two in Leeds", "five in the afternoon in London"
_AFTER_HOUR = "".join(f"|(?<={end} )" for end in (
    "m", r"\d", "noon", "ning", "night", "clock", "one", "two", "three", "four", "five", "six", "seven", "eight",
    "nine", "ten", "eleven", "twelve",
))[1:]  # fmt: skip
PATTERN = re.compile(
    rf"(?:\bin )?\b(?P<named>{_either(_EN)})(?: standard| daylight| summer| local)? time\b"
    rf"|\b(?P<dialled>{_either(_EN)})(?: mobile| phone| landline)? (?:number|phone|mobile|landline)\b"
    rf"|(?P<zh_dialled>{_either(_ZH)})(?:本地|当地)?的?(?:手机|电话)?(?:号码|手机|电话|座机|号)"
    rf"|(?:(?<=\d)|(?<=\d )|(?<=m )|(?<=m\. )|(?<=clock )|(?<=noon ))\(?(?P<short>{_either(_SHORT)})\b\)?"
    rf"|(?:\b(?:i'm|i am|im|i live|currently|now) in |(?:{_AFTER_HOUR})(?:over )?in )(?P<place>{_either(_PLACES)})\b"
    r"|\bin the (?P<the_place>uk)\b"
    rf"|我?(?:人|现在|这边)?在(?P<zh_place>{_either(_ZH)})(?![^,，。]{{0,6}}(?:店|仓|买))"
    rf"|(?P<zh>{_either(_ZH)})(?:当地|那边|这边)?(?:的)?时间的?",
    re.ASCII,
)


def called(said: str) -> str | None:
    """The name in the database of the zone whose clock a lower-case text speaks of; None for the shop's own, and when
    it names none."""
    zone = _spoken_of(said)
    return zone[0] if zone else None


def named(said: str) -> tzinfo | None:
    """The zone of that name."""
    zone = _spoken_of(said)
    return _zone(*zone) if zone else None


def _spoken_of(said: str) -> tuple[str, float] | None:
    zones = (_ZONES.get(next(name for name in match.groups() if name)) for match in PATTERN.finditer(said))
    return next((zone for zone in zones if zone is not None), None)


def _zone(name: str, offset: float) -> tzinfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return timezone(timedelta(hours=offset))


def elsewhere(moment: datetime, zone: tzinfo) -> datetime:
    """What the clock shows there at that moment, as if it were a moment here."""
    return moment.astimezone(zone).replace(tzinfo=moment.tzinfo)


def here(shown: datetime, zone: tzinfo) -> datetime:
    """The moment at which the clock there shows this; the inverse of `elsewhere`."""
    return shown.replace(tzinfo=zone).astimezone(shown.tzinfo)
