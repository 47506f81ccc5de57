"""Whether a thing on the mains can be used in a place: its voltage and plug against those of the place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from actions.kit.asked import sent_abroad
from actions.kit.base import Turn
from actions.kit.words.places import place
from actions.products import aspects
from actions.products.texts import name_of
from crm_store.labels import label
from crm_store.products import Product
from crm_store.text import normalise

VOLTAGE = "voltage"
VOLTS: Mapping[str, int] = {
    "TW": 110, "JP": 100, "US": 120, "CA": 120, "MX": 127, "HK": 220, "MO": 220, "KR": 220, "SG": 230, "MY": 240,
    "TH": 220, "VN": 220, "PH": 220, "ID": 230, "IN": 230, "GB": 230, "IE": 230, "AU": 230, "NZ": 230, "FR": 230,
    "DE": 230, "IT": 230, "ES": 230, "PT": 230, "NL": 230, "BE": 230, "CH": 230, "AT": 230, "SE": 230, "NO": 230,
    "DK": 230, "FI": 230, "PL": 230, "CZ": 230, "GR": 230, "RU": 220, "TR": 230, "AE": 230,
}  # fmt: skip
"""What comes out of the sockets of a place."""
SAME_PLUG = frozenset({"AU", "NZ"})
"""Places whose sockets take a Chinese three-pin plug."""
NEAR = 30
"""So many volts apart are the same mains: 220 and 240."""
_MAINS = re.compile(r"(?<!\d)([12]\d\d)\s*v(?![a-z])|([12]\d\d)\s*伏", re.IGNORECASE)
_THREE_PIN = re.compile(r"三脚|three pin")
_USB = re.compile(r"\busb\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class There:
    """The place a thing is to be used in, as it is called, and its mains. `same_plug`: no adapter is needed."""

    called: str
    volts: int
    same_plug: bool


def tell(turn: Turn, product: Product) -> bool:
    """Tells whether it can be used there; False where no place or voltage is named, or none is written of the thing."""
    there, told = _there(turn), aspects.fact(product, VOLTAGE, turn.language)
    if there is None or told is None:
        return False
    own = _volts(told.text)
    if own is None and not _USB.search(told.text):
        return False
    turn.say(
        _response(own, there, told.text),
        name=name_of(product, turn.language), told=told.text, place=there.called, there=there.volts, own=own,
    )  # fmt: skip
    turn.done("answered", f"{product.sku}: {VOLTAGE}", product=product.sku)
    return True


def _response(own: int | None, there: There, told: str) -> str:
    if own is None:
        return "reply_product_mains_usb"
    if abs(own - there.volts) > NEAR:
        return "reply_product_mains_no"
    fits = there.same_plug and _THREE_PIN.search(normalise(told)) is not None
    return "reply_product_mains_yes" if fits else "reply_product_mains_adapter"


def _there(turn: Turn) -> There | None:
    """The place that the words name, or a voltage they say; else the place abroad spoken of."""
    said = _volts(turn.text)
    code = place(turn.text) or (None if said else str(turn.spoken_of.get(sent_abroad.FOCUS) or "") or None)
    volts = VOLTS.get(code or "", said)
    if volts is None:
        return None
    called = label("place", code, turn.language) if code else label("product_answer", "there", turn.language)
    return There(called, volts, code in SAME_PLUG)


def _volts(text: str) -> int | None:
    found = _MAINS.search(text)
    return int(found.group(1) or found.group(2)) if found else None
