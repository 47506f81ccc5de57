"""One of several things of an order is not wanted any more, and the rest is: which thing of which order is meant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.goods import Fit, fit, things_said
from actions.kit.replies import items_text, joined, line_text, service_button
from crm_store import orders
from crm_store.labels import label
from crm_store.language import Language
from crm_store.members import Member
from crm_store.orders import Order, OrderLine, OrderStatus

HERE = (OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.PACKED)
"""While an order is so, a colleague may still take something out of it."""
CAME = (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
LOOKED_AT = 20
_PIECE = re.compile(
    r"[，,。;；.!！?？\n]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fffA-Za-z])|\b(?:but|and)\b", re.IGNORECASE
)
_KEEPS = re.compile(
    r"照[发發寄送出]|留[着著下返]|保留|(?:别|別|不要|唔好|不用)[^，。]{0,4}(?:取消|动|動|郁)|还要|還要"
    r"|\b(?:keep|leave|send|ship|still want)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class LeftOut:
    """`lines` of `order` are not wanted any more."""

    order: Order
    lines: Sequence[OrderLine]

    @property
    def is_possible(self) -> bool:
        return self.order.status in HERE and len(self.lines) < len(self.order.lines)

    def items(self, language: Language) -> str:
        return joined([line_text(line, language) for line in self.lines], language)


async def of_order(turn: Turn, member: Member) -> LeftOut | None:
    """What is meant, of the newest order that has not been sent and holds it, else of the newest that does; None where
    no order does."""
    unwanted = [said for said in things_said(turn) if not _is_kept(said, words(turn))]
    recent = await orders.recent(turn.session, member.id, limit=LOOKED_AT)
    spoken_of = str(turn.spoken_of.get("order") or "")
    found = [LeftOut(order, lines) for order in recent if (lines := _called(order, unwanted))]
    here = [each for each in found if each.order.status in HERE]
    first = sorted(here or found, key=lambda each: each.order.number != spoken_of)
    return first[0] if first else None


def tell_impossible(turn: Turn, left_out: LeftOut) -> None:
    """It has been sent, or there is nothing else in it: what can be done instead."""
    order = left_out.order
    items = items_text(order, turn.language)
    if order.status in HERE:
        cancel = service_button(turn, "cancel_order", "cancel_order", order_number=order.number)
        turn.say("reply_hand_on_without_only", number=order.number, items=items, buttons=[cancel])
        turn.done("answered", f"{order.number} has nothing else", order=order.number)
        return
    back = service_button(turn, "return", "return_or_refund", order_number=order.number)
    status = label("order_status", order.status, turn.language)
    buttons = [back] if order.status in CAME else []
    turn.say("reply_hand_on_without_sent", number=order.number, items=items, status=status, buttons=buttons)
    turn.done("too_late", f"{order.number} is {order.status}", order=order.number)


def _called(order: Order, names: Sequence[str]) -> list[OrderLine]:
    return [line for line in order.lines if any(fit(name, list(line.names.values())) is Fit.CALLED for name in names)]


def _is_kept(said: str, text: str) -> bool:
    """Whether the piece of the text that names a thing wants it sent."""
    pieces = [piece for piece in _PIECE.split(text) if said.lower() in piece.lower()]
    return bool(pieces) and all(_KEEPS.search(piece) for piece in pieces)
