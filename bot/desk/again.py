"""The same answer twice: what would be said again word for word to other words was not what was meant.

The customer is told so, and can say it otherwise, talk to a person or be called.
"""

from collections.abc import Sequence
from hashlib import blake2b

from bot.desk import notices
from bot.hearing.danger import REPORT_DANGER
from bot.hearing.steps import TALK
from crm_store.conversations import LastAnswer
from crm_store.language import Language
from crm_store.messages import Reply
from crm_store.text import normalise

MAY_BE_REPEATED = (TALK - {"inform", "help"}) | {REPORT_DANGER, "opt_in", "opt_out", "undo", "change_language"}
"""Courtesies, what to do in danger, and acts whose confirmation is true each time."""


def given(replies: Sequence[Reply], text: str, before: LastAnswer | None) -> LastAnswer | None:
    """What stands in the context after this answer to `text`; None where nothing was said. `times`: how often running
    the same answer came up."""
    answer = "\n".join(reply.text for reply in replies if reply.text)
    if not answer:
        return None
    said = LastAnswer(answer=_digest(answer), to=_digest(normalise(text)))
    return LastAnswer(said.answer, said.to, before.times + 1) if before and before.answer == said.answer else said


def is_repeated(said: LastAnswer | None, before: LastAnswer | None, intents: Sequence[str]) -> bool:
    """Whether the very answer given last comes up again for another message; what was asked twice in the same words is
    answered twice."""
    if said is None or before is None or set(intents) & MAY_BE_REPEATED:
        return False
    return said.answer == before.answer and said.to != before.to


def instead(replies: Sequence[Reply], said: LastAnswer, *, in_form: bool, language: Language) -> list[Reply]:
    """What is said in place of the replies, in words that alternate as well. The question of an open form is asked all
    the same, after a word that something else may be said."""
    if in_form:
        return [notices.plain("asked_already", language), *replies]
    return [notices.told_already(said.times, language)]


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
