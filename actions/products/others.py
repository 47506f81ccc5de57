"""Others of the kind that was just told: a bigger, a smaller, a cheaper one, any other; or a plain word that there is
none."""

from collections.abc import Callable, Sequence

from actions.kit.base import RULED_OUT, Turn
from actions.kit.quick_replies import wish
from actions.kit.replies import joined
from actions.kit.words import budget, lexicon
from actions.products.kinds import kin, kinds_said, of_kind
from actions.products.listed import spoken_of
from actions.products.texts import choices, lines, name_of
from crm_store import products
from crm_store.products import Product

SHOWN = 3
NO_OTHER = "no_other"
"""In the focus: the product of which it was said that there is no other of its kind."""
MEASURES = ("volume_l", "volume_ml", "diameter_cm", "length_cm", "thickness_mm", "pieces", "mah")
"""Attributes by which one thing is bigger than another of its kind."""


async def tell(turn: Turn) -> bool:
    """Tells of others of the kind that is spoken of; False where none are asked for."""
    # "Any other colour" asks for a fact of the same thing.
    of_the_same = {each.value for each in lexicon.heard("product_question", turn.text)} - {"volume"}
    asked = None if turn.pressed or of_the_same else lexicon.meant("other_of_kind", turn.text)
    if asked is None:
        return False
    every = await products.bestsellers(turn.session, limit=products.CANDIDATES)
    named = [kind for kind in await kinds_said(turn.session, turn.text) if any(of_kind(each, kind) for each in every)]
    # "A bigger suitcase than yours" may be the first that is said of one.
    told = await spoken_of(turn) or next((each for each in every if named and of_kind(each, named[0])), None)
    if told is None:
        return False
    if named and not any(of_kind(told, kind) for kind in named):
        return False
    sizes = _sizes(told)
    if sizes and asked in ("bigger", "smaller"):
        turn.say("reply_product_sizes", name=name_of(told, turn.language), sizes=joined(sizes, turn.language))
        turn.done("answered", f"{told.sku}: {asked}", product=told.sku)
        return True
    others = _others(turn, told, every, named)
    size = str((turn.spoken_of.get("suggested") or {}).get("size") or "")
    fitting = [each for each in others if _fits(asked, each, told) and (not size or size in (_sizes(each) or [size]))]
    _say(turn, told, asked, others, fitting)
    return True


def _others(turn: Turn, told: Product, every: Sequence[Product], named: Sequence[str]) -> list[Product]:
    others = (
        [each for each in every if each.sku != told.sku and any(of_kind(each, kind) for kind in named)]
        if named
        else kin(told, every)
    )
    wish = budget.said(turn.text)
    out = [str(thing) for thing in turn.entities(RULED_OUT)]
    return [
        each
        for each in others
        if (wish is None or each.price_minor <= wish.limit + wish.over) and not any(of_kind(each, kind) for kind in out)
    ]


def _say(turn: Turn, told: Product, asked: str, others: Sequence[Product], fitting: Sequence[Product]) -> None:
    name = name_of(told, turn.language)
    if fitting:
        shown = fitting[:SHOWN]
        turn.say("reply_product_others", list=lines(shown, turn.language), buttons=choices(turn, shown))
        turn.focus(listed=choices(turn, shown))
        turn.done("answered", products=[each.sku for each in shown])
        return
    size = str((turn.spoken_of.get("suggested") or {}).get("size") or "")
    is_told = turn.spoken_of.get(NO_OTHER) == told.sku
    turn.focus(**{NO_OTHER: told.sku})
    if others and size and all(size not in _sizes(each) for each in others):
        turn.say("reply_product_only_in_size", name=name, size=size)
    elif others:
        response, shown = f"reply_product_none_{asked}", others[:SHOWN]
        turn.say(response, name=name, list=lines(shown, turn.language), buttons=choices(turn, shown))
        turn.focus(listed=choices(turn, shown))
    elif is_told:
        turn.say("reply_product_only_one_again", name=name, buttons=[wish(turn, "ask_recommendation")])
    else:
        turn.say("reply_product_only_one", name=name)
    turn.done("not_found", turn.text, product=told.sku)


def _sizes(product: Product) -> list[str]:
    return [str(size) for size in product.attributes.get("sizes") or []]


def _fits(asked: str, other: Product, told: Product) -> bool:
    measured: dict[str, Callable[[], bool]] = {
        "cheaper": lambda: other.price_minor < told.price_minor,
        "dearer": lambda: other.price_minor > told.price_minor,
        "bigger": lambda: any(mine < its for mine, its in _measures(told, other)),
        "smaller": lambda: any(mine > its for mine, its in _measures(told, other)),
    }
    return measured[asked]() if asked in measured else True


def _measures(told: Product, other: Product) -> list[tuple[float, float]]:
    both = [name for name in MEASURES if name in told.attributes and name in other.attributes]
    return [(float(told.attributes[name]), float(other.attributes[name])) for name in both]
