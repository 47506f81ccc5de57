"""Whether goods may be sent abroad and what that costs is asked of goods, not of the rule alone, which does not say of
which things it holds: "can you ship both to Macau", 想给台湾朋友寄一个保温杯跟一个充电宝."""

from actions.kit.asked import sent_abroad
from actions.kit.words import budget, lexicon, places
from bot.hearing.message import agreed
from bot.hearing.message.said import SURE_OF_ANOTHER, Said, words
from bot.hearing.steps import Heard, Step, confidence_of, entities_of, intent_of, is_wish
from crm_store.conversations import Context, Parsed
from crm_store.policy import policy

PRODUCT = "ask_product"
OWN = frozenset({"order_number", "parcel_number"})
GOODS = frozenset({"product", "listed"})
"""What stands in the focus after goods were told."""

OF_THE_SAME = ("goods_shipping", "sum_question", "weight_word")
"""What is asked of the thing just spoken of, once the place is known."""


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such a question; None where none is asked, amid a form, or beside a question of yes or no."""
    if context.expects.form is not None or agreed.asks_yes_or_no(context.expects):
        return None
    known = str(context.focus.get(sent_abroad.FOCUS) or "") or None
    if sent_abroad.place_asked(said.text, known) is None or budget.said(said.text) is not None or _is_sure_act(said):
        return None
    entities = [*entities_of(said.whole), *(each for _, heard in said.clauses for each in entities_of(heard))]
    if any(each.get("entity") in OWN for each in entities):
        return None
    named = any(each.get("entity") == "product" for each in entities)
    of_these = known is not None and any(lexicon.mentions(group, said.text) for group in OF_THE_SAME)
    told = (lexicon.mentions("together", said.text) or of_these) and bool(GOODS & context.focus.keys())
    if not (named or told):
        return None
    text = " ".join(clause.text for clause, heard in said.clauses if not _is_beside(clause.text, heard))
    if not text or len(said.clauses) < 2 or sent_abroad.place_asked(text, known) is None:
        return Heard.of(words(said, PRODUCT))
    # What else is surely wished or asked beside it (能开发票不) is a matter of its own.
    step = words(said, PRODUCT)
    return Heard.of(Step(text=text, heard={**(step.heard or {}), "text": text}))


def _is_beside(text: str, heard: Parsed) -> bool:
    """Whether a clause is surely about something else than goods and their way."""
    is_sure = is_wish(heard, SURE_OF_ANOTHER) and intent_of(heard) not in (PRODUCT, "ask_faq")
    names = any(each.get("entity") == "product" for each in entities_of(heard)) or places.place(text) is not None
    return is_sure and not names and not any(lexicon.mentions(group, text) for group in OF_THE_SAME)


def _is_sure_act(said: Said) -> bool:
    sure = confidence_of(said.whole) >= policy().dialogue.act_confidence
    return sure and intent_of(said.whole) in lexicon.values("act")
