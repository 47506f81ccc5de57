"""The card of a product (name, price, stock) is told only where the product as such is asked about.

Words that name a thing, or point at it, and are of no other clear intent are taken for a question about it. Where they
ask nothing of goods, the card answers nobody: beside another answer it falls away, and of a thing that somebody has
(7月买一个9月又买一个，两个都粘) the message is what else it sounds like: a fault, a parcel, a return.
"""

import re
from collections import defaultdict
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.asked import aspects_asked, comes_with, part_asked, purchase_asked, sent_abroad, shapes
from actions.kit.base import ALONGSIDE, IF_KNOWN
from actions.kit.words import arithmetic, budget, consent, lexicon, plainly
from bot.hearing.message import wishes
from bot.hearing.message.said import CHOICE, SECOND_WISH, Said
from bot.hearing.steps import (
    FROM_FOCUS,
    NO_WISH,
    Heard,
    Step,
    entities_of,
    intent_of,
    is_wish,
    with_intent,
)
from crm_store.conversations import Context, Parsed
from crm_store.text import normalise

CARD, FAQ, PARCEL, ORDER = "ask_product", "ask_faq", "ask_parcel", "ask_order_status"
OF_GOODS = frozenset({CARD, "ask_recommendation", "ask_promotion"})
OF_A_PURCHASE = frozenset({"report_fault", "return_or_refund", PARCEL, ORDER, "make_complaint", FAQ})
"""What words about a thing may be in place of a question about the product."""
LEAST = 0.3
"""So much of the guesses at all parts of a message makes it what it was guessed to be."""
_ASKS = (
    "price_question", "in_stock", "asks_stock", "product_question", "property_question", "property_topic",
    "size_advice",
    "size_range", "had_question", "how_many_left", "comparison", "cheaper_together", "sum_question", "goods_shipping",
    "weight_order", "price_order", "tell_when_in", "other_of_kind", "warranty_term", "about_goods", "points_word",
    "price_before", "price_until",
)  # fmt: skip
"""Groups of the lexicon by whose words something of goods is asked."""
_ASKS_OF_SEVERAL = ("which_of", "of_the_two", "either_or", "together")
"""The same in a question: 两个都粘 asks for no sum."""
_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}(?!\d)|\d{1,2} ?[月号號日]")
"""No size: 10/31."""
_AS_SUCH = re.compile(
    r"介绍|了解|怎么样|什么样|是什么|是啥|咩嚟|好不好|好唔好|好用|值得|推荐|看看|看下|睇下|想要|想买|要买|卖|有没有|有冇|[呢咧]$"
    r"|\b(?:tell me|what s|what is|what are|about|any good|worth|looking for|show|do you (?:have|sell|do)|interested)\b"
)
"""Words that ask about a product as such."""
_HAS = re.compile(
    r"(?:我|刚|上次|之前|前几天|昨天|昨日|今天|今早|上周|上星期|上礼拜|上个?月|去年|月|号|日)[^，。?？]{0,6}"
    r"(?<![想要会能])(?:买|订|拍|收到|下单|到手)|(?<![想要会能])(?:买|订|拍|收到|下单)(?:了|咗|的|嘅|过)|到货|到手"
    r"|\b(?:i|we) (?:have |ve |just |only )*(?:bought|ordered|got|purchased|received)\b|\bgot (?:my|the|it|them)\b"
    r"|[这那嗰呢](?:一)?(?:张|笔|个)?单|订单|\bmy order\b|\b(?:came|arrived|turned up)\b"
)
"""A thing that somebody has, or waits for."""


def only_where_asked(said: Said, heard: Heard, context: Context) -> Heard:
    """The steps of a message without the cards of what is merely named beside them."""
    merely = [step for step in heard.steps if _is_mere(step)]
    others = [step for step in heard.steps if step not in merely and _answers(step)]
    if not merely or not others:
        return heard
    steps: list[Step] = []
    for step in heard.steps:
        if step not in merely:
            steps.append(step)
        elif instead := _instead(step, said, others):
            steps.append(instead)
    return replace(heard, steps=Heard.of(*steps).steps)


def alone(said: Said, step: Step) -> Step:
    """The only step of a message, as what its words are where they merely name what somebody has, or point at it."""
    return (_instead(step, said, []) or step) if _is_mere(step) else step


