"""Products: what one is, costs and whether it is there; several to choose from; one's own that is waited for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from rasa_sdk import Tracker

from actions.endpoint import action_classes
from actions.kit.asked import comes_with
from actions.kit.base import CrmAction, Event, Turn
from actions.kit.goods import Fit, canonical, fit
from actions.kit.quick_replies import tell_when_back, wish
from actions.kit.words import lexicon, plainly
from actions.kit.words.places import place
from actions.knowledge.answers import answered as tell_found
from actions.knowledge.found import Found, found_in, on_what_was_told
from actions.knowledge.reckoning import ABROAD
from actions.products import (
    abroad,
    another,
    arrival,
    asked_together,
    bill,
    by_rule,
    chosen_between,
    facts_asked,
    level_price,
    listed_sizes,
    money,
    of_several,
    others,
    put_again,
    set_contents,
    shipping,
    size_for,
    to_be_had,
    together,
    told_apart,
    uses,
    want_told,
)
from actions.products.comparison import PAIR, compare, compare_told, is_comparison, tell_comparison
from actions.products.listed import keep, tell_by_order, tell_chosen, tell_first_of
from actions.products.needs import Nearness, nearness
from actions.products.questions import answered
from actions.products.recommendations import ActionRecommend, kinds_not_wanted
from actions.products.texts import choices, facts, lines
from actions.products.unnamed import meant, names_nothing, tell_prices, tell_reward
from actions.products.wording import named_best
from crm_store import clock, orders, products
from crm_store.errors import NotFound
from crm_store.products import Product
from crm_store.text import normalise

SHOWN = 3
WORDS_SHOWN = 20
OWN_ORDERS = 20
"""How many of the latest orders may hold the thing that somebody waits for."""
CAME_LATELY = timedelta(days=7)
"""What came so lately is still looked for: it may be with a neighbour."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked up before the answer: what the article told last says, and how near each product comes to a need
    that is told."""

    found: Found = field(default_factory=Found)
    near: Nearness = field(default_factory=Nearness)

    @classmethod
    def of(cls, turn: Turn) -> "Looked":
        """What this action prepared; another one that leads here has looked for something else."""
        return turn.prepared if isinstance(turn.prepared, cls) else cls()


class ActionProduct(CrmAction):
    action_name: ClassVar[str] = "action_product"
    writes: ClassVar[bool] = False

    async def prepare(self, tracker: Tracker) -> Looked:
        text = str(tracker.latest_message.get("text") or "")
        wishes_another = lexicon.mentions("asks_stock", text) or another.asks(text)
        near = await nearness(text) if wishes_another else Nearness()
        if _sends_away(tracker):
            return Looked(await found_in(tracker, ABROAD), near)
        return Looked(await on_what_was_told(tracker), near)

    async def answer(self, turn: Turn) -> list[Event] | None:
        words = [str(value) for value in turn.entities("product")]
        if await _tell_first(turn):
            return []
        if own := await _about_own(turn, words):
            action = action_classes()[own]
            assert issubclass(action, CrmAction)
            return await action().answer(turn)
        if (
            await arrival.tell(turn)
            or await chosen_between.tell(turn)
            or await by_rule.tell(turn)
            or await abroad.tell(turn)
            or await _tell_before_buying(turn, words)
            or await money.tell(turn)
            or await _tell_sent_away(turn)
        ):
            return []
        if (of_reward := await tell_reward(turn)) is not None:
            return of_reward
        if await shipping.tell(turn) or await _goes_into_parcel(turn):
            return []
        words = await _of_goods(turn, words)
        if (
            await told_apart.tell(turn)
            or await to_be_had.tell(turn)
            or await tell_by_order(turn)
            or await together.tell(turn)
            or await others.tell(turn)
            or await listed_sizes.tell(turn)
            or await of_several.tell(turn)
        ):
            return []
        if not turn.pressed and (
            uses.denied(turn.text) or (turn.spoken_of.get("suggested") and kinds_not_wanted(turn.text))
        ):
            turn.prepared = Looked.of(turn).near
            return await ActionRecommend().answer(turn)
        if not is_comparison(turn.text, words) and await tell_chosen(turn):
            return []
        if chosen := await _chosen(turn):
            if len(chosen) == PAIR:
                await tell_comparison(turn, chosen)
                return []
            by_need = chosen[0].sku not in str(turn.entity("choice")).split() and another.asks(turn.text)
            return await _tell_one(turn, chosen[0], by_need=by_need)
        if turn.pressed and not words:
            turn.say("reply_product_which", buttons=[wish(turn, "ask_recommendation")])
            return []
        if is_comparison(turn.text, words) and await compare(turn, words):
            return []
        return await self._by_words(turn, words)

    async def _by_words(self, turn: Turn, words: Sequence[str]) -> list[Event]:
        if not words and (spoken_of := await meant(turn)):
            return await _tell_spoken_of(turn, spoken_of)
        said = [canonical(word) for word in words] or ([turn.text] if _may_name_goods(turn.text) else [])
        found = [each for word in said if (each := await products.search(turn.session, word))]
        looked = Looked.of(turn)
        if not words and (fitting := await _of_the_same_kind(turn, looked.near)):
            found = [fitting]
        if not found and not words and looked.found.answers:
            # "And what is in it?" right after an article names no product: the article goes on.
            await tell_found(turn, looked.found)
            return []
        if not found:
            return _not_found(turn, words)
        matches = looked.near.ranked(found[0])
        if len(matches) > 1 and not _names_it(said[0], matches[0]):
            listed = choices(turn, matches[:SHOWN])
            if await tell_first_of(turn, matches[:SHOWN]):
                # The one that is asked for is told at once; the others stay at hand ("and the trail ones?").
                turn.focus(listed=listed)
                return []
            turn.say("reply_product_list", list=lines(matches[:SHOWN], turn.language), buttons=listed)
            turn.focus(listed=listed, product=None)
            turn.done("answered", products=[product.sku for product in matches[:SHOWN]])
            return []
        return await _tell_one(turn, matches[0])


async def _tell_first(turn: Turn) -> bool:
    """Answers a want that names a kind, several points asked at once, a part of a set, a fact, what a level pays."""
    return (
        await want_told.tell(turn)
        or await asked_together.tell(turn)
        or await set_contents.tell(turn)
        or await facts_asked.tell(turn)
        or await level_price.tell(turn)
    )


async def _tell_before_buying(turn: Turn, words: Sequence[str]) -> bool:
    """Answers a size for a body, a price for several, two told apart, or what goods come to."""
    return (
        await size_for.tell(turn)
        or await together.tell_cheaper(turn)
        or await compare_told(turn, words)
        or await bill.tell(turn)
    )


def _sends_away(tracker: Tracker) -> bool:
    """Whether a message asks to have something sent abroad, or here where the customer told a place abroad before."""
    text = str(tracker.latest_message.get("text") or "")
    if text.startswith("/") or not lexicon.mentions("ships", text):
        return False
    if place(text) is not None:
        return True
    before = [str(event.get("text") or "") for event in tracker.events if event.get("event") == "user"]
    return lexicon.mentions("sent_here", text) and any(place(each) for each in before[-SHOWN * 3 :])


async def _tell_sent_away(turn: Turn) -> bool:
    """What the shop's article on shipping abroad says of sending the product that is named."""
    if turn.pressed or not _sends_away(turn.tracker):
        return False
    found, product = Looked.of(turn).found, await named_best(turn.session, turn.text)
    if product is None or found.slug != ABROAD or not found.answers:
        return False
    await tell_found(turn, found)
    keep(turn, product)
    return True


