"""A wish for goods: an amount of money where no points are named ("under 200 yuan", 三百以内), the answer to our own
question what it shall be (茶吧，她爱喝茶), and whether something is to be had so ("got them in 43?")."""

from actions.kit import slot_text
from actions.kit.asked import shapes
from actions.kit.words import budget, lexicon
from bot.hearing.message import agreed, wishes
from bot.hearing.message.said import Said, single, words
from bot.hearing.steps import FALLBACK, Heard, Step, confidence_of, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context

RECOMMEND, REWARDS, PRODUCT, FAQ = "ask_recommendation", "ask_rewards", "ask_product", "ask_faq"
OPEN = frozenset({FALLBACK, "out_of_scope", "inform", "give_praise", "affirm", "vent"})
OF_POINTS = frozenset({REWARDS, "ask_points_balance", "ask_points_history", "ask_points_rules", "ask_vouchers"})
UNSURE = 0.75
NOT_OF_GOODS = (
    "points_word", "goods_shipping", "price_elsewhere", "paid_question", "offer_rule", "minimum_question",
    "missing_money", "redemption", "money_elsewhere", "together", "size_range",
)  # fmt: skip
"""Beside these an amount is no wish for goods: shipping, what was paid, vouchers, points."""
MAY_ASK_OF_GOODS = OPEN | OF_POINTS | {PRODUCT, FAQ, "ask_order_status", "ask_parcel", "ask_promotion"}
"""What a size or colour that is asked for may have been taken for by a guess."""
NOT_TO_BE_HAD = ("exchange", "refund_wish", "size_advice", "points_word", "price_elsewhere", "own_thing")
"""Beside these a size or colour is one of something that was bought, or advice."""


