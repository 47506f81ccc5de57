"""The kinds of goods that words name, in the catalogue's own words: names, what else they are called, categories. What
is repeated to the customer is one of these, never a raw piece of a sentence."""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.goods import Fit, bare, canonical, fit
from actions.kit.words import lexicon
from crm_store import products
from crm_store.products import Product
from crm_store.text import normalise, terms

LEAST_CHARACTERS = 2


async def kinds_said(session: AsyncSession, text: str) -> list[str]:
    """The kinds that stand in the text, in their order; empty where it names nothing that is sold."""
    goods = await products.bestsellers(session, limit=products.CANDIDATES)
    called = [name for product in goods for name in called_of(product)]
    return [*_latin(text, called), *chinese_pieces(text, called)]


def called_of(product: Product) -> list[str]:
    return [*product.names.values(), *product.keywords, *products.category_names(product.category)]


def of_kind(product: Product, kind: str) -> bool:
    """Whether a product is one of what a customer calls so."""
    return fit(kind, called_of(product)) is Fit.CALLED


def plainly_of_kind(product: Product, kind: str) -> bool:
    """The same by its own names, and not by a wider word: a walking shoe, one of 跑鞋与鞋靴 and called 鞋 as well, is
    no 跑鞋."""
    wanted, own = bare(kind), [*product.names.values(), *product.keywords]
    if wanted.isascii() or len(wanted) < LEAST_CHARACTERS:
        return fit(kind, own) is Fit.CALLED
    return any(wanted in canonical(name).replace(" ", "") for name in own)


def kin(product: Product, goods: Iterable[Product]) -> list[Product]:
    """What is of the same kind: called by a word that the product is called by as well."""
    own = {canonical(word) for word in product.keywords}
    return [
        other
        for other in goods
        if other.sku != product.sku
        and other.category == product.category
        and own & {canonical(word) for word in other.keywords}
    ]


def _latin(text: str, called: Sequence[str]) -> list[str]:
    offered = {word for name in called for word in terms(name) if word.isascii() and not word.isdigit()}
    offered -= {word for each in lexicon.words("no_kind_word") for word in terms(each)}
    left = normalise(text).split()
    return [word for word in left if word.isascii() and terms(word) & offered]


def chinese_pieces(text: str, called: Sequence[str]) -> list[str]:
    """The longest pieces of the text that stand in what something is called; a single sign only where something is
    called so, and nothing else is meant by it (包 of 包邮)."""
    names = [normalise(name).replace(" ", "") for name in called]
    flat = lexicon.without("no_kind_sign", canonical(text))
    found: list[str] = []
    for run in lexicon.without("no_kind_phrase", flat).split():
        at = 0
        while at < len(run):
            piece = _longest(run[at:], names)
            at += max(1, len(piece))
            found += [piece] if piece and piece not in found else []
    return found


def _longest(run: str, names: Sequence[str]) -> str:
    for length in range(len(run), 0, -1):
        piece = run[:length]
        if piece.isascii():
            continue
        whole = length < LEAST_CHARACTERS
        if any(piece == name if whole else piece in name for name in names):
            return piece
    return ""
