"""What there is to tell, and to whom: everything that has happened lately and was not told yet.

Each function reads only. Members who left, have no address or do not want the topic are left out here already, so that
nobody is looked at again and again; what else holds a message back is seen when it is sent.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.clock import business_zone, now
from crm_store.identities import Identity
from crm_store.members import Member, MemberStatus
from crm_store.orders import Order, OrderStatus
from crm_store.parcels import UNDER_WAY, Parcel, ParcelCode, ParcelEvent, arrival, newest_event
from crm_store.points import Entry, EntryKind
from crm_store.points.models import Lot
from crm_store.policy import policy
from crm_store.proactive.models import MARKETING, TOPIC_OF, Kind, News, ProactiveSend, StockWatch, TopicStop
from crm_store.products import Product
from crm_store.sealing import on_days
from crm_store.tiers import Tier, TierChange

LATE_TOLD_FOR = timedelta(days=3)
"""A parcel that is late for longer is no news: the member has asked, or a person is on it."""
CELEBRATED_ONCE_IN = timedelta(days=180)


async def parcels_moved(session: AsyncSession) -> list[News]:
    """The newest step of each parcel by its moment, where it is one that is told; earlier ones nobody heard of, or that
    come in late, are passed over. Delivered twice is told once."""
    since = now() - policy().proactive.fresh_for
    newest = (
        select(ParcelEvent.parcel_id, func.max(ParcelEvent.at).label("at"))
        .where(ParcelEvent.at > since, ParcelEvent.at <= now())
        .group_by(ParcelEvent.parcel_id)
        .subquery()
    )
    rows = (
        select(ParcelEvent, Parcel, Order.member_id)
        .join(newest, and_(newest.c.parcel_id == ParcelEvent.parcel_id, newest.c.at == ParcelEvent.at))
        .join(Parcel, Parcel.id == ParcelEvent.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
        .join(Member, Member.id == Order.member_id)
        .where(
            ParcelEvent.code.in_(policy().proactive.parcel_steps),
            may_hear(Kind.PARCEL_MOVED),
            ~_told(Kind.PARCEL_MOVED, cast(ParcelEvent.id, String)),
        )
        .order_by(ParcelEvent.at, ParcelEvent.id)
    )
    found = [
        News(
            kind=Kind.PARCEL_MOVED,
            thing=str((event if event.code != ParcelCode.DELIVERED else arrival(parcel) or event).id),
            member_id=owner,
            facts={"event": event, "parcel": parcel},
        )
        for event, parcel, owner in await session.execute(rows)
        if event is newest_event(parcel)
    ]
    return await _untold(session, found)


async def parcels_late(session: AsyncSession) -> list[News]:
    """Parcels on their way after the promised time, before the customer asks; once for each promise."""
    until = now() - policy().proactive.late_after
    rows = (
        select(Parcel, Order.member_id)
        .join(Order, Order.id == Parcel.order_id)
        .join(Member, Member.id == Order.member_id)
        .where(
            Parcel.status.in_(UNDER_WAY),
            Parcel.promised_at <= until,
            Parcel.promised_at > now() - LATE_TOLD_FOR,
            may_hear(Kind.PARCEL_LATE),
        )
        .order_by(Parcel.promised_at, Parcel.id)
    )
    found = [
        News(kind=Kind.PARCEL_LATE, thing=_late_thing(parcel), member_id=owner, facts={"parcel": parcel})
        for parcel, owner in await session.execute(rows)
    ]
    return await _untold(session, found)


def _late_thing(parcel: Parcel) -> str:
    """A new promise that is broken again is told again."""
    assert parcel.promised_at is not None
    return f"{parcel.id}:{parcel.promised_at:%Y%m%d%H%M}"


async def refunds_paid(session: AsyncSession) -> list[News]:
    """Refunds of cancelled orders; those of returns are told by whoever takes the return on."""
    rows = (
        select(Order)
        .join(Member, Member.id == Order.member_id)
        .where(
            Order.refunded_at > now() - policy().proactive.fresh_for,
            Order.refunded_at <= now(),
            Order.refund_minor > 0,
            may_hear(Kind.REFUND_PAID),
            ~_told(Kind.REFUND_PAID, cast(Order.id, String)),
        )
        .order_by(Order.refunded_at, Order.id)
    )
    return [
        News(kind=Kind.REFUND_PAID, thing=str(order.id), member_id=order.member_id, facts={"order": order})
        for order in await session.scalars(rows)
    ]


async def points_expiring(session: AsyncSession) -> list[News]:
    """The points that end first within the policy's time, once for each member and day of expiry."""
    rows = (
        select(Lot.member_id, Lot.expires_at, func.sum(Lot.remaining))
        .join(Member, Member.id == Lot.member_id)
        .where(
            Lot.remaining > 0,
            Lot.expires_at > now(),
            Lot.expires_at <= now() + policy().proactive.points_before,
            may_hear(Kind.POINTS_EXPIRING),
            ~_told_since(Kind.POINTS_EXPIRING, Lot.member_id, now() - policy().proactive.points_before),
        )
        .group_by(Lot.member_id, Lot.expires_at)
        .order_by(Lot.expires_at)
    )
    sums: dict[tuple[int, date], int] = {}
    for member_id, expires_at, points in await session.execute(rows):
        day = expires_at.astimezone(business_zone()).date()
        sums[member_id, day] = sums.get((member_id, day), 0) + points
    return [
        News(
            kind=Kind.POINTS_EXPIRING,
            thing=f"{member_id}:{day.isoformat()}",
            member_id=member_id,
            facts={"points": points, "day": day},
        )
        for (member_id, day), points in sums.items()
    ]


