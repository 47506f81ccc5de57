"""A score typed after the question for one: 5, 四分, "two stars", ⭐⭐⭐, "9 out of 10", with or without a reason."""

import json
import re
from dataclasses import dataclass, replace
from functools import cache

from bot.hearing.danger import danger
from bot.hearing.message.said import Said
from bot.hearing.steps import confidence_of, intent_of, with_intent
from crm_store.conversations import Expectation, Parsed
from crm_store.surveys import SCALES, SurveyKind
from crm_store.text import normalise

RATE = "/rate_service"
RATE_SERVICE, INFORM = "rate_service", "inform"
LIKELY = 0.3
"""Confidence below which the next likely is a mere guess."""
_DATE = re.compile(r"(?<![\d/])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?![\d/])")
_RATES = re.compile(
    r"[分星⭐🌟★评打给]|满意|服务|客服|体验"
    r"|\b(?:stars?|points?|scores?|rat(?:e|ed|es|ing)|giv(?:e|es)|gave|service|out of"
    r"|experience|satisf\w+|helpful|solid)\b"
)
"""Words of one who rates; without them 6/10 beside other words is a day."""
_NOT_RATED = re.compile(
    r"(?:没有?|冇|不是|唔系|哪有|谁)(?:在|有|要|想|给|帮)*(?:你们?|您)?(?:打|评|给|俾)?(?:什么|咩|过)?(?:评分|评价|打分|分数|分)"
    r"|什么.{0,2}\d+分|\d+分.{0,6}(?:取消|撤|删|不算|作废|不是我|唔系我|去掉|拿掉)"
    r"|(?:取消|撤[销掉回]?|删[掉除]?|去掉|拿掉)(?:那|个|嗰|刚才|的|这)*\d+分"
    r"|\b(?:(?:did not|didn t|never|wasn t|was not|not) (?:\w+ ){0,3}(?:rat(?:e|ed|ing)|scor(?:e|ed|ing))"
    r"|(?:remove|delete|cancel|undo|take back|strike) (?:that |the |my )?(?:\d+ )?(?:score|rating))\b"
)
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


def as_meant(said: Said, expects: Expectation) -> Said:
    """The message without a score that is none: a day beside what happened on it (6/10那笔), where no score was asked
    for, and one that is denied (我没有在打分). The next likely is heard."""
    if not (_is_no_score(said.text) and (asked(expects) is None or _NOT_RATED.search(normalise(said.text)))):
        return said
    return replace(
        said,
        whole=_unrated(said.whole),
        clauses=[(clause, _unrated(heard)) for clause, heard in said.clauses],
        sentences=[(sentence, _unrated(heard)) for sentence, heard in said.sentences],
    )


def _is_no_score(text: str) -> bool:
    flat = normalise(text)
    is_day = _DATE.search(text) is not None and _DATE.sub("", text).strip() != "" and not _RATES.search(flat)
    return is_day or _NOT_RATED.search(flat) is not None


def _unrated(parsed: Parsed) -> Parsed:
    """Heard as the next likely; a mere guess says no more than that something was told."""
    if intent_of(parsed) != RATE_SERVICE:
        return parsed
    other = danger.as_next_best(parsed, than=RATE_SERVICE)
    return other if confidence_of(other) >= LIKELY else with_intent(parsed, INFORM)


@cache
def _pattern(high: int) -> re.Pattern[str]:
    """How a score on a scale up to `high` is written; the scale may be named, another one is left to the extractor."""
    names = sorted((name for name, value in _NAMED.items() if value <= high), key=len, reverse=True)
    of = "|".join(name for name, value in _NAMED.items() if value == high and name.isascii())
    return re.compile(
        rf"\s*{_LEAD_IN}(?P<value>\d{{1,2}}|{'|'.join(names)})(?:\s*(?:/\s*{high}|out of (?:{high}|{of})))?{_END}",
        re.IGNORECASE,
    )
