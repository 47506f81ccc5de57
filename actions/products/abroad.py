"""Whether goods may be sent to a place abroad and what they come to there: each thing by itself, because what may not
fly stays here."""

import re

from actions.kit.asked import sent_abroad
from actions.kit.asked.sent_abroad import FOCUS
from actions.kit.base import Turn
from actions.kit.policy_facts import listed_or
from actions.kit.words import lexicon
from actions.knowledge import figures, rules
from actions.knowledge.found import more
from actions.knowledge.reckoning import ABROAD
from actions.products import counted as counting
from actions.products.counted import Counted
from actions.products.listed import goods_listed
from actions.products.texts import choices, name_of
from actions.products.together import amount_said
from crm_store import products
from crm_store.labels import label
from crm_store.language import format_money
from crm_store.policy import policy
from crm_store.policy.goods import AbroadZone
from crm_store.products import Product
from crm_store.text import normalise

SEVERAL = 2
_BETWEEN = re.compile(r"[，,。；;？?\s]|那|所以|\bso\b|\bthen\b", re.IGNORECASE)


async def tell(turn: Turn) -> bool:
    """Tells which of the goods may go to the place and what that costs; False where no such thing is asked."""
    code = None if turn.pressed else sent_abroad.place_asked(turn.text, str(turn.spoken_of.get(FOCUS) or "") or None)
    goods = await _goods(turn) if code is not None else []
    if code is None or not goods:
        return False
    place, zone = label("place", code, turn.language), rules.zone_of(code)
    may = [each for each in goods if zone is not None and stays_for(each.product) is None]
    stay = [each for each in goods if each not in may]
    several = len(goods) > 1 or goods[0].pieces > 1 or amount_said(turn.text) is not None
    if zone is not None and not stay and several and _is_reckoned_up(turn.text):
        return False
    if zone is None:
        served = [label("place", each, turn.language) for zone in policy().shipping.abroad.root for each in zone.places]
        told = listed_or(served, turn.language)
        turn.say("reply_reckon_not_served", place=place, served=told, buttons=[more(turn, ABROAD)])
    elif not may:
        turn.say("reply_product_stays_here", list=_kept(turn, stay), place=place, buttons=[more(turn, ABROAD)])
    else:
        _tell_cost(turn, may, stay, place, zone)
    only = goods[0].product.sku if len(goods) == 1 else None
    shown = choices(turn, [each.product for each in goods]) if only is None else None
    turn.focus(**{FOCUS: code}, product=only, listed=shown, article=ABROAD, question=turn.text)
    turn.done("answered", f"to {code}", products=[each.product.sku for each in goods])
    return True


def _is_reckoned_up(text: str) -> bool:
    """Whether a sum is asked, which the bill tells."""
    sums = ("sum_question", "all_in", "price_question", "goods_shipping")
    return figures.kilograms(text) is not None or any(lexicon.mentions(group, text) for group in sums)


async def _goods(turn: Turn) -> list[Counted]:
    """What the words name; of "both" and of no name, what was told last."""
    named = await counting.counted(turn, turn.text)
    if named or turn.entities("product"):
        return named
    told = [await _by_sku(turn, kind) for kind in ("product_before", "product")]
    several = [each for each in told if each is not None]
    if lexicon.mentions("together", turn.text):
        several = several if len(several) == SEVERAL else list(await goods_listed(turn))
        return [Counted(each) for each in several]
    return [Counted(told[-1])] if told[-1] is not None else []


async def _by_sku(turn: Turn, kind: str) -> Product | None:
    sku = turn.spoken_of.get(kind)
    found = await products.on_sale(turn.session, [str(sku)]) if sku else []
    return next(iter(found), None)


def _kilograms(turn: Turn, goods: list[Counted]) -> float | None:
    """What the parcel weighs: as the words say, the last of them; else what the goods weigh; None where that of one of
    them is not on record."""
    said = [weight for part in _BETWEEN.split(turn.text) if (weight := figures.kilograms(part)) is not None]
    grams = [int(each.product.attributes.get("weight_g") or 0) * each.pieces for each in goods]
    if said:
        return said[-1]
    return sum(grams) / 1000 if all(grams) else None


def _tell_cost(turn: Turn, may: list[Counted], stay: list[Counted], place: str, zone: AbroadZone) -> None:
    goods = sum(each.product.price_minor * each.pieces for each in may)
    kilograms = _kilograms(turn, may)
    fee = zone.first_kilogram if kilograms is None else rules.shipping_abroad(zone, kilograms)
    response = "reply_product_goes_abroad_weight"
    if kilograms is None or kilograms <= 1:
        # Nobody can say what a rice cooker of unknown weight comes to.
        response = "reply_product_goes_abroad_unweighed" if kilograms is None else "reply_product_goes_abroad"
    turn.say(
        response,
        may="\n".join(_line(turn, each) for each in may),
        stay=("\n" + _kept(turn, stay)) if stay else "",
        place=place,
        first=format_money(zone.first_kilogram),
        further=format_money(zone.further_kilogram),
        weight=f"{kilograms or 1:g}",
        fee=format_money(fee),
        least=format_money(goods + fee),
        days=f"{zone.days_from}–{zone.days_to}",
        buttons=[more(turn, ABROAD)],
    )


def _line(turn: Turn, each: Counted) -> str:
    name, price = name_of(each.product, turn.language), format_money(each.product.price_minor, each.product.currency)
    kind = "may_several" if each.pieces > 1 else "may"
    kind = kind if each.product.in_stock else "may_later"
    return label("sent_abroad", kind, turn.language, name=name, price=price, pieces=each.pieces)


def _kept(turn: Turn, goods: list[Counted]) -> str:
    return "\n".join(
        label("sent_abroad", str(stays_for(each.product)), turn.language, name=name_of(each.product, turn.language))
        for each in goods
    )


def stays_for(product: Product) -> str | None:
    """Why it may not leave mainland China, by the shop's policy; None where it may."""
    words = policy().shipping.stays_here
    reasons = {"battery": words.battery, "liquid": words.liquid}
    return next((why for why, each in reasons.items() if any(normalise(w) in product.search_text for w in each)), None)