async def tiers_reached(session: AsyncSession) -> list[News]:
    """Members who have risen to a level that they still hold, by points that came lately: whoever rises because old
    points were imported is not congratulated."""
    before, after = Tier.__table__.alias("before"), Tier.__table__.alias("after")
    rows = (
        select(TierChange)
        .join(Member, Member.id == TierChange.member_id)
        .join(before, before.c.code == TierChange.from_tier)
        .join(after, after.c.code == TierChange.to_tier)
        .where(
            TierChange.at > now() - policy().proactive.fresh_for,
            after.c.rank > before.c.rank,
            Member.tier_code == TierChange.to_tier,
            exists().where(
                Entry.member_id == TierChange.member_id,
                Entry.kind == EntryKind.EARN,
                Entry.qualifies,
                Entry.at > now() - policy().proactive.fresh_for,
            ),
            may_hear(Kind.TIER_REACHED),
            ~_told(Kind.TIER_REACHED, cast(TierChange.id, String)),
        )
        .order_by(TierChange.at, TierChange.id)
    )
    return [
        News(kind=Kind.TIER_REACHED, thing=str(change.id), member_id=change.member_id, facts={"tier": change.to_tier})
        for change in await session.scalars(rows)
    ]


async def back_in_stock(session: AsyncSession) -> list[News]:
    """Goods that members wait for and that are there again."""
    rows = (
        select(StockWatch, Product)
        .join(Product, Product.id == StockWatch.product_id)
        .join(Member, Member.id == StockWatch.member_id)
        .where(StockWatch.told_at.is_(None), Product.active, Product.stock > 0, may_hear(Kind.BACK_IN_STOCK))
        .order_by(StockWatch.asked_at, StockWatch.id)
    )
    return [
        News(
            kind=Kind.BACK_IN_STOCK,
            # Whoever watches the same product again later is told again.
            thing=f"{watch.id}:{watch.asked_at:%Y%m%d%H%M%S}",
            member_id=watch.member_id,
            facts={"watch": watch, "product": product},
        )
        for watch, product in await session.execute(rows)
    ]


async def new_goods(session: AsyncSession) -> list[News]:
    """What came out lately, for each member who has chosen its category: one message for all that is new to them."""
    since = now() - policy().proactive.goods_fresh_for
    fresh = (
        await session.scalars(
            select(Product)
            .where(Product.active, Product.stock > 0, Product.released_at > since, Product.released_at <= now())
            .order_by(Product.released_at.desc(), Product.id.desc())
        )
    ).all()
    if not fresh:
        return []
    readers = select(Member.id, Member.interests).where(
        may_hear(Kind.NEW_GOODS), cast(Member.interests, String) != "[]"
    )
    found = []
    for member_id, interests in await session.execute(readers.order_by(Member.id)):
        chosen = [product for product in fresh if product.category in interests]
        if chosen:
            found.append(
                News(
                    kind=Kind.NEW_GOODS,
                    thing=f"{member_id}:{max(product.id for product in chosen)}",
                    member_id=member_id,
                    facts={"products": chosen},
                )
            )
    return await _untold(session, found)


