"""Two years of ordinary shop life for each invented member: orders, parcels, points, complaints, words."""

import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.demo import talks
from bot.demo.people import SEED, Person, names
from crm_store import clock, complaints, members, points, rewards, surveys, tiers
from crm_store.clock import business_zone
from crm_store.complaints import Complaint, ComplaintCategory
from crm_store.language import Language
from crm_store.members import Member
from crm_store.orders import Order, OrderLine, OrderStatus, points_due_at
from crm_store.parcels import Parcel, ParcelCode, ParcelEvent, ParcelStatus
from crm_store.points import EarnReason
from crm_store.policy import policy
from crm_store.products import Product
from crm_store.surveys import SurveyKind
from crm_store.tiers import Tier
from crm_store.yaml_files import read_yaml

PROMISED_DAYS = 3
YEAR = timedelta(days=365)
UNLUCKY = 0.55
"""Members with more bad luck than this have something unsettled just now."""


@cache
def complaint_words() -> dict[str, dict[str, list[str]]]:
    content: dict[str, dict[str, list[str]]] = read_yaml(files("bot.demo").joinpath("complaints.yml"))
    return content


@dataclass
class Book:
    """Writes members into one transaction."""

    session: AsyncSession
    products: list[Product]
    tiers: list[Tier]
    staff_ids: list[int]
    _counters: dict[str, int] = field(default_factory=dict)

    @classmethod
    async def opened(cls, session: AsyncSession, *, staff_ids: list[int]) -> "Book":
        found = (await session.scalars(select(Product).order_by(Product.id))).all()
        return cls(session, list(found), await tiers.all_tiers(session), staff_ids)

    async def write(self, person: Person) -> None:
        """One member with everything that happened to them."""
        chance = random.Random(SEED + person.index)
        joined = _at(person.joined_days_ago, chance)
        member = await members.create(
            self.session,
            family_name=person.family_name,
            given_name=person.given_name,
            gender=person.gender,
            language=person.language,
            phone=_phone(person),
            email=f"member{person.index:04d}@customers.example",
            birthday=person.birthday,
            marketing_consent=person.marketing_consent,
            joined_at=joined,
        )
        await self.session.flush()
        placed = [
            await self._order(member, person.language, days_ago, chance, luck=person.luck) for days_ago in person.orders
        ]
        await self._earn(member, [order for order in placed if order is not None], chance)
        await tiers.recompute(self.session, member)
        if placed and chance.random() < 0.12 + person.luck * 0.6:
            await self._complain(member, person, [order for order in placed if order is not None], chance)
        unhappy = person.luck > UNLUCKY
        if unhappy or chance.random() < 0.35:
            staff = chance.choice(self.staff_ids)
            await talks.write(self.session, member, person.language, chance, agent_id=staff, unhappy=unhappy)
        await self._surveys(member, person, chance)

    async def buys(self, member: Member, language: Language, days_ago: int, chance: random.Random) -> None:
        """One more order of a member, with its points and the level that comes of it."""
        order = await self._order(member, language, days_ago, chance)
        if order is not None:
            await self._earn(member, [order], chance)
            await tiers.recompute(self.session, member)

    async def _order(
        self, member: Member, language: Language, days_ago: int, chance: random.Random, *, luck: float = 0.0
    ) -> Order | None:
        at = _at(days_ago, chance)
        lines = [
            OrderLine(
                position=position,
                product_id=product.id,
                sku=product.sku,
                names=product.names,
                size=str(chance.choice(product.attributes["sizes"])) if product.attributes.get("sizes") else None,
                quantity=1 if product.price_minor > 100_00 else chance.choice((1, 1, 2)),
                price_minor=product.price_minor,
            )
            for position, product in enumerate(chance.sample(self.products, chance.choice((1, 1, 1, 2, 3))), start=1)
        ]
        goods = sum(line.price_minor * line.quantity for line in lines)
        shipping = 0 if goods >= policy().shipping.free_from else policy().shipping.fee
        order = Order(
            number=await self._number(at),
            member_id=member.id,
            status=OrderStatus.PAID,
            shipping_minor=shipping,
            total_minor=goods + shipping,
            recipient=members.full_name(member, language),
            recipient_phone=member.phone,
            address=f"{chance.choice(names()['places'])[language]} {chance.randrange(1, 200)}",
            placed_at=at,
            paid_at=at + timedelta(minutes=3),
            lines=lines,
        )
        if chance.random() < 0.03:
            order.status, order.cancelled_at = OrderStatus.CANCELLED, at + timedelta(hours=2)
            order.refund_minor, order.refunded_at = order.total_minor, at + timedelta(days=2)
            self.session.add(order)
            return None
        self.session.add(order)
        await self.session.flush()
        self._ship(order, chance, late=chance.random() < 0.04 + luck * 0.35)
        return order

    async def _number(self, at: datetime) -> str:
        day = at.astimezone(business_zone()).strftime("%Y%m%d")
        if day not in self._counters:
            last = await self.session.scalar(
                select(Order.number).where(Order.number.like(f"{day}-%")).order_by(Order.number.desc()).limit(1)
            )
            self._counters[day] = int(last[-4:]) if last else 0
        self._counters[day] += 1
        return f"{day}-{self._counters[day]:04d}"

    def _ship(self, order: Order, chance: random.Random, *, late: bool) -> None:
        """Send the order as far as it would have come by now."""
        now = clock.now()
        packed = order.placed_at + timedelta(hours=chance.randrange(3, 20))
        shipped = packed + timedelta(hours=chance.randrange(2, 10))
        promised = _evening(order.placed_at + timedelta(days=PROMISED_DAYS))
        taken = timedelta(days=chance.randrange(4, 8)) if late else timedelta(hours=chance.randrange(36, 66))
        delivered = order.placed_at + taken
        if packed > now:
            return
        order.status, order.packed_at = OrderStatus.PACKED, packed
        if shipped > now:
            return
        order.status, order.shipped_at = OrderStatus.SHIPPED, shipped
        parcel = Parcel(
            number=f"SF{chance.randrange(10**9, 10**10)}",
            order_id=order.id,
            carrier="SF Express",
            status=ParcelStatus.IN_TRANSIT,
            promised_at=promised,
            created_at=packed,
        )
        parcel.events = _events(packed, shipped, delivered, promised, chance)
        for event in parcel.events:
            if event.at is not None and event.at > now:
                event.at = None
        if delivered <= now:
            parcel.status, parcel.delivered_at = ParcelStatus.DELIVERED, delivered
            order.status, order.delivered_at = OrderStatus.DELIVERED, delivered
            order.points_due_at = points_due_at(order)
            if now - delivered > policy().points.arrive_after:
                order.points_due_at = None
                order.status, order.completed_at = OrderStatus.COMPLETED, delivered + policy().points.arrive_after
        self.session.add(parcel)

    async def _earn(self, member: Member, placed: list[Order], chance: random.Random) -> None:
        """Points for what arrived, some of them spent, those of the year before last gone at the turn of the year."""
        earned: list[tuple[datetime, int]] = []
        wait = policy().points.arrive_after
        due = sorted((order.delivered_at + wait, order) for order in placed if order.delivered_at)
        for at, order in due:
            if at > clock.now():
                continue
            recent = sum(amount for when, amount in earned if at - when < YEAR)
            rate = max(tier.earn_rate for tier in self.tiers if tier.threshold_points <= recent)
            amount = (order.total_minor - order.shipping_minor) // 100 * rate
            await points.earn(
                self.session,
                member.id,
                points=amount,
                reason=EarnReason.PURCHASE,
                key=f"order:{order.number}",
                reference=order.number,
                at=at,
            )
            earned.append((at, amount))
            if chance.random() < 0.15 and await points.balance(self.session, member.id) >= 1000:
                await self._redeem(member, order.number, at + timedelta(hours=5), chance)

    async def _redeem(self, member: Member, number: str, at: datetime, chance: random.Random) -> None:
        if at > clock.now():
            return
        code = chance.choice(("COUPON20", "COUPON50", "GIFT-TEA", "GIFT-TOTE"))
        await rewards.redeem(self.session, member.id, code, key=f"demo:{number}", at=at)

    async def _complain(self, member: Member, person: Person, placed: list[Order], chance: random.Random) -> None:
        if not placed:
            return
        order = chance.choice(placed[-4:])
        category = chance.choice(tuple(complaint_words()))
        at = min((order.delivered_at or order.placed_at) + timedelta(hours=20), clock.now() - timedelta(hours=2))
        if person.luck > UNLUCKY:
            at = clock.now() - timedelta(hours=chance.randrange(2, 60))
        complaint = await complaints.file(
            self.session,
            member_id=member.id,
            conversation_id=None,
            category=ComplaintCategory(category),
            description=chance.choice(complaint_words()[category][person.language]),
            key=f"demo:{order.number}",
            anger=round(chance.uniform(0.2, 0.9), 2),
            order_id=order.id,
            language=person.language,
            at=at,
        )
        if person.luck <= UNLUCKY or chance.random() < 0.4:
            await self._settle(complaint, person.language, at, chance)

    async def _settle(self, complaint: Complaint, language: Language, at: datetime, chance: random.Random) -> None:
        """Most complaints of the past were answered, some too late; a few of the last days are open."""
        answered = at + timedelta(hours=chance.choice((2, 5, 9, 20, 60)))
        if answered > clock.now() - timedelta(hours=1):
            return
        agent = chance.choice(self.staff_ids)
        await complaints.assign(self.session, complaint, owner_id=agent, by_id=agent, at=at + timedelta(minutes=40))
        words = chance.choice(complaint_words_settled()[language])
        await complaints.resolve(self.session, complaint, resolution=words, agent_id=agent, at=answered)

    async def _surveys(self, member: Member, person: Person, chance: random.Random) -> None:
        for kind, likely, low, high in ((SurveyKind.NPS, 0.3, 0, 10), (SurveyKind.CSAT, 0.3, 1, 5)):
            if chance.random() > likely:
                continue
            mood = 1 - person.luck * chance.random()
            await surveys.record_answer(
                self.session,
                kind=kind,
                score=max(low, min(high, round(low + (high - low) * mood - chance.random()))),
                member_id=member.id,
                key=f"demo:{kind}:{member.number}",
                at=_at(chance.randrange(3, 150), chance),
            )


