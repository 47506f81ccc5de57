"""Another colour of the very thing: which one is wished, and whether it comes in it."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.replies import joined
from actions.kit.words import consent, lexicon
from actions.products.questions import tell_colours
from actions.returns.heard import kind_wished, reason_said
from actions.returns.lines import Lines, fitting, own_line
from crm_store import products
from crm_store.labels import LabelMissing, label
from crm_store.language import Language
from crm_store.orders import OrderLine
from crm_store.products import Product
from crm_store.text import normalise

_GROUPS = ("goods_colour", "colour")
"""Colours by the codes of the catalogue, and those that are called by one sign."""
_IS_HAD = re.compile(
    r"(?:现在|手上|手头|收到|买|来|拿到|穿|本来|原来|这个|这件|那个)(?:的|这|那|个|件|双|就|都)*(?:是|系|了)?$"
    r"|\b(?:my|mine is|is|was|it s|got|bought|ordered|have|from|instead of|not|this|current)(?: (?:the|a|an|in|my))*$"
)
"""What stands before the colour that the thing has, which is not wished."""
_IS_REFUSED = re.compile(
    r"(?:不|唔|不要|不想要|别|不是|不换|唔要|唔系|才不要|不喜欢)(?:换|那|这|个|件|双|的|什么|成|给我)*$"
    r"|\b(?:not|no|don t want|do not want|without|instead of|anything but)(?: (?:the|a|an|in|that|any))*$"
)
"""What stands before a colour that is not to be."""
_NO_COLOUR = re.compile(
    r"蓝牙|白金|[金银]卡|红包|黑猫|\b(?:bluetooth|platinum|gold|silver) (?:member|level|tier|card)|\bbluetooth\b"
)
"""Words that hold a colour and name none."""
_FAMILIES = (
    frozenset({"blue", "navy"}), frozenset({"green", "olive"}), frozenset({"beige", "sand", "khaki"}),
    frozenset({"brown", "camel", "coffee"}),
)  # fmt: skip
"""Colours that are called by each other's names."""


def colour_said(text: str) -> str | None:
    """The colour a text wishes, as the catalogue calls it: olive of "my black one for the olive". The last one named
    that is not told to be the thing's own; the only one named, whatever is told of it."""
    flat = _NO_COLOUR.sub(" ", normalise(text))
    named = sorted(
        (each.start, -each.end, at, each.value)
        for at, group in enumerate(_GROUPS)
        for each in lexicon.heard(group, flat)
    )
    found: list[tuple[int, str]] = []
    ended = 0
    for start, end, _, value in named:
        if start >= ended:
            found.append((start, value))
            ended = -end
    named_last = found[-1][1] if found else None
    found = [each for each in found if not _IS_REFUSED.search(flat[: each[0]].rstrip())]
    wished = [value for start, value in found if not _IS_HAD.search(flat[:start].rstrip())]
    return wished[-1] if wished else (named_last if found else None)


def refused(text: str) -> set[str]:
    """The colours that a text says it is not to be: sand of 不要沙的."""
    flat = _NO_COLOUR.sub(" ", normalise(text))
    named = [each for group in _GROUPS for each in lexicon.heard(group, flat)]
    return {each.value for each in named if _IS_REFUSED.search(flat[: each.start].rstrip())}


def as_offered(colour: str, offered: Sequence[str]) -> str:
    """The colour as the product has it: blue is navy where that is its only blue."""
    family = next((each for each in _FAMILIES if colour in each), frozenset())
    alike = [each for each in offered if each in family]
    return alike[0] if colour not in offered and len(alike) == 1 else colour


async def offered_colours(turn: Turn, line: OrderLine) -> list[str]:
    """The colours in which the line's product can be had now."""
    product = await _product(turn, line)
    return _colours(product) if product is not None and product.active and product.in_stock else []


async def asks_colours(turn: Turn, everything: Lines) -> bool:
    """Tells which colours the thing in question, or the one that is named, comes in where that is asked; whether
    nothing else is wished beside it. `everything`: what the member bought."""
    text = words(turn)
    # Heard without a look at what denies it: 别 of 别的颜色 denies nothing.
    asked = any(each.value == "colours" for each in lexicon.heard("product_question", text))
    asked = asked and colour_said(text) is None and consent.asks_back(text)
    if not asked or reason_said(text) is not None:
        return False
    product = await _asked_about(turn, text, everything)
    if product is not None:
        await tell_colours(turn, product)
    return product is not None and kind_wished(text) is None


async def _asked_about(turn: Turn, text: str, everything: Lines) -> Product | None:
    """The product that the words name, of those bought first, else of the shop's; where they name none, the one whose
    return is begun."""
    if sold := await products.named(turn.session, text):
        return sold[0]
    skus = {line.sku for _, line in await fitting(turn, text, everything)}
    in_hand = await own_line(turn, turn.slot("return_line"))
    if in_hand is not None and (in_hand[1].sku in skus or not (skus or turn.entities("product"))):
        skus = {in_hand[1].sku}
    found = list(await turn.session.scalars(select(Product).where(Product.sku.in_(skus)))) if skus else []
    return found[0] if len(found) == 1 else None


async def tell_colour(turn: Turn, line: OrderLine, colour: str) -> bool:
    """Say whether the line's product comes in that colour; True when it does and is in stock."""
    item = line.name_in(turn.language)
    colour = as_offered(colour, await made_in(turn, line))
    name = colour_name(colour, turn.language)
    if colour in await offered_colours(turn, line):
        turn.say("reply_return_colour_there", item=item, colour=name)
        return True
    product = await _product(turn, line)
    others = joined([colour_name(each, turn.language) for each in _colours(product)], turn.language) if product else ""
    reply = "reply_return_colour_only" if others else "reply_return_colour_not"
    turn.say(reply, item=item, colour=name, colours=others)
    return False


async def made_in(turn: Turn, line: OrderLine) -> list[str]:
    """The colours of the line's product, whether they can be had now or not."""
    product = await _product(turn, line)
    return _colours(product) if product is not None else []


async def _product(turn: Turn, line: OrderLine) -> Product | None:
    found: Product | None = await turn.session.scalar(select(Product).where(Product.sku == line.sku))
    return found


def _colours(product: Product) -> list[str]:
    return [str(each) for each in (product.attributes or {}).get("colours") or []]


def colour_name(colour: str, language: Language) -> str:
    """In the customer's language; as the catalogue writes it when it has no name there."""
    for group in ("colour", "product_colour"):
        try:
            return label(group, colour, language)
        except LabelMissing:
            continue
    return colour
