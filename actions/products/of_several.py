"""What is asked of several goods at once, the kind that the words name or those listed last: which colours the running
shoes come in, whether there are half sizes, what each weighs. Each is told with what the catalogue says of it."""

from collections.abc import Mapping, Sequence

from actions.kit.asked import comes_with
from actions.kit.asked.shapes import asked, asks_half
from actions.kit.base import Turn
from actions.kit.quick_replies import wish
from actions.kit.replies import joined
from actions.kit.words import lexicon
from actions.knowledge.answers import keep_gap
from actions.products.listed import goods_listed
from actions.products.questions import FACTS, half_sizes
from actions.products.texts import choices, fact_lines, lines, name_of
from actions.products.to_be_had import colour_name, comes_so
from actions.products.wording import named_best, named_kind
from crm_store.labels import label
from crm_store.products import Product

SEVERAL = 2
SHOWN = 4
OTHERWISE = ("price_order", "weight_order", "comparison", "which_of", "compared_by", "size_advice", "shop_place")
"""Beside these one of them is looked for, or something else is asked."""


async def tell(turn: Turn) -> bool:
    """Tells of each what is asked; False where nothing is that the catalogue keeps, or only one is meant."""
    if turn.pressed or any(lexicon.mentions(group, turn.text) for group in OTHERWISE):
        return False
    names = _asked(turn.text)
    beside = comes_with.asked(turn.text)
    if not names and (beside is None or turn.spoken_of.get("product") or turn.entity("choice")):
        return False
    goods = await _meant(turn)
    known = [product for product in goods if any(name in product.attributes for name in names)]
    if len(goods) < SEVERAL or (len(known) < SEVERAL and names):
        return False
    shown = choices(turn, known or goods)
    if not names:
        turn.say("reply_products_unknown", buttons=[wish(turn, "request_human")])
        await keep_gap(turn)
        turn.done("not_found", turn.text, products=[product.sku for product in goods])
    else:
        wanted = asked(turn.text).colours if names == ("colours",) else ()
        told = (
            {"wanted": joined([colour_name(code, turn.language) for code in wanted], turn.language)} if wanted else {}
        )
        there = [each for each in known if wanted and comes_so(each, asked(turn.text), turn.language)]
        if there:
            # Of the two that were listed one comes in black: that one is told.
            turn.say("reply_product_had_list", list=lines(there, turn.language), buttons=choices(turn, there), **told)
            turn.focus(listed=choices(turn, goods), product=there[0].sku if len(there) == 1 else None)
            turn.done("answered", turn.text, products=[product.sku for product in there])
            return True
        listed = "\n".join(_line(turn, each, names) for each in known)
        turn.say(_response(turn.text, known, told), list=listed, buttons=shown, **told)
        turn.done("answered", turn.text, products=[product.sku for product in known])
    turn.focus(listed=choices(turn, goods), product=None)
    return True


def _response(text: str, known: Sequence[Product], told: Mapping[str, str]) -> str:
    """Those that come in a colour were told before (`to_be_had`)."""
    if asks_half(text) and not _any_half(known):
        return "reply_products_no_half"
    return "reply_products_none_so" if told else "reply_products_facts"


def _any_half(goods: Sequence[Product]) -> bool:
    return any(half_sizes(product) for product in goods)


def _asked(text: str) -> Sequence[str]:
    """The attributes that answer the question."""
    if asks_half(text):
        return ("sizes",)
    kinds = [each.value for each in lexicon.heard("product_question", text)]
    if not kinds and asked(text).colours:
        return ("colours",)
    names = [name for kind in kinds for name in (("sizes",) if kind == "size" else FACTS[kind])]
    return tuple(dict.fromkeys(names))


async def _meant(turn: Turn) -> list[Product]:
    """The goods that the words name alike; else those listed last, where none of them was told since."""
    beside = comes_with.asked(turn.text)
    kind = await named_kind(turn.session, turn.text) if beside is None else []
    if kind or turn.entities("product"):
        return [] if await named_best(turn.session, turn.text) else kind[:SHOWN]
    return [] if turn.spoken_of.get("product") else (await goods_listed(turn))[:SHOWN]


def _line(turn: Turn, product: Product, names: Sequence[str]) -> str:
    known = {name: product.attributes[name] for name in names if name in product.attributes}
    told = ", ".join(fact_lines(known, turn.language))
    return label("product_text", "offer", turn.language, name=name_of(product, turn.language), price=told)
