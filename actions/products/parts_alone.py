"""Whether a part of a product is sold by itself: 只买奶嘴可以吗, "can I buy just the lid". The catalogue holds whole
goods; a part that it holds as none of them is said to be so, with the product it belongs to."""

from actions.kit.asked.part_asked import asked
from actions.kit.base import Turn
from actions.kit.goods import as_written
from actions.kit.quick_replies import wish
from actions.knowledge.answers import keep_gap
from actions.products.listed import keep, spoken_of
from actions.products.texts import name_of
from actions.products.wording import named_best
from crm_store import products
from crm_store.products import Product
from crm_store.text import normalise


async def tell(turn: Turn) -> bool:
    """Says that the shop's catalogue has no such part by itself; False where none is asked for, it is a product of its
    own, or nothing is meant that it belongs to."""
    part = asked(turn.text)
    if part is None:
        return False
    product = await _of(turn, part)
    own = await products.named(turn.session, part)
    if product is None or own:
        return False
    values = {"part": as_written(turn, part), "name": name_of(product, turn.language)}
    turn.say("reply_product_part_unknown", buttons=[wish(turn, "request_human")], **values)
    await keep_gap(turn)
    keep(turn, product)
    turn.done("not_found", turn.text, product=product.sku)
    return True


async def _of(turn: Turn, part: str) -> Product | None:
    """The product that the part belongs to: the one that is named, else the one spoken of."""
    flat = normalise(turn.text).replace(part, " ")
    said = [normalise(str(value)) for kind in ("product", "reward") for value in turn.entities(kind)]
    for word in [*(each for each in said if part not in each and each not in part), flat]:
        if (named := await named_best(turn.session, word)) is not None:
            return named
    return await spoken_of(turn)