async def _of_goods(turn: Turn, words: Sequence[str]) -> list[str]:
    """What was understood as products, without what is none of ours and only stands in what is asked of one: the
    cooker a pan may be put on."""
    asks = lexicon.mentions("property_question", turn.text) and not lexicon.mentions("comparison", turn.text)
    if not asks or len(words) < PAIR or lexicon.mentions("which_of", turn.text):
        return list(words)
    ours = [word for word in words if await products.meant(turn.session, canonical(word), limit=1)]
    return ours or list(words)


async def _goes_into_parcel(turn: Turn) -> bool:
    """Tells whether a thing may be sent abroad, right after shipping there was told: "can I put a power bank in"."""
    found = Looked.of(turn).found
    asks_of_goods = any(lexicon.mentions(group, turn.text) for group in ("price_question", "product_question"))
    sends = lexicon.mentions("sends", turn.text) and not asks_of_goods
    if turn.pressed or not sends or found.slug != ABROAD or not found.answers:
        return False
    await tell_found(turn, found)
    return True


async def _of_the_same_kind(turn: Turn, near: Nearness) -> list[Product]:
    """What answers a need among the kind of goods spoken of: "any that do not slip?" of shoes."""
    if not near:
        return []
    numbers = [str(turn.spoken_of["order"])] if turn.spoken_of.get("order") else []
    skus = {str(turn.spoken_of.get("product"))}
    if turn.member is not None:
        for number in numbers:
            order = await orders.by_number(turn.session, number, member_id=turn.member.id)
            skus |= {line.sku for line in order.lines} if order else set()
    kinds = {product.category for product in await products.on_sale(turn.session, skus)}
    kin = [each for kind in sorted(kinds) for each in await products.in_category(turn.session, kind) if each.in_stock]
    return near.chosen(kin)[:1]


async def _tell_spoken_of(turn: Turn, goods: Sequence[Product]) -> list[Event]:
    if len(goods) == 1:
        return await _tell_one(turn, goods[0])
    await tell_prices(turn, goods)
    return []


