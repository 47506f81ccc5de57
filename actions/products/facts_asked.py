"""What is asked of the facts of a product, before anything else is read into the words: of the one that is named, else
of the one spoken of; of two, each is told with what the shop's data say ("which can go in the dishwasher")."""

import re
from collections.abc import Sequence

from actions.kit.asked import aspects_asked, comes_with, shapes
from actions.kit.base import Turn
from actions.kit.goods import is_short_for
from actions.kit.words import budget, lexicon, plainly
from actions.knowledge.answers import keep_gap
from actions.products import aspects, parts_alone
from actions.products.listed import goods_listed, keep, spoken_of
from actions.products.questions import answered, beside_names, called, tell_aspects
from actions.products.texts import choices, line, name_of
from actions.products.told_apart import pair_named
from actions.products.told_before import PAIR, told_last
from actions.products.wording import named_best, named_kind
from crm_store import products
from crm_store.labels import label
from crm_store.products import Product
from crm_store.text import normalise

OTHERWISE = (
    "refund_wish", "exchange", "shop_place", "not_of_kind", "other_of_kind", "points_word", "sum_question",
    "how_many_left", "goods_shipping", "warranty_term", "compared_by", "weight_order", "price_order", "size_advice",
)  # fmt: skip
"""Beside these something else is asked, or it is told with that."""
FIGURES = frozenset({"pieces", "weight", "hours", "power"})
"""Kinds of `product_question` that are told of the product that is named, before any list."""
ASPECTS = "aspects"
"""In the focus: what was asked of the product told last, which is asked of the next one that is named."""
_GOES_ON = re.compile(r"(?:那|那么|咁)?.{1,14}(?:呢|咧)|(?:and|what about|how about)(?: (?:the|for|about))* .{2,30}")
OF_TWO = ("which_of", "of_the_two", "either_or", "comparison")


async def tell(turn: Turn) -> bool:
    """Tells what is asked; False where no fact of goods is, or it is not clear of which."""
    if turn.pressed:
        return False
    if await parts_alone.tell(turn):
        return True
    if _is_of_else(turn.text):
        return False
    topics = aspects_asked.asked(turn.text) or await _asked_before(turn)
    if not topics or lexicon.meant("product_question", turn.text) == "pieces":
        return await _tell_figures(turn)
    if topics != [aspects_asked.GOES_WITH] and _asks_more(turn):
        return False
    if any(lexicon.mentions(group, turn.text) for group in OF_TWO):
        return await _tell_each(turn, topics)
    product = await meant(turn)
    if product is not None and aspects_asked.asked(turn.text):
        topics = aspects_asked.asked(beside_names(turn.text, product))
    if product is not None and aspects.fact(product, aspects_asked.CONTENTS, turn.language) is None:
        # A set of which no page says more is told of by its card.
        topics = [topic for topic in topics if topic != aspects_asked.CONTENTS]
    if product is None or not topics:
        return False
    if lexicon.mentions("price_question", turn.text):
        turn.say("reply_product_fact", facts=line(product, turn.language, "head"))
    await tell_aspects(turn, product, topics)
    keep(turn, product)
    turn.focus(**{ASPECTS: topics})
    return True


async def _asked_before(turn: Turn) -> list[str]:
    """What was asked of another product right before, where the words only name one: "and the sunscreen?"."""
    places: dict[str, int] = turn.spoken_of.get("at") or {}
    is_last = ASPECTS in turn.spoken_of and places.get(ASPECTS, 0) == max(places.values(), default=0)
    if not is_last or not _GOES_ON.fullmatch(normalise(turn.text)) or await named_best(turn.session, turn.text) is None:
        return []
    return [str(topic) for topic in turn.spoken_of[ASPECTS]]


async def _tell_figures(turn: Turn) -> bool:
    """What is in it, what it weighs and the like of the product that is plainly named; False otherwise."""
    if lexicon.meant("product_question", turn.text) not in FIGURES or bool(shapes.asked(turn.text)):
        return False
    if any(lexicon.mentions(group, turn.text) for group in (*OF_TWO, "in_stock", "price_question")):
        return False
    words = _words(turn) or [turn.text]
    found = [await _spoken_of_as(turn, word) or await named_best(turn.session, word) for word in words]
    named = [each for each in found if each is not None]
    if len({product.sku for product in named}) != 1 or not await answered(turn, named[0]):
        return False
    keep(turn, named[0])
    return True


