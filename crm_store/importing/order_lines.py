"""The lines of an imported order: which row is which line of it, and what they come to. Money in minor units."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_store.importing import figures
from crm_store.importing.columns import NOTE
from crm_store.importing.errors import CellRefused
from crm_store.importing.order_rows import AGAIN, goods, shown
from crm_store.language import Language
from crm_store.orders import LineItem, Order, OrderLine, OrderStatus
from crm_store.products import Product


def item_or_refusal(values: dict[str, Any], products: Mapping[str, Product]) -> LineItem | CellRefused:
    try:
        return _item_of(values, products.get(values["sku"]))
    except CellRefused as refusal:
        return refusal


def _item_of(values: dict[str, Any], product: Product | None) -> LineItem:
    name = values.get("product_name")
    if product is None and name is None:
        raise CellRefused("product_name", "", "name_needed_for_unknown_sku")
    if values["price"] * values.get("quantity", 1) > figures.LARGEST:
        raise CellRefused("quantity", str(values["quantity"]), "too_large")
    names = {language.value: name for language in Language} if name else product.names if product else {}
    return LineItem(
        sku=values["sku"],
        names=names,
        price_minor=values["price"],
        quantity=values.get("quantity", 1),
        size=values.get("size"),
        colour=values.get("colour"),
        product_id=product.id if product else None,
    )


class Lines:
    """The lines of an order, found by the rows that are theirs."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._at: dict[int, OrderLine] = {}
        self._of: dict[tuple[Any, ...], list[OrderLine]] = {}
        self._known = list(order.lines)
        """Those from before these rows, which a row may tell more of."""
        for line in order.lines:
            self._keep(line)

    def _keep(self, line: OrderLine) -> None:
        self._at.setdefault(line.position, line)
        self._of.setdefault(_goods_of(line), []).append(line)

    def of(self, values: dict[str, Any]) -> OrderLine | None:
        """The line of this row: the one it names by its place, or the first, second … of the same goods."""
        if "line" in values:
            return self._at.get(values["line"])
        same: list[OrderLine] = self._of.get(goods(values), [])
        place: int = values.get(AGAIN, 0)
        if place < len(same):
            return same[place]
        return None if same or place else self._told_less_of(values)

    def _told_less_of(self, values: dict[str, Any]) -> OrderLine | None:
        """The only line of these goods from before, where it or the row leaves the size or the colour open: a later
        file tells more of it, or less."""
        lines = [line for line in self._known if line.sku == values["sku"]]
        if len(lines) != 1:
            return None
        told = ((lines[0].size, values.get("size")), (lines[0].colour, values.get("colour")))
        return lines[0] if all(None in pair or pair[0] == pair[1] for pair in told) else None

    def settle(self, values: dict[str, Any], item: LineItem) -> bool:
        """Whether the line of the row is new or was changed."""
        line = self.of(values)
        if line is not None:
            # Each line is one row's: another row of the same goods is another line.
            self._known = [each for each in self._known if each is not line]
            self._of[_goods_of(line)].remove(line)
            changed = set_fields(line, line_fields(item))
            self._of.setdefault(_goods_of(line), []).insert(values.get(AGAIN, 0), line)
            return changed
        self.add(values, item)
        return True

    def add(self, values: dict[str, Any], item: LineItem) -> None:
        line = OrderLine(
            position=values.get("line") or max(self._at, default=0) + 1,
            product_id=item.product_id,
            sku=item.sku,
            names=dict(item.names),
            size=item.size,
            colour=item.colour,
            quantity=item.quantity,
            price_minor=item.price_minor,
        )
        self._order.lines.append(line)
        self._keep(line)


def _goods_of(line: OrderLine) -> tuple[Any, ...]:
    return line.sku, line.size, line.colour


def line_fields(item: LineItem) -> dict[str, Any]:
    fields = {field: getattr(item, field) for field in ("sku", "names", "price_minor", "quantity", "size", "colour")}
    return {field: value for field, value in fields.items() if value is not None}


def sum_of(order: Order) -> int:
    """What is to pay where nobody says another total. A reduction can be more than the lines that are known. Raises
    CellRefused: more than an order can come to."""
    lines = sum(line.price_minor * line.quantity for line in order.lines)
    total = max(0, lines + order.shipping_minor - order.discount_minor)
    if total > figures.LARGEST:
        raise CellRefused("price", "", "order_too_large")
    return total


def paid_back(order: Order, rows: Sequence[dict[str, Any]]) -> int | None:
    """What was paid back of the order by its rows, which are in it by now: of the whole, else of its lines together;
    None where they do not say, or it was cancelled: what is due of such a one is reckoned here.

    Rows of some lines alone say nothing of the others: then it is never less than what is known.
    """
    if order.status == OrderStatus.CANCELLED:
        return None
    if "refund" in rows[0]:
        return min(int(rows[0]["refund"]), order.total_minor)
    lines = Lines(order)
    told: dict[int, int] = {}
    for values in rows:
        line = lines.of(values)
        if line is not None and "line_refund" in values:
            told[line.position] = max(told.get(line.position, 0), values["line_refund"])
    if not told:
        return None
    known = 0 if len(told) == len(order.lines) else order.refund_minor or 0
    return min(max(known, sum(told.values())), order.total_minor)


def note_reduction(order: Order, values: dict[str, Any]) -> None:
    """Note at the row that says it a reduction of more than the order comes to: a figure in the wrong column, or an
    order of which other lines are still to come."""
    worth = sum(line.price_minor * line.quantity for line in order.lines) + order.shipping_minor
    if "discount" in values and order.discount_minor > worth:
        values[NOTE] = CellRefused("discount", shown("discount", order.discount_minor), "discount_above_order")


def set_fields(row: Order | OrderLine, wanted: dict[str, Any]) -> bool:
    """Whether anything of it was another before."""
    changed = {field: value for field, value in wanted.items() if getattr(row, field) != value}
    for field, value in changed.items():
        setattr(row, field, value)
    return bool(changed)
