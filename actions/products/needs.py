"""Goods by what somebody needs them for: what the catalogue tells of them beside what the customer tells, as sentence
vectors, so that "she stands all day at work" comes near to shoes that are kind to tired feet."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import batched

from actions.kit.base import database
from actions.kit.words import lexicon
from actions.knowledge.index import ENCODED_TOGETHER, PATIENCE_SECONDS, KnowledgeIndex, index_of
from crm_store import products
from crm_store.db import Database
from crm_store.language import Language
from crm_store.products import Product

NEAR = 0.26
"""How near a text has to come to be about what somebody needs: measured over needs told in all three scripts."""
BESIDE_THE_BEST = 0.8
"""So great a share of the best one's nearness may be meant as well."""
CHARACTERS, WORDS = 4, 2
"""A need is told in at least so much beside the talk; a single word is the name of a kind."""


class Nearness(dict[str, float]):
    """SKU → how near what the catalogue says of a product comes to a message, -1..1; empty where no need was told."""

    def chosen(self, among: Sequence[Product]) -> list[Product]:
        """Those of the products that answer the need, the nearest first."""
        ranked = self.ranked(among)
        best = self.get(ranked[0].sku, 0.0) if ranked else 0.0
        return [each for each in ranked if self.get(each.sku, 0.0) >= max(NEAR, best * BESIDE_THE_BEST)]

    def ranked(self, among: Sequence[Product]) -> list[Product]:
        """The products, the nearest first; as they are where no need was told."""
        return sorted(among, key=lambda product: -self.get(product.sku, 0.0))


async def nearness(text: str) -> Nearness:
    """For `prepare`: how near each product comes to what a text tells. Patience ends while a new catalogue is being
    encoded; the next message finds it."""
    if text.startswith("/") or not tells_a_need(text):
        return Nearness()
    async with database().reading() as session:
        goods = await products.bestsellers(session, limit=products.CANDIDATES)
    told = {product.sku: texts_of(product) for product in goods}
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _near(index_of(database()), text, told)
    except TimeoutError:
        return Nearness()


def tells_a_need(text: str) -> bool:
    """Whether a message says more of what is wanted than that something is."""
    if lexicon.mentions("use_told", text):
        return True
    left = lexicon.without("recommend_talk", text)
    return len(left.split()) >= WORDS if left.isascii() else len(left.replace(" ", "")) >= CHARACTERS


def texts_of(product: Product) -> list[str]:
    """What the catalogue tells of a product: a sentence for each language, and what else it is called."""
    sentences = [_sentence(product, language, name) for language, name in product.names.items()]
    spoken = [[word for word in product.keywords if word.isascii() is latin] for latin in (False, True)]
    return [*sentences, *(" ".join(words) for words in spoken if words)]


def _sentence(product: Product, language: str, name: str) -> str:
    kind = products.category_name(product.category, Language.of(language))
    return f"{name}，{kind}。{product.descriptions.get(language, '')}"


async def warm(index: KnowledgeIndex, over: Database) -> None:
    """Encode the catalogue, so that no customer waits for it."""
    async with over.reading() as session:
        goods = await products.bestsellers(session, limit=products.CANDIDATES)
    for batch in batched([text for product in goods for text in texts_of(product)], ENCODED_TOGETHER):
        await index.vectors(batch)
    await index.save()


async def _near(index: KnowledgeIndex, text: str, told: Mapping[str, Sequence[str]]) -> Nearness:
    (asked,) = await index.vectors([text], keep=False)
    every = [(sku, each) for sku, texts in told.items() for each in texts]
    near = Nearness()
    for batch in batched(every, ENCODED_TOGETHER):
        for (sku, _), row in zip(batch, await index.vectors([each for _, each in batch]), strict=True):
            near[sku] = max(near.get(sku, -1.0), float(asked @ row))
    await index.save()
    return near
