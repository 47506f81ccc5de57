"""Which of two or a few that were just told serves a need: by the goods' own descriptions, with that reason, and honest
about what no description says (膝盖不太好，下雨天也去，选哪个)."""

import re
from collections.abc import Sequence

from actions.kit.base import Turn
from actions.kit.words import lexicon
from actions.knowledge.answers import keep_gap
from actions.products.listed import goods_listed
from actions.products.texts import choices, name_of
from actions.products.told_before import PAIR, told_last
from actions.products.wording import best_of, named_best, on_offer
from crm_store import products
from crm_store.labels import label
from crm_store.language import Language
from crm_store.products import Product
from crm_store.text import normalise

BETWEEN, WET = "between", "wet"
"""The `choice` by which it is heard; the need that decides where each of two serves one."""
MOST = 4
LOOKED_BACK = 3
"""So many of the customer's messages before may have told the need."""
_NOT = re.compile(r"(?:不|没|唔|冇|\bnot? |\bwithout )$")
_PARTS = re.compile(r"还是|還是|定系|定係|\bor\b|\bvs\b", re.IGNORECASE)


async def tell(turn: Turn) -> bool:
    """Tells which one, or that no description decides it; False where that is not asked or no goods are meant."""
    if turn.pressed or turn.entity("choice") != BETWEEN:
        return False
    goods, needs = await _goods(turn), _needs(turn)
    if len(goods) < PAIR or not needs:
        return False
    served = {product.sku: [need for need in needs if _serves(product, need)] for product in goods}
    # A foothold comes before comfort.
    ranked = sorted(goods, key=lambda each: (len(served[each.sku]), WET in served[each.sku]), reverse=True)
    best, next_best = ((len(served[each.sku]), WET in served[each.sku]) for each in ranked[:PAIR])
    untold = [need for need in needs if not any(need in known for known in served.values())]
    chosen = ranked[0] if best > next_best else None
    unknown = label("choice", "unknown", turn.language, needs=_listed(untold, turn.language)) if untold else ""
    if chosen is None:
        told = "\n".join(_quoted(product, turn.language) for product in goods)
        turn.say("reply_product_choice_open", list=told, unknown=unknown)
    else:
        turn.say(
            "reply_product_choice",
            name=name_of(chosen, turn.language),
            told=_description(chosen, turn.language),
            needs=_listed(served[chosen.sku], turn.language),
            unknown=_of_others(turn, chosen, ranked, served) + unknown,
        )
    if untold:
        await keep_gap(turn)
    # What was compared stays at hand: "and for dry days?".
    turn.focus(listed=choices(turn, goods), product=None)
    turn.done("answered", f"choice {chosen.sku if chosen else 'open'}", products=[each.sku for each in goods])
    return True


def _of_others(turn: Turn, chosen: Product, goods: Sequence[Product], served: dict[str, list[str]]) -> str:
    """What another one serves and the chosen one does not, in its own words."""
    for other in goods:
        if others := [need for need in served[other.sku] if need not in served[chosen.sku]]:
            told, needs = _description(other, turn.language), _listed(others, turn.language)
            return label("choice", "other", turn.language, name=name_of(other, turn.language), told=told, needs=needs)
    return ""


async def _goods(turn: Turn) -> Sequence[Product]:
    """The two that the words name, else the two told last, else the few of the last list."""
    named = await products.named(turn.session, turn.text)
    if len(named) < PAIR:
        parts = [await named_best(turn.session, part) for part in _PARTS.split(turn.text)]
        named = list({each.sku: each for each in (*named, *parts) if each is not None}.values())
    if len(named) == 1:
        named = await _beside(turn, named[0])
    if len(named) >= PAIR:
        return named[:PAIR]
    listed = await goods_listed(turn)
    told = await told_last(turn)
    return told if len(told) == PAIR else listed if len(listed) <= MOST else []


async def _beside(turn: Turn, named: Product) -> list[Product]:
    """With the one that is named another of its kind that a part of the words means: the light ones of "light or trail
    shoes"."""
    every = await on_offer(turn.session)
    kin = [each for each in every if each.category == named.category and each.sku != named.sku]
    found = [best_of(kin, every, part, vague=True) for part in _PARTS.split(turn.text)]
    other = next((each for each in found if each is not None), None)
    return [other, named] if other is not None else [named]


def _needs(turn: Turn) -> list[str]:
    """What it is for, as the words say; where they only ask which, as was said before."""
    # A name tells no need: the trail shoes of "light or trail shoes for a park".
    named = sorted(map(str, turn.entities("product")), key=len, reverse=True)
    beside = turn.text
    for name in named:
        beside = re.sub(re.escape(name), " ", beside, flags=re.IGNORECASE)
    if found := _told(beside):
        return found
    said = [str(event.get("text") or "") for event in turn.tracker.events if event.get("event") == "user"]
    before = [text for text in said[-LOOKED_BACK - 1 : -1] if not text.startswith("/")]
    return next((found for text in reversed(before) if (found := _told(text))), [])


def _told(text: str) -> list[str]:
    """The needs that a text tells and does not deny: 不下雨的时候 tells of no rain."""
    flat = normalise(text)
    heard = lexicon.heard("choice_need", flat)
    return list(dict.fromkeys(each.value for each in heard if not _NOT.search(flat[: each.start])))


def _serves(product: Product, need: str) -> bool:
    texts = (*product.descriptions.values(),)
    return any(each.value == need for text in texts for each in lexicon.each("need_told", text))


def _listed(needs: Sequence[str], language: Language) -> str:
    return label("choice", "between", language).join(label("choice_need", need, language) for need in needs)


def _quoted(product: Product, language: Language) -> str:
    return label(
        "product_apart", "of_one", language, name=name_of(product, language), text=_description(product, language)
    )


def _description(product: Product, language: Language) -> str:
    return product.descriptions.get(language) or label("product_apart", "untold", language)
