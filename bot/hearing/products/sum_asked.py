"""What goods come to or cost to have sent, or which size fits somebody's figures, is asked before anything was bought.
It is a question of goods for everybody, whatever it sounds like. A sum that is written out is worked out."""

from actions.kit.asked import shapes
from actions.kit.slot_text import is_question
from actions.kit.words import arithmetic, lexicon
from bot.hearing.message import agreed
from bot.hearing.message.said import Said, single, words
from bot.hearing.steps import Heard, Step, confidence_of, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.policy import policy

PRODUCT = "ask_product"
SURE = 0.8
SUMS = ("sum_question", "all_in")
NOT_OF_GOODS = (
    "own_thing", "refund_wish", "exchange", "repair_wish", "points_word", "instalments_at_all", "paid_question",
    "fault", "of_coupons", "compensation",
)  # fmt: skip
"""Beside these a sum or the postage is one of what was bought, of points or of a voucher."""
OWN = frozenset({"order_number", "parcel_number"})
OF_ONES_OWN = frozenset({"ask_parcel", "ask_order_status", "chase_promise", "change_order"})
GOODS = frozenset({"product", "bill"})
"""What stands in the focus after goods were told."""


def heard(said: Said, context: Context) -> Heard | None:
    """The steps of such a question; None where none is asked, amid a form, or beside a question of yes or no."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects):
        return None
    if written := _written(said, context):
        return written
    if "sum" in context.focus and arithmetic.total_claimed(said.text) is not None:
        return Heard.of(words(said, PRODUCT))
    if sums := _sums(said, context):
        return Heard.of(*sums)
    of_body = shapes.body_said(said.text) is not None and not any(
        lexicon.mentions(group, said.text) for group in ("own_thing", "refund_wish", "exchange", "fault")
    )
    return Heard.of(words(said, PRODUCT)) if of_body or _asks(said, context) else None


def _sums(said: Said, context: Context) -> list[Step]:
    """Two sums that two sentences ask for, each of its own goods: "the set plus postage is over 370 no? what about the
    mug and the beans together"."""
    places = list(dict.fromkeys(clause.sentence for clause, _ in said.clauses))
    each = [[(clause.text, heard) for clause, heard in said.clauses if clause.sentence == place] for place in places]
    sums = [part for part in each if _is_sum(" ".join(text for text, _ in part), [heard for _, heard in part])]
    if len(sums) != len(("one", "another")) or len(sums) != len(each) or _is_sure_act(said):
        return []
    texts = [", ".join(text for text, _ in part) for part in sums]
    return [
        Step(
            text=text, heard={**with_intent({**said.whole, "entities": entities_of(part[0][1])}, PRODUCT), "text": text}
        )
        for text, part in zip(texts, sums, strict=True)
    ]


def _is_sum(text: str, heard: list[Parsed]) -> bool:
    asks = any(lexicon.mentions(group, text) for group in (*SUMS, "together", "sum_against", "goods_shipping"))
    return asks and any(each.get("entity") in ("product", "reward") for one in heard for each in entities_of(one))


def _asks(said: Said, context: Context) -> bool:
    text = said.text
    if any(lexicon.mentions(group, text) for group in NOT_OF_GOODS) or _is_sure_act(said):
        return False
    entities = [*entities_of(said.whole), *(each for _, heard in said.clauses for each in entities_of(heard))]
    if any(each.get("entity") in OWN for each in entities):
        return False
    things = {str(each.get("value")).lower() for each in entities if each.get("entity") == "product"}
    pieces = shapes.pieces(text)
    asks_sum = any(lexicon.mentions(group, text) for group in SUMS)
    if _wants_several(said, things, pieces):
        return True
    asks_price = lexicon.mentions("price_question", text) and is_question(text)
    if lexicon.mentions("goods_shipping", text) and (is_question(text) or asks_sum):
        # "Postage for just a box?" is taken for a parcel of one's own; goods were spoken of.
        of_goods = intent_of(said.whole) in OF_ONES_OWN and bool(GOODS & context.focus.keys())
        return bool(things) or of_goods
    if asks_sum:
        return bool(things) or (pieces is not None and "product" in context.focus)
    return asks_price and len(things) > 1 and pieces is not None


def _wants_several(said: Said, things: set[str], pieces: int | None) -> bool:
    """Whether so many of a thing are wished for, before anything was bought: "we need 12 of the lamps"."""
    is_guess = confidence_of(said.whole) < SURE or intent_of(said.whole) == PRODUCT
    several = pieces is not None and pieces > 1 and len(things) == 1
    return several and is_guess and lexicon.mentions("wants_pieces", said.text) and not is_question(said.text)


def _written(said: Said, context: Context) -> Heard | None:
    """A sum that is written out is worked out, and what is asked beside it as well."""
    parts = [(clause.text, heard) for clause, heard in said.clauses] or [(said.text, said.whole)]
    sums = [place for place, (text, _) in enumerate(parts) if arithmetic.read(text) is not None]
    if not sums:
        return Heard.of(words(said, PRODUCT)) if arithmetic.read(said.text) is not None else None
    steps = []
    for place, (text, heard_so) in enumerate(parts):
        if place in sums:
            steps.append(Step(text=text, heard=with_intent(heard_so, PRODUCT) | {"text": text}))
        elif is_wish(heard_so, SURE):
            steps.append(single(text, heard_so, context, beside_another=True))
    return Heard.of(*steps[:2])


def _is_sure_act(said: Said) -> bool:
    sure = confidence_of(said.whole) >= policy().dialogue.act_confidence
    return sure and intent_of(said.whole) in lexicon.values("act")
