"""What several things cost together: 手冲套装配豆子一起超三百了吧, "both of them, is that over 300"."""

import re

from actions.kit import goods_named
from actions.kit.base import Turn
from actions.kit.quick_replies import wish
from actions.kit.words import lexicon
from actions.products.counted import Counted, counted, pieces_of
from actions.products.listed import spoken_of
from actions.products.texts import choices, facts, lines, name_of
from actions.products.told_before import told_last
from crm_store.language import format_money
from crm_store.numerals import NUMERAL, value
from crm_store.products import Product

PAIR = 2
_AGAINST = re.compile(
    r"(?:超过?|超過|過|过|高过|多过|多于|大于|够|夠|有没有|到|满|滿|不到|唔超"
    rf"|over|above|more than|under|below|within|less than)\s*[¥￥$]?\s*(?P<amount>{NUMERAL})",
    re.IGNORECASE,
)


async def tell(turn: Turn) -> bool:
    """Tells the sum of the things that are named, or of one beside the one spoken of; False where none is asked for."""
    if turn.pressed or not lexicon.mentions("together", turn.text) or not asks_sum(turn.text):
        return False
    goods = await named(turn)
    if len(goods) < PAIR and (told := await spoken_of(turn)) is not None and told not in goods:
        goods = [told, *goods]
    if len(goods) < PAIR:
        return False
    if lexicon.meant("product_question", turn.text) == "pieces":
        turn.say("reply_product", facts=facts(goods[0], turn.language))
    total = sum(product.price_minor for product in goods)
    amount = amount_said(turn.text)
    values = {"list": lines(goods, turn.language), "total": format_money(total)}
    shown = choices(turn, goods)
    if amount is None:
        turn.say("reply_product_sum", buttons=shown, **values)
    else:
        over = total > amount
        difference = format_money(abs(total - amount))
        response = "reply_product_sum_over" if over else "reply_product_sum_within"
        turn.say(response, buttons=shown, amount=format_money(amount), difference=difference, **values)
    turn.focus(listed=shown)
    turn.done("answered", f"sum {total}", products=[product.sku for product in goods])
    return True


async def tell_cheaper(turn: Turn) -> bool:
    """Whether several cost less together: the shop's data know of no such price, and what they come to is told."""
    is_asked = lexicon.mentions("cheaper_together", turn.text) and not lexicon.mentions("goods_shipping", turn.text)
    if turn.pressed or not is_asked:
        return False
    goods = await counted(turn, turn.text)
    if len(goods) == 1 and not goods[0].said and (pair := await told_last(turn)) and goods[0].product in pair:
        goods = [Counted(product) for product in pair]
    goods = goods or [Counted(product) for product in await told_last(turn)]
    if not goods and (told := await spoken_of(turn)) is not None:
        goods = [Counted(told, pieces_of(turn.text) or PAIR)]
    if not goods:
        turn.say("reply_product_no_bundle", buttons=[wish(turn, "request_human")])
    else:
        listed = "\n".join(f"· {name_of(each.product, turn.language)} × {each.pieces}" for each in goods)
        total = format_money(sum(each.product.price_minor * each.pieces for each in goods))
        turn.say("reply_product_no_bundle_for", list=listed, total=total, buttons=[wish(turn, "request_human")])
    turn.done("answered", turn.text, products=[each.product.sku for each in goods])
    return True


def asks_sum(text: str) -> bool:
    """Whether what things cost together is asked, or held against an amount."""
    return lexicon.mentions("price_question", text) or amount_said(text) is not None


def amount_said(text: str) -> int | None:
    """The amount that a sum is held against, in minor units: "is that over 300"."""
    found = _AGAINST.search(text)
    amount = value(found["amount"]) if found else None
    return amount * 100 if amount is not None and amount >= 10 else None


def without_amount(text: str) -> str:
    """The text without the amount that a sum is held against, which counts no pieces."""
    return _AGAINST.sub(" ", text)


async def named(turn: Turn) -> list[Product]:
    """The things that the words name, each in its part of the sentence."""
    return await goods_named.named(turn.session, without_amount(turn.text))
