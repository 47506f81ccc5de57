"""Goods of the catalogue that one text names, and what a rule of the shop is asked of them: instalments on their sum,
the warranty of each."""

import re
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.base import Turn
from actions.kit.goods import things_said
from actions.kit.words import lexicon
from crm_store import products
from crm_store.errors import NotFound
from crm_store.products import Product
from crm_store.text import normalise

SEVERAL = 2
_OF_GOODS = ("ask_product", "ask_recommendation")
_THINGS = ("product", "order", "parcel", "return", "complaint", "reward", "listed", "article")
_BETWEEN = re.compile(
    r"配上?|搭|加上?|再加|和|跟|与|與|同埋|同|连|連|[还還]有(?!货|貨|没|沒|吗|嗎)|以及|或者?|、|，|,|\+|\b(?:with|and|plus|or)\b",
    re.IGNORECASE,
)
_IN_PARTS = re.compile(r"(?:\d+|[一二两三四五六七八九十]+) ?期(?![间待限内])|\b(?:a|per|each) month\b")
_MONEY = re.compile(r"[¥￥] ?\d|\d ?(?:元|块|塊|蚊|yuan\b|kuai\b|rmb\b)", re.IGNORECASE)


class Rule(StrEnum):
    """A rule that comes to something for the goods that are named; its words stand in the lexicon under that value."""

    INSTALMENTS = "instalments"
    WARRANTY = "warranty"


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule that is asked of goods, in the order they are said."""

    rule: Rule
    goods: list[Product]


async def asked(turn: Turn) -> Asked | None:
    """What rule the words ask of which goods; None where no rule is asked, none is named, or an amount is, which the
    rule is worked out for by itself. The warranty of one thing alone the rule tells as well."""
    if turn.pressed:
        return None
    rule = _rule(turn.text)
    if rule is None or any(each.value == rule for each in lexicon.each("rule_but", turn.text)):
        return None
    goods = await named(turn.session, turn.text)
    # With a time it is a purchase of one's own that is meant: 那个月买的保修到什么时候.
    is_of_goods = rule is Rule.WARRANTY and turn.entity("time") is None
    if not goods and is_of_goods and (meant := await _meant(turn)):
        return Asked(rule, [meant])
    is_sure = len(goods) >= SEVERAL or (rule is Rule.INSTALMENTS and len(goods) == 1 and things_said(turn))
    return Asked(rule, goods) if is_sure else None


async def _meant(turn: Turn) -> Product | None:
    """The one product of which words ask that name none: what another part of the message names, else the one that was
    told last, where no order is spoken of."""
    for word in things_said(turn):
        if found := await products.meant(turn.session, word, limit=1):
            return found[0]
    spoken = turn.spoken_of
    places: dict[str, int] = spoken.get("at") or {}
    is_last = places.get("product", 0) == max((at for kind, at in places.items() if kind in _THINGS), default=0)
    if not spoken.get("product") or not is_last or spoken.get("topic") not in _OF_GOODS:
        return None
    try:
        return await products.by_sku(turn.session, str(spoken["product"]))
    except NotFound:
        return None


async def named(session: AsyncSession, text: str) -> list[Product]:
    """The things that a text names, each in its part of the sentence."""
    whole = await products.named(session, text)
    found: list[Product] = []
    for part in _BETWEEN.split(text):
        words = part
        for group in ("together", "service_talk", "warranty_term"):
            words = lexicon.without(group, words)
        best = (await products.named(session, part) or await products.meant(session, words))[:1] if words else []
        found += [each for each in best if each not in found]
    return found if len(found) > len(whole) else whole


def _rule(text: str) -> Rule | None:
    in_parts = any(each.value == Rule.INSTALMENTS for each in lexicon.each("rule", text))
    if (in_parts or _IN_PARTS.search(normalise(text))) and not _MONEY.search(text):
        return Rule.INSTALMENTS
    is_term = lexicon.mentions("warranty_term", text) and not lexicon.mentions("fault", text)
    return Rule.WARRANTY if is_term and not lexicon.mentions("own_thing", text) else None
