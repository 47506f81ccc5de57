"""A thing that is bought, or was, though a reward is called so as well: "not points, I want to buy it", 我買的那罐茶,
"what is in the coffee set". Whatever it sounds like, it is no wish for rewards."""

import re
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.asked import whereabouts
from actions.kit.words import lexicon
from bot.hearing.message.said import Said
from bot.hearing.steps import FALLBACK, FROM_FOCUS, confidence_of, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import normalise

PRODUCT, PARCEL, INFORM, INVOICE = "ask_product", "ask_parcel", "inform", "ask_invoice"
OF_REWARDS = frozenset({"ask_rewards", "redeem_points", "ask_vouchers"})
OF_POINTS = OF_REWARDS | {"dispute_points", "ask_points_rules", "ask_points_history", "ask_points_balance"}
"""What words that only say "not points" are taken for."""
OPEN = frozenset({FALLBACK, "out_of_scope", INFORM})
SURE = 0.75
"""Confidence from which a wish for a reward stands where nothing says otherwise."""
_POINTS_SAID = re.compile(
    r"积分|点数|(?<=\d)分|(?<!退)换(?!货|码|色|大|小|新|成|一)|兑|礼品|券|\b(?:points?|redeem|rewards?|vouchers?|coupons?|swap)\b"
)
_BOUGHT = re.compile(
    r"(?:我|刚|上次|之前|前几天|昨天|昨日)[^，。]{0,6}(?:买|订|拍|收到|下单)(?:的|咗|了|到)"
    r"|(?:收到|到手)的|[这那嗰呢](?:一)?(?:张|笔|个)?单|订单|下的单"
    r"|\b(?:i|we) (?:have |ve |just )*(?:bought|ordered|got|purchased|received)\b|\bgot my\b"
    r"|\bmy order\b|\b(?:the|that|my) [\w -]{2,24} order\b"
)
_AS_A_GIFT = re.compile(r"送人|送给|送礼|当礼物|做礼物|\b(?:as|for) an? (?:gift|present)\b")
_WHAT_IT_IS = re.compile(
    r"(?:里面|里头|入面)?(?:有|包含|包括|含)(?:些|啲)?(?:什么|啥|咩|哪些)(?!活动|优惠)"
    r"|\bwhat (?:s|is|comes) (?:in|inside|with|included in|part of)\b|\bdoes it come with\b"
)


def as_meant(said: Said, context: Context) -> Said:
    """The message with rewards heard as goods where its words say so."""
    flat = normalise(said.text)
    if intent_of(said.whole) == INVOICE:
        # An invoice is of what was bought in any case.
        return said
    if not _speaks_of_goods(said, flat, context):
        return said
    says_so = lexicon.mentions("for_money", said.text)
    clauses = [(clause, _as_goods(clause.text, parsed, says_so)) for clause, parsed in said.clauses]
    sentences = [(clause, _as_goods(clause.text, parsed, says_so)) for clause, parsed in said.sentences]
    return replace(said, whole=_as_goods(said.text, said.whole, says_so), clauses=clauses, sentences=sentences)


def _speaks_of_goods(said: Said, flat: str, context: Context) -> bool:
    if lexicon.mentions("for_money", said.text):
        # Who says it in a form that redeems declines it there.
        return context.expects.form is None
    if context.expects.form is not None or not _names_reward(said):
        return False
    points_said = _POINTS_SAID.search(flat) is not None
    if _BOUGHT.search(flat) or _AS_A_GIFT.search(flat):
        return not points_said
    asks = _WHAT_IT_IS.search(flat) or any(
        lexicon.mentions(group, said.text) for group in ("product_question", "property_topic")
    )
    return bool(asks) and not points_said and not _rewards_lately(context)


def _names_reward(said: Said) -> bool:
    heard = (said.whole, *(parsed for _, parsed in said.clauses))
    return any(each.get("entity") == "reward" for parsed in heard for each in entities_of(parsed))


def _rewards_lately(context: Context) -> bool:
    """Whether rewards are what is spoken of: then a thing that is named is the reward."""
    focus = context.focus
    places = focus.get("at") or {}
    told = int(places.get("reward", 0))
    return bool(told) and told >= max((int(place) for kind, place in places.items() if kind != "listed"), default=0)


def _as_goods(text: str, heard: Parsed, says_so: bool) -> Parsed:
    entities = [
        {**each, "entity": "product"}
        if each.get("entity") == "reward" and each.get("extractor") != FROM_FOCUS
        else each
        for each in entities_of(heard)
    ]
    heard = {**heard, "entities": entities}
    intent = intent_of(heard)
    if says_so and lexicon.mentions("for_money", text) and not lexicon.without("for_money", text).strip():
        return with_intent(heard, INFORM, confidence=confidence_of(heard))
    names = any(each.get("entity") == "product" for each in entities)
    if intent in (OF_POINTS if says_so else OF_REWARDS):
        asks = names or slot_text.is_question(text)
        return with_intent(heard, PRODUCT if asks else INFORM, confidence=max(confidence_of(heard), SURE))
    asks = slot_text.is_question(text) or lexicon.mentions("property_topic", text)
    if intent in OPEN and names and (asks or says_so or _WHAT_IT_IS.search(normalise(text))):
        # What was ordered and is asked after is a parcel: 我昨天訂的咖啡組到哪了.
        is_parcel = _BOUGHT.search(normalise(text)) and whereabouts.asked(text)
        return with_intent(heard, PARCEL if is_parcel else PRODUCT, confidence=SURE)
    return heard
