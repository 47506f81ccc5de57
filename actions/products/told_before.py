"""The two goods that words which name neither are about: told one after the other, or the two of the last list."""

from actions.kit.base import Turn
from actions.products.listed import goods_listed
from actions.products.wording import best_of
from crm_store import products
from crm_store.errors import NotFound
from crm_store.products import Product

PAIR = 2
LOOKED_BACK = 4
"""So many of the customer's messages before may have named one of the two."""


async def told_last(turn: Turn) -> list[Product]:
    """The two products of a kind that were told one after the other, else the two of the last list; empty where there
    are no two."""
    found: list[Product] = []
    for kind in ("product_before", "product"):
        if sku := turn.spoken_of.get(kind):
            try:
                found.append(await products.by_sku(turn.session, str(sku)))
            except NotFound:
                return []
    if len(found) == PAIR and found[0].sku != found[1].sku:
        return found
    listed = await goods_listed(turn)
    if len(listed) == PAIR:
        return listed
    return [*await _named_before(turn, found[-1]), found[-1]][-PAIR:] if found else []


async def _named_before(turn: Turn, told: Product) -> list[Product]:
    """Another one of the kind, which the customer named some messages before."""
    kin = await products.in_category(turn.session, told.category)
    others = [each for each in kin if each.sku != told.sku]
    said = [str(event.get("text") or "") for event in turn.tracker.events if event.get("event") == "user"]
    for text in reversed(said[-LOOKED_BACK - 1 : -1]):
        if not text.startswith("/") and (named := best_of(others, kin, text)) is not None:
            return [named]
    return []
