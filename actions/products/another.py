"""Another thing than the one spoken of, by what it is for: "got a laptop bag for a 16 inch?" after talk of a
suitcase."""

import re
from collections.abc import Sequence

from actions.kit.asked import comes_with
from actions.kit.base import Turn
from actions.kit.words import lexicon
from actions.products.kinds import kinds_said, of_kind
from actions.products.needs import Nearness, tells_a_need
from crm_store import products
from crm_store.products import Product
from crm_store.text import normalise

NEARER = 0.03
"""By so much the description of another thing has to come nearer to what is wished than that of the one spoken of."""
_ANYTHING = re.compile(
    r"\b(?:anything|something|any \w+s|an? [\w -]{2,30}) (?:to|for|that|which|with|i can)\b"
    r"|(?:有没有|有冇|有无|有什么|有啥|有咩|卖不卖|卖)(?:什么|啥|咩)?(?:能|可以|够|适合|用来|装得|放得).{1,14}(?:的|嘅)"
)
_POINTS = re.compile(r"\b(?:it|this|that one|its)\b|它|这个|那个|这款|那款|呢个|嗰个")


def asks(text: str) -> bool:
    """Whether a text asks for a thing that serves a use, and points at none."""
    flat = normalise(text)
    has = lexicon.mentions("had_question", text) or lexicon.mentions("asks_stock", text)
    return has and _ANYTHING.search(flat) is not None and not _POINTS.search(flat) and comes_with.asked(text) is None


async def is_wished(turn: Turn, told: Product) -> bool:
    """Whether the words ask for a thing that serves a use, and do not name the kind of the one told."""
    if turn.pressed or not asks(turn.text) or not tells_a_need(turn.text):
        return False
    kinds = _nouns(await kinds_said(turn.session, turn.text), normalise(turn.text))
    return not any(of_kind(told, kind) for kind in kinds)


async def found(turn: Turn, told: Product, near: Nearness) -> Sequence[Product]:
    """What answers the wish: the thing whose description comes nearest, where it comes nearer than the one told; the
    one told where none does."""
    goods = [each for each in await products.bestsellers(turn.session, limit=products.CANDIDATES) if near.get(each.sku)]
    best = near.ranked(goods)[:1]
    nearer = best and near[best[0].sku] > near.get(told.sku, 0.0) + NEARER
    return best if nearer else [told]


def _nouns(kinds: Sequence[str], flat: str) -> list[str]:
    """The kinds that stand as what is wished: the last word of a Chinese wish (…的包), those in front of its use in an
    English one; a measure or what it is to hold is none."""
    if flat.isascii():
        head = re.split(r"\b(?:to|for|that|which|with)\b", flat)[0].split()
        return [kind for kind in kinds if kind in head]
    return [kind for kind in kinds if flat.rstrip("吗么呢啊?？ ").endswith(kind)]
