"""The rows of one order, seen together before they are taken over: what they say of the order as a whole must be one
thing, and a cell that only some of them fill is meant for all.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from crm_store.currencies import WITHOUT_MINOR_UNITS
from crm_store.importing.columns import BY_SIGN, NOTE, SIGNS
from crm_store.importing.days import local_day
from crm_store.importing.errors import CellRefused
from crm_store.importing.figures import OWN_CURRENCY
from crm_store.importing.order_columns import LINE_COLUMNS
from crm_store.numbering import canonical
from crm_store.phones import normalise_phone

AGAIN = "again"
"""Of a row: how many rows before it name the same goods of the same order."""
MARKS = frozenset({AGAIN, SIGNS, BY_SIGN, NOTE})
"""What stands in the values of a row and is no column."""
_LATEST = ("packed_at", "shipped_at", "delivered_at", "completed_at")
"""Goods leave and arrive apart: the order has when the last of them has."""
_AMOUNTS = ("price", "shipping", "discount", "total", "refund", "line_refund")
_BUYER = ("member_email", "member_phone")
"""Named in `member_number` by now; a number and an address may stand in different rows."""

Values = dict[str, Any]


def agree(batch: Sequence[Values]) -> list[CellRefused | None]:
    """Complete the rows of each order by each other and count its goods; of an order whose rows contradict each other
    all are refused, by the cell that does."""
    refusals: list[CellRefused | None] = [None] * len(batch)
    for places in by_order(batch).values():
        rows = [batch[place] for place in places]
        try:
            _require_all_signed(rows)
            _share(rows)
            _require_in_turn(rows[0])
            _require_one_currency(rows)
            _count_goods(rows)
        except CellRefused as refusal:
            for place in places:
                refusals[place] = refusal
    return refusals


def by_order(batch: Sequence[Values]) -> dict[str, list[int]]:
    """The places of each order's rows."""
    places: dict[str, list[int]] = {}
    for place, values in enumerate(batch):
        places.setdefault(values["order_number"], []).append(place)
    return places


def goods(values: Values) -> tuple[Any, ...]:
    """What makes the goods of two rows the same."""
    return values["sku"], values.get("size"), values.get("colour")


def _share(rows: Sequence[Values]) -> None:
    """What any row says of the whole order stands in all of them; the status as the rows before say, for it moves on.
    Raises CellRefused."""
    told: Values = {}
    for values in rows:
        for field, value in values.items():
            if field in LINE_COLUMNS or field in MARKS or field in _BUYER or field == "status":
                continue
            known = told.setdefault(field, value)
            if known == value or _plainly(field, known) == _plainly(field, value):
                continue
            if field not in _LATEST:
                raise CellRefused(field, shown(field, value), "order_rows_differ")
            told[field] = max(known, value)
    status = next((values["status"] for values in rows if "status" in values), None)
    for values in rows:
        values.update(told)
        status = values.get("status", status)
        if status is not None:
            values["status"] = status


_MOMENTS = ("paid_at", "packed_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at", "refunded_at")


def _require_in_turn(told: Values) -> None:
    """Raises CellRefused where something happened to the order before it was placed, or arrived before it left. Of a
    bare day nobody knows the hour: days are compared."""
    for field in _MOMENTS:
        if field in told and local_day(told[field]) < local_day(told["placed_at"]):
            raise CellRefused(field, local_day(told[field]), "before_what_comes_first")
    left, arrived = told.get("shipped_at"), told.get("delivered_at")
    if left and arrived and local_day(arrived) < local_day(left):
        raise CellRefused("delivered_at", local_day(arrived), "before_what_comes_first")


def _require_all_signed(rows: Sequence[Values]) -> None:
    """Raises CellRefused where only some rows name a foreign currency, beside their amounts: the others may be in the
    shop's own."""
    if any(BY_SIGN not in values for values in rows if "currency" in values):
        return
    foreign = any(values.get("currency", OWN_CURRENCY) != OWN_CURRENCY for values in rows)
    for values in rows:
        if foreign and "currency" not in values and values["price"]:
            raise CellRefused("price", shown("price", values["price"]), "other_currency")


def _require_one_currency(rows: Sequence[Values]) -> None:
    """Raises CellRefused where an amount names another currency than the order's, or only some of them name one."""
    currency = rows[0].get("currency", OWN_CURRENCY)
    for values in rows:
        meant = values.get(SIGNS, frozenset())
        if meant and currency not in meant:
            raise CellRefused("price", shown("price", values["price"]), "other_currency")
        require_payable(values, currency)


def require_payable(values: Values, currency: str) -> None:
    """Raises CellRefused where an amount has hundredths and its currency has none."""
    if currency in WITHOUT_MINOR_UNITS:
        for field in _AMOUNTS:
            if values.get(field, 0) % 100:
                raise CellRefused(field, shown(field, values[field]), "no_minor_units")


def _count_goods(rows: Sequence[Values]) -> None:
    """Mark the rows that name the same goods again: a second line of the order; or, with another status, what has
    become of the same line since. Raises CellRefused where it could be either."""
    if any("line" in values for values in rows):
        return _require_one_line_each(rows)
    seen: Counter[tuple[Any, ...]] = Counter()
    first: dict[tuple[Any, ...], Values] = {}
    for values in rows:
        state = (goods(values), values.get("status"))
        values[AGAIN] = seen[state]
        seen[state] += 1
        _require_same((goods(values), values[AGAIN]), values, first)
    return None


def _require_one_line_each(rows: Sequence[Values]) -> None:
    """Raises CellRefused where only some rows say their line, or two say the same for different goods."""
    first: dict[tuple[Any, ...], Values] = {}
    for values in rows:
        if "line" not in values:
            raise CellRefused("line", "", "order_rows_differ")
        _require_same((values["line"],), values, first)


def _require_same(line: tuple[Any, ...], values: Values, first: dict[tuple[Any, ...], Values]) -> None:
    earlier = first.setdefault(line, values)
    for field in ("sku", "size", "colour", "quantity", "price"):
        if earlier.get(field) != values.get(field):
            raise CellRefused(field, shown(field, values.get(field, "")), "order_rows_differ")


def _plainly(field: str, value: object) -> object:
    """What two spellings of a number have in common."""
    if field == "member_number":
        return canonical(str(value))
    return normalise_phone(str(value)) if field == "recipient_phone" else value


def shown(field: str, value: object) -> object:
    """Money as it is written; it is kept in minor units."""
    if field in _AMOUNTS and isinstance(value, int):
        return f"{value // 100}.{value % 100:02}"
    return value
