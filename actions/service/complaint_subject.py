"""What a complaint is about: the parcel or the order, where the shop's records leave no doubt."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from actions.kit.base import Turn
from actions.kit.mentions import order_meant, window_of
from actions.orders import not_in_parcel
from actions.service.complaint_words import GOODS, OF_A_THING
from actions.service.promises import overdue_promise
from crm_store import orders, parcels, products
from crm_store.complaints import ComplaintCategory
from crm_store.labels import label
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.parcels import Parcel
from crm_store.products import Product
from crm_store.text import match_score

RECENT_ORDERS = 20
LATE_OR_UNKNOWN = (None, ComplaintCategory.LATE_DELIVERY)


NOT_IN_PARCEL = (None, ComplaintCategory.MISSING, ComplaintCategory.WRONG_ITEM)


async def subject(turn: Turn, category: str | None) -> dict[str, Any]:
    """Slots of the complaint form: the parcel, the order, the category that follow from what was said."""
    if turn.member is None:
        return {}
    if category in NOT_IN_PARCEL and (missing := await not_in_parcel.meant(turn, turn.member)) is not None:
        not_in_parcel.keep(turn, missing)
        return {"complaint_category": ComplaintCategory.MISSING.value, "complaint_order": missing.order.number}
    if turn.entity("order_number") or turn.entity("parcel_number"):
        return await _named(turn, turn.member, category)
    if category not in LATE_OR_UNKNOWN:
        order = await order_of_goods(turn, turn.member) if category in GOODS else await _the_order(turn, turn.member)
        return {"complaint_order": order.number} if order is not None else {}
    running = await parcels.open_for_member(turn.session, turn.member.id)
    late = [parcel for parcel in running if parcels.lateness(parcel)]
    only = late or (running if category is not None else [])
    if len(only) == 1:
        return about_parcel(only[0])
    if category is None and await overdue_promise(turn, turn.member) is not None:
        return {"complaint_category": ComplaintCategory.STAFF.value}
    return {}


async def with_missing(turn: Turn, category: str | None, told: str) -> str:
    """What was told, with the things that were not in the parcel where the complaint is about these."""
    if turn.member is None or category != ComplaintCategory.MISSING:
        return told
    missing = await not_in_parcel.meant(turn, turn.member)
    if missing is None:
        return told
    note = label("complaint_note", "missing", turn.language, items=missing.items(turn.language))
    return told if note in told else f"{told}\n{note}".strip()


async def order_of_goods(turn: Turn, member: Member) -> Order | None:
    """The order with the thing that is complained about: named, described by product, day or kind, or spoken of."""
    candidates = await orders.recent(turn.session, member.id, limit=RECENT_ORDERS)
    meant = await order_meant(turn, member, candidates)
    if meant.one is not None:
        return meant.one
    several = _bought_when_said(turn, meant.several) or list(meant.several)
    several = await _of_kind(turn, several) or several
    if len(several) == 1:
        return several[0]
    spoken_of = turn.spoken_of.get("order")
    return next((order for order in several if order.number == spoken_of), None)


async def keep_fault(turn: Turn, order: Order | None, category: str, told: str) -> None:
    """What is wrong with the thing is known by the complaint: its return does not ask why."""
    if order is None or category not in OF_A_THING:
        return
    line = await faulty_line(turn, order, told)
    if line is not None:
        turn.focus(product=line.sku, faults={**(turn.spoken_of.get("faults") or {}), line.sku: str(category)})


async def faulty_line(turn: Turn, order: Order, told: str) -> OrderLine | None:
    """The one thing of the order that the words of the complaint are about; None where they leave it open."""
    if len(order.lines) == 1:
        return order.lines[0]
    named = {product.sku for product in await products.named(turn.session, told)}
    lines = [line for line in order.lines if line.sku in named or _called(line, told)]
    return lines[0] if len(lines) == 1 else None


def _called(line: OrderLine, told: str) -> bool:
    return any(match_score(told, [name]) > 0 for name in line.names.values())


def about_parcel(parcel: Parcel) -> dict[str, Any]:
    return {
        "complaint_parcel": parcel.number,
        "complaint_order": parcel.order.number,
        "complaint_category": ComplaintCategory.LATE_DELIVERY.value,
    }


async def _the_order(turn: Turn, member: Member) -> Order | None:
    candidates = await orders.recent(turn.session, member.id, limit=RECENT_ORDERS)
    return (await order_meant(turn, member, candidates)).one


async def _named(turn: Turn, member: Member, category: str | None) -> dict[str, Any]:
    named = (await order_meant(turn, member, [])).one
    sent = await parcels.for_order(turn.session, named.id) if named is not None else []
    late = [parcel for parcel in sent if parcels.lateness(parcel)]
    found: dict[str, Any] = {"complaint_order": named.number} if named is not None else {}
    if len(late) == 1 and category in LATE_OR_UNKNOWN:
        found |= about_parcel(late[0])
    return found


def _bought_when_said(turn: Turn, several: Sequence[Order]) -> list[Order]:
    """Those bought in a stretch of time that was said: 上周买的那双."""
    windows = [window for value in turn.entities("time") if (window := window_of(value)) is not None]
    return [order for order in several if any(begin <= order.placed_at < end for begin, end in windows)]


async def _of_kind(turn: Turn, several: Sequence[Order]) -> list[Order]:
    """Those that hold a thing of the kind that the words name: 鞋, "the bag"."""
    said = " ".join(str(value) for value in turn.entities("product"))
    if not said or not several:
        return []
    skus = {line.sku for order in several for line in order.lines}
    found = await turn.session.execute(select(Product.sku, Product.category).where(Product.sku.in_(skus)))
    kinds: dict[str, str] = {row.sku: row.category for row in found}
    fitting = {kind for kind in set(kinds.values()) if match_score(said, products.category_names(kind)) > 0}
    return [order for order in several if any(kinds.get(line.sku) in fitting for line in order.lines)]


async def own_parcel(turn: Turn, number: str | None) -> Parcel | None:
    if turn.member is None or number is None:
        return None
    return await parcels.by_number(turn.session, number, member_id=turn.member.id)


async def own_order(turn: Turn, number: str | None) -> Order | None:
    if turn.member is None or number is None:
        return None
    return await orders.by_number(turn.session, number, member_id=turn.member.id)
