"""Which size of a product fits a body, by the chart its product page has: `size_chart: {foot_cm: {"40": 24.5, …}}` or
`{height_cm: {S: 165, …}, weight_kg: {S: 55, …}}`, each figure the most that a size is made for."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm_store import products
from crm_store.products import Product

POUND_OF_CHINA = 0.5
"""Kilograms of a 斤."""
_FIGURES = {
    "foot_cm": re.compile(
        r"(?<![\d.])(?P<n>(?:1[5-9]|2\d|30)(?:\.\d)?)(?!\d|\s*(?:码|碼|号|號|kg|公斤|斤|元|块|¥|寸|吋))"
    ),
    "height_cm": re.compile(r"(?<![\d.])(?:(?P<n>1[4-9]\d)(?!\d)|1[.米m](?P<m>[4-9]\d))"),
    "weight_kg": re.compile(
        r"(?<![\d.])(?P<n>\d{2,3}(?:\.\d)?)\s*(?P<unit>公斤|千克|kgs?(?![a-z])|kilos?|斤)", re.IGNORECASE
    ),
}
_SLASH = re.compile(r"1[4-9]\d\s*(?:cm|厘米|公分)?\s*[/,，、和]\s*(?P<n>\d{2})(?![\d.])(?!\s*斤)")


@dataclass(frozen=True, slots=True)
class Advice:
    """The size that the chart gives, None where it has none so large; and the figures that decide it."""

    size: str | None
    by: Mapping[str, float]


def advised(product: Product, text: str) -> Advice | None:
    """What the chart says to the figures of a text; None where there is no chart for them."""
    chart: Any = product.attributes.get(products.SIZE_CHART)
    if not isinstance(chart, dict):
        return None
    by = {measure: figure for measure in chart if (figure := _figure(measure, text)) is not None}
    if not by:
        return None
    sizes = [str(size) for size in product.attributes.get("sizes") or []]
    least = [_least(chart[measure], figure, sizes) for measure, figure in by.items()]
    places = [sizes.index(size) for size in least if size is not None]
    # What one figure needs larger than the other decides.
    return Advice(sizes[max(places)] if len(places) == len(least) else None, by)


def _least(most: Mapping[str, Any], figure: float, sizes: list[str]) -> str | None:
    """The smallest size made for a figure."""
    return next((size for size in sizes if size in most and figure <= float(most[size])), None)


def _figure(measure: str, text: str) -> float | None:
    flat = unicodedata.normalize("NFKC", text)
    pattern = _FIGURES.get(measure)
    found = pattern.search(flat) if pattern else None
    if measure == "weight_kg":
        found = found or _SLASH.search(flat)
    if found is None:
        return None
    groups = found.groupdict()
    if groups.get("m"):
        return 100 + float(groups["m"])
    number = float(groups["n"])
    return number * POUND_OF_CHINA if groups.get("unit") == "斤" else number
