"""What is asked of the goods told last, or of those that are named, whatever it sounds like: whether something comes
with them. What would come along is no product of ours that is asked for."""

from actions.kit.asked import comes_with
from actions.kit.words import lexicon
from bot.hearing.message import agreed
from bot.hearing.message.said import CHOICE, Said
from bot.hearing.steps import Heard, Step, entities_of, with_intent
from crm_store.conversations import Context, Focus
from crm_store.text import normalise

PRODUCT = "ask_product"
NOT_BEFORE_BUYING = ("own_thing", "refund_wish", "exchange", "fault", "already_ordered")
GOODS = ("product", "listed")


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a question; None where none is asked, amid a form, or where no goods are meant."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects):
        return None
    beside = comes_with.asked(said.text)
    if beside is None or any(lexicon.mentions(group, said.text) for group in NOT_BEFORE_BUYING):
        return None
    kept = [each for each in entities_of(said.whole) if each.get("entity") != "product" or not _in(each, beside)]
    named = any(each.get("entity") == "product" for each in kept)
    if not named and not _spoken_last(context.focus):
        return None
    told = {CHOICE: str(context.focus["product"])} if not named and "product" in context.focus else {}
    return Heard.of(Step(text=said.text, heard=with_intent({**said.whole, "entities": kept}, PRODUCT, told)))


def _in(entity: dict[str, object], beside: str) -> bool:
    """Whether what was taken for a product is what would come along: 鞋 of 送鞋带吗."""
    value = normalise(str(entity.get("value") or ""))
    return value in beside or beside in value


def _spoken_last(focus: Focus) -> bool:
    at: dict[str, int] = focus.get("at") or {}
    goods = max((at.get(kind, 0) for kind in GOODS if kind in focus), default=0)
    return goods > 0 and goods >= max(at.values(), default=0)
