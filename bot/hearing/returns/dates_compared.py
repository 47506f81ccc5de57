"""Two terms of one refund that are held against each other: 不是说3天吗，怎么写14号, "why 14 Dec if u said 3 days"."""

import re
from dataclasses import replace

from bot.hearing.message.said import CHOICE, Said
from bot.hearing.steps import with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import closed_up

REFUND_STATUS, BOTH_DATES = "ask_refund_status", "both_dates"
_WHY = re.compile(
    r"为什么|为啥|为何|怎么|点解|咋|干嘛|不是(?:说|讲|写)|到底"
    r"|\b(?:why|whys|how come|how is it|what s with|thought (?:you|u|it) said|didn t (?:you|u) say)\b"
)
_DAYS = re.compile(
    r"(?<![\d月])[\d一二两三四五六七八九十]{1,2}个?(?:工作)?天"
    r"|\b(?:\d{1,2}|three|five|seven|two) (?:working |business )?days?\b"
)
_DATE = re.compile(
    r"\d{1,2}(?:月\d{1,2}|号|日)"
    r"|\b\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* (?:the )?\d{1,2}|\bthe \d{1,2}(?:st|nd|rd|th)\b"
)


def as_meant(said: Said, context: Context) -> Said:
    """The message, where a return was registered, with such a question asked of its money."""
    if not context.focus.get("return"):
        return said
    clauses = [(clause, _meant(clause.text, heard)) for clause, heard in said.clauses]
    is_clause = any(_compares(clause.text) for clause, _ in said.clauses)
    alone = all(_is_of_it(clause.text) for clause, _ in said.clauses)
    whole = said.whole if is_clause and not alone else _meant(said.text, said.whole)
    return replace(said, whole=whole, clauses=[] if alone and _compares(said.text) else clauses)


def _meant(text: str, heard: Parsed) -> Parsed:
    return with_intent(heard, REFUND_STATUS, {CHOICE: BOTH_DATES}) if _compares(text) else heard


def _compares(text: str) -> bool:
    flat = closed_up(text)
    return all(pattern.search(flat) for pattern in (_WHY, _DAYS, _DATE))


def _is_of_it(text: str) -> bool:
    """Whether a clause holds a part of the comparison: 不是说3天吗, 怎么写14号."""
    flat = closed_up(text)
    return any(pattern.search(flat) for pattern in (_DAYS, _DATE))
