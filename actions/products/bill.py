"""What goods come to before they are bought, each with how many of it, and what shipping adds at home or abroad: "two
bottles and the blocks, what's that come to", 两把刀跟一台风扇寄台湾总共多少, "postage for just a lunch box"."""

from collections.abc import Sequence

from actions.kit.asked import sent_abroad
from actions.kit.base import Turn
from actions.kit.policy_facts import FREE_SHIPPING
from actions.kit.words import arithmetic, lexicon, places
from actions.knowledge import figures, rules
from actions.knowledge.reckoning import ABROAD
from actions.products import counted as counting
from actions.products.abroad import stays_for
from actions.products.counted import Counted
from actions.products.listed import keep, spoken_of
from actions.products.texts import choices, name_of
from actions.products.together import amount_said, without_amount
from crm_store import tiers
from crm_store.labels import label
from crm_store.language import format_money, format_number
from crm_store.policy import policy

FOCUS = "bill"
"""In the focus: `[[sku, pieces], …]` of the goods reckoned up last."""
FREE_WRAPPING = "gift_wrapping"
"""The benefit of a level whose members have gifts wrapped free."""
SUM = "sum"
"""In the focus: the sum that was written out and worked out last, as it was told."""
LOOKED_BACK = 20
"""So many of the customer's messages before may tell where the goods go."""


async def tell(turn: Turn) -> bool:
    """Tells the sum, or what it costs to have the goods sent; False where neither is asked, or no goods are meant."""
    if turn.pressed or (amount_said(turn.text) is not None and not _is_held_with_shipping(turn)):
        return False
    if (written := arithmetic.read(turn.text) or _claimed_of_the_last(turn)) is not None:
        verdict = {None: "reply_sum", True: "reply_sum_right", False: "reply_sum_wrong"}[written.claimed]
        turn.say(verdict, sum=written.written)
        turn.focus(**{SUM: written.written})
        turn.done("answered", written.written)
        return True
    asks_sum, asks_price = lexicon.mentions("sum_question", turn.text), lexicon.mentions("price_question", turn.text)
    asks_shipping = _asks_shipping(turn.text) or ((asks_sum or asks_price) and places.place(turn.text) is not None)
    if not (asks_sum or asks_shipping or asks_price):
        return False
    asks_shipping = asks_shipping or (wraps(turn.text) and place_told(turn) is not None)
    goods = await _goods(turn, asks_sum=asks_sum)
    if asks_sum and turn.spoken_of.get(sent_abroad.FOCUS) and not any(stays_for(each.product) for each in goods):
        # Right after it was asked whether they may go there, the sum is the one with what sending them costs.
        asks_shipping = True
    # What several of one thing cost, and no more, is told by money.py.
    if not goods or not (len(goods) > 1 or asks_shipping or (asks_sum and goods[0].said)):
        return False
    await _say(turn, goods, asks_shipping=asks_shipping)
    turn.focus(**{FOCUS: [[each.product.sku, each.pieces] for each in goods]})
    if asks_shipping and (told := place_told(turn)) is not None:
        turn.focus(**{sent_abroad.FOCUS: told})
    if (code := places.place(turn.text)) is not None:
        # How long it takes, who pays the duty and what other goods come to are asked of the same place next.
        turn.focus(**{sent_abroad.FOCUS: code}, article=ABROAD, question=turn.text)
    if len(goods) == 1:
        keep(turn, goods[0].product)
    turn.done("answered", f"sum {_total(goods)}", products=[each.product.sku for each in goods])
    return True


def _claimed_of_the_last(turn: Turn) -> arithmetic.Sum | None:
    """The sum worked out last, where the words put a total forward for it: 所以总共179对吗."""
    last, claimed = turn.spoken_of.get(SUM), arithmetic.total_claimed(turn.text)
    return arithmetic.Sum(str(last), arithmetic.result_of(str(last)) == claimed) if last and claimed else None


def _asks_shipping(text: str) -> bool:
    return lexicon.mentions("goods_shipping", text) or lexicon.mentions("all_in", text)


async def _goods(turn: Turn, *, asks_sum: bool) -> list[Counted]:
    """The goods that are named; where none are, and a sum is asked, so many of what was spoken of."""
    named = await counting.counted(turn, without_amount(turn.text))
    if named or turn.entities("product") or not asks_sum:
        return named
    pieces = counting.pieces_of(turn.text)
    told = await spoken_of(turn) if pieces is not None and pieces > 1 else None
    return [Counted(told, pieces, said=True)] if told is not None and pieces is not None else []


async def _say(turn: Turn, goods: Sequence[Counted], *, asks_shipping: bool) -> None:
    lines = [_line(turn, each) for each in goods]
    shown = choices(turn, [each.product for each in goods]) if len(goods) > 1 else None
    gone = [each for each in goods if not each.product.in_stock]
    lines += [label("bill", "sold_out", turn.language, name=name_of(each.product, turn.language)) for each in gone]
    few = [each for each in goods if each.product.in_stock and each.product.stock < each.pieces]
    lines += [_few(turn, each) for each in few]
    wrapping = await wrapping_fee(turn, _total(goods), sum(each.pieces for each in goods))
    if wrapping is not None:
        lines.append(wrapping_line(turn, wrapping))
    if asks_shipping:
        lines.append(await _shipping(turn, goods, wrapping or 0))
    turn.say("reply_product_bill", buttons=shown, list="\n".join(lines), total=format_money(_total(goods)))
    if shown:
        turn.focus(listed=shown, product=None)


