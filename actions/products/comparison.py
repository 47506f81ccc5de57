"""Two products side by side: which two are meant, what is known of each, and what tells them apart."""

import re
from collections.abc import Sequence

from actions.kit.base import Button, Turn, button
from actions.kit.quick_replies import BUTTONS_SHOWN, wish
from actions.kit.words import lexicon
from actions.products import told_apart, uses
from actions.products.rivals import just_told, not_sold, other_maker
from actions.products.texts import choices, facts, name_of
from actions.products.told_before import told_last
from crm_store import earning_rules, products, tiers
from crm_store.labels import label
from crm_store.language import Language, format_money, format_number
from crm_store.products import Product
from crm_store.text import normalise

PAIR = 2

_BETWEEN = re.compile(
    r"还是|還是|以及|比(?![较較])|[和跟与與同及或、,，/&?？。]|\b(?:or|and|vs|versus|with|than|to|between)\b",
    re.IGNORECASE,
)


_CLAUSE_END = re.compile(r"[，,。！!？?；;]+")


def is_comparison(text: str, words: Sequence[str]) -> bool:
    """Whether a question sets products against each other. `words`: the products that were understood in it."""
    either = lexicon.mentions("which_of", text) and lexicon.mentions("either_or", text)
    return len(words) >= PAIR or either or lexicon.mentions("comparison", text) or _chooses(text) is not None


def _chooses(text: str) -> str | None:
    """The clause that asks which of two is to be taken: 软底步行鞋跟那个越野的哪个合适; None where none does."""
    return next(
        (
            clause
            for clause in _CLAUSE_END.split(text)
            if lexicon.mentions("asks_choice", clause) and _BETWEEN.search(_without_choice(clause))
        ),
        None,
    )


def _without_choice(clause: str) -> str:
    return lexicon.without("asks_choice", clause)


async def compare(turn: Turn, words: Sequence[str]) -> bool:
    """Tell the two that are meant, or ask which; False when nothing that was named is sold here."""
    sides = await _sides(turn, words)
    own = await products.named(turn.session, turn.text)
    if len(own) < PAIR and (maker := await other_maker(turn)):
        await _tell_beside_maker(turn, maker, sides, own)
        return True
    if len(sides) == 1 and (spoken_of := await just_told(turn)) is not None and spoken_of not in sides:
        # "Compared with the cabin case": what was just spoken of is the other one.
        sides = [spoken_of, *sides]
    if len(sides) == PAIR:
        await tell_comparison(turn, sides)
    elif sides and (other := await not_sold(turn, words, _parts(turn.text) if own else [])):
        await _tell_own(turn, other, sides[0])
    elif sides:
        await _ask_other(turn, sides[0])
    elif words:
        return False
    else:
        turn.say("reply_product_compare_which")
        turn.done("not_found", turn.text)
    return True


async def compare_told(turn: Turn, words: Sequence[str]) -> bool:
    """Tells apart the two that were told last, or the two of a list, where words that name neither ask for that ("what
    is the difference", 这俩选哪个); the one that serves a use which is told besides is said to."""
    by_a_property = told_apart.asked_by(turn.text) is not None
    if turn.pressed or by_a_property or not is_comparison(turn.text, words):
        return False
    if await products.named(turn.session, turn.text):
        return False
    pair = await told_last(turn)
    own = {normalise(name) for product in pair for name in (*product.keywords, *product.names.values())}
    of_others = [word for word in words if not any(normalise(word) in name or name in normalise(word) for name in own)]
    if len(pair) < PAIR or of_others:
        return False
    await tell_comparison(turn, pair)
    return True


async def tell_comparison(turn: Turn, pair: Sequence[Product]) -> None:
    told = [await _told(turn, product) for product in pair]
    difference = [_difference(pair, turn.language)]
    fitting = uses.serving(uses.told(_without_names(turn.text, pair)), pair)
    if len(fitting) == 1:
        name = name_of(fitting[0], turn.language)
        difference.append(label("product_comparison", "for_use", turn.language, name=name))
    turn.say("reply_product_compare", list="\n\n".join(told), difference="\n".join(difference))
    turn.focus(listed=choices(turn, pair), product=None)
    turn.done("answered", products=[product.sku for product in pair])


