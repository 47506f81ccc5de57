"""Whether a product is to be had in the size or colour that is asked, and how many are left: 沙色有冇, "the trail shoes
in 42?". Yes or no comes first."""

from collections.abc import Sequence
from typing import Any

from actions.kit.asked.shapes import Asked, asked, is_width
from actions.kit.base import Turn
from actions.kit.parsing import choice_in
from actions.kit.replies import joined, size_text
from actions.kit.said_before import messages_before
from actions.kit.words import budget, lexicon
from actions.knowledge.answers import keep_gap
from actions.products.kinds import kin
from actions.products.listed import goods_listed, keep, spoken_of
from actions.products.questions import also_asked
from actions.products.texts import choices, lines, name_of, price_of
from actions.products.wording import named_best, named_kind, on_offer
from crm_store.labels import label
from crm_store.language import Language
from crm_store.products import Product
from crm_store.text import normalise

LOOKED_BACK = 4
"""So many of the customer's messages before may have named what a bare size is asked of."""
NOT_OF_A_PIECE = ("size_advice", "size_range", "points_word", "not_of_kind", "other_of_kind")
"""Beside these a size or colour is no question of what is to be had."""
SHADES = {"blue": ("navy",), "green": ("olive",), "beige": ("sand", "camel"), "brown": ("camel",)}
"""What a customer may mean by the plain name of a colour."""
MERE_COLOUR = 16
"""So many characters name a colour and little else: "that in black?"."""
KIN, KIN_SHOWN = 2, 2
"""So many of a kind at least are a choice; so many are told where the thing itself does not come so."""


async def tell(turn: Turn) -> bool:
    """Tells whether the product that is meant is to be had so; False where that is not asked, or none is meant."""
    wanted = Asked((), (), how_many=False) if turn.pressed else asked(turn.text)
    if not wanted or _is_of_another(_beside_goods(turn), of_a_bed=bool(wanted.beds)):
        return False
    product = await _meant(turn)
    if product is None:
        return await _tell_of_kind(turn, wanted)
    return await _tell_of(turn, product, wanted)


async def tell_of(turn: Turn, product: Product) -> bool:
    """The same of a product that was found by other means."""
    wanted = Asked((), (), how_many=False) if turn.pressed else asked(turn.text)
    is_other = _is_of_another(_beside_goods(turn), of_a_bed=bool(wanted.beds))
    return bool(wanted) and not is_other and await _tell_of(turn, product, wanted)


async def _tell_of(turn: Turn, product: Product, wanted: Asked) -> bool:
    if not _concerns(wanted, product):
        return await _tell_no_colours(turn, product, wanted)
    say_had(turn, product, wanted, instead=await _instead(turn, product, wanted))
    if not wanted.beds:
        # "Can it be used on a bed of 1.8" asks for nothing beside the size.
        await also_asked(turn, product)
    keep(turn, product)
    return True


async def _tell_no_colours(turn: Turn, product: Product, wanted: Asked) -> bool:
    """Tells that no colours are kept of it, where nothing but a colour is asked; False otherwise."""
    asks = lexicon.mentions("had_question", turn.text) or len(normalise(turn.text)) <= MERE_COLOUR
    beside = wanted.sizes or lexicon.mentions("price_question", turn.text)
    if not wanted.colours or product.attributes.get("colours") or beside or not asks:
        return False
    turn.say("reply_product_no_colours", name=name_of(product, turn.language))
    await keep_gap(turn)
    turn.done("not_found", turn.text, product=product.sku)
    keep(turn, product)
    return True


def comes_so(product: Product, wanted: Asked, language: Language) -> bool:
    """Whether it is in stock in everything that is asked."""
    there, missing = split(product, wanted, language)
    return product.in_stock and bool(there) and not missing


async def so_of_kind(turn: Turn, product: Product, wanted: Asked) -> list[Product]:
    """What else of the same kind is in stock in everything that is asked."""
    others = kin(product, await on_offer(turn.session))
    return [each for each in others if comes_so(each, wanted, turn.language)][:KIN_SHOWN]


