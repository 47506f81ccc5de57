"""A part of a product asked for by itself, whether something goes with what was bought, what a level pays for goods:
a question about goods whatever it sounds like, no return, no reward and no rule."""

import re
from dataclasses import replace

from actions.kit.asked import aspects_asked, part_asked, purchase_asked
from actions.kit.words import lexicon
from bot.hearing.message import agreed
from bot.hearing.message.said import CHOICE, Said
from bot.hearing.steps import FALLBACK, Heard, Step, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import normalise

PRODUCT = "ask_product"
MAY_SOUND_LIKE = frozenset({
    PRODUCT, "ask_faq", "report_fault", "return_or_refund", "redeem_points", "ask_rewards", "ask_recommendation",
    "ask_vouchers", "out_of_scope", "inform", "change_order", "ask_promotion", "ask_tier", "ask_tier_benefits",
    FALLBACK,
})  # fmt: skip
NOT_OF_GOODS = (
    "refund_wish", "exchange", "repair_wish", "fault", "points_word", "redemption", "order_state", "goods_shipping",
)  # fmt: skip
OF_A_FAULT = frozenset({"report_fault", "return_or_refund"})
OF_A_PURCHASE = ("own_thing", "already_ordered", "fault", "repair_wish", "refund_wish", "exchange")
_SUPPOSES = re.compile(
    r"会不会|会唔会|容不容易|容易.{1,6}吗|会.{1,5}[吗么]|(.)[不唔]\1"
    r"|\b(?:does|do|will|would) (?:it|they|the|this|these)\b"
)
NUMBERS = frozenset({"order_number", "parcel_number"})


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a question; None where none is asked, amid a form, or where no goods are meant."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects):
        return None
    part, beside = part_asked.asked(said.text), aspects_asked.without(said.text)
    # "A replacement lid" is bought and nothing exchanged.
    others = [group for group in NOT_OF_GOODS if part is None or group != "exchange"]
    if intent_of(said.whole) not in MAY_SOUND_LIKE or any(lexicon.mentions(group, beside) for group in others):
        return None
    if part is None and not _asks(said, context):
        return None
    entities = [each for each in entities_of(said.whole) if not _is(each, part)]
    if any(each.get("entity") in NUMBERS for each in entities):
        return None
    things = [each for each in entities if each.get("entity") in ("product", "reward")]
    spoken = context.focus.get("product")
    if not things and not spoken and not purchase_asked.names_goods(said.text):
        return None
    told = {CHOICE: str(spoken)} if spoken and not things else {}
    whole = {**said.whole, "entities": [_as_product(each) for each in entities]}
    return Heard.of(Step(text=said.text, heard=with_intent(whole, PRODUCT, told)))


def _asks(said: Said, context: Context) -> bool:
    """Whether a level's price or whether two things go together is asked, or any fact where nothing was understood."""
    if purchase_asked.asks_level_price(said.text):
        return True
    topics = aspects_asked.asked(said.text)
    of_nothing = intent_of(said.whole) in (FALLBACK, "out_of_scope", "inform")
    # For how many the coffee set is enough is asked of it, though it is also given for points.
    of_a_reward = intent_of(said.whole) == "ask_rewards"
    return aspects_asked.GOES_WITH in topics or (bool(topics) and (of_nothing or of_a_reward))


def as_meant(said: Said, context: Context) -> Said:
    """The message with what sounds like a fault, and only asks whether there could be one, as a question about goods:
    会不会起球. Beside a part that is asked for by itself nothing is a fault either."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects):
        return said
    of_a_part = part_asked.asked(said.text) is not None
    if any(lexicon.mentions(group, aspects_asked.without(said.text)) for group in OF_A_PURCHASE):
        return said
    clauses = [(clause, _meant(clause.text, heard, of_a_part=of_a_part)) for clause, heard in said.clauses]
    sentences = [(clause, _meant(clause.text, heard, of_a_part=of_a_part)) for clause, heard in said.sentences]
    whole = _meant(said.text, said.whole, of_a_part=of_a_part)
    return replace(said, whole=whole, clauses=clauses, sentences=sentences)


def _meant(text: str, heard: Parsed, *, of_a_part: bool) -> Parsed:
    supposes = bool(aspects_asked.asked(text)) and _SUPPOSES.search(normalise(text)) is not None
    return with_intent(heard, PRODUCT) if intent_of(heard) in OF_A_FAULT and (supposes or of_a_part) else heard


def _is(entity: Parsed, part: str | None) -> bool:
    """Whether what was taken for goods is the part itself."""
    return part is not None and normalise(str(entity.get("value") or "")) == part


def _as_product(entity: Parsed) -> Parsed:
    """A thermos that is also given for points is one of the goods here."""
    return {**entity, "entity": "product"} if entity.get("entity") == "reward" else entity
