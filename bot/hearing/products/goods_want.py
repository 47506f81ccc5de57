"""A want for goods that several clauses tell only together ("a bag for work, must be waterproof, what do you suggest")
is one wish; what is asked of a place in the list of goods told last ("the third one, got it in L") is asked of that
thing; and whether something is sold by itself is asked of the goods it belongs to."""

from actions.kit import slot_text
from actions.kit.asked import shapes, want_said
from actions.kit.parsing import choice_in
from actions.kit.words import lexicon, set_said
from bot.hearing.message import agreed
from bot.hearing.message.said import Said
from bot.hearing.products.goods_wish import NOT_OF_GOODS, OPEN
from bot.hearing.steps import Heard, Step, confidence_of, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Parsed

RECOMMEND, PRODUCT, FAQ = "ask_recommendation", "ask_product", "ask_faq"
TELLS = OPEN | {RECOMMEND, PRODUCT}
"""What a clause of a want may be heard as."""
UNSURE = 0.75
MAY_SOUND_LIKE = TELLS | {FAQ, "ask_promotion", "change_order"}
"""What a question whether something is sold by itself may be taken for."""
OWN = frozenset({"order_number", "parcel_number", "points_amount", "time", "reward"})
SHOWS_PRODUCT = "/ask_product{"
NOT_OF_A_LIST = ("own_thing", "refund_wish", "exchange", "fault", "points_word", "redemption", "already_ordered")


def heard(said: Said, context: Context) -> Heard | None:
    """The one step of such a message; None where it is none, amid a form or beside a question of yes or no."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects):
        return None
    every = [said.whole, *(parsed for _, parsed in said.clauses)]
    entities = [each for parsed in every for each in entities_of(parsed)]
    if any(each.get("entity") in OWN for each in entities):
        return None
    if _of_the_list(said, context) or _is_sold_alone(said, context):
        return Heard.of(Step(text=said.text, heard=with_intent({**said.whole, "entities": []}, PRODUCT)))
    if not _is_one_want(said):
        return None
    things = list({str(each.get("value")): each for each in entities if each.get("entity") == "product"}.values())
    whole = with_intent({**said.whole, "entities": things}, RECOMMEND) | {"text": said.text}
    # Its clauses are told by it, whatever each of them sounds like.
    return Heard.of(Step(text=said.text, heard=whole, stands_for=said.text))


def _of_the_list(said: Said, context: Context) -> bool:
    """Whether a size or a colour is asked of the one whose place in the list told last is said."""
    listed = [str(each.get("payload") or "") for each in context.focus.get("listed") or []]
    goods = [payload for payload in listed if payload.startswith(SHOWS_PRODUCT)]
    if not goods or len(goods) != len(listed) or choice_in(said.text, len(goods)) is None:
        return False
    if not shapes.asked(said.text) or int(context.focus.get("age") or 0) > 1:
        return False
    return not any(lexicon.mentions(group, said.text) for group in NOT_OF_A_LIST)


def _is_sold_alone(said: Said, context: Context) -> bool:
    """Whether a thing is asked for by itself, right after goods were told that it belongs to or not."""
    if not set_said.asks_plainly_alone(said.text) or "product" not in context.focus:
        return False
    if int(context.focus.get("age") or 0) > 1 or intent_of(said.whole) not in MAY_SOUND_LIKE:
        return False
    return not any(lexicon.mentions(group, said.text) for group in NOT_OF_A_LIST)


def _is_one_want(said: Said) -> bool:
    """Whether something to recommend is asked for, and every other clause only tells what it shall be."""
    if len(said.clauses) < 2 or any(lexicon.mentions(group, said.text) for group in NOT_OF_GOODS):
        return False
    if want_said.is_of_another(said.text):
        return False
    asking = [parsed for clause, parsed in said.clauses if _recommends(clause.text, parsed)]
    others = [(clause.text, parsed) for clause, parsed in said.clauses if parsed not in asking]
    if not asking or not others:
        return False
    return all(_tells(text, parsed) for text, parsed in others)


def _recommends(text: str, heard: Parsed) -> bool:
    return (intent_of(heard) == RECOMMEND and is_wish(heard)) or lexicon.mentions("asks_advice_on_goods", text)


def _tells(text: str, heard: Parsed) -> bool:
    """Whether a clause tells of what is wanted: a kind, a property, for whom; what else is asked stays a question."""
    of_the_want = bool(want_said.topics(text) or shapes.asked(text))
    if slot_text.is_question(text) and not of_the_want:
        return False
    return of_the_want or intent_of(heard) in TELLS or confidence_of(heard) < UNSURE
