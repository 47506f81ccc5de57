"""An order is cancelled, and what becomes of its voucher is asked in the same breath: 直接取消算了…优惠券会退回来吗.
The order spoken of is meant, and the question is answered with the one whether to cancel."""

import re

from actions.kit import slot_text
from actions.kit.asked.cancelling import asks_of_voucher
from bot.hearing.message.said import CANCEL_ORDER, Said, words
from bot.hearing.steps import Heard, entities_of
from crm_store.conversations import Context
from crm_store.text import closed_up, normalise

_CANCELS = re.compile(
    r"(?<!不)(?<!不想)(?<!不要)(?<!别)(?<!没)(?:取消|退掉|撤掉)(?:掉|了|这|那)*(?:算了|吧|好了|了|订单|单|这单|那单|它)?"
    r"|(?<!不是)不要(?:这|那)(?:一)?单了"
)
_CANCELS_EN = re.compile(
    r"(?<!not )(?<!don t )\bcancel (?:it|this|that|my|the)(?: order)?\b|\bcancel (?:then|instead)\b"
)
_OTHER = re.compile(r"投诉|电话|回电|预约|会员|换货|退货|维修|\b(?:complaint|call|membership|return|exchange)\b")


def heard(said: Said, context: Context) -> Heard | None:
    """The one step of both; None where no order is spoken of, or nothing is cancelled."""
    order = context.focus.get("order")
    parts = [clause.text for clause, _ in said.clauses] or re.split(r"[，,。.;；!！?？\s]+", said.text)
    asking = [part for part in parts if asks_of_voucher(part)]
    cancelling = [part for part in parts if part not in asking and cancels(part)]
    if context.expects.form is not None or not order or not asking or not cancelling:
        return None
    named = any(each.get("entity") == "order_number" for each in entities_of(said.whole))
    return Heard.of(words(said, CANCEL_ORDER, {} if named else {"order_number": str(order)}))


def cancels(text: str) -> bool:
    """Whether a clause cancels an order, and does not only ask how that would be."""
    flat = normalise(text)
    found = _CANCELS.search(closed_up(text)) or _CANCELS_EN.search(flat)
    return found is not None and not _OTHER.search(flat) and not slot_text.is_question(text)


def is_covered(text: str, heard: Heard) -> bool:
    """Whether a question is the one for the voucher that the step of a cancellation answers."""
    return asks_of_voucher(text) and any(
        step.intent == CANCEL_ORDER and asks_of_voucher(step.text) for step in heard.steps
    )
