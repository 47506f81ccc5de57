"""A score typed after the question for one: 5, 四分, "two stars", ⭐⭐⭐, "9 out of 10", with or without a reason."""

import json
import re
from dataclasses import dataclass
from functools import cache

from crm_store.conversations import Expectation
from crm_store.surveys import SCALES, SurveyKind

RATE = "/rate_service"
_NAMED = {
    name: value
    for value, names in enumerate(
        (
            "零 zero", "一 one", "二 两 兩 two", "三 three", "四 four", "五 five", "六 six", "七 seven", "八 eight",
            "九 nine", "十 ten",
        )
    )
    for name in names.split()
}  # fmt: skip
_LEAD_IN = (
    r"(?:那|就|我|给|給|打|评|評|选|選|算|个|個|你们|你們|您|你"
    r"|i ?'?d|i|would|say|give|it|you|a|an|score|rating|of|:|：|\s)*"
)
_END = (
    r"(?P<unit>\s*(?:分|颗星|顆星|颗|顆|星|stars?\b|points?\b))?(?:吧|啦"
    r"|喔|哦|呗)?"
    r"(?P<end>\s*(?:$|[,，。.!！;；、~～\n(（-]+|\s(?=[\u4e00-\u9fff])|\s*(?:because|cos|as|since|but|for)\b"
    r"|(?:因为|因為)))"
)
_STARS = re.compile(r"\s*((?:⭐|🌟|★)️?)+\s*")


@dataclass(frozen=True, slots=True)
class Score:
    """`value` as it was said. `reason`: what was said behind it."""

    value: int
    reason: str = ""


def asked(expects: Expectation) -> SurveyKind | None:
    """Of which kind a score was asked for last; None when none was."""
    payloads = [str(option.get("payload", "")) for option in expects.options] if expects.is_open else []
    scored = next((each for each in payloads if each.startswith(RATE)), None)
    if scored is None:
        return None
    told = scored.removeprefix(RATE)
    which = json.loads(told).get("choice") if told else None
    return SurveyKind(which) if which in set(SurveyKind) else SurveyKind.CSAT


def said(text: str, kind: SurveyKind = SurveyKind.CSAT) -> Score | None:
    """The score that a text gives in answer to the question of that kind."""
    if _STARS.fullmatch(text):
        return Score(sum(sign in "⭐🌟★" for sign in text))
    found = _pattern(SCALES[kind].high).match(text)
    if found is None:
        return None
    named = found["value"].lower()
    value = int(named) if named.isdigit() else _NAMED[named]
    return Score(value, text[found.end() :].strip(" ,，。.!！;；、~～()（）-\n"))


@cache
def _pattern(high: int) -> re.Pattern[str]:
    """How a score on a scale up to `high` is written; the scale may be named, another one is left to the extractor."""
    names = sorted((name for name, value in _NAMED.items() if value <= high), key=len, reverse=True)
    of = "|".join(name for name, value in _NAMED.items() if value == high and name.isascii())
    return re.compile(
        rf"\s*{_LEAD_IN}(?P<value>\d{{1,2}}|{'|'.join(names)})(?:\s*(?:/\s*{high}|out of (?:{high}|{of})))?{_END}",
        re.IGNORECASE,
    )
