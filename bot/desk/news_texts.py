"""The words of what members are told unasked, and the buttons below them. The texts stand in messages/proactive.yml."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from actions.kit.base import Button, button
from bot.desk.notices import HUMAN
from bot.wording import wording
from crm_store import members, parcels, products, tiers
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import Language, format_date, format_moment, format_money, format_number, format_span
from crm_store.members import Member
from crm_store.messages import Reply
from crm_store.orders import Order
from crm_store.parcels import UNDER_WAY, Parcel, ParcelCode, ParcelEvent
from crm_store.policy import policy
from crm_store.proactive import MARKETING, Kind, News
from crm_store.products import Product

GOODS_NAMED = 3
"""So many new products are named in one message."""

Facts = Mapping[str, Any]


def reply_to(news: News, member: Member, language: Language) -> Reply:
    """The message; a marketing one ends with how to stop them."""
    text, buttons = _WORDS[news.kind](news.facts, member, language)
    if news.topic in MARKETING:
        text += "\n" + wording("proactive.stop_line", language)
    return Reply(text=_begun(text), buttons=[dict(each) for each in buttons])


def named(member: Member, language: Language) -> str:
    """The address at the beginning of a sentence; nothing where the member has no name."""
    name = members.addressed_as(member, language)
    return wording("proactive.named", language, name=name) if name else ""


def addressed(key: str, member: Member) -> str:
    """Words to a member, in their language, that begin with how they are addressed."""
    language = Language.of(member.language)
    return _begun(wording(key, language, named=named(member, language)))


def _begun(text: str) -> str:
    """As a sentence begins, also where there was no name to begin with."""
    return text[:1].upper() + text[1:]


def goods_of(order: Order, language: Language) -> str:
    """What was ordered: the first thing, and how many there are."""
    first = order.lines[0].name_in(language)
    others = len(order.lines) - 1
    if not others:
        return first
    count = others if language is Language.EN else others + 1
    return wording("proactive.goods_more", language, goods=first, count=count)


Told = tuple[str, Sequence[Button]]


def _parcel_moved(facts: Facts, _member: Member, language: Language) -> Told:
    parcel: Parcel = facts["parcel"]
    event: ParcelEvent = facts["event"]
    about = {"goods": goods_of(parcel.order, language), "step": _step(event, language)}
    where = _button("parcel", language, "ask_parcel", parcel_number=parcel.number)
    if event.code == ParcelCode.DELIVERED:
        missing = _button("not_received", language, "ask_parcel", parcel_number=parcel.number, choice="not_received")
        return wording("proactive.parcel_delivered", language, **about), [missing]
    if event.code == ParcelCode.DELIVERY_FAILED:
        person = {"title": wording("proactive.button_human", language), "payload": HUMAN}
        return wording("proactive.parcel_delivery_failed", language, **about), [where, person]
    if event.code == ParcelCode.READY_FOR_PICKUP:
        return wording("proactive.parcel_ready", language, **about), [where]
    if parcel.status in UNDER_WAY and parcel.promised_at is not None and parcel.promised_at > now():
        about["promised"] = format_moment(parcel.promised_at, language)
        return wording("proactive.parcel_moved", language, **about), [where]
    return wording("proactive.parcel_moved_open", language, **about), [where]


def _step(event: ParcelEvent, language: Language) -> str:
    place = event.place.get(language) or next(iter(event.place.values()), "")
    told = label("parcel_event_at", event.code, language, place=place) if place else ""
    told = told or label("parcel_event", event.code, language)
    return told[0].lower() + told[1:] if language is Language.EN else told


def _parcel_late(facts: Facts, _member: Member, language: Language) -> Told:
    """With an apology; and with a new promise where the carrier's plan gives one, else with the offer to press them."""
    parcel: Parcel = facts["parcel"]
    assert parcel.promised_at is not None
    about = {"goods": goods_of(parcel.order, language), "promised": format_moment(parcel.promised_at, language)}
    planned = [
        step.promised_at
        for step in parcels.steps(parcel)
        if step.promised_at is not None and step.promised_at > now() and step.code == ParcelCode.DELIVERED
    ]
    where = _button("parcel", language, "ask_parcel", parcel_number=parcel.number)
    if planned:
        about["by"] = format_moment(min(planned), language)
        return wording("proactive.parcel_late_promised", language, **about), [where]
    about["late"] = format_span(now() - parcel.promised_at, language)
    chase = _button("chase", language, "chase_promise", parcel_number=parcel.number)
    return wording("proactive.parcel_late", language, **about), [chase, where]