def _is_of_else(text: str) -> bool:
    """Whether something else is asked; the words of the fact itself, 换灯泡, ask for nothing else."""
    left = aspects_asked.without(text)
    return any(lexicon.mentions(group, left) for group in OTHERWISE)


def _asks_more(turn: Turn) -> bool:
    """Whether a size or colour, a figure or what comes along is asked, with which the rest is told."""
    rule = any(each.name == "safe_for_body" for each in plainly.asked(turn.text, turn.language))
    facts = lexicon.meant("product_question", turn.text) not in (None, "size")
    stock = lexicon.mentions("in_stock", turn.text) and not lexicon.mentions("property_question", turn.text)
    return (
        rule or facts or stock or bool(comes_with.asked(turn.text)) or bool(shapes.asked(turn.text))
        or budget.said(turn.text) is not None
    )  # fmt: skip


async def _tell_each(turn: Turn, topics: Sequence[str]) -> bool:
    """What the data say of each of two; False where no two are meant, or none of them is told of."""
    pair = await products.named(turn.session, turn.text)
    if len(pair) < PAIR:
        pair = await pair_named(turn) or await told_last(turn)
    if len(pair) < PAIR:
        return False
    pair = pair[:PAIR]
    found = [[aspects.fact(product, topic, turn.language, turn.text) for topic in topics] for product in pair]
    if not any(fact for each in found for fact in each):
        return False
    between = label("product_answer", "between", turn.language)
    told = []
    for product, facts in zip(pair, found, strict=True):
        known = [fact for fact in facts if fact is not None]
        unsaid = [topic for topic, fact in zip(topics, facts, strict=True) if fact is None]
        said = aspects.texts_of(known)
        said += (
            [label("product_answer", "unsaid", turn.language, asked=called(unsaid, turn.language))] if unsaid else []
        )
        text = between.join(said)
        told.append(label("product_apart", "of_one", turn.language, name=name_of(product, turn.language), text=text))
    holding = [
        product for product, facts in zip(pair, found, strict=True) if any(fact and fact.holds for fact in facts)
    ]
    won = holding[0] if len(holding) == 1 else None
    first = label("product_answer", "that_one", turn.language, name=name_of(won, turn.language)) if won else ""
    turn.say("reply_product_each_told", verdict=first, list="\n".join(told), buttons=choices(turn, pair))
    if any(fact is None for each in found for fact in each):
        await keep_gap(turn)
    turn.focus(listed=choices(turn, pair), product=None)
    turn.done("answered", f"each of two: {' '.join(topics)}", products=[product.sku for product in pair])
    return True


async def meant(turn: Turn) -> Product | None:
    """The product that a question about a fact is about: the one named, by what was understood as one or by the words
    beside the fact itself; else the one spoken of, or the only one listed."""
    whole = await products.named(turn.session, turn.text)
    if whole:
        return whole[0] if len(whole) == 1 else None
    for word in _words(turn):
        if (named := await _spoken_of_as(turn, word) or await named_best(turn.session, word)) is not None:
            return named
    beside = aspects_asked.without(turn.text)
    if (named := await named_best(turn.session, beside)) is not None:
        return named
    if _words(turn) or await named_kind(turn.session, beside):
        return None
    if turn.spoken_of.get("product"):
        return await spoken_of(turn)
    listed = await goods_listed(turn)
    return listed[0] if len(listed) == 1 else None


async def _spoken_of_as(turn: Turn, word: str) -> Product | None:
    """The product spoken of, where a word is only short for what it is called: 锅 after the 电饭煲."""
    product = await spoken_of(turn)
    called = [*product.names.values(), *product.keywords] if product is not None else []
    return product if any(is_short_for(word, name) for name in called) else None


def _words(turn: Turn) -> list[str]:
    """What was understood as a thing, without what only stands in the question, such as the dishwasher; where the words
    name none, what another part of the message names for them."""
    flat = normalise(turn.text)
    asking = [flat[each.start : each.end] for each in lexicon.heard("property_topic", turn.text)]
    said = [normalise(str(value)) for kind in ("product", "reward") for value in turn.entities(kind)]
    here = [word for word in said if word in flat and not any(word in each for each in asking)]
    return here or [word for word in said if word not in flat]
