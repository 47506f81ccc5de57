"""The members one can sign in as on the demo shop: each has something to ask about that is true in the store."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, complaints, members, points, promises, surveys, tiers
from crm_store.clock import business_zone
from crm_store.complaints import ComplaintCategory
from crm_store.language import Language, format_window
from crm_store.members import Member
from crm_store.orders import Order, OrderLine, OrderStatus
from crm_store.parcels import Parcel, ParcelCode, ParcelEvent, ParcelStatus
from crm_store.points import EarnReason
from crm_store.products import Product
from crm_store.promises import PromiseKind
from crm_store.surveys import SurveyKind

BANQIAO = {"zh-Hans": "板桥站", "zh-Hant": "板橋站", "en": "Banqiao station"}
QINGPU = {"zh-Hans": "上海青浦转运中心", "zh-Hant": "上海青浦轉運中心", "en": "Shanghai Qingpu hub"}


@dataclass(frozen=True)
class DemoMember:
    """Somebody to sign in as; `about` is what the picker says."""

    number: str
    names: dict[str, str]
    about: dict[str, str]
    language: Language
    family_name: str
    given_name: str
    gender: str
    email: str
    phone: str
    aliases: tuple[str, ...] = field(default=())


DEMO_MEMBERS = [
    DemoMember(
        "HK100001",
        {"zh-Hans": "林晓雯", "zh-Hant": "林曉雯", "en": "Lin Xiaowen"},
        {"zh-Hans": "2,380 积分，有的快到期", "zh-Hant": "2,380 積分，有些快到期", "en": "2,380 points, some expiring"},
        Language.ZH_HANS, "林", "晓雯", "female", "xiaowen@customers.example", "13800010001",
    ),
    DemoMember(
        "HK100002",
        {"zh-Hans": "陈怡君", "zh-Hant": "陳怡君", "en": "Chen Yi-chun"},
        {"zh-Hans": "金卡，包裹迟到了", "zh-Hant": "金卡，包裹遲到了", "en": "Gold, a late parcel"},
        Language.ZH_HANT, "陳", "怡君", "female", "yichun@customers.example", "+886912000002",
    ),
    DemoMember(
        "HK100003",
        {"zh-Hans": "Emma Clarke", "zh-Hant": "Emma Clarke", "en": "Emma Clarke"},
        {"zh-Hans": "银卡，想换礼品", "zh-Hant": "銀卡，想兌換禮品", "en": "Silver, wants to redeem"},
        Language.EN, "Clarke", "Emma", "female", "emma@customers.example", "+85251230003",
    ),
    DemoMember(
        "HK100004",
        {"zh-Hans": "王建国", "zh-Hant": "王建國", "en": "Wang Jianguo"},
        {"zh-Hans": "新买的跑鞋想退", "zh-Hant": "剛買的跑鞋想退", "en": "Wants to return new shoes"},
        Language.ZH_HANS, "王", "建国", "male", "jianguo@customers.example", "13800010004",
    ),
    DemoMember(
        "HK100005",
        {"zh-Hans": "Daniel Wong", "zh-Hant": "Daniel Wong", "en": "Daniel Wong"},
        {"zh-Hans": "昨天没等到电话", "zh-Hant": "昨天沒等到電話", "en": "A call that never came"},
        Language.EN, "Wong", "Daniel", "male", "daniel@customers.example", "+85251230005",
    ),
    DemoMember(
        "HK100006",
        {"zh-Hans": "黄志明", "zh-Hant": "黃志明", "en": "Huang Chih-ming"},
        {"zh-Hans": "白金，投诉没人理", "zh-Hant": "白金，投訴沒人理", "en": "Platinum, an ignored complaint"},
        Language.ZH_HANT, "黃", "志明", "male", "chihming@customers.example", "+886912000006",
    ),
]  # fmt: skip


async def write(session: AsyncSession, *, agent_id: int) -> None:
    """The demo members and their stories."""
    for index, person in enumerate(DEMO_MEMBERS):
        member = await members.create(
            session,
            number=person.number,
            family_name=person.family_name,
            given_name=person.given_name,
            gender=person.gender,
            language=person.language,
            phone=person.phone,
            email=person.email,
            birthday=date(1986 + index, 3 + index, 12),
            marketing_consent=True,
            joined_at=_at(650, 10),
        )
        await session.flush()
        await _STORIES[person.number](session, member, agent_id)
        await tiers.recompute(session, member)


async def _expiring_points(session: AsyncSession, member: Member, _agent_id: int) -> None:
    """2,380 points, 600 of which expire at the end of this year: 420 from an order and 180 for a birthday."""
    last_year = clock.today().year - 1
    earned = datetime(last_year, 12, 14, 15, 0, tzinfo=business_zone())
    if earned < member.joined_at:
        earned = member.joined_at + timedelta(days=1)
    first = await _order(session, member, earned, "COF-SET", number=f"{earned:%Y%m%d}-9037")
    await _earn(session, member, 420, EarnReason.PURCHASE, first.number, earned + timedelta(days=5))
    await _earn(session, member, 180, EarnReason.BIRTHDAY, "", datetime(last_year, 12, 20, 9, tzinfo=business_zone()))
    for days_ago, amount, sku in ((80, 1060, "BED-COTTON"), (31, 720, "PACK-CITY")):
        order = await _order(session, member, _at(days_ago, 11), sku)
        await _earn(session, member, amount, EarnReason.PURCHASE, order.number, _at(days_ago - 8, 12))


async def _late_parcel(session: AsyncSession, member: Member, _agent_id: int) -> None:
    """A parcel promised for yesterday that lies at the station."""
    for days_ago in (300, 170, 60):
        order = await _order(session, member, _at(days_ago, 12), "CASE-20")
        await _earn(session, member, 1797, EarnReason.PURCHASE, order.number, _at(days_ago - 9, 12))
    order = await _order(session, member, _at(4, 12), "EAR-BUDS", status=OrderStatus.SHIPPED)
    promised = _at(1, 20)
    parcel = Parcel(
        number="SF1029384756",
        order_id=order.id,
        carrier="SF Express",
        status=ParcelStatus.IN_TRANSIT,
        promised_at=promised,
        created_at=_at(4, 18),
    )
    parcel.events = [
        ParcelEvent(code=ParcelCode.CREATED, place={}, at=_at(4, 18), promised_at=_at(4, 20)),
        ParcelEvent(code=ParcelCode.PICKED_UP, place=QINGPU, at=_at(3, 9), promised_at=_at(3, 10)),
        ParcelEvent(code=ParcelCode.LEFT_HUB, place=QINGPU, at=_at(2, 7), promised_at=_at(3, 22)),
        ParcelEvent(code=ParcelCode.ARRIVED_STATION, place=BANQIAO, at=_at(1, 18, 40), promised_at=_at(1, 8)),
        ParcelEvent(code=ParcelCode.OUT_FOR_DELIVERY, place=BANQIAO, at=None, promised_at=_at(1, 10)),
        ParcelEvent(code=ParcelCode.DELIVERED, place={}, at=None, promised_at=promised),
    ]
    session.add(parcel)


async def _short_of_points(session: AsyncSession, member: Member, _agent_id: int) -> None:
    """1,220 points: too few for the coffee set, enough for a voucher."""
    for days_ago, amount, sku in ((140, 700, "BED-COTTON"), (50, 520, "LAMP-DESK")):
        order = await _order(session, member, _at(days_ago, 14), sku)
        await _earn(session, member, amount, EarnReason.PURCHASE, order.number, _at(days_ago - 8, 15))


async def _shoes_to_return(session: AsyncSession, member: Member, _agent_id: int) -> None:
    """Shoes that arrived four days ago, still within the time to return them."""
    await _order(session, member, _at(7, 10), "RUN-LITE", size="42", delivered_days_ago=4)


async def _missed_call(session: AsyncSession, member: Member, agent_id: int) -> None:
    """A call promised for yesterday afternoon that nobody made."""
    start, end = _at(1, 14), _at(1, 15)
    await _order(session, member, _at(20, 16), "RICE-3")
    promise = await promises.make(
        session,
        member_id=member.id,
        kind=PromiseKind.CALLBACK,
        text=f"Call back {format_window(start, end, Language.EN)} about the rice cooker",
        due_at=end,
        key="demo:missed-call",
        made_by=promises.MadeBy.AGENT,
        agent_id=agent_id,
        at=_at(2, 11),
    )
    await promises.break_overdue(session, at=end + timedelta(hours=1))
    await session.refresh(promise)


async def _ignored_complaint(session: AsyncSession, member: Member, _agent_id: int) -> None:
    """A platinum member who bought much, complained three days ago, and has heard nothing."""
    for days_ago in (330, 250, 190, 120, 95):
        order = await _order(session, member, _at(days_ago, 20), "CASE-20")
        await _earn(session, member, 4400, EarnReason.PURCHASE, order.number, _at(days_ago - 8, 15))
    order = await _order(session, member, _at(12, 9), "HUMID-2")
    await complaints.file(
        session,
        member_id=member.id,
        conversation_id=None,
        category=ComplaintCategory.QUALITY,
        description="加濕器用三天就漏水，地板都泡壞了，打了兩次電話都說會回覆。",
        key="demo:ignored-complaint",
        anger=0.85,
        order_id=order.id,
        language=Language.ZH_HANT,
        at=_at(3, 9),
    )
    await complaints.mark_breached(session)
    await surveys.record_answer(
        session, kind=SurveyKind.NPS, score=2, member_id=member.id, key="demo:ignored-nps", at=_at(2, 12)
    )


_STORIES = {
    "HK100001": _expiring_points,
    "HK100002": _late_parcel,
    "HK100003": _short_of_points,
    "HK100004": _shoes_to_return,
    "HK100005": _missed_call,
    "HK100006": _ignored_complaint,
}


def _at(days_ago: int, hour: int, minute: int = 0) -> datetime:
    day = clock.today() - timedelta(days=days_ago)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=business_zone())


async def _order(
    session: AsyncSession,
    member: Member,
    at: datetime,
    sku: str,
    *,
    number: str | None = None,
    size: str | None = None,
    status: OrderStatus | None = None,
    delivered_days_ago: int | None = None,
) -> Order:
    """An order of one piece: by itself long completed, otherwise as far as `status` or the delivery says."""
    product = (await session.scalars(select(Product).where(Product.sku == sku))).one()
    delivered = _at(delivered_days_ago, 17) if delivered_days_ago is not None else at + timedelta(days=2)
    reached = status or (OrderStatus.DELIVERED if delivered_days_ago is not None else OrderStatus.COMPLETED)
    arrived = reached in (OrderStatus.DELIVERED, OrderStatus.COMPLETED)
    order = Order(
        number=number or f"{at:%Y%m%d}-{9000 + member.id:04d}",
        member_id=member.id,
        status=reached,
        total_minor=product.price_minor,
        placed_at=at,
        paid_at=at + timedelta(minutes=2),
        packed_at=at + timedelta(hours=5),
        shipped_at=at + timedelta(hours=9),
        delivered_at=delivered if arrived else None,
        completed_at=delivered + timedelta(days=7) if reached is OrderStatus.COMPLETED else None,
        recipient=members.full_name(member, member.language),
        recipient_phone=member.phone,
        lines=[
            OrderLine(
                position=1,
                product_id=product.id,
                sku=product.sku,
                names=product.names,
                size=size,
                quantity=1,
                price_minor=product.price_minor,
            )
        ],
    )
    session.add(order)
    await session.flush()
    return order


async def _earn(  # noqa: PLR0917 - one line per entry reads better than names repeated
    session: AsyncSession, member: Member, amount: int, reason: EarnReason, reference: str, at: datetime
) -> None:
    await points.earn(
        session,
        member.id,
        points=amount,
        reason=reason,
        key=f"demo:{member.number}:{reason}:{at.isoformat()}",
        reference=reference or None,
        at=at,
        qualifies=reason is EarnReason.PURCHASE,
    )
