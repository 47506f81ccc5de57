"""The goods that were listed last, for words that choose among them: which one is cheaper, 还有吗."""

import json
import re
from collections.abc import Sequence

from actions.kit.base import Turn
from actions.kit.goods import Fit, fit, things_said
from actions.kit.parsing import choice_in
from actions.kit.words import lexicon
from actions.products.questions import answered
from actions.products.texts import choices, facts, line, lines
from actions.products.wording import named_best
from crm_store import products
from crm_store.errors import NotFound
from crm_store.products import Product
from crm_store.text import terms

PAIR = 2
_LASTS = re.compile(r"(?<!the )\blast\b", re.IGNORECASE)
"""How long something lasts chooses no place."""
_SHOWS_PRODUCT = "/ask_product{"


async def spoken_of(turn: Turn) -> Product | None:
    """The product spoken of last."""
    sku = turn.spoken_of.get("product")
    try:
        return await products.by_sku(turn.session, str(sku)) if sku else None
    except NotFound:
        return None


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


async def tell_by_order(turn: Turn) -> bool:
    """Answer which of the goods listed costs or weighs least or most; False when that is not asked, or nothing was
    listed."""
    return not turn.pressed and await tell_first_of(turn, await goods_listed(turn))


async def tell_first_of(turn: Turn, goods: Sequence[Product]) -> bool:
    """Answer which of these costs or weighs least or most; False when that is not asked, or there is no choice."""
    if len(goods) < PAIR:
        return False
    if _tell_by_price(turn, goods):
        return True
    product = _by_weight(turn, goods)
    return product is not None and await _tell(turn, product)


async def tell_chosen(turn: Turn) -> bool:
    """Tell of the one that is chosen among the goods listed by its own words ("the trail ones"), its place ("the first
    ones in 44?") or as the other one; False when none is."""
    listed = [] if turn.pressed else await goods_listed(turn)
    if len(listed) < PAIR:
        return False
    named = await named_best(turn.session, turn.text)
    if named is not None and named not in listed:
        if _by_place(turn, listed) is None:
            return False
        named = None
    product = named or _by_its_own_words(turn, listed) or _by_place(turn, listed) or _other(turn, listed)
    return product is not None and await _tell(turn, product)


async def _tell(turn: Turn, product: Product) -> bool:
    if not await answered(turn, product):
        turn.say("reply_product", facts=facts(product, turn.language))
        turn.done("answered", product=product.sku)
    keep(turn, product)
    return True


def keep(turn: Turn, product: Product) -> None:
    """The product is spoken of now, beside the one before it ("if I take both")."""
    before = turn.spoken_of.get("product")
    turn.focus(product=product.sku)
    if before is not None and before != product.sku:
        turn.focus(product_before=before)


def _by_weight(turn: Turn, listed: Sequence[Product]) -> Product | None:
    """The lightest or heaviest of those whose weight the catalogue knows."""
    order = lexicon.meant("weight_order", turn.text)
    weighed = [product for product in listed if "weight_g" in product.attributes]
    if order is None or len(weighed) < PAIR:
        return None
    choose = max if order == "heaviest" else min
    return choose(weighed, key=lambda product: int(product.attributes["weight_g"]))


def _by_its_own_words(turn: Turn, listed: Sequence[Product]) -> Product | None:
    """The one whose name holds words of the message that no other name of the list holds; None where something that
    is called otherwise is named."""
    said = set(terms(lexicon.without("property_talk", turn.text)))
    names = {product.sku: set(terms(" ".join(product.names.values()))) for product in listed}
    own = [
        product
        for product in listed
        if said & names[product.sku] - set().union(*(names[each.sku] for each in listed if each is not product))
    ]
    if len(own) != 1 or any(fit(thing, _called(own[0])) is Fit.NONE for thing in things_said(turn)):
        return None
    return own[0]


def _by_place(turn: Turn, listed: Sequence[Product]) -> Product | None:
    """The one whose place is said, where the words name nothing else."""
    lasts = _LASTS.search(turn.text) is not None
    place = None if lasts or things_said(turn) else choice_in(turn.text, len(listed))
    return listed[place] if place is not None else None


def _called(product: Product) -> list[str]:
    return [*product.names.values(), *product.keywords]


def _other(turn: Turn, listed: Sequence[Product]) -> Product | None:
    """The next of the list beside the one that was told last."""
    told = turn.spoken_of.get("product")
    if told is None or not lexicon.mentions("the_other", turn.text):
        return None
    return next((product for product in listed if product.sku != told), None)


def _tell_by_price(turn: Turn, listed: Sequence[Product]) -> bool:
    order = lexicon.meant("price_order", turn.text)
    if order is None or not lexicon.mentions("which_of", turn.text):
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