async def _about_own(turn: Turn, words: Sequence[str]) -> str | None:
    """The action for a question about something of one's own: what was paid for it, or where it is."""
    if turn.pressed or turn.member is None or not words:
        return None
    if lexicon.mentions("paid_question", turn.text):
        return "action_order_status"
    waits = lexicon.mentions("own_thing", turn.text) and not lexicon.mentions("about_goods", turn.text)
    if not waits and _is_bare(turn, words):
        return "action_parcel" if await _came_lately(turn, words) else None
    if not waits:
        return None
    for order in await orders.recent(turn.session, turn.member.id, limit=OWN_ORDERS):
        if order.delivered_at is None and any(
            fit(word, list(line.names.values())) is Fit.CALLED for word in words for line in order.lines
        ):
            return "action_parcel"
    return None


def _is_bare(turn: Turn, words: Sequence[str]) -> bool:
    """Whether a conversation begins with nothing but a thing: 鞋呢."""
    left = normalise(turn.text)
    for word in words:
        left = left.replace(normalise(word), " ")
    goods_told = {"product", "listed", "reward", "article"} & turn.spoken_of.keys()
    return not goods_told and lexicon.mentions("bare_thing", turn.text) and not lexicon.without("courtesy", left)


async def _came_lately(turn: Turn, words: Sequence[str]) -> bool:
    """Whether a thing called so is in an order under way, or came in the last days."""
    assert turn.member is not None
    return any(
        (order.delivered_at is None or order.delivered_at > clock.now() - CAME_LATELY)
        and any(fit(word, list(line.names.values())) is Fit.CALLED for word in words for line in order.lines)
        for order in await orders.recent(turn.session, turn.member.id, limit=OWN_ORDERS)
    )


async def _chosen(turn: Turn) -> list[Product]:
    """What a button stands for: one product, or two to compare."""
    try:
        skus = str(turn.entity("choice") or "").split()
        if skus and not turn.pressed and (other := await _named_beside(turn, skus)):
            return [other]
        chosen = [await products.by_sku(turn.session, sku) for sku in skus[:PAIR]]
        if len(chosen) == 1 and await another.is_wished(turn, chosen[0]):
            return list(await another.found(turn, chosen[0], Looked.of(turn).near))
        return chosen
    except NotFound:
        return []


async def _named_beside(turn: Turn, skus: Sequence[str]) -> Product | None:
    """The product that the words call by its name, or by a part of it that what was spoken of has not: "what does the
    cabin case weigh", 越野那双多少钱."""
    if (named := await products.named(turn.session, turn.text)) and not comes_with.asked(turn.text):
        return named[0]
    if names_nothing(turn.text) or comes_with.asked(turn.text):
        return None
    called = await products.meant(turn.session, lexicon.without("product_talk", turn.text))
    return called[0] if called and not any(product.sku in skus for product in called) else None


async def _tell_one(turn: Turn, product: Product, *, by_need: bool = False) -> list[Event]:
    """`by_need`: it was found by what it is for, which its description shows."""
    if await put_again.tell(turn, product):
        return []
    if not by_need and await to_be_had.tell_of(turn, product):
        return []
    if not by_need and await answered(turn, product):
        keep(turn, product)
        return []
    told = facts(product, turn.language)
    turn.done("answered", product=product.sku)
    keep(turn, product)
    kin = [other for other in await products.in_category(turn.session, product.category) if other.in_stock][:SHOWN]
    waits = [] if product.in_stock else [tell_when_back(turn, product.sku)]
    if waits and any(each.name == "restocked_when" for each in plainly.asked(turn.text, turn.language)):
        turn.say("reply_rule_restocked_when")
    if product.in_stock or not kin:
        turn.say("reply_product", facts=told, buttons=waits)
        return []
    listed = choices(turn, kin)
    turn.say("reply_product_sold_out", facts=told, buttons=[*listed, *waits])
    turn.focus(listed=listed)
    return []


def _not_found(turn: Turn, words: Sequence[str]) -> list[Event]:
    if words:
        turn.say("reply_product_none", words=words[0][:WORDS_SHOWN])
    else:
        turn.say("reply_product_which", buttons=[wish(turn, "ask_recommendation")])
    turn.done("not_found", turn.text)
    return []


def _may_name_goods(text: str) -> bool:
    """Whether words are left beside those that only ask something about whatever is spoken of: 什么颜色, "colours?"."""
    asked = lexicon.heard("product_question", text)
    flat = normalise(text)
    for heard in reversed(asked):
        flat = f"{flat[: heard.start]} {flat[heard.end :]}"
    return not asked or bool(lexicon.without("product_talk", flat))


def _names_it(words: str, product: Product) -> bool:
    """Whether the words hold the product's whole name, so that no other one can be meant."""
    return any(name and name.casefold() in words.casefold() for name in product.names.values())
