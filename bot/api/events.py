"""What the shop's systems tell as it happens (a parcel's step) and ask for (links, answers)."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from actions.knowledge.index import index_of
from bot.api.access import caller_of, may_read
from bot.api.addresses import NUMBER
from bot.api.errors import ApiRefusal, ApiRoute, language_of
from bot.api.lookups import Number, known_member
from bot.api.shapes import (
    DeepLink,
    Found,
    LinkWanted,
    ParcelAfterStep,
    ParcelOut,
    Question,
    StepIn,
    StepOut,
)
from bot.services import Services
from crm_store import audit, clock, members, parcels, verification
from crm_store.errors import CrmError, NotFound
from crm_store.members import Member, MemberStatus
from crm_store.policy import policy

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
CLOCKS_MAY_DIFFER_SECONDS = 300


def build_router(services: Services) -> APIRouter:
    """POST /parcels/{number}/events, /identity-links, /knowledge/search."""
    router = APIRouter(route_class=ApiRoute, tags=["doing"])
    settings, database = services.settings, services.database
    allowed = Depends(caller_of(services))
    open_in_demo = Depends(caller_of(services, open_in_demo=True))

    @router.post(f"/parcels/{{{NUMBER}}}/events")
    async def parcel_event(
        request: Request, number: Number, step: StepIn, caller: Annotated[str, allowed]
    ) -> ParcelAfterStep:
        """Write a step of a parcel by its own moment, whenever it is told: the parcel is where its latest step left it,
        and the order follows. The same step again changes nothing, which `changed` says."""
        async with database.transaction() as session:
            parcel = await parcels.by_number(session, number)
            if parcel is None:
                raise NotFound("parcel", number)
            if await members.is_erased(session, parcel.order.member_id):
                raise ApiRefusal("member_not_active", number=parcel.number)
            at = moment_of("at", step.at, past=True)
            promised_at = moment_of("promised_at", step.promised_at) if step.promised_at else None
            parcel = await parcels.locked(session, parcel)
            if parcels.is_before_order(parcel, at):
                raise MomentRefused("at", "before_the_order")
            is_known = parcels.has_step(parcel, code=step.code, at=at)
            await parcels.record_event(
                session, parcel, code=step.code, at=at, place=step.place, promised_at=promised_at
            )
            after = ParcelOut.of(parcel, language_of(request))
            if may_read(request, "parcels"):
                return ParcelAfterStep(**dict(after), changed=not is_known)
            own = StepOut(code=step.code, place=step.place, promised_at=promised_at, at=at)
            return ParcelAfterStep(number=after.number, steps=[own], changed=not is_known)

    @router.post("/identity-links", status_code=201)
    async def identity_link(wanted: LinkWanted, caller: Annotated[str, allowed]) -> DeepLink:
        """A link for a member who is signed in at the shop: opened in Telegram, it proves who is writing there."""
        if not settings.telegram_bot_name:
            raise ApiRefusal("telegram_not_configured")
        async with database.transaction() as session:
            member = await known_member(session, wanted.member_number)
            require_present(member)
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
    """A moment that cannot be: `reason` is in_the_future, before_the_order or not_a_time."""

    code = "request_invalid"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field=field, reason=reason)


def require_present(member: Member) -> None:
    """Raises ApiRefusal for a member who has left."""
    if member.status in (MemberStatus.LEFT, MemberStatus.ERASED):
        raise ApiRefusal("member_not_active", member_number=member.number)


def moment_of(field: str, moment: datetime, *, past: bool = False) -> datetime:
    """In UTC; without a zone it is the shop's. Raises MomentRefused."""
    if not clock.FIRST_YEAR <= moment.year <= clock.LAST_YEAR:
        raise MomentRefused(field, "not_a_time")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=clock.business_zone())
    moment = moment.astimezone(UTC)
    if past and (moment - clock.now()).total_seconds() > CLOCKS_MAY_DIFFER_SECONDS:
        raise MomentRefused(field, "in_the_future")
    return moment
