"""Goods that were asked to be sent abroad, and may have to come back: "can he send it back from there". The place that
was spoken of takes the place of "there", so that no rule of returns at home answers."""

import re
from dataclasses import replace

from actions.kit.asked import sent_abroad
from actions.kit.words import lexicon
from bot.hearing.message.said import INFORM, RETURN, Said
from bot.hearing.message.wishes import FAQ, Clause
from bot.hearing.steps import intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.labels import label
from crm_store.language import Language

_FROM_THERE = re.compile(
    r"(?:[从從自由喺响在])?(?:那[边邊里裡儿兒]|[当當]地|嗰[边邊]|嗰度)|\b(?:over |out |from )?(?:there|here)\b",
    re.IGNORECASE,
)

SEVERAL = 2
_FROM = {Language.ZH_HANS: "从", Language.ZH_HANT: "從", Language.EN: "from "}


def as_meant(said: Said, context: Context) -> Said:
    """The message with the place that was spoken of, where something is asked to be sent back from it."""
    place = str(context.focus.get(sent_abroad.FOCUS) or "")
    if not place or context.expects.form is not None or not sent_abroad.back_from_there(said.text):
        return said
    clauses = [_named(clause, heard, place) for clause, heard in said.clauses]
    text = _with_place(said.text, place, said.whole)
    whole = {**said.whole, "text": text}
    if len(clauses) < SEVERAL or intent_of(whole) == RETURN:
        whole = with_intent(whole, FAQ)
    return replace(said, text=text, whole=whole, clauses=clauses, sentences=[])


def _named(clause: Clause, heard: Parsed, place: str) -> tuple[Clause, Parsed]:
    if not sent_abroad.back_from_there(clause.text):
        # "If he doesn't like it" beside it begins no return.
        only_supposes = intent_of(heard) == RETURN and lexicon.heard("supposing", clause.text)
        return clause, with_intent(heard, INFORM) if only_supposes else heard
    text = _with_place(clause.text, place, heard)
    return replace(clause, text=text), with_intent({**heard, "text": text}, FAQ)


def _with_place(text: str, place: str, heard: Parsed) -> str:
    language = Language.of(heard.get("language"))
    name = label("place", place, language)
    return _FROM_THERE.sub(f"{_FROM[language]}{name}", text, count=1)
