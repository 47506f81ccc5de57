"""Opening each night's cases: the most valuable lost members who may be asked back, as many as people can do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import departures, locks, proactive, service_hours
from crm_store.clock import business_zone, now
from crm_store.db import Database
from crm_store.departures import Departure, Way
from crm_store.followups import Arm, FollowUp, FollowUpStatus
from crm_store.policy import policy
from crm_store.risk.holding_back import drawn
from crm_store.winback import proof
from crm_store.winback.models import WinBackCase, WinBackState
from crm_store.winback.rules import NotNow, not_now

LOOKED_AT = 5000
"""Lost members looked at in one night, the most valuable first."""


@dataclass
class Filled:
    """What a night did: cases opened, members held back, cases proved."""

    opened: int = 0
    held: int = 0
    proved: int = 0


async def fill(database: Database, *, at: datetime | None = None) -> Filled:
    """Prove what came of earlier cases, then open the day's. Safe to repeat, and beside itself."""
    at = at or now()
    filled = Filled(proved=await proof.prove_all(database, at=at))
    async with database.reading(bulk=True) as session:
        found = await _candidates(session, at=at)
    for member_id in found:
        async with database.transaction(bulk=True) as session:
            opened = await open_for(session, member_id, at=at)
        if isinstance(opened, WinBackCase):
            filled.held += opened.state == WinBackState.HELD
            filled.opened += opened.state == WinBackState.OPEN
        elif opened in (None, NotNow.WORTH_TOO_LITTLE):
            break  # the day is full, or all that follow are worth even less
    return filled


async def _candidates(session: AsyncSession, *, at: datetime) -> list[int]:
    """Members for whom a case may be opened as things stand, the most valuable first. Looked at together: most of the
    lost ones may not be asked back, and that is the same every night."""
    known, followed_up = await _known(session), await _followed_up(session)
    least = policy().win_back.value_from
    fresh = await departures.lost(session, limit=LOOKED_AT, worth_minor=least, but=known)
    wanted = await proactive.wanted_by(session, [each.member for each in fresh])
    return [
        member.id
        for departure, member in ((each, each.member) for each in fresh)
        if not_now(departure, wanted=wanted[member.id], followed_up=member.id in followed_up, at=at) is None
    ]


async def open_for(session: AsyncSession, member_id: int, *, at: datetime) -> WinBackCase | NotNow | None:
    """A case for the member's departure, or why there is none; None when the day has no more room.
    Looked at under the lock, so that two nights at once open no more than one."""
    await locks.hold(session, "win_back")
    if not await _room(session, at=at):
        return None
    departure = await departures.of_member(session, member_id)
    if departure is None:
        return NotNow.BACK
    before = await session.scalar(
        select(WinBackCase).where(WinBackCase.member_id == member_id, WinBackCase.departure == departure.key)
    )
    if before is not None:
        return before
    wanted = await proactive.wanted(session, departure.member)
    followed_up = await _is_followed_up(session, member_id)
    if (reason := not_now(departure, wanted=wanted, followed_up=followed_up, at=at)) is not None:
        return reason
    case = _case(departure, at=at)
    session.add(case)
    await session.flush()
    return case


def _case(departure: Departure, *, at: datetime) -> WinBackCase:
    rules, interview = policy().win_back, departure.interview
    arm = _arm(departure)
    return WinBackCase(
        member_id=departure.member.id,
        departure=departure.key,
        way=departure.way,
        departed_at=departure.since,
        cause=interview.causes[0] if interview is not None and interview.causes else None,
        value_minor=departure.value_minor,
        opened_at=at,
        due_at=service_hours.after(at, service_hours.length(rules.due_within)),
        state=WinBackState.HELD if arm is Arm.CONTROL else WinBackState.OPEN,
        arm=arm,
    )


def _arm(departure: Departure) -> Arm | None:
    """Chance decides, the same way each time; who told us why they go is never left alone."""
    if departure.way is not Way.SILENT or departure.interview is not None:
        return None
    share = drawn(departure.member.id, f"win_back:{departure.key}")
    return Arm.CONTROL if share < policy().win_back.held_back else Arm.TREATED


async def _room(session: AsyncSession, *, at: datetime) -> int:
    """How many more may be opened on the shop's day of `at`; those held back take no room."""
    local = at.astimezone(business_zone())
    midnight = datetime.combine(local.date(), time(), local.tzinfo)
    query = select(func.count()).where(
        WinBackCase.state != WinBackState.HELD, WinBackCase.opened_at >= midnight, WinBackCase.opened_at <= at
    )
    return max(0, policy().win_back.cases_a_day - (await session.scalar(query) or 0))


async def _is_followed_up(session: AsyncSession, member_id: int) -> bool:
    """Whether a follow-up runs with them, or what came of one is not proved yet: the two comparisons stay apart."""
    query = select(FollowUp.id).where(FollowUp.member_id == member_id, _UNSETTLED)
    return await session.scalar(query.limit(1)) is not None


async def _followed_up(session: AsyncSession) -> Collection[int]:
    return set(await session.scalars(select(FollowUp.member_id).where(_UNSETTLED).distinct()))


_UNSETTLED = (FollowUp.status == FollowUpStatus.OPEN) | FollowUp.proof.is_(None)


async def _known(session: AsyncSession) -> Collection[tuple[int, str]]:
    rows = await session.execute(select(WinBackCase.member_id, WinBackCase.departure))
    return {(member_id, departure) for member_id, departure in rows}
