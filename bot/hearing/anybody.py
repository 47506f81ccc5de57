"""Whether a customer asks if a person is there at all, now: a question, no wish to be put through."""

import re

from crm_store.text import normalise

_WHEN = r"(?:现在|而家|依家|这会儿|这个点|今天|今晚|周末|你们|你哋|还|仲)*"
_WHO = r"(?:真人|活人|人工|客服|同事)"
_AT_WORK = r"(?:在线|值班|在岗|上班|喺度|在)?"
_SOMEBODY = r"(?:any ?(?:one|body)|some ?(?:one|body))"
_ASKED = (
    re.compile(rf"{_WHEN}(?:有没有|有冇|有无)(?:{_WHO}|人){_AT_WORK}(?:吗|呢|啊|呀|么|嘛|未)?"),
    re.compile(rf"{_WHEN}有(?:{_WHO}|人){_AT_WORK}(?:吗|么|嘛|未|没|没有|冇|咩)"),
    re.compile(
        rf"{_WHEN}{_WHO}{_WHEN}(?:在线|在不在|在|值班|上班|喺度|喺唔喺度|下班|收工)(?:了|咗)?(?:吗|么|没|没有|未|呀|呢|嘛|不)?"
    ),
    re.compile(
        rf"(?:is|are) (?:there )?(?:{_SOMEBODY}|a (?:real |live |human )?(?:person|human|agent)|"
        r"any (?:agents?|humans?|people|staff)|people|humans|agents|your (?:team|agents|staff|people))"
        r"(?: (?:actually|really|even|still))?(?: (?:there|here|around|online|available|awake|on duty|in|working))*"
        r"(?: (?:now|right now|at the moment|today|tonight|this late|at this hour))?"
    ),
    re.compile(rf"{_SOMEBODY} (?:there|here|around|online|home)(?: (?:now|right now|tonight))?"),
)
_LEFT_OUT = re.compile(r"^(?:请问|那|喂|你好|您好|hi|hello|hey|ok|so|and|but) ?|(?: 请问| please)$")


def asks(text: str) -> bool:
    """Whether each part of the text asks whether somebody is there: 有沒有真人，現在有人嗎, "anybody there?"."""
    parts = [_LEFT_OUT.sub("", part.strip()).strip() for part in re.split(r"[，,。.;；!！?？\n~～]+", text)]
    parts = [normalise(part) for part in parts if normalise(part)]
    return bool(parts) and all(map(_asks, parts))


def _asks(part: str) -> bool:
    words = part if part.isascii() else part.replace(" ", "")
    return any(pattern.fullmatch(words) for pattern in _ASKED)
