"""What the shop's systems may read of a member. Every look at a member is written to the audit trail."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import caller_of
from bot.api.addresses import NUMBER
from bot.api.errors import ApiRoute, language_of
from bot.api.shapes import Expiring, MemberProfile, Name, OrderOut, Page, ParcelOut, PointsEntry, PointsPage
from bot.services import Services
from crm_store import audit, members, orders, parcels, points
from crm_store.errors import NotFound
from crm_store.members import Member
from crm_store.policy import policy

Number = Annotated[Name, Path(description="The number as the shop's systems write it.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


async def known_member(session: AsyncSession, number: str) -> Member:
    """Raises NotFound."""
    member = await members.by_number(session, number)
    if member is None:
        raise NotFound("member", number)
    return member


async def _looked_at(session: AsyncSession, number: str, caller: str, what: str) -> Member:
    """The member, and who looked at what of it."""
    member = await known_member(session, number)
    await audit.record(session, action="api_view", actor=caller, subject=f"member:{member.id}", details={"what": what})
    return member


def build_router(services: Services) -> APIRouter:
    """GET /members/{number} and the lists below it, GET /parcels/{number}."""
    router = APIRouter(route_class=ApiRoute, tags=["reading"])
    database = services.database
    allowed = Depends(caller_of(services))

    @router.get(f"/members/{{{NUMBER}}}/points")
    async def member_points(
        number: Number, caller: Annotated[str, allowed], limit: Limit = 20, offset: Offset = 0
    ) -> PointsPage:
        async with database.transaction() as session:
            found = await _looked_at(session, number, caller, "points")
            entries = await points.history(session, found.id, limit=limit + 1, offset=offset)
            page = Page[PointsEntry].cut([PointsEntry.of(entry) for entry in entries], limit=limit, offset=offset)
            soon = await points.expiring(session, found.id, within=policy().points.expiring_soon)
            return PointsPage(
                **dict(page),
                balance=await points.balance(session, found.id),
                owed=await points.owed(session, found.id),
                expiring=[Expiring(day=day, points=amount) for day, amount in soon],
            )

    @router.get(f"/members/{{{NUMBER}}}/orders")
    async def member_orders(
        request: Request, number: Number, caller: Annotated[str, allowed], limit: Limit = 20, offset: Offset = 0
    ) -> Page[OrderOut]:
        async with database.transaction() as session:
            found = await _looked_at(session, number, caller, "orders")
            rows = await orders.recent(session, found.id, limit=limit + 1, offset=offset)
            language = language_of(request)
            return Page[OrderOut].cut([OrderOut.of(row, language) for row in rows], limit=limit, offset=offset)

    @router.get(f"/members/{{{NUMBER}}}/parcels")
    async def member_parcels(
        request: Request, number: Number, caller: Annotated[str, allowed], limit: Limit = 20, offset: Offset = 0
    ) -> Page[ParcelOut]:
        async with database.transaction() as session:
            found = await _looked_at(session, number, caller, "parcels")
            rows = await parcels.for_member(session, found.id, limit=limit + 1, offset=offset)
            language = language_of(request)
            return Page[ParcelOut].cut([ParcelOut.of(row, language) for row in rows], limit=limit, offset=offset)

    # Behind the lists: a number may have a slash in it.
    @router.get(f"/members/{{{NUMBER}}}")
    async def member(number: Number, caller: Annotated[str, allowed]) -> MemberProfile:
        async with database.transaction() as session:
            found = await _looked_at(session, number, caller, "profile")
            return MemberProfile.of(found, await points.balance(session, found.id))

    @router.get(f"/parcels/{{{NUMBER}}}")
    async def parcel(request: Request, number: Number, caller: Annotated[str, allowed]) -> ParcelOut:
        async with database.reading() as session:
            found = await parcels.by_number(session, number)
            if found is None:
                raise NotFound("parcel", number)
            return ParcelOut.of(found, language_of(request))

    return router