async def birthdays(session: AsyncSession) -> list[News]:
    """Members whose birthday is today at the shop; those of 29 February on the 28th in other years."""
    today = now().astimezone(business_zone()).date()
    days = [(today.month, today.day)]
    if (today.month, today.day) == (2, 28) and (today + timedelta(days=1)).month == 3:
        days.append((2, 29))
    rows = select(Member.id).where(
        Member.birthday.is_not(None),
        on_days(Member.birthday, days),
        may_hear(Kind.BIRTHDAY),
        ~_told_since(Kind.BIRTHDAY, Member.id, now() - CELEBRATED_ONCE_IN),
    )
    return [
        News(kind=Kind.BIRTHDAY, thing=f"{member_id}:{today.year}", member_id=member_id)
        for member_id in await session.scalars(rows.order_by(Member.id))
    ]


async def thanks_due(session: AsyncSession) -> list[News]:
    """Members whose first order, or one of the policy's other numbers, has just arrived."""
    earlier = Order.__table__.alias("earlier")
    place = (
        select(func.count())
        .select_from(earlier)
        .where(
            earlier.c.member_id == Order.member_id,
            earlier.c.status != OrderStatus.CANCELLED,
            or_(
                earlier.c.placed_at < Order.placed_at,
                and_(earlier.c.placed_at == Order.placed_at, earlier.c.id <= Order.id),
            ),
        )
        .correlate(Order)
        .scalar_subquery()
    )
    rows = (
        select(Order, place.label("place"))
        .join(Member, Member.id == Order.member_id)
        .where(
            Order.delivered_at > now() - policy().proactive.fresh_for,
            Order.delivered_at <= now(),
            Order.status.in_((OrderStatus.DELIVERED, OrderStatus.COMPLETED)),
            place.in_(policy().proactive.thanks_at_orders),
            may_hear(Kind.THANK_YOU),
            ~_told(Kind.THANK_YOU, cast(Order.id, String)),
        )
        .order_by(Order.delivered_at, Order.id)
    )
    return [
        News(kind=Kind.THANK_YOU, thing=str(order.id), member_id=order.member_id, facts={"order": order, "place": nth})
        for order, nth in await session.execute(rows)
    ]


def may_hear(kind: Kind) -> ColumnElement[bool]:
    """The members who can and want to hear news of a kind: active, with an address, and willing."""
    topic = TOPIC_OF[kind]
    has_address = exists().where(Identity.member_id == Member.id, Identity.blocked_at.is_(None))
    has_stopped = exists().where(TopicStop.member_id == Member.id, TopicStop.topic == topic)
    statuses = [MemberStatus.ACTIVE] if topic in MARKETING else [MemberStatus.ACTIVE, MemberStatus.LEAVING]
    agreed = Member.marketing_consent if topic in MARKETING else literal(True)
    return and_(Member.status.in_(statuses), agreed, has_address, ~has_stopped)


def _told(kind: Kind, thing: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists().where(ProactiveSend.key == literal(f"{kind}:") + thing)


def _told_since(kind: Kind, member_id: Any, since: datetime) -> ColumnElement[bool]:
    return exists().where(
        ProactiveSend.member_id == member_id, ProactiveSend.kind == kind, ProactiveSend.sent_at > since
    )


async def _untold(session: AsyncSession, found: list[News]) -> list[News]:
    """Those that were not sent yet."""
    keys = [news.key for news in found]
    known: set[str] = set()
    for start in range(0, len(keys), _KEYS_AT_A_TIME):
        part = keys[start : start + _KEYS_AT_A_TIME]
        known.update(await session.scalars(select(ProactiveSend.key).where(ProactiveSend.key.in_(part))))
    return [news for news in found if news.key not in known]


_KEYS_AT_A_TIME = 500
