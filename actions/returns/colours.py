"""Another colour of the very thing: whether it comes in it."""

from sqlalchemy import select

from actions.kit import consent, lexicon
from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.replies import joined
from actions.products.questions import tell_colours
from actions.returns.heard import kind_wished, reason_said
from actions.returns.lines import Lines, fitting, own_line
from crm_store import products
from crm_store.labels import LabelMissing, label
from crm_store.language import Language
from crm_store.orders import OrderLine
from crm_store.products import Product


def colour_said(text: str) -> str | None:
    """The colour a text names, by its English name: black."""
    return lexicon.meant("colour", text)


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
