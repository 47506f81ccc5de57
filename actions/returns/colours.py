"""Another colour of the very thing: whether it comes in it."""

from sqlalchemy import select

from actions.kit import lexicon
from actions.kit.base import Turn
from actions.kit.replies import joined
from crm_store.labels import LabelMissing, label
from crm_store.language import Language
from crm_store.orders import OrderLine
from crm_store.products import Product


def colour_said(text: str) -> str | None:
    """The colour a text names, by its English name: black."""
    return lexicon.meant("colour", text)


async def tell_colour(turn: Turn, line: OrderLine, colour: str) -> bool:
    """Say whether the line's product comes in that colour; True when it does and is in stock."""
    product = await turn.session.scalar(select(Product).where(Product.sku == line.sku))
    offered = [str(each) for each in (product.attributes or {}).get("colours") or []] if product else []
    item, name = line.name_in(turn.language), colour_name(colour, turn.language)
    if product is not None and product.active and product.in_stock and colour in offered:
        turn.say("reply_return_colour_there", item=item, colour=name)
        return True
    others = joined([colour_name(each, turn.language) for each in offered], turn.language)
    reply = "reply_return_colour_only" if others else "reply_return_colour_not"
    turn.say(reply, item=item, colour=name, colours=others)
    return False


def colour_name(colour: str, language: Language) -> str:
    """In the customer's language; as the catalogue writes it when it has no name there."""
    try:
        return label("colour", colour, language)
    except LabelMissing:
        return colour
