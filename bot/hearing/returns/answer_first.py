"""The answer to what a return asks, and other goods announced behind it: "39 please. Also the lamp came without a
bulb". The form hears the answer alone; what is told or asked of the other thing waits until the form is done."""

from typing import Any

from actions.kit import slot_text
from actions.kit.asked import sizes_said
from actions.kit.words import alternatives, lexicon
from actions.kit.words.beside import before_connector
from bot.hearing.message import expectation, wishes
from bot.hearing.message.said import SECOND_WISH, Said
from bot.hearing.returns import fault_told
from bot.hearing.steps import Heard, Step, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Expectation, Parsed

RETURN, RETURN_FORM = "return_or_refund", "return_form"
_ASKED = frozenset({"return_kind", "return_new_size", "return_reason", "return_confirmed"})


def heard(said: Said, context: Context) -> Heard | None:
    """The answer, and what waits behind it; None where no return asks, or the message goes on about the same thing."""
    expects = context.expects
    head, tail = before_connector(said.text)
    if expects.form != RETURN_FORM or expects.slot not in _ASKED or not _answers(head, expects):
        return None
    named = _goods_from(said, len(said.text) - len(tail))
    if not tail or not named or _goods_before(said, len(said.text) - len(tail)):
        return None
    told = _told(tail, {**said.whole, "text": tail, "entities": named}, said)
    first = with_intent({**said.whole, "text": head, "entities": []}, RETURN)
    return Heard.of(Step(text=head, heard=first), kept=[told]) if told is not None else None


def _answers(head: str, expects: Expectation) -> bool:
    """Whether the words name a size, a way or a reason, or choose one of the buttons, and ask nothing."""
    if not head or slot_text.is_question(head):
        return False
    if expects.slot == "return_confirmed":
        # A plain yes or no is read elsewhere; here it is the act once more (好啦換).
        return alternatives.way_wished(head) is not None
    is_chosen = expectation.option_said(head, expects) is not None or bool(sizes_said.wished(head))
    return is_chosen or alternatives.way_wished(head) is not None or lexicon.meant("return_reason", head) is not None


def _told(tail: str, whole: Parsed, said: Said) -> Parsed | None:
    """What the words behind the answer wish or tell of the other goods; None where that is not clear."""
    if alternatives.way_wished(tail) is not None:
        return with_intent(whole, RETURN)
    if fault_told.tells_fault(tail, whole, {}) or lexicon.meant("return_reason", tail) is not None:
        return with_intent(whole, fault_told.REPORT_FAULT)
    sure = [
        heard
        for clause, heard in said.clauses
        if clause.text in tail and is_wish(heard, SECOND_WISH) and not wishes.asks(intent_of(heard))
    ]
    return with_intent(whole, intent_of(sure[0])) if len(sure) == 1 else None


def _goods_from(said: Said, start: int) -> list[dict[str, Any]]:
    """The goods that are named from there on, at their places in the rest. What may be had for points is a product."""
    return [
        {**each, "entity": "product", "start": int(each["start"]) - start, "end": int(each["end"]) - start}
        for each in _goods(said)
        if int(each.get("start") or 0) >= start
    ]


def _goods_before(said: Said, end: int) -> bool:
    return any(int(each.get("start") or 0) < end for each in _goods(said))


def _goods(said: Said) -> list[dict[str, Any]]:
    return [each for each in entities_of(said.whole) if each.get("entity") in ("product", "reward")]