def _is_mere(step: Step) -> bool:
    """Whether a step would tell a card, and its words ask neither about the product nor anything of it."""
    return step.intent == CARD and step.payload is None and not asks_of_goods(step.text) and not _as_such(step)


def asks_of_goods(text: str) -> bool:
    """Whether words ask something of goods, whatever it is."""
    return (
        any(lexicon.mentions(group, text) for group in _ASKS)
        or (slot_text.is_question(text) and any(lexicon.mentions(group, text) for group in _ASKS_OF_SEVERAL))
        or bool(shapes.asked(_DATE.sub(" ", text)) or aspects_asked.asked(text) or comes_with.asked(text))
        or any(found is not None for found in (plainly.heard_as(text), part_asked.asked(text), arithmetic.read(text)))
        or purchase_asked.asks_level_price(text)
        or sent_abroad.place_asked(text, None) is not None
        or budget.said(text) is not None
        or any(plainly.is_kind(kind, text) for kind in ("wish_to_buy", "how_to_order"))
    )


def _as_such(step: Step) -> bool:
    """Whether the product as such is asked about, or nothing but its name is said."""
    if _has(step):
        return False
    left = normalise(step.text)
    for each in entities_of(step.heard or {}):
        left = left.replace(normalise(str(each.get("value") or "")), " ")
    for group in ("courtesy", "product_talk", "pointing"):
        left = lexicon.without(group, left)
    return not left.strip() or _AS_SUCH.search(normalise(step.text)) is not None


def _has(step: Step) -> bool:
    """Whether the thing that is named is one that somebody has, or waits for."""
    flat = normalise(step.text)
    named = [normalise(str(each.get("value") or "")) for each in entities_of(step.heard or {})]
    return _HAS.search(flat) is not None or any(f"my {name}" in flat for name in named if name.isascii() and name)


def _answers(step: Step) -> bool:
    """Whether a step answers something, so that nobody misses the card beside it."""
    return step.payload is not None or step.intent not in NO_WISH


def _instead(step: Step, said: Said, others: list[Step]) -> Step | None:
    """What the words are in place of a card; None where they are nothing else."""
    assert step.heard is not None
    meant = _sounds_like(step, said)
    if meant is not None and (_has(step) or not _names(step.heard)):
        return _as(step, meant, others)
    if others and (slot_text.is_question(step.text) or consent.asks_back(step.text)):
        beside = " ".join(each.text for each in others)
        told = {ALONGSIDE: beside, CHOICE: IF_KNOWN}
        asked = with_intent({**step.heard, "entities": []}, FAQ, told, confidence=SECOND_WISH)
        return replace(step, heard=asked)
    return None


def _as(step: Step, intent: str, others: list[Step]) -> Step | None:
    """The step heard as that, unless another one is about the same matter."""
    if any(each.intent == intent or wishes.akin(each.intent, intent) for each in others):
        return None
    assert step.heard is not None
    return replace(step, heard=with_intent(step.heard, intent))


def _sounds_like(step: Step, said: Said) -> str | None:
    """What else the message was surely heard as, or what the guesses at its parts come to; None where that is goods."""
    if said.text != step.text and intent_of(said.whole) in OF_A_PURCHASE and is_wish(said.whole, SECOND_WISH):
        return intent_of(said.whole)
    parts = [parsed for clause, parsed in said.clauses if clause.text in step.text]
    votes: dict[str, float] = defaultdict(float)
    for parsed in ([said.whole] if said.text == step.text else []) + (parts or [step.heard or {}]):
        for each in parsed.get("intent_ranking") or []:
            votes[str(each.get("name"))] += float(each.get("confidence") or 0.0)
    # An order and its parcel are one matter.
    votes[ORDER] += votes.pop(PARCEL, 0.0)
    best = max((name for name in votes if name in OF_A_PURCHASE | OF_GOODS), key=lambda name: votes[name])
    return None if best in OF_GOODS or votes[best] < LEAST else best


def _names(heard: Parsed) -> bool:
    """Whether the words themselves name the product."""
    return any(
        each.get("entity") in ("product", "reward") and each.get("extractor") != FROM_FOCUS
        for each in entities_of(heard)
    )
