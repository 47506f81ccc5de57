"""The goods that were listed last, for words that choose among them: which one is cheaper, 还有吗."""

import json

from actions.kit import lexicon
from actions.kit.base import Turn
from actions.products.texts import choices, line, lines
from crm_store import products
from crm_store.errors import NotFound
from crm_store.products import Product

_SHOWS_PRODUCT = "/ask_product{"


async def goods_listed(turn: Turn) -> list[Product]:
    """The products of the last list, in its order; empty when something else was listed, or nothing."""
    found = []
    for option in turn.spoken_of.get("listed") or []:
        payload = str(option.get("payload") or "")
        if not payload.startswith(_SHOWS_PRODUCT):
            continue
        sku = str(json.loads(payload.removeprefix("/ask_product")).get("choice") or "")
        try:
            found.append(await products.by_sku(turn.session, sku))
        except NotFound:
            continue
    return found


async def tell_by_price(turn: Turn) -> bool:
    """Answer which of the goods listed costs least or most; False when that is not asked or nothing was listed."""
    order = lexicon.meant("price_order", turn.text)
    if turn.pressed or order is None or not lexicon.mentions("which_of", turn.text):
        return False
    listed = await goods_listed(turn)
    if len(listed) < 2:
        return False
    by_price = sorted(listed, key=lambda product: product.price_minor, reverse=order == "dearest")
    best, *others = by_price
    turn.say(
        f"reply_product_{order}",
        facts=line(best, turn.language, "head"),
        others=lines(others, turn.language),
        buttons=choices(turn, [best]),
    )
    turn.focus(product=best.sku)
    turn.done("answered", f"{order} of {len(listed)}", product=best.sku)
    return True