async def _instead(turn: Turn, product: Product, wanted: Asked) -> str:
    """Lines with what else of the kind comes so, where the thing itself does not; kept as what was listed."""
    _, missing = split(product, wanted, turn.language)
    others = await so_of_kind(turn, product, wanted) if missing and product.in_stock else []
    if not others:
        return ""
    turn.focus(listed=choices(turn, others))
    told = joined(split(others[0], wanted, turn.language)[0], turn.language)
    head = label("asked_together", "kin", turn.language, wanted=told)
    return "\n".join(["", head, lines(others, turn.language)])


def _concerns(wanted: Asked, product: Product) -> bool:
    """Whether it can be asked of this product: a lamp comes in no size."""
    return bool(
        wanted.how_many
        or (wanted.sizes and _sizes(product) and not _by_width(product))
        or (wanted.beds and _by_bed(product))
        or (wanted.colours and product.attributes.get("colours"))
    )


def say_had(turn: Turn, product: Product, wanted: Asked, *, instead: str = "") -> None:
    """Yes or no for what is asked, the size and the colour together where both are there. `instead`: lines of what else
    of its kind comes so, told with the last no."""
    there, missing = split(product, wanted, turn.language)
    name = name_of(product, turn.language)
    if not product.in_stock:
        turn.say("reply_product_gone", name=name)
    elif there and not (wanted.how_many and not missing):
        price = price_of(product, turn.language)
        # Stock is kept of the product as a whole: of one size or colour among several only that it is kept is known.
        response = "reply_product_had_of_several" if _comes_in_several(product) else "reply_product_had"
        turn.say(response, name=name, wanted=joined(there, turn.language), price=price)
    if product.in_stock:
        for place, (kind, value, comes_in) in enumerate(missing, 1):
            values: dict[str, Any] = {kind: value, f"{kind}s": comes_in}
            if kind != "bed":
                values["instead"] = instead if place == len(missing) else ""
            turn.say(_none(kind, value, product), name=name, **values)
    if product.in_stock and wanted.how_many:
        _say_how_many(turn, product, there)
    turn.done("answered", turn.text, product=product.sku)


def _none(kind: str, value: str, product: Product) -> str:
    """The response that tells what it does not come in: a bed's name says nothing of goods sold by the width."""
    if kind == "bed":
        return "reply_product_bed_none" if is_width(value) or not _by_width(product) else "reply_product_bed_by_width"
    return "reply_product_size_none" if kind == "size" else "reply_product_colour_none"


def _say_how_many(turn: Turn, product: Product, there: Sequence[str]) -> None:
    values: dict[str, Any] = {"name": name_of(product, turn.language), "count": product.stock}
    several = _comes_in_several(product)
    if there and several:
        turn.say("reply_product_left_of_all", wanted=joined(there, turn.language), **values)
    else:
        turn.say("reply_product_left_split" if several else "reply_product_left", **values)


def _sizes(product: Product) -> list[str]:
    return [str(size) for size in product.attributes.get("sizes") or []]


def _by_width(product: Product) -> bool:
    """Whether it is sold by the width of a bed."""
    return bool(_sizes(product)) and all(is_width(size) for size in _sizes(product))


def _by_bed(product: Product) -> bool:
    """Whether it is sold by the size of a bed, as a width or by a name."""
    return _by_width(product) or any(asked(size).beds for size in _sizes(product))


def _comes_in_several(product: Product) -> bool:
    return max(len(product.attributes.get(each) or []) for each in ("sizes", "colours")) > 1


