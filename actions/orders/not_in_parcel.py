"""A whole thing of an order was not in the parcel that came: which one, of which order, and what may be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.kit.base import Button, Turn, button
from actions.kit.form_input import words
from actions.kit.replies import joined, line_text, service_button
from actions.kit.told import not_in_parcel
from actions.kit.told.handing_on import CHOICE, LEFT_OUT, What
from actions.kit.words import lexicon
from crm_store import orders, parcels, products
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import Language
from crm_store.members import Member
from crm_store.orders import Order, OrderLine, OrderStatus
from crm_store.text import WEIGHT_PAIR, match_score

GONE_OUT = (OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.COMPLETED)
LATELY = timedelta(days=45)
LOOKED_AT = 20
INTENT = "chase_promise"


@dataclass(frozen=True)
class NotInParcel:
    """`lines` of `order` did not come; never all of them, of which the parcel itself would be missing."""

    order: Order
    lines: Sequence[OrderLine]

    def items(self, language: Language) -> str:
        return joined([line_text(line, language) for line in self.lines], language)


async def meant(turn: Turn, member: Member) -> NotInParcel | None:
    """What the words tell did not come, of the order that fits them best; else, where they name nothing of it, what was
    told before. None where it is no whole thing of an order of several."""
    if not_in_parcel.told(words(turn)) and (found := await _told(turn, member)) is not None:
        return found
    kept = turn.spoken_of.get(LEFT_OUT)
    if not isinstance(kept, dict):
        return None
    order = await orders.by_number(turn.session, str(kept.get("order") or ""), member_id=member.id)
    if order is None or turn.entity("order_number") not in (None, order.number):
        return None
    lines = [line for line in order.lines if line.sku in (kept.get("skus") or ())]
    return NotInParcel(order, lines) if lines else None


async def is_under_way(turn: Turn, order: Order) -> bool:
    """Whether another parcel of the order has not come yet, where it has several."""
    sent = await parcels.for_order(turn.session, order.id)
    return len(sent) > 1 and any(each.delivered_at is None for each in sent)


def keep(turn: Turn, missing: NotInParcel) -> None:
    """Keep what did not come, for a complaint and for words that only point at it."""
    skus = [line.sku for line in missing.lines]
    kept = {"order": missing.order.number, "skus": skus, "items": missing.items(turn.language)}
    turn.focus(order=missing.order.number, **{LEFT_OUT: kept})


def other_ways(turn: Turn, what: What) -> list[Button]:
    """The money in place of the thing, and a complaint."""
    money = button(label("hand_on_button", "money", turn.language), INTENT, choice=f"{CHOICE}:{What.MONEY}")
    complain = service_button(turn, "complain", "make_complaint", choice="file")
    return [complain] if what == What.MONEY else [money, complain]


async def _told(turn: Turn, member: Member) -> NotInParcel | None:
    recent = await orders.recent(turn.session, member.id, limit=LOOKED_AT)
    possible = [
        order
        for order in recent
        if order.status in GONE_OUT and len(order.lines) > 1 and now() - order.placed_at <= LATELY
    ]
    names = await products.called(turn.session, {line.sku for order in possible for line in order.lines})
    missing, came = (" ".join(pieces) for pieces in not_in_parcel.parted(words(turn)))
    found = []
    for order in possible:
        named, here = _named(missing, order, names), _named(came, order, names)
        # What came is named alone: the other things are meant.
        among = named or (order.lines if here else ())
        out = [line for line in among if line not in here]
        if out and len(out) < len(order.lines):
            found.append((len(here) + len(named), NotInParcel(order, out)))
    kept = (turn.entity("order_number"), turn.spoken_of.get("order"))
    ranked = sorted(found, key=lambda each: (each[0], *_nearness(each[1].order, kept)), reverse=True)
    return ranked[0][1] if ranked else None


def _nearness(order: Order, kept: Sequence[object]) -> tuple[bool, bool, datetime]:
    """What is named or spoken of before others, then the one that came last."""
    named, spoken_of = kept
    return order.number == named, order.number == spoken_of, order.delivered_at or order.placed_at


def _named(text: str, order: Order, names: dict[str, list[str]]) -> list[OrderLine]:
    """The lines that a text calls by name."""
    said = lexicon.without("service_talk", text)
    return [
        line
        for line in order.lines
        if match_score(said, [*line.names.values(), *names.get(line.sku, ())]) >= WEIGHT_PAIR
    ]
