"""Sizes: which ones a product comes in, and which one a customer means."""

import re

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.asked import sizes_said
from actions.kit.asked.shapes import sizes_named, widths
from actions.kit.words import lexicon
from crm_store.orders import OrderLine
from crm_store.products import Product

__all__ = ["LETTER_SIZES", "is_gone", "left_of", "neighbour", "neighbours", "size_said", "sizes_named", "sizes_of"]

_SETTLED = re.compile(
    r"(?:\b(?:make (?:it|that)|go (?:for|with)|i'?ll (?:take|have)|change it to|i (?:told|said) you)\b"
    r"|改成|改為|改为|改要|还是要|還是要|要的是|(?:说|說|讲|講)的是)(?P<rest>.{0,12})",
    re.IGNORECASE,
)
"""Words by which one of several sizes that are named is decided on."""
LETTER_SIZES = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL")


async def sizes_of(session: AsyncSession, line: OrderLine) -> list[str]:
    """The sizes in which the line's product is sold and in stock, in their order; empty when it has none."""
    product = await session.scalar(select(Product).where(Product.sku == line.sku))
    if product is None or not product.active or not product.in_stock:
        return []
    return [str(size) for size in product.attributes.get("sizes") or []]


async def is_gone(session: AsyncSession, line: OrderLine) -> bool:
    """Whether the catalogue has the line's product and none of it is left; what it does not have says nothing."""
    return await left_of(session, line) is False


async def left_of(session: AsyncSession, line: OrderLine) -> bool | None:
    """Whether another piece of the line's product is left; None where the catalogue does not have it."""
    product = await session.scalar(select(Product).where(Product.sku == line.sku))
    return None if product is None else bool(product.active and product.in_stock)


def size_said(text: str, line: OrderLine, offered: list[str]) -> str | None:
    """The size a message asks for: named, or one larger or smaller than the line's; one that is ruled out is
    not ("40 not 38"). The line's own size is what was bought, not what is wished ("42 码换成 43")."""
    text = sizes_said.in_figures(text)
    out = sizes_said.denied(text)
    settled = [size for found in _SETTLED.finditer(text) for size in sizes_said.wished(found["rest"])[:1]]
    settled = [size for size in settled if size not in out]
    if settled and (not offered or settled[-1] in offered):
        # "Make it 42, 43 is too big": what is decided counts, and not what is named last.
        return settled[-1]
    said = [*sizes_said.wished(text), *(size for size in widths(text) if size in offered)]
    named = [size for size in said if size != line.size and (not offered or size in offered)]
    if named:
        return named[-1]
    if offered and any(size not in offered and size != line.size for size in said):
        # What is not made is told; another size is not taken in its place.
        return None
    if lexicon.mentions("larger", text):
        return neighbour(line.size, offered, step=1)
    if lexicon.mentions("smaller", text):
        return neighbour(line.size, offered, step=-1)
    return None


def neighbours(line: OrderLine, offered: list[str], text: str = "") -> list[str]:
    """The sizes next to the line's own, the one that the words ask for first."""
    larger, smaller = neighbour(line.size, offered, step=1), neighbour(line.size, offered, step=-1)
    both = [smaller, larger] if lexicon.mentions("smaller", text) else [larger, smaller]
    return [size for size in both if size is not None]


def neighbour(size: str | None, offered: list[str], *, step: int) -> str | None:
    """The next larger (`step` 1) or smaller (-1) size on offer."""
    if size is None or size not in offered:
        return None
    at = offered.index(size) + step
    return offered[at] if 0 <= at < len(offered) else None
