"""What goods are for: the kinds that serve a use that is told (遛弯, "walks in the mountains"), those for a use that is
denied (她又不跑步), and a wish that it be not dear."""

from collections.abc import Sequence

from actions.kit.words import lexicon
from actions.products.kinds import plainly_of_kind
from crm_store.products import Product

AT_MOST = 2
"""What is to be not dear costs no more than so many times the cheapest that serves."""


def told(text: str) -> str:
    """The use that a text tells, empty where it tells none; what is denied is none."""
    return lexicon.meant("goods_for_use", text) or ""


def denied(text: str) -> list[str]:
    """The kinds of goods for what somebody does not do: running shoes for whoever does not run."""
    return list(dict.fromkeys(found.value for found in lexicon.heard("use_denied", text)))


def is_modest(text: str) -> bool:
    """Whether it is to be not too dear, without an amount."""
    return lexicon.mentions("not_dear", text)


def serving(use: str, among: Sequence[Product]) -> list[Product]:
    """Those of the products that serve a use: its kinds, the one named first before the others."""
    found: list[Product] = []
    for kind in use.split():
        found += [product for product in among if plainly_of_kind(product, kind) and product not in found]
    return found


def not_dear(goods: Sequence[Product]) -> list[Product]:
    """Those that cost little beside the others, the cheapest first."""
    ranked = sorted(goods, key=lambda product: product.price_minor)
    return [product for product in ranked if product.price_minor <= AT_MOST * ranked[0].price_minor]
