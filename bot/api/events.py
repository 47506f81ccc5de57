"""What the shop's systems tell as it happens (a parcel's step, a completed order) and ask for (links, answers)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from actions.knowledge.index import index_of
from bot.api.access import caller_of
from bot.api.errors import ApiRefusal, ApiRoute, language_of
from bot.api.lookups import Number, known_member
from bot.api.shapes import (
    CompletedOrder,
    DeepLink,
    Earned,
    Found,
    LinkWanted,
    ParcelOut,
    PointsEntry,
    Question,
    StepIn,
)
from bot.services import Services
from crm_store import accrual, audit, clock, members, orders, parcels, points, verification
from crm_store.errors import CrmError, NotFound
from crm_store.members import Member, MemberStatus
from crm_store.orders import Order, OrderStatus
from crm_store.policy import policy

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
NEVER_COMPLETED = (OrderStatus.CANCELLED, OrderStatus.RETURNING, OrderStatus.RETURNED)
CLOCKS_MAY_DIFFER_SECONDS = 300


def build_router(services: Services) -> APIRouter:
    """POST /parcels/{number}/events, /points/earn, /identity-links, /knowledge/search."""
    router = APIRouter(route_class=ApiRoute, tags=["doing"])
    settings, database = services.settings, services.database
    allowed = Depends(caller_of(services))
    open_in_demo = Depends(caller_of(services, open_in_demo=True))

    @router.post("/parcels/{number}/events")
    async def parcel_event(
        request: Request, number: Number, step: StepIn, caller: Annotated[str, allowed]
    ) -> ParcelOut:
        """Write a step of a parcel; the same step again changes nothing. The order's status follows."""
        async with database.transaction() as session:
            parcel = await parcels.by_number(session, number)
            if parcel is None:
                raise NotFound("parcel", number)
            at = _moment("at", step.at, past=True)
            promised_at = _moment("promised_at", step.promised_at) if step.promised_at else None
            await parcels.record_event(
                session, parcel, code=step.code, at=at, place=step.place, promised_at=promised_at
            )
            return ParcelOut.of(parcel, language_of(request))

    @router.post("/points/earn")
    async def earn(done: CompletedOrder, caller: Annotated[str, allowed]) -> Earned:
        """Give the points for a completed order, once per order, by the shop's earning rules."""
        at = _moment("at", done.at, past=True) if done.at else clock.now()
        async with database.transaction() as session:
            member, total, ordered_at = await _of_the_order(session, done)
            entries = await accrual.earn_for_purchase(
                session,
                member,
                total_minor=total,
                order_number=done.order_number,
                key=f"order:{done.order_number}",
                at=at,
                ordered_at=ordered_at,
            )
            return await _earned(session, member, entries)

    @router.post("/identity-links", status_code=201)
    async def identity_link(wanted: LinkWanted, caller: Annotated[str, allowed]) -> DeepLink:
        """A link for a member who is signed in at the shop: opened in Telegram, it proves who is writing there."""
        if not settings.telegram_bot_name:
            raise ApiRefusal("telegram_not_configured")
        async with database.transaction() as session:
            member = await known_member(session, wanted.member_number)
            _require_present(member)
            token = await verification.create_link_token(session, member, created_by=caller)
            await audit.record(session, action="create_identity_link", actor=caller, subject=f"member:{member.id}")
        name = settings.telegram_bot_name.removeprefix("@")
        expires_at = clock.now() + policy().verification.link_valid
        return DeepLink(url=f"https://t.me/{name}?start={token}", token=token, expires_at=expires_at)

    @router.post("/knowledge/search")
    async def search(question: Question, caller: Annotated[str, open_in_demo]) -> list[Found]:
        """Articles that answer a question, best first; empty when none does."""
        hits = await index_of(database).search(question.question, question.language, question.limit)
        return [Found(slug=hit.slug, title=hit.title, language=hit.language, score=hit.score) for hit in hits]

    return router


class MomentRefused(CrmError):
    """A moment that cannot be: `reason` is in_the_future or not_a_time."""

    code = "request_invalid"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field=field, reason=reason)


def _moment(field: str, moment: datetime, *, past: bool = False) -> datetime:
    """In UTC; without a zone it is the shop's. Raises MomentRefused."""
    if not EARLIEST.year <= moment.year <= 2100:
        raise MomentRefused(field, "not_a_time")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=clock.business_zone())
    moment = moment.astimezone(UTC)
    if past and (moment - clock.now()).total_seconds() > CLOCKS_MAY_DIFFER_SECONDS:
        raise MomentRefused(field, "in_the_future")
    return moment


async def _of_the_order(session: AsyncSession, done: CompletedOrder) -> tuple[Member, int, datetime | None]:
    """Whose points, the total in minor units, and when it was placed: of the order as it is known here, or as told.

    Raises ApiRefusal, NotFound.
    """
    order: Order | None = await orders.by_number(session, done.order_number)
    if order is None:
        if done.member_number is None or done.total is None:
            raise ApiRefusal("total_needed", order_number=done.order_number)
        member = await known_member(session, done.member_number)
        total = done.total
    else:
        member = await members.get(session, order.member_id)
        if done.member_number is not None and done.member_number.upper() != member.number:
            raise ApiRefusal("order_of_another_member", order_number=done.order_number)
        if order.status in NEVER_COMPLETED:
            raise ApiRefusal("order_not_completed", order_number=order.number, status=order.status)
        total = order.total_minor if done.total is None else done.total
    _require_present(member)
    return member, total, order.placed_at if order is not None else None


def _require_present(member: Member) -> None:
    if member.status in (MemberStatus.LEFT, MemberStatus.ERASED):
        raise ApiRefusal("member_not_active", member_number=member.number)


async def _earned(session: AsyncSession, member: Member, entries: Sequence[points.Entry]) -> Earned:
    return Earned(
        points=sum(entry.points for entry in entries),
        entries=[PointsEntry.of(entry) for entry in entries],
        balance=await points.balance(session, member.id),
        tier=member.tier_code,
    )
