"""In which sizes the goods listed are to be had: "do you have them in 44", "only up to 40?"."""

from actions.kit.base import Turn
from actions.kit.replies import joined
from actions.kit.words import budget, lexicon
from actions.products.listed import goods_listed, keep
from actions.products.questions import also_asked
from actions.products.sizes import sizes_named
from actions.products.texts import choices, lines, name_of
from crm_store.labels import label
from crm_store.language import Language
from crm_store.products import Product


async def tell(turn: Turn) -> bool:
    """Tells which of the goods listed come in a size, or how far the sizes of each go; False where no size is asked."""
    named, how_far = sizes_named(turn.text), lexicon.mentions("size_range", turn.text)
    is_asked = how_far or (
        named and budget.said(turn.text) is None and not lexicon.mentions("price_question", turn.text)
    )
    another = turn.entities("product") or lexicon.mentions("not_of_kind", turn.text)
    if turn.pressed or another or not is_asked or turn.spoken_of.get("product"):
        return False
    sized = [product for product in await goods_listed(turn) if product.attributes.get("sizes")]
    if not sized:
        return False
    there = [product for product in sized if named and named[0] in _sizes(product) and product.in_stock]
    if there and not how_far:
        buttons = choices(turn, there)
        turn.say("reply_product_sizes_there", size=named[0], list=lines(there, turn.language), buttons=buttons)
        if len(there) == 1:
            await also_asked(turn, there[0])
            keep(turn, there[0])
    else:
        told, buttons = size_lines(sized, turn.language), choices(turn, sized)
        none = named and not there and not how_far
        response = "reply_recommend_no_size" if none else "reply_product_sizes_listed"
        turn.say(response, list=told, buttons=buttons, **({"size": named[0]} if none else {}))
    turn.done("answered", turn.text, products=[product.sku for product in there or sized])
    return True


def size_lines(goods: list[Product], language: Language) -> str:
    """One line for each: its name and the sizes it comes in."""
    return "\n".join(
        label("product_text", "sizes", language, name=name_of(each, language), sizes=joined(_sizes(each), language))
        for each in goods
    )


def _sizes(product: Product) -> list[str]:
    return [str(size) for size in product.attributes["sizes"]]
