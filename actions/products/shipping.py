"""What it costs to have the goods spoken of sent at home: one, or two bought together, by the shop's rule."""

from collections.abc import Sequence

from actions.kit.base import Turn
from actions.kit.words import lexicon, places
from actions.knowledge import figures, rules
from actions.products.listed import goods_listed
from actions.products.texts import lines
from crm_store import products
from crm_store.errors import NotFound
from crm_store.language import format_money
from crm_store.policy import policy
from crm_store.products import Product

PAIR = 2


async def tell(turn: Turn) -> bool:
    """Answers whether what was spoken of ships free; False where the words ask for no shipping, or name a case of
    their own."""
    if turn.pressed or not lexicon.mentions("goods_shipping", turn.text) or turn.entities("product"):
        return False
    if places.place(turn.text) or figures.kilograms(turn.text) or figures.amounts(turn.text):
        return False
    goods = await _together(turn) if lexicon.mentions("together", turn.text) else await _told(turn, "product")
    if not goods:
        return False
    total = sum(product.price_minor for product in goods)
    fee, free_from = rules.shipping_at_home(total), policy().shipping.free_from
    turn.say(
        "reply_product_shipping" if fee else "reply_product_ships_free",
        list=lines(goods, turn.language),
        total=format_money(total),
        fee=format_money(fee),
        missing=format_money(max(0, free_from - total)),
        free_from=format_money(free_from),
    )
    turn.done("answered", f"shipping for {total}", products=[product.sku for product in goods])
    return True


async def _together(turn: Turn) -> Sequence[Product]:
    """The two told last, else the two that were listed."""
    told = [*await _told(turn, "product_before"), *await _told(turn, "product")]
    listed = await goods_listed(turn)
    return told if len(told) == PAIR else listed if len(listed) == PAIR else []


async def _told(turn: Turn, kind: str) -> list[Product]:
    sku = turn.spoken_of.get(kind)
    try:
        return [await products.by_sku(turn.session, str(sku))] if sku else []
    except NotFound:
        return []
