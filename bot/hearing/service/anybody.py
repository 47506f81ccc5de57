"""Whether a customer asks if a person is there at all, now or on a day: a question, no wish to be put through."""

import re

from crm_store.conversations import Focus
from crm_store.text import closed_up, normalise

THERE, HOURS = "there", "hours"
"""Choices of a wish for a person that only asks: whether one is there, at what hours."""
LATELY = 3
"""Messages without a subject of their own that may have come between."""
_DAY = (
    r"(?:(?:这|下|本)?个?(?:周|星期|礼拜)(?:[一二三四五六日天末])|周末|平日|工作日|大?后天|明天|明早|明晚|听日|后日|节假日|假期|假日|放假|过年"
    r"|春节|国庆|元旦|圣诞|半夜|凌晨|夜里|晚上|夜晚)"
)
_WHEN = rf"(?:现在|而家|依家|这会儿|这个点|今天|今晚|{_DAY}|你们|你哋|那边|还|仲|都|会|也)*"
_WHO = r"(?:真人|活人|人工|客服|同事)"
_AT_WORK = r"(?:在线|值班|在岗|上班|喺度|在|返工)?"
_DAY_EN = (
    r"(?:(?:on |at |over |during |this |next |the )*(?:sun|mon|tues?|wednes|thurs?|fri|satur)(?:day)?s?"
    r"|(?:on |at |over |this |the )*(?:weekends?|nights?|holidays?|christmas|new year)|tomorrow|tmrw|in the evenings?)"
)
_SOMEBODY = r"(?:any ?(?:one|body)|some ?(?:one|body))"
_ASKED = (
    re.compile(rf"{_WHEN}(?:有没有|有冇|有无)(?:{_WHO}|人){_AT_WORK}(?:吗|呢|啊|呀|么|嘛|未)?"),
    re.compile(rf"{_WHEN}有(?:{_WHO}|人){_AT_WORK}(?:吗|么|嘛|未|没|没有|冇|咩|不|否)(?:啊|呀)?"),
    re.compile(
        rf"{_WHEN}{_WHO}{_WHEN}(?:在线|在不在|在|值班|上班|喺度|喺唔喺度|下班|收工)(?:了|咗)?(?:吗|么|没|没有|未|呀|呢|嘛|不)?"
    ),
    re.compile(
        rf"(?:is|are) (?:there )?(?:{_SOMEBODY}|a (?:real |live |human )?(?:person|human|agent)|"
        r"any (?:agents?|humans?|people|staff)|people|humans|agents|your (?:team|agents|staff|people))"
        r"(?: (?:actually|really|even|still))?(?: (?:there|here|around|online|available|awake|on duty|in|working))*"
        rf"(?: (?:now|right now|at the moment|today|tonight|this late|at this hour|{_DAY_EN}))?"
    ),
    re.compile(rf"{_SOMEBODY} (?:there|here|around|online|home|in|working)(?: (?:now|right now|tonight|{_DAY_EN}))?"),
)
_HOURS = (
    re.compile(rf"{_WHEN}(?:客服)?{_WHEN}(?:上班|在线|值班|在岗|返工|开工|营业)(?:吗|么|嘛|没|没有|不|未|呢)"),
    re.compile(
        rf"{_WHEN}(?:客服)?(?:几点|什么时候|几时|啥时候|到几点|从几点)(?:开始|才|先)?(?:上班|有人|在线|返工|开工|下班)(?:在|呢|啊|呀)?"
    ),
    re.compile(
        r"(?:are|do|will) (?:you(?: guys| lot)?|they|agents|people) (?:be )?(?:here|there|in|open|around|available"
        rf"|online|working|work|at work)(?: {_DAY_EN})"
    ),
    re.compile(
        r"(?:what|when) (?:are (?:your|the) (?:chat |service |working )?hours"
        r"|time (?:do|are) you (?:start|open|back|in))"
    ),
    re.compile(r"when (?:are|will) (?:you|they|people|agents) (?:be )?(?:here|there|back|in|around|online|available)"),
)
"""The hours of the shop's or of its people, by what was spoken of."""
_LEFT_OUT = re.compile(r"^(?:请问|那|喂|你好|您好|hi|hello|hey|ok|so|and|but) ?|(?: 请问| please)$")


_PARTS = re.compile(r"[，,。.;；!！?？\n~～]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_NAMES_A_DAY = re.compile(rf"{_DAY}|\b{_DAY_EN}\b")


def asked(text: str, focus: Focus) -> str | None:
    """What is asked, as the choice of a wish for a person; hours that name nobody only where a person was spoken of."""
    if asks(text):
        return choice_of(text)
    of_a_person = focus.get("topic") == "request_human" and int(focus.get("age") or 0) <= LATELY
    return HOURS if of_a_person and asks_hours(text) else None


def choice_of(text: str) -> str:
    """The choice of a question whether somebody is there: at another time than now it is one for the hours."""
    return HOURS if names_a_day(text) else THERE


def asks(text: str) -> bool:
    """Whether each part of the text asks whether somebody is there: 有沒有真人，現在有人嗎, "anybody there?"."""
    parts = _parts(text)
    return bool(parts) and all(map(_asks, parts))


def asks_beside(text: str) -> str | None:
    """The part of a text that asks so, whatever stands beside it: 給我找個人，週日有人在不."""
    return next((part for part in _parts(text) if _asks(part)), None)


def asks_hours(text: str) -> bool:
    """Whether each part asks for hours without saying whose: 周日上班吗, "are you here on sunday"."""
    parts = _parts(text)
    return bool(parts) and all(
        any(pattern.fullmatch(closed_up(part)) for pattern in _HOURS) or _asks(part) for part in parts
    )


def names_a_day(text: str) -> bool:
    """Whether another time than now is asked about: Sunday, at night."""
    return _NAMES_A_DAY.search(closed_up(text)) is not None


def _parts(text: str) -> list[str]:
    parts = [_LEFT_OUT.sub("", part.strip()).strip() for part in _PARTS.split(text)]
    return [part for part in parts if normalise(part)]


def _asks(part: str) -> bool:
    return any(pattern.fullmatch(closed_up(part)) for pattern in _ASKED)


def _asks_hours(part: str) -> bool:
    return any(pattern.fullmatch(closed_up(part)) for pattern in _HOURS)
