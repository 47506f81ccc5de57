"""What members bought, for tests of the dialogue: orders at each stage, parcels in and out of time, sizes in stock."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import orders, parcels
from crm_store.clock import now
from crm_store.orders import LineItem, Order, OrderStatus
from crm_store.parcels import Parcel, ParcelCode, PlannedStep
from crm_store.products import Product

SHOE = LineItem(
    sku="RUN-LIGHT",
    names={"zh-Hans": "轻跑鞋", "zh-Hant": "輕跑鞋", "en": "Light runner"},
    price_minor=39900,
    size="42",
)
MUG = LineItem(
    sku="MUG-350", names={"zh-Hans": "手冲咖啡杯", "zh-Hant": "手沖咖啡杯", "en": "Pour-over mug"}, price_minor=8800
)
SHIRT = LineItem(
    sku="TEE-ORG",
    names={"zh-Hans": "有机棉T恤", "zh-Hant": "有機棉T恤", "en": "Organic tee"},
    price_minor=12900,
    size="M",
    colour="白色",
)
STATION = {"zh-Hans": "板桥站", "zh-Hant": "板橋站", "en": "Banqiao station"}

_STEPS = (OrderStatus.PAID, OrderStatus.PACKED, OrderStatus.SHIPPED, OrderStatus.DELIVERED)


async def place(
    session: AsyncSession,
    member_id: int,
    *items: LineItem,
    status: OrderStatus = OrderStatus.PLACED,
    days_ago: float = 7,
    delivered_days_ago: float | None = None,
) -> Order:
    """An order placed so many days ago that has come as far as `status`."""
    placed_at = now() - timedelta(days=days_ago)
    order = await orders.create(
        session,
        member_id=member_id,
        items=items or (SHOE,),
        placed_at=placed_at,
        recipient="林悦",
        recipient_phone="13800001111",
        address="上海市徐汇区漕溪北路 1 号",
    )
    if status == OrderStatus.PLACED:
        return order
    for hours, step in enumerate(_STEPS, start=1):
        at = placed_at + timedelta(hours=hours)
        if step == OrderStatus.DELIVERED and delivered_days_ago is not None:
            at = now() - timedelta(days=delivered_days_ago)
        await orders.advance(session, order, step, at=at)
        if step == status:
            break
    return order


async def send(
    session: AsyncSession,
    order: Order,
    *,
    number: str = "SF1029384756",
    promised_at: datetime,
    arrived_at: datetime | None = None,
) -> Parcel:
    """A parcel of the order under way; `arrived_at`: when it reached the last station."""
    parcel = await parcels.create(
        session,
        number=number,
        order_id=order.id,
        carrier="顺丰",
        promised_at=promised_at,
        plan=[PlannedStep(code=ParcelCode.DELIVERED, promised_at=promised_at)],
        at=order.placed_at,
    )
    start = (arrived_at or now()) - timedelta(days=1)
    await parcels.record_event(session, parcel, code=ParcelCode.PICKED_UP, at=start)
    if arrived_at is not None:
        await parcels.record_event(session, parcel, code=ParcelCode.ARRIVED_STATION, at=arrived_at, place=STATION)
    return parcel


async def stock(session: AsyncSession, item: LineItem, *, sizes: list[str], pieces: int = 10) -> Product:
    """The product of that line, on sale in those sizes."""
    product = Product(
        sku=item.sku, names=dict(item.names), category="shoes", price_minor=item.price_minor, stock=pieces,
        attributes={"sizes": sizes},
    )  # fmt: skip
    session.add(product)
    await session.flush()
    return product
