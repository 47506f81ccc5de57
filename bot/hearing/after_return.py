"""Words right after a return, exchange or repair was registered, or is asked to be changed: another size, whether it
stands, how it goes on, the reason it was put down with."""

from actions.kit import alternatives, lexicon, return_day, sizes_said
from bot.hearing import expectation, reference
from bot.hearing.said import CHOICE, Said, words
from bot.hearing.steps import Heard, entities_of
from crm_store.conversations import Context

RETURN, STATUS = "return_or_refund", "ask_refund_status"


def heard(said: Said, context: Context) -> Heard | None:
    """The step of such words; None where no return was just registered, or the words are about something else."""
    number = str(context.focus.get("return") or "")
    if not number or context.expects.form is not None or not _of_late(context):
        return None
    if expectation.option_said(said.text, context.expects) is not None or _names_goods(said):
        return None
    text = said.text
    if lexicon.mentions("reason_used", text):
        return Heard.of(words(said, RETURN, {CHOICE: return_day.REASON}))
    if lexicon.mentions("still_on", text) and not sizes_said.corrects(text):
        return Heard.of(words(said, STATUS, {CHOICE: number}))
    if sizes_said.wished(text) and (sizes_said.corrects(text) or alternatives.way_wished(text) == "exchange"):
        return Heard.of(words(said, RETURN))
    if lexicon.mentions("what_next", text):
        return Heard.of(words(said, RETURN, {CHOICE: return_day.NEXT}))
    return None


def _of_late(context: Context) -> bool:
    """Whether the return was registered or spoken of within the last few messages."""
    if context.focus.get("done") == RETURN and reference.was_done_lately(context.focus):
        return True
    places = context.focus.get("at") or {}
    return max(places.values(), default=0) - int(places.get("return", 0)) <= reference.LATELY


def _names_goods(said: Said) -> bool:
    """Whether another order, parcel or reward is named, which is a matter of its own."""
    return any(each.get("entity") in ("order_number", "parcel_number", "reward") for each in entities_of(said.whole))
