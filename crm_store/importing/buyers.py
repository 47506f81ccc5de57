"""Who bought, where an export names its buyers by e-mail address or phone and not by our number."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.crypto import blind_index, normalise_email
from crm_store.importing.errors import CellRefused
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.phones import phone_forms
from crm_store.products import Product

NAMED_BY = ("member_email", "member_phone")


async def find_members(session: AsyncSession, batch: Sequence[dict[str, Any]]) -> list[CellRefused | None]:
    """Put the member's number into rows that name the member by e-mail address or phone; for each row why it cannot be.

    An address and a phone of two members name nobody. Of an order whose buyer is not found no row is taken. What is
    wrong with its goods is told first, for that says nothing of anybody.
    """
    refusals = await _goods_refused(session, batch)
    unknown: dict[str, CellRefused] = {}
    by_mark = await _members_by_mark(session, [values for values in batch if "member_number" not in values])
    for values in batch:
        if "member_number" in values:
            continue
        meant = {by_mark[mark] for field in NAMED_BY for mark in _marks(field, values) if mark in by_mark}
        field = next(field for field in NAMED_BY if field in values)
        if len(meant) == 1:
            values["member_number"] = meant.pop()
        else:
            refused = CellRefused(field, values[field], "several_members" if meant else "no_such_member")
            unknown.setdefault(values["order_number"], refused)
    return [known or unknown.get(values["order_number"]) for known, values in zip(refusals, batch, strict=True)]


async def find_members_blindly(session: AsyncSession, batch: Sequence[dict[str, Any]]) -> list[CellRefused | None]:
    """The same for somebody who may not learn whose an address or a phone is: the buyer of an order that is known here
    is who bought it, whatever the rows name them by. That it is the same order, number and moment say, nothing else:
    where the moment is another, its rows are refused as if nobody were found."""
    numbers = {values["order_number"] for values in batch if "member_number" not in values}
    rows = select(Order.number, Order.placed_at, Member.number).join(Member).where(Order.number.in_(numbers))
    known = {number: (placed_at, buyer) for number, placed_at, buyer in await session.execute(rows)}
    others: dict[str, CellRefused] = {}
    for values in batch:
        number = values["order_number"]
        if "member_number" in values or number not in known:
            continue
        placed_at, buyer = known[number]
        values["member_number"] = buyer
        if values["placed_at"] != placed_at:
            field = next(field for field in NAMED_BY if field in values)
            others.setdefault(number, CellRefused(field, values[field], "no_such_member"))
    found = await find_members(session, batch)
    return [refusal or others.get(values["order_number"]) for refusal, values in zip(found, batch, strict=True)]


def contacts(batch: Sequence[dict[str, Any]]) -> list[tuple[str, str] | None]:
    """For each row the column and the cell by which its order names its buyer; None where all rows say the number."""
    named: dict[str, tuple[str, str]] = {}
    for values in batch:
        if "member_number" not in values:
            field = next(field for field in NAMED_BY if field in values)
            named.setdefault(values["order_number"], (field, str(values[field])))
    return [named.get(values["order_number"]) for values in batch]


async def _goods_refused(session: AsyncSession, batch: Sequence[dict[str, Any]]) -> list[CellRefused | None]:
    """Of rows that name no number: goods that are not known and have no name."""
    unnamed = {values["sku"] for values in batch if "member_number" not in values and "product_name" not in values}
    known = set(await session.scalars(select(Product.sku).where(Product.sku.in_(unnamed)))) if unnamed else set()
    return [
        CellRefused("product_name", "", "name_needed_for_unknown_sku")
        if "member_number" not in values and "product_name" not in values and values["sku"] not in known
        else None
        for values in batch
    ]


async def _members_by_mark(session: AsyncSession, batch: Sequence[dict[str, Any]]) -> dict[str, str]:
    marks = {mark for values in batch for field in NAMED_BY for mark in _marks(field, values)}
    if not marks:
        return {}
    wanted = or_(Member.email_index.in_(marks), Member.phone_index.in_(marks))
    rows = (await session.execute(select(Member.number, Member.email_index, Member.phone_index).where(wanted))).all()
    return {mark: number for number, *indexes in rows for mark in indexes if mark in marks}


def _marks(field: str, values: Mapping[str, Any]) -> list[str]:
    """The blind indexes under which the member of the row may be kept."""
    if field not in values:
        return []
    if field == "member_email":
        return [blind_index(normalise_email(values[field]), "email")]
    return [blind_index(form, "phone") for form in phone_forms(values[field])]
