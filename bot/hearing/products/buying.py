"""A wish to buy, and how or where to do it (那就来一双, 你这儿能直接下单不, "can you order it for me"): no change of an
order there was. What is in hand is told with its price, stock and sizes, and beside it where orders are placed."""

import re
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.words import lexicon, plainly
from bot.hearing.message import agreed
from bot.hearing.message.said import CHOICE, Said, parts
from bot.hearing.steps import Heard, Step, confidence_of, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Focus, Parsed

PRODUCT, FAQ = "ask_product", "ask_faq"
HOW, WISH = "how_to_order", "wish_to_buy"
NUMBERS = frozenset({"order_number", "parcel_number"})
OF_AN_ORDER = frozenset({"change_order", "ask_order_status", "cancel_order", "ask_parcel"})
"""What such a message, and what stands beside it (直接寄到我妈那儿行不行), may be taken for."""
_PARTS = re.compile(r"[,，.。!！;；]+")
GOODS, NOT_GOODS = ("product", "listed", "suggested"), ("order", "parcel", "reward", "return")
NOT_BUYING = ("exchange", "refund_wish", "redemption", "points_word", "already_ordered")


def as_meant(said: Said, context: Context) -> Said:
    """The message with what sounds like a change of an order heard as a question of the rule: none is placed yet."""
    if _buys(said, context) is None:
        return said
    clauses = [(clause, _of_a_rule(heard)) for clause, heard in said.clauses]
    sentences = [(clause, _of_a_rule(heard)) for clause, heard in said.sentences]
    return replace(said, whole=_of_a_rule(said.whole), clauses=clauses, sentences=sentences)


def heard(said: Said, context: Context) -> Heard | None:
    """What is in hand and where orders are placed, what was asked first; None where nothing is to be bought."""
    text = _buys(said, context)
    if text is None:
        return None
    how = Step(text=text, heard=with_intent(said.whole, FAQ) | {"text": text, "entities": []})
    named = [each for each in entities_of(said.whole) if each.get("entity") == "product"]
    in_hand = _in_hand(context.focus)
    if not named and not in_hand:
        return Heard.of(how)
    # Of several that were listed the words say which: 37灰的来一双.
    told = {CHOICE: str(context.focus["product"])} if in_hand == "product" and not named else {}
    if not told and not named and not plainly.is_kind(WISH, text):
        return Heard.of(how)
    goods = with_intent({**said.whole, "entities": named}, PRODUCT, told) | {"text": text}
    in_stock = Step(text=text, heard=goods)
    # Who asks whether it can be ordered here is answered first: "Yes: it comes in 39" would read as a yes to that.
    return Heard.of(how, in_stock) if plainly.is_kind(HOW, text) else Heard.of(in_stock, how)


def _buys(said: Said, context: Context) -> str | None:
    """The clause that wishes to buy, or asks how; None amid a form or beside a yes or no, and of what was bought."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects):
        return None
    every = [said.whole, *(heard for _, heard in said.clauses)]
    if any(each.get("entity") in NUMBERS for heard in every for each in entities_of(heard)):
        return None
    return next((text for text in parts(said) if _is_to_buy(text, context)), None)


def _is_to_buy(text: str, context: Context) -> bool:
    if any(lexicon.mentions(group, text) for group in NOT_BUYING):
        return False
    if plainly.is_kind(HOW, text):
        return True
    # What is asked behind a comma ("I'll take one, can you send it to my office?") leaves the wish a wish.
    wishes = any(plainly.is_kind(WISH, part) and not slot_text.is_question(part) for part in _PARTS.split(text))
    return wishes and bool(_in_hand(context.focus))


def _in_hand(focus: Focus) -> str:
    """Which goods were told last of all, one product or a list; empty where something else was."""
    at: dict[str, int] = focus.get("at") or {}
    goods = max((kind for kind in GOODS if kind in focus), key=lambda kind: at.get(kind, 0), default="")
    other = max((place for kind, place in at.items() if kind in NOT_GOODS), default=0)
    return goods if goods and at.get(goods, 0) >= other else ""


def _of_a_rule(heard: Parsed) -> Parsed:
    return with_intent(heard, FAQ, confidence=confidence_of(heard)) if intent_of(heard) in OF_AN_ORDER else heard
