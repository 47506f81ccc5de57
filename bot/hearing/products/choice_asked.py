"""Which of the goods just told is asked: 上面那两双里挑, 下雨天也去，选哪个, "which one would you take for rain". It is
a question of these, and no wish for others."""

import re

from actions.kit.words import lexicon
from bot.hearing.message import agreed
from bot.hearing.message.said import CHOICE, Said, words
from bot.hearing.steps import Heard, entities_of, intent_of
from crm_store.conversations import Context

PRODUCT, BETWEEN = "ask_product", "between"
TOPICS = frozenset({PRODUCT, "ask_recommendation", "ask_faq"})
OPEN = frozenset({
    PRODUCT, "ask_recommendation", "inform", "nlu_fallback", "out_of_scope", "ask_faq", "ask_rewards", "ask_promotion",
    "vent", "affirm", "hesitate",
})  # fmt: skip
"""What such words may be taken for."""
NOT_OF_THESE = (
    "exchange", "refund_wish", "repair_wish", "own_thing", "points_word", "sum_question", "goods_shipping",
    "price_question", "not_of_kind",
)  # fmt: skip
"""Beside these something else is asked."""
_WEIGHS = re.compile(
    r"(?:还是|還是|定系|定係).{1,16}(?:好|合适|合適|适合|適合|啱)(?:些|一点|一點|啲)?[呢啊呀]?[?？]?\s*$"
    r"|\bor\b.{1,60}\bfor\b.{1,60}\?\s*$",
    re.IGNORECASE,
)
"""One or the other for something: 轻跑鞋还是越野跑鞋好, "light or trail shoes for a rainy park?"."""


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a question; None where none is asked, no goods were told, or a form or a question is open."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects):
        return None
    text, focus = said.text, context.focus
    if intent_of(said.whole) not in OPEN or any(lexicon.mentions(group, text) for group in NOT_OF_THESE):
        return None
    goods = "listed" in focus or {"product", "product_before"} <= focus.keys()
    either = lexicon.mentions("either_or", text) and any(
        each.get("entity") == "product" for each in entities_of(said.whole)
    )
    of_these = lexicon.mentions("of_the_two", text)
    asks = lexicon.mentions("asks_choice", text)
    needs = bool(lexicon.heard("choice_need", text))
    weighs = asks or _WEIGHS.search(text) is not None
    is_asked = (goods and of_these) or (goods and asks and needs) or (either and weighs and needs)
    told = focus.get("topic") in TOPICS or either
    return Heard.of(words(said, PRODUCT, {CHOICE: BETWEEN})) if is_asked and told else None