def split(product: Product, wanted: Asked, language: Language) -> tuple[list[str], list[tuple[str, str, str]]]:
    """What there is of it, in words; and what there is not: size or colour, its name, what it comes in instead."""
    sizes = _sizes(product)
    colours = [str(colour) for colour in product.attributes.get("colours") or []]
    there = [size_text(size, language) for size in wanted.sizes if size in sizes]
    missing = [("size", size, joined(sizes, language)) for size in wanted.sizes if sizes and size not in sizes]
    if _by_bed(product):
        called = {size.lower(): size for size in sizes}
        there = [_bed(called[bed], language) for bed in wanted.beds if bed in called]
        missing = [("bed", bed, joined(sizes, language)) for bed in wanted.beds if bed not in called]
    for code in wanted.colours if colours else ():
        like = [colour for colour in colours if colour in (code, *SHADES.get(code, ()))]
        if like:
            there.append(colour_name(like[0], language))
        else:
            comes_in = joined([label("product_colour", colour, language) for colour in colours], language)
            missing.append(("colour", label("product_colour", code, language), comes_in))
    return there, missing


def _bed(size: str, language: Language) -> str:
    return label("size", "bed" if is_width(size) else "plain", language, size=size)


def colour_name(code: str, language: Language) -> str:
    """A colour as it is spoken of by itself: 绿色, where the list of colours says 绿."""
    name = label("product_colour", code, language)
    return f"{name}色" if len(name) == 1 else name


async def _meant(turn: Turn) -> Product | None:
    """The product that the words name; else the one whose place in the list told last is said, the one spoken of, and
    the one that the customer named some messages before."""
    if (named := await named_best(turn.session, turn.text)) is not None:
        return named
    if await named_kind(turn.session, turn.text):
        return None
    listed = await goods_listed(turn)
    place = choice_in(lexicon.without("how_many_left", turn.text), len(listed)) if len(listed) > 1 else None
    if place is not None:
        return listed[place]
    if turn.spoken_of.get("product"):
        return await spoken_of(turn)
    return None if listed or turn.entities("product") else await _named_before(turn)


async def _named_before(turn: Turn) -> Product | None:
    for steps in messages_before(turn, LOOKED_BACK):
        for step in reversed(steps):
            if (named := await named_best(turn.session, str(step["text"]))) is not None:
                return named
    return None


async def _tell_of_kind(turn: Turn, wanted: Asked) -> bool:
    """Of several of a kind that the words name alike: those that come so."""
    of_kind = await named_kind(turn.session, turn.text)
    if not of_kind and wanted.sizes and wanted.colours and not turn.entities("product"):
        # Nothing is named, and little comes in both.
        of_kind = await on_offer(turn.session)
    sized = [product for product in of_kind if _concerns(wanted, product)]
    if len(sized) < KIN or wanted.how_many:
        return False
    there = [each for each in sized if comes_so(each, wanted, turn.language)]
    if not there:
        return False
    if len(there) == 1:
        return await _tell_of(turn, there[0], wanted)
    told = [size_text(size, turn.language) for size in wanted.sizes]
    told += [colour_name(code, turn.language) for code in wanted.colours]
    shown = choices(turn, there)
    said = joined(told, turn.language)
    turn.say("reply_product_had_list", wanted=said, list=lines(there, turn.language), buttons=shown)
    turn.focus(listed=shown, product=None)
    turn.done("answered", turn.text, products=[product.sku for product in there])
    return True


def _beside_goods(turn: Turn) -> str:
    """What is said beside the thing that is named: 防风 of 防风外套 asks for no property."""
    left = turn.text
    for word in sorted(map(str, turn.entities("product")), key=len, reverse=True):
        left = left.replace(word, " ")
    return left


def _is_of_another(text: str, *, of_a_bed: bool = False) -> bool:
    in_shop = lexicon.mentions("shop_place", text) and lexicon.mentions("in_stock", text)
    of_another = any(lexicon.mentions(group, text) for group in NOT_OF_A_PIECE)
    compares = any(lexicon.mentions(group, text) for group in ("weight_order", "comparison", "compared_by"))
    of_a_property = lexicon.mentions("property_question", text) and not lexicon.mentions("had_question", text)
    # "Does it go on a bed of 1.8" asks for a size.
    of_a_property = of_a_property and not of_a_bed
    return in_shop or of_another or compares or of_a_property or budget.said(text) is not None
