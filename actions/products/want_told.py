"""How a want for goods is answered, in one bubble: what fits with what is told of it, what cannot be known said once,
and where nothing fits what lacks just one thing."""

from collections.abc import Mapping, Sequence
from typing import Any

from actions.kit.base import Turn
from actions.kit.replies import joined, size_text
from actions.knowledge.answers import keep_gap
from actions.products import aspects
from actions.products.listed import keep
from actions.products.needs import Nearness
from actions.products.questions import called
from actions.products.texts import choices, fact_lines, line, name_of
from actions.products.to_be_had import colour_name
from actions.products.want import RECOMMEND, Found, Want, chosen, is_told_otherwise, read
from crm_store.labels import label
from crm_store.language import format_money
from crm_store.products import Product

SHOWN = 3
SUGGESTED = "suggested"


async def tell(turn: Turn, near: Mapping[str, float] | None = None) -> bool:
    """Answers a want that names a kind and something to choose by; False where the message tells none."""
    want = await read(turn, turn.spoken_of.get(SUGGESTED) or {})
    if want is None:
        return False
    found = chosen(want, near or Nearness(), turn.language)
    shown = list(found.goods)[:SHOWN]
    if not shown or is_told_otherwise(turn, want, found):
        return False
    buttons = choices(turn, shown)
    notes = [_unsaid(turn, want, found, shown)] if found.how in ("fits", "kin") else []
    parts = [_head(turn, want, found), *_lines(turn, want, found, shown), *filter(None, notes)]
    turn.say("reply_want", told="\n".join(parts), buttons=buttons)
    if any(notes) or found.how == "not_told":
        await keep_gap(turn)
    _remember(turn, want, shown)
    turn.focus(listed=buttons, product=None)
    if len(shown) == 1:
        keep(turn, shown[0])
    turn.done("answered", f"want: {found.how}", products=[product.sku for product in shown])
    return True


def _head(turn: Turn, want: Want, found: Found) -> str:
    values = {"wanted": _wanted(turn, want), "thing": want.not_sold, "asked": called(want.topics, turn.language)}
    values["size"] = joined([size_text(size, turn.language) for size in want.sizes], turn.language)
    values["colour"] = joined([colour_name(code, turn.language) for code in want.colours], turn.language)
    values["limit"] = _money(turn, want)
    how = found.how
    if want.not_sold and how in ("fits", "kin"):
        how = "nearest_so" if want.sizes or want.colours or want.money else "nearest"
    first = (
        label("want_told", "not_sold", turn.language, thing=want.not_sold)
        if want.not_sold and how[:7] != "nearest"
        else ""
    )
    return first + label("want_told", how, turn.language, **values)


def _wanted(turn: Turn, want: Want) -> str:
    """What is wanted, in the words of the catalogue: 鞋、43 码、黑色."""
    parts = [] if want.not_sold else [want.named]
    parts += [size_text(size, turn.language) for size in want.sizes]
    parts += [colour_name(code, turn.language) for code in want.colours]
    parts += [_money(turn, want)] if want.money is not None else []
    return label("want_told", "between", turn.language).join(parts)


def _money(turn: Turn, want: Want) -> str:
    if want.money is None:
        return ""
    kind = "range" if want.money.least else "about" if want.money.about else "limit"
    values = {"least": format_money(want.money.least), "limit": format_money(want.money.limit)}
    return label("want_money", kind, turn.language, **values)


def _lines(turn: Turn, want: Want, found: Found, shown: Sequence[Product]) -> list[str]:
    lines = []
    for product in shown:
        lines.append(line(product, turn.language, "line"))
        if below := _below(turn, want, found, product):
            lines.append(label("want_told", "below", turn.language, told=below))
    return lines


def _below(turn: Turn, want: Want, found: Found, product: Product) -> str:
    """What speaks for the thing: what is written of the properties, the sizes or colours it comes in instead."""
    instead = {"no_size": "sizes", "no_colour": "colours"}.get(found.how)
    if instead is not None:
        known = {instead: product.attributes[instead]} if instead in product.attributes else {}
        return "".join(fact_lines(known, turn.language))
    facts = [fact for fact in want.told(product, turn.language).values() if fact is not None]
    if facts:
        return label("product_answer", "between", turn.language).join(aspects.texts_of(facts))
    if found.how == "not_told":
        return label("want_told", "no_word", turn.language)
    return (product.descriptions.get(turn.language) or "") if turn.intent == RECOMMEND else ""


def _unsaid(turn: Turn, want: Want, found: Found, shown: Sequence[Product]) -> str:
    """Of which property nothing is written, and of what; said once for all of them."""
    lacking = {
        topic: [product for product in shown if want.told(product, turn.language)[topic] is None]
        for topic in want.topics
    }
    of_all = [topic for topic, goods in lacking.items() if len(goods) == len(shown)]
    if of_all:
        return label("want_told", "unsaid", turn.language, asked=called(of_all, turn.language))
    left = [product for product in found.of if product not in found.goods]
    silent = list(dict.fromkeys([*(each for goods in lacking.values() for each in goods), *left]))
    if not silent:
        return ""
    names = joined([name_of(product, turn.language) for product in silent[:SHOWN]], turn.language)
    return label("want_told", "unsaid_of", turn.language, names=names, asked=called(want.topics, turn.language))


def _remember(turn: Turn, want: Want, shown: Sequence[Product]) -> None:
    """What the next message goes on from."""
    kept: dict[str, Any] = {"words": want.named, "shown": [product.sku for product in shown], "use": want.use}
    kept |= {"size": next(iter(want.sizes), ""), "limit": want.money.limit if want.money else None}
    kept |= {"over": want.money.over if want.money else 0}
    before = turn.spoken_of.get(SUGGESTED) or {}
    turn.focus(**{SUGGESTED: kept | {"asked_of": before.get("asked_of") or ""}})
