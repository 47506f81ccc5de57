"""Which size fits a body that is told in figures: 脚长 26, "165 cm and 65 kilos". The catalogue holds the sizes a thing
is made in and no chart of bodies, so no size is made up: that is said once, with what helps."""

from actions.kit import shapes
from actions.kit.base import Turn
from actions.kit.quick_replies import wish
from actions.kit.replies import joined
from actions.knowledge.answers import keep_gap
from actions.products.counted import spoken_of
from actions.products.listed import keep
from actions.products.texts import name_of
from actions.products.wording import named_best
from crm_store.products import Product


async def tell(turn: Turn) -> bool:
    """Says that there is no chart for the figures told; False where none are, or no thing with sizes is meant."""
    body = None if turn.pressed else shapes.body_said(turn.text)
    if body is None:
        return False
    product = await named_best(turn.session, turn.text)
    if product is None and not turn.entities("product"):
        product = await spoken_of(turn)
    sizes = _sizes(product)
    if product is None or not sizes:
        turn.say(f"reply_no_chart_{body}", buttons=[wish(turn, "request_human")])
    else:
        values = {"name": name_of(product, turn.language), "sizes": joined(sizes, turn.language)}
        turn.say(f"reply_product_no_chart_{body}", buttons=[wish(turn, "request_human")], **values)
        keep(turn, product)
    await keep_gap(turn)
    turn.done("not_found", turn.text)
    return True


def _sizes(product: Product | None) -> list[str]:
    return [str(size) for size in (product.attributes.get("sizes") or [])] if product is not None else []