def heard(said: Said, context: Context) -> Heard | None:
    """The steps of a message that tells what somebody wants to spend on goods, or answers what we asked about it; None
    where it does neither."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects):
        return None
    if (priced := _asks_beside_a_rule(said, context)) is not None:
        return priced
    if _asks_what_there_is(said):
        return Heard.of(*_beside(said, context)[:1], words(said, PRODUCT))
    if not _tells_money(said, context) and not _answers(said, context) and not _puts_right(said, context):
        return None
    wish = words(said, RECOMMEND)
    return Heard.of(wish, *_beside(said, context))


def _asks_beside_a_rule(said: Said, context: Context) -> Heard | None:
    """What is asked of goods beside a rule: the price of several ("how much are two pans, and is there postage"), or a
    size and a colour in two clauses; None where the clauses ask for nothing of the kind."""
    priced = [
        clause.text
        for clause, _ in said.clauses
        if shapes.pieces(clause.text) and lexicon.mentions("price_question", clause.text)
    ]
    named = any(each.get("entity") == "product" for each in entities_of(said.whole))
    shaped = [
        clause.text for clause, _ in said.clauses if shapes.asked(clause.text) and not _of_what_was_bought(clause.text)
    ]
    asks = len(shaped) > 1 and any(lexicon.mentions("had_question", text) for text in shaped)
    of_goods = priced if len(priced) == 1 and named else shaped if asks else []
    rest = [(clause, heard) for clause, heard in said.clauses if clause.text not in of_goods]
    rules = [heard for _, heard in rest if intent_of(heard) == FAQ]
    if not of_goods or not rules or any(is_wish(heard, UNSURE) and heard not in rules for _, heard in rest):
        return None
    if any(lexicon.mentions(group, text) for group in NOT_OF_GOODS for text in of_goods):
        return None
    goods, rule = "，".join(of_goods), ", ".join(clause.text for clause, _ in rest)
    whole = with_intent(said.whole, PRODUCT)
    return Heard.of(Step(text=goods, heard=whole | {"text": goods}), single(rule, rules[0] | {"text": rule}, context))


def _of_what_was_bought(text: str) -> bool:
    return any(lexicon.mentions(group, text) for group in NOT_TO_BE_HAD)


def _asks_what_there_is(said: Said) -> bool:
    """Whether a size, a colour or a number left is asked for in words that were understood by a mere guess."""
    intent, text = intent_of(said.whole), said.text
    is_guess = intent == FALLBACK or confidence_of(said.whole) < UNSURE
    numbered = any(each.get("entity") in ("order_number", "parcel_number") for each in entities_of(said.whole))
    wanted = shapes.asked(text)
    asks = wanted.how_many or (bool(wanted) and lexicon.mentions("had_question", text))
    if not asks or numbered or not is_guess or intent not in MAY_ASK_OF_GOODS:
        return False
    return not _of_what_was_bought(text)


def _tells_money(said: Said, context: Context) -> bool:
    text, intent = said.text, intent_of(said.whole)
    named = budget.names_money(text)
    if (budget.said(text) is None and not budget.is_foreign(text)) or _is_of_another(text):
        return False
    if intent == RECOMMEND:
        return True
    of_goods = "suggested" in context.focus or context.focus.get("topic") in (RECOMMEND, PRODUCT)
    of_rewards = context.focus.get("topic") in OF_POINTS and not named
    wants = lexicon.mentions("goods_wanted", text) or any(
        each.get("entity") == "product" for each in entities_of(said.whole)
    )
    if intent in OF_POINTS:
        return not of_rewards and (wants or of_goods or named)
    if intent == PRODUCT:
        return of_goods or lexicon.mentions("goods_wanted", text)
    is_open = intent in OPEN or confidence_of(said.whole) < UNSURE or intent == FAQ
    return is_open and not of_rewards and (wants or of_goods)


def _is_of_another(text: str) -> bool:
    """Whether the clause with the amount speaks of other money than a price of goods."""
    told = [
        clause.text for clause in wishes.clauses(text) if budget.said(clause.text) or budget.is_foreign(clause.text)
    ]
    return any(lexicon.mentions(group, each) for group in NOT_OF_GOODS for each in told or [text])


def _answers(said: Said, context: Context) -> bool:
    """Whether words of no clear wish come right after we asked what it shall be."""
    asked = (context.focus.get("suggested") or {}).get("asks")
    if not asked or context.focus.get("topic") != RECOMMEND or int(context.focus.get("age") or 0) > 0:
        return False
    is_open = intent_of(said.whole) in OPEN - {"affirm", "vent"} or (
        is_wish(said.whole) and confidence_of(said.whole) < UNSURE
    )
    left = lexicon.without("courtesy", said.text).strip()
    return (
        is_open and bool(left) and not slot_text.is_question(said.text) and not lexicon.mentions("call_off", said.text)
    )


def _puts_right(said: Said, context: Context) -> bool:
    """Whether words of no clear wish, right after we suggested goods, say what is not for whoever they are meant for:
    "no coffee, he has a bad ankle"."""
    if context.focus.get("topic") not in (RECOMMEND, PRODUCT) or int(context.focus.get("age") or 0) > 0:
        return False
    is_guess = intent_of(said.whole) in OPEN - {"affirm"} or confidence_of(said.whole) < UNSURE
    denies = lexicon.mentions("use_denied", said.text) or lexicon.mentions("not_of_kind", said.text)
    of_an_act = any(lexicon.mentions(group, said.text) for group in ("exchange", "refund_wish", "own_thing"))
    return "suggested" in context.focus and is_guess and denies and not of_an_act


def _beside(said: Said, context: Context) -> list[Step]:
    """What is asked in other clauses: how a size fits, whether we ship to Canada."""
    asked = []
    for clause, heard_so in said.clauses:
        # "Wide feet" by itself tells what the goods are to be, and is answered with them.
        told = clause.text if slot_text.is_question(clause.text) else lexicon.without("want_aspect", clause.text)
        advice = lexicon.mentions("size_advice", told)
        surely = is_wish(heard_so, wishes.PAUSED) and wishes.asks(intent_of(heard_so))
        of_goods = intent_of(heard_so) in (RECOMMEND, PRODUCT, REWARDS) or budget.said(clause.text) is not None
        if advice:
            asked.append(Step(text=clause.text, heard={**heard_so, "intent": {"name": FAQ, "confidence": 1.0}}))
        elif (surely and not of_goods) or lexicon.mentions("tell_when_in", clause.text):
            asked.append(single(clause.text, heard_so, context))
    return asked[:2]
