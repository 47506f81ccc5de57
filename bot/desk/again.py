"""The same answer twice: what would be said again word for word to other words was not what was meant.

A figure that is asked and stands in the answer ("how long would that be") is told by itself, else the one sentence that
holds what is asked. Else the customer is told that nothing else was found, and can say it otherwise, talk to a person
or be called.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import pairwise

from actions.kit import slot_text
from actions.kit.words import lexicon
from bot.desk import notices
from bot.hearing.danger.danger import REPORT_DANGER
from bot.hearing.message import objection
from bot.hearing.steps import TALK
from crm_store.conversations import LastAnswer
from crm_store.language import Language
from crm_store.messages import Reply
from crm_store.text import normalise

MAY_BE_REPEATED = (TALK - {"inform", "help"}) | {REPORT_DANGER, "opt_in", "opt_out", "undo", "change_language"} | {
    "request_human", "ask_complaint_status", "cancel",
}  # fmt: skip
"""Courtesies, what to do in danger, who is there, and acts whose confirmation is true each time."""
PARTS_TOLD = 2
"""So many places of an answer may each hold the figure that is asked; of more none is surely meant."""
_PART_END = re.compile(r"[。；;！!？?\n]|[，、]|,(?!\d)|:\s|：|\.(?!\d)")
_IS_MISSING = re.compile(r"[差欠缺再]|还要|\b(?:short|missing|more|another|to go|needed)\b")
"""What is missing, in whichever word: 还差多少 is answered by 再得 1,087 分."""
_LEAD = re.compile(r"^(?:so|and|but|which would|所以|因此|那么|也就是|而且|但|不过|不過)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\d,.])\d[\d,]*(?![\d.])")
_FIGURES = {
    "long": re.compile(
        r"\d[\d–-]*\s*(?:个|個)?(?:工作日|工作天|天|日|小时|小時|月|年|working days|days?|hours?|weeks?|months?|years?)"
        r"|\b\d{1,2} (?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
        re.IGNORECASE,
    ),
    "cost": re.compile(r"[¥$]\s*\d|\d\s*元|免费|免費|\bfree\b", re.IGNORECASE),
    "many": re.compile(r"(?<![\d¥,])\d[\d,]*(?![\d,]|\s*(?:元|月|日|年|个月|個月))"),
}
"""What a place of an answer holds that tells how long, what it costs, how many."""


LONGEST_PART = 120
_PARTS = re.compile(r"\n|(?<=[。；！？;!?])|(?<=[a-z)]\.)\s")
_SOURCE = re.compile(r"^[（(](?:来自|來自|from\b).*[)）]$", re.IGNORECASE)
_SAME_SIGNS = 0.7
"""Answers of one article with so many pairs of signs in common say the same."""
_SIGNS = frozenset("的了吗呢啊呀吧么是我你您们这那个有没还要能会不可以多少几什怎哪给一在就")
"""Signs that tell nothing of what is asked."""
_SHORT_WORD = 3
_SURE = 2
"""What two signs that stand side by side in both count for, over one sign."""


def given(replies: Sequence[Reply], text: str, before: LastAnswer | None) -> LastAnswer | None:
    """What stands in the context after this answer to `text`; None where nothing was said. `times`: how often running
    the same answer came up."""
    answer = "\n".join(reply.text for reply in replies if reply.text)
    if not answer:
        return None
    said = LastAnswer(answer=_digest(answer), to=_digest(normalise(text)), asked=objection.is_question(text))
    return replace(said, times=before.times + 1) if before and before.answer == said.answer else said


def told_once(replies: Sequence[Reply]) -> list[Reply]:
    """The replies of one message, without an answer of an article that says what a longer one of the same article
    says: two clauses may ask for the same."""
    return [reply for place, reply in enumerate(replies) if not _is_told_elsewhere(place, replies)]


def _is_told_elsewhere(place: int, replies: Sequence[Reply]) -> bool:
    words, source = _apart(replies[place].text or "")
    if not source:
        return False
    for other, reply in enumerate(replies):
        told, told_in = _apart(reply.text or "")
        if other == place or told_in != source or (len(told), other) < (len(words), place):
            continue
        pairs = set(pairwise(normalise(words)))
        if set(_NUMBER.findall(words)) <= set(_NUMBER.findall(told)) and (
            len(pairs & set(pairwise(normalise(told)))) >= _SAME_SIGNS * len(pairs)
        ):
            return True
    return False


def _apart(text: str) -> tuple[str, str]:
    """The words of an answer, and the line that names its article; empty where none does."""
    *told, last = text.split("\n")
    return ("\n".join(told), last) if told and _SOURCE.match(last) else (text, "")


def is_repeated(said: LastAnswer | None, before: LastAnswer | None, intents: Sequence[str]) -> bool:
    """Whether the very answer given last comes up again for another message; what was asked twice in the same words is
    answered twice."""
    if said is None or before is None or set(intents) & MAY_BE_REPEATED:
        return False
    return said.answer == before.answer and said.to != before.to


def instead(replies: Sequence[Reply], said: LastAnswer, *, text: str, in_form: bool, language: Language) -> list[Reply]:
    """What is said in place of the replies, in words that alternate as well."""
    if in_form:
        return _amid_form(replies, text, language)
    told = [reply.text for reply in replies if reply.text]
    if places := figures_asked(text, "\n".join(told)):
        return [notices.just_that(places, language)]
    part = answering_part(text, told) if said.times <= 2 else None
    return [notices.told_already(said.times, language) if part is None else notices.told_in_it(part, language)]


def _amid_form(replies: Sequence[Reply], text: str, language: Language) -> list[Reply]:
    """The form's question, the last of the replies, is asked all the same: after what answers a question, or a word
    that it cannot be answered; after a word that something else may be said, where nothing was asked."""
    if not slot_text.is_question(text) or not replies:
        return [notices.plain("asked_already", language), *replies]
    *told, question = replies
    part = answering_part(text, [reply.text for reply in told if reply.text])
    word = notices.plain("just_said", language, part=part) if part else notices.plain("not_known_here", language)
    return [word, question]


def answering_part(text: str, told: Sequence[str]) -> str | None:
    """The sentence or line of an answer that holds what `text` asks: a figure where one is asked for, and words in
    common. None where none does."""
    asks_figure = lexicon.mentions("asks_figure", text)
    parts = [part.strip(" ·") for answer in told for part in _PARTS.split(answer) if part and part.strip(" ·")]
    parts = [part for part in parts if not _SOURCE.match(part) and len(part) <= LONGEST_PART]
    scored = [(_in_common(text, part), part) for part in parts if not asks_figure or any(map(str.isdigit, part))]
    best, part = max(scored, key=lambda each: each[0], default=(0, ""))
    if asks_figure and not best and parts and not set(normalise(text)) - _SIGNS:
        # "How much, then?" names nothing: the first figure is meant.
        return next((part for part in parts if any(map(str.isdigit, part))), None)
    return part if best >= (1 if asks_figure else _SURE) else None


def _in_common(text: str, part: str) -> int:
    """How much of what is asked stands in a part: words, and of Chinese signs and pairs of signs."""
    asked, told = normalise(text), normalise(part)
    words = {word for word in asked.split() if word.isascii() and len(word) > _SHORT_WORD and word.isalpha()}
    signs = {sign for sign in asked if not sign.isascii() and sign not in _SIGNS}
    pairs = {a + b for a, b in pairwise(asked) if {a, b} <= signs}
    shared = sum(_SURE for word in words if word in told.split()) + sum(_SURE for pair in pairs if pair in told)
    return shared + sum(sign in told for sign in signs)


def figures_asked(text: str, answer: str) -> list[str]:
    """The places of an answer that hold the figure asked for; none where it is not clear which."""
    places = [_LEAD.sub("", place.strip()) for place in _PART_END.split(answer)]
    if named := _NUMBER.findall(text):
        # "So I'd get 499, right": the figure itself is asked about.
        holding = [place for place in places if set(named) & set(_NUMBER.findall(place))]
        return holding if len(holding) <= PARTS_TOLD else []
    kind = lexicon.meant("figure_asked", text)
    if kind is None:
        return []
    holding = [place for place in places if _FIGURES[kind].search(place)]
    near = [place for place in holding if _shares_a_word(place, text)]
    chosen = near if near and len(holding) > 1 else holding
    return chosen if len(chosen) <= PARTS_TOLD else []


def _shares_a_word(place: str, text: str) -> bool:
    """Whether a word that says something stands in both: short of "how many am I short" and "280 short"."""
    here, there = (set(_says_something(each)) for each in (place, text))
    return bool(here & there)


def _says_something(text: str) -> list[str]:
    flat = lexicon.without("figure_asked", normalise(text))
    words = [word for word in re.findall(r"[a-z]{4,}", flat) if word not in ("that", "this", "have", "your", "would")]
    missing = ["missing"] if _IS_MISSING.search(normalise(text)) else []
    return [*words, *missing, *re.findall(r"[剩够]", normalise(text))]


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
