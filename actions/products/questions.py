"""What is asked about one product beside its price: a fact of the catalogue, a property, a shop's stock.

What the catalogue does not say is not guessed: the customer is told that it is not known, and the question is kept as a
gap for the editors.
"""

import re
from collections.abc import Sequence
from typing import Any

from actions.kit.asked import aspects_asked, comes_with
from actions.kit.asked.shapes import asks_half
from actions.kit.base import Turn
from actions.kit.goods import Fit, fit
from actions.kit.quick_replies import wish
from actions.kit.replies import joined
from actions.kit.words import airline, lexicon
from actions.knowledge.answers import keep_gap
from actions.products import aspects, mains
from actions.products.sizes import sizes_named
from actions.products.texts import fact_lines, line, name_of
from actions.products.wording import known_by
from crm_store.labels import label
from crm_store.language import Language
from crm_store.products import Product
from crm_store.text import WEIGHT_PAIR, match_score, normalise

FACTS = {
    "size": ("diameter_cm", "length_cm", "thickness_mm", "sizes", "volume_l", "volume_ml"),
    "volume": ("volume_l", "volume_ml"),
    "weight": ("weight_g",),
    "colours": ("colours",),
    "power": ("watts", "mah"),
    "pieces": ("pieces",),
    "hours": ("hours", "mah"),
}
"""The attributes that answer each kind of question."""
NOT_SAID = "not_said"
"""In the focus: the product of which the catalogue did not say what was asked; the next time it is said otherwise."""
QUOTED = 24
"""Characters of a question that are repeated; of English twice as many."""
SUMMARY = 60
"""Characters of a question that the timeline keeps."""
_PARTS = re.compile(r"[\s，,。？?！!；;、]+(?=[^\x00-\x7f])|[，,。？?！!；;]+|\b(?:and|but|also)\b", re.IGNORECASE)


async def answered(turn: Turn, product: Product) -> bool:
    """Answer what is asked about the product; False when the words ask for no more than what it is and costs."""
    if turn.pressed:
        return False
    if lexicon.mentions("shop_place", turn.text) and lexicon.mentions("in_stock", turn.text):
        await _tell_shop_stock(turn, product)
        return True
    if asks_half(turn.text) and (sizes := product.attributes.get("sizes")):
        _tell_half(turn, product, [str(size) for size in sizes])
        return True
    if beside := comes_with.asked(turn.text):
        await _tell_property(turn, product, beside)
        return True
    asked = lexicon.meant("product_question", turn.text)
    if lexicon.mentions("size_advice", turn.text) and asked in (None, "size"):
        await _tell_unknown(turn, product)
        return True
    topics = aspects_asked.asked(beside_names(turn.text, product))
    if asked == "pieces" and aspects.fact(product, aspects_asked.CONTENTS, turn.language) is not None:
        topics = list(dict.fromkeys([aspects_asked.CONTENTS, *topics]))
    if topics:
        # 多大的孩子 asks for an age, and for no size.
        # 能装可乐吗 asks for no volume.
        if asked not in (None, "size", "volume", "pieces") and (known := _known(product, asked)):
            turn.say("reply_product_fact", facts=_named(product, known, turn))
        await tell_aspects(turn, product, topics)
        return True
    if asked is not None:
        return await _tell_fact(turn, product, asked)
    asks = lexicon.mentions("property_question", _unnamed(turn, turn.text, product))
    if asks and (wanted := _property(turn, product, turn.text)):
        await _tell_property(turn, product, wanted)
        return True
    if _was_told(turn, product) and lexicon.mentions("price_question", turn.text):
        turn.say("reply_product_fact", facts=line(product, turn.language, "head"))
        turn.done("answered", product=product.sku)
        return True
    return False


def half_sizes(product: Product) -> list[str]:
    """The half sizes a product comes in."""
    return [size for size in map(str, product.attributes.get("sizes") or []) if size.endswith(".5")]


def _tell_half(turn: Turn, product: Product, sizes: Sequence[str]) -> None:
    half = half_sizes(product)
    response = "reply_product_half" if half else "reply_product_no_half"
    told = joined(half or sizes, turn.language)
    turn.say(response, name=name_of(product, turn.language), sizes=told)
    turn.done("answered", turn.text, product=product.sku)


