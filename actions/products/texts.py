"""How products read in a reply: name, price and stock, what is known of one, a button that shows it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from actions.kit.base import Button, Turn, button
from actions.kit.quick_replies import BUTTONS_SHOWN
from actions.kit.replies import joined
from crm_store.labels import LabelMissing, label
from crm_store.language import Language, format_money
from crm_store.policy import policy
from crm_store.products import Product

KILOGRAM = 1000


def name_of(product: Product, language: Language) -> str:
    return product.names.get(language) or next(iter(product.names.values()))


def price_of(product: Product, language: Language) -> str:
    price = format_money(product.price_minor, product.currency)
    if not product.reduced or product.list_price_minor is None:
        return label("product_price", "plain", language, price=price)
    list_price = format_money(product.list_price_minor, product.currency)
    return label("product_price", "reduced", language, price=price, list_price=list_price)


def lines(found: Sequence[Product], language: Language) -> str:
    """One line per product: name, price, stock."""
    return "\n".join(line(product, language, "line") for product in found)


def facts(product: Product, language: Language) -> str:
    """What is known of a product: name, price and stock, what it is, its attributes that have a name."""
    known = [line(product, language, "head")]
    if text := product.descriptions.get(language):
        known.append(text)
    return "\n".join([*known, *fact_lines(product.attributes, language)])


def fact_lines(attributes: Mapping[str, Any], language: Language) -> list[str]:
    """The attributes that have a name, one line each: 颜色：白、黑."""
    known = []
    for name, value in attributes.items():
        try:
            title = label("product_attribute", name, language)
        except LabelMissing:
            continue
        known.append(label("product_text", "fact", language, name=title, text=_value(name, value, language)))
    return known


def choices(turn: Turn, found: Iterable[Product]) -> list[Button]:
    """A button per product that shows it."""
    buttons = [button(name_of(product, turn.language), "ask_product", choice=product.sku) for product in found]
    return buttons[: BUTTONS_SHOWN - 1]


def line(product: Product, language: Language, kind: str) -> str:
    return label(
        "product_text",
        kind,
        language,
        name=name_of(product, language),
        price=price_of(product, language),
        stock=_stock(product, language),
    )


def _stock(product: Product, language: Language) -> str:
    if not product.in_stock:
        return label("product_stock", "sold_out", language)
    if product.stock <= policy().products.few_left:
        return label("product_stock", "few", language, count=product.stock)
    return label("product_stock", "in_stock", language)


def _value(name: str, value: Any, language: Language) -> str:
    if isinstance(value, dict):
        return str(value.get(language) or next(iter(value.values()), ""))
    if isinstance(value, list):
        return joined([_value(name, each, language) for each in value], language)
    if name == "weight_g":
        return _weight(int(value), language)
    if name == "colours":
        try:
            return label("product_colour", str(value), language)
        except LabelMissing:
            return str(value)
    return str(value)


def _weight(grams: int, language: Language) -> str:
    """As people say it: 218 克, 2.9 公斤."""
    kind, figure = ("kilograms", f"{grams / KILOGRAM:g}") if grams >= KILOGRAM else ("grams", str(grams))
    return label("product_weight", kind, language, figure=figure)
