"""Whether a thing is part of a set (带枕芯吗, "do pillows come in it?"), and whether it is sold by itself: told from
what the product's page says is in it, and what is not."""

import re

from actions.kit.asked import aspects_asked
from actions.kit.base import Turn
from actions.kit.goods import as_written
from actions.kit.slot_text import is_question
from actions.kit.words import lexicon, set_said
from actions.products import aspects
from actions.products.listed import keep, spoken_of
from actions.products.texts import choices, line, name_of
from actions.products.wording import named_best, on_offer
from crm_store.labels import label
from crm_store.language import Language
from crm_store.products import DETAILS, Product
from crm_store.text import normalise

CONTENTS, NOT_IN_IT = aspects_asked.CONTENTS, "not_in_it"


async def tell(turn: Turn) -> bool:
    """Says whether the thing is in the set that is meant, or is sold by itself; False where neither is asked, or the
    set's page does not tell of it."""
    if turn.pressed or any(lexicon.mentions(group, turn.text) for group in ("own_thing", "fault", "already_ordered")):
        return False
    flat = normalise(turn.text)
    alone = set_said.asks_alone(turn.text)
    if not (alone or set_said.asks_within(turn.text)):
        return False
    of_set = await _set_meant(turn, flat)
    if of_set is None:
        return await _tell_listed(turn, flat)
    product, part, is_in = of_set
    sold = await _sold(turn, product, part)
    kind = ("in" if is_in else "not_in") + ("_alone" if alone else "")
    values = {"name": name_of(product, turn.language), "part": as_written(turn, part)}
    told = label("set_contents", kind, turn.language, contents=_written(turn, product), **values)
    if alone or not is_in:
        apart = label("set_contents", "sold" if sold else "not_sold", turn.language, **values)
        told = f"{told} {apart}" if turn.language == Language.EN else told + apart
    lines = [line(each, turn.language, "line") for each in sold]
    turn.say("reply_want", told="\n".join([told, *lines]), buttons=choices(turn, sold or [product]))
    keep(turn, product)
    turn.done("answered", f"{product.sku}: {part}", product=product.sku)
    return True


async def _tell_listed(turn: Turn, flat: str) -> bool:
    """Says what is listed in the set, where it is asked for a thing that its page tells nothing of; False where no set
    is meant, or all of it is asked for."""
    asks_all = lexicon.meant("product_question", turn.text) == "pieces" or CONTENTS in aspects_asked.asked(turn.text)
    if asks_all or not set_said.names_inside(turn.text) or not is_question(turn.text):
        return False
    product = await named_best(turn.session, flat) or await spoken_of(turn)
    if product is None or not _words(product, CONTENTS):
        return False
    values = {"name": name_of(product, turn.language), "contents": _written(turn, product)}
    turn.say(
        "reply_want", told=label("set_contents", "lists", turn.language, **values), buttons=choices(turn, [product])
    )
    keep(turn, product)
    turn.done("answered", f"{product.sku}: {CONTENTS}", product=product.sku)
    return True


async def _set_meant(turn: Turn, flat: str) -> tuple[Product, str, bool] | None:
    """The set of whose parts one is named: the one in the words, the one spoken of, else the only one that knows it."""
    sets = [each for each in await on_offer(turn.session) if _words(each, CONTENTS)]
    known = [(each, *part) for each in sets if (part := _part(each, flat)) is not None]
    named = await named_best(turn.session, flat)
    told = await spoken_of(turn)
    for one in (named, told):
        if one is not None:
            of_it = [each for each in known if each[0].sku == one.sku]
            if of_it or one is named:
                return of_it[0] if of_it else None
    return known[0] if len(known) == 1 and not told else None


def _part(product: Product, flat: str) -> tuple[str, bool] | None:
    """The part that is named, as it stands in the text, and whether it is in the set."""
    for aspect, is_in in ((NOT_IN_IT, False), (CONTENTS, True)):
        for word in sorted(_words(product, aspect), key=len, reverse=True):
            shape = rf"\b{re.escape(word)}s?\b" if word.isascii() else re.escape(word)
            if (found := re.search(shape, flat)) is not None:
                return found.group(), is_in
    return None


def _words(product: Product, aspect: str) -> list[str]:
    """The parts that a page names, in every language, without how many of each."""
    told = (product.attributes.get(DETAILS) or {}).get(aspect)
    texts = told.values() if isinstance(told, dict) else ()
    parts = [part for text in texts for part in re.split(r"[、，,：:]", str(text))]
    return list(filter(None, (_bare(normalise(part)) for part in parts)))


def _bare(part: str) -> str:
    left = re.sub(r"^(?:an?|the) |^\d+ (?:pieces? ?)?|\d+ ?[个张件条只]?$", "", part).strip()
    return left.removesuffix("s") if left.isascii() and not left.endswith("ss") else left


def _written(turn: Turn, product: Product) -> str:
    fact = aspects.fact(product, CONTENTS, turn.language)
    return fact.text if fact is not None else ""


async def _sold(turn: Turn, product: Product, part: str) -> list[Product]:
    """What is sold and called so itself."""
    every = await on_offer(turn.session)
    return [
        each for each in every
        if each.sku != product.sku and any(part == normalise(name) for name in (*each.names.values(), *each.keywords))
    ]  # fmt: skip