async def tell_colours(turn: Turn, product: Product) -> None:
    """The colours it comes in, whatever else of it was told before."""
    known = _known(product, "colours")
    if known:
        turn.say("reply_product_fact", facts=_named(product, known, turn))
    else:
        turn.say("reply_product_no_colours", name=name_of(product, turn.language))
        await keep_gap(turn)


async def _tell_fact(turn: Turn, product: Product, asked: str) -> bool:
    known = _known(product, asked)
    if not known:
        if asked == "colours":
            turn.say("reply_product_no_colours", name=name_of(product, turn.language))
            await keep_gap(turn)
            turn.done("not_found", turn.text, product=product.sku)
        else:
            await _tell_unknown(turn, product, [asked])
        return True
    turn.say("reply_product_fact", facts=_named(product, known, turn))
    turn.done("answered", f"{product.sku}: {asked}", product=product.sku)
    return True


def _known(product: Product, asked: str) -> dict[str, Any]:
    return {name: product.attributes[name] for name in FACTS[asked] if name in product.attributes}


def _named(product: Product, known: dict[str, Any], turn: Turn) -> str:
    return "\n".join([name_of(product, turn.language), *fact_lines(known, turn.language)])


async def _tell_unknown(turn: Turn, product: Product, topics: Sequence[str] = ()) -> None:
    """That the shop's data do not tell just that of just this product, and what they tell that comes near."""
    again = turn.spoken_of.get(NOT_SAID) == product.sku
    response = "reply_product_unknown_too" if again else "reply_product_unknown"
    near = aspects.texts_of(aspects.beside(product, topics, turn.language))
    named = called(topics, turn.language) if topics else _as_said(turn)
    values = {"asked": named, "beside": _beside(near, turn.language)}
    turn.say(response, name=name_of(product, turn.language), buttons=[wish(turn, "request_human")], **values)
    turn.focus(**{NOT_SAID: None if again else product.sku})
    await keep_gap(turn)
    turn.done("not_found", turn.text, product=product.sku)


def _as_said(turn: Turn) -> str:
    """What was asked in the customer's own words, where they are few; that it is open which point is meant, else."""
    asking = [part.strip() for part in _PARTS.split(turn.text) if lexicon.mentions("property_question", part)]
    if len(asking) != 1 or len(asking[0]) > QUOTED * (2 if asking[0].isascii() else 1):
        return called((), turn.language)
    return label("product_aspect", "as_said", turn.language, words=asking[0])


def called(topics: Sequence[str], language: Language) -> str:
    """What was asked, as it is named where nothing is written of it."""
    named = [label("product_aspect", topic, language) for topic in topics or ("open",)]
    return label("product_answer", "joint", language).join(named)


def _beside(near: Sequence[str], language: Language) -> str:
    between = label("product_answer", "between", language)
    return label("product_answer", "beside", language, told=between.join(near)) if near else ""


async def _tell_shop_stock(turn: Turn, product: Product) -> None:
    facts = line(product, turn.language, "head")
    turn.say("reply_product_shop_stock", facts=facts, buttons=[wish(turn, "request_human")])
    await keep_gap(turn)
    turn.done("not_found", turn.text, product=product.sku)


def _was_told(turn: Turn, product: Product) -> bool:
    return bool(turn.spoken_of.get("product") == product.sku)


async def also_asked(turn: Turn, product: Product) -> None:
    """Answers the properties that are asked beside something else that was answered: 有货不 防水不."""
    beside = [
        part
        for part in _PARTS.split(turn.text)
        if lexicon.mentions("property_question", _unnamed(turn, part, product))
        and not lexicon.mentions("had_question", part)
    ]
    wanted = " ".join(filter(None, (_property(turn, product, part) for part in beside if not sizes_named(part))))
    topics = aspects_asked.asked(beside_names(turn.text, product))
    if topics:
        await tell_aspects(turn, product, topics)
    elif wanted:
        await _tell_property(turn, product, wanted)


async def tell_aspects(turn: Turn, product: Product, topics: Sequence[str]) -> None:
    """What the shop's data say of what is asked, a plain yes or no first; and of what they say nothing."""
    topics = _not_told_there(turn, product, topics)
    if not topics:
        return
    found = [aspects.fact(product, topic, turn.language, turn.text) for topic in topics]
    facts = [fact for fact in found if fact is not None]
    unsaid = [topic for topic, fact in zip(topics, found, strict=True) if fact is None]
    if not facts:
        await _tell_unknown(turn, product, topics)
        return
    begins = verdict(facts, turn.language)
    if unsaid and any(fact.holds for fact in facts):
        # A yes would stand for what is not written as well.
        begins = ""
    values: dict[str, Any] = {"name": name_of(product, turn.language), "verdict": begins}
    told = label("product_answer", "between", turn.language).join(aspects.texts_of(facts))
    if unsaid:
        turn.say("reply_product_tells_part", told=told, asked=called(unsaid, turn.language), **values)
        await keep_gap(turn)
    else:
        turn.say("reply_product_tells", told=told, **values)
    turn.done("answered", f"{product.sku}: {' '.join(topics)}"[:SUMMARY], product=product.sku)


