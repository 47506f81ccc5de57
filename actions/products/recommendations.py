"""Something to recommend: by kind, keyword and use, within a budget, without what is not wanted; and more of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from actions.kit import lexicon
from actions.kit.base import CrmAction, Event, Turn
from actions.kit.goods import Fit, bare, canonical, fit
from actions.kit.quick_replies import wish
from actions.products.listed import tell_by_order
from actions.products.texts import choices, lines
from crm_store import products
from crm_store.labels import label
from crm_store.language import format_money
from crm_store.products import Product
from crm_store.text import normalise

SHOWN = 3
POOL = 60
"""Products looked through for the next ones."""
WORDS_SHOWN = 20

_BUDGET = re.compile(
    r"(?P<before>\d+)\s*(?:块|元|塊|蚊|rmb|yuan)?\s*(?:钱|錢)?\s*(?:以内|以內|以下|之内|之內|内|內|左右)"
    r"|(?:预算|預算|budget(?: of| is)?|under|below|up to|less than|不超过|不超過|最多)\s*[¥￥$]?\s*(?P<after>\d+)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"(?:以外|之外|外)?(?:的|了|吧|啊|呢|啦)*$")


@dataclass
class Wanted:
    """What somebody looks for: `words` of a kind or use, at most `limit` (minor units), nothing of the kinds `without`;
    `shown`: SKUs they have seen. It stays in the focus as `suggested`."""

    words: str = ""
    limit: int | None = None
    without: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def fits(self, product: Product) -> bool:
        within = self.limit is None or product.price_minor <= self.limit
        return within and product.sku not in self.shown and not any(is_of_kind(product, kind) for kind in self.without)


class ActionRecommend(CrmAction):
    """A kind that was named; else what goes with the member's own purchases; else what others buy most."""

    action_name: ClassVar[str] = "action_recommend"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if await tell_by_order(turn):
            return []
        before = Wanted(**(turn.spoken_of.get("suggested") or {}))
        wanted = await _wanted(turn, before)
        response, pool = await _pool(turn, wanted)
        found = [product for product in pool if wanted.fits(product)][:SHOWN]
        if not found:
            _tell_none(turn, wanted, response)
            return []
        listed = choices(turn, found)
        values = {"words": _words_of(turn, wanted), "without": "、".join(wanted.without)}
        turn.say(_response(response, wanted, before), list=lines(found, turn.language), buttons=listed, **values)
        wanted.shown += [product.sku for product in found]
        turn.focus(listed=listed, suggested=vars(wanted), product=found[0].sku if len(found) == 1 else None)
        turn.done("answered", products=[product.sku for product in found])
        return []


def budget(text: str) -> int | None:
    """The most the customer wants to spend, in minor units: 300块以内, under 300."""
    found = _BUDGET.search(text)
    return int(found["before"] or found["after"]) * 100 if found else None


def is_of_kind(product: Product, kind: str) -> bool:
    """Whether a product is one of what a customer calls so: a backpack of bags, a tote of 包."""
    category = products.category_names(product.category)
    if fit(kind, [*product.names.values(), *product.keywords, *category]) is Fit.CALLED:
        return True
    return len(bare(kind)) == 1 and any(bare(kind) in canonical(name) for name in category)


def kinds_not_wanted(text: str) -> list[str]:
    """What follows "other than", 不要, 除了, or stands before it (包不要), as it is named."""
    flat = normalise(text)
    found = []
    for heard in lexicon.heard("not_of_kind", flat):
        behind = _ENDS.sub("", flat[heard.end :].split(" 有")[0].strip())
        named = behind if bare(behind) else flat[: heard.start].strip()
        if bare(named) and len(named) <= WORDS_SHOWN:
            found.append(named)
            break
    return found


async def _wanted(turn: Turn, before: Wanted) -> Wanted:
    """What is wanted now: a wish goes on from the one before in what it does not say anew."""
    if turn.pressed:
        return Wanted()
    limit = budget(turn.text)
    without = await _sold(turn, kinds_not_wanted(turn.text))
    words = "" if without else await _kind_said(turn)
    goes_on = bool(before.shown) and (bool(without) or lexicon.mentions("more_of_it", turn.text)) and not words
    if goes_on:
        kept = "" if any(bare(kind) == bare(before.words) for kind in without) else before.words
        return Wanted(kept, limit or before.limit, [*before.without, *without], list(before.shown))
    if words or limit is not None:
        return Wanted(words or before.words, limit or before.limit, list(before.without))
    return Wanted(without=without)


async def _sold(turn: Turn, kinds: Sequence[str]) -> list[str]:
    """Those of the kinds that the shop has something of."""
    every = await products.bestsellers(turn.session, limit=products.CANDIDATES) if kinds else []
    return [kind for kind in kinds if any(is_of_kind(product, kind) for product in every)]


async def _kind_said(turn: Turn) -> str:
    """The kind or use that the words name: as it was understood, else what is left of them and the shop sells."""
    named = " ".join(str(value) for value in turn.entities("product"))
    if named:
        return named
    left = lexicon.without("recommend_talk", _BUDGET.sub(" ", turn.text))
    left = " ".join(word for word in left.split() if not word.isdigit())
    return left if left and await products.meant(turn.session, left, limit=1) else ""


async def _pool(turn: Turn, wanted: Wanted) -> tuple[str, Sequence[Product]]:
    if wanted.words:
        found = await products.search(turn.session, canonical(wanted.words), limit=POOL, in_stock_only=True)
        kin = await products.meant(turn.session, canonical(wanted.words), limit=POOL)
        return "reply_recommend_for", [*found, *(each for each in kin if each.in_stock and each not in found)]
    best = await products.bestsellers(turn.session, limit=POOL)
    if turn.member is not None and (
        own := [
            each
            for each in await products.related_to_purchases(turn.session, turn.member.id, limit=POOL)
            if wanted.fits(each)
        ]
    ):
        return "reply_recommend_own", own
    return "reply_recommend_best", best


def _response(response: str, wanted: Wanted, before: Wanted) -> str:
    if wanted.shown:
        return "reply_recommend_without" if len(wanted.without) > len(before.without) else "reply_recommend_more"
    return response


def _tell_none(turn: Turn, wanted: Wanted, response: str) -> None:
    buttons = [wish(turn, "ask_promotion"), wish(turn, "request_human")]
    if wanted.shown:
        turn.say("reply_recommend_no_more", buttons=buttons)
    else:
        turn.say("reply_recommend_none", buttons=buttons)
    turn.done("not_found", turn.text)


def _words_of(turn: Turn, wanted: Wanted) -> str:
    words: Any = wanted.words[:WORDS_SHOWN]
    if wanted.limit is None or not words:
        return str(words)
    return label("product_text", "within", turn.language, words=words, limit=format_money(wanted.limit, "CNY"))