def _refund_paid(facts: Facts, _member: Member, language: Language) -> Told:
    order: Order = facts["order"]
    amount = format_money(order.refund_minor, order.currency)
    return wording("proactive.refund_paid", language, number=order.number, amount=amount), []


def _points_expiring(facts: Facts, member: Member, language: Language) -> Told:
    text = wording(
        "proactive.points_expiring",
        language,
        named=named(member, language),
        points=format_number(facts["points"]),
        day=format_date(facts["day"], language),
    )
    return text, [_button("redeem", language, "ask_rewards")]


def _tier_reached(facts: Facts, member: Member, language: Language) -> Told:
    rate = next(tier.earn_rate for tier in policy().tiers.root if tier.code == facts["tier"])
    text = wording(
        "proactive.tier_reached",
        language,
        named=named(member, language),
        level=tiers.name(facts["tier"], language),
        rate=rate,
    )
    return text, [_button("benefits", language, "ask_tier_benefits")]


def _back_in_stock(facts: Facts, _member: Member, language: Language) -> Told:
    product: Product = facts["product"]
    price = format_money(product.price_minor, product.currency)
    text = wording("proactive.back_in_stock", language, goods=_name(product, language), amount=price)
    return text, [_button("product", language, "ask_product", choice=product.sku)]


def _new_goods(facts: Facts, _member: Member, language: Language) -> Told:
    fresh: Sequence[Product] = facts["products"]
    apart = ", " if language is Language.EN else "、"
    kinds = dict.fromkeys(products.category_name(product.category, language) for product in fresh)
    told = [
        f"{_name(product, language)} {format_money(product.price_minor, product.currency)}"
        for product in fresh[:GOODS_NAMED]
    ]
    text = wording("proactive.new_goods", language, category=apart.join(kinds), goods=apart.join(told))
    return text, [button(_name(each, language), "ask_product", choice=each.sku) for each in fresh[:GOODS_NAMED]]


def _birthday(_facts: Facts, member: Member, language: Language) -> Told:
    times = policy().points.birthday_times
    key = "birthday" if times > 1 else "birthday_plain"
    return wording(f"proactive.{key}", language, named=named(member, language), times=times), []


def _thank_you(facts: Facts, member: Member, language: Language) -> Told:
    key = "thank_you_first" if facts["place"] == 1 else "thank_you"
    goods = goods_of(facts["order"], language)
    text = wording(f"proactive.{key}", language, named=named(member, language), goods=goods, count=facts["place"])
    return text, []


def _name(product: Product, language: Language) -> str:
    return product.names.get(language) or next(iter(product.names.values()))


def _button(key: str, language: Language, intent: str, **entities: object) -> Button:
    return button(wording(f"proactive.button_{key}", language), intent, **entities)


_WORDS: Mapping[Kind, Callable[[Facts, Member, Language], Told]] = {
    Kind.PARCEL_MOVED: _parcel_moved,
    Kind.PARCEL_LATE: _parcel_late,
    Kind.REFUND_PAID: _refund_paid,
    Kind.POINTS_EXPIRING: _points_expiring,
    Kind.TIER_REACHED: _tier_reached,
    Kind.BACK_IN_STOCK: _back_in_stock,
    Kind.NEW_GOODS: _new_goods,
    Kind.BIRTHDAY: _birthday,
    Kind.THANK_YOU: _thank_you,
}