def _not_told_there(turn: Turn, product: Product, topics: Sequence[str]) -> list[str]:
    """The aspects that are left where some depend on a place or an airline, and what comes of them there was told."""
    left = [topic for topic in topics if topic != mains.VOLTAGE or not mains.tell(turn, product)]
    if aspects_asked.FLIGHT in left and airline.asked(turn.text) and _tell_airline(turn, product):
        left.remove(aspects_asked.FLIGHT)
    return left


def _tell_airline(turn: Turn, product: Product) -> bool:
    """Tells what is written of taking it on board, and that each airline has a limit of its own; False where nothing
    is written."""
    told = aspects.fact(product, aspects_asked.FLIGHT, turn.language)
    if told is None:
        return False
    turn.say("reply_product_airline", name=name_of(product, turn.language), told=told.text)
    turn.done("answered", f"{product.sku}: {aspects_asked.FLIGHT}", product=product.sku)
    return True


def verdict(facts: Sequence[aspects.Fact], language: Language) -> str:
    """How an answer begins where all that is written is a yes, or all of it a no; empty where nothing is plain."""
    plain = {fact.holds for fact in facts if fact.holds is not None}
    if len(plain) != 1:
        return ""
    measured = all(fact.aspect == aspects_asked.PEOPLE for fact in facts if fact.holds is not None)
    kind = ("enough" if measured else "yes") if plain == {True} else ("too_small" if measured else "no")
    return label("product_answer", kind, language)


def _unnamed(turn: Turn, text: str, product: Product) -> str:
    """A text without the product's own names, and what it is called in the message: 防风 of 防风外套 asks for
    nothing."""
    left = normalise(text)
    for name in map(normalise, (*product.names.values(), *map(str, turn.entities("product")))):
        left = left.replace(name, " ")
    return left


def beside_names(text: str, product: Product) -> str:
    """What is said beside the product's name, in which no aspect is asked: 防风外套有 L 吗."""
    left = f" {normalise(text)} "
    for name in sorted(map(normalise, (*product.names.values(), *product.keywords)), key=len, reverse=True):
        # Other names stand in what is asked as well: 灯 of 换灯泡, "luggage" of "hand luggage".
        if aspects_asked.asked(name):
            left = left.replace(f" {name} " if name.isascii() else name, " ")
    return left


async def _tell_property(turn: Turn, product: Product, wanted: str) -> None:
    """What the catalogue says of a property, in its own words; that it says nothing, where it does not."""
    text = product.descriptions.get(turn.language) or ""
    if not text or not _tells(product, wanted):
        await _tell_unknown(turn, product)
        return
    turn.say("reply_product_tells", name=name_of(product, turn.language), verdict="", told=text)
    turn.done("answered", f"{product.sku}: {wanted}"[:SUMMARY], product=product.sku)


def _property(turn: Turn, product: Product, said: str) -> str:
    """The words of the question that are not the product's name nor talk: 洗碗机, dishwasher safe."""
    called = [*product.names.values(), *product.keywords]
    asking = [part for part in _PARTS.split(said) if lexicon.mentions("property_question", part)]
    text = normalise(" ".join(asking) or said)
    of_product = [each for each in map(str, turn.entities("product")) if fit(each, called) is not Fit.NONE]
    for name in sorted([*of_product, *called], key=len, reverse=True):
        text = text.replace(normalise(name), " ")
    return lexicon.without("property_talk", text)


def _tells(product: Product, asked: str) -> bool:
    """Whether a description in the catalogue speaks of it; the product's own name tells nothing of it."""
    left = asked
    for word in known_by(product, left):
        left = left.replace(word, " ")
    signs = "".join(left.split())
    by_sign = len(signs) == 1 and any(signs in normalise(each) for each in product.descriptions.values())
    return by_sign or match_score(left, product.descriptions.values()) >= WEIGHT_PAIR
