"""What no warranty covers: water got into a thing, it fell, a child broke it. Told, and asked about once it is told, it
is heard as such, whatever its parts sound like (那还算保修吗, "so do I have to pay"); nothing free is promised."""

from actions.kit.told import own_damage
from actions.kit.told.own_damage import OWN_DAMAGE
from actions.kit.words import plainly
from bot.hearing.answers.answered import with_details
from bot.hearing.message import denial
from bot.hearing.message.said import CHOICE, SURE_OF_ANOTHER, Said, single, waits_for_a_story
from bot.hearing.steps import Heard, Step, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Parsed

A_PART = "spare_part"
"""The plain question whether a part is sold on its own."""
REPORT_FAULT, RETURN_FORM = "report_fault", "return_form"
LATELY = 2
"""Messages without a subject of their own after which a bare "what does it cost" is still about that thing."""
OF_IT = frozenset({
    REPORT_FAULT, "return_or_refund", "ask_faq", "ask_product", "ask_order_status", "ask_parcel", "ask_refund_status",
    "make_complaint", "ask_recommendation", "dispute_points", "cancel_order", "change_order", "update_profile",
    "ask_invoice", "request_human", "cancel", "undo", "deny_act",
})  # fmt: skip
"""What words about it are taken for; what is surely another wish beside it is served as well."""


def heard(said: Said, context: Context) -> Heard | None:
    """The step about that damage, and what is surely wished besides; None where none is told or asked about."""
    if context.expects.form not in (None, RETURN_FORM) or waits_for_a_story(context) or not _is_about_it(said, context):
        return None
    beside = _beside(said)
    if beside is None:
        return Heard.of(_step(said, said.text))
    text, wish = beside
    before = said.text[: len(said.text) - len(text)].strip(" ,，、。;；")
    return Heard.of(_step(said, before or said.text), single(text, wish, context))


def _is_about_it(said: Said, context: Context) -> bool:
    if plainly.heard_as(said.text) == A_PART:
        # Who broke the jug and asks for another one wants nothing mended.
        return False
    text, focus = said.text, context.focus
    is_known = bool(focus.get(OWN_DAMAGE))
    names_goods = any(each.get("entity") in ("product", "order_number") for each in entities_of(said.whole))
    has_thing = names_goods or bool(focus.get("product")) or context.expects.form == RETURN_FORM
    if own_damage.told(text) and has_thing:
        return True
    if is_known and own_damage.names_it(text):
        return own_damage.asks(text) or own_damage.denied(text)
    if own_damage.supposed(text) and bool(focus.get("product")) and focus.get("topic") in OF_IT:
        return True
    lately = is_known and int(focus.get("age") or 0) <= LATELY and context.expects.form is None
    return lately and not names_goods and own_damage.asks(text) and _may_be_of_it(said)


def _may_be_of_it(said: Said) -> bool:
    """Whether words that name neither thing nor damage may be about it: no other wish is surely heard, and no act is
    denied."""
    if denial.denied(said.text) is not None:
        return False
    return intent_of(said.whole) in OF_IT - {"request_human"} or not is_wish(said.whole, SURE_OF_ANOTHER)


def _step(said: Said, text: str) -> Step:
    heard = said.whole if text == said.text else _cut(said.whole, text)
    return Step(text=text, heard=with_intent(heard, REPORT_FAULT, {CHOICE: OWN_DAMAGE}))


def _cut(whole: Parsed, text: str) -> Parsed:
    kept = [each for each in entities_of(whole) if int(each.get("end") or 0) <= len(text)]
    return {**whole, "text": text, "entities": kept}


def _beside(said: Said) -> tuple[str, Parsed] | None:
    """The end of the message from the first clause on that is surely another wish, with all that it tells of it."""
    for clause, heard in said.clauses:
        is_other = is_wish(heard, SURE_OF_ANOTHER) and intent_of(heard) not in OF_IT
        if is_other and not own_damage.names_it(clause.text) and (place := said.text.find(clause.text)) > 0:
            rest = said.text[place:]
            return rest, with_details(rest, {**heard, "text": rest}, said)
    return None
