"""A price asked together with a size or a colour, of one thing or of the few that were listed: one bubble that tells
each once, and which of the same kind comes so where the thing itself does not."""

from collections.abc import Sequence

from actions.kit.asked.shapes import Asked, asked
from actions.kit.base import Turn
from actions.kit.parsing import choice_in
from actions.kit.replies import joined
from actions.kit.words import budget, lexicon
from actions.products.listed import goods_listed, keep, spoken_of
from actions.products.texts import choices, line
from actions.products.to_be_had import comes_so, so_of_kind, split
from actions.products.wording import named_best, named_kind
from crm_store.labels import label
from crm_store.products import Product

SHOWN = 4
OTHERWISE = (
    "price_elsewhere", "price_before", "price_until", "price_order", "points_word", "together", "sum_question",
    "goods_shipping", "own_thing", "size_advice", "paid_question", "comparison", "other_of_kind",
)  # fmt: skip


async def tell(turn: Turn) -> bool:
    """Answers price, size and colour at once; False where they are not asked together, or no goods are meant."""
    wanted = Asked((), (), how_many=False) if turn.pressed else asked(turn.text)
    if not lexicon.mentions("price_question", turn.text) or wanted.how_many or wanted.beds:
        return False
    if not (wanted.sizes or wanted.colours) or budget.said(turn.text) is not None:
        return False
    if any(lexicon.mentions(group, turn.text) for group in OTHERWISE):
        return False
    goods = [each for each in await _meant(turn) if _comes_in_any(each, wanted)]
    if not goods:
        return False
    missing = [each for each in goods if not comes_so(each, wanted, turn.language)]
    others = await so_of_kind(turn, goods[0], wanted) if len(missing) == len(goods) else []
    others = [each for each in others if each not in goods]
    lines = [text for each in goods for text in (line(each, turn.language, "line"), _point(turn, each, wanted))]
    if others:
        lines += [label("asked_together", "kin", turn.language, wanted=_said(turn, others[0], wanted))]
        lines += [line(each, turn.language, "line") for each in others]
    shown = choices(turn, [*goods, *others])
    turn.say("reply_want", told="\n".join(lines), buttons=shown if len(shown) > 1 else None)
    if len(goods) == 1:
        keep(turn, goods[0])
    turn.focus(listed=shown, **({} if len(goods) == 1 else {"product": None}))
    turn.done("answered", turn.text, products=[each.sku for each in goods])
    return True


def _point(turn: Turn, product: Product, wanted: Asked) -> str:
    there, missing = split(product, wanted, turn.language)
    parts = [label("asked_together", "there", turn.language, there=joined(there, turn.language))] if there else []
    parts += [
        label("asked_together", kind, turn.language, lacking=lacking, comes_in=comes_in)
        for kind, lacking, comes_in in missing
    ]
    return label(
        "want_told", "below", turn.language, told=label("product_answer", "between", turn.language).join(parts)
    )


def _said(turn: Turn, product: Product, wanted: Asked) -> str:
    return joined(split(product, wanted, turn.language)[0], turn.language)


def _comes_in_any(product: Product, wanted: Asked) -> bool:
    """Whether sizes or colours are kept of it: a lamp comes in none."""
    return bool(
        (wanted.sizes and product.attributes.get("sizes")) or (wanted.colours and product.attributes.get("colours"))
    )


async def _meant(turn: Turn) -> Sequence[Product]:
    """The thing that is named, the kind, the one whose place is said, the one spoken of; else those listed last."""
    if (named := await named_best(turn.session, turn.text)) is not None:
        return [named]
    if kind := await named_kind(turn.session, turn.text):
        return kind[:SHOWN] if len(kind) <= SHOWN else []
    listed = await goods_listed(turn)
    place = choice_in(turn.text, len(listed)) if len(listed) > 1 else None
    if place is not None:
        return [listed[place]]
    told = await spoken_of(turn)
    return [told] if told is not None else listed[:SHOWN]