def _line(turn: Turn, each: Counted) -> str:
    name, price = name_of(each.product, turn.language), format_money(each.product.price_minor, each.product.currency)
    if each.pieces == 1:
        return label("bill", "one", turn.language, name=name, price=price)
    worth = format_money(each.product.price_minor * each.pieces, each.product.currency)
    return label("bill", "several", turn.language, name=name, price=price, pieces=each.pieces, worth=worth)


def _few(turn: Turn, each: Counted) -> str:
    name, stock = name_of(each.product, turn.language), format_number(each.product.stock)
    return label("bill", "few", turn.language, name=name, stock=stock)


def _total(goods: Sequence[Counted]) -> int:
    return sum(each.product.price_minor * each.pieces for each in goods)


def wraps(text: str) -> bool:
    """Whether the goods are to be wrapped as gifts."""
    said = {each.value for each in lexicon.heard("gift_wrapped", text)}
    return said == {"wanted"}


async def wrapping_fee(turn: Turn, total: int, pieces: int) -> int | None:
    """What wrapping so many things of that amount adds; None where that is not wished."""
    if not wraps(turn.text):
        return None
    if turn.member is not None and await tiers.has_benefit(turn.session, turn.member, FREE_WRAPPING):
        return 0
    return rules.wrapping(total, pieces)


def wrapping_line(turn: Turn, fee: int) -> str:
    """What wrapping adds, as a line of a sum."""
    values = {"fee": format_money(fee), "free_from": format_money(policy().gifts.wrapping_free_from)}
    return label("bill", "wrapping" if fee else "wrapping_free", turn.language, **values)


async def _shipping(turn: Turn, goods: Sequence[Counted], wrapping: int) -> str:
    """What shipping adds, by the shop's rule: abroad by weight, which nobody knows before the parcel is packed, unless
    that of each thing is on record. `wrapping`: what is paid besides."""
    total, code = _total(goods), place_told(turn)
    if code is not None:
        return _abroad(turn, code, goods, total + wrapping)
    free_from = format_money(policy().shipping.free_from)
    if turn.member is not None and await tiers.has_benefit(turn.session, turn.member, FREE_SHIPPING):
        tier = tiers.name(turn.member.tier_code, turn.language)
        return label("bill", "free_level", turn.language, tier=tier, all=format_money(total + wrapping))
    fee = rules.shipping_at_home(total)
    values = {"free_from": free_from, "fee": format_money(fee), "all": format_money(total + wrapping + fee)}
    values["missing"] = format_money(max(0, policy().shipping.free_from - total))
    return label("bill", "shipping" if fee else "free", turn.language, **values)


def _abroad(turn: Turn, code: str, goods: Sequence[Counted], total: int) -> str:
    """`total`: what is paid for the goods and for wrapping them."""
    place, zone = label("place", code, turn.language), rules.zone_of(code)
    if zone is None:
        return label("bill", "not_served", turn.language, place=place)
    values = {
        "place": place,
        "first": format_money(zone.first_kilogram),
        "further": format_money(zone.further_kilogram),
    }
    kilograms = figures.kilograms(turn.text) or _on_record(goods)
    fee = zone.first_kilogram if kilograms is None else rules.shipping_abroad(zone, kilograms)
    values |= {"weight": f"{kilograms or 1:g}", "fee": format_money(fee), "all": format_money(total + fee)}
    values["least"] = values["all"]
    lines = [label("bill", "abroad" if kilograms is None else "abroad_weight", turn.language, **values)]
    if (most := amount_said(turn.text)) is not None:
        which, apart = ("over", total + fee - most) if total + fee > most else ("within", most - total - fee)
        values = {"all": format_money(total + fee), "most": format_money(most), "apart": format_money(apart)}
        lines.append(label("bill", which, turn.language, **values))
    if lexicon.mentions("all_in", turn.text):
        lines.append(label("bill", "duties", turn.language))
    return "\n".join(lines)


def _on_record(goods: Sequence[Counted]) -> float | None:
    """What the goods weigh together; None where that of one of them is not on record."""
    grams = [int(each.product.attributes.get("weight_g") or 0) * each.pieces for each in goods]
    return sum(grams) / 1000 if all(grams) else None


def _is_held_with_shipping(turn: Turn) -> bool:
    """Whether a sum is held against an amount with what it costs to send the goods abroad: "thermos + postage, is that
    over 370"."""
    return _asks_shipping(turn.text) and place_told(turn) is not None


def place_told(turn: Turn) -> str | None:
    """Where the goods go: as the words say, or as was told before. At home where nothing was, or the words say so."""
    if places.place(turn.text) is None and lexicon.mentions("sent_at_home", turn.text):
        return None
    said = [str(event.get("text") or "") for event in turn.tracker.events if event.get("event") == "user"]
    before = [text for text in said[-LOOKED_BACK:-1] if not text.startswith("/")]
    told = next((code for text in (turn.text, *reversed(before)) if (code := places.place(text)) is not None), None)
    return told or turn.spoken_of.get(sent_abroad.FOCUS)
