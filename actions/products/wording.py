"""Which product the words of a message name best: by what only it is called ("trail" of two running shoes), not by what
it has in common with others of its kind."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.goods import canonical
from actions.kit.words import lexicon
from actions.products.kinds import called_of
from crm_store import products
from crm_store.products import Product
from crm_store.text import normalise, terms

LEAST = 0.5
"""What the words of a product's own have to weigh: one that two products share weighs half of one that is its own."""
_ALIKE = ("ing", "ers", "er")
"""Endings in which a word differs and still means the same: runners, running."""


async def named_best(session: AsyncSession, text: str, *, vague: bool = False) -> Product | None:
    """The one product that the words name; None where they name none, or several alike.

    `vague`: a word that may as well describe anything ("the light ones") names one too.
    """
    every = await on_offer(session)
    whole = await products.named(session, text)
    if whole:
        return whole[0]
    return best_of(every, every, text, vague=vague)


def best_of(among: Sequence[Product], every: Sequence[Product], text: str, *, vague: bool = False) -> Product | None:
    """The same among some of the products that are sold; what is a product's own is measured against these."""
    weights = weighed(among, every, text, vague=vague)
    ranked = sorted(weights, key=lambda sku: -weights[sku])
    if not ranked or weights[ranked[0]] < LEAST:
        return None
    if len(ranked) > 1 and weights[ranked[1]] >= weights[ranked[0]]:
        return None
    return next(product for product in among if product.sku == ranked[0])


async def named_kind(session: AsyncSession, text: str) -> list[Product]:
    """All that the words name alike: both pairs of "running shoes"; empty where they name nothing."""
    return kind_of(await on_offer(session), text)


def kind_of(every: Sequence[Product], text: str) -> list[Product]:
    """The same of what is sold."""
    weights = weighed(every, every, text)
    best = max(weights.values(), default=0.0)
    return [product for product in every if best and weights.get(product.sku, 0.0) >= best]


def weighed(among: Sequence[Product], every: Sequence[Product], text: str, *, vague: bool = False) -> dict[str, float]:
    """SKU → how much of what the product is called, and few others are, stands in the text."""
    said = _words(_told_of_goods(text))
    called = {product.sku: _words(" , ".join(map(canonical, called_of(product)))) for product in every}
    weak = {_stem(word) for each in lexicon.words("no_kind_word") for word in terms(each)}
    found: dict[str, float] = {}
    for product in among:
        shared = said & called[product.sku]
        if shared and (vague or shared - weak):
            found[product.sku] = sum(1 / sum(term in names for names in called.values()) for term in shared)
    return found


def known_by(product: Product, flat: str) -> list[str]:
    """The words of a normalised text by which it names the product, longest first: whole names and what else it is
    called, and words of these."""
    called = [normalise(name) for name in (*product.names.values(), *product.keywords)]
    whole = [name for name in called if name and name in flat]
    own = {_stem(term) for name in called for term in terms(name) if not term.isdigit()}
    single = [word for word in flat.split() if word.isascii() and not word.isdigit() and _of(word, own)]
    pairs = [flat[at : at + 2] for at in range(len(flat) - 1) if flat[at : at + 2] in own]
    return sorted({*whole, *single, *pairs}, key=len, reverse=True)


def _of(word: str, own: set[str]) -> bool:
    return any(_stem(term) in own for term in terms(word))


async def on_offer(session: AsyncSession) -> list[Product]:
    """Everything that is sold, also what has just run out."""
    found = list(await products.bestsellers(session, limit=products.CANDIDATES))
    kinds = sorted({product.category for product in found})
    for kind in kinds:
        kin = await products.in_category(session, kind, limit=products.CANDIDATES)
        found += [product for product in kin if product not in found]
    return found


def _told_of_goods(text: str) -> str:
    """The words without talk in which a part of a name may stand: 包裹, "of the set"."""
    left = normalise(text)
    for group in ("no_kind_sign", "no_kind_phrase", "courtesy"):
        left = lexicon.without(group, left)
    return canonical(left)


def _words(text: str) -> set[str]:
    """What can name something: no number, no word of one letter."""
    return {
        _stem(term) for term in terms(text) if not term.isdigit() and not (term.isascii() and len(term) < len("tee"))
    }


def _stem(word: str) -> str:
    if not word.isascii():
        return word
    for ending in _ALIKE:
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word.removesuffix(ending)
    return word
