"""A score typed after the question for one: 5, 四分, "two stars", ⭐⭐⭐, with or without the reason behind it."""

import re
from dataclasses import dataclass

from crm_store.conversations import Expectation

RATE = "/rate_service"
_NAMED = {
    name: value
    for value, names in enumerate(("零 zero", "一 one", "二 两 兩 two", "三 three", "四 four", "五 five"))
    for name in names.split()
}
_LEAD_IN = (
    r"(?:那|就|我|给|給|打|评|評|选|選|算|个|個|你们|你們|您|你"
    r"|i ?'?d|i|would|say|give|it|you|a|an|score|rating|of|:|：|\s)*"
)
_SCORE = re.compile(
    rf"\s*{_LEAD_IN}(?P<value>\d{{1,2}}|[零一二两兩三四五]|zero|one|two|three|four|five)"
    r"(?:\s*(?:/\s*5|out of (?:5|five)))?(?P<unit>\s*(?:分|颗星|顆星|颗|顆|星|stars?\b|points?\b))?(?:吧|啦"
    r"|喔|哦|呗)?"
    r"(?P<end>\s*(?:$|[,，。.!！;；、~～\n(（-]+|\s(?=[\u4e00-\u9fff])|\s*(?:because|cos|as|since|but|for)\b"
    r"|(?:因为|因為)))",
    re.IGNORECASE,
)
_STARS = re.compile(r"\s*((?:⭐|🌟|★)️?)+\s*")


@dataclass(frozen=True, slots=True)
class Score:
    """`value` as it was said. `reason`: what was said behind it."""

    value: int
    reason: str = ""


def asked(expects: Expectation) -> bool:
    """Whether a score was asked for last."""
    return expects.is_open and any(str(option.get("payload", "")).startswith(RATE) for option in expects.options)


def said(text: str) -> Score | None:
    """The score that a text gives in answer to the question for one."""
    if _STARS.fullmatch(text):
        return Score(sum(sign in "⭐🌟★" for sign in text))
    found = _SCORE.match(text)
    if found is None:
        return None
    named = found["value"].lower()
    value = int(named) if named.isdigit() else _NAMED[named]
    return Score(value, text[found.end() :].strip(" ,，。.!！;；、~～()（）-\n"))