def _without_names(text: str, goods: Sequence[Product]) -> str:
    """What is said beside the goods' names, which tell of no use of the customer's: 越野跑鞋."""
    names = sorted({name for product in goods for name in (*product.names.values(), *product.keywords)}, key=len)
    for name in reversed(names):
        text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    return text


async def _sides(turn: Turn, words: Sequence[str]) -> list[Product]:
    """At most two products: both that are named; else the best for each part of the question; else two of a kind."""
    named = await products.named(turn.session, turn.text)
    if len(named) >= PAIR:
        return named[:PAIR]
    chosen = _chooses(turn.text)
    parts = words if len(words) >= PAIR else _parts(turn.text)
    parts = _parts(_without_choice(chosen)) if chosen is not None else parts
    matches = [found for part in parts if (found := await products.meant(turn.session, part))]
    sides: list[Product] = []
    for found in matches:
        sides += [product for product in found if product not in sides][:1]
    if len(sides) >= PAIR or named:
        return sides[:PAIR] if len(sides) >= PAIR else named
    return matches[0][:PAIR] if matches else []


def _parts(text: str) -> list[str]:
    """What stands between the words that join or compare."""
    return [lexicon.without("service_talk", lexicon.without("comparison", part)) for part in _BETWEEN.split(text)]


async def _told(turn: Turn, product: Product) -> str:
    """What is known of one, and the points it would bring: at the member's level, or at the first for a visitor."""
    tier = (
        await tiers.get(turn.session, turn.member.tier_code)
        if turn.member is not None
        else (await tiers.all_tiers(turn.session))[0]
    )
    points = format_number(earning_rules.points_for(product.price_minor, tier))
    return f"{facts(product, turn.language)}\n{label('product_comparison', 'points', turn.language, points=points)}"


def _difference(pair: Sequence[Product], language: Language) -> str:
    """What the choice turns on, as far as the catalogue knows; it does not say which is better."""
    cheaper, dearer = sorted(pair, key=lambda product: product.price_minor)
    said = [label("product_comparison", "same_price", language)]
    if saved := dearer.price_minor - cheaper.price_minor:
        money = format_money(saved, cheaper.currency)
        said = [label("product_comparison", "cheaper", language, name=name_of(cheaper, language), money=money)]
    missing = [name_of(product, language) for product in pair if not product.in_stock]
    said += [label("product_comparison", "sold_out", language, name=name) for name in missing]
    if cheaper.category != dearer.category:
        said.append(label("product_comparison", "other_kind", language))
    return (" " if language is Language.EN else "").join(said)


async def _tell_beside_maker(turn: Turn, maker: str, sides: Sequence[Product], own: Sequence[Product]) -> None:
    """What the shop has beside another maker's: the product named, or just told, or those of the kind."""
    product = own[0] if own else None if sides else await just_told(turn)
    if product is not None:
        await _tell_own(turn, maker, product)
    elif sides:
        turn.say("reply_product_compare_not_sold_kin", other=maker, buttons=choices(turn, sides))
        turn.done("answered", turn.text, products=[each.sku for each in sides])
    else:
        buttons = [wish(turn, "ask_recommendation"), wish(turn, "request_human")]
        turn.say("reply_product_compare_not_sold_which", other=maker, buttons=buttons)
        turn.done("not_found", turn.text)


async def _tell_own(turn: Turn, other: str, product: Product) -> None:
    """That the shop has not the other, what it knows of its own, and what else of that kind it has."""
    buttons = [*await _kin(turn, product), wish(turn, "request_human")]
    turn.say("reply_product_compare_not_sold", other=other, facts=facts(product, turn.language), buttons=buttons)
    turn.done("answered", turn.text, product=product.sku)


async def _ask_other(turn: Turn, product: Product) -> None:
    buttons = await _kin(turn, product)
    turn.say("reply_product_compare_other", name=name_of(product, turn.language), buttons=buttons)
    turn.done("answered", product=product.sku)


async def _kin(turn: Turn, product: Product) -> list[Button]:
    """Buttons that set the product beside others of its kind."""
    kin = [each for each in await products.in_category(turn.session, product.category) if each.sku != product.sku]
    return [
        button(name_of(each, turn.language), "ask_product", choice=f"{product.sku} {each.sku}")
        for each in kin[: BUTTONS_SHOWN - 1]
    ]
