"""What is reduced, and questions about a particular offer: what an article says of it, or that none is known."""

from collections.abc import Sequence
from typing import ClassVar

from rasa_sdk import Tracker

from actions.kit.base import Button, CrmAction, Event, Turn
from actions.kit.goods import as_written
from actions.kit.policy_facts import filled
from actions.kit.quick_replies import BUTTONS_SHOWN, wish
from actions.kit.words import lexicon
from actions.knowledge.answers import answered, keep_gap
from actions.knowledge.found import Found, look_up, opens
from actions.knowledge.ranking import Hit
from actions.products.listed import tell_by_order
from actions.products.money import tell_before
from actions.products.texts import choices, line, name_of, price_of
from crm_store import products
from crm_store.products import Product

SHOWN = 3
ARTICLE_SURELY = 0.87
"""From this score on an article is about the very offer that was asked for, not about offers in general."""
ARTICLE_MAYBE = 0.80
"""From this score on it may be, and is shown behind the offers."""
ARTICLE_SPEAKS = 0.2
"""From this score on an article answers a question about a kind of offer, when its own words speak of that kind."""
RULES = frozenset({"together", "after_coupon", "short_of"})
"""Kinds of questions that ask how an offer works, not whether there is one."""


class ActionPromotion(CrmAction):
    """What is reduced. A question about one offer is answered by the article that tells of it; without one, it is said
    that none is known."""

    action_name: ClassVar[str] = "action_promotion"
    writes: ClassVar[bool] = False

    async def prepare(self, tracker: Tracker) -> Found:
        return await look_up(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        if await tell_before(turn) or await tell_by_order(turn):
            return []
        found_out: Found = turn.prepared
        if found_out.surely:
            await answered(turn, found_out)
            return []
        named = turn.entity("product")
        kind = None if turn.pressed else lexicon.meant("offer_kind", turn.text)
        if named and kind not in RULES and (found := await products.search(turn.session, str(named), limit=1)):
            return _reduction_of(turn, found[0])
        if kind is not None:
            await _tell_offer(turn, kind)
        else:
            await _tell_reduced(turn)
        return []


async def _tell_offer(turn: Turn, kind: str) -> None:
    """The article that surely tells of the offer, or that none is known, with what there is instead."""
    hits: Sequence[Hit] = turn.prepared.hits
    if (best := _telling(hits, kind)) is not None:
        ways = [opens(hit) for hit in hits[:2] if hit is not best and hit.score >= ARTICLE_MAYBE]
        turn.say("reply_faq_answer", answer=filled(best.told, turn.language), title=best.title, buttons=ways)
        turn.done("answered", best.title, article=best.slug, score=best.score)
        turn.focus(article=best.slug)
        return
    await keep_gap(turn, hits[0] if hits else None)
    words = as_written(turn, lexicon.said("offer_kind", turn.text)[0])
    buttons = [*(opens(hit) for hit in hits[:1] if hit.score >= ARTICLE_MAYBE), wish(turn, "redeem_points")]
    if kind in RULES:
        turn.say("reply_offer_rule_unknown", buttons=[*buttons, wish(turn, "request_human")])
    else:
        buttons = [wish(turn, "ask_promotion"), *buttons]
        turn.say("reply_offer_unknown", words=words, buttons=buttons)
    turn.done("not_found", turn.text)


def _telling(hits: Sequence[Hit], kind: str) -> Hit | None:
    """The article that tells of the offer: surely the nearest, or one that is near and speaks of that kind."""
    if hits and hits[0].score >= ARTICLE_SURELY:
        return hits[0]
    near = [hit for hit in hits if hit.score >= ARTICLE_SPEAKS]
    return next((hit for hit in near if _speaks_of(hit, kind)), None)


def _speaks_of(hit: Hit, kind: str) -> bool:
    return any(heard.value == kind for heard in lexicon.heard("offer_kind", f"{hit.title} {hit.body}"))


async def _tell_reduced(turn: Turn) -> None:
    article = _about_an_offer(turn.prepared.hits)
    seen = turn.spoken_of.get("reduced") or [] if turn.follows and lexicon.mentions("more_of_it", turn.text) else []
    every = [product for product in await products.reduced(turn.session) if product.sku not in seen]
    reduced = every[:SHOWN]
    ways = [wish(turn, "redeem_points"), wish(turn, "ask_recommendation")]
    if reduced:
        offers = "\n".join(line(product, turn.language, "offer") for product in reduced)
        listed = choices(turn, reduced)
        turn.say("reply_promotion", list=offers, buttons=[*_beside(listed, article), ways[0]][:BUTTONS_SHOWN])
        turn.focus(listed=listed, reduced=[*seen, *(product.sku for product in reduced)])
    elif seen:
        turn.say("reply_promotion_no_more", buttons=ways)
    elif article and article.score >= ARTICLE_SURELY:
        turn.say("reply_faq_answer", answer=filled(article.told, turn.language), title=article.title, buttons=ways)
    else:
        turn.say("reply_promotion_none", buttons=_beside(ways, article))
    turn.done("answered", products=[product.sku for product in reduced])
    if article:
        turn.references.update(article=article.slug, score=article.score)


def _reduction_of(turn: Turn, product: Product) -> list[Event]:
    if product.reduced:
        turn.say("reply_promotion_product", facts=line(product, turn.language, "head"))
    else:
        name, price = name_of(product, turn.language), price_of(product, turn.language)
        turn.say("reply_promotion_product_none", name=name, price=price)
    turn.focus(product=product.sku)
    turn.done("answered", product=product.sku)
    return []


def _about_an_offer(hits: Sequence[Hit] | None) -> Hit | None:
    return hits[0] if hits and hits[0].score >= ARTICLE_MAYBE else None


def _beside(buttons: Sequence[Button], article: Hit | None) -> list[Button]:
    """The article's button with the others: before them when it surely is about the question, else behind."""
    if article is None:
        return list(buttons)
    return [opens(article), *buttons] if article.score >= ARTICLE_SURELY else [*buttons, opens(article)]
