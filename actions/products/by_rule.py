"""What a rule of the shop comes to for goods that are named: instalments on what they cost together, the warranty of
each."""

from actions.kit import goods_named
from actions.kit.asked.shapes import pieces
from actions.kit.base import Turn
from actions.kit.goods_named import Rule
from actions.kit.words import lexicon
from actions.knowledge import figures
from actions.knowledge.found import more
from actions.knowledge.reckoning import WARRANTY, instalments_of, term_told
from actions.products.texts import choices, lines, name_of
from crm_store import returns
from crm_store.labels import label
from crm_store.language import format_money
from crm_store.products import Product


async def tell(turn: Turn) -> bool:
    """Tells it; False where no rule is asked of goods that are named."""
    asked = await goods_named.asked(turn)
    if asked is None:
        return False
    if asked.rule is Rule.INSTALMENTS:
        _tell_instalments(turn, asked.goods)
    else:
        _tell_warranty(turn, asked.goods)
    turn.done("answered", f"{asked.rule}: {', '.join(product.sku for product in asked.goods)}")
    return True


def _tell_instalments(turn: Turn, goods: list[Product]) -> None:
    """The prices, their sum, and what it comes to a month."""
    count = (pieces(turn.text) or 1) if len(goods) == 1 else 1
    total = sum(product.price_minor for product in goods) * count
    shown = choices(turn, goods)
    if len(goods) > 1:
        turn.say("reply_product_sum", buttons=None, list=lines(goods, turn.language), total=format_money(total))
    elif count > 1:
        turn.say(
            "reply_product_several", buttons=None, name=name_of(goods[0], turn.language), count=count,
            price=format_money(goods[0].price_minor), total=format_money(total),
        )  # fmt: skip
    else:
        turn.say("reply_product_price", name=name_of(goods[0], turn.language), price=format_money(total))
    asks_total = lexicon.mentions("instalment_total", turn.text)
    case = instalments_of(total, figures.parts(turn.text), turn.language, asks_total=asks_total)
    turn.say(case.response, buttons=[more(turn, case.slug), *shown], **case.values)
    turn.focus(listed=shown, article=case.slug, question=turn.text, case=case.told)


def _tell_warranty(turn: Turn, goods: list[Product]) -> None:
    told = []
    for product in goods:
        term, name = returns.term_of(product), name_of(product, turn.language)
        kind = "covered" if term else "none"
        length = term_told(term, turn.language) if term else ""
        told.append(label("product_warranty", kind, turn.language, name=name, length=length))
    if any(returns.term_of(product) for product in goods):
        turn.say("reply_product_warranties", list="\n".join(told), buttons=[more(turn, WARRANTY)])
    else:
        turn.say("reply_reckon_warranty_never", buttons=[more(turn, WARRANTY)])
    turn.focus(listed=choices(turn, goods), article=WARRANTY, question=turn.text)
