"""A question that is asked again, for the last answer missed it (`objection`): the answer that missed is not given
again, and nothing else is begun in its place."""

import re
from dataclasses import replace

from actions.kit.asked import aspects_asked
from actions.kit.base import ANSWER_MISSED, ASKED_AGAIN
from bot.hearing.message import wishes
from bot.hearing.message.objection import Objection
from bot.hearing.message.said import CHOICE
from bot.hearing.message.wishes import FAQ
from bot.hearing.steps import NO_WISH, Heard, Step, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import normalise

LISTS = frozenset({"ask_rewards", "ask_recommendation"})
"""They answer a question that asks what there is, and stand in for an answer to any other."""
NAMES = frozenset({"product", "reward", "order_number", "parcel_number", "tier", "region", "city"})
"""What a question may be asked of in place of another."""
CARD, PERSON = "ask_product", "request_human"
_NO_CARD = re.compile(
    r"发货|出货|寄出|发出|(?:发|寄|送)[^，。]{0,6}(?:几天|几日|多久|几耐)|万一|要是|如果|假如"
    r"|\b(?:ship\w*|dispatch\w*|deliver\w*|what if|if (?:you|they|it)(?: don t| can t| won t| says?)?)\b"
)
"""What no product's card tells: when it is sent, how long it takes, what would be."""
_OF_GOODS = re.compile(
    r"货|库存|多少钱|几多?钱|价|尺码|码|颜色|有冇色|什么色|材质|多重|多大|卖"
    r"|\b(?:stock|price\w*|cost\w*|how much|sizes?|colou?rs?|weigh\w*|available|sell|sold|left)\b"
)
"""What a product's card does tell."""
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
    if missed.corrects:
        return heard if _only_names(missed.rest, heard) else Heard.of(step(missed, whole))
    if any(each.payload is not None for each in heard.steps):
        return heard
    left = [each for each in heard.steps if not _misses(each, missed, context)]
    if all(each.intent == FAQ for each in left):
        return Heard.of(step(missed, whole))
    kept = [each for each in heard.kept if intent_of(each) not in missed.denied]
    return replace(Heard.of(*left), kept=kept, then=heard.then)


def put_right(rest: Heard, asked: str, whole: Parsed, context: Context) -> Heard:
    """The steps of what is left where something was ruled out ("不是问包装，是问标签"): where nothing was heard in it,
    the question that was just answered is put to the articles once more, with what is left."""
    just_asked = context.answered is not None and context.answered.asked and context.expects.form is None
    says_nothing = all(each.payload is None and each.intent in NO_WISH - {"deny_act"} for each in rest.steps)
    if not just_asked or not says_nothing or not asked:
        return rest
    return Heard.of(step(Objection(asked, asks=True, corrects=True), whole))


def _only_names(rest: str, heard: Heard) -> bool:
    """Whether nothing but another thing is named, which the last question is asked of: "I meant the green tea"."""
    named = [each for step in heard.steps for each in entities_of(step.heard or {}) if each.get("entity") in NAMES]
    signs = max((int(each.get("end") or 0) - int(each.get("start") or 0) for each in named), default=0)
    return signs * 2 > len(rest)


def _misses(each: Step, missed: Objection, context: Context) -> bool:
    """Talk, what is denied, a list where one thing is asked, what would be opened where something is asked, and a
    product's card where nothing is asked that it tells, a thing merely named, or how it is sent or what would be."""
    if each.intent in missed.denied or each.intent in NO_WISH:
        return True
    if each.intent in LISTS:
        return _WHAT_THERE_IS.search(normalise(missed.rest)) is None
    if each.intent == CARD:
        asks = _OF_GOODS.search(normalise(missed.rest)) is not None or bool(aspects_asked.asked(missed.rest))
        return _NO_CARD.search(normalise(missed.rest)) is not None or not asks
    is_act = not wishes.asks(each.intent) and each.intent not in (FAQ, PERSON)
    return is_act and missed.asks
