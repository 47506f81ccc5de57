"""What members earn for, as the shop's systems tell it: completed orders, reviews, friends."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import caller_of, may_read
from bot.api.addresses import NUMBER
from bot.api.errors import ApiRefusal, ApiRoute
from bot.api.events import moment_of, require_present
from bot.api.lookups import Number, known_member
from bot.api.shapes import CompletedOrder, Earned, NamedCode, PointsEntry, ReferralStanding, ReviewedOrder
from bot.services import Services
from crm_store import accrual, audit, clock, members, orders, points, referrals
from crm_store.errors import NotFound
from crm_store.members import Member
from crm_store.numbering import canonical, small
from crm_store.orders import Order, OrderStatus

NEVER_COMPLETED = (OrderStatus.CANCELLED, OrderStatus.RETURNING, OrderStatus.RETURNED)


def build_router(services: Services) -> APIRouter:
    """POST /points/earn, /points/review, GET and POST /members/{number}/referral."""
    router = APIRouter(route_class=ApiRoute, tags=["earning"])
    database = services.database
    allowed = Depends(caller_of(services))

    @router.post("/points/earn")
    async def earn(request: Request, done: CompletedOrder, caller: Annotated[str, allowed]) -> Earned:
        """An order is complete: give its points by the shop's earning rules, once per order, whichever way it is told.
        An order that is known here becomes complete with it."""
        at = moment_of("at", done.at, past=True) if done.at else clock.now()
        async with database.transaction() as session:
            order = await orders.by_number_in_any_case(session, done.order_number)
            if order is None:
                member = await _buyer(session, done)
                number = await _as_earned(session, member, done.order_number)
                entries = await accrual.earn_for_purchase(
                    session,
                    member,
                    total_minor=max(0, (done.total or 0) - done.shipping),
                    order_number=number,
                    key=f"order:{number}",
                    currency=done.currency,
                    at=at,
                )
            else:
                member = await _member_of(session, order, done.member_number)
                if order.status in NEVER_COMPLETED:
                    raise ApiRefusal("order_not_completed", order_number=order.number, status=order.status)
                entries = await accrual.complete(session, order, at=at)
            return await _earned(session, request, member, entries)

    @router.post("/points/review")
    async def review(request: Request, written: ReviewedOrder, caller: Annotated[str, allowed]) -> Earned:
        """A member has reviewed an order: give the points for it, once per order."""
        at = moment_of("at", written.at, past=True) if written.at else clock.now()
        async with database.transaction() as session:
            order = await orders.by_number_in_any_case(session, written.order_number)
            if order is None:
                raise NotFound("order", written.order_number)
            if order.delivered_at is None and order.status not in (OrderStatus.DELIVERED, OrderStatus.COMPLETED):
                raise ApiRefusal("order_not_completed", order_number=order.number, status=order.status)
            member = await _member_of(session, order, None)
            entry = await accrual.earn_for_review(session, member, order_number=order.number, at=at)
            return await _earned(session, request, member, [entry])

    @router.get(f"/members/{{{NUMBER}}}/referral")
    async def referral(number: Number, caller: Annotated[str, allowed]) -> ReferralStanding:
        """The code a member passes on to friends, made when it is asked for first, and what came of it."""
        async with database.transaction() as session:
            member = await known_member(session, number)
            await referrals.code_of(session, member)
            await _noted(session, member, caller, "referral")
            return await _standing(session, member)

    @router.post(f"/members/{{{NUMBER}}}/referral")
    async def named(number: Number, friend: NamedCode, caller: Annotated[str, allowed]) -> ReferralStanding:
        """The member names the code of who brought them; both get points with the member's first complete order.
        Answers with the member's own standing."""
        async with database.transaction() as session:
            member = await known_member(session, number)
            await referrals.name_code(session, member, friend.code)
            await _noted(session, member, caller, "referral_named")
            return await _standing(session, member)

    return router


async def _buyer(session: AsyncSession, done: CompletedOrder) -> Member:
    """Of an order that is not known here, as told. Raises ApiRefusal, NotFound."""
    if done.member_number is None or done.total is None:
        raise ApiRefusal("total_needed", order_number=done.order_number)
    member = await known_member(session, done.member_number)
    require_present(member)
    return member


async def _as_earned(session: AsyncSession, member: Member, number: str) -> str:
    """The number of an order that is not known here: as it was booked under before, else in its one form."""
    for form in (number, small(number)):
        booked = await points.entry_by_key(session, f"order:{form}")
        if booked is not None and booked.member_id == member.id:
            return form
    return canonical(number)


async def _member_of(session: AsyncSession, order: Order, told: str | None) -> Member:
    """Raises ApiRefusal when somebody else was told, or the member has left."""
    member = await members.get(session, order.member_id)
    if told is not None and canonical(told) != member.number:
        raise ApiRefusal("order_of_another_member", order_number=order.number)
    require_present(member)
    return member


async def _noted(session: AsyncSession, member: Member, caller: str, what: str) -> None:
    await audit.record(session, action="api_view", actor=caller, subject=f"member:{member.id}", details={"what": what})


async def _standing(session: AsyncSession, member: Member) -> ReferralStanding:
    found = await referrals.standing(session, member.id)
    return ReferralStanding(code=found.code, named=found.named, rewarded=found.rewarded)


async def _earned(session: AsyncSession, request: Request, member: Member, entries: Sequence[points.Entry]) -> Earned:
    await session.refresh(member, ["tier_code"])
    return Earned(
        points=sum(entry.points for entry in entries),
        entries=[PointsEntry.of(entry) for entry in entries],
        balance=await points.balance(session, member.id) if may_read(request, "points", "members") else None,
        tier=member.tier_code if may_read(request, "members") else None,
    )