@cache
def complaint_words_settled() -> dict[str, list[str]]:
    content: dict[str, list[str]] = read_yaml(files("bot.demo").joinpath("resolutions.yml"))
    return content


def _phone(person: Person) -> str:
    number = 10_000_000 + person.index * 9_973
    return {
        Language.ZH_HANS: f"138{number:08d}",
        Language.ZH_HANT: f"+8869{number:08d}",
        Language.EN: f"+8525{number % 10_000_000:07d}",
    }[person.language]


def _at(days_ago: int, chance: random.Random) -> datetime:
    """Some moment of a day long past, in the shop's waking hours; never in the future."""
    day = clock.today() - timedelta(days=days_ago)
    local = datetime.combine(day, time(chance.randrange(9, 22), chance.randrange(60)), business_zone())
    return min(local, clock.now() - timedelta(minutes=30))


def _evening(moment: datetime) -> datetime:
    return moment.astimezone(business_zone()).replace(hour=20, minute=0, second=0, microsecond=0)


def _events(
    packed: datetime, shipped: datetime, delivered: datetime, promised: datetime, chance: random.Random
) -> list[ParcelEvent]:
    hub, station = chance.sample(names()["places"], 2)
    whole, planned = delivered - shipped, promised - shipped

    def event(code: ParcelCode, share: float, place: dict[str, Any]) -> ParcelEvent:
        return ParcelEvent(code=code, place=place, at=shipped + whole * share, promised_at=shipped + planned * share)

    return [
        ParcelEvent(code=ParcelCode.CREATED, place={}, at=packed, promised_at=packed),
        event(ParcelCode.PICKED_UP, 0.0, hub),
        event(ParcelCode.LEFT_HUB, 0.35, hub),
        event(ParcelCode.ARRIVED_STATION, 0.75, station),
        event(ParcelCode.OUT_FOR_DELIVERY, 0.9, station),
        event(ParcelCode.DELIVERED, 1.0, {}),
    ]
