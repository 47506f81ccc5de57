"""Two products told apart by what is asked of them: which is lighter, which holds more. What the catalogue only tells
in words is quoted of both, and no verdict made up."""

import re
from collections.abc import Sequence

from actions.kit.asked.shapes import asked
from actions.kit.base import Turn
from actions.kit.replies import joined, size_text
from actions.kit.words import lexicon
from actions.products.listed import goods_listed, keep
from actions.products.texts import choices, fact_lines, lines, name_of
from actions.products.to_be_had import comes_so
from actions.products.told_before import told_last
from actions.products.wording import best_of, named_best, on_offer
from crm_store import products
from crm_store.errors import NotFound
from crm_store.labels import label
from crm_store.products import Product

PAIR = 2
BY = {
    "lightest": (("weight_g",), False),
    "heaviest": (("weight_g",), True),
    "roomiest": (("volume_l", "volume_ml"), True),
    "longest": (("hours", "mah"), True),
    "thickest": (("thickness_mm",), True),
    "strongest": (("watts",), True),
}
"""What is asked for → the attributes that tell it, and whether the one with more of it is meant."""
TOLD = "told"
"""What only the words of the catalogue may tell: softness, warmth, grip."""

_BETWEEN = re.compile(
    r"还是|還是|定系|定係|[和跟与與同及比或、,，/&?？。]|\b(?:or|and|vs|versus|with|than|to|between)\b", re.IGNORECASE
)


def asked_by(text: str) -> str | None:
    """By what two things are to be told apart; None where nothing of the kind is asked."""
    which = any(lexicon.mentions(group, text) for group in ("which_of", "comparison", "either_or"))
    if not which:
        return None
    return lexicon.meant("compared_by", text) or lexicon.meant("weight_order", text)


async def tell(turn: Turn) -> bool:
    """Tells which of the two that are named, or of one beside the one spoken of, is more of what is asked; and which
    comes in a size that is asked beside it. False where the words name no two, or ask for nothing of the kind."""
    by = None if turn.pressed else asked_by(turn.text)
    if by is None:
        return False
    pair = await pair_named(turn)
    if not pair and not turn.entities("product"):
        # "Which is lighter then": the two that were told.
        pair = await told_last(turn)
    if len(pair) < PAIR:
        return False
    say_apart(turn, pair, by)
    return True


def say_apart(turn: Turn, pair: Sequence[Product], by: str) -> None:
    """The attribute of both, and which one has it; or what the catalogue says of each."""
    names, more = BY.get(by, ((), True))
    attribute = next((name for name in names if all(name in product.attributes for product in pair)), None)
    shown, won = choices(turn, pair), None
    measured = [product for product in pair if any(name in product.attributes for name in names)]
    if attribute is None and measured:
        told = "\n".join(_measured_if_known(product, names, turn) for product in pair)
        turn.say("reply_product_apart_one_known", list=told, buttons=shown)
    elif attribute is None:
        told = "\n".join(_in_words(product, turn) for product in pair)
        turn.say("reply_product_apart_in_words", list=told, buttons=shown)
    else:
        told = "\n".join(_measured(product, attribute, turn) for product in pair)
        verdict, won = _verdict(turn, pair, attribute, by, more)
        turn.say("reply_product_apart", list=told, verdict=verdict, buttons=shown)
    _tell_sizes(turn, pair)
    turn.focus(listed=shown, product=None)
    if won is not None:
        # "Ok, and in black?" goes on with the one that has it.
        keep(turn, won)
    turn.done("answered", f"told apart by {by}", products=[product.sku for product in pair])


def _verdict(turn: Turn, pair: Sequence[Product], attribute: str, by: str, more: bool) -> tuple[str, Product | None]:
    """Which of the two has it, and the words that say so."""
    least, most = sorted(pair, key=lambda product: float(product.attributes[attribute]))
    if least.attributes[attribute] == most.attributes[attribute]:
        return label("product_apart", "alike", turn.language), None
    won = most if more else least
    return label("product_apart", by, turn.language, name=name_of(won, turn.language)), won


def _measured(product: Product, attribute: str, turn: Turn) -> str:
    (fact,) = fact_lines({attribute: product.attributes[attribute]}, turn.language)
    return label("product_apart", "of_one", turn.language, name=name_of(product, turn.language), text=fact)


def _measured_if_known(product: Product, names: Sequence[str], turn: Turn) -> str:
    known = next((name for name in names if name in product.attributes), None)
    if known is not None:
        return _measured(product, known, turn)
    text = label("product_apart", "untold", turn.language)
    return label("product_apart", "of_one", turn.language, name=name_of(product, turn.language), text=text)


def _in_words(product: Product, turn: Turn) -> str:
    text = product.descriptions.get(turn.language) or label("product_apart", "untold", turn.language)
    return label("product_apart", "of_one", turn.language, name=name_of(product, turn.language), text=text)


def _tell_sizes(turn: Turn, pair: Sequence[Product]) -> None:
    """Which of the two come in the size or colour that is asked beside it."""
    wanted = asked(turn.text)
    if not wanted.sizes and not wanted.colours:
        return
    there = [product for product in pair if comes_so(product, wanted, turn.language)]
    told = [size_text(size, turn.language) for size in wanted.sizes]
    told += [label("product_colour", code, turn.language) for code in wanted.colours]
    what = joined(told, turn.language)
    if there:
        turn.say("reply_product_had_list", wanted=what, list=lines(there, turn.language))
    else:
        turn.say("reply_product_had_none", wanted=what)


async def pair_named(turn: Turn) -> list[Product]:
    """The two that the words name, both of a kind where a word alone leaves it open ("the light ones"); else the one
    named and the one spoken of."""
    whole = await products.named(turn.session, turn.text)
    if len(whole) >= PAIR:
        return whole[:PAIR]
    parts = [part for part in _BETWEEN.split(turn.text) if part.strip() and not _only_asks(part)]
    named = whole or [each for part in parts if (each := await named_best(turn.session, part)) is not None]
    first = named[0] if named else None
    if first is None:
        return []
    every = await on_offer(turn.session)
    kin = [product for product in every if product.category == first.category]
    found = [best_of(kin, every, part, vague=True) or await named_best(turn.session, part) for part in parts]
    others = [product for product in found if product is not None and product.sku != first.sku]
    other = others[0] if others else await _beside(turn, first)
    if other is None:
        return []
    in_order = [product for product in found if product is not None and product.sku in (first.sku, other.sku)]
    return [other, first] if others and in_order and in_order[0].sku == other.sku else [first, other]


def _only_asks(part: str) -> bool:
    """Whether a part of an English question asks which one, and names none ("which is lighter")."""
    return part.isascii() and lexicon.mentions("which_of", part)


async def _beside(turn: Turn, named: Product) -> Product | None:
    """What the one named is held against: the one spoken of, else another of its kind in the list told last."""
    for kind in ("product", "product_before"):
        sku = turn.spoken_of.get(kind)
        try:
            told = await products.by_sku(turn.session, str(sku)) if sku else None
        except NotFound:
            told = None
        if told is not None and told.sku != named.sku and told.category == named.category:
            return told
    listed = [each for each in await goods_listed(turn) if each.category == named.category and each.sku != named.sku]
    return listed[0] if listed else None
