"""Money of one product: several of it (三套毛巾多少钱), what it cost before, its price beside what it is for points."""

import re

from actions.kit.asked.shapes import count_only, pieces
from actions.kit.base import Turn
from actions.kit.words import lexicon
from actions.products import to_be_had, together
from actions.products.listed import keep, spoken_of
from actions.products.texts import name_of, price_of
from actions.products.wording import named_best
from crm_store import rewards
from crm_store.language import format_money, format_number
from crm_store.products import Product
from crm_store.rewards import Reward
from crm_store.text import normalise

_FIGURE = re.compile(r"\d{2,}")
_BOTH = re.compile(
    r"[这這那呢嗰哪](?:两|兩|俩|三)|(?:两|兩|三)\w都|\b(?:the|these|those) (?:two|three)\b", re.IGNORECASE
)


async def tell(turn: Turn) -> bool:
    """Answers one of these questions; False where none of them is asked, or no one product is meant."""
    if turn.pressed:
        return False
    return await tell_before(turn) or await _tell_both(turn) or await _tell_several(turn)


async def tell_before(turn: Turn) -> bool:
    """Whether it cost less, or more, before, and until when it does now: the list price is what is known of that."""
    if turn.pressed:
        return False
    if await _tell_until(turn):
        return True
    explains = lexicon.mentions("price_explained", turn.text) and _FIGURE.search(turn.text) is not None
    if not explains and not lexicon.mentions("price_before", turn.text):
        return False
    product = await _meant(turn)
    if product is None:
        return False
    known = product.reduced and product.list_price_minor is not None
    price = format_money(product.price_minor, product.currency)
    values = {"name": name_of(product, turn.language), "price": price}
    await to_be_had.tell_of(turn, product)
    if known:
        before = format_money(product.list_price_minor or 0, product.currency)
        turn.say("reply_product_price_before", buttons=None, list_price=before, **values)
    else:
        turn.say("reply_product_price_before_unknown", buttons=None, **values)
    keep(turn, product)
    turn.done("answered", f"{product.sku}: price before", product=product.sku)
    return True


async def _tell_until(turn: Turn) -> bool:
    """Until when it is reduced is not kept: said with the two prices, and what is refunded should it fall further."""
    if not lexicon.mentions("price_until", turn.text):
        return False
    product = await _meant(turn)
    if product is None or not product.reduced or product.list_price_minor is None:
        return False
    price, before = (format_money(each, product.currency) for each in (product.price_minor, product.list_price_minor))
    name = name_of(product, turn.language)
    # "Do those come in 42 and when does the sale end" asks for two things.
    await to_be_had.tell_of(turn, product)
    turn.say("reply_product_price_until", buttons=None, name=name, price=price, list_price=before)
    keep(turn, product)
    turn.done("answered", f"{product.sku}: price until", product=product.sku)
    return True


def count_wished(text: str) -> bool:
    """Whether several of a thing are wished for: what they come to is the answer."""
    return (pieces(text) or 0) > 1 and lexicon.mentions("wants_pieces", text)


async def _tell_several(turn: Turn) -> bool:
    alone = count_only(turn.text)
    count = alone or pieces(turn.text)
    of_another = any(
        lexicon.mentions(group, turn.text) for group in ("points_word", "instalments_at_all", "paid_question")
    )
    wishes = count_wished(turn.text)
    asks = alone is not None or wishes or lexicon.mentions("price_question", turn.text)
    if count is None or of_another or not asks:
        return False
    if len(await together.named(turn)) >= together.PAIR and lexicon.mentions("together", turn.text):
        return False
    # "How much are the two" are two that were told, not two of the last.
    told_both = alone is None and (_BOTH.search(turn.text) is not None or lexicon.mentions("together", turn.text))
    product = await named_best(turn.session, turn.text) if told_both else await _meant(turn)
    if product is None:
        return False
    name, price = name_of(product, turn.language), format_money(product.price_minor, product.currency)
    if count == 1:
        turn.say("reply_product_price", buttons=None, name=name, price=price)
    else:
        total = format_money(product.price_minor * count, product.currency)
        turn.say("reply_product_several", buttons=None, name=name, count=count, price=price, total=total)
    keep(turn, product)
    turn.done("answered", f"{count} × {product.sku}", product=product.sku)
    return True


async def _tell_both(turn: Turn) -> bool:
    """The price of what the shop also gives for points, where money and not points is asked for."""
    if not lexicon.mentions("money_itself", turn.text):
        return False
    product = await named_best(turn.session, turn.text)
    reward = await _as_reward(turn, product) if product is not None else None
    if product is None or reward is None:
        return False
    name, price = name_of(product, turn.language), price_of(product, turn.language)
    turn.say("reply_product_or_points", buttons=None, name=name, price=price, points=format_number(reward.cost))
    keep(turn, product)
    turn.done("answered", f"{product.sku}: price and points", product=product.sku)
    return True


async def _as_reward(turn: Turn, product: Product) -> Reward | None:
    """The reward that is called like the product."""
    called = {normalise(name) for name in product.names.values()}
    for reward in await rewards.catalogue(turn.session):
        if any(normalise(name) in whole for name in reward.names.values() for whole in called):
            return reward
    return None


async def _meant(turn: Turn) -> Product | None:
    """The product that is named, else the one spoken of."""
    named = await named_best(turn.session, turn.text)
    if named is not None or turn.entities("product"):
        return named
    return await spoken_of(turn)
