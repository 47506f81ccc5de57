"""A question that is asked again, for the last answer missed it (`objection`): the answer that missed is not given
again, and nothing else is begun in its place."""

import re
from dataclasses import replace

from actions.kit import aspects_asked
from actions.kit.base import ANSWER_MISSED, ASKED_AGAIN
from bot.hearing import wishes
from bot.hearing.objection import Objection
from bot.hearing.said import CHOICE
from bot.hearing.steps import NO_WISH, Heard, Step, entities_of, intent_of, with_intent
from bot.hearing.wishes import FAQ
from crm_store.conversations import Context, Parsed
from crm_store.text import normalise

LISTS = frozenset({"ask_rewards", "ask_recommendation"})
"""They answer a question that asks what there is, and stand in for an answer to any other."""
CARD, PERSON = "ask_product", "request_human"
_NO_CARD = re.compile(
    r"发货|出货|寄出|发出|(?:发|寄|送)[^，。]{0,6}(?:几天|几日|多久|几耐)|万一|要是|如果|假如"
    r"|\b(?:ship\w*|dispatch\w*|deliver\w*|what if|if (?:you|they|it)(?: don t| can t| won t| says?)?)\b"
)
"""What no product's card tells: when it is sent, how long it takes, what would be."""
_WHAT_THERE_IS = re.compile(r"什么|啥|咩|乜|哪|边|推荐|清单|\b(?:what|which|list|recommend|any)\b")


def step(missed: Objection, heard: Parsed) -> Step:
    """The question put to the shop's articles without what they just told; where the objection says no more, that the
    answer missed."""
    text = missed.rest or str(heard.get("text") or "")
    choice = ASKED_AGAIN if missed.rest else ANSWER_MISSED
    return Step(text=text, heard={**with_intent({**heard, "entities": []}, FAQ, {CHOICE: choice}), "text": text})


def anew(heard: Heard | None, missed: Objection, whole: Parsed, context: Context) -> Heard:
    """The steps of what is left without those that miss; where only questions of rules, or none, are left, it is put to
    the articles."""
    if heard is None:
        return Heard.of(step(missed, whole))
    if any(each.payload is not None for each in heard.steps):
        return heard
    left = [each for each in heard.steps if not _misses(each, missed, context)]
    if all(each.intent == FAQ for each in left):
        return Heard.of(step(missed, whole))
    kept = [each for each in heard.kept if intent_of(each) not in missed.denied]
    return replace(Heard.of(*left), kept=kept, then=heard.then)


def _misses(each: Step, missed: Objection, context: Context) -> bool:
    """Talk, what is denied, a list where one thing is asked, what would be opened where something is asked, and a
    product's card where none was named and nothing of it is asked, or where it is asked how it is sent or what would
    be."""
    if each.intent in missed.denied or each.intent in NO_WISH:
        return True
    if each.intent in LISTS:
        return _WHAT_THERE_IS.search(normalise(missed.rest)) is None
    if each.intent == CARD:
        names_goods = any(entity.get("entity") == "product" for entity in entities_of(each.heard or {}))
        asks = names_goods or bool(aspects_asked.asked(missed.rest))
        return _NO_CARD.search(normalise(missed.rest)) is not None or not asks
    is_act = not wishes.asks(each.intent) and each.intent not in (FAQ, PERSON)
    return is_act and missed.asks
