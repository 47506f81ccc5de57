"""Products: what one costs and whether it is there, something to recommend, what is reduced."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from rasa_sdk import Tracker

from actions.kit.base import Button, CrmAction, Event, Turn
from actions.kit.quick_replies import BUTTONS_SHOWN, wish
from actions.knowledge.answers import answered
from actions.knowledge.found import Found, look_up, opens
from actions.knowledge.index import Hit
from actions.products.comparison import PAIR, compare, is_comparison, tell_comparison
from actions.products.texts import choices, facts, line, lines, name_of, price_of
from crm_store import products
from crm_store.errors import NotFound
from crm_store.products import Product

SHOWN = 3
WORDS_SHOWN = 20
ARTICLE_SURELY = 0.87
"""From this score on an article is about the very offer that was asked for, not about offers in general."""
ARTICLE_MAYBE = 0.80
"""From this score on it may be, and is shown behind the offers."""

_BUDGET = re.compile(
    r"(?P<before>\d+)\s*(?:块|元|塊|蚊|rmb|yuan)?\s*(?:钱|錢)?\s*(?:以内|以內|以下|之内|之內|内|內|左右)"
    r"|(?:预算|預算|budget(?: of| is)?|under|below|up to|less than|不超过|不超過|最多)\s*[¥￥$]?\s*(?P<after>\d+)",
    re.IGNORECASE,
)


class ActionProduct(CrmAction):
    action_name: ClassVar[str] = "action_product"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        words = [str(value) for value in turn.entities("product")]
        if chosen := await _chosen(turn):
            if len(chosen) == PAIR:
                await tell_comparison(turn, chosen)
                return []
            return await _tell_one(turn, chosen[0])
        if turn.pressed and not words:
            turn.say("reply_product_which", buttons=[wish(turn, "ask_recommendation")])
            return []
        if is_comparison(turn.text, words) and await compare(turn, words):
            return []
        found = [each for word in words or [turn.text] if (each := await products.search(turn.session, word))]
        if not found:
            return _not_found(turn, words)
        (matches, *_) = found
        if len(matches) > 1 and not _names_it(words[0] if words else turn.text, matches[0]):
            listed = matches[:SHOWN]
            turn.say("reply_product_list", list=lines(listed, turn.language), buttons=choices(turn, listed))
            turn.done("answered", products=[product.sku for product in listed])
            return []
        return await _tell_one(turn, matches[0])


class ActionRecommend(CrmAction):
    """A kind that was named; else what goes with the member's own purchases; else what others buy most."""

    action_name: ClassVar[str] = "action_recommend"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        words = " ".join(str(value) for value in turn.entities("product"))
        limit = budget(turn.text)
        values: dict[str, Any] = {}
        if words:
            response, values = "reply_recommend_for", {"words": words[:WORDS_SHOWN]}
            found = await products.search(turn.session, words, limit=SHOWN, max_price_minor=limit, in_stock_only=True)
        else:
            response, found = await _for_this_customer(turn, limit)
        if not found:
            turn.say("reply_recommend_none", buttons=[wish(turn, "ask_promotion"), wish(turn, "request_human")])
            turn.done("not_found", turn.text)
            return []
        turn.say(response, list=lines(found, turn.language), buttons=choices(turn, found), **values)
        turn.done("answered", products=[product.sku for product in found])
        return []


class ActionPromotion(CrmAction):
    """What is reduced; and the article about the offer that was asked for, where an editor has written one."""

    action_name: ClassVar[str] = "action_promotion"
    writes: ClassVar[bool] = False

    async def prepare(self, tracker: Tracker) -> Found:
        return await look_up(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        named, asked = turn.entity("product"), turn.prepared
        if asked.surely:
            answered(turn, asked)
            return []
        if named and (found := await products.search(turn.session, str(named), limit=1)):
            return _reduction_of(turn, found[0])
        article = None if named else _about_an_offer(asked.hits)
        reduced = await products.reduced(turn.session, limit=SHOWN)
        ways = [wish(turn, "redeem_points"), wish(turn, "ask_recommendation")]
        if reduced:
            offers = "\n".join(line(product, turn.language, "offer") for product in reduced)
            shown = _beside(choices(turn, reduced), article)
            turn.say("reply_promotion", list=offers, buttons=[*shown, ways[0]][:BUTTONS_SHOWN])
        elif article and article.score >= ARTICLE_SURELY:
            turn.say("reply_faq_answer", answer=article.body, title=article.title, buttons=ways)
        else:
            turn.say("reply_promotion_none", buttons=_beside(ways, article))
        turn.done("answered", products=[product.sku for product in reduced])
        if article:
            turn.references.update(article=article.slug, score=article.score)
        return []


def budget(text: str) -> int | None:
    """The most the customer wants to spend, in minor units: 300块以内, under 300."""
    found = _BUDGET.search(text)
    return int(found["before"] or found["after"]) * 100 if found else None


async def _chosen(turn: Turn) -> list[Product]:
    """What a button stands for: one product, or two to compare."""
    try:
        skus = str(turn.entity("choice") or "").split()
        return [await products.by_sku(turn.session, sku) for sku in skus[:PAIR]]
    except NotFound:
        return []


async def _tell_one(turn: Turn, product: Product) -> list[Event]:
    told = facts(product, turn.language)
    turn.done("answered", product=product.sku)
    if product.in_stock:
        turn.say("reply_product", facts=told)
        return []
    kin = [other for other in await products.in_category(turn.session, product.category) if other.in_stock][:SHOWN]
    if kin:
        turn.say("reply_product_sold_out", facts=told, buttons=choices(turn, kin))
    else:
        turn.say("reply_product", facts=told)
    return []


def _not_found(turn: Turn, words: Sequence[str]) -> list[Event]:
    if words:
        turn.say("reply_product_none", words=words[0][:WORDS_SHOWN])
    else:
        turn.say("reply_product_which", buttons=[wish(turn, "ask_recommendation")])
    turn.done("not_found", turn.text)
    return []


def _reduction_of(turn: Turn, product: Product) -> list[Event]:
    if product.reduced:
        turn.say("reply_promotion_product", facts=line(product, turn.language, "head"))
    else:
        name, price = name_of(product, turn.language), price_of(product, turn.language)
        turn.say("reply_promotion_product_none", name=name, price=price)
    turn.done("answered", product=product.sku)
    return []


async def _for_this_customer(turn: Turn, limit: int | None) -> tuple[str, list[Product]]:
    if turn.member is not None:
        own = await products.related_to_purchases(turn.session, turn.member.id, limit=4 * SHOWN)
        if fitting := _within(own, limit):
            return "reply_recommend_own", fitting
    return "reply_recommend_best", _within(await products.bestsellers(turn.session, limit=4 * SHOWN), limit)


def _about_an_offer(hits: Sequence[Hit]) -> Hit | None:
    return hits[0] if hits and hits[0].score >= ARTICLE_MAYBE else None


def _beside(buttons: Sequence[Button], article: Hit | None) -> list[Button]:
    """The article's button with the others: before them when it surely is about the question, else behind."""
    if article is None:
        return list(buttons)
    return [opens(article), *buttons] if article.score >= ARTICLE_SURELY else [*buttons, opens(article)]


def _within(found: Sequence[Product], limit: int | None) -> list[Product]:
    return [product for product in found if limit is None or product.price_minor <= limit][:SHOWN]


def _names_it(words: str, product: Product) -> bool:
    """Whether the words hold the product's whole name, so that no other one can be meant."""
    return any(name and name.casefold() in words.casefold() for name in product.names.values())
