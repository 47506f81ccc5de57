"""How the points of one's own order are worked out: what counts of it, the level's rate, that shipping earns nothing;
and what the balance comes to once they are there."""

import re
from dataclasses import dataclass

from actions.kit.base import Turn
from actions.kit.form_input import choice
from actions.kit.mentions import order_meant
from actions.kit.replies import Facts
from crm_store import accrual, clock, earning_rules, orders, points, tiers
from crm_store.language import format_date, format_money, format_number
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.orders.rules import OVER
from crm_store.points import EntryKind
from crm_store.policy import policy
from crm_store.text import normalise

RECKONED, TOTAL = "reckoned", "total"
"""Values of `choice`: how the points of the order are worked out; what the balance comes to with them."""
LOOKED_AT = 10
_OF_SHIPPING = re.compile(r"运费|邮费|快递费|\b(?:shipping|postage|delivery (?:fee|cost|charge))\b")
_SAYS_NONE = re.compile(r"不算|没算|冇计|唔计|不计|没(?:有)?(?:给)?分|\b(?:not|doesn t|isn t|no) ")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Sum:
    """Points of an order: `whole` units of money count, at `rate` points each."""

    whole: int
    rate: int
    points: int


async def tell(turn: Turn, member: Member) -> bool:
    """Answers one of the two questions; False where neither is asked, or no order is meant."""
    asked = choice(turn)
    if asked not in (RECKONED, TOTAL):
        return False
    order = await _order(turn, member)
    if order is None:
        return False
    reckoned = await sum_of(turn, member, order)
    if reckoned is None:
        return False
    told = _tell_sum(turn, member, order, reckoned) if asked == RECKONED else await _tell_total(
        turn, member, order, reckoned
    )  # fmt: skip
    if told:
        turn.focus(order=order.number, order_points=order.number)
        turn.done("answered", f"points of {order.number}: {asked}", order=order.number)
    return told


async def sum_of(turn: Turn, member: Member, order: Order) -> Sum | None:
    """The sum, where the level's rate explains the points to the last one: those credited, or those to come."""
    if order.status in OVER or not earning_rules.currency_earns(order.currency):
        return None
    tier = await tiers.get(turn.session, member.tier_code)
    counted = earning_rules.counted_minor(order, await accrual.categories_of(turn.session, [order]))
    brings = earning_rules.points_for(counted, tier, order.currency)
    if not brings or not tier.earn_rate:
        return None
    entries = await points.entries_for(turn.session, member.id, order.number)
    earned = sum(entry.points for entry in entries if entry.kind == EntryKind.EARN)
    if entries and earned != brings:
        # Another level, a birthday or a review: the statement tells those, and no sum is made up.
        return None
    return Sum(brings // tier.earn_rate, tier.earn_rate, brings)


async def _order(turn: Turn, member: Member) -> Order | None:
    """The order that is named or was spoken of."""
    number = turn.entity("order_number") or turn.spoken_of.get("order")
    named = await order_meant(turn, member) if turn.entities("product") else None
    if named is not None and (named.one is not None or named.not_bought is not None):
        return named.one
    return await orders.by_number(turn.session, str(number), member_id=member.id) if number else None


def _tell_sum(turn: Turn, member: Member, order: Order, reckoned: Sum) -> bool:
    """The sum; a wrong one that counts the shipping is put right by how much that makes."""
    goods = order.total_minor - order.shipping_minor
    facts: Facts = {
        "order": order.number,
        "points": format_number(reckoned.points),
        "whole": format_number(reckoned.whole),
        "rate": format_number(reckoned.rate),
        "tier": tiers.name(member.tier_code, turn.language),
        "total": format_money(order.total_minor, order.currency),
        "goods": format_money(goods, order.currency),
        "shipping": format_money(order.shipping_minor, order.currency),
    }
    flat = normalise(turn.text)
    if not order.shipping_minor:
        asks_of_it = _OF_SHIPPING.search(flat) is not None
        turn.say("reply_points_reckoned_none_shipped" if asks_of_it else "reply_points_reckoned_plain", **facts)
        return True
    with_shipping = order.total_minor // earning_rules.MINOR_PER_WHOLE * reckoned.rate
    more = with_shipping - reckoned.points
    if _OF_SHIPPING.search(flat) and _SAYS_NONE.search(flat):
        turn.say("reply_points_reckoned_yes", **facts)
    elif {with_shipping, more} & {int(number) for number in _NUMBER.findall(flat)}:
        turn.say("reply_points_reckoned_not_fewer", more=format_number(more), **facts)
    else:
        turn.say("reply_points_reckoned", **facts)
    return True


async def _tell_total(turn: Turn, member: Member, order: Order, reckoned: Sum) -> bool:
    """The balance with the points to come; those that are there already are in it."""
    balance = await points.balance(turn.session, member.id)
    if await points.entries_for(turn.session, member.id, order.number):
        turn.say("reply_points_total_there", balance=format_number(balance), order=order.number)
        return True
    due = order.delivered_at + policy().points.arrive_after if order.delivered_at is not None else None
    if due is not None and due <= clock.now():
        return False
    turn.say(
        "reply_points_total" if due is not None else "reply_points_total_under_way",
        balance=format_number(balance),
        points=format_number(reckoned.points),
        total=format_number(balance + reckoned.points),
        order=order.number,
        day=format_date(due, turn.language) if due is not None else "",
    )
    return True
